"""References: the records of reports as a reader cites them, with links to follow by hand."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.search import Record
from ranvier.core.study import Report, Study
from ranvier.core.value import Source
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.marks import mark
from ranvier.reporting.page import Page
from ranvier.reporting.titles import (
    doi_link,
    pubmed_link,
    register_link,
    safe_title,
    safe_url,
)

__all__ = ["Reference", "SourceView", "cite", "records_of", "references_of", "source_views"]

_KINDS = {
    "article": "article",
    "conference_abstract": "conference abstract",
    "registration": "registration",
    "results_page": "results page",
    "press_release": "press release",
    "other": "other report",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One report: what kind it is, its citation, and where it can be found."""

    kind: str
    primary: bool
    citation: Markup
    links: tuple[tuple[str, str], ...]
    trace: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source that figures were read in."""

    label: str
    kind: str
    url: str | None
    locator: str | None
    trace: str


def records_of(page: Page, item: str) -> list[Record]:
    """Return the records behind a record or cluster id."""
    held = page.review.clusters.get(item, (item,))
    return [page.review.records[id] for id in held if id in page.review.records]


def references_of(page: Page, study: Study) -> list[Reference]:
    """List the reports of a study, the primary one first."""
    reports = [page.review.reports[id] for id in study.reports if id in page.review.reports]
    reports.sort(key=lambda report: not report.primary)
    return [_reference(page, report) for report in reports]


def _reference(page: Page, report: Report) -> Reference:
    """Cite a report by its fullest record; links are gathered from all of them."""
    records = records_of(page, report.record)
    if not records:
        return Reference(
            kind=_KINDS[report.kind],
            primary=report.primary,
            citation=Markup("{}").format(report.record),
            links=(),
            trace=None,
            note=report.note,
        )
    fullest = max(records, key=lambda r: sum(map(bool, (r.authors, r.journal, r.year, r.doi))))
    node = f"record/{fullest.id}"
    return Reference(
        kind=_KINDS[report.kind],
        primary=report.primary,
        citation=cite(fullest) + _marks(fullest, page),
        links=tuple(dict.fromkeys(link for record in records for link in _links(record))),
        trace=trace_anchor(node) if node in page.nodes else None,
        note=report.note,
    )


def _marks(record: Record, page: Page) -> Markup:
    """Mark a record that is not as a source gave it, and name the fields that are not."""
    if record.provenance != "found":
        return mark(record.provenance, page.words.gettext)
    if not record.recalled:
        return Markup("")
    fields = ", ".join(record.recalled)
    return mark("recalled", page.words.gettext) + Markup(" <small>({})</small>").format(fields)


def cite(record: Record) -> Markup:
    """Write a record as a reference list does.

    Examples
    --------
    >>> cite(Record(id="r", title="A <b>trial</b>", authors=("Hahn AF",), year=2013))
    Markup('Hahn AF. <span class="title">A <b>trial</b></span>. 2013.')
    """
    authors = list(record.authors)
    who = ", ".join([*authors[:6], "et al"] if len(authors) > 7 else authors)
    out = Markup("{}. ").format(who.rstrip(".")) if who else Markup("")
    title = record.title.rstrip(". ")
    stop = "" if title.endswith(("?", "!")) else "."
    out += Markup('<span class="title">{}</span>{} ').format(safe_title(title), stop)
    if record.journal:
        out += Markup("<cite>{}</cite> ").format(safe_title(record.journal))
    place = str(record.year) if record.year else ""
    if record.volume:
        place += f";{record.volume}" + (f"({record.issue})" if record.issue else "")
    if record.pages:
        place += f":{record.pages}"
    return out + (Markup("{}.").format(place) if place else Markup(""))


def _links(record: Record) -> list[tuple[str, str]]:
    """List where a record can be found."""
    out: list[tuple[str, str]] = []
    if record.doi:
        out.append((f"doi:{record.doi}", doi_link(record.doi)))
    if record.pmid:
        out.append((f"PubMed {record.pmid}", pubmed_link(record.pmid)))
    address = register_link(record.registry_id) if record.registry_id else None
    if record.registry_id and address:
        out.append((record.registry_id, address))
    return out


def source_views(page: Page) -> list[SourceView]:
    """List all sources, with an address only where it is one."""
    return [_source(source) for source in page.review.sources.values()]


def _source(source: Source) -> SourceView:
    locator = source.locator
    return SourceView(
        label=source.label,
        kind="no source seen" if source.kind == "none" else source.kind,
        url=safe_url(locator.removeprefix("doi:") if locator else None),
        locator=locator,
        trace=trace_anchor(f"source/{source.id}"),
    )
