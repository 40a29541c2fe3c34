"""Posterior distributions as mixtures over tau: densities, quantiles, intervals, by quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector

__all__ = [
    "NormalMixture",
    "Posterior",
    "TauGrid",
    "crossing",
    "integrate_over_tau",
    "summarise",
]

#: Nodes of Gauss and Legendre a panel, panels to begin with and at most, and the relative error.
NODES, FIRST, MOST, PRECISION = 16, 48, 3000, 1e-13
GAUSS = np.polynomial.legendre.leggauss(NODES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is known of one quantity afterwards.

    Attributes
    ----------
    mode, median, mean, sd : float
        ``mean`` and ``sd`` are infinite where the integral has no bound.
    ci_lb, ci_ub : float
        Central credible interval: as much probability below as above.
    hpd_lb, hpd_ub : float
        Shortest credible interval.
    """

    mode: float
    median: float
    mean: float
    sd: float
    ci_lb: float
    ci_ub: float
    hpd_lb: float
    hpd_ub: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TauGrid:
    """Nodes and weights that integrate over the posterior of tau; weights sum to 1.

    ``log_total`` is the log of the integral of the unnormalised density.
    """

    log_density: Callable[[Vector], Vector]
    unit: float
    edges: Vector  # (panels + 1,), in x = sqrt(tau / unit) / (1 + sqrt(tau / unit))
    tau: Vector
    weight: Vector
    log_total: float

    def density(self, tau: Vector) -> Vector:
        """Posterior density of tau."""
        return np.exp(self.log_density(np.asarray(tau, dtype=np.float64)) - self.log_total)

    def cdf(self, tau: float) -> float:
        """Posterior probability of a value up to ``tau``."""
        if tau <= 0:
            return 0.0
        root = np.sqrt(tau / self.unit)
        end = root / (1 + root)
        panel = min(int(np.searchsorted(self.edges, end, side="right")) - 1, len(self.edges) - 2)
        whole = float(self.weight[: panel * NODES].sum())
        x, w = _nodes(self.edges[panel : panel + 1], np.array([end]))
        inside = np.exp(_in_x(self.log_density, x, self.unit) - self.log_total)
        return min(1.0, whole + float((inside * w).sum()))

    def quantile(self, p: float) -> float:
        """Value below which tau is with probability p."""
        sums = np.cumsum(self.weight.reshape(-1, NODES).sum(axis=1))
        panel = min(int(np.searchsorted(sums, p)), len(sums) - 1)
        lower, upper = (self._tau(self.edges[i]) for i in (panel, panel + 1))
        if not np.isfinite(upper):
            upper = max(1.0, lower) * 10
            while self.cdf(upper) < p:
                upper *= 10
        if self.cdf(upper) <= p:
            return upper
        if self.cdf(lower) >= p:
            return lower
        return crossing(lambda t: self.cdf(t) - p, lower, upper, xtol=1e-15 * self.unit)

    def _tau(self, x: float) -> float:
        return float(self.unit * (x / (1 - x)) ** 2) if x < 1 else float("inf")


def crossing(f: Callable[[float], float], lower: float, upper: float, *, xtol: float) -> float:
    """Find where one function changes sign, by Brent's method."""
    return float(cast("Any", brentq)(f, lower, upper, xtol=xtol, rtol=1e-14))


