"""The forest plot for narrow screens: words above each interval in place of columns beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.figures.forest.draw import Drawing
from ranvier.reporting.figures.forest.layouts import Layout
from ranvier.reporting.figures.forest.marks import mark, rating_sign
from ranvier.reporting.figures.forest.sheet import Type, line_weight, remark
from ranvier.reporting.figures.forest.table import LABEL, Line, Table
from ranvier.reporting.figures.forest.under import Under, under
from ranvier.reporting.figures.lettering import wrap
from ranvier.reporting.figures.pen import Pen
from ranvier.reporting.svg import element

__all__ = ["draw_narrow"]


@dataclass(frozen=True, slots=True)
class _Strip:
    """One narrow drawing: what all its lines look at."""

    table: Table
    layout: Layout
    pen: Pen
    type: Type
    width: float
    linked: bool


def draw_narrow(
    table: Table,
    layout: Layout,
    pen: Pen,
    type: Type,
    width: float,
    *,
    linked: bool = False,
    lines: Sequence[int] | None = None,
    last: bool = True,
) -> Drawing:
    """Draw a forest plot as wide as its axis; parameters as in :func:`draw`."""
    strip = _Strip(table, layout, pen, type, width, linked)
    top, head = _head(strip)
    at, drawn = top, list[Markup]()
    for i in range(len(table.lines)) if lines is None else lines:
        line, height = _line(strip, table.lines[i], at)
        drawn.append(line)
        at += height
    down: list[Markup] = []
    if table.null is not None:
        x = table.scale.at(table.null)
        down.append(pen.line(x, top, x, at + 0.5 * type.size, role="ink"))
    for i, value in enumerate(table.references):
        if table.scale.low <= value <= table.scale.high:
            x = table.scale.at(value)
            down.append(pen.line(x, top, x, at, role="soft", dash="4 3" if i == 0 else "1.5 2.5"))
    below = Under(
        table, layout, pen, type, plot_x=0.0, plot_width=width, text_width=0.0, width=width
    )
    body, end = under(below, at, last=last)
    return Drawing(Markup("").join([*head, *down, *drawn, *body]), width, end)


def _head(strip: _Strip) -> tuple[float, list[Markup]]:
    """Write what the labels and the figures on the right are."""
    type, pen = strip.type, strip.pen
    columns = (*strip.table.left, *strip.table.right)
    effect = next(c for c in columns if c.key == "effect")
    left = strip.table.left[0].heading
    room = strip.width - type.width(left, "bold") - 1.2 * type.size
    said = " ".join(effect.heading.split())
    lines = wrap(said, room, type.size, "bold")
    out = [pen.text(0, type.size, left, size=type.size, weight="bold")]
    y = type.size
    for i, said in enumerate(lines):
        y = type.size + i * type.leading
        out.append(pen.text(strip.width, y, said, size=type.size, weight="bold", anchor="end"))
    rule = y + 0.5 * type.size
    out.append(pen.line(0, rule, strip.width, rule, role="soft"))
    return rule + 0.2 * type.size, out


def _line(strip: _Strip, line: Line, top: float) -> tuple[Markup, float]:
    """Draw one line; return it with its height."""
    type, pen, width = strip.type, strip.pen, strip.width
    weight = line_weight(line)
    indent = 0.9 * type.size if line.indent else 0.0
    said = " ".join(line.cells.get("effect", ())).strip()
    sign = type.width(f" {line.sign}") if line.sign else 0.0
    taken = type.width(said, weight) + type.size if said else 0.0
    own = width - indent - sign
    beside = type.width(line.label, weight) <= own - taken or own - taken >= 0.45 * width
    small = remark(line)
    size = type.small if small else type.size
    labels = wrap(line.label, own - (taken if beside else 0.0), size, weight) or ("",)
    words: list[Markup] = []
    y = top + 1.1 * type.size
    for part in labels:
        role = "soft" if small else "ink"
        words.append(pen.text(indent, y, part, size=size, weight=weight, role=role))
        y += 1.25 * size
    if line.sign:
        x = indent + type.width(labels[-1], weight) + 0.25 * type.size
        up = y - type.leading - 0.3 * type.size
        words.append(
            pen.text(x, up, line.sign, size=0.75 * type.size, weight="bold", role="series3")
        )
    if said:
        at = top + 1.1 * type.size if beside else y
        words.append(pen.text(width, at, said, size=type.size, weight=weight, anchor="end"))
        y += 0.0 if beside else type.leading
    for part in wrap(_details(strip, line), width - indent, type.small):
        words.append(pen.text(indent, y - 0.1 * type.size, part, size=type.small, role="soft"))
        y += 1.25 * type.small
    if any(line.ratings):
        r = 0.58 * type.size
        for j, level in enumerate(line.ratings):
            words += rating_sign(level, indent + r + j * 2.6 * r, y - 0.35 * type.size, r)
        y += 1.3 * type.size
    text_end = y - 0.75 * type.leading
    marks: list[Markup] = []
    bottom = text_end + (0.1 if small else 0.35) * type.size
    if line.mark is not None:
        half = 0.62 * type.size
        middle = text_end + half + 0.15 * type.size
        said = None if strip.linked else line.said
        diamond = strip.layout.diamond
        marks = mark(pen, line, strip.table, 0.0, middle, half=half, diamond=diamond, said=said)
        bottom = middle + half + 0.3 * type.size
    height = bottom - top
    link = strip.linked and bool(line.node)
    # Words stand on the colour of the page, so that no line runs through them.
    out = (
        [element("rect", x=0, y=top, width=width, height=height, class_="hit", fill="transparent")]
        if link
        else []
    )
    tall = height if line.mark is None else text_end - top
    out.append(pen.rect(0, top, width, tall, fill="paper"))
    out += [*words, *marks]
    if link:
        return element("a", *out, href=f"#{trace_anchor(line.node)}", class_="trace-link"), height
    return element("g", *out), height


def _details(strip: _Strip, line: Line) -> str:
    """Write what stands in the other columns, each with its heading."""
    out: list[str] = []
    for column in (*strip.table.left, *strip.table.right):
        if column.key in (LABEL, "effect"):
            continue
        said = " ".join(line.cells.get(column.key, ())).strip()
        if said and said != "–":
            name = column.short or " ".join(f"{column.over} {column.heading}".split())
            percent = "%" if column.key.startswith("weight") and "%" not in said else ""
            out.append(f"{name} {said}{percent}".strip())
    return " · ".join(out)
