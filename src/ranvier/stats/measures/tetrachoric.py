"""The correlation of two normal variables that were each cut in two: the tetrachoric one.

A 2x2 table has three free proportions and the model three parameters (two cuts, one correlation),
so the maximum likelihood estimate is the correlation that gives exactly the table observed, and its
variance is that of the proportions, carried over.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, owens_t

from ranvier.stats.arrays import Vector
from ranvier.stats.measures.counts import Table
from ranvier.stats.roots import find_roots

__all__ = ["normal_corner", "tetrachoric", "z_tetrachoric"]

#: The roots are sought between plus and minus this.
NEARLY_1 = 1 - 1e-13


def normal_corner(h: Vector, k: Vector, r: Vector) -> Vector:
    """Probability that two standard normal variables of correlation r are below h and below k.

    References
    ----------
    Owen DB (1956). Tables for computing bivariate normal probabilities. Annals of Mathematical
    Statistics 27:1075-1090. doi:10.1214/aoms/1177728074

    Examples
    --------
    >>> zero, half = np.zeros(1), np.full(1, 0.5)
    >>> normal_corner(zero, zero, half).round(6), normal_corner(half, zero, zero).round(6)
    (array([0.333333]), array([0.345731]))
    """
    rest = np.sqrt(1 - r * r)
    # An axis is a limit of both formulas: a step of rounding off it changes nothing.
    h, k = (np.where(x == 0, 1e-300, x) for x in (h, k))
    below = (owens_t(x, (other / x - r) / rest) for x, other in ((h, k), (k, h)))
    apart = np.where(h * k > 0, 0.0, np.where(np.sign(h) == np.sign(k), 0.0, 0.5))
    return (ndtr(h) + ndtr(k)) / 2 - sum(below) - apart


def tetrachoric(t: Table, vtype: str) -> tuple[Vector, Vector]:
    """Correlation and variance; 1 or -1, without a variance, where one cell is empty."""
    n = t.ai + t.bi + t.ci + t.di
    margins = (t.ai + t.bi) * (t.ci + t.di) * (t.ai + t.ci) * (t.bi + t.di)
    defined = margins > 0
    low, high = (t.ai == 0) | (t.di == 0), (t.bi == 0) | (t.ci == 0)
    inside: NDArray[np.bool_] = defined & ~low & ~high
    yi = np.where(defined, np.where(low, -1.0, np.where(high, 1.0, np.nan)), np.nan)
    vi = np.full_like(yi, np.nan)
    # Both cells of a diagonal are empty: all lie on a line, whatever the sample.
    sure = defined & (((t.ai == 0) & (t.di == 0)) | ((t.bi == 0) & (t.ci == 0)))
    vi[sure] = 0.0
    if inside.any():
        cells = [x[inside] / n[inside] for x in (t.ai, t.bi, t.ci, t.di)]
        r, v = _inside(cells)
        yi[inside], vi[inside] = r, v / n[inside]
    return yi, vi


def _inside(p: list[Vector]) -> tuple[Vector, Vector]:
    """Correlation, and its variance for one person, of tables without an empty cell."""
    h, k = ndtri(p[0] + p[1]), ndtri(p[0] + p[2])
    edge = np.full_like(h, NEARLY_1)
    r = find_roots(lambda x: normal_corner(h, k, x) - p[0], -edge, edge)
    rest = np.sqrt(1 - r * r)
    density = np.exp(-(h * h - 2 * r * h * k + k * k) / (2 * rest * rest)) / (2 * np.pi * rest)
    by_row, by_column = ndtr((k - r * h) / rest), ndtr((h - r * k) / rest)
    # What r gains by a little more of each proportion, times the density.
    pull = (1 - by_row - by_column, -by_row, -by_column)
    mean = sum(q * x for q, x in zip(p, pull, strict=False))
    square = sum(q * x * x for q, x in zip(p, pull, strict=False))
    return r, (square - mean**2) / density**2


def z_tetrachoric(t: Table, vtype: str) -> tuple[Vector, Vector]:
    """Fisher's z of it; not a variance-stabilising transformation here."""
    yi, vi = tetrachoric(t, vtype)
    return np.arctanh(yi), vi / (1 - yi**2) ** 2
