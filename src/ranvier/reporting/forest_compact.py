"""The forest plot for narrow screens: words above each interval in place of columns beside it."""

from __future__ import annotations

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.protocol import Comparison, Outcome
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.forest import Forest, ForestLine
from ranvier.reporting.forest_marks import axis, clip, diamond, has_total, link, whisker
from ranvier.reporting.forest_words import MEASURES, description
from ranvier.reporting.marks import SIGNS
from ranvier.reporting.numbers import Numbers
from ranvier.reporting.svg import coordinate, element, text

__all__ = ["compact_forest_svg"]

#: Height of a study and of the heading, in pixels.
ROW, HEAD = 46.0, 30.0

#: Room on both sides for the outermost ticks, in pixels.
SIDE = 13.0


def compact_forest_svg(
    plot: Forest,
    analysis: Analysis,
    comparison: Comparison,
    outcome: Outcome,
    *,
    numbers: Numbers,
) -> Markup:
    """Draw a forest plot no wider than its axis: study and effect above, interval below."""
    total = has_total(analysis)
    last = HEAD + ROW * len(plot.lines)
    height = last + (ROW if total else 0) + 58
    id = f"compact-{trace_anchor(analysis.spec.id)}"
    title = f"Forest plot: {outcome.name}, {comparison.label}"
    name = MEASURES.get(analysis.spec.measure, analysis.spec.measure)
    bottom = last + (ROW if total else 0)
    parts = [
        element("title", title, id=f"{id}-t"),
        element("desc", description(analysis, numbers), id=f"{id}-d"),
        text(0, 14, "Study", class_="head"),
        text(
            plot.width,
            14,
            f"{name} ({analysis.spec.level * 100:g}% CI)",
            anchor="end",
            class_="head",
        ),
        element("line", x1=0, x2=plot.width, y1=HEAD - 8, y2=HEAD - 8, class_="rule"),
        *axis(plot, 0, bottom, comparison, outcome, top=HEAD - 8),
    ]
    parts += [
        link(f"row/{line.row}", _line(line, plot.width, HEAD + ROW * i))
        for i, line in enumerate(plot.lines)
    ]
    if total:
        said = numbers.bracket(analysis.effect, analysis.spec.measure)
        label = "Total" if len(plot.lines) > 1 else "Result"
        drawn = [*_words(label, said, plot.width, last, "total")]
        drawn += diamond(plot.pooled, 0, last + 31)
        parts.append(link(f"analysis/{analysis.spec.id}", drawn))
    return element(
        "svg",
        *parts,
        viewBox=f"-{coordinate(SIDE)} 0 {coordinate(plot.width + 2 * SIDE)} {coordinate(height)}",
        width=plot.width + 2 * SIDE,
        height=height,
        class_="figure forest compact",
        role="group",
        aria_labelledby=f"{id}-t {id}-d",
    )


def _words(label: str | Markup, effect: str, width: float, top: float, kind: str) -> list[Markup]:
    """Write a study and its effect over the line of no difference, on the colour of the page."""
    return [
        element("rect", x=0, y=top, width=width, height=ROW, class_="hit"),
        element("rect", x=0, y=top + 1, width=width, height=19, class_="paper"),
        text(0, top + 14, label, class_=kind),
        text(width, top + 14, effect, anchor="end", class_=f"num {kind}"),
    ]


def _line(line: ForestLine, width: float, top: float) -> list[Markup]:
    """Draw one study."""
    sign = SIGNS[line.provenance]
    label: str | Markup = clip(line.label, width * 0.48)
    if sign:
        label = Markup("{} {}").format(label, element("tspan", sign, class_="sign"))
    out = _words(label, line.effect, width, top, "study")
    if line.interval is not None:
        y, x, s = top + 31, line.interval.x, line.side
        out += whisker(line.interval, 0, y)
        out.append(element("rect", x=x - s, y=y - s, width=2 * s, height=2 * s, class_="square"))
    return out
