"""Results: for every comparison and outcome its analyses, their figures and their data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.protocol import Comparison, Outcome
from ranvier.reporting.additions import named
from ranvier.reporting.anchors import anchor, trace_anchor
from ranvier.reporting.fields import field_words
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.measures import measure_name
from ranvier.reporting.forest_of_analysis import (
    analysis_cells,
    analysis_fields,
    analysis_figure,
    heterogeneity,
    inline,
    overall_effect,
)
from ranvier.reporting.multiverse_view import MultiverseView, multiverse_view
from ranvier.reporting.numbers import NONE
from ranvier.reporting.page import Page

__all__ = [
    "AnalysisView",
    "ComparisonView",
    "OutcomeView",
    "forest_figure",
    "results",
]

#: More analyses of one outcome than this go into a folded list.
SHOWN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLine:
    """One line of the table beneath a forest plot."""

    study: Markup
    cells: tuple[Markup, ...]
    weight: str
    effect: Markup
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisView:
    """One analysis with its figure and its table."""

    anchor: str
    trace: str
    analysis: Analysis
    measure: str
    method: str
    result: Markup
    figure: Markup | None
    compact: Markup | None
    head: tuple[str, ...]
    lines: tuple[DataLine, ...]
    heterogeneity: str
    overall: str
    correlations: tuple[tuple[str, Markup], ...]
    prediction: Markup | None
    narrative: tuple[tuple[str, Markup], ...]
    remarks: tuple[str, ...]
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """All analyses of one outcome."""

    anchor: str
    outcome: Outcome
    shown: tuple[AnalysisView, ...]
    folded: tuple[AnalysisView, ...]
    multiverse: MultiverseView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """All outcomes of one comparison."""

    anchor: str
    comparison: Comparison
    outcomes: tuple[OutcomeView, ...]


def results(page: Page) -> list[ComparisonView]:
    """Lay out all analyses by comparison and outcome, in the order of the protocol."""
    out: list[ComparisonView] = []
    for comparison in page.review.comparisons.values():
        mine = [a for a in page.book.analyses.values() if a.spec.comparison == comparison.id]
        outcomes = dict.fromkeys(a.spec.outcome for a in mine)
        if outcomes:
            views = tuple(
                _outcome(page, comparison, id, [a for a in mine if a.spec.outcome == id])
                for id in outcomes
            )
            out.append(
                ComparisonView(
                    anchor=anchor("comparison", comparison.id),
                    comparison=comparison,
                    outcomes=views,
                )
            )
    return out


def _outcome(page: Page, comparison: Comparison, id: str, analyses: list[Analysis]) -> OutcomeView:
    """Show what findings and the protocol name first; fold the rest."""
    outcome = page.review.outcomes[id]
    found = {f.analysis for f in page.review.findings.values()}
    first = [a for a in analyses if a.spec.id in found]
    first = first or [a for a in analyses if a.spec.role == "primary"][:SHOWN] or analyses[:SHOWN]
    rest = [a for a in analyses if a not in first]
    held = [m for m in page.book.multiverses if (m.comparison, m.outcome) == (comparison.id, id)]
    return OutcomeView(
        anchor=anchor("outcome", f"{comparison.id}/{id}"),
        outcome=outcome,
        shown=tuple(_analysis(page, comparison, outcome, a) for a in first),
        folded=tuple(_analysis(page, comparison, outcome, a) for a in rest),
        multiverse=multiverse_view(page, held[0], outcome, comparison) if held else None,
    )


def forest_figure(
    page: Page, id: str, *, place: Literal["page", "phone", "file"] = "file"
) -> Figure:
    """Draw the forest plot of an analysis by its id."""
    analysis, review = page.book.analyses[id], page.review
    return analysis_figure(
        analysis,
        review.comparisons[analysis.spec.comparison],
        review.outcomes[analysis.spec.outcome],
        review.rows,
        {study.id: study.label for study in review.studies.values()},
        numbers=page.numbers,
        place=place,
    )


def _drawn(page: Page, analysis: Analysis, place: Literal["page", "phone"]) -> Markup:
    return inline(forest_figure(page, analysis.spec.id, place=place), analysis, place)


def _analysis(
    page: Page, comparison: Comparison, outcome: Outcome, analysis: Analysis
) -> AnalysisView:
    """Lay out one analysis."""
    spec = analysis.spec
    node = f"analysis/{spec.id}"
    narrative = spec.design == "narrative"
    has_figure = not narrative and any(study.effect for study in analysis.studies)
    trace = page.nodes.get(node)
    return AnalysisView(
        anchor=anchor("analysis", spec.id),
        trace=trace_anchor(node),
        analysis=analysis,
        measure=measure_name(spec.measure),
        method=method_words(analysis),
        result=page.effect(analysis),
        figure=_drawn(page, analysis, "page") if has_figure else None,
        compact=_drawn(page, analysis, "phone") if has_figure else None,
        head=_head(analysis, comparison),
        lines=() if narrative else _lines(page, comparison, analysis),
        heterogeneity=heterogeneity(analysis, page.numbers),
        overall=overall_effect(analysis, page.numbers),
        correlations=_correlations(page, analysis),
        prediction=_prediction(page, analysis),
        narrative=_narrative(page, analysis) if narrative else (),
        remarks=_remarks(page, analysis),
        stale=trace.stale if trace else (),
    )


def _remarks(page: Page, analysis: Analysis) -> tuple[str, ...]:
    """List the notes of an analysis; studies and rows by the names a reader knows."""
    out = [analysis.spec.note] if analysis.spec.note else []
    out += [named(page.review, note) for note in analysis.notes]
    return tuple(map(_capital, out))


_METHODS = {
    "MH": "Mantel-Haenszel",
    "IV": "inverse variance",
    "PETO": "Peto",
    "exact": "exact conditional",
    "paired": "paired",
    "change": "change from before to after",
    "proportion": "one proportion",
    "none": "not pooled",
}
_INTERVALS = {
    "hksj": "Hartung-Knapp interval",
    "t": "t interval",
    "mcnemar_exact": "exact McNemar test and interval",
    "clopper_pearson": "Clopper-Pearson interval",
    "wilson": "Wilson interval",
    "exact": "exact interval",
}
_ZERO = {
    "none": "zero cells left as they are",
    "half_individual": "0.5 added to a study with a zero cell, for its own effect only",
    "half_also_when_pooling": "0.5 added to zero-cell studies, also when pooling",
}


def method_words(analysis: Analysis) -> str:
    """Say how an analysis was made, in a line."""
    spec = analysis.spec
    out = [_METHODS.get(spec.method, spec.method)]
    if spec.method in ("MH", "IV", "PETO"):
        out.append("random effects" if spec.model == "random" else "common (fixed) effect")
    out += [f"τ² by {spec.tau2}"] if spec.tau2 and spec.model == "random" else []
    if spec.interval != "wald":
        out.append(_INTERVALS.get(spec.interval, f"{spec.interval.replace('_', ' ')} interval"))
    if spec.design == "two_arm_binary":
        out.append(_ZERO[spec.zero_cells])
        if spec.double_zero == "drop":
            out.append("studies without events in both groups left out")
    return "; ".join(out)


def _head(analysis: Analysis, comparison: Comparison) -> tuple[str, ...]:
    """Name the figure columns of the data table."""
    groups = {1: comparison.group_1, 2: comparison.group_2 or "comparator"}
    return tuple(
        f"{groups[field.arm]}: {field.heading}"
        if field.arm
        else _capital(field_words(field.key, comparison))
        for field in analysis_fields(analysis.spec.design, comparison)
    )


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _lines(page: Page, comparison: Comparison, analysis: Analysis) -> tuple[DataLine, ...]:
    """Write the lines of the data table."""
    spec = analysis.spec
    fields = analysis_fields(spec.design, comparison)
    out: list[DataLine] = []
    for study in analysis.studies:
        shown = (
            "not estimable" if study.effect is None else page.estimate(study.effect, spec.measure)
        )
        label = page.review.studies[study.study].label
        cells = analysis_cells(page.review.rows.get(study.row), fields, page.numbers)
        weight = NONE
        if study.effect is not None and study.weight is not None:
            weight = f"{page.numbers.fixed(study.weight, 1)}%"
        out.append(
            DataLine(
                study=page.link(label, f"study/{study.study}"),
                cells=tuple(page.link(*cell) for cell in cells),
                weight=weight,
                effect=page.link(shown, f"row/{study.row}", study.provenance),
                note=study.note or "",
            )
        )
    return tuple(out)


def _correlations(page: Page, analysis: Analysis) -> tuple[tuple[str, Markup], ...]:
    """Write the result under each assumed correlation."""
    node, spec = f"analysis/{analysis.spec.id}", analysis.spec
    return tuple(
        (r, page.link(page.estimate(effect, spec.measure), node, analysis.provenance))
        for r, effect in (analysis.by_correlation or {}).items()
    )


def _prediction(page: Page, analysis: Analysis) -> Markup | None:
    """Write the prediction interval."""
    if analysis.prediction is None:
        return None
    said = page.numbers.interval(analysis.prediction, analysis.spec.measure)
    return page.link(said, f"analysis/{analysis.spec.id}", analysis.provenance)


def _narrative(page: Page, analysis: Analysis) -> tuple[tuple[str, Markup], ...]:
    """Say what studies found in words where there is nothing to pool."""
    out: list[tuple[str, Markup]] = []
    for id in analysis.rows:
        row = page.review.rows.get(id)
        if row is not None:
            study = page.review.studies[row.study].label
            said = [page.value(v, f"value/{id}/{name}") for name, v in row.values.items()]
            out.append((study, Markup("; ").join(said)))
    return tuple(out)
