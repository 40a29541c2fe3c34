"""Olkin and Pratt's unbiased correlation and its unbiased variance.

Both are Gauss' hypergeometric function. It is integrated here in Euler's form, because
``scipy.special.hyp2f1`` fails for some arguments beside 1 (small correlations).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import gammaln

from ranvier.stats.arrays import Vector

__all__ = ["unbiased_correlation", "unbiased_variance"]


@cache
def _rule() -> tuple[Vector, Vector, Vector]:
    """Return angles, their squared sines and Gauss-Legendre weights; too slow to make at import."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    theta = np.pi / 4 * (nodes + 1)
    return theta, np.sin(theta) ** 2, weights


def unbiased_correlation(r: Vector, n: Vector) -> Vector:
    """Compute r 2F1(1/2, 1/2; (n - 2) / 2; 1 - r^2): unbiased for n > 4, nan else.

    References
    ----------
    Olkin I, Pratt JW (1958). Unbiased estimation of certain correlation coefficients.
    Annals of Mathematical Statistics 29:201-211. doi:10.1214/aoms/1177706717
    """
    theta, sin2, weights = _rule()
    c = (np.where(n > 4, n, np.nan)[:, None] - 2) / 2
    left = 1 - (1 - r[:, None] ** 2) * sin2
    lead = np.exp(gammaln(c) - gammaln(c - 0.5)) * 2 / np.sqrt(np.pi)
    integrand = np.cos(theta) ** (2 * c - 2) / np.sqrt(left)
    return r * ((lead * integrand) @ weights) * np.pi / 4


def unbiased_variance(r: Vector, n: Vector, unbiased: Vector) -> Vector:
    """Compute the unbiased estimate of the variance of the unbiased correlation."""
    theta, sin2, weights = _rule()
    c = np.where(n > 4, n, np.nan)[:, None] / 2
    left = 1 - (1 - r[:, None] ** 2) * sin2
    integrand = 2 * (c - 1) * np.sqrt(sin2) * np.cos(theta) ** (2 * c - 3) / left
    f = integrand @ weights * np.pi / 4
    return unbiased**2 - 1 + (n - 3) / (n - 2) * (1 - r**2) * f
