"""Draw a forest plot: heading, lines, axis and what is said below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.figures.forest.layouts import Layout
from ranvier.reporting.figures.forest.marks import mark, rating_sign
from ranvier.reporting.figures.forest.sheet import Placed, Sheet, Type, line_weight, remark, split
from ranvier.reporting.figures.forest.table import Line, Table
from ranvier.reporting.figures.forest.under import Under, favours, favours_lines, letter, under
from ranvier.reporting.figures.lettering import wrap
from ranvier.reporting.figures.pen import Pen
from ranvier.reporting.svg import element

__all__ = ["Drawing", "draw"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn, and how tall it is."""

    body: Markup
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Board:
    """One drawing: what all its parts look at."""

    table: Table
    sheet: Sheet
    layout: Layout
    pen: Pen
    type: Type
    decimal: str
    linked: bool


def draw(
    table: Table,
    sheet: Sheet,
    layout: Layout,
    pen: Pen,
    type: Type,
    *,
    decimal: str = ".",
    linked: bool = False,
    lines: Sequence[int] | None = None,
    last: bool = True,
) -> Drawing:
    """Draw a forest plot, or one page of it.

    Parameters
    ----------
    linked : bool
        Whether lines link to their trace.
    lines : sequence of int or None
        Those of this page.
    last : bool
        Whether this page ends with what is said of the whole.
    """
    board = _Board(table, sheet, layout, pen, type, decimal, linked)
    chosen = range(len(table.lines)) if lines is None else lines
    top, head = _head(board)
    at, ground, over = top, list[Markup](), list[Markup]()
    shaded = False
    first_rule = True
    for i in chosen:
        line, height = table.lines[i], sheet.heights[i]
        if layout.bands and line.kind == "study":
            shaded = not shaded
            if shaded:
                beyond = 0.5 * type.size
                ground.append(
                    pen.rect(-beyond, at, sheet.width + 2 * beyond, height, fill="shade1")
                )
        elif line.kind == "heading":
            shaded = False
        if line.kind == "total" and first_rule and i > 0:
            first_rule = False
            over.append(pen.line(0, at, sheet.text_right, at, role="soft"))
        over.append(_line(board, i, at, height))
        at += height
    down = [*_references(board, chosen, top, at), *_null(board, top, at)]
    below, end = under(_under(board), at, last=last)
    body = Markup("").join([*ground, *head, *down, *over, *below])
    return Drawing(body, sheet.width, end)


def _under(board: _Board) -> Under:
    sheet = board.sheet
    return Under(
        board.table,
        board.layout,
        board.pen,
        board.type,
        plot_x=sheet.plot_x,
        plot_width=sheet.plot_width,
        text_width=sheet.text_right,
        width=sheet.width,
    )


# -- heading -------------------------------------------------------------------------------------


def _head(board: _Board) -> tuple[float, list[Markup]]:
    """Write the headings, bottom lines even; return where the lines begin."""
    sheet, type, pen = board.sheet, board.type, board.pen
    middle = sheet.plot_x + sheet.plot_width / 2
    plot = board.table.plot_heading.split("\n") if board.table.plot_heading else []
    plot = [part for said in plot for part in wrap(said, sheet.plot_width, type.size, "bold")]
    above = favours_lines(_under(board)) if board.layout.favours == "above" else ((), ())
    count = max(sheet.head_lines, len(plot), *(len(side) for side in above))
    if board.table.domains:
        count = max(count, 2)
    bottom = count * type.leading
    out: list[Markup] = []
    for placed in (*sheet.left, *sheet.right):
        out += _heading(board, placed.heading, _head_anchor(placed), bottom)
    for over in sheet.overs:
        below = max(
            len(p.heading)
            for p in (*sheet.left, *sheet.right)
            if over.x <= p.x and p.right <= over.right
        )
        y = bottom - below * type.leading
        centre = (over.x + over.right) / 2
        out += _heading(board, over.lines, (centre, "middle"), y)
        out.append(
            pen.line(over.x, y + 0.1 * type.size, over.right, y + 0.1 * type.size, role="rule")
        )
    out += _heading(board, plot, (middle, "middle"), bottom)
    if board.layout.favours == "above":
        out += favours(_under(board), above, bottom, even="bottom")
    if board.table.domains:
        out += _domains(board, bottom)
    rule = bottom + 0.45 * type.size
    out.append(pen.line(0, rule, sheet.width, rule, role="soft"))
    return rule + 0.25 * type.size, out


def _head_anchor(placed: Placed) -> tuple[float, str]:
    if placed.column.align == "start":
        return placed.x, "start"
    return placed.right, "end"


def _heading(
    board: _Board, lines: Sequence[str], place: tuple[float, str], bottom: float
) -> list[Markup]:
    """Write the lines of a heading above a pixel."""
    x, anchor = place
    top = bottom - len(lines) * board.type.leading
    return [
        board.pen.text(
            x,
            top + (i + 1) * board.type.leading - 0.3 * board.type.size,
            said,
            size=board.type.size,
            weight="bold",
            anchor=anchor,  # pyright: ignore[reportArgumentType]
        )
        for i, said in enumerate(lines)
    ]