def _nodes(lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
    """Nodes and weights of Gauss and Legendre on panels."""
    at, w = GAUSS
    half = (upper - lower)[:, None] / 2
    x = lower[:, None] + half * (1 + at)
    return x.ravel(), (half * w).ravel()


def _in_x(log_density: Callable[[Vector], Vector], x: Vector, unit: float) -> Vector:
    """Log density times d tau / dx where tau = unit (x / (1 - x))^2."""
    odds = x / (1 - x)
    jacobian = np.log(2 * unit) + np.log(odds) - 2 * np.log1p(-x)
    return log_density(unit * odds**2) + jacobian


def integrate_over_tau(log_density: Callable[[Vector], Vector], unit: float) -> TauGrid:
    """Lay panels over tau from 0 to infinity, halved until the integral stays.

    Raises
    ------
    InputError
        If the integral is not finite: too few studies for an improper prior.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        far = unit * np.array([1e8, 1e9])
        fall = float(np.diff(log_density(far))[0] / np.log(10))
        if not fall < -1 - 1e-6:
            raise InputError(
                "The posterior of tau has no finite integral: the prior is improper and there are "
                "too few studies.",
                remedy='Choose a proper prior, such as TauPrior(kind="half-normal", scale=0.5).',
            )
        edges = np.linspace(0, 1, FIRST + 1)
        lower, upper = edges[:-1], edges[1:]
        x, w = _nodes(lower, upper)
        height = _in_x(log_density, x, unit)
        top = float(np.nanmax(height))
        mass = _panels(height, w, top)
        settled, done = 0.0, list[tuple[Vector, Vector]]()
        while len(lower):
            middle = (lower + upper) / 2
            halves = [_nodes(lower, middle), _nodes(middle, upper)]
            heights = [_in_x(log_density, x, unit) for x, _ in halves]
            left, right = (_panels(h, w, top) for h, (_, w) in zip(heights, halves, strict=True))
            total = settled + float(left.sum() + right.sum())
            rough = np.abs(left + right - mass) > PRECISION * total
            done.append(
                (np.r_[lower[~rough], middle[~rough]], np.r_[middle[~rough], upper[~rough]])
            )
            lower, upper = np.r_[lower[rough], middle[rough]], np.r_[middle[rough], upper[rough]]
            mass = np.r_[left[rough], right[rough]]
            settled = total - float(mass.sum())
            if len(lower) + sum(len(a) for a, _ in done) > MOST or bool(
                (upper - lower < 1e-14).any()
            ):
                done.append((lower, upper))
                break
        starts = np.concatenate([a for a, _ in done])
        ends = np.concatenate([b for _, b in done])
        order = np.argsort(starts)
        starts, ends = starts[order], ends[order]
        x, w = _nodes(starts, ends)
        height = _in_x(log_density, x, unit)
        weight = np.where(np.isfinite(height), w * np.exp(height - top), 0.0)
    total = float(weight.sum())
    return TauGrid(
        log_density=log_density, unit=unit, edges=np.r_[starts, ends[-1]],
        tau=unit * (x / (1 - x)) ** 2, weight=weight / total, log_total=top + float(np.log(total)),
    )  # fmt: skip


def _panels(height: Vector, w: Vector, top: float) -> Vector:
    """Integrals of panels, in units of the highest density seen."""
    inside = np.where(np.isfinite(height), w * np.exp(np.minimum(height - top, 700)), 0.0)
    return inside.reshape(-1, NODES).sum(axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NormalMixture:
    """Normal distributions, mixed."""

    weight: Vector
    mean: Vector
    sd: Vector

    def density(self, x: float) -> float:
        """Density at one point."""
        z = (x - self.mean) / self.sd
        return float(self.weight @ (np.exp(-(z**2) / 2) / self.sd)) / float(np.sqrt(2 * np.pi))

    def cdf(self, x: float) -> float:
        """Probability of a value up to ``x``."""
        return float(self.weight @ ndtr((x - self.mean) / self.sd))

    def quantile(self, p: float) -> float:
        """Value below which the quantity is with probability p."""
        used = self.weight > 0
        centre = float(self.weight @ self.mean)
        step = float(np.median(self.sd[used]))
        lower, upper = centre - step, centre + step
        while self.cdf(lower) > p:
            lower -= step
            step *= 2
        while self.cdf(upper) < p:
            upper += step
            step *= 2
        return crossing(lambda x: self.cdf(x) - p, lower, upper, xtol=1e-14 * step)

    def moments(self, fall: float) -> tuple[float, float]:
        """Mean and standard deviation; infinite ones where tau's tail falls too slowly."""
        mean = float(self.weight @ self.mean)
        var = float(self.weight @ (self.sd**2 + (self.mean - mean) ** 2))
        return mean, float(np.sqrt(var)) if fall < -3.001 else float("inf")


def summarise(
    *,
    density: Callable[[float], float],
    quantile: Callable[[float], float],
    mean: float,
    sd: float,
    level: float,
    floor: float | None = None,
) -> Posterior:
    """Describe one posterior that has one peak; ``floor`` is a value it cannot go below."""
    tail = (1 - level) / 2
    lower, median, upper = (quantile(p) for p in (tail, 0.5, 1 - tail))
    points = [quantile(p) for p in np.linspace(0.005, 0.995, 41)]
    points = points if floor is None else [floor, *points]
    heights = [density(x) for x in points]
    best = int(np.argmax(heights))
    a, b = points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)]

    def depth(x: float) -> float:
        return -density(x)

    found = cast(
        "Any",
        minimize_scalar(depth, bounds=(a, b), method="bounded", options={"xatol": 1e-9 * (b - a)}),
    )
    mode = float(found.x)
    if floor is not None and density(floor) >= -float(found.fun) * (1 - 1e-12):
        mode = floor  # The density is flat there, or falls from there.
    return Posterior(
        mode=mode, median=median, mean=mean, sd=sd, ci_lb=lower, ci_ub=upper,
        **dict(zip(("hpd_lb", "hpd_ub"), _shortest(density, quantile, level, floor), strict=True)),
    )  # fmt: skip


def _shortest(
    density: Callable[[float], float],
    quantile: Callable[[float], float],
    level: float,
    floor: float | None,
) -> tuple[float, float]:
    """Interval whose ends are equally probable."""

    def gap(p: float) -> float:
        return density(quantile(p)) - density(quantile(p + level))

    least, most = 1e-9 * (1 - level), (1 - level) * (1 - 1e-9)
    if floor is not None and (gap(least) >= 0 or density(floor) >= density(quantile(level))):
        return floor, quantile(level)
    if gap(least) >= 0 or gap(most) <= 0:  # No peak between: the central one will do.
        return quantile((1 - level) / 2), quantile((1 + level) / 2)
    p = crossing(gap, least, most, xtol=1e-12)
    return quantile(p), quantile(p + level)
