"""What the model says of each study: its effect shrunken towards the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import Control, Method
from ranvier.stats.formula import Columns, Moderators
from ranvier.stats.mixed import Test, critical
from ranvier.stats.regression import meta_regression
from ranvier.stats.result import Result
from ranvier.stats.rma import r_call, variances
from ranvier.stats.source import Data, takes_fit

__all__ = ["Blup", "blup"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blup(Result):
    """Best linear unbiased predictions, one a study.

    Attributes
    ----------
    pred, se, pi_lb, pi_ub : Vector
        True effect of each study, its standard error and interval.
    ranef, ranef_se : Vector
        Its deviation from the mean, and the standard error of that.
    slab : tuple of str
        Names of the studies.
    """

    DOES: ClassVar[str] = (
        "The true effect of each study was predicted by its best linear unbiased prediction."
    )
    CITES: ClassVar[tuple[str, ...]] = ("raudenbush1985",)

    pred: Vector
    se: Vector
    pi_lb: Vector
    pi_ub: Vector
    ranef: Vector
    ranef_se: Vector
    slab: tuple[str, ...]


@takes_fit()
def blup(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    mods: Moderators | None = None,
    data: Columns | None = None,
    test: Test = "z",
    control: Control = "exact",
) -> Blup:
    """Predict the true effect of each study.

    Parameters
    ----------
    yi, vi, sei, method, test, level, slab, control
        As in :func:`rma`.
    mods, data
        As in :func:`meta_regression`; None for one mean.

    Returns
    -------
    Blup
        nan in rows left out.

    References
    ----------
    Raudenbush SW, Bryk AS (1985). Empirical Bayes meta-analysis. Journal of Educational
    Statistics 10:75-98. doi:10.3102/10769986010002075

    Examples
    --------
    >>> [round(float(x), 3) for x in blup([0.1, 0.3, 0.8], [0.01, 0.01, 0.01], method="DL").pred]
    [0.123, 0.308, 0.769]
    """
    y, v = as_effects(yi, variances(vi, sei))
    fit = meta_regression(
        y, v, mods=np.empty((len(y), 0)) if mods is None else mods, data=data, method=method,
        test=test, level=level, slab=slab, control=control,
    )  # fmt: skip
    kept = fit.rows()
    variance = np.full(len(y), np.nan)
    variance[kept] = ((fit.X[kept] @ fit.vcov) * fit.X[kept]).sum(axis=1)
    share = fit.tau2 / (fit.tau2 + v)
    pred = share * y + (1 - share) * fit.fitted
    se = np.sqrt(share * v + (1 - share) ** 2 * variance)
    half = critical(level, fit.ddf) * se
    call = fit.call
    if mods is None:
        call = r_call(y, v, fit.slab, method=method, test=test, level=level)
    return Blup(
        pred=pred,
        se=se,
        pi_lb=pred - half,
        pi_ub=pred + half,
        ranef=share * fit.residuals,
        ranef_se=np.sqrt(np.maximum(0, fit.tau2 * (1 - share) + share**2 * variance)),
        slab=fit.slab,
        notes=fit.notes,
        call=None if call is None else replace(call, then="blup(fit)"),
    )
