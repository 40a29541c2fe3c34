"""A record as a piece of HTML: the page shows the first one, the browser fetches the next ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ranvier.core.protocol import Criterion, Stage
from ranvier.core.record import abstract_sections
from ranvier.core.screening import Verdict
from ranvier.reporting.titles import doi_link, pubmed_link, register_link, safe_url
from ranvier.web.languages import text_language
from ranvier.web.rendering import piece
from ranvier.workflow.screen.cards import Card, Seen

__all__ = ["CardView", "Link", "Said", "card_html", "said", "view_of"]

#: More than these a reader does not try.
_LINKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address elsewhere that a reader may follow."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A decision in words.

    Attributes
    ----------
    reasons : tuple of str
        The criteria themselves.
    day : str
        ISO 8601.
    by : str
        Who decided: ``you``, a colleague, or a number.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    tags: tuple[str, ...]
    note: str | None
    day: str
    by: str
    stage: Stage
    record: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """What a card shows beside the record's own words.

    Attributes
    ----------
    title_language, abstract_language : str
        BCP 47 tags.
    citation : str
        Journal, year, volume and pages.
    sections : tuple of (str or None, str)
        The abstract by its headings.
    sources : str
        Names of what was searched.
    own : Said or None
        The reader's own decision.
    inherited : tuple of Said
        Decisions on its records at another time or stage.
    """

    title_language: str
    abstract_language: str
    citation: str
    links: tuple[Link, ...]
    sections: tuple[tuple[str | None, str], ...]
    sources: str
    own: Said | None
    inherited: tuple[Said, ...]


def said(seen: Seen, criteria: Sequence[Criterion], *, by: str, of: Card | None = None) -> Said:
    """Put a decision into words.

    Parameters
    ----------
    by : str
        What its reviewer is called here.
    of : Card or None
        If it was made on a record of this card, that record is named.
    """
    known = {c.id: c.text for c in criteria}
    return Said(
        verdict=seen.verdict,
        reasons=tuple(known.get(one, one) for one in seen.reasons),
        tags=seen.tags,
        note=seen.note,
        day=seen.at[:10],
        by=by,
        stage=seen.stage,
        record=seen.item if of is not None and seen.item != of.item else None,
    )


def view_of(card: Card, criteria: Sequence[Criterion], *, reader: str) -> CardView:
    """Make of a card what a page shows to its reader."""
    abstract = (card.abstract or "").strip()
    return CardView(
        title_language=text_language(card.title, card.languages),
        abstract_language=text_language(abstract, card.languages),
        citation=_citation(card),
        links=_links(card),
        sections=abstract_sections(abstract) if abstract else (),
        sources=", ".join(card.sources),
        own=said(card.own, criteria, by="you") if card.own else None,
        inherited=tuple(
            said(one, criteria, by="you" if one.reviewer == reader else "a colleague", of=card)
            for one in card.inherited
        ),
    )


def card_html(card: Card, criteria: Sequence[Criterion], *, reader: str) -> str:
    """Draw a card for its reader."""
    return piece("screening/card.html.j2", card=card, view=view_of(card, criteria, reader=reader))


def _citation(card: Card) -> str:
    """Write where a record appeared: ``J Neurol. 2013;12(3):1-9``."""
    volume = f"{card.volume or ''}{f'({card.issue})' if card.issue else ''}"
    place = volume + (f":{card.pages}" if card.pages else "")
    year = str(card.year) if card.year else ""
    when = ";".join(part for part in (year, place) if part)
    return ". ".join(part for part in (card.journal, when) if part)


def _links(card: Card) -> tuple[Link, ...]:
    """Gather the addresses of a record elsewhere, each once."""
    found: dict[str, str] = {}
    if card.doi:
        found[doi_link(card.doi)] = f"DOI {card.doi}"
    if card.pmid:
        found[pubmed_link(card.pmid)] = f"PubMed {card.pmid}"
    for one in card.registry_ids:
        if address := register_link(one):
            found[address] = one
    for name, url in card.links:
        if (address := safe_url(url)) and (name not in ("DOI", "PubMed")):
            host = address.partition("://")[2].partition("/")[0].removeprefix("www.")
            found.setdefault(address, host if name == "Link" else name)
    return tuple(Link(label=label, address=address) for address, label in found.items())[:_LINKS]
