"""Marks: every shape of a figure, coloured by role.

A colour is written twice: as an attribute, for the file, and as a class (``f-ink`` fills, ``s-ink``
strokes), by which a page turns it light or dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from ranvier.reporting.figures.lettering import Weight, printable
from ranvier.reporting.figures.themes import Role, Theme
from ranvier.reporting.svg import coordinate, element

__all__ = ["SYMBOLS", "Anchor", "Pen", "Symbol"]

Anchor = Literal["start", "middle", "end"]
Symbol = Literal[
    "circle", "square", "triangle", "diamond", "cross", "plus", "down", "ring", "box", "bar"
]

#: Symbols of groups in their order: each shape is its own without colour.
SYMBOLS: tuple[Symbol, ...] = ("circle", "square", "triangle", "diamond", "down", "cross")

#: Symbols drawn with lines alone.
_LINES = {"cross", "plus", "bar"}


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in the colours of one theme; coordinates are pixels, y downwards."""

    theme: Theme

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        role: Role = "ink",
        width: float | None = None,
        dash: str | None = None,
    ) -> Markup:
        """Draw a straight line."""
        drawn = self._stroke(role, width, dash)
        return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **drawn)

    def polyline(
        self,
        points: Iterable[tuple[float, float]],
        *,
        role: Role = "ink",
        width: float | None = None,
        dash: str | None = None,
        opacity: float | None = None,
    ) -> Markup:
        """Draw a line through points."""
        drawn = self._stroke(role, width, dash)
        return element(
            "polyline", points=_points(points), fill="none", stroke_opacity=opacity, **drawn
        )

    def polygon(
        self,
        points: Iterable[tuple[float, float]],
        *,
        fill: Role | None = "ink",
        stroke: Role | None = None,
        width: float | None = None,
        opacity: float | None = None,
        said: str | None = None,
    ) -> Markup:
        """Draw a filled shape; `said` is its tooltip and its name for a reader."""
        drawn = self._fill(fill, stroke, width)
        return element(
            "polygon", *_said(said), points=_points(points), fill_opacity=opacity, **drawn
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Role | None = "ink",
        stroke: Role | None = None,
        line: float | None = None,
        opacity: float | None = None,
        said: str | None = None,
    ) -> Markup:
        """Draw a rectangle."""
        drawn = self._fill(fill, stroke, line)
        return element(
            "rect",
            *_said(said),
            x=x,
            y=y,
            width=width,
            height=height,
            fill_opacity=opacity,
            **drawn,
        )

    def symbol(
        self,
        symbol: Symbol,
        x: float,
        y: float,
        r: float,
        *,
        role: Role = "ink",
        fill: Role | None = None,
        opacity: float | None = None,
        said: str | None = None,
    ) -> Markup:
        """Draw a point; all symbols of one `r` cover about the same area.

        Parameters
        ----------
        role : Role
            Colour of the outline, and of the inside unless `fill` says another.
        """
        inside = fill or ("paper" if symbol in {"ring", "box"} else role)
        drawn = self._fill(inside, role, 1.0) | {"fill_opacity": opacity}
        if symbol in {"circle", "ring"}:
            return element("circle", *_said(said), cx=x, cy=y, r=r, **drawn)
        if symbol in _LINES:
            d = 0.8 * r if symbol == "cross" else 1.1 * r
            strokes = {
                "cross": ((-d, -d, d, d), (-d, d, d, -d)),
                "plus": ((-d, 0, d, 0), (0, -d, 0, d)),
                "bar": ((0, -d, 0, d),),
            }[symbol]
            path = "".join(f"M{_xy(x + a, y + b)}L{_xy(x + c, y + e)}" for a, b, c, e in strokes)
            stroke = self._stroke(role, max(1.4, 0.35 * r), None)
            return element("path", *_said(said), d=path, fill="none", **stroke)
        s, t = 0.89 * r, 1.3 * r
        corners: dict[str, Sequence[tuple[float, float]]] = {
            "square": ((-s, -s), (s, -s), (s, s), (-s, s)),
            "box": ((-s, -s), (s, -s), (s, s), (-s, s)),
            "triangle": ((0, -t), (0.9 * t, 0.65 * t), (-0.9 * t, 0.65 * t)),
            "down": ((0, t), (0.9 * t, -0.65 * t), (-0.9 * t, -0.65 * t)),
            "diamond": ((0, -t), (t, 0), (0, t), (-t, 0)),
        }
        points = [(x + dx, y + dy) for dx, dy in corners[symbol]]
        return element("polygon", *_said(said), points=_points(points), **drawn)

    def text(
        self,
        x: float,
        y: float,
        said: str,
        *,
        size: float | None = None,
        role: Role = "ink",
        weight: Weight = "regular",
        anchor: Anchor = "start",
        turn: float | None = None,
        halo: Role | None = None,
    ) -> Markup:
        """Write a line; `y` is its baseline, `turn` degrees clockwise about its anchor.

        A `halo` keeps letters legible where they cross lines.
        """
        place = f"rotate({coordinate(turn)} {_xy(x, y, ' ')})" if turn else None
        return element(
            "text",
            printable(said),
            x=x,
            y=y,
            font_size=size or self.theme.size,
            font_weight="bold" if weight == "bold" else None,
            font_style="italic" if weight == "italic" else None,
            text_anchor=None if anchor == "start" else anchor,
            transform=place,
            class_=f"f-{role}" if halo is None else f"f-{role} s-{halo}",
            fill=self.theme.colours[role],
            stroke=None if halo is None else self.theme.colours[halo],
            stroke_width=None if halo is None else 2.6,
            stroke_opacity=None if halo is None else 0.7,
            stroke_linejoin=None if halo is None else "round",
            paint_order=None if halo is None else "stroke",
        )

    def _stroke(
        self, role: Role, width: float | None, dash: str | None
    ) -> dict[str, str | float | None]:
        return {
            "class_": f"s-{role}",
            "stroke": self.theme.colours[role],
            "stroke_width": width or self.theme.stroke,
            "stroke_dasharray": dash,
        }

    def _fill(
        self, fill: Role | None, stroke: Role | None, width: float | None
    ) -> dict[str, str | float | None]:
        classes = [f"f-{fill}"] if fill else []
        classes += [f"s-{stroke}"] if stroke else []
        return {
            "class_": " ".join(classes) or None,
            "fill": self.theme.colours[fill] if fill else "none",
            "stroke": self.theme.colours[stroke] if stroke else None,
            "stroke_width": (width or self.theme.stroke) if stroke else None,
        }


def _xy(x: float, y: float, between: str = ",") -> str:
    return f"{coordinate(x)}{between}{coordinate(y)}"


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(_xy(x, y) for x, y in points)


def _said(said: str | None) -> tuple[Markup, ...]:
    """Name a shape for those who point at it and those who hear it."""
    return () if said is None else (element("title", printable(said)),)
