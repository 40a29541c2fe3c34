"""Henmi and Copas: a random-effects interval around the common effect, robust to small studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Control, r_stops
from ranvier.stats.funnel import complete
from ranvier.stats.printing import show_interval
from ranvier.stats.r_stops import uniroot
from ranvier.stats.result import Result
from ranvier.stats.rma import labels, r_call
from ranvier.stats.roots import find_root
from ranvier.stats.source import Data, takes_fit

__all__ = ["HenmiCopas", "hc"]

#: Nodes and panels of the integral over the standard normal, and where its density ends.
NODES, PANELS, END = 20, 10, 9.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HenmiCopas(Result):
    """What :func:`hc` found: the common effect with its interval; ``tau2`` is DerSimonian's."""

    DOES: ClassVar[str] = (
        "The interval of Henmi and Copas was used, which keeps the weights of a common effect, so "
        "that small studies count less, and allows for heterogeneity."
    )
    CITES: ClassVar[tuple[str, ...]] = ("henmi2010",)

    k: int
    estimate: float
    se: float
    ci_lb: float
    ci_ub: float
    tau2: float
    level: float

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        head = f"Henmi and Copas (k = {self.k}; tau2 {self.tau2:.4f})"
        return "\n".join([head, f"{self.estimate:.4f} {interval}", *self.notes])


@takes_fit()
def hc(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    level: float = 0.95,
    control: Control = "exact",
) -> HenmiCopas:
    """Calculate Henmi and Copas's interval of an effect.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors. At least two studies.
    level : float
        Of the interval.
    control : Control
        As in :func:`rma`; metafor finds the percentage point by ``uniroot``.

    Returns
    -------
    HenmiCopas

    Notes
    -----
    The estimate has inverse-variance weights, which small (perhaps biased) studies move less than
    those of random effects; its variance has DerSimonian and Laird's tau2, and the distribution of
    estimate over standard error allows for the estimation of tau2: given the estimate, Q is
    approximated by a gamma distribution.

    References
    ----------
    Henmi M, Copas JB (2010). Confidence intervals for random effects meta-analysis and robustness
    to publication bias. Statistics in Medicine 29:2969-2983. doi:10.1002/sim.4029

    Examples
    --------
    >>> found = hc([0.1, 0.15, 0.2, 0.5, 0.8, 1.2], [0.01, 0.02, 0.01, 0.1, 0.2, 0.3])
    >>> round(found.estimate, 4), round(found.ci_lb, 4), round(found.ci_ub, 4)
    (0.1882, -0.0096, 0.386)
    """
    y, v = complete(yi, vi, sei)
    k = len(y)
    if k < 2:
        raise InputError("Henmi and Copas's interval needs at least two studies.")
    if not 0 < level < 1:
        raise InputError("level must be between 0 and 1.", remedy="95% is level=0.95.")
    # Weights of mean 1: the moments then do not depend on the units of the effects.
    unit = 1 / float((1 / v).mean())
    w = unit / v
    moments = [float((w**j).sum() / w.sum()) for j in (2, 3, 4)]
    total = float(w.sum())
    estimate = float((w @ y) / total)
    q = float(w @ (y - estimate) ** 2) / unit
    tau2 = max(0.0, (q - (k - 1)) / (total - moments[0]))
    var = 1 + tau2 * moments[0]
    se = float(np.sqrt(var / total * unit))
    point = _percentage_point(k, tau2, total, moments, level, control)
    half = point * float(np.sqrt(var)) * se
    return HenmiCopas(
        k=k,
        estimate=estimate,
        se=se,
        ci_lb=estimate - half,
        ci_ub=estimate + half,
        tau2=tau2 * unit,
        level=level,
        call=r_call(y, v, labels(None, k), method="DL", level=level, then="hc(fit)"),
    )


def _percentage_point(
    k: int, tau2: float, w1: float, moments: list[float], level: float, control: Control
) -> float:
    """Find t with P(R > t * f(Q)) = (1 - level) / 2, in standard deviations of R."""
    w2, w3, w4 = moments
    var = 1 + tau2 * w2
    skew = w3 - w2**2
    x, weight = np.polynomial.legendre.leggauss(NODES)

    def conditional(r: Vector) -> tuple[Vector, Vector]:
        """Mean and variance of Q given R = r, both in units of a common sampling variance."""
        away = r**2 / var**2 - 1 / var
        mean = (k - 1) + tau2 * (w1 - w2) + tau2**2 * away * skew
        spread = 2 * (k - 1) + 4 * tau2 * (w1 - w2) + 2 * tau2**2 * (w1 * w2 - 2 * w3 + w2**2)
        spread = spread + 4 * tau2**2 * away * skew
        spread = spread + 4 * tau2**3 * away * (w4 - 2 * w2 * w3 + w2**3)
        spread = spread + 2 * tau2**4 * (1 / var**2 - 2 * r**2 / var**3) * skew**2
        return mean, spread

    def excess(t: float) -> float:
        edges = np.linspace(t, max(t + 1, END), PANELS + 1)
        middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
        r = (middle[:, None] + half[:, None] * x).ravel()
        mean, spread = conditional(np.sqrt(var) * r)
        highest = (w1 / w2 - 1) * ((r / t) ** 2 - 1) + (k - 1) if t > 0 else np.full_like(r, np.inf)
        good = (mean > 0) & (spread > 0)
        mean, spread = np.where(good, mean, 1.0), np.where(good, spread, 1.0)
        below = gammainc(mean**2 / spread, np.maximum(highest, 0) * mean / spread)
        density = np.exp(-(r**2) / 2) / np.sqrt(2 * np.pi)
        return float(below * density @ (half[:, None] * weight).ravel()) - (1 - level) / 2

    stops = r_stops(control)
    if stops is not None:
        return uniroot(excess, 0.0, 2.0, stops.tolerance)
    high = 2.0
    while excess(high) > 0:
        high *= 2
    return find_root(excess, 0.0, high)
