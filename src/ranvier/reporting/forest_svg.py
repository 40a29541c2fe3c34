"""Draw a forest plot as SVG: text columns on the left, the plot on the right."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.protocol import Comparison, Outcome
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.forest import GROUP_FIELDS, SINGLE_FIELDS, Forest, ForestLine, Interval
from ranvier.reporting.marks import SIGNS
from ranvier.reporting.numbers import Numbers, is_ratio
from ranvier.reporting.svg import coordinate, element, text, text_width

__all__ = [
    "MEASURES",
    "Columns",
    "favours",
    "forest_svg",
    "heterogeneity",
    "overall_effect",
    "text_columns",
]

#: Height of a row, and of the heading with two lines, in pixels.
ROW, HEAD = 26.0, 50.0

#: Effect measures as RevMan names them.
MEASURES = {
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "PETO": "Peto odds ratio",
    "RD": "Risk difference",
    "MD": "Mean difference",
    "SMD": "Std. mean difference",
    "PR": "Proportion",
    "MC": "Mean change",
    "MPOR": "Odds ratio (paired)",
    "MPORC": "Odds ratio (paired)",
    "MPRD": "Risk difference (paired)",
    "IRR": "Rate ratio",
    "HR": "Hazard ratio",
    "ROM": "Ratio of means",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Right edges of the text columns, and where the plot begins."""

    label: float
    cells: tuple[float, ...]
    weight: float
    effect: float
    plot: float
    weighted: bool


def text_columns(plot: Forest, analysis: Analysis, comparison: Comparison) -> Columns:
    """Give each column the room its longest line needs."""
    longest = max([text_width(line.label) for line in plot.lines] + [text_width("Total (95% CI)")])
    at = label = min(max(130.0, longest + 12), 260.0)
    cells: list[float] = []
    groups = GROUP_FIELDS.get(analysis.spec.design)
    names = _single_names(analysis, comparison)
    count = len(plot.lines[0].cells) if plot.lines else 0
    for i in range(count):
        at += 22 if groups and i == len(groups) else 0
        at += max(56.0, 14 + text_width(names[i], 11.5)) if not groups else 56.0
        cells.append(at)
    weighted = len(plot.lines) > 1 and any(line.weight for line in plot.lines)
    weight = at = at + (66 if weighted else 0)
    texts = [line.effect for line in plot.lines] + [_measure(analysis)]
    at += max(map(text_width, texts)) + 26
    return Columns(label, tuple(cells), weight, at, at + 18, weighted)


def _measure(analysis: Analysis) -> str:
    """Write the heading of the effect column's second line."""
    spec = analysis.spec
    how = {"MH": "M-H, ", "IV": "IV, ", "PETO": "Peto, ", "exact": "Exact, "}.get(spec.method, "")
    if how:
        how += "Random, " if spec.model == "random" else "Fixed, "
    return f"{how}{spec.level * 100:g}% CI"


def forest_svg(
    plot: Forest,
    analysis: Analysis,
    comparison: Comparison,
    outcome: Outcome,
    *,
    numbers: Numbers,
    linked: bool = True,
) -> Markup:
    """Draw a forest plot.

    Parameters
    ----------
    linked : bool
        Whether lines link to their trace: in the document, not in a file of its own.
    """
    columns = text_columns(plot, analysis, comparison)
    width = columns.plot + plot.width + 16
    last = HEAD + ROW * len(plot.lines)
    several = has_total(analysis)
    height = last + (ROW if several else 0) + 64
    id = f"forest-{trace_anchor(analysis.spec.id)}"
    title = f"Forest plot: {outcome.name}, {comparison.label}"
    parts = [
        element("title", title, id=f"{id}-t"),
        element("desc", _description(analysis, numbers), id=f"{id}-d"),
        *_heading(columns, analysis, comparison, plot),
        element("line", x1=0, x2=width, y1=HEAD - 8, y2=HEAD - 8, class_="rule"),
        *_axis(plot, columns.plot, last + (ROW if several else 0), comparison, outcome),
    ]
    for i, line in enumerate(plot.lines):
        drawn = _line(line, columns, HEAD + ROW * i)
        parts.append(_link(f"row/{line.row}", drawn) if linked else element("g", *drawn))
    if several:
        drawn = _total(plot, analysis, columns, last, width, numbers)
        node = f"analysis/{analysis.spec.id}"
        parts.append(_link(node, drawn) if linked else element("g", *drawn))
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg" if not linked else None,
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
        width=width,
        height=height,
        class_="figure forest",
        role="group" if linked else "img",
        aria_labelledby=f"{id}-t {id}-d",
    )


def has_total(analysis: Analysis) -> bool:
    """Whether a line of totals says more than the studies do."""
    effects = [study.effect for study in analysis.studies]
    return analysis.effect is not None and (len(effects) > 1 or effects != [analysis.effect])


def _link(node: str, drawn: list[Markup]) -> Markup:
    return element("a", *drawn, href=f"#{trace_anchor(node)}", class_="trace-link")


