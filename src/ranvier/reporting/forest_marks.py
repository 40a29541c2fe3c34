"""The marks of a forest plot: axis, interval, diamond, and who is favoured."""

from __future__ import annotations

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.protocol import Comparison, Outcome
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.forest import Forest, Interval
from ranvier.reporting.svg import coordinate, element, text, text_width

__all__ = ["axis", "clip", "diamond", "favours", "has_total", "link", "whisker"]


def has_total(analysis: Analysis) -> bool:
    """Whether a line of totals says more than the studies do."""
    effects = [study.effect for study in analysis.studies]
    return analysis.effect is not None and (len(effects) > 1 or effects != [analysis.effect])


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


def axis(
    plot: Forest,
    left: float,
    bottom: float,
    comparison: Comparison,
    outcome: Outcome,
    *,
    top: float,
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
        out.append(element("line", x1=x, x2=x, y1=top, y2=y, class_="null"))
        first, second = favours(comparison, outcome)
        room = plot.width / 2 - 12
        gap = 8
        middle = min(max(x, left + plot.width * 0.3), left + plot.width * 0.7)
        out.append(text(middle - gap, y + 42, clip(first, room), anchor="end", class_="favours"))
        out.append(text(middle + gap, y + 42, clip(second, room), class_="favours"))
    return out


def whisker(interval: Interval, left: float, y: float) -> list[Markup]:
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


def link(node: str, drawn: list[Markup]) -> Markup:
    """Make what was drawn a link to its trace."""
    return element("a", *drawn, href=f"#{trace_anchor(node)}", class_="trace-link")


def clip(said: str, room: float) -> str:
    """Shorten a heading that would run into its neighbour."""
    if text_width(said, 13) <= room:
        return said
    while said and text_width(said + "…", 13) > room:
        said = said[:-1]
    return said.rstrip() + "…"


def diamond(pooled: Interval | None, left: float, y: float) -> list[Markup]:
    """Draw the pooled effect: as wide as its interval."""
    if pooled is None or pooled.x_lb is None or pooled.x_ub is None:
        return []
    a, m, b = (left + x for x in (pooled.x_lb, pooled.x, pooled.x_ub))
    points = [(a, y), (m, y - 7), (b, y), (m, y + 7)]
    drawn = " ".join(f"{coordinate(px)},{coordinate(py)}" for px, py in points)
    return [element("polygon", points=drawn, class_="diamond")]
