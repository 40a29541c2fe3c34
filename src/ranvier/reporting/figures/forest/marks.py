"""The marks of a forest plot: squares, diamonds, intervals, and signs of risk of bias."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from markupsafe import Markup

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.axis import Clipped, clipped
from ranvier.reporting.figures.forest.table import Line, Table
from ranvier.reporting.figures.pen import Pen
from ranvier.reporting.figures.themes import Role
from ranvier.reporting.svg import element

__all__ = ["RATINGS", "Rating", "mark", "rating_of", "rating_sign"]

#: Half a side of the smallest square, as a share of the largest.
SMALLEST = 0.3


@dataclass(frozen=True, slots=True)
class Rating:
    """A level of risk of bias: its sign, so that colour is never alone, and its colour."""

    sign: str
    said: str
    colour: str


#: Levels of RoB 2, ROBINS-I and the first Cochrane tool, by the words for them.
RATINGS: Mapping[str, Rating] = MappingProxyType(
    {
        "low": Rating("+", "low risk", "#5cb85c"),
        "some_concerns": Rating("?", "some concerns", "#f0c239"),
        "unclear": Rating("?", "unclear risk", "#f0c239"),
        "moderate": Rating("?", "moderate risk", "#f0c239"),
        "high": Rating("−", "high risk", "#e2645a"),
        "serious": Rating("−", "serious risk", "#e2645a"),
        "critical": Rating("!", "critical risk", "#c9574e"),
        "no_information": Rating("n", "no information", "#c4c8cc"),
    }
)

_SIGNS = {"+": "low", "?": "some_concerns", "-": "high", "−": "high", "–": "high", "!": "critical"}


def rating_of(said: str | None) -> str | None:
    """Read a level of risk of bias, by its word or its sign.

    Raises
    ------
    InputError
        If the level is not known.

    Examples
    --------
    >>> rating_of("Some concerns"), rating_of("-"), rating_of("")
    ('some_concerns', 'high', None)
    """
    if said is None or not said.strip():
        return None
    word = said.strip().lower()
    word = _SIGNS.get(word, word).replace(" risk", "").replace("-", "_").replace(" ", "_")
    if word not in RATINGS:
        known = ", ".join(name.replace("_", " ") for name in RATINGS)
        raise InputError(
            f"{said!r} is not a level of risk of bias.",
            remedy=f"Say {known}, or + ? −; leave empty what was not assessed.",
        )
    return word


def rating_sign(level: str | None, x: float, y: float, r: float) -> list[Markup]:
    """Draw a rating: a disc with its sign; nothing where it was not assessed."""
    if level is None:
        return []
    rating = RATINGS[level]
    size = 1.45 * r
    circle = element(
        "circle",
        element("title", rating.said),
        cx=x,
        cy=y,
        r=r,
        fill=rating.colour,
        stroke="#000000",
        stroke_opacity=0.35,
        stroke_width=0.6,
    )
    sign = element(
        "text",
        rating.sign,
        x=x,
        y=y + 0.35 * size,
        font_size=size,
        font_weight="bold",
        text_anchor="middle",
        fill="#000000",
        class_="rating",
    )
    return [circle, sign]


def mark(
    pen: Pen,
    line: Line,
    table: Table,
    left: float,
    y: float,
    *,
    half: float,
    diamond: Role,
    said: str | None = None,
) -> list[Markup]:
    """Draw what a line has on the axis.

    Parameters
    ----------
    left : float
        Pixel at which the axis' own pixels begin.
    half : float
        Half a side of the largest square, and half the height of a diamond.
    said : str or None
        Its name, for those who point at it and those who hear it.
    """
    placed = clipped(line.effect, table.scale)
    if placed is None or line.mark is None:
        return []
    if line.mark == "diamond":
        return _diamond(pen, placed, left, y, half, diamond, said)
    if line.mark == "bar":
        return _bar(pen, placed, left, y, half, said)
    out = _whisker(pen, placed, left, y, half)
    if placed.x is not None:
        side = half * max(SMALLEST, math.sqrt(line.size)) if line.mark == "square" else 0.5 * half
        x = left + placed.x
        out.append(pen.rect(x - side, y - side, 2 * side, 2 * side, fill=table.square, said=said))
        a, b = placed.x_lb, placed.x_ub
        if a is not None and b is not None and max(placed.x - a, b - placed.x) < side and b > a:
            # An interval inside its square is seen as a light line on it.
            out.append(
                pen.line(left + a, y, left + b, y, role="paper", width=1.25 * pen.theme.stroke)
            )
    return out


def _whisker(pen: Pen, placed: Clipped, left: float, y: float, half: float) -> list[Markup]:
    """Draw an interval, with an arrow where it leaves the axis."""
    if placed.x_lb is None or placed.x_ub is None:
        return []
    a, b = left + placed.x_lb, left + placed.x_ub
    out = [pen.line(a, y, b, y, role="ink", width=1.25 * pen.theme.stroke)] if b > a else []
    return out + _arrows(pen, placed, a, b, y, 0.55 * half, "ink")


def _arrows(
    pen: Pen, placed: Clipped, a: float, b: float, y: float, size: float, role: Role
) -> list[Markup]:
    """Draw the heads of an interval that leaves the axis."""
    out: list[Markup] = []
    # Beyond both ends on one side, nothing of it is on the axis: one head says where it is.
    heads = ((placed.arrow_left, a, 1.0), (placed.arrow_right, b, -1.0))
    for on, x, sign in heads:
        if on:
            tip = x - sign * 0.8 * size
            back = tip + sign * 1.8 * size
            out.append(pen.polygon([(tip, y), (back, y - size), (back, y + size)], fill=role))
    return out


def _diamond(
    pen: Pen, placed: Clipped, left: float, y: float, half: float, role: Role, said: str | None
) -> list[Markup]:
    """Draw a pooled effect: as wide as its interval, cut off where it leaves the axis."""
    if placed.x_lb is None or placed.x_ub is None:
        if placed.x is None:
            return []
        x, s = left + placed.x, 0.7 * half
        corners = [(x - s, y), (x, y - half), (x + s, y), (x, y + half)]
        return [pen.polygon(corners, fill=role, said=said)]
    a, b = left + placed.x_lb, left + placed.x_ub
    if placed.x is None:
        return [
            *([pen.line(a, y, b, y, role=role, width=2.0)] if b > a else []),
            *_arrows(pen, placed, a, b, y, 0.7 * half, role),
        ]
    m = left + placed.x
    # Cut at the edge of the axis, half as tall as the diamond is in its middle.
    ends = [
        [(a, y - 0.5 * half), (a, y + 0.5 * half)] if placed.arrow_left else [(a, y)],
        [(b, y + 0.5 * half), (b, y - 0.5 * half)] if placed.arrow_right else [(b, y)],
    ]
    points = [(m, y - half), *reversed(ends[1]), (m, y + half), *reversed(ends[0])]
    drawn = [pen.polygon(points, fill=role, said=said)]
    return drawn + _arrows(pen, placed, a, b, y, 0.7 * half, role)


def _bar(
    pen: Pen, placed: Clipped, left: float, y: float, half: float, said: str | None
) -> list[Markup]:
    """Draw a prediction interval: a thick bar, with arrows where it leaves the axis."""
    if placed.x_lb is None or placed.x_ub is None:
        return []
    a, b = left + placed.x_lb, left + placed.x_ub
    h = 0.26 * half
    out = [pen.rect(a, y - h, b - a, 2 * h, fill="second", said=said)] if b > a else []
    return out + _arrows(pen, placed, a, b, y, 0.6 * half, "second")
