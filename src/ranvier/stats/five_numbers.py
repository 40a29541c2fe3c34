"""Mean and standard deviation from a median with quartiles, range, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from ranvier.errors import InputError
from ranvier.stats.result import Result

__all__ = ["MeanSd", "mean_from_quantiles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSd(Result):
    """Estimated mean and standard deviation; None where the numbers speak against normality."""

    DOES: ClassVar[str] = (
        "Mean and standard deviation were estimated from the median and other quantiles."
    )

    mean: float | None
    sd: float | None
    skewness: float
    limit: float


def mean_from_quantiles(
    n: float,
    median: float,
    *,
    q1: float | None = None,
    q3: float | None = None,
    lowest: float | None = None,
    highest: float | None = None,
    check: bool = True,
) -> MeanSd:
    """Estimate mean and standard deviation from quantiles of roughly normal data.

    Parameters
    ----------
    n, median : float
        Persons, and their median.
    q1, q3 : float or None
        Quartiles.
    lowest, highest : float or None
        The range. Quartiles or range must be given.
    check : bool
        Refuse an estimate where Shi et al.'s test finds the data skewed.

    Returns
    -------
    MeanSd

    References
    ----------
    Luo D, Wan X, Liu J, Tong T (2018). Optimally estimating the sample mean from the sample size,
    median, mid-range, and/or mid-quartile range. Statistical Methods in Medical Research
    27:1785-1805. doi:10.1177/0962280216669183

    Wan X, Wang W, Liu J, Tong T (2014). Estimating the sample mean and standard deviation from the
    sample size, median, range and/or interquartile range. BMC Medical Research Methodology 14:135.
    doi:10.1186/1471-2288-14-135

    Shi J, Luo D, Weng H, et al. (2020). Optimally estimating the sample standard deviation from the
    five-number summary. Research Synthesis Methods 11:641-654. doi:10.1002/jrsm.1429

    Examples
    --------
    >>> found = mean_from_quantiles(50, 10.0, q1=8.0, q3=12.5)
    >>> round(found.mean, 3), round(found.sd, 3)
    (10.177, 3.435)
    """
    given = [x for x in (lowest, q1, median, q3, highest) if x is not None]
    if sorted(given) != given:
        raise InputError("The quantiles must rise from lowest to highest.")
    if n < 5:
        raise InputError(f"The formulas need at least 5 persons; there are {n:g}.")
    ranged, quartered = None not in (lowest, highest), None not in (q1, q3)
    if not (ranged or quartered):
        raise InputError("Give both quartiles, or both ends of the range.")
    lo, hi = lowest or 0.0, highest or 0.0
    a, b = q1 or 0.0, q3 or 0.0
    wide = 2 * float(ndtri((n - 0.375) / (n + 0.25)))
    narrow = 2 * float(ndtri((0.75 * n - 0.125) / (n + 0.25)))
    off_range = abs(lo + hi - 2 * median) / (hi - lo) if ranged and hi > lo else 0.0
    off_quartiles = abs(a + b - 2 * median) / (b - a) if quartered and b > a else 0.0
    if ranged and quartered:
        w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
        mean = w1 * (lo + hi) / 2 + w2 * (a + b) / 2 + (1 - w1 - w2) * median
        w = 1 / (1 + 0.07 * n**0.6)
        sd = w * (hi - lo) / wide + (1 - w) * (b - a) / narrow
        skewness = max(2.65 * np.log(0.6 * n) / np.sqrt(n) * off_range, off_quartiles)
        limit = 3 / np.sqrt(n) - 40 / n**3
    elif ranged:
        w = 4 / (4 + n**0.75)
        mean, sd = w * (lo + hi) / 2 + (1 - w) * median, (hi - lo) / wide
        skewness, limit = off_range, 1 / np.log(n + 9) + 2.5 / (n + 1)
    else:
        w = 0.7 + 0.39 / n
        mean, sd = w * (a + b) / 2 + (1 - w) * median, (b - a) / narrow
        skewness, limit = off_quartiles, 2.65 / np.sqrt(n) - 6 / n**2
    if check and skewness >= limit:
        notes = ("the quantiles are skewed: no mean is estimated",)
        return MeanSd(mean=None, sd=None, skewness=float(skewness), limit=float(limit), notes=notes)
    return MeanSd(mean=float(mean), sd=float(sd), skewness=float(skewness), limit=float(limit))
