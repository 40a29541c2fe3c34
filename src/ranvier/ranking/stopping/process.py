"""Estimates from the shape of the curve: finds as a Poisson process that thins out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from ranvier.ranking.stopping.history import Tally

__all__ = ["expected_missed", "p_process"]

Vector = NDArray[np.float64]

#: Below this number of finds a curve has no shape.
FEWEST = 5

#: Shapes of the curve that are tried.
STEPS = 401


def p_process(tally: Tally, missed: int) -> float:
    """Return the chance of at least so many relevant records unread, if the curve goes on.

    References
    ----------
    Sneyd A, Stevenson M (2021). Stopping criteria for technology assisted reviews based on
    counting processes. Proceedings of SIGIR '21, 2293-2297. doi:10.1145/3404835.3463013

    Examples
    --------
    >>> relevant = np.array([True] * 10 + [False] * 80)
    >>> tally = Tally(relevant, np.zeros(90, dtype=bool), left=10)
    >>> p_process(tally, 1) < 0.01
    True
    """
    if missed > tally.left:
        return 0.0
    expected = expected_missed(tally)
    return 1.0 if expected is None else float(poisson.sf(missed - 1, expected))


def expected_missed(tally: Tally) -> float | None:
    """Return how many finds the rest would bring if their rate goes on to fall as it did.

    The rate falls with the rank x as ``exp(-b x)`` or as ``x**-b``, whichever made the finds so
    far likelier (maximum likelihood, ``b`` not negative).

    Returns
    -------
    float or None
        ``None`` with fewer than five finds.

    Examples
    --------
    >>> relevant = np.arange(1, 101) % 10 == 0
    >>> round(expected_missed(Tally(relevant, np.zeros(100, dtype=bool), left=50)), 1)
    5.0
    """
    n, last = float(tally.screened), float(tally.records)
    ranks = (tally.finds - 0.5).astype(np.float64)
    if len(ranks) < FEWEST:
        return None

    fits = [_exponential(ranks, n, last), _power(ranks, n, last)]
    return max(fits)[1]


def _exponential(ranks: Vector, n: float, last: float) -> tuple[float, float]:
    """Fit a rate that falls as ``exp(-b x)``: its log-likelihood, and what is to come."""
    b = np.geomspace(1e-6, 50, STEPS) / n
    whole = -np.expm1(-b * n) / b
    rest = (np.exp(-b * n) - np.exp(-b * last)) / b
    return _best(ranks, whole, rest, b * ranks.sum())


def _power(ranks: Vector, n: float, last: float) -> tuple[float, float]:
    """Fit a rate that falls as ``x**-b``."""
    # No power is 1, where the formula would divide by 0.
    b = np.linspace(0, 4, STEPS) + 1e-7
    whole = (n ** (1 - b) - 0.5 ** (1 - b)) / (1 - b)
    rest = (last ** (1 - b) - n ** (1 - b)) / (1 - b)
    return _best(ranks, whole, rest, b * np.log(ranks).sum())


def _best(ranks: Vector, whole: Vector, rest: Vector, fall: Vector) -> tuple[float, float]:
    """Take the likeliest of the shapes, each at its likeliest height."""
    k = len(ranks)
    likelihood = k * np.log(k / whole) - fall
    i = int(np.argmax(likelihood))
    return float(likelihood[i]), float(k * rest[i] / whole[i])