def _domains(board: _Board, bottom: float) -> list[Markup]:
    """Write the letters of the domains."""
    sheet, type = board.sheet, board.type
    y = bottom - 0.3 * type.size
    out = [
        board.pen.text(
            sheet.ratings_x + len(board.table.domains) * sheet.rating_step / 2,
            y - type.leading,
            "Risk of bias",
            size=type.size,
            weight="bold",
            anchor="middle",
        )
    ]
    for i in range(len(board.table.domains)):
        x = sheet.ratings_x + (i + 0.5) * sheet.rating_step
        out.append(board.pen.text(x, y, letter(i), size=type.size, weight="bold", anchor="middle"))
    return out


# -- lines ---------------------------------------------------------------------------------------


def _line(board: _Board, i: int, top: float, height: float) -> Markup:
    """Draw one line; in a page, one link."""
    line, sheet, pen, type = board.table.lines[i], board.sheet, board.pen, board.type
    middle = top + height / 2
    out: list[Markup] = []
    link = board.linked and bool(line.node)
    if link:
        hit = {"x": 0, "y": top, "width": sheet.text_right, "height": height}
        out.append(element("rect", **hit, class_="hit", fill="transparent"))
    out += _label(board, i, middle)
    for placed in (*sheet.left[1:], *sheet.right):
        if placed.column.key in line.cells:
            out += _cell(board, line, placed, sheet.cells[i].get(placed.column.key), middle)
    half = min(0.62 * type.size, height / 2 - 1.0)
    out += mark(
        pen,
        line,
        board.table,
        sheet.plot_x,
        middle,
        half=half,
        diamond=board.layout.diamond,
        # In a page the whole line is a link that says this already.
        said=None if link else line.said,
    )
    for j, level in enumerate(line.ratings):
        x = sheet.ratings_x + (j + 0.5) * sheet.rating_step
        out += rating_sign(level, x, middle, min(0.62 * type.size, height / 2 - 0.5))
    if link:
        return element("a", *out, href=f"#{trace_anchor(line.node)}", class_="trace-link")
    return element("g", *out)


def _baselines(count: int, middle: float, type: Type) -> list[float]:
    """Baselines of lines of text around a middle."""
    first = middle - count * type.leading / 2 + type.leading / 2 + 0.35 * type.size
    return [first + i * type.leading for i in range(count)]


def _label(board: _Board, i: int, middle: float) -> list[Markup]:
    """Write the label of a line."""
    line, type, pen = board.table.lines[i], board.type, board.pen
    said = board.sheet.labels[i]
    x = 0.9 * type.size if line.indent else 0.0
    role = "soft" if remark(line) else "ink"
    out: list[Markup] = []
    weight = line_weight(line)
    small = remark(line)
    ys = _baselines(len(said), middle, Type(type.small, type.small) if small else type)
    for part, y in zip(said, ys, strict=True):
        size = type.small if small else type.size
        out.append(pen.text(x, y, part, size=size, weight=weight, role=role))
    if line.sign:
        end = x + type.width(said[-1], weight) + 0.25 * type.size
        sign = pen.text(
            end,
            ys[-1] - 0.3 * type.size,
            line.sign,
            size=0.75 * type.size,
            weight="bold",
            role="series3",
        )
        out.append(sign)
    return out


def _cell(
    board: _Board, line: Line, placed: Placed, words: tuple[str, ...] | None, middle: float
) -> list[Markup]:
    """Write one cell: words in lines, numbers in parts."""
    pen, type, weight = board.pen, board.type, line_weight(line)
    if words is not None:
        ys = _baselines(len(words), middle, type)
        return [
            pen.text(placed.x, y, said, size=type.size, weight=weight)
            for said, y in zip(words, ys, strict=True)
        ]
    y = middle + 0.35 * type.size
    cell = line.cells[placed.column.key]
    alone = len(cell) < len(placed.parts) and not any(c.isdigit() for c in cell[0])
    if alone or not placed.parts:
        if cell[0] == "":
            return []
        role = "soft" if alone else "ink"
        return [
            pen.text(
                placed.right, y, cell[0], size=type.size, weight=weight, anchor="end", role=role
            )
        ]
    out: list[Markup] = []
    for said, (whole, _) in zip(cell, placed.parts, strict=False):
        if said:
            rest = type.width(split(said, board.decimal)[1], weight)
            out.append(pen.text(whole + rest, y, said, size=type.size, weight=weight, anchor="end"))
    return out


# -- lines down the plot -------------------------------------------------------------------------


def _null(board: _Board, top: float, bottom: float) -> list[Markup]:
    """Draw the line of no difference."""
    if board.table.null is None:
        return []
    x = board.sheet.plot_x + board.table.scale.at(board.table.null)
    return [
        board.pen.line(
            x, top - 0.25 * board.type.size, x, bottom + 0.5 * board.type.size, role="ink"
        )
    ]


def _references(board: _Board, chosen: Sequence[int], top: float, bottom: float) -> list[Markup]:
    """Draw a dashed line down from the first study through each pooled effect."""
    out: list[Markup] = []
    scale = board.table.scale
    if not any(board.table.lines[i].kind == "study" for i in chosen):
        return out
    for i, value in enumerate(board.table.references):
        if scale.low <= value <= scale.high:
            x = board.sheet.plot_x + scale.at(value)
            dash = "4 3" if i == 0 else "1.5 2.5"
            out.append(board.pen.line(x, top, x, bottom, role="soft", dash=dash))
    return out
