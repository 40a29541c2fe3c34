"""Room for everything: widths of columns, heights of lines and of the heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.table import LABEL, Cell, Column, Line, Table
from ranvier.reporting.figures.lettering import Weight, text_width, wrap

__all__ = ["Density", "Placed", "Sheet", "Type", "line_weight", "remark", "sheet_of", "split"]

#: How closely lines stand.
Density = Literal["normal", "close", "dense"]

#: Widest column of labels, and of the user's words, before they are broken into lines; in ems.
LABEL_ROOM, WORDS_ROOM = 21.0, 15.0

#: Between columns, around the plot, and around the whole; in ems.
GAP, PLOT_GAP, INDENT = 1.15, 1.3, 0.9

#: Headings are broken into lines rather than widen their column beyond this, in ems.
HEADING_ROOM = 5.2

#: Height of a line of text, and of the room between two lines of the table, in ems.
LEADING = 1.25
_BETWEEN: dict[Density, float] = {"normal": 0.72, "close": 0.34, "dense": 0.12}


@dataclass(frozen=True, slots=True)
class Type:
    """Sizes of type in pixels."""

    size: float
    small: float
    density: Density = "normal"

    @property
    def leading(self) -> float:
        """Height of a line of text."""
        return LEADING * self.size

    def height(self, lines: int) -> float:
        """Height of a line of the table that holds so many lines of text."""
        return lines * self.leading + _BETWEEN[self.density] * self.size

    def note_height(self, lines: int) -> float:
        """Height of a line of remarks, which stand closer."""
        return LEADING * self.small * lines + 0.5 * _BETWEEN[self.density] * self.size

    def width(self, said: str, weight: Weight = "regular") -> float:
        """Width of a line of ordinary text."""
        return text_width(said, self.size, weight)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its place: left edge, width, where its parts end, its heading in lines.

    Attributes
    ----------
    parts : tuple of (float, float)
        Of each part: the pixel its whole numbers end at, and the pixel everything ends at.
    """

    column: Column
    x: float
    width: float
    parts: tuple[tuple[float, float], ...]
    heading: tuple[str, ...]

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Over:
    """A heading above several columns."""

    lines: tuple[str, ...]
    x: float
    right: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where everything stands across the figure, and how tall each line is."""

    left: tuple[Placed, ...]
    right: tuple[Placed, ...]
    overs: tuple[Over, ...]
    plot_x: float
    plot_width: float
    ratings_x: float
    rating_step: float
    width: float
    labels: tuple[tuple[str, ...], ...]
    cells: tuple[dict[str, tuple[str, ...]], ...]
    heights: tuple[float, ...]
    head_lines: int

    @property
    def text_right(self) -> float:
        """Right edge of the text left of the plot."""
        return self.left[-1].right


def line_weight(line: Line) -> Weight:
    """Return the weight of type a line is set in."""
    return "bold" if line.strong else "regular"


def remark(line: Line) -> bool:
    """Whether a line only says something, in smaller type."""
    return line.kind == "note" and not line.cells


def split(part: str, decimal: str) -> tuple[str, str]:
    """Part a number at its decimal sign (or its slash), the sign with what follows.

    Two numbers, as of an interval, stand by their right edge.

    Examples
    --------
    >>> split("(10.5)", "."), split("1,234", "."), split("15/133", "."), split("[0.5, 1.5]", ".")
    (('(10', '.5)'), ('1,234', ''), ('15', '/133'), ('[0.5, 1.5]', ''))
    """
    places = [m.start() for m in re.finditer(rf"[{re.escape(decimal)}/](?=\d)", part)]
    return (part[: places[0]], part[places[0] :]) if len(places) == 1 else (part, "")


def sheet_of(
    table: Table,
    type: Type,
    *,
    width: float | None,
    least_plot: float,
    plot: float,
    decimal: str,
    too_wide: Literal["refuse", "grow"] = "refuse",
) -> Sheet:
    """Give everything its room.

    Parameters
    ----------
    width : float or None
        Of the whole in pixels; None as wide as the columns and a plot of `plot` pixels are.
    least_plot : float
        Narrowest plot: below it, labels are broken into more lines.
    too_wide : {"refuse", "grow"}
        What is done where not even that helps.

    Raises
    ------
    InputError
        If the columns do not fit.
    """
    for room in (LABEL_ROOM, 16.0, 12.0, 9.0):
        sheet = _attempt(table, type, room, plot, decimal)
        if width is None or sheet.width - plot + least_plot <= width:
            break
    else:
        if too_wide == "grow":
            return _attempt(table, type, room, least_plot, decimal)
        needed = sheet.width - plot + least_plot
        raise InputError(
            f"The columns of this forest plot need {needed:.0f} pixels; width is {width:.0f}.",
            remedy="Leave out columns, give more width, or take form='narrow'.",
        )
    if width is None:
        return sheet
    return _attempt(table, type, room, plot + width - sheet.width, decimal)


def _attempt(table: Table, type: Type, room: float, plot: float, decimal: str) -> Sheet:
    """Lay out with one width of labels and one width of plot."""
    at, left = _columns(table.left, table, type, 0.0, room, decimal)
    plot_x = at + PLOT_GAP * type.size
    after = plot_x + plot + PLOT_GAP * type.size
    at, right = _columns(table.right, table, type, after, room, decimal)
    if not right:
        at = plot_x + plot
    step = 1.6 * type.size
    ratings_x = at + (1.6 if right else 1.2) * type.size
    if table.domains:
        head, all = type.width("Risk of bias", "bold"), step * len(table.domains)
        at = ratings_x + max(all, head)
        ratings_x += max(0.0, head - all) / 2
    placed = (*left, *right)
    label_width = left[0].width
    labels = tuple(_label(line, type, label_width, left[-1].right) for line in table.lines)
    cells = tuple(_wrapped(line, placed, type) for line in table.lines)
    heights = tuple(
        type.note_height(len(label))
        if remark(line)
        else type.height(max([len(label), *(len(c) for c in wrapped.values())]))
        for line, label, wrapped in zip(table.lines, labels, cells, strict=True)
    )
    overs = _overs(placed, type)
    lines = max(
        [
            len(p.heading) + max((len(o.lines) for o in overs if _under(p, o)), default=0)
            for p in placed
        ]
    )
    return Sheet(
        left=left,
        right=right,
        overs=overs,
        plot_x=plot_x,
        plot_width=plot,
        ratings_x=ratings_x,
        rating_step=step,
        width=at,
        labels=labels,
        cells=cells,
        heights=heights,
        head_lines=lines,
    )


def _columns(
    columns: Sequence[Column], table: Table, type: Type, at: float, room: float, decimal: str
) -> tuple[float, tuple[Placed, ...]]:
    """Place columns from a left edge; return where they end."""
    out: list[Placed] = []
    before = ""
    for i, column in enumerate(columns):
        if i:
            wide = column.over != before and (column.over or before)
            at += GAP * type.size * (1.5 if wide else 1.0)
        before = column.over
        placed = _column(column, table, type, at, room, decimal)
        mates = [c for c in columns if c.over == column.over and column.over]
        if len(mates) > 0 and mates[-1] is column:
            placed = _widened(placed, [p for p in out if p.column in mates], type)
        out.append(placed)
        at = placed.right
    return at, tuple(out)


def _column(
    column: Column, table: Table, type: Type, at: float, room: float, decimal: str
) -> Placed:
    """Place one column: as wide as its widest cell or its heading."""
    cells = [(line, line.cells[column.key]) for line in table.lines if column.key in line.cells]
    if column.key == LABEL:
        widest = max(
            (_label_width(line, type) for line in table.lines if not _spans(line)), default=0.0
        )
        needed = min(widest, room * type.size)
        words = [
            type.width(word, line_weight(line)) + _indent(line, type)
            for line in table.lines
            if not _spans(line)
            for word in line.label.split()
        ]
        needed = min(max([needed, *words]), max(needed, room * type.size))
        parts: tuple[tuple[float, float], ...] = ()
    elif column.align == "start":
        widest = max((type.width(" ".join(c), line_weight(n)) for n, c in cells), default=0.0)
        needed = min(widest, WORDS_ROOM * type.size)
        parts = ()
    else:
        parts, needed = _parts(cells, type, decimal)
    # Where a heading says itself how it is broken, it is broken no further without need.
    wide = 2.4 if "\n" in column.heading else 1.0
    heading = _heading(column.heading, max(needed, wide * HEADING_ROOM * type.size), type)
    width = max([needed, *(type.width(said, "bold") for said in heading)])
    shift = at + width - needed
    return Placed(column, at, width, tuple((shift + a, shift + b) for a, b in parts), heading)


def _heading(said: str, room: float, type: Type) -> tuple[str, ...]:
    """Break a heading into lines; a word that is wider than the room keeps its length."""
    out: list[str] = []
    for line in said.split("\n"):
        longest = max((type.width(word, "bold") for word in line.split()), default=0.0)
        held = max(room, min(longest, 2.5 * HEADING_ROOM * type.size))
        out += wrap(line, held + 0.01, type.size, "bold")
    return tuple(out)


def _parts(
    cells: Sequence[tuple[Line, Cell]], type: Type, decimal: str
) -> tuple[tuple[tuple[float, float], ...], float]:
    """Measure the parts of a column: where whole numbers and all ends, from its left edge."""
    count = max((len(cell) for _, cell in cells), default=1)
    space = 0.45 * type.size
    at, out = 0.0, []
    for i in range(count):
        whole = rest = 0.0
        for line, cell in cells:
            if i >= len(cell) or (len(cell) < count and not _number(cell[0])):
                continue
            weight = line_weight(line)
            a, b = split(cell[i], decimal)
            whole, rest = max(whole, type.width(a, weight)), max(rest, type.width(b, weight))
        at += space if i else 0.0
        out.append((at + whole, at + whole + rest))
        at += whole + rest
    alone = [
        type.width(c[0], line_weight(n)) for n, c in cells if len(c) < count and not _number(c[0])
    ]
    needed = max([at, *alone])
    shift = needed - at
    return tuple((a + shift, b + shift) for a, b in out), needed


def _number(said: str) -> bool:
    return any(sign.isdigit() for sign in said) or said == ""


def _widened(placed: Placed, mates: Sequence[Placed], type: Type) -> Placed:
    """Widen the last of some columns until the longest word above them has room."""
    x = mates[0].x if mates else placed.x
    words = placed.column.over.split()
    longest = max((type.width(word, "bold") for word in words), default=0.0)
    lacking = min(longest, LABEL_ROOM * type.size) - (placed.right - x)
    if lacking <= 0:
        return placed
    return Placed(
        placed.column,
        placed.x,
        placed.width + lacking,
        tuple((a + lacking, b + lacking) for a, b in placed.parts),
        placed.heading,
    )


def _overs(placed: Sequence[Placed], type: Type) -> tuple[Over, ...]:
    """Place the headings above several columns."""
    out: list[Over] = []
    i = 0
    while i < len(placed):
        over = placed[i].column.over
        j = i
        while j + 1 < len(placed) and placed[j + 1].column.over == over:
            j += 1
        if over:
            x, right = placed[i].x, placed[j].right
            lines = wrap(over, right - x + 0.01, type.size, "bold")
            out.append(Over(lines, x, right))
        i = j + 1
    return tuple(out)


def _under(placed: Placed, over: Over) -> bool:
    return over.x <= placed.x and placed.right <= over.right


def _indent(line: Line, type: Type) -> float:
    return INDENT * type.size if line.indent else 0.0


def _spans(line: Line) -> bool:
    """Whether the label of a line may run under all columns left of the plot."""
    return line.kind in ("note", "heading") and not line.cells


def _label_width(line: Line, type: Type) -> float:
    sign = type.width(f" {line.sign}") if line.sign else 0.0
    return type.width(line.label, line_weight(line)) + sign + _indent(line, type)


def _label(line: Line, type: Type, width: float, all: float) -> tuple[str, ...]:
    """Break a label into lines."""
    room = (all if _spans(line) else width) - _indent(line, type) + 0.01
    room -= type.width(f" {line.sign}") if line.sign else 0.0
    size = type.small if remark(line) else type.size
    return wrap(line.label, room, size, line_weight(line)) or ("",)


def _wrapped(line: Line, placed: Sequence[Placed], type: Type) -> dict[str, tuple[str, ...]]:
    """Break the user's words into lines."""
    return {
        p.column.key: wrap(
            " ".join(line.cells[p.column.key]), p.width + 0.01, type.size, line_weight(line)
        )
        for p in placed
        if p.column.align == "start" and p.column.key != LABEL and p.column.key in line.cells
    }
