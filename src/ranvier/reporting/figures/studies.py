"""What every figure of studies needs of a result: effects, variances, names, estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.reporting.figures.figure import DataTable
from ranvier.reporting.figures.look import Look, Style, style_of
from ranvier.reporting.figures.measures import measure_name, shown
from ranvier.reporting.figures.transforms import Transf, transf_of
from ranvier.stats import MhResult, RmaResult

__all__ = [
    "Pooled",
    "Studies",
    "effect_name",
    "many",
    "names_of",
    "pooled_style",
    "radius",
    "studies_of",
    "table_of",
]

#: Results that pool studies into one effect.
Pooled = RmaResult | MhResult


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """The studies of a fit that have an effect and a variance.

    Attributes
    ----------
    yi, vi, sei : ndarray, shape (k,)
    slab : tuple of str
    rows : ndarray of int
        Their rows in what was given, from 0.
    """

    yi: NDArray[np.float64]
    vi: NDArray[np.float64]
    sei: NDArray[np.float64]
    slab: tuple[str, ...]
    rows: NDArray[np.intp]


def names_of(slab: Sequence[str], style: Style) -> tuple[str, ...]:
    """Return the names of the studies: those of the look, else those of the result."""
    if style.slab is None:
        return tuple(slab)
    if len(style.slab) != len(slab):
        raise InputError(
            f"slab must have {len(slab)} names, one a study; it has {len(style.slab)}.",
            remedy="Give a name for every row, rows left out included.",
        )
    return style.slab


def studies_of(yi: NDArray[np.float64], vi: NDArray[np.float64], names: Sequence[str]) -> Studies:
    """Keep the rows that can be drawn; refuse if there is none."""
    keep = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    if not keep.any():
        raise InputError(
            "No study has an effect and a variance.", remedy="Check the columns yi and vi."
        )
    rows = np.flatnonzero(keep)
    return Studies(yi[keep], vi[keep], np.sqrt(vi[keep]), tuple(names[int(i)] for i in rows), rows)


def pooled_style(fit: Pooled, look: Look, *, height: float = 440.0) -> Style:
    """Make the style of a figure of pooled effects: read as their measure is read."""
    return style_of(look, height=height, transf=transf_of(fit.measure))


def effect_name(measure: str, transf: Transf) -> str:
    """Name the axis of effects.

    Examples
    --------
    >>> effect_name("RR", "exp"), effect_name("RR", "none"), effect_name("GEN", "none")
    ('Risk ratio', 'Log risk ratio', 'Effect')
    """
    if measure in {"GEN", ""}:
        return "Effect"
    if transf == "none" and transf_of(measure) == "exp":
        name = measure_name(measure)
        return f"Log {name[0].lower()}{name[1:]}"
    return shown(measure, transf).name


def radius(k: int) -> float:
    """Choose the size of points by how many there are."""
    return 4.2 if k <= 50 else 3.4 if k <= 120 else 2.8


def many(k: int, noun: str = "study", plural: str = "studies") -> str:
    """Count in words.

    Examples
    --------
    >>> many(1), many(13)
    ('1 study', '13 studies')
    """
    return f"{k} {noun if k == 1 else plural}"


def table_of(columns: Sequence[str], *data: Sequence[str]) -> DataTable:
    """Make the table of a figure from columns of written values."""
    return DataTable(tuple(columns), tuple(zip(*data, strict=True)))
