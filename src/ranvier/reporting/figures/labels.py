"""Names beside points, so that none lies on another; where they do not fit, numbers with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.reporting.figures.lettering import clip, text_width
from ranvier.reporting.figures.pen import Anchor

__all__ = ["Box", "Placed", "Point", "place", "place_or_number"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Whether it lies wholly inside another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Point:
    """A point that wants a name; of two that want the same room, the weightier gets it."""

    x: float
    y: float
    r: float
    name: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A name at its place; `lead` is where a line to the point begins, if it lies further off."""

    index: int
    said: str
    x: float
    y: float
    anchor: Anchor
    lead: tuple[float, float] | None


#: Where a name may stand, best first: direction and how far beyond the usual gap.
_SIDES: tuple[tuple[int, int], ...] = (
    (1, 0),
    (1, -1),
    (-1, 0),
    (-1, -1),
    (0, -1),
    (1, 1),
    (0, 1),
    (-1, 1),
)
_FAR = (0.0, 9.0, 18.0, 30.0)

#: A name longer than this is clipped at the point; the key and the table give it whole.
LONGEST = 150.0


def place(
    points: Sequence[Point], names: Sequence[str], room: Box, size: float, taken: Sequence[Box] = ()
) -> tuple[Placed, ...]:
    """Place as many names as fit, the weightiest first.

    Parameters
    ----------
    points : sequence of Point
        All points, named or not: no name covers one.
    names : sequence of str
        What to write at each; nothing where it is empty.
    room : Box
        Names stay inside.
    size : float
        Of the letters.
    taken : sequence of Box
        Where other words stand.
    """
    dots = _Grid()
    for i, p in enumerate(points):
        dots.add(Box(p.x - p.r, p.y - p.r, p.x + p.r, p.y + p.r), i)
    words = _Grid()
    for box in taken:
        words.add(box, -1)
    made: list[Placed] = []
    for i in sorted(range(len(points)), key=lambda i: (-points[i].weight, i)):
        if not names[i]:
            continue
        said = clip(names[i], LONGEST, size)
        width = text_width(said, size)
        for far in _FAR:
            found = _beside(points[i], i, said, width, size, far, room, dots, words)
            if found is not None:
                label, box = found
                made.append(label)
                words.add(box, i)
                break
    return tuple(made)


def place_or_number(
    points: Sequence[Point],
    room: Box,
    size: float,
    *,
    labels: Literal["auto", "numbers", "none"],
    taken: Sequence[Box] = (),
) -> tuple[tuple[Placed, ...], tuple[tuple[str, str], ...]]:
    """Write the names at their points where all fit; else numbers, and the key to them.

    Returns
    -------
    tuple
        The labels, and the key: number and name of each point that has one (empty where names
        stand). Where points crowd, some of them have no room for a number.
    """
    if labels == "none":
        return (), ()
    wanted = [p.name for p in points]
    if labels == "auto":
        placed = place(points, wanted, room, size, taken)
        if len(placed) == sum(map(bool, wanted)):
            return placed, ()
    numbers = iter(range(1, len(points) + 1))
    said = [str(next(numbers)) if name else "" for name in wanted]
    placed = place(points, said, room, size, taken)
    shown = {label.index for label in placed}
    return placed, tuple((said[i], p.name) for i, p in enumerate(points) if i in shown)


class _Grid:
    """Boxes in cells, so that only near ones are compared."""

    CELL = 40.0

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[Box, int]]] = {}

    def _over(self, box: Box) -> list[tuple[int, int]]:
        columns = range(int(box.left // self.CELL), int(box.right // self.CELL) + 1)
        rows = range(int(box.top // self.CELL), int(box.bottom // self.CELL) + 1)
        return [(i, j) for i in columns for j in rows]

    def add(self, box: Box, owner: int) -> None:
        for cell in self._over(box):
            self._cells.setdefault(cell, []).append((box, owner))

    def free(self, box: Box, owner: int) -> bool:
        """Whether no box of another owner lies there."""
        return not any(
            other != owner and box.meets(near)
            for cell in self._over(box)
            for near, other in self._cells.get(cell, ())
        )


def _beside(
    p: Point,
    i: int,
    said: str,
    width: float,
    size: float,
    far: float,
    room: Box,
    dots: _Grid,
    words: _Grid,
) -> tuple[Placed, Box] | None:
    """Find the first free side of a point."""
    for dx, dy in _SIDES:
        slant = 0.75 if dx and dy else 1.0
        gap = p.r + 3 + far
        x = p.x + dx * gap * slant
        middle = p.y + dy * (gap * slant + 0.4 * size)
        left = x if dx > 0 else x - width if dx < 0 else x - width / 2
        box = Box(left - 1, middle - 0.55 * size, left + width + 1, middle + 0.55 * size)
        if box.within(room) and dots.free(box, i) and words.free(box, i):
            anchor: Anchor = "start" if dx > 0 else "end" if dx < 0 else "middle"
            lead = None
            if far:
                lead = (x - 2 * dx, middle - dy * 0.5 * size)
            return Placed(i, said, x, middle + 0.36 * size, anchor, lead), box
    return None
