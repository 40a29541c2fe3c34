"""Fail-safe numbers: how many studies without an effect would overturn a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import FIXED, Control, Method, r_stops
from ranvier.stats.funnel import complete
from ranvier.stats.r_stops import uniroot
from ranvier.stats.result import Result
from ranvier.stats.rma import RmaResult, rma, two_sided
from ranvier.stats.source import Data, takes_fit

__all__ = ["FailSafe", "fsn"]

#: metafor looks for the root below so many times the number of studies, or further up.
FIRST_LOOK = 50
MOST = 10**7
#: What is nearer to a whole number is that number (metafor's rule).
WHOLE = 1.5e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class FailSafe(Result):
    """Studies without an effect that would overturn a result, and what was to be overturned."""

    DOES: ClassVar[str] = "A fail-safe number of studies was calculated."

    n: int
    estimate: float | None
    target: float | None
    pval: float | None
    type: Literal["Rosenthal", "Orwin", "Rosenberg", "General"]


@takes_fit()
def fsn(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    type: Literal["Rosenthal", "Orwin", "Rosenberg", "General"] = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
    method: Method = "REML",
    control: Control = "exact",
) -> FailSafe:
    """Calculate a fail-safe number of studies.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.
    type : {"Rosenthal", "Orwin", "Rosenberg", "General"}
        Until Stouffer's test is no longer significant; until the common effect is ``target``;
        until it is no longer significant; the same for a random-effects model.
    alpha : float
        Level of significance.
    target : float or None
        For Orwin (None takes half of the common effect) and General (None: until it is no longer
        significant).
    method, control
        As in :func:`rma`, for ``General``; ``control="metafor"`` also rounds as metafor does.

    Returns
    -------
    FailSafe

    Notes
    -----
    ``General`` is metafor's approximation: the missing studies have effect 0, the harmonic mean of
    the variances, and spread as much as those there are. The number is the first that overturns the
    result. metafor searches for a root of p - alpha, which jumps there from study to study, and
    rounds up what it found: often one study more, depending on where its search stops.

    References
    ----------
    Rosenberg MS (2005). The file-drawer problem revisited: a general weighted method for
    calculating fail-safe numbers in meta-analysis. Evolution 59:464-468.

    Examples
    --------
    >>> fsn([0.5, 0.6, 0.4], [0.04, 0.05, 0.03]).n
    18
    """
    y, v = complete(yi, vi, sei)
    if len(y) < 2:
        raise InputError("A fail-safe number needs at least two studies.")
    k, w = len(y), 1 / v
    common = float((w @ y) / w.sum())
    if type == "Rosenthal":
        z = abs(float((y * np.sqrt(w)).sum())) / float(np.sqrt(k))
        n = k * (z / float(ndtri(1 - alpha))) ** 2 - k
        return FailSafe(
            n=_up(n), estimate=None, target=None, pval=two_sided(z, None) / 2, type=type
        )
    if type == "Orwin":
        goal = common / 2 if target is None else target
        if goal == 0:
            raise InputError("No number of studies without effect makes the mean exactly 0.")
        goal = abs(goal) * float(np.sign(common))
        return FailSafe(
            n=_up(k * (common - goal) / goal), estimate=common, target=goal, pval=None, type=type
        )
    if type == "Rosenberg":
        crit = float(ndtri(1 - alpha / 2))
        n = ((float(w @ y) / crit) ** 2 - float(w.sum())) / float(w.mean())
        pval = two_sided(common * float(np.sqrt(w.sum())), None)
        return FailSafe(n=_up(n), estimate=common, target=None, pval=pval, type=type)
    fit = rma(y, v, method=method, control=control)
    pval = two_sided(fit.estimate / float(np.sqrt(1 / (1 / (v + fit.tau2)).sum())), None)
    goal = None if target is None else abs(target) * float(np.sign(fit.estimate))
    if goal == 0:
        raise InputError("No number of studies without effect makes the mean exactly 0.")
    there = pval >= alpha if goal is None else abs(goal) >= abs(fit.estimate)
    n = 0 if there else _general(y, v, fit, alpha, goal, control)
    return FailSafe(n=n, estimate=fit.estimate, target=goal, pval=pval, type=type)


def _up(n: float) -> int:
    """Round up to whole studies, but not for what rounding left."""
    n = max(0.0, n)
    return round(n) if abs(n - round(n)) < 1e-9 else int(np.ceil(n))


def _general(
    y: Vector, v: Vector, fit: RmaResult, alpha: float, target: float | None, control: Control
) -> int:
    """Find the first number of added studies with which p or the effect is where it should be."""
    k, typical = len(y), 1 / float((1 / v).mean())

    def excess(n: float) -> float:
        """What p has above alpha, or the effect above its target, with n whole studies more."""
        n = np.floor(n)
        mean = k * fit.estimate / (k + n)
        spread = (k - 1) * fit.tau2 + max(0, n - 1) * fit.tau2
        spread += k * (fit.estimate - mean) ** 2 + n * mean**2
        tau2 = 0.0 if fit.method in FIXED else max(0.0, spread / (k + n - 1))
        w = 1 / (v + tau2)
        total = float(w.sum()) + n / (typical + tau2)
        pooled = float(w @ y) / total
        if target is not None:
            return abs(target) - abs(pooled)
        return two_sided(pooled * float(np.sqrt(total)), None) - alpha

    stops = r_stops(control)
    if stops is not None:
        return _where_r_ends(excess, FIRST_LOOK * k, stops.tolerance)
    high = 1
    while excess(high) < 0:
        high *= 2
        if high > MOST:
            raise ConvergenceError(
                f"More than {MOST} studies are needed; no number was found.",
                last=float(high),
                remedy="Say that no plausible number of studies would overturn the result.",
            )
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return high


def _where_r_ends(excess: Callable[[float], float], upper: float, tolerance: float) -> int:
    """Round the root up that R's search finds of a function with a jump, and none.

    It ends up to its tolerance above the jump as often as below it, and then one study too high.
    """
    high, move = float(upper), 0.01 * max(1e-4, float(upper))
    while excess(high) < 0:
        high, move = high + move, 2 * move
        if high > MOST:
            return MOST
    root = uniroot(excess, 0.0, high, tolerance)
    return round(root) if abs(root - round(root)) < WHOLE else int(np.ceil(root))
