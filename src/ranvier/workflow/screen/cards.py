"""Cards: what a reviewer reads of one item."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ranvier.core.protocol import Stage
from ranvier.core.record import Record, is_retracted
from ranvier.core.screening import Verdict
from ranvier.workflow.screen.view import View
from ranvier.workflow.screen.votes import Cast

__all__ = ["Card", "Seen", "as_seen", "card"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A decision as it is shown.

    Attributes
    ----------
    item : str
        The record or cluster it was made on.
    at : str
        UTC, ISO 8601.
    resolves : bool
        Whether it settled a conflict, and `how`.
    """

    reviewer: str
    stage: Stage
    item: str
    verdict: Verdict
    reasons: tuple[str, ...]
    tags: tuple[str, ...]
    note: str | None
    at: str
    client_id: str
    resolves: bool
    how: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item as a reviewer reads it.

    Attributes
    ----------
    item : str
        What decisions on it name.
    records : tuple of str
        Ids of its records; several if it is a cluster.
    links : tuple of (str, str)
        What they lead to, such as ``PubMed``, and the address.
    sources : tuple of str
        Names of the searches that found it.
    retracted : bool
        Whether a source says that it was retracted.
    own : Seen or None
        The reader's own decision at this stage, if there is one.
    inherited : tuple of Seen
        Decisions the reader may see that were made otherwise than on this item as it is: on a
        record that has since been found to describe the same report, or at an earlier stage.
    resolution : Seen or None
        What settled it.
    """

    item: str
    stage: Stage
    title: str
    abstract: str | None
    authors: tuple[str, ...]
    year: int | None
    journal: str | None
    volume: str | None
    issue: str | None
    pages: str | None
    doi: str | None
    pmid: str | None
    registry_ids: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    languages: tuple[str, ...]
    types: tuple[str, ...]
    records: tuple[str, ...]
    sources: tuple[str, ...]
    retracted: bool
    own: Seen | None = None
    inherited: tuple[Seen, ...] = ()
    resolution: Seen | None = None


def card(view: View, stage: Stage, item: str) -> Card:
    """Lay out an item for somebody.

    Where its records differ, the one with the longest abstract speaks, and the others fill its
    gaps.
    """
    records = [view.desk.shelf.record(id) for id in view.layout.items.records_of(item)]
    records.sort(key=lambda r: (-len(r.abstract or ""), -len(r.authors)))
    seen = view.seen(stage, item)
    own, resolution = seen.get(view.viewer), seen.get("")
    return replace(
        _laid_out(view, stage, item, records),
        own=as_seen(own) if own else None,
        inherited=_inherited(view, stage, item),
        resolution=as_seen(resolution) if resolution else None,
    )


def _laid_out(view: View, stage: Stage, item: str, records: list[Record]) -> Card:
    """Lay out the records of an item, the one that speaks for it first."""
    desk, review, first = view.desk, view.layout.review, records[0]
    runs = (review.imports[desk.shelf.import_of(r.id)].search_run for r in records)
    return Card(
        item=item,
        stage=stage,
        title=first.title or next((r.title for r in records if r.title), ""),
        abstract=first.abstract,
        authors=first.authors or next((r.authors for r in records if r.authors), ()),
        year=_first(records, "year"),
        journal=_first(records, "journal"),
        volume=_first(records, "volume"),
        issue=_first(records, "issue"),
        pages=_first(records, "pages"),
        doi=_first(records, "doi"),
        pmid=_first(records, "pmid"),
        registry_ids=_all(records, "registry_ids"),
        links=_links(records),
        keywords=_all(records, "keywords"),
        languages=_all(records, "languages"),
        types=_all(records, "types"),
        records=tuple(sorted(r.id for r in records)),
        sources=tuple(dict.fromkeys(review.searches[run].source for run in runs)),
        retracted=any(is_retracted(r) for r in records),
    )


def as_seen(cast: Cast) -> Seen:
    """Show a decision."""
    d = cast.decision
    return Seen(
        reviewer=d.reviewer,
        stage=d.stage,
        item=d.item,
        verdict=d.verdict,
        reasons=d.reasons,
        tags=d.tags,
        note=d.note,
        at=cast.at,
        client_id=cast.client_id,
        resolves=d.resolves,
        how=d.how,
    )


def _inherited(view: View, stage: Stage, item: str) -> tuple[Seen, ...]:
    """Return decisions on the item's records at another time or stage, as far as they are seen."""
    found: list[Seen] = []
    for other in view.stages():
        voices = view.seen(other, item).keys()
        for cast in view.desk.votes.each(other, item):
            voice = "" if cast.decision.resolves else cast.decision.reviewer
            if voice in voices and (other != stage or cast.decision.item != item):
                found.append(as_seen(cast))
        if other == stage:
            break
    return tuple(found)


def _first(records: list[Record], name: str):
    return next((value for r in records if (value := getattr(r, name))), None)


def _all(records: list[Record], name: str) -> tuple[str, ...]:
    """Return what any record says, without repeating it."""
    return tuple(dict.fromkeys(value for r in records for value in getattr(r, name)))


#: Where an identifier leads.
_ADDRESSES = (
    ("doi", "DOI", "https://doi.org/"),
    ("pmid", "PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    ("pmcid", "PubMed Central", "https://www.ncbi.nlm.nih.gov/pmc/articles/"),
)


def _links(records: list[Record]) -> tuple[tuple[str, str], ...]:
    """Return addresses of the item: by its identifiers, and as its records name them."""
    found: dict[str, str] = {}
    for name, said, address in _ADDRESSES:
        held = _first(records, name)
        if held:
            found.setdefault(f"{address}{held}", said)
    for record in records:
        for url in record.urls:
            if url.startswith(("https://", "http://")):
                found.setdefault(url, "Link")
    return tuple((said, url) for url, said in found.items())
