"""The passages people wrote: paragraphs, with numbers filled in from the book, never typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

from ranvier.core.finding import Text
from ranvier.core.result import number
from ranvier.core.value import firmness
from ranvier.errors import InputError
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.flow_diagram import FIELDS
from ranvier.reporting.page import Page
from ranvier.reporting.sentences import CERTAINTY_WORDS

__all__ = ["Passage", "current_to", "passages"]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, ready to show."""

    id: str
    section: str
    language: str
    paragraphs: tuple[Markup, ...]
    stale: tuple[str, ...]
    anchor: str | None


def passages(page: Page) -> list[Passage]:
    """Fill in all texts, in their order.

    Raises
    ------
    InputError
        For a placeholder that names nothing in the book.
    """
    out: list[Passage] = []
    for id, text in page.review.texts.items():
        node = page.nodes.get(f"text/{id}")
        out.append(
            Passage(
                id,
                text.section,
                text.language,
                tuple(
                    _paragraph(page, text, part) for part in re.split(r"\n\s*\n", text.body.strip())
                ),
                node.stale if node else (),
                trace_anchor(node.id) if node else None,
            )
        )
    return out


def _paragraph(page: Page, text: Text, part: str) -> Markup:
    """Escape a paragraph and put linked numbers in the place of its placeholders."""
    out, at = Markup(""), 0
    for match in _PLACEHOLDER.finditer(part):
        out += escape(part[at : match.start()]) + _fill(page, text, match.group(1))
        at = match.end()
    return out + escape(part[at:])


def _fill(page: Page, text: Text, said: str) -> Markup:
    """Fill in one placeholder."""
    kind, _, rest = said.partition(":")
    known = _KINDS.get(kind)
    filled = known(page, rest) if known and rest else None
    if filled is None:
        raise InputError(
            f"text {text.id!r} has a placeholder that names nothing in this review: {{{said}}}.",
            remedy=_REMEDY,
        )
    return filled


_REMEDY = (
    "Write {finding:ID.PART} or {analysis:ID.PART} with PART one of estimate, ci, k, participants, "
    "p; {row:ID.FIELD}; {flow:FIELD}; or {search:current_to}, with ids that `ranvier status` lists."
)


def _finding(page: Page, rest: str) -> Markup | None:
    """Fill in a part of a finding: of its summary row, else of its analysis."""
    id, _, part = rest.partition(".")
    finding = page.review.findings.get(id)
    if finding is None:
        return None
    rows = [row for rows in page.book.summary.values() for row in rows if row.finding == id]
    if rows and part in ("risk_1", "risk_2", "difference", "relative", "certainty", "studies"):
        row = rows[0]
        if part == "certainty":
            said = CERTAINTY_WORDS[row.certainty or "not_assessed"]
            return page.link(said, f"finding/{id}")
        if part == "studies":
            return page.link(page.numbers.count(row.studies), f"finding/{id}", row.provenance)
        held = {
            "risk_1": row.risk_1,
            "risk_2": row.risk_2,
            "difference": row.difference,
            "relative": row.relative,
        }[part]
        if held is None:
            return None
        risk = part.startswith("risk") or (part == "difference" and row.risk_1 is not None)
        shown = (
            page.numbers.count(held.estimate)
            if risk
            else page.numbers.effect(held.estimate, row.measure)
        )
        return page.link(shown, f"finding/{id}", row.provenance)
    return _of_analysis(page, finding.analysis, part, f"finding/{id}")


def _analysis(page: Page, rest: str) -> Markup | None:
    id, _, part = rest.partition(".")
    return _of_analysis(page, id, part, f"analysis/{id}")


def _of_analysis(page: Page, id: str, part: str, node: str) -> Markup | None:
    """Fill in a part of an analysis."""
    analysis = page.book.analyses.get(id)
    if analysis is None:
        return None
    effect, measure, numbers = analysis.effect, analysis.spec.measure, page.numbers
    said: str | None = None
    if part == "k":
        said = numbers.count(analysis.k)
    elif part == "participants":
        said = numbers.count(analysis.participants)
    elif part == "p" and analysis.p is not None:
        said = numbers.p(analysis.p).removeprefix("= ")
    elif part == "estimate":
        said = "not estimable" if effect is None else numbers.effect(effect.estimate, measure)
    elif part == "ci":
        said = "not estimable" if effect is None else numbers.interval(effect, measure)
    return None if said is None else page.link(said, node, analysis.provenance)


def _row(page: Page, rest: str) -> Markup | None:
    """Fill in a field of a result row."""
    id, _, field = rest.partition(".")
    row = page.review.rows.get(id)
    held = row.values.get(field) if row else None
    if row is None or held is None:
        return None
    value = number(row, field)
    said = str(held.value) if value is None else page.numbers.plain(value)
    return page.link(said, f"value/{id}/{field}", firmness(held))


def _flow(page: Page, field: str) -> Markup | None:
    """Fill in a count of the flow."""
    if field not in FIELDS:
        return None
    return page.link(page.numbers.count(getattr(page.book.flow, field)), f"flow/{field}")


def current_to(page: Page) -> tuple[str, str] | None:
    """Return the latest day a search reached, and the node of that search."""
    runs = [(run.searched_through, f"search/{id}") for id, run in page.review.searches.items()]
    dated = [(day, node) for day, node in runs if day]
    return max(dated, key=lambda found: found[0]) if dated else None


def _search(page: Page, part: str) -> Markup | None:
    """Fill in what the evidence is current to."""
    found = current_to(page)
    if part != "current_to" or found is None:
        return None
    return page.link(page.numbers.date(found[0]), found[1])


_KINDS: dict[str, Callable[[Page, str], Markup | None]] = {
    "finding": _finding,
    "analysis": _analysis,
    "row": _row,
    "flow": _flow,
    "search": _search,
}
