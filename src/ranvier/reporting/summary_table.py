"""The summary of findings in the Cochrane layout: rows, cells and lettered footnotes."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.protocol import Comparison, Outcome
from ranvier.core.summary import SummaryRow
from ranvier.reporting.anchors import anchor
from ranvier.reporting.figures.measures import measure_name
from ranvier.reporting.marks import mark
from ranvier.reporting.page import Page
from ranvier.reporting.sentences import CERTAINTY_WORDS, SYMBOLS, statement

__all__ = ["SummaryLine", "SummaryTable", "summary_tables"]

#: Domains of GRADE as footnotes name them.
_DOMAINS = {
    "risk_of_bias": "risk of bias",
    "publication_bias": "publication bias",
    "large_effect": "large effect",
    "dose_response": "dose-response",
    "plausible_confounding": "plausible confounding",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """One row of the table, cell by cell."""

    anchor: str
    outcome: str
    about: str
    risk_2: Markup | None
    risk_1: Markup | None
    single: Markup | None
    relative: Markup
    people: Markup
    studies: Markup
    certainty: Markup
    letters: tuple[str, ...]
    happens: Markup
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryTable:
    """All findings of one comparison."""

    anchor: str
    comparison: Comparison
    population: str
    lines: tuple[SummaryLine, ...]
    notes: tuple[tuple[str, str], ...]


def summary_tables(page: Page) -> list[SummaryTable]:
    """Lay out one table for each comparison that has findings."""
    out: list[SummaryTable] = []
    for id, rows in page.book.summary.items():
        comparison = page.review.comparisons[id]
        question = page.review.questions.get(comparison.question)
        notes: dict[str, str] = {}
        lines = tuple(_line(page, row, comparison, notes) for row in rows)
        if lines:
            out.append(
                SummaryTable(
                    anchor=anchor("summary", id),
                    comparison=comparison,
                    population=comparison.population or (question.population if question else ""),
                    lines=lines,
                    notes=tuple((letter, said) for said, letter in notes.items()),
                )
            )
    return out


def _line(
    page: Page, row: SummaryRow, comparison: Comparison, notes: dict[str, str]
) -> SummaryLine:
    """Lay out one finding."""
    outcome = page.review.outcomes[row.outcome]
    node = f"finding/{row.finding}"
    letters = [_letter(notes, said) for said in _footnotes(page, row)]
    none = Markup('<span class="none">–</span>')
    relative = none
    if row.relative is not None:
        said = page.estimate(row.relative, row.measure)
        name = Markup('<abbr title="{}">{}</abbr> ').format(measure_name(row.measure), row.measure)
        relative = name + page.link(said, node, row.provenance)
    return SummaryLine(
        anchor=anchor("sof", row.finding),
        outcome=outcome.name,
        about=outcome.timing or "",
        risk_2=_risk(page, row, "risk_2"),
        risk_1=_risk(page, row, "risk_1"),
        single=_single(page, row, outcome),
        relative=relative,
        people=page.link(page.numbers.count(row.participants), node, row.provenance)
        if row.participants
        else Markup('<span class="none">not told</span>'),
        studies=page.link(page.numbers.count(row.studies), node),
        certainty=_certainty(page, row),
        letters=tuple(letters),
        happens=_happens(page, row, comparison),
        stale=row.stale,
    )


def _risk(page: Page, row: SummaryRow, field: str) -> Markup | None:
    """Write a risk per 1000, with the interval of the relative effect."""
    risks = page.risks(row)
    if risks is None:
        return None
    risk = risks[0] if field == "risk_1" else risks[1]
    said = page.numbers.count(risk.estimate)
    if risk.ci_lb is not None and risk.ci_ub is not None:
        said += f" ({page.numbers.count(risk.ci_lb)} to {page.numbers.count(risk.ci_ub)})"
    link = page.link(said, f"finding/{row.finding}", row.provenance)
    return link + Markup(' <span class="unit">per 1000</span>')


def _single(page: Page, row: SummaryRow, outcome: Outcome) -> Markup | None:
    """Write what a row without risks shows: a difference, or the result itself."""
    if page.risks(row) is not None:
        return None
    if page.groups(row) == "words":
        return page.told(row)
    if row.relative is not None:
        why = "nobody in the comparator group" if row.risk_2 is not None else "no baseline risk"
        return Markup('<span class="none">not given: {}</span>').format(why)
    node, analysis = f"finding/{row.finding}", page.book.analyses.get(row.analysis)
    effect = row.difference or (analysis.effect if analysis else None)
    if effect is None:
        return Markup('<span class="none">not estimable</span>')
    name = measure_name(row.measure)
    mid = outcome.mid.unit if outcome.mid is not None else None
    unit = " per 1000" if row.measure == "RD" else f" {mid}" if mid else ""
    said = page.estimate(effect, row.measure)
    out = Markup("{} {}{}").format(name, page.link(said, node, row.provenance), unit)
    if outcome.mid is not None and outcome.mid.value is not None:
        out += Markup(' <span class="aside">(important from {})</span>').format(
            page.value(outcome.mid, f"mid/{outcome.id}")
        )
    return out


def _certainty(page: Page, row: SummaryRow) -> Markup:
    """Write the certainty: signs with the word, or plainly that there is none."""
    if row.certainty is None:
        return Markup('<span class="not-assessed">not assessed</span>')
    finding = page.review.findings.get(row.finding)
    id = finding.certainty if finding else None
    judged = page.review.certainty.get(id) if id else None
    word = row.certainty.replace("_", " ")
    said = Markup('<span class="signs" aria-hidden="true">{}</span> {}').format(
        SYMBOLS[row.certainty], word
    )
    node = f"certainty/{id}" if id else f"finding/{row.finding}"
    return page.link(said, node, judged.level.provenance if judged else None)


def _footnotes(page: Page, row: SummaryRow) -> list[str]:
    """List what a reader must know of a row: reasons, whose judgement it is, what is shaky."""
    out: list[str] = []
    finding = page.review.findings.get(row.finding)
    judged = page.review.certainty.get(finding.certainty or "") if finding else None
    if judged is not None and row.certainty is not None:
        for domain, rating in judged.domains.items():
            if rating.steps or rating.reason:
                name = _DOMAINS.get(domain, domain.replace("_", " "))
                steps = f"{'+' if rating.steps > 0 else '−'}{abs(rating.steps)}"
                step = f" ({steps})" if rating.steps else ""
                out.append(f"{name[:1].upper()}{name[1:]}{step}: {rating.reason}")
        if not judged.domains:
            out.append("The level is quoted as published; its reasons were not given there.")
    if row.certainty_source:
        source = page.review.sources.get(row.certainty_source)
        out.append(f"Certainty as judged by {source.label if source else row.certainty_source}.")
    if row.comment:
        out.append(row.comment)
    return out


def _letter(notes: dict[str, str], said: str) -> str:
    """Return the letter of a footnote, a new one if it was not said before."""
    if said not in notes:
        n, letters = len(notes), ""
        while True:
            letters = chr(ord("a") + n % 26) + letters
            n = n // 26 - 1
            if n < 0:
                break
        notes[said] = letters
    return notes[said]


def _happens(page: Page, row: SummaryRow, comparison: Comparison) -> Markup:
    """Write the informative statement."""
    said = statement(row.certainty, row.size, row.direction, groups=page.groups(row))
    parts = {"treatment": comparison.group_1, "comparator": comparison.group_2 or ""}
    text = page.words.fill(said, **parts)
    text = Markup(str(text[:1]).upper()) + text[1:] if text[:1].isalpha() else text
    certainty = CERTAINTY_WORDS[row.certainty or "not_assessed"]
    return text + mark(row.provenance) + Markup('<span class="vh"> {}</span>').format(certainty)
