"""The forest plot as a table: columns, and lines of which some carry a mark on the axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ranvier.core.analysis import Estimate
from ranvier.reporting.figures.themes import Role
from ranvier.reporting.svg import Scale

__all__ = ["LABEL", "Cell", "Column", "Kind", "Line", "MarkKind", "Table"]

#: A cell in parts, each set under the same part of the cells above it: ``("0.49", "[0.34,", …)``.
Cell = tuple[str, ...]

Kind = Literal["heading", "study", "subtotal", "total", "prediction", "note"]
MarkKind = Literal["square", "point", "diamond", "bar"]

#: Key of the column of names.
LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of text beside the plot.

    Attributes
    ----------
    heading : str
        May have several lines.
    over : str
        A heading above it and its neighbours that have the same.
    short : str
        What it is called in a line of words; without it the heading.
    align : {"start", "decimal", "middle"}
        ``decimal`` sets each part by its decimal sign, or by its right edge where it has none.
    """

    key: str
    heading: str
    over: str = ""
    short: str = ""
    align: Literal["start", "decimal", "middle"] = "decimal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line.

    Attributes
    ----------
    cells : mapping of str to Cell
        By key of the column; a column that is missing stays empty.
    mark : MarkKind or None
        What stands on the axis; None where nothing was estimated.
    size : float
        Share of the largest square, 0 to 1, by its area.
    ratings : tuple of str or None
        Risk of bias, by domain.
    node, sign : str
        Where a click leads; the mark of its provenance.
    """

    kind: Kind
    label: str
    cells: Mapping[str, Cell] = field(default_factory=dict[str, Cell])
    effect: Estimate | None = None
    mark: MarkKind | None = None
    size: float = 1.0
    ratings: tuple[str | None, ...] = ()
    indent: bool = False
    node: str = ""
    sign: str = ""

    @property
    def said(self) -> str:
        """The line in words: its label and its effect."""
        effect = " ".join(self.cells.get("effect", ())).strip()
        return f"{self.label}: {effect}" if effect else self.label

    @property
    def strong(self) -> bool:
        """Whether the line is set in bold."""
        return self.kind in ("heading", "subtotal", "total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A forest plot before it has places.

    Attributes
    ----------
    left, right : tuple of Column
        Beside the plot; the first on the left holds the labels.
    plot_heading : str
        Over the plot; may have several lines.
    favours : (str, str) or None
        Whom the two sides of the axis favour.
    references : tuple of float
        Pooled effects that a dashed line goes down from.
    foot : tuple of str
        What is said below the last line: heterogeneity, tests.
    domains : tuple of str
        Of risk of bias, in their order.
    square : Role
        Colour of the studies' marks.
    """

    left: tuple[Column, ...]
    right: tuple[Column, ...]
    lines: tuple[Line, ...]
    plot_heading: str
    scale: Scale
    minor: tuple[float, ...] = ()
    null: float | None = None
    favours: tuple[str, str] | None = None
    axis_label: str = ""
    references: tuple[float, ...] = ()
    foot: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    square: Role = "accent"
