"""Intervals for one proportion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
from scipy.stats import beta, binom

from ranvier.errors import InputError
from ranvier.stats.mixed import critical
from ranvier.stats.printing import show_interval
from ranvier.stats.result import Result
from ranvier.stats.roots import find_root

__all__ = ["ProportionCi", "ProportionMethod", "proportion_ci"]

ProportionMethod = Literal[
    "wald", "wilson", "wilson_corrected", "agresti_coull", "clopper_pearson", "mid_p", "jeffreys",
    "arcsine",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionCi(Result):
    """A proportion and its interval, 0 to 1."""

    DOES: ClassVar[str] = "The proportion was given a confidence interval."

    x: float
    n: float
    estimate: float
    ci_lb: float
    ci_ub: float
    method: ProportionMethod
    level: float

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        return f"{self.x:g}/{self.n:g} = {self.estimate:.4f} {interval} ({self.method})"


def proportion_ci(
    x: float, n: float, *, method: ProportionMethod = "wilson", level: float = 0.95
) -> ProportionCi:
    """Calculate a confidence interval for one proportion.

    Parameters
    ----------
    x, n : float
        Events, and persons.
    method : ProportionMethod
        ``wald``; ``wilson`` (score), also ``wilson_corrected`` for continuity; ``agresti_coull``;
        ``clopper_pearson`` (exact), ``mid_p``; ``jeffreys`` (equal-tailed, prior Beta(1/2, 1/2),
        one-sided for 0 or all events); ``arcsine``.
    level : float
        Between 0 and 1.

    Returns
    -------
    ProportionCi

    Raises
    ------
    InputError
        If ``x`` is not between 0 and ``n``, or there is no person.

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion.
    Statistical Science 16:101-133. doi:10.1214/ss/1009213286

    Examples
    --------
    >>> print(proportion_ci(14, 20, method="clopper_pearson"))
    14/20 = 0.7000 [0.4572, 0.8811] (clopper_pearson)
    """
    if not (n > 0 and 0 <= x <= n):
        raise InputError(f"x must be between 0 and n, and n positive; they are {x} and {n}.")
    if method not in get_args(ProportionMethod):
        raise InputError(f"method must be one of {', '.join(get_args(ProportionMethod))}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    lower, upper = _METHODS[method](float(x), float(n), level)
    return ProportionCi(
        x=x,
        n=n,
        estimate=x / n,
        ci_lb=max(0.0, lower),
        ci_ub=min(1.0, upper),
        method=method,
        level=level,
    )


def _wald(x: float, n: float, level: float) -> tuple[float, float]:
    p, z = x / n, critical(level, None)
    half = z * float(np.sqrt(p * (1 - p) / n))
    return p - half, p + half


def _wilson(x: float, n: float, level: float) -> tuple[float, float]:
    p, z = x / n, critical(level, None)
    half = z * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
    below, above = (p + z**2 / (2 * n) + sign * half for sign in (-1, 1))
    return (0.0 if x == 0 else below / (1 + z**2 / n)), (1.0 if x == n else above / (1 + z**2 / n))


def _wilson_corrected(x: float, n: float, level: float) -> tuple[float, float]:
    """Newcombe (1998), method 4."""
    p, z = x / n, critical(level, None)
    middle, scale = 2 * n * p + z**2, 2 * (n + z**2)
    down = z * np.sqrt(z**2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1))
    up = z * np.sqrt(max(0.0, z**2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)))
    lower = 0.0 if x == 0 else float((middle - 1 - down) / scale)
    return lower, 1.0 if x == n else float((middle + 1 + up) / scale)


def _agresti_coull(x: float, n: float, level: float) -> tuple[float, float]:
    z2 = critical(level, None) ** 2
    return _wald(x + z2 / 2, n + z2, level)


def _clopper_pearson(x: float, n: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(beta.ppf(tail, x, n - x + 1))
    return lower, 1.0 if x == n else float(beta.ppf(1 - tail, x + 1, n - x))


def _mid_p(x: float, n: float, level: float) -> tuple[float, float]:
    """Half the probability of what was seen counts as more extreme."""
    tail = (1 - level) / 2

    def above(p: float) -> float:
        return float(binom.sf(x, n, p) + binom.pmf(x, n, p) / 2) - tail

    def below(p: float) -> float:
        return float(binom.cdf(x - 1, n, p) + binom.pmf(x, n, p) / 2) - tail

    lower = 0.0 if x == 0 else find_root(above, 0.0, 1.0)
    return lower, 1.0 if x == n else find_root(below, 0.0, 1.0)


def _jeffreys(x: float, n: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(beta.ppf(tail, x + 0.5, n - x + 0.5))
    return lower, 1.0 if x == n else float(beta.ppf(1 - tail, x + 0.5, n - x + 0.5))


def _arcsine(x: float, n: float, level: float) -> tuple[float, float]:
    angle, half = float(np.arcsin(np.sqrt(x / n))), critical(level, None) / (2 * float(np.sqrt(n)))
    lower, upper = max(0.0, angle - half), min(float(np.pi) / 2, angle + half)
    return float(np.sin(lower) ** 2), float(np.sin(upper) ** 2)


_METHODS: dict[ProportionMethod, Callable[[float, float, float], tuple[float, float]]] = {
    "wald": _wald,
    "wilson": _wilson,
    "wilson_corrected": _wilson_corrected,
    "agresti_coull": _agresti_coull,
    "clopper_pearson": _clopper_pearson,
    "mid_p": _mid_p,
    "jeffreys": _jeffreys,
    "arcsine": _arcsine,
}
