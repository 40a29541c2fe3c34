"""What the model says of each study: its effect shrunken towards the mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import Method
from ranvier.stats.mixed import critical
from ranvier.stats.rma import rma, variances

__all__ = ["Blup", "blup"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blup:
    """Best linear unbiased predictions, one a study.

    Attributes
    ----------
    pred, se, pi_lb, pi_ub : Vector
        True effect of each study, its standard error and interval.
    ranef, ranef_se : Vector
        Its deviation from the mean, and the standard error of that.
    """

    pred: Vector
    se: Vector
    pi_lb: Vector
    pi_ub: Vector
    ranef: Vector
    ranef_se: Vector


def blup(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    level: float = 0.95,
) -> Blup:
    """Predict the true effect of each study.

    Parameters
    ----------
    yi, vi, sei, method, level
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
    fit = rma(y, v, method=method, level=level)
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
    )
