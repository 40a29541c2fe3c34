"""What the model says of each study: its effect shrunken towards the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import Method
from ranvier.stats.mixed import critical
from ranvier.stats.result import Result
from ranvier.stats.rma import rma, variances

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


def blup(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
) -> Blup:
    """Predict the true effect of each study.

    Parameters
    ----------
    yi, vi, sei, method, level, slab
        As in :func:`rma`.

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
    fit = rma(y, v, method=method, level=level, slab=slab)
    variance = 1 / float(np.nansum(1 / (v + fit.tau2)))
    share = fit.tau2 / (fit.tau2 + v)
    pred = share * y + (1 - share) * fit.estimate
    se = np.sqrt(share * v + (1 - share) ** 2 * variance)
    half = critical(level, None) * se
    return Blup(
        pred=pred,
        se=se,
        pi_lb=pred - half,
        pi_ub=pred + half,
        ranef=share * (y - fit.estimate),
        ranef_se=np.sqrt(np.maximum(0, fit.tau2 * (1 - share) + share**2 * variance)),
        slab=fit.slab,
        notes=fit.notes,
        call=None if fit.call is None else replace(fit.call, then="blup(fit)"),
    )
