"""Limit meta-analysis: the effect that a study of infinite size would have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Control, Method
from ranvier.stats.funnel import TOO_FEW, complete
from ranvier.stats.mixed import critical
from ranvier.stats.printing import show_interval, show_p
from ranvier.stats.r_code import RCall
from ranvier.stats.result import Result
from ranvier.stats.rma import rma, two_sided
from ranvier.stats.source import Data, takes_fit

__all__ = ["LimitMeta", "limitmeta"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LimitMeta(Result):
    """What :func:`limitmeta` found.

    Attributes
    ----------
    k : int
        Studies.
    estimate, se, stat, pval, ci_lb, ci_ub : float
        The adjusted effect, with its normal test and interval.
    intercept, slope : float
        Of the generalised radial plot: small-study effect, and effect without it.
    tau2 : float
        Variance between studies.
    Q, Q_small, Q_resid : float
        Cochran's Q, what of it the small-study effect explains, and what is left.
    G2 : float
        Share of heterogeneity that no small-study effect explains, 0 to 1.
    limit_yi : Vector
        Effects of the studies, each with its standard error shrunk to 0.
    """

    DOES: ClassVar[str] = (
        "Effects were adjusted for small-study effects by a limit meta-analysis, as a sensitivity "
        "analysis."
    )
    CITES: ClassVar[tuple[str, ...]] = ("ruecker2011",)

    k: int
    estimate: float
    se: float
    stat: float
    pval: float
    ci_lb: float
    ci_ub: float
    intercept: float
    slope: float
    tau2: float
    Q: float
    Q_small: float
    Q_resid: float
    G2: float
    limit_yi: Vector = field(repr=False)
    adjust: Literal["beta0", "betalim", "mulim"]
    method: Method
    level: float

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        return "\n".join(
            [
                f"Limit meta-analysis (k = {self.k}; {self.adjust}; tau2 {self.tau2:.4f}, "
                f"{self.method})",
                f"adjusted {self.estimate:.4f} {interval}, {show_p(self.pval)}",
                f"Q {self.Q:.2f}: small-study effect {self.Q_small:.2f}, left {self.Q_resid:.2f}; "
                f"G2 {100 * self.G2:.1f}%",
                *self.notes,
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A radial plot's line, with the standard error of its slope under unit errors."""

    intercept: float
    slope: float
    se_slope: float
    rss: float
    r2: float


def _radial(y: Vector, se: Vector) -> _Line:
    """Regress y / se on 1 / se."""
    x, z = 1 / se, y / se
    dx, dz = x - x.mean(), z - z.mean()
    sxx = float(dx @ dx)
    slope = float(dx @ dz) / sxx
    rss = float(((dz - slope * dx) ** 2).sum())
    spread = float(dz @ dz)
    return _Line(
        intercept=float(z.mean() - slope * x.mean()),
        slope=slope,
        se_slope=1 / float(np.sqrt(sxx)),
        rss=rss,
        r2=1 - rss / spread if spread > 0 else 1.0,
    )


@takes_fit()
def limitmeta(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    adjust: Literal["beta0", "betalim", "mulim"] = "beta0",
    method: Method = "REML",
    control: Control = "exact",
    level: float = 0.95,
) -> LimitMeta:
    """Adjust an effect for small-study effects by a limit meta-analysis.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors. At least three studies of different size.
    adjust : {"beta0", "betalim", "mulim"}
        The expected effect of a study without error, given the line of the radial plot; or, of the
        limit effects, the slope of their radial plot, or their common effect.
    method, control
        Of tau2, as in :func:`rma`.
    level : float
        Of the interval.

    Returns
    -------
    LimitMeta

    Notes
    -----
    The model is ``y = b + sqrt(v + tau2) (a + e)``: a small-study effect ``a`` beside the effect
    ``b``. Shrinking each study's error to 0 leaves ``b + tau a`` in the mean: the adjusted effect.
    The names and numbers are those of the R package metasens (there, tau2 is that of the object
    given).

    References
    ----------
    Rücker G, Schwarzer G, Carpenter JR, Binder H, Schumacher M (2011). Treatment-effect estimates
    adjusted for small-study effects via a limit meta-analysis. Biostatistics 12:122-142.
    doi:10.1093/biostatistics/kxq046

    Examples
    --------
    >>> yi = [0.6, 0.1, 0.55, -0.1, 0.7, 0.15, 0.9]
    >>> found = limitmeta(yi, [0.01, 0.012, 0.05, 0.02, 0.2, 0.03, 0.3])
    >>> round(found.estimate, 3), round(found.G2, 3)
    (0.173, 0.763)
    """
    y, v = complete(yi, vi, sei)
    k = len(y)
    if k < 3:
        raise InputError(f"A limit meta-analysis needs at least three studies; there are {k}.")
    if np.ptp(v) == 0:
        raise InputError(
            "All studies have the same error: there are no small studies to adjust for.",
            remedy="Pool them with rma.",
        )
    fit = rma(y, v, method=method, control=control)
    tau, total = float(np.sqrt(fit.tau2)), v + fit.tau2
    common, between = _radial(y, np.sqrt(v)), _radial(y, np.sqrt(total))
    limit = between.slope + np.sqrt(fit.tau2 / total) * (y - between.slope)
    of_limit = _radial(limit, np.sqrt(v))
    if adjust == "beta0":
        estimate = between.slope + tau * between.intercept
        root = 1 / np.sqrt(total)
        # Variances of intercept and slope with unit errors, as the model has them.
        parts = 1 + fit.tau2 * float((root**2).mean()) - 2 * tau * float(root.mean())
        se = between.se_slope * float(np.sqrt(parts))
    elif adjust == "betalim":
        estimate, se = of_limit.slope, of_limit.se_slope
    else:
        w = 1 / v
        estimate, se = float((w @ limit) / w.sum()), float(1 / np.sqrt(w.sum()))
    stat, half = estimate / se, critical(level, None) * se
    return LimitMeta(
        k=k,
        estimate=estimate,
        se=se,
        stat=stat,
        pval=two_sided(stat, None),
        ci_lb=estimate - half,
        ci_ub=estimate + half,
        intercept=between.intercept,
        slope=between.slope,
        tau2=fit.tau2,
        Q=fit.QE,
        Q_small=fit.QE - common.rss,
        Q_resid=common.rss,
        G2=1 - of_limit.r2,
        limit_yi=limit,
        adjust=adjust,
        method=method,
        level=level,
        notes=(TOO_FEW,) if k < 10 else (),
        call=RCall(
            function="metagen",
            package="metasens",
            columns={"TE": y, "seTE": np.sqrt(v)},
            options={"method.tau": method},
            then=f'limitmeta(fit, method.adjust="{adjust}")',
        ),
    )
