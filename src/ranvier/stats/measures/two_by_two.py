"""Measures of a 2x2 table: two independent groups, a yes-or-no outcome."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from ranvier.stats.arrays import Vector
from ranvier.stats.measures.counts import Table
from ranvier.stats.measures.tetrachoric import tetrachoric, z_tetrachoric

__all__ = ["TABLE_MEASURES", "Effect", "fisher_z", "weighted_mean"]

Effect = tuple[Vector, Vector]


def weighted_mean(x: Vector, w: Vector) -> float:
    """Average over the rows where both are known."""
    known = ~(np.isnan(x) | np.isnan(w))
    return float((x[known] @ w[known]) / w[known].sum())


def fisher_z(yi: Vector, vi: Vector) -> Effect:
    """Turn correlations into Fisher's z, variances by the delta method."""
    return np.arctanh(np.clip(yi, -1, 1)), vi / (1 - np.minimum(yi**2, 1)) ** 2


def _risks(t: Table) -> tuple[Vector, Vector]:
    return t.ai / t.n1i, t.ci / t.n2i


def _averages(t: Table, vtype: str) -> tuple[Vector, Vector]:
    """Risks that enter the variance: each study's own, the average, or the one under H0."""
    p1, p2 = _risks(t)
    if vtype == "AV":
        return (
            np.full_like(p1, weighted_mean(p1, t.n1i)),
            np.full_like(p2, weighted_mean(p2, t.n2i)),
        )
    if vtype == "H0":
        p = (t.ai + t.ci) / (t.n1i + t.n2i)
        return p, p
    return p1, p2


def risk_ratio(t: Table, vtype: str) -> Effect:
    """Log risk ratio."""
    p1, p2 = _risks(t)
    q1, q2 = _averages(t, vtype)
    return np.log(p1) - np.log(p2), (1 - q1) / (q1 * t.n1i) + (1 - q2) / (q2 * t.n2i)


def odds_ratio(t: Table, vtype: str) -> Effect:
    """Log odds ratio."""
    yi = np.log(t.ai) - np.log(t.bi) - np.log(t.ci) + np.log(t.di)
    if vtype == "LS":
        return yi, 1 / t.ai + 1 / t.bi + 1 / t.ci + 1 / t.di
    q1, q2 = _averages(t, vtype)
    return yi, 1 / (q1 * (1 - q1) * t.n1i) + 1 / (q2 * (1 - q2) * t.n2i)


def risk_difference(t: Table, vtype: str) -> Effect:
    """Risk difference."""
    p1, p2 = _risks(t)
    q1, q2 = _averages(t, vtype)
    less = 1.0 if vtype == "UB" else 0.0
    return p1 - p2, q1 * (1 - q1) / (t.n1i - less) + q2 * (1 - q2) / (t.n2i - less)


def peto(t: Table, vtype: str) -> Effect:
    """Log odds ratio by Peto's one-step method: (O - E) / V."""
    n = t.n1i + t.n2i
    expected = (t.ai + t.ci) * t.n1i / n
    v = (t.ai + t.ci) * (t.bi + t.di) * (t.n1i / n) * (t.n2i / n) / (n - 1)
    return (t.ai - expected) / v, 1 / v


def arcsine_difference(t: Table, vtype: str) -> Effect:
    """Difference of the arcsine square roots of the risks."""
    p1, p2 = _risks(t)
    return np.arcsin(np.sqrt(p1)) - np.arcsin(np.sqrt(p2)), 1 / (4 * t.n1i) + 1 / (4 * t.n2i)


def phi(t: Table, vtype: str) -> Effect:
    """Phi coefficient, its variance under multinomial (CS) or stratified (ST) sampling."""
    n1, n2 = t.n1i, t.n2i
    n = n1 + n2
    row = n1 / n, n2 / n
    column = (t.ai + t.ci) / n, (t.bi + t.di) / n
    yi = (t.ai * t.di - t.bi * t.ci) / np.sqrt(n1 * n2 * (t.ai + t.ci) * (t.bi + t.di))
    if vtype == "ST":
        return yi, _phi_variance_stratified(t)
    between = (row[0] - row[1]) * (column[0] - column[1])
    spread = np.sqrt(row[0] * row[1] * column[0] * column[1])
    unequal = (row[0] - row[1]) ** 2 / (row[0] * row[1]) + (column[0] - column[1]) ** 2 / (
        column[0] * column[1]
    )
    # Yule (1912), p. 603.
    vi = (1 - yi**2 + yi * (1 + yi**2 / 2) * between / spread - 3 / 4 * yi**2 * unequal) / n
    return yi, vi


