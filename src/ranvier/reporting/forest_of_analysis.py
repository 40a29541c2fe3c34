"""The forest plot of an analysis of the review, every line of it linked to its trace."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.protocol import Comparison, Design, Outcome
from ranvier.core.result import ResultRow, number
from ranvier.core.value import Provenance, firmness
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.forest.build import Choices
from ranvier.reporting.figures.forest.compose import Composition, composed
from ranvier.reporting.figures.forest.evidence import DataField, Evidence, Model, Role, Study
from ranvier.reporting.figures.forest.options import Form
from ranvier.reporting.figures.forest.words import Words
from ranvier.reporting.figures.measures import shown
from ranvier.reporting.figures.themes import THEMES
from ranvier.reporting.marks import SIGNS
from ranvier.reporting.numbers import NONE, Numbers, is_ratio
from ranvier.reporting.svg import coordinate, element

__all__ = [
    "analysis_cells",
    "analysis_evidence",
    "analysis_fields",
    "analysis_figure",
    "favoured",
    "heterogeneity",
    "inline",
    "overall_effect",
]

#: Width of a forest plot in the page, and on a phone: 360 pixels less the margins.
WIDE, PHONE = 940.0, 324.0

#: Letters in the page are as large as in its tables.
_THEME = replace(THEMES["plain"], size=13.0, small=11.5)

_HOW = {"MH": "M-H", "IV": "IV", "PETO": "Peto", "exact": "Exact"}

#: Fields of each group, and of designs without two groups, with heading and role.
_TWO_GROUPS: dict[Design, tuple[tuple[str, str, Role], ...]] = {
    "two_arm_binary": (("events", "Events", "events"), ("n", "Total", "n")),
    "two_arm_continuous": (("mean", "Mean", "mean"), ("sd", "SD", "sd"), ("n", "Total", "n")),
}
_ONE_GROUP: dict[Design, tuple[tuple[str, str, Role], ...]] = {
    "paired_binary": (
        ("only_1", "Only {group_1}", "number"),
        ("only_2", "Only {group_2}", "number"),
        ("n", "Pairs", "n"),
    ),
    "paired_continuous": (
        ("mean_difference", "Mean diff.", "mean"),
        ("sd", "SD", "sd"),
        ("n", "Pairs", "n"),
    ),
    "pre_post": (
        ("mean_pre", "Before", "mean"),
        ("sd_pre", "SD", "sd"),
        ("mean_post", "After", "mean"),
        ("sd_post", "SD", "sd"),
        ("n", "People", "n"),
    ),
    "proportion": (("events", "Events", "events"), ("n", "Total", "n")),
}


def analysis_fields(design: Design, comparison: Comparison) -> tuple[DataField, ...]:
    """List the columns of a design's data, group 1 before group 2."""
    two = _TWO_GROUPS.get(design, ())
    if two:
        return tuple(
            DataField(key=f"{name}_{arm}", heading=heading, role=role, arm=arm)
            for arm in _ARMS
            for name, heading, role in two
        )
    groups = {"group_1": comparison.group_1, "group_2": comparison.group_2 or "comparator"}
    return tuple(
        DataField(key=name, heading=heading.format(**groups), role=role)
        for name, heading, role in _ONE_GROUP.get(design, ())
    )


_ARMS: tuple[Literal[1, 2], ...] = (1, 2)


def analysis_cells(
    row: ResultRow | None, fields: tuple[DataField, ...], numbers: Numbers
) -> tuple[tuple[str, str, Provenance | None], ...]:
    """Write the figures of one row: text, node in the trace, provenance."""
    out: list[tuple[str, str, Provenance | None]] = []
    for field in fields:
        value = None if row is None else number(row, field.key)
        held = None if row is None else row.values.get(field.key)
        node = f"value/{row.id}/{field.key}" if row is not None and held else ""
        said = NONE if value is None else numbers.plain(value)
        out.append((said, node, firmness(held) if held else None))
    return tuple(out)


def favoured(comparison: Comparison, outcome: Outcome) -> tuple[str, str]:
    """Say whom the left and the right side of the axis favour.

    Events that are good favour group 1 to the right of the null; events that are bad, to the left.
    """
    if comparison.group_2 is None:
        better = ("Worse", "Better")
        return better if outcome.direction == "higher_is_better" else (better[1], better[0])
    one, two = f"Favours {comparison.group_1}", f"Favours {comparison.group_2}"
    return (two, one) if outcome.direction == "higher_is_better" else (one, two)


