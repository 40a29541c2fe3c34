"""The page of a figure: title, panels, legend, key and notes, from top to bottom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.reporting.figures.axes import Axis
from ranvier.reporting.figures.figure import DataTable, Figure
from ranvier.reporting.figures.labels import Box, Placed, Point, place_or_number
from ranvier.reporting.figures.lettering import clip, text_width, wrap
from ranvier.reporting.figures.look import Labels, Style
from ranvier.reporting.figures.pen import Pen, Symbol
from ranvier.reporting.figures.themes import Role

__all__ = ["Entry", "Panel", "Sheet"]

#: White around everything, in pixels.
MARGIN = 12.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend: a symbol, a stroke or an area, and what it means.

    Attributes
    ----------
    mark : Symbol, "line" or "area"
    role : Role
        Its colour; `fill` that of the inside, where it is another.
    """

    said: str
    mark: Symbol | str
    role: Role = "ink"
    fill: Role | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle with two axes; everything in it is drawn by their :meth:`Axis.at`."""

    x: Axis
    y: Axis

    @property
    def box(self) -> Box:
        """Where it lies."""
        left, right = sorted((self.x.start, self.x.end))
        top, bottom = sorted((self.y.start, self.y.end))
        return Box(left, top, right, bottom)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixels of a point."""
        return self.x.at(x), self.y.at(y)