def _description(analysis: Analysis, numbers: Numbers) -> str:
    """Say in words what the plot shows; the table below it holds the figures."""
    said = numbers.bracket(analysis.effect, analysis.spec.measure)
    name = MEASURES.get(analysis.spec.measure, analysis.spec.measure)
    return (
        f"{len(analysis.studies)} studies; {name} overall: {said}. "
        "The table below the figure gives the same figures."
    )


def _heading(
    columns: Columns, analysis: Analysis, comparison: Comparison, plot: Forest
) -> list[Markup]:
    """Write the two lines of headings."""
    high, low = HEAD - 32, HEAD - 14
    spec = analysis.spec
    out = [text(0, low, "Study", class_="head")]
    groups = GROUP_FIELDS.get(spec.design)
    names = [h for _, h in groups] * 2 if groups else _single_names(analysis, comparison)
    for x, name in zip(columns.cells, names, strict=False):
        out.append(text(x, low, name, anchor="end", class_="head"))
    if groups and columns.cells:
        n = len(groups)
        for label, i in ((comparison.group_1, 0), (comparison.group_2 or "", n)):
            left = columns.label if i == 0 else columns.cells[n - 1] + 14
            right = columns.cells[i + n - 1]
            said = _clip(label, right - left + 6)
            title = element("title", label) if said != label else Markup("")
            out.append(
                element(
                    "text", title, said, x=right, y=high, text_anchor="end", class_="head group"
                )
            )
    if columns.weighted:
        out.append(text(columns.weight, low, "Weight", anchor="end", class_="head"))
    name = MEASURES.get(spec.measure, spec.measure)
    out.append(text(columns.effect, high, name, anchor="end", class_="head"))
    out.append(text(columns.effect, low, _measure(analysis), anchor="end", class_="head light"))
    middle = columns.plot + plot.width / 2
    out.append(text(middle, low, name, anchor="middle", class_="head"))
    return out


