"""Events in group 1 given all margins: a sum over strata, one parameter, everything exact.

In each stratum the log weights of the possible counts are known up to a multiple of the count, the
log odds (or rate) ratio. The sum over strata is their convolution. It is made at the conditional
estimate, near which intervals are sought, and at no effect, for p values: far from where it was
made, a convolution loses what rounds to 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.roots import find_root

__all__ = ["Conditional", "Strata", "conditional_on", "two_sided_exact"]

#: Smallest possible count of each stratum, and log weights from there on at no effect.
Strata = Sequence[tuple[int, Vector]]

#: Two counts are equally likely if their probabilities differ by less (R's fisher.test uses it).
TIES = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """Estimate and interval of the log ratio; infinite where the margins allow no more.

    ``pval`` is two-sided: all counts no more likely than the one observed.
    """

    estimate: float
    ci_lb: float
    ci_ub: float
    pval: float


def _tilted(log_p: Vector, by: float) -> Vector:
    """The same distribution under another ratio."""
    tilted = log_p + np.arange(len(log_p)) * by
    p = np.exp(tilted - tilted.max())
    return p / p.sum()


def convolved(strata: Strata, at: float) -> tuple[int, Vector]:
    """Smallest sum, and the probabilities from there on under a log ratio."""
    low, p = 0, np.ones(1)
    for first, log_w in strata:
        low, p = low + first, np.convolve(p, _tilted(log_w, at))
        p = p / p.sum()
    return low, p


def _root(f: Callable[[float], float], around: float) -> float:
    width = 1.0
    while f(around - width) * f(around + width) > 0:
        width *= 2
    return find_root(f, around - width, around + width)


def two_sided_exact(p: Vector, observed: int, share: float = 1.0) -> float:
    """Sum the probability of all that is no more likely than what was observed."""
    as_rare = p <= p[observed] * (1 + TIES)
    return min(1.0, float(p[as_rare].sum() - (1 - share) * p[observed]))


def conditional_on(strata: Strata, total: int, *, mid_p: bool, level: float) -> Conditional | None:
    """Estimate a common log ratio from the sum of events in group 1; None if it says nothing.

    Parameters
    ----------
    strata : sequence of (int, Vector)
        Smallest count, and log weights.
    total : int
        Events observed in group 1 of all strata.
    mid_p : bool
        Count only half of the probability of what was observed.
    level : float
        Of the interval.

    Returns
    -------
    Conditional or None

    Examples
    --------
    >>> found = conditional_on([(0, np.log([1.0, 16.0, 36.0, 16.0, 1.0]))], 3, mid_p=False,
    ...                        level=0.95)
    >>> round(float(np.exp(found.estimate)), 2), round(found.pval, 4)
    (6.41, 0.4857)
    """
    low = sum(first for first, _ in strata)
    high = low + sum(len(log_w) - 1 for _, log_w in strata)
    if low == high:
        return None

    def mean(log_ratio: float) -> float:
        return sum(
            first + float(_tilted(log_w, log_ratio) @ np.arange(len(log_w)))
            for first, log_w in strata
        )

    aim = min(max(float(total), low + 0.5), high - 0.5)
    centre = _root(lambda x: mean(x) - aim, 0.0)
    _low, here = convolved(strata, centre)
    with np.errstate(divide="ignore"):
        log_p = np.log(here)
    observed = total - low
    share, tail = 0.5 if mid_p else 1.0, (1 - level) / 2

    def above(by: float) -> float:
        q = _tilted(log_p, by)
        return float(q[observed + 1 :].sum() + share * q[observed]) - tail

    def below(by: float) -> float:
        q = _tilted(log_p, by)
        return float(q[:observed].sum() + share * q[observed]) - tail

    at_floor, at_ceiling = total == low, total == high
    inf = float("inf")
    return Conditional(
        estimate=-inf if at_floor else inf if at_ceiling else centre,
        ci_lb=-inf if at_floor else centre + _root(above, 0.0),
        ci_ub=inf if at_ceiling else centre + _root(below, 0.0),
        pval=two_sided_exact(convolved(strata, 0.0)[1], observed, share),
    )