def _phi_variance_stratified(t: Table) -> Vector:
    """Variance of phi where the group sizes are fixed, by the delta method."""
    (p1, p2), n1, n2 = _risks(t), t.n1i, t.n2i
    n, x = n1 + n2, t.ai + t.ci
    y = n - x
    # phi = (p1 - p2) sqrt(n1 n2 / (x y)) with x = n1 p1 + n2 p2.
    root = np.sqrt(n1 * n2 / (x * y))
    pull = (p1 - p2) * (y - x) / (2 * x * y)
    d1 = root * (1 - pull * n1)
    d2 = root * (-1 - pull * n2)
    return d1**2 * p1 * (1 - p1) / n1 + d2**2 * p2 * (1 - p2) / n2


def yule_q(t: Table, vtype: str) -> Effect:
    """Yule's Q: (OR - 1) / (OR + 1)."""
    log_or, v = odds_ratio(t, "LS")
    yi = np.tanh(log_or / 2)
    return yi, (1 - yi**2) ** 2 * v / 4


def yule_y(t: Table, vtype: str) -> Effect:
    """Yule's Y: the same of the square root of the odds ratio."""
    log_or, v = odds_ratio(t, "LS")
    yi = np.tanh(log_or / 4)
    return yi, (1 - yi**2) ** 2 * v / 16


def probit_difference(t: Table, vtype: str) -> Effect:
    """Difference of probits: a standardised mean difference, if the outcome was cut from one."""
    p1, p2 = _risks(t)
    z1, z2 = ndtri(p1), ndtri(p2)
    v1 = 2 * np.pi * p1 * (1 - p1) * np.exp(z1**2) / t.n1i
    return z1 - z2, v1 + 2 * np.pi * p2 * (1 - p2) * np.exp(z2**2) / t.n2i


def _scaled(factor: float) -> Callable[[Table, str], Effect]:
    """Make a standardised mean difference from a log odds ratio."""

    def measure(t: Table, vtype: str) -> Effect:
        yi, vi = odds_ratio(t, vtype)
        return yi / factor, vi / factor**2

    return measure


def _z_phi(t: Table, vtype: str) -> Effect:
    return fisher_z(*phi(t, vtype))


#: Standard deviation of the logistic distribution (Hasselblad & Hedges 1995).
LOGISTIC_SD = float(np.pi / np.sqrt(3))
#: Cox & Snell's (1989) factor between logit and probit.
COX_SNELL = 1.65

#: measure -> (formula, variance types).
TABLE_MEASURES: dict[str, tuple[Callable[[Table, str], Effect], tuple[str, ...]]] = {
    "RR": (risk_ratio, ("LS", "AV", "H0")),
    "OR": (odds_ratio, ("LS", "AV", "H0")),
    "RD": (risk_difference, ("LS", "UB", "AV", "H0")),
    "PETO": (peto, ("LS",)),
    "AS": (arcsine_difference, ("LS",)),
    "PHI": (phi, ("LS", "CS", "ST")),
    "ZPHI": (_z_phi, ("LS", "CS", "ST")),
    "YUQ": (yule_q, ("LS",)),
    "YUY": (yule_y, ("LS",)),
    "RTET": (tetrachoric, ("LS",)),
    "ZTET": (z_tetrachoric, ("LS",)),
    "PBIT": (probit_difference, ("LS",)),
    "OR2D": (_scaled(LOGISTIC_SD), ("LS", "AV", "H0")),
    "OR2DL": (_scaled(LOGISTIC_SD), ("LS", "AV", "H0")),
    "OR2DN": (_scaled(COX_SNELL), ("LS", "AV", "H0")),
}
