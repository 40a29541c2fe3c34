"""H and I2 with test-based intervals, and the pooled standard error of Kenward and Roger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import as_effects
from ranvier.stats.estimators import Control, Method
from ranvier.stats.mixed import critical
from ranvier.stats.r_code import RCall
from ranvier.stats.result import Result
from ranvier.stats.rma import rma, variances
from ranvier.stats.source import Data, takes_fit

__all__ = ["Heterogeneity", "KenwardRoger", "heterogeneity", "kenward_roger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity(Result):
    """Measures made of Q: ``H`` and ``I2`` (percent), each (value, lower, upper)."""

    DOES: ClassVar[str] = "Heterogeneity was described by H and I2 with test-based intervals."
    CITES: ClassVar[tuple[str, ...]] = ("higgins2002",)

    Q: float
    H: tuple[float, float, float]
    I2: tuple[float, float, float]


def heterogeneity(Q: float, k: int, *, level: float = 0.95) -> Heterogeneity:
    """Calculate H and I2 with their test-based intervals from Cochran's Q.

    Parameters
    ----------
    Q : float
        Cochran's Q.
    k : int
        Studies, at least two.
    level : float
        Between 0 and 1.

    Returns
    -------
    Heterogeneity
        Both bounds are nan where k is too small for the standard error.

    References
    ----------
    Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis. Statistics in
    Medicine 21:1539-1558. doi:10.1002/sim.1186

    Examples
    --------
    >>> found = heterogeneity(152.233, 13)
    >>> [round(x, 2) for x in found.I2]
    [92.12, 88.32, 94.68]
    """
    if k < 2 or Q < 0:
        raise InputError("Q must not be negative, and k be at least 2.")
    # Cut off at 1 before the interval is made, as the R package meta does.
    h = max(1.0, float(np.sqrt(Q / (k - 1))))
    if k > 2:
        if k < Q:
            se = 0.5 * float(np.log(Q) - np.log(k - 1)) / float(np.sqrt(2 * Q) - np.sqrt(2 * k - 3))
        else:
            se = float(np.sqrt(1 / (2 * (k - 2)) * (1 - 1 / (3 * (k - 2) ** 2))))
    else:
        se = float("nan")
    z = critical(level, None)
    bounds = [h * float(np.exp(sign * z * se)) for sign in (-1, 1)]

    def at_least_1(x: float) -> float:
        return max(1.0, x) if not np.isnan(x) else x

    found = [at_least_1(x) for x in (h, *bounds)]
    shares = [100 * (x**2 - 1) / x**2 for x in found]
    return Heterogeneity(
        Q=Q, H=(found[0], found[1], found[2]), I2=(shares[0], shares[1], shares[2])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KenwardRoger(Result):
    """A pooled effect with the standard error and degrees of freedom of Kenward and Roger."""

    DOES: ClassVar[str] = (
        "The mean effect has the standard error and degrees of freedom of Kenward and Roger."
    )
    CITES: ClassVar[tuple[str, ...]] = ("kenward1997",)

    estimate: float
    se: float
    df: float
    tau2: float
    ci_lb: float
    ci_ub: float


@takes_fit()
def kenward_roger(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    level: float = 0.95,
    control: Control = "exact",
) -> KenwardRoger:
    """Pool with a standard error that allows for tau2 being estimated.

    Parameters
    ----------
    yi, vi, sei, level, control
        As in :func:`rma`.
    method : Method
        REML is what the theory is for.

    Returns
    -------
    KenwardRoger

    References
    ----------
    Partlett C, Riley RD (2017). Random effects meta-analysis: coverage performance of 95%
    confidence and prediction intervals following REML estimation. Statistics in Medicine
    36:301-317. doi:10.1002/sim.7140

    Examples
    --------
    >>> found = kenward_roger([0.1, 0.3, 0.8, 0.2], [0.02, 0.03, 0.04, 0.01])
    >>> round(found.se, 4), round(found.df, 2)
    (0.1411, 2.72)
    """
    y, v = as_effects(yi, variances(vi, sei))
    known = ~(np.isnan(y) | np.isnan(v))
    fit = rma(y[known], v[known], method=method, control=control)
    if fit.k < 2:
        raise InputError("Kenward and Roger's method needs at least two studies.")
    # Weights over the largest one: powers of any unit's own could leave a double.
    least = float(v[known].min()) + fit.tau2
    w = least / (v[known] + fit.tau2)
    s1, s2, s3 = (float((w**i).sum()) for i in (1, 2, 3))
    information = s2 / 2 - s3 / s1 + (s2 / s1) ** 2 / 2
    share = float(np.sqrt((1 + 2 * (s3 / s1 - (s2 / s1) ** 2) / information) / s1))
    df = 2 * information / (s2 * share**2) ** 2
    se = share * float(np.sqrt(least))
    half = critical(level, df) * se
    return KenwardRoger(
        estimate=fit.estimate,
        se=se,
        df=df,
        tau2=fit.tau2,
        ci_lb=fit.estimate - half,
        ci_ub=fit.estimate + half,
        notes=fit.notes,
        call=RCall(
            package="meta",
            function="metagen",
            columns={"TE": y[known], "seTE": np.sqrt(v[known])},
            options={"method.tau": method, "method.random.ci": "KR"},
        ),
    )
