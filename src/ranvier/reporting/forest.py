"""The forest plot in RevMan's layout: rows, squares, diamond and axis from one analysis.

RevMan prints, from left to right: study, events and total (or mean, SD and total) of each group,
weight, effect with interval, and the plot. Designs without two groups leave those columns out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ranvier.core.analysis import Analysis, Estimate
from ranvier.core.protocol import Design
from ranvier.core.result import ResultRow, number
from ranvier.core.value import Provenance, firmness
from ranvier.reporting.numbers import Numbers, is_ratio
from ranvier.reporting.svg import Scale, linear_scale, log_scale

__all__ = ["Forest", "ForestLine", "Interval", "draw_interval", "forest", "square_side"]

#: Half side of the largest and the smallest square, in pixels.
LARGEST, SMALLEST = 7.5, 2.5

#: Columns of each design: heading over both groups' fields.
GROUP_FIELDS: dict[Design, tuple[tuple[str, str], ...]] = {
    "two_arm_binary": (("events", "Events"), ("n", "Total")),
    "two_arm_continuous": (("mean", "Mean"), ("sd", "SD"), ("n", "Total")),
}

#: Fields of designs without two groups, with their headings.
SINGLE_FIELDS: dict[Design, tuple[tuple[str, str], ...]] = {
    "paired_binary": (("only_1", "Only with 1"), ("only_2", "Only with 2"), ("n", "Pairs")),
    "paired_continuous": (("mean_difference", "Mean diff."), ("sd", "SD"), ("n", "Pairs")),
    "pre_post": (
        ("mean_pre", "Before"),
        ("sd_pre", "SD"),
        ("mean_post", "After"),
        ("sd_post", "SD"),
        ("n", "People"),
    ),
    "proportion": (("events", "Events"), ("n", "Total")),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """One interval in pixels: its point, its ends, and which ends leave the axis."""

    x: float
    x_lb: float | None
    x_ub: float | None
    arrow_left: bool = False
    arrow_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLine:
    """One line of a forest plot.

    Attributes
    ----------
    cells : tuple of (text, node, provenance)
        The figures of the row; `node` is the value's node in the trace.
    interval : Interval or None
        ``None`` where the effect cannot be estimated.
    side : float
        Half side of the square; its area follows the weight.
    """

    label: str
    row: str
    cells: tuple[tuple[str, str, Provenance | None], ...]
    weight: str
    effect: str
    provenance: Provenance
    interval: Interval | None
    side: float
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """A forest plot, laid out; `scale` runs over the plot's own width."""

    lines: tuple[ForestLine, ...]
    pooled: Interval | None
    prediction: Interval | None
    scale: Scale
    null: float | None
    width: float


def forest(
    analysis: Analysis,
    rows: dict[str, ResultRow],
    labels: dict[str, str],
    *,
    numbers: Numbers,
    width: float = 300,
) -> Forest:
    """Lay out the forest plot of an analysis.

    Parameters
    ----------
    rows, labels : dict
        Result rows by id; study labels by study id.
    width : float
        Of the plot, in pixels.
    """
    spec = analysis.spec
    ratio = is_ratio(spec.measure)
    null = 1.0 if ratio else None if spec.design == "proportion" else 0.0
    scale = _scale(analysis, ratio=ratio, null=null, width=width)
    heaviest = max((s.weight or 0.0 for s in analysis.studies), default=0.0)
    lines: list[ForestLine] = []
    for study in analysis.studies:
        row = rows.get(study.row)
        lines.append(
            ForestLine(
                label=labels.get(study.study, study.study),
                row=study.row,
                cells=_cells(row, spec.design, numbers),
                weight="" if study.weight is None else f"{numbers.fixed(study.weight, 1)}%",
                effect=numbers.bracket(study.effect, spec.measure),
                provenance=study.provenance,
                interval=draw_interval(study.effect, scale),
                side=square_side(study.weight, heaviest),
                note=study.note,
            )
        )
    return Forest(
        lines=tuple(lines),
        pooled=draw_interval(analysis.effect, scale),
        prediction=draw_interval(analysis.prediction, scale),
        scale=scale,
        null=null,
        width=width,
    )


def _scale(analysis: Analysis, *, ratio: bool, null: float | None, width: float) -> Scale:
    """Choose the axis: all points and the pooled interval must be on it; single ones may leave."""
    points: list[float | None] = []
    bounds: list[float | None] = []
    for effect in (analysis.effect, *(s.effect for s in analysis.studies)):
        if effect is not None:
            points.append(effect.estimate)
            bounds += [effect.ci_lb, effect.ci_ub]
    if analysis.effect is not None:
        points += [analysis.effect.ci_lb, analysis.effect.ci_ub]
    inside = LARGEST + 1.5
    if ratio:
        return log_scale(points, start=inside, end=width - inside)
    return linear_scale(
        [*points, *_within(points, bounds)], start=inside, end=width - inside, null=null
    )


def _within(points: list[float | None], bounds: list[float | None]) -> list[float | None]:
    """Keep the bounds that lie no further out than the spread of the points allows."""
    held = [p for p in points if p is not None and math.isfinite(p)]
    if len(held) < 2 or max(held) == min(held):
        return bounds
    spread = max(held) - min(held)
    low, high = min(held) - 2 * spread, max(held) + 2 * spread
    return [b for b in bounds if b is not None and math.isfinite(b) and low <= b <= high]


def draw_interval(effect: Estimate | None, scale: Scale) -> Interval | None:
    """Place an effect on an axis; ends beyond it stop at its edge and carry an arrow."""
    if effect is None or not math.isfinite(effect.estimate):
        return None
    low, high = effect.ci_lb, effect.ci_ub
    return Interval(
        x=scale.at(effect.estimate),
        x_lb=None if low is None else scale.at(low),
        x_ub=None if high is None else scale.at(high),
        arrow_left=(low is not None and low < scale.low) or effect.estimate < scale.low,
        arrow_right=(high is not None and high > scale.high) or effect.estimate > scale.high,
    )


def square_side(weight: float | None, heaviest: float) -> float:
    """Return half the side of a square whose area follows the weight.

    Examples
    --------
    >>> square_side(25, 100) * 2 == square_side(100, 100)
    True
    """
    if weight is None or heaviest <= 0:
        return (LARGEST + SMALLEST) / 2
    return max(SMALLEST, LARGEST * math.sqrt(max(0.0, weight) / heaviest))


def _cells(
    row: ResultRow | None, design: Design, numbers: Numbers
) -> tuple[tuple[str, str, Provenance | None], ...]:
    """Write the figures of one row, group 1 before group 2."""
    names = [name for name, _ in SINGLE_FIELDS.get(design, ())]
    groups = GROUP_FIELDS.get(design, ())
    names += [f"{name}_{group}" for group in (1, 2) for name, _ in groups]
    if row is None:
        return tuple(("–", "", None) for _ in names)
    cells: list[tuple[str, str, Provenance | None]] = []
    for name in names:
        value = number(row, name)
        held = row.values.get(name)
        said = "–" if value is None else numbers.plain(value)
        node = f"value/{row.id}/{name}" if held else ""
        cells.append((said, node, firmness(held) if held else None))
    return tuple(cells)
