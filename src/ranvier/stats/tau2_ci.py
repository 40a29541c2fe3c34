"""Confidence intervals for the between-study variance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.arrays import Vector, as_effects, as_vector
from ranvier.stats.chi2_sums import weighted_chi2_sf
from ranvier.stats.estimators import UNIROOT, Control, Method, RStops, r_stops
from ranvier.stats.formula import Columns as Table
from ranvier.stats.formula import Moderators
from ranvier.stats.least_squares import Batch, trace_p, wls
from ranvier.stats.likelihood import profile
from ranvier.stats.mixed import fit_batch
from ranvier.stats.printing import show, show_interval
from ranvier.stats.r_stops import TAU2_MAX, uniroot
from ranvier.stats.regression import model_matrix, without_redundant
from ranvier.stats.result import Columns, Result
from ranvier.stats.rma import labels, left_out, r_call, variances
from ranvier.stats.roots import find_root
from ranvier.stats.scaling import scaled
from ranvier.stats.source import Data, takes_fit

__all__ = ["Tau2Ci", "Tau2Interval", "confint_tau2"]

Tau2Interval = Literal["QP", "PL", "GENQ"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tau2Ci(Result):
    """Estimate and bounds of tau2, tau, I2 (percent) and H2: each (estimate, lower, upper)."""

    DOES: ClassVar[str] = "A confidence interval for the between-study variance was calculated."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2007",)

    tau2: tuple[float, float, float]
    tau: tuple[float, float, float]
    I2: tuple[float, float, float]
    H2: tuple[float, float, float]
    type: Tau2Interval
    level: float

    def tidy(self) -> Columns:
        """Return one row a measure of heterogeneity."""
        rows = {"tau^2": self.tau2, "tau": self.tau, "I^2": self.I2, "H^2": self.H2}
        return {
            "term": list(rows),
            "estimate": [x[0] for x in rows.values()],
            "conf.low": [x[1] for x in rows.values()],
            "conf.high": [x[2] for x in rows.values()],
        }

    def __str__(self) -> str:
        rows = (("tau2", self.tau2), ("tau", self.tau), ("I2 (%)", self.I2), ("H2", self.H2))
        lines = [f"{name:<6} {show(e)} {show_interval(lo, hi)}" for name, (e, lo, hi) in rows]
        return "\n".join([*lines, *self.notes])


@takes_fit()
def confint_tau2(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    type: Tau2Interval = "QP",
    weights: ArrayLike | None = None,
    mods: Moderators | None = None,
    data: Table | None = None,
    level: float = 0.95,
    control: Control = "exact",
) -> Tau2Ci:
    """Calculate a confidence interval for tau2, and for I2 and H2 from it.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.
    method : Method
        Of the estimate; ``PL`` needs ML or REML.
    type : {"QP", "PL", "GENQ"}
        Q profile; profile (restricted) likelihood; Jackson's for the generalised Q statistic with
        ``weights``.
    weights : array_like or None
        For ``GENQ``; None means inverse sampling variances.
    mods, data
        Moderators as in :func:`meta_regression`, for what they leave of tau2; not for ``GENQ``.
    level : float
        Between 0 and 1.
    control : {"exact", "metafor"}
        Exact roots; or where R's ``uniroot`` stops, and no bound beyond metafor's ``tau2.max``
        (100, or ten times the estimate).

    Returns
    -------
    Tau2Ci

    Notes
    -----
    Where even tau2 = 0 explains too much spread, the set of plausible values is empty; both bounds
    are then 0, and a note says so.

    References
    ----------
    Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
    Statistics in Medicine 26:37-52. doi:10.1002/sim.2514

    Jackson D (2013). Confidence intervals for the between-study variance in random effects
    meta-analysis using generalised Cochran heterogeneity statistics. Research Synthesis Methods
    4:220-229. doi:10.1002/jrsm.1081

    Examples
    --------
    >>> print(confint_tau2([0.10, 0.30, 0.35, 0.65], [0.03, 0.03, 0.05, 0.01], method="DL"))
    tau2   0.0506 [0.0000, 0.6999]
    tau    0.2249 [0.0000, 0.8366]
    I2 (%) 66.7546 [0.0000, 96.5248]
    H2     3.0079 [1.0000, 28.7754]
    """
    y, v = as_effects(yi, variances(vi, sei))
    made = None if mods is None else model_matrix(mods, len(y), data=data)
    keep = ~(np.isnan(y) | np.isnan(v))
    if made is not None:
        keep &= ~np.isnan(made.X).any(axis=1)
    notes = left_out(keep)
    y, v = y[keep], v[keep]
    if made is not None:
        made, dropped = without_redundant(made, keep)
        made = replace(made, X=made.X[keep])
        notes += dropped
        if type == "GENQ":
            raise InputError("GENQ takes no moderators.", remedy='Use type="QP" or "PL".')
    if len(y) <= (1 if made is None else made.X.shape[1]):
        raise InputError(
            "A confidence interval for tau2 needs at least two studies, and more than coefficients."
        )
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    batch = Batch.of(y, v, None if made is None else made.X)
    changed = scaled(batch)
    if changed is not None:
        near, unit = changed
        found = confint_tau2(
            near.y[0], near.v[0], method=method, type=type, level=level, control=control,
            mods=made,
            weights=None if weights is None else as_vector("weights", weights)[keep],
        )  # fmt: skip
        one = float(unit[0])
        tau2, tau = (
            (x[0] * c * c, x[1] * c * c, x[2] * c * c)
            for x, c in ((found.tau2, one), (found.tau, one**0.5))
        )
        return replace(found, tau2=tau2, tau=tau, notes=(*notes, *found.notes))
    a = 1 / v if weights is None else as_vector("weights", weights)[keep]
    fit = fit_batch(
        batch, method=method, weights=a[None] if method == "GENQ" else None, control=control
    )
    estimate = float(fit.tau2[0])
    stops = r_stops(control)
    if type == "PL":
        if method not in ("ML", "REML"):
            raise InputError("A profile likelihood interval needs method ML or REML.")
        lower, upper = _profile_bounds(batch, method, estimate, level, stops)
    else:
        by_q = type == "QP"
        rising = _q_profile(batch, level) if by_q else _generalised(y, v, a, level)
        if stops is None:
            lower, upper = _crossings(*rising, batch)
        else:
            # metafor hands its tolerance on for the Q profile only.
            lower, upper = _r_crossings(*rising, estimate, stops.tolerance if by_q else UNIROOT)
    if np.isnan(lower):
        lower = upper = 0.0
        notes.append(
            "no tau2 is compatible with so little spread: the empty interval is given as 0"
        )
    values = np.array([estimate, lower, upper])
    vt = float((len(y) - batch.p) / trace_p(batch, wls(batch, 1 / batch.v))[0])

    def triple(x: Vector) -> tuple[float, float, float]:
        return float(x[0]), float(x[1]), float(x[2])

    return Tau2Ci(
        tau2=triple(values),
        tau=triple(np.sqrt(values)),
        I2=triple(100 * values / (vt + values)),
        H2=triple(values / vt + 1),
        type=type,
        level=level,
        notes=tuple(notes),
        call=r_call(
            y,
            v,
            labels(None, len(y)),
            method=method,
            weights=a if type == "GENQ" else None,
            then="confint(fit" + (', type="PL")' if type == "PL" else ")")
            if level == 0.95
            else f"confint(fit, level={100 * level:g}" + (', type="PL")' if type == "PL" else ")"),
        )
        if made is None
        else None,
    )


#: A function of tau2 that rises through 0 at a bound.
_Rising = Callable[[float], float]


def _q_profile(batch: Batch, level: float) -> tuple[_Rising, _Rising]:
    """Quantiles of chi-squared less Q: 0 at the lower bound, and at the upper one."""
    free = float(batch.k[0]) - batch.p
    high, low = (float(chdtri(free, share)) for share in ((1 - level) / 2, (1 + level) / 2))

    def q(t: float) -> float:
        return float(wls(batch, 1 / (batch.v + t)).rss[0])

    return lambda t: high - q(t), lambda t: low - q(t)


def _generalised(y: Vector, v: Vector, a: Vector, level: float) -> tuple[_Rising, _Rising]:
    """Upper tail probability of the generalised Q statistic, less its values at the bounds."""
    total = a.sum()
    q = float(a @ (y - (a @ y) / total) ** 2)
    P = np.diag(a) - np.outer(a, a) / total  # k by k: its eigenvalues are what is asked for.

    def tail(t: float) -> float:
        root = np.sqrt(v + t)
        eigenvalues = np.asarray(np.linalg.eigvalsh(root[:, None] * P * root)[1:], dtype=np.float64)
        return weighted_chi2_sf(q, eigenvalues)

    return lambda t: tail(t) - (1 - level) / 2, lambda t: tail(t) - (1 + level) / 2


def _crossings(low: _Rising, high: _Rising, batch: Batch) -> tuple[float, float]:
    """Where two rising functions pass 0; nan for both if the second does so below 0."""
    if high(0.0) > 0:
        return float("nan"), float("nan")
    return 0.0 if low(0.0) >= 0 else _pass(low, batch), _pass(high, batch)


def _pass(f: _Rising, batch: Batch) -> float:
    upper = float(np.var(batch.y) + batch.v.max())
    for _ in range(60):
        if f(upper) > 0:
            return find_root(f, 0.0, upper)
        upper *= 4
    raise ConvergenceError("No upper bound of tau2 was found.", last=upper)


def _r_crossings(
    low: _Rising, high: _Rising, estimate: float, tolerance: float
) -> tuple[float, float]:
    """Find the same as metafor does: up to its ``tau2.max``, by R's ``uniroot``."""
    most = max(TAU2_MAX, 10 * estimate)
    if high(0.0) > 0:
        return float("nan"), float("nan")
    if low(most) < 0:
        return most, most
    return (
        0.0 if low(0.0) > 0 else uniroot(low, 0.0, most, tolerance),
        most if high(most) < 0 else uniroot(high, 0.0, most, tolerance),
    )


def _profile_bounds(
    batch: Batch, method: Method, estimate: float, level: float, stops: RStops | None
) -> tuple[float, float]:
    """Where the profile is chi-squared / 2 below its maximum."""
    best = float(profile(batch, np.array([[estimate]]), method)[0, 0])
    drop = float(chdtri(1, 1 - level)) / 2

    def above(t: float) -> float:
        return float(profile(batch, np.array([[t]]), method)[0, 0]) - best + drop

    none_below = estimate == 0 or above(0.0) >= 0
    if stops is not None:
        most = max(TAU2_MAX, 10 * estimate)
        return (
            0.0 if none_below else uniroot(above, 0.0, estimate, stops.tolerance),
            most if above(most) > 0 else uniroot(above, estimate, most, stops.tolerance),
        )
    lower = 0.0 if none_below else find_root(above, 0.0, estimate)
    upper = float(np.var(batch.y) + batch.v.max()) + estimate
    for _ in range(60):
        if above(upper) < 0:
            return lower, find_root(above, estimate, upper)
        upper *= 4
    raise ConvergenceError("No upper bound of tau2 was found.", last=upper)
