"""Zero cells: which rows get the constant, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Vector

__all__ = ["Table", "To", "add_to_rows", "corrected_table", "double_zero"]

To = Literal["only0", "all", "if0all", "none"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A 2x2 table a row: events and non-events in group 1, then in group 2."""

    ai: Vector
    bi: Vector
    ci: Vector
    di: Vector

    @property
    def n1i(self) -> Vector:
        """Sizes of group 1."""
        return self.ai + self.bi

    @property
    def n2i(self) -> Vector:
        """Sizes of group 2."""
        return self.ci + self.di

    @property
    def has_zero(self) -> NDArray[np.bool_]:
        """Rows with at least one empty cell."""
        return (self.ai == 0) | (self.bi == 0) | (self.ci == 0) | (self.di == 0)


def double_zero(table: Table) -> NDArray[np.bool_]:
    """Find the rows without events, or without non-events, in both groups."""
    return ((table.ai == 0) & (table.ci == 0)) | ((table.bi == 0) & (table.di == 0))


def add_to_rows(zero: NDArray[np.bool_], to: To, add: float) -> NDArray[np.bool_]:
    """Say which rows get the constant, given which rows have an empty cell."""
    if add == 0 or to == "none":
        return np.zeros_like(zero)
    if to == "only0":
        return zero
    return np.full_like(zero, to == "all" or bool(zero.any()))


def corrected_table(table: Table, rows: NDArray[np.bool_], add: float) -> Table:
    """Add the constant to all four cells of the rows."""
    plus = np.where(rows, add, 0.0)
    return Table(ai=table.ai + plus, bi=table.bi + plus, ci=table.ci + plus, di=table.di + plus)
