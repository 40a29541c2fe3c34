"""Draw a forest plot as SVG: text columns on the left, the plot on the right."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.protocol import Comparison, Outcome
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.forest import GROUP_FIELDS, SINGLE_FIELDS, Forest, ForestLine
from ranvier.reporting.forest_marks import axis, clip, diamond, has_total, link, whisker
from ranvier.reporting.forest_words import MEASURES, description
from ranvier.reporting.marks import SIGNS
from ranvier.reporting.numbers import Numbers
from ranvier.reporting.svg import coordinate, element, text, text_width

__all__ = ["Columns", "forest_svg", "text_columns"]

#: Height of a row, and of the heading with two lines, in pixels.
ROW, HEAD = 26.0, 50.0


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
        element("desc", description(analysis, numbers), id=f"{id}-d"),
        *_heading(columns, analysis, comparison, plot),
        element("line", x1=0, x2=width, y1=HEAD - 8, y2=HEAD - 8, class_="rule"),
        *axis(
            plot, columns.plot, last + (ROW if several else 0), comparison, outcome, top=HEAD - 8
        ),
    ]
    for i, line in enumerate(plot.lines):
        drawn = _line(line, columns, HEAD + ROW * i)
        parts.append(link(f"row/{line.row}", drawn) if linked else element("g", *drawn))
    if several:
        drawn = _total(plot, analysis, columns, last, width, numbers)
        node = f"analysis/{analysis.spec.id}"
        parts.append(link(node, drawn) if linked else element("g", *drawn))
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
            said = clip(label, right - left + 6)
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
        clip(f"Only {groups[field]}", 120) if field in groups else name
        for field, name in _single(analysis)
    ]


def _line(line: ForestLine, columns: Columns, top: float) -> list[Markup]:
    """Draw one study."""
    y = top + 15
    label = clip(line.label, columns.label - 6)
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
    out += whisker(line.interval, columns.plot, y - 4)
    x, s = columns.plot + line.interval.x, line.side
    out.append(element("rect", x=x - s, y=y - 4 - s, width=2 * s, height=2 * s, class_="square"))
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
        out += whisker(plot.prediction, columns.plot, y - 5)
    out += diamond(plot.pooled, columns.plot, y - 5)
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