class Sheet:
    """Draws a figure from top to bottom and keeps count of the height.

    Parameters
    ----------
    style : Style
        Its look.

    Examples
    --------
    >>> from ranvier.reporting.figures.axes import axis
    >>> from ranvier.reporting.figures.look import style_of
    >>> style = style_of({"title": "An example"})
    >>> sheet = Sheet(style)
    >>> panel = sheet.panel(axis(0, 1, length=500, style=style, title="x"),
    ...                     axis(1, 0, length=300, style=style, title="y", upright=True))
    >>> sheet.draw(sheet.pen.symbol("circle", *panel.at(0.5, 0.5), 4))
    >>> figure = sheet.figure("example", title="An example", description="One point.",
    ...                       table=DataTable(("x", "y"), (("0.5", "0.5"),)))
    >>> figure.svg().count("<circle")
    1
    """

    def __init__(self, style: Style) -> None:
        self.style = style
        self.pen = Pen(style.theme)
        self.top = MARGIN
        self._parts: list[Markup] = []
        if style.title:
            size = style.theme.large
            for line in wrap(style.title, style.width - 2 * MARGIN, size, "bold"):
                self.top += size
                self.draw(self.pen.text(MARGIN, self.top, line, size=size, weight="bold"))
                self.top += 4
            self.top += 8

    def draw(self, *marks: Markup) -> None:
        """Add marks on top of those drawn before."""
        self._parts += marks

    def panel(
        self,
        x: Axis,
        y: Axis,
        *,
        left: float = 0.0,
        right: float | None = None,
        top: float | None = None,
        height: float | None = None,
        head: str = "",
        least: float = 0.0,
    ) -> Panel:
        """Lay out a panel with its axes, between `left` and `right`; the sheet goes on below it.

        Parameters
        ----------
        x, y : Axis
            As :func:`axis` makes them; the panel places them.
        left, right : float
            Bounds of the panel with its labels; the whole width by default.
        top, height : float
            Its top (where the sheet stands by default) and its height with labels.
        head : str
            A name above it.
        least : float
            Room kept for the labels of the vertical axis, so that panels below one another align.
        """
        theme = self.style.theme
        edge = self.style.width if right is None else right
        begin = self.top if top is None else top
        wide = max((text_width(label, theme.small) for _, label in y.ticks), default=0.0)
        wide = max(wide, least)
        near = left + MARGIN + wide + theme.ticks + 5
        if y.title:
            near += theme.size + 8
        half = max((text_width(label, theme.small) / 2 for _, label in x.ticks), default=0.0)
        far = edge - MARGIN - min(half, 24.0)
        upper = begin + theme.small / 2 + (theme.size + 10 if head else 0)
        below = theme.ticks + theme.small + 6 + (theme.size + 10 if x.title else 0)
        tall = (height or self.style.height) - (upper - begin) - below
        lower = upper + max(40.0, tall)
        panel = Panel(x.placed(near, far), y.placed(upper, lower))
        if head:
            room = far - left - MARGIN
            self.draw(
                self.pen.text(
                    near,
                    begin + theme.size,
                    clip(head, room, theme.size, "bold"),
                    weight="bold",
                )
            )
        if theme.grid:
            self._grid(panel)
        self._axes(panel, left)
        self.top = max(self.top, lower + below + 4)
        return panel

    def _grid(self, panel: Panel) -> None:
        """Draw faint lines from the ticks."""
        box = panel.box
        for value, _ in panel.x.ticks:
            at = panel.x.at(value)
            self.draw(self.pen.line(at, box.top, at, box.bottom, role="rule", width=0.8))
        for value, _ in panel.y.ticks:
            at = panel.y.at(value)
            self.draw(self.pen.line(box.left, at, box.right, at, role="rule", width=0.8))

    def _axes(self, panel: Panel, left: float) -> None:
        """Draw ticks, their labels and the names of the axes."""
        theme, pen, box = self.style.theme, self.pen, panel.box
        for value, label in panel.x.ticks:
            at = panel.x.at(value)
            self.draw(pen.line(at, box.bottom, at, box.bottom + theme.ticks, role="ink"))
            y = box.bottom + theme.ticks + theme.small + 1
            self.draw(pen.text(at, y, label, size=theme.small, anchor="middle"))
        for value, label in panel.y.ticks:
            at = panel.y.at(value)
            self.draw(pen.line(box.left - theme.ticks, at, box.left, at, role="ink"))
            x, y = box.left - theme.ticks - 4, at + 0.36 * theme.small
            self.draw(pen.text(x, y, label, size=theme.small, anchor="end"))
        if panel.x.title:
            y = box.bottom + theme.ticks + theme.small + 6 + theme.size + 2
            middle = (box.left + box.right) / 2
            room = 2 * min(middle - left, panel.x.end - middle + MARGIN) - 8
            said = clip(panel.x.title, room, theme.size)
            self.draw(pen.text(middle, y, said, anchor="middle"))
        if panel.y.title:
            x, y = left + MARGIN + theme.size * 0.8, (box.top + box.bottom) / 2
            said = clip(panel.y.title, box.bottom - box.top + 2 * theme.size, theme.size)
            self.draw(pen.text(x, y, said, anchor="middle", turn=-90))

    def frame(self, panel: Panel) -> None:
        """Draw the lines of a panel, after areas that would cover them."""
        box, pen = panel.box, self.pen
        if self.style.theme.frame == "box":
            wide, tall = box.right - box.left, box.bottom - box.top
            self.draw(pen.rect(box.left, box.top, wide, tall, fill=None, stroke="ink"))
            return
        self.draw(
            pen.line(box.left, box.bottom, box.right, box.bottom),
            pen.line(box.left, box.top, box.left, box.bottom),
        )

    def names(
        self,
        panel: Panel,
        points: Sequence[Point],
        *,
        labels: Labels = "auto",
        taken: Sequence[Box] = (),
    ) -> tuple[tuple[str, str], ...]:
        """Write names at points, or numbers; return the key, for :meth:`key`."""
        size = self.style.theme.small - 1
        said = self.style.labels or labels
        placed, key = place_or_number(points, panel.box, size, labels=said, taken=taken)
        for label in placed:
            self.draw(*self._label(label, points[label.index], size))
        return key

    def _label(self, label: Placed, point: Point, size: float) -> list[Markup]:
        """Write one name, with a line to its point where it lies further off."""
        word = self.pen.text(
            label.x, label.y, label.said, size=size, anchor=label.anchor, halo="paper"
        )
        if label.lead is None:
            return [word]
        dx, dy = label.lead[0] - point.x, label.lead[1] - point.y
        share = point.r / max(math.hypot(dx, dy), 1e-9)
        start = (point.x + dx * share, point.y + dy * share)
        return [self.pen.line(*start, *label.lead, role="soft", width=0.6), word]

    def legend(self, entries: Sequence[Entry], *, left: float | None = None) -> None:
        """Explain marks in lines that flow from left to right."""
        if not entries:
            return
        size = self.style.theme.small
        edge = self.style.width - MARGIN
        start = MARGIN if left is None else left
        x, y = start, self.top + size
        for entry in entries:
            said = clip(entry.said, edge - start - 28, size)
            wide = 26 + text_width(said, size)
            if x > start and x + wide > edge:
                x, y = start, y + size + 7
            self.draw(
                *self._sample(entry, x, y - 0.36 * size), self.pen.text(x + 26, y, said, size=size)
            )
            x += wide + 18
        self.top = y + 10

    def _sample(self, entry: Entry, x: float, y: float) -> list[Markup]:
        """Draw the mark of a line of the legend, 20 pixels wide."""
        if entry.mark == "line":
            return [self.pen.line(x, y, x + 20, y, role=entry.role, width=1.5, dash=entry.dash)]
        if entry.mark == "area":
            return [
                self.pen.rect(
                    x, y - 6, 20, 12, fill=entry.fill or entry.role, stroke="soft", line=0.6
                )
            ]
        mark: Symbol = entry.mark  # pyright: ignore[reportAssignmentType]
        return [self.pen.symbol(mark, x + 10, y, 4.5, role=entry.role, fill=entry.fill)]

    def key(self, entries: Sequence[tuple[str, str]]) -> None:
        """List what numbers stand for, in columns read downwards."""
        if not entries:
            return
        size = self.style.theme.small - 0.5
        room = self.style.width - 2 * MARGIN
        number = max(text_width(n, size) for n, _ in entries) + 6
        widest = max(text_width(name, size) for _, name in entries)
        columns = max(1, min(len(entries), int(room // (number + min(widest, 260.0) + 16))))
        rows = math.ceil(len(entries) / columns)
        column = room / columns
        for i, (n, name) in enumerate(entries):
            x = MARGIN + (i // rows) * column
            y = self.top + size + (i % rows) * (size + 4)
            said = clip(name, column - number - 10, size)
            self.draw(
                self.pen.text(x + number - 6, y, n, size=size, role="soft", anchor="end"),
                self.pen.text(x + number, y, said, size=size),
            )
        self.top += rows * (size + 4) + 8

    def note(self, said: str) -> None:
        """Write a remark below everything so far."""
        size = self.style.theme.small
        for line in wrap(said, self.style.width - 2 * MARGIN, size):
            self.top += size
            self.draw(self.pen.text(MARGIN, self.top, line, size=size, role="soft"))
            self.top += 4
        self.top += 4

    def figure(self, kind: str, *, title: str, description: str, table: DataTable) -> Figure:
        """Finish the figure; `title` is what it is called where the look gives no title."""
        return Figure(
            kind=kind,
            title=self.style.title or title,
            description=description,
            table=table,
            width=self.style.width,
            height=math.ceil(self.top + MARGIN - 4),
            theme=self.style.theme,
            body=Markup("").join(self._parts),
        )