def analysis_evidence(
    analysis: Analysis,
    comparison: Comparison,
    rows: Mapping[str, ResultRow],
    labels: Mapping[str, str],
) -> Evidence:
    """Gather what an analysis tells, each line with its node in the trace."""
    spec = analysis.spec
    fields = analysis_fields(spec.design, comparison)
    studies = tuple(
        Study(
            label=labels.get(study.study, study.study),
            effect=study.effect,
            weights=(study.weight,),
            data={f.key: _number(rows.get(study.row), f.key) for f in fields},
            node=f"row/{study.row}",
            sign=SIGNS[study.provenance],
            note=study.note or "",
        )
        for study in analysis.studies
    )
    return Evidence(
        measure=spec.measure,
        studies=studies,
        models=(_model(analysis),),
        fields=fields,
        arms=(comparison.group_1, comparison.group_2 or ""),
        totals={f.key: analysis.totals[f.key] for f in fields if f.key in analysis.totals},
        level=spec.level,
    )


def _number(row: ResultRow | None, name: str) -> float | None:
    return None if row is None else number(row, name)


def _model(analysis: Analysis) -> Model:
    """Turn the result of an analysis into a line of totals."""
    spec, effect = analysis.spec, analysis.effect
    stat = None
    if effect is not None and analysis.se and spec.interval == "wald":
        point = effect.estimate
        if is_ratio(spec.measure):
            stat = math.log(point) / analysis.se if point > 0 else None
        else:
            stat = point / analysis.se
    return Model(
        kind=spec.model,
        how=_HOW.get(spec.method, ""),
        k=analysis.k,
        effect=effect,
        prediction=analysis.prediction,
        tau2=analysis.tau2,
        QE=analysis.QE,
        QE_df=analysis.QE_df,
        QE_p=analysis.QE_p,
        I2=analysis.I2,
        stat=stat,
        p=analysis.p,
        node=f"analysis/{spec.id}",
    )


def analysis_figure(
    analysis: Analysis,
    comparison: Comparison,
    outcome: Outcome,
    rows: Mapping[str, ResultRow],
    labels: Mapping[str, str],
    *,
    numbers: Numbers,
    place: Literal["page", "phone", "file"],
) -> Figure:
    """Draw the forest plot of an analysis.

    Parameters
    ----------
    place : {"page", "phone", "file"}
        In the page, linked and with tests and data in the table below it; narrow; or a file of its
        own, which says everything itself.
    """
    spec = analysis.spec
    file = place == "file"
    form: Form = "narrow" if place == "phone" else "table"
    rest: Literal["show", "hide"] = "hide" if place == "phone" else "show"
    remarks: Literal["show", "hide"] = "show" if file else "hide"
    how = shown(spec.measure)
    # What was seen of a paired proportion or a change before and after may be of any size.
    null = None if spec.design == "proportion" else how.null
    made = Composition(
        evidence=analysis_evidence(analysis, comparison, rows, labels),
        shown=replace(how, null=null),
        choices=Choices(
            sides=None if null is None else favoured(comparison, outcome),
            weights=rest,
            data=rest,
            heterogeneity=remarks,
            tests=remarks,
        ),
        theme=_THEME,
        numbers=numbers,
        digits="each",
        width={"page": WIDE, "phone": PHONE, "file": None}[place],
        form=form,
        too_wide="grow",
        margin=16.0 if file else 0.0,
        linked=not file,
    )
    (figure,) = composed(made)
    return replace(figure, title=f"Forest plot: {outcome.name}, {comparison.label}")


def inline(figure: Figure, analysis: Analysis, place: Literal["page", "phone"]) -> Markup:
    """Write a figure into the page, in the page's own colours, its lines links."""
    kind = "compact" if place == "phone" else "forest"
    id = f"{kind}-{trace_anchor(analysis.spec.id)}"
    said = f"{figure.description} The table below the figure gives the same figures."
    return element(
        "svg",
        element("title", figure.title, id=f"{id}-t"),
        element("desc", said, id=f"{id}-d"),
        figure.body,
        viewBox=f"0 0 {coordinate(figure.width)} {coordinate(figure.height)}",
        width=figure.width,
        height=figure.height,
        class_="figure forest" + (" compact" if place == "phone" else ""),
        role="group",
        aria_labelledby=f"{id}-t {id}-d",
    )


def heterogeneity(analysis: Analysis, numbers: Numbers) -> str:
    """Write RevMan's line on heterogeneity; empty where nothing was pooled."""
    return _words(analysis, numbers).heterogeneity_figures(_model(analysis))


def overall_effect(analysis: Analysis, numbers: Numbers) -> str:
    """Write RevMan's line on the overall effect."""
    return _words(analysis, numbers).test_figures(_model(analysis)) if analysis.effect else ""


def _words(analysis: Analysis, numbers: Numbers) -> Words:
    spec = analysis.spec
    return Words(layout="revman", numbers=numbers, shown=shown(spec.measure), level=spec.level)
