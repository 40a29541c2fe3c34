"""Below the last line: the axis, whom its sides favour, heterogeneity, and what the signs mean."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.reporting.figures.forest.axis import tick_label
from ranvier.reporting.figures.forest.layouts import Layout
from ranvier.reporting.figures.forest.marks import RATINGS, rating_sign
from ranvier.reporting.figures.forest.sheet import Type
from ranvier.reporting.figures.forest.table import Table
from ranvier.reporting.figures.lettering import wrap
from ranvier.reporting.figures.pen import Anchor, Pen

__all__ = ["Sides", "Under", "favours", "favours_lines", "letter", "under"]

#: Lines of the two phrases beside each other.
Sides = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Under:
    """What the parts below the lines look at; `text_width` is the room left of the plot."""

    table: Table
    layout: Layout
    pen: Pen
    type: Type
    plot_x: float
    plot_width: float
    text_width: float
    width: float


def letter(i: int) -> str:
    """Name a domain: A, B, C …"""
    return chr(ord("A") + i) if i < 26 else str(i + 1)


def under(board: Under, bottom: float, *, last: bool) -> tuple[list[Markup], float]:
    """Draw everything below the lines; return where it ends."""
    axis, end = _axis(board, bottom)
    if not last:
        return axis, end
    foot, end = _foot(board, bottom, end)
    return axis + foot, end


def _axis(board: Under, bottom: float) -> tuple[list[Markup], float]:
    """Draw the axis, its ticks, its name and who is favoured; return where it ends."""
    pen, type, scale = board.pen, board.type, board.table.scale
    left, y = board.plot_x, bottom + 0.5 * type.size
    tick = pen.theme.ticks
    out = [pen.line(left + scale.start, y, left + scale.end, y, role="soft")]
    for value in board.table.minor:
        x = left + scale.at(value)
        out.append(pen.line(x, y, x, y + 0.5 * tick, role="soft"))
    for value in scale.ticks:
        x = left + scale.at(value)
        out.append(pen.line(x, y, x, y + tick, role="soft"))
        at = y + tick + type.small
        out.append(
            pen.text(x, at, tick_label(value), size=type.small, role="soft", anchor="middle")
        )
    y += tick + 1.3 * type.small
    if board.table.axis_label:
        middle = left + board.plot_width / 2
        for said in wrap(board.table.axis_label, board.plot_width, type.small):
            y += 1.3 * type.small
            at = y - 0.25 * type.small
            out.append(pen.text(middle, at, said, size=type.small, anchor="middle"))
    if board.layout.favours == "below":
        sides = favours_lines(board)
        count = max(len(side) for side in sides)
        if count:
            y += 0.35 * type.size + count * type.leading
            out += favours(board, sides, y, even="top")
    return out, y


def _favours_place(board: Under) -> float:
    """Where the two phrases part: at the null, or near the middle where it is close to an end."""
    null = board.table.null
    x = board.plot_width / 2 if null is None else board.table.scale.at(null)
    return min(max(x, 0.28 * board.plot_width), 0.72 * board.plot_width)


def favours_lines(board: Under) -> Sides:
    """Break into lines whom the two sides favour."""
    if board.table.favours is None:
        return ((), ())
    at, gap = _favours_place(board), 0.6 * board.type.size
    one, two = board.table.favours
    size = board.type.size
    return wrap(one, at - gap, size), wrap(two, board.plot_width - at - gap, size)


def favours(board: Under, sides: Sides, bottom: float, *, even: str) -> list[Markup]:
    """Write whom the sides favour above a pixel, first (`even` top) or last lines side by side."""
    type, out = board.type, list[Markup]()
    x, gap = board.plot_x + _favours_place(board), 0.6 * board.type.size
    tall = max(len(side) for side in sides)
    places: tuple[tuple[tuple[str, ...], float, Anchor], ...] = (
        (sides[0], x - gap, "end"),
        (sides[1], x + gap, "start"),
    )
    for lines, at, anchor in places:
        missing = tall - len(lines) if even == "bottom" else 0
        for i, said in enumerate(lines):
            y = bottom - (tall - i - missing - 1) * type.leading - 0.3 * type.size
            out.append(board.pen.text(at, y, said, size=type.size, anchor=anchor, role="soft"))
    return out


def _foot(board: Under, beside: float, below: float) -> tuple[list[Markup], float]:
    """Write heterogeneity and tests, left of the axis or below it, and the legend of bias."""
    type, pen = board.type, board.pen
    out: list[Markup] = []
    fits = all(type.width(said) <= board.text_width for said in board.table.foot)
    stand = fits or (board.layout.foot == "beside" and board.text_width > 18 * type.size)
    y = beside + 0.3 * type.size if stand else below + 0.6 * type.size
    for said in board.table.foot:
        for part in wrap(said, board.text_width if stand else board.width, type.size):
            y += type.leading
            out.append(pen.text(0, y - 0.3 * type.size, part, size=type.size))
        y += 0.15 * type.size
    y = max(y, below) if board.table.foot else below
    if board.table.domains:
        legend, y = _legend(board, y + 0.8 * type.size)
        out += legend
    return out, y


def _legend(board: Under, y: float) -> tuple[list[Markup], float]:
    """Write what letters and signs of risk of bias mean."""
    type, pen = board.type, board.pen
    y += type.leading
    out = [pen.text(0, y - 0.3 * type.size, "Risk of bias", size=type.size, weight="bold")]
    x = type.width("Risk of bias", "bold") + 1.5 * type.size
    used = {level for line in board.table.lines for level in line.ratings if level}
    r = 0.62 * type.size
    for level in (level for level in RATINGS if level in used):
        said = RATINGS[level].said
        wide = 1.6 * type.size + type.width(said)
        if x + wide > board.width and x > 0:
            x, y = 0.0, y + 1.15 * type.leading
        out += rating_sign(level, x + r, y - r, r)
        out.append(pen.text(x + 1.6 * type.size, y - 0.3 * type.size, said, size=type.size))
        x += wide + 1.4 * type.size
    for i, domain in enumerate(board.table.domains):
        for part in wrap(f"({letter(i)}) {domain}", board.width, type.size):
            y += type.leading
            out.append(pen.text(0, y - 0.3 * type.size, part, size=type.size))
    return out, y
