"""Olkin and Pratt's unbiased correlation and its unbiased variance.

Both are Gauss' hypergeometric function. It is integrated here in Euler's form, because
``scipy.special.hyp2f1`` fails for some arguments beside 1 (small correlations).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from ranvier.stats.arrays import Vector

__all__ = ["unbiased_correlation", "unbiased_variance"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)
_THETA = np.pi / 4 * (_NODES + 1)
_SIN2 = np.sin(_THETA) ** 2


def unbiased_correlation(r: Vector, n: Vector) -> Vector:
    """Compute r 2F1(1/2, 1/2; (n - 2) / 2; 1 - r^2): unbiased for n > 4, nan else.

    References
    ----------
    Olkin I, Pratt JW (1958). Unbiased estimation of certain correlation coefficients.
    Annals of Mathematical Statistics 29:201-211. doi:10.1214/aoms/1177706717
    """
    c = (np.where(n > 4, n, np.nan)[:, None] - 2) / 2
    left = 1 - (1 - r[:, None] ** 2) * _SIN2
    lead = np.exp(gammaln(c) - gammaln(c - 0.5)) * 2 / np.sqrt(np.pi)
    integrand = np.cos(_THETA) ** (2 * c - 2) / np.sqrt(left)
    return r * ((lead * integrand) @ _WEIGHTS) * np.pi / 4


def unbiased_variance(r: Vector, n: Vector, unbiased: Vector) -> Vector:
    """Compute the unbiased estimate of the variance of the unbiased correlation."""
    c = np.where(n > 4, n, np.nan)[:, None] / 2
    left = 1 - (1 - r[:, None] ** 2) * _SIN2
    integrand = 2 * (c - 1) * np.sqrt(_SIN2) * np.cos(_THETA) ** (2 * c - 3) / left
    f = integrand @ _WEIGHTS * np.pi / 4
    return unbiased**2 - 1 + (n - 3) / (n - 2) * (1 - r**2) * f