def _single(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    return SINGLE_FIELDS.get(analysis.spec.design, ())


def _single_names(analysis: Analysis, comparison: Comparison) -> list[str]:
    """Name the columns of a design without two groups; those of pairs by what people had."""
    groups = {"only_1": comparison.group_1, "only_2": comparison.group_2 or "comparator"}
    return [
        _clip(f"Only {groups[field]}", 120) if field in groups else name
        for field, name in _single(analysis)
    ]


def _clip(said: str, room: float) -> str:
    """Shorten a heading that would run into its neighbour."""
    if text_width(said, 13) <= room:
        return said
    while said and text_width(said + "…", 13) > room:
        said = said[:-1]
    return said.rstrip() + "…"


def _axis(
    plot: Forest, left: float, bottom: float, comparison: Comparison, outcome: Outcome
) -> list[Markup]:
    """Draw the axis with its ticks, the line of no difference and who is favoured."""
    scale = plot.scale
    y = bottom + 8
    out = [
        element("line", x1=left + scale.start, x2=left + scale.end, y1=y, y2=y, class_="axis"),
    ]
    for tick in scale.ticks:
        x = left + scale.at(tick)
        out.append(element("line", x1=x, x2=x, y1=y, y2=y + 5, class_="axis"))
        out.append(text(x, y + 19, f"{tick:g}".replace("-", "−"), anchor="middle", class_="tick"))
    if plot.null is not None:
        x = left + scale.at(plot.null)
        out.append(element("line", x1=x, x2=x, y1=HEAD - 8, y2=y, class_="null"))
        first, second = favours(comparison, outcome)
        room = plot.width / 2 - 12
        gap = 8
        middle = min(max(x, left + plot.width * 0.3), left + plot.width * 0.7)
        out.append(text(middle - gap, y + 42, _clip(first, room), anchor="end", class_="favours"))
        out.append(text(middle + gap, y + 42, _clip(second, room), class_="favours"))
    return out


def favours(comparison: Comparison, outcome: Outcome) -> tuple[str, str]:
    """Say whom the left and the right side of the axis favour.

    Events that are good favour group 1 to the right of the null; events that are bad, to the left.
    """
    if comparison.group_2 is None:
        return (
            ("Worse", "Better") if outcome.direction == "higher_is_better" else ("Better", "Worse")
        )
    one, two = f"Favours {comparison.group_1}", f"Favours {comparison.group_2}"
    return (two, one) if outcome.direction == "higher_is_better" else (one, two)


def _line(line: ForestLine, columns: Columns, top: float) -> list[Markup]:
    """Draw one study."""
    y = top + 15
    label = _clip(line.label, columns.label - 6)
    sign = SIGNS[line.provenance]
    signed = Markup("{} {}").format(label, element("tspan", sign, class_="sign")) if sign else label
    out = [
        element("rect", x=0, y=top - 4, width=columns.effect, height=ROW, class_="hit"),
        text(0, y, signed, class_="study"),
    ]
    for x, (said, _, _) in zip(columns.cells, line.cells, strict=True):
        out.append(text(x, y, said, anchor="end", class_="num"))
    if columns.weighted and line.interval is not None:
        out.append(text(columns.weight, y, line.weight, anchor="end", class_="num"))
    if line.interval is None:
        out.append(text(columns.effect, y, "Not estimable", anchor="end", class_="light"))
        return out
    out.append(text(columns.effect, y, line.effect, anchor="end", class_="num"))
    out += _whisker(line.interval, columns.plot, y - 4)
    x, s = columns.plot + line.interval.x, line.side
    out.append(element("rect", x=x - s, y=y - 4 - s, width=2 * s, height=2 * s, class_="square"))
    return out


def _whisker(interval: Interval, left: float, y: float) -> list[Markup]:
    """Draw the interval, with an arrow where it leaves the axis."""
    if interval.x_lb is None or interval.x_ub is None:
        return []
    a, b = left + interval.x_lb, left + interval.x_ub
    out = [element("line", x1=a, x2=b, y1=y, y2=y, class_="ci")]
    for on, x, sign in ((interval.arrow_left, a, 1), (interval.arrow_right, b, -1)):
        if on:
            tip = x - sign * 4
            points = [(tip, y), (tip + sign * 7, y - 4), (tip + sign * 7, y + 4)]
            said = " ".join(f"{coordinate(px)},{coordinate(py)}" for px, py in points)
            out.append(element("polygon", points=said, class_="arrow"))
    return out


def _total(
    plot: Forest,
    analysis: Analysis,
    columns: Columns,
    top: float,
    width: float,
    numbers: Numbers,
) -> list[Markup]:
    """Draw the line of totals with its diamond."""
    y = top + 17
    level = f"{analysis.spec.level * 100:g}% CI"
    out = [
        element("line", x1=0, x2=columns.effect, y1=top, y2=top, class_="rule"),
        element("rect", x=0, y=top + 1, width=columns.effect, height=ROW, class_="hit"),
        text(0, y, f"{'Total' if len(plot.lines) > 1 else 'Result'} ({level})", class_="total"),
    ]
    for x, said in zip(columns.cells, _totals(analysis, numbers), strict=False):
        out.append(text(x, y, said, anchor="end", class_="num total"))
    if columns.weighted:
        out.append(text(columns.weight, y, "100.0%", anchor="end", class_="num total"))
    said = numbers.bracket(analysis.effect, analysis.spec.measure)
    out.append(text(columns.effect, y, said, anchor="end", class_="num total"))
    if plot.prediction is not None:
        out += _whisker(plot.prediction, columns.plot, y - 5)
    shape = plot.pooled
    if shape is not None and shape.x_lb is not None and shape.x_ub is not None:
        a, m, b = (columns.plot + x for x in (shape.x_lb, shape.x, shape.x_ub))
        points = [(a, y - 5), (m, y - 12), (b, y - 5), (m, y + 2)]
        drawn = " ".join(f"{coordinate(px)},{coordinate(py)}" for px, py in points)
        out.append(element("polygon", points=drawn, class_="diamond"))
    return out


def _totals(analysis: Analysis, numbers: Numbers) -> list[str]:
    """Write sums under the count columns; means have none."""
    groups = GROUP_FIELDS.get(analysis.spec.design)
    if groups:
        names = [f"{name}_{group}" for group in (1, 2) for name, _ in groups]
    else:
        names = [name for name, _ in _single(analysis)]
    held = analysis.totals
    return [numbers.plain(held[name]) if name in held else "" for name in names]


def heterogeneity(analysis: Analysis, numbers: Numbers) -> str:
    """Write RevMan's line on heterogeneity; empty for fewer than two estimable studies."""
    if analysis.k < 2 or analysis.QE is None:
        return "Not applicable" if analysis.effect is not None else ""
    tau2 = "" if analysis.tau2 is None else f"Tau² = {numbers.fixed(analysis.tau2, 2)}; "
    i2 = "" if analysis.I2 is None else f"; I² = {numbers.fixed(analysis.I2, 0)}%"
    df = "" if analysis.QE_df is None else f", df = {analysis.QE_df}"
    p = "" if analysis.QE_p is None else f" (P {numbers.p(analysis.QE_p)})"
    return f"{tau2}Chi² = {numbers.fixed(analysis.QE, 2)}{df}{p}{i2}"


def overall_effect(analysis: Analysis, numbers: Numbers) -> str:
    """Write RevMan's line on the overall effect."""
    effect = analysis.effect
    if effect is None or analysis.p is None:
        return ""
    said = f"P {numbers.p(analysis.p)}"
    if analysis.spec.interval != "wald" or not analysis.se:
        return said
    point = effect.estimate
    on_log = is_ratio(analysis.spec.measure)
    if on_log and point <= 0:
        return said
    z = abs((math.log(point) if on_log else point) / analysis.se)
    return f"Z = {numbers.fixed(z, 2)} ({said})"
