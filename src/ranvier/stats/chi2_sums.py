"""The distribution of a weighted sum of chi-squared variables."""

from __future__ import annotations

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.roots import find_root

__all__ = ["weighted_chi2_sf"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(60)


def weighted_chi2_sf(q: float, weights: Vector) -> float:
    """Compute the upper tail of a sum of chi-squared(1) variables with positive weights.

    The moment generating function is inverted along a parabola through the saddle point that
    opens to the right, round the branch cut. There the integrand falls like a normal density and
    does not oscillate, however few the weights (Imhof's integral, along the imaginary axis, falls
    like a low power then).

    Parameters
    ----------
    q : float
        Where the tail begins; positive.
    weights : Vector
        Positive weights.

    Returns
    -------
    float
        The probability, to about 12 decimals.

    References
    ----------
    Rice SO (1980). Distribution of quadratic forms in normal random variables: evaluation by
    numerical integration. SIAM Journal on Scientific and Statistical Computing 1:438-448.

    Examples
    --------
    >>> round(weighted_chi2_sf(3.8414588, np.ones(1)), 6)
    0.05
    """
    if q <= 0:
        return 1.0
    lam, x = weights / weights.max(), q / float(weights.max())
    saddle = find_root(
        lambda s: float((lam / (1 - 2 * lam * s)).sum()) - x,
        -0.5 * len(lam) / x - 1.0,
        0.5 - 1e-12 * min(1.0, 1 / x),
    )
    nearest = 0.1 / float(np.sqrt(2 * (lam**2).sum()))  # The pole at 0 is kept at a distance.
    if abs(saddle) < nearest:
        saddle = nearest
    spread = float(np.sqrt((2 * (lam / (1 - 2 * lam * saddle)) ** 2).sum()))
    bend = spread / 2
    end = 9 / float(np.sqrt(min(x * bend, spread**2)))
    total = 0.0
    for piece in range(8):
        low, high = end * (piece / 8) ** 2, end * ((piece + 1) / 8) ** 2
        y = (high - low) / 2 * (_NODES + 1) + low
        s = saddle + bend * y**2 + 1j * y
        exponent = -0.5 * np.log(1 - 2 * np.outer(s, lam)).sum(axis=1) - s * x
        value = np.exp(exponent) / s * (2 * bend * y + 1j)
        total += float((value.imag @ _WEIGHTS) * (high - low) / 2)
    tail = total / np.pi + (1.0 if saddle < 0 else 0.0)
    return min(1.0, max(0.0, tail))
