"""Change in one group, and the contrast of two, where a paper leaves out the correlation.

The standard error of a change needs the correlation between the two times. It is seldom given, so
it is taken over a stated range, and the result is a grid: a reader sees whether it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_vector
from ranvier.stats.effects import escalc
from ranvier.stats.mixed import critical
from ranvier.stats.printing import show_interval, show_p
from ranvier.stats.result import Result
from ranvier.stats.rma import two_sided

__all__ = ["ChangeGrid", "ChangeMeasure", "Contrast", "mean_contrast", "prepost_change"]

ChangeMeasure = Literal["MC", "SMCC", "SMCR"]

#: A range for a review to state where nothing better is known; not a law.
USUAL_R = (0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangeGrid(Result):
    """What :func:`prepost_change` found: one value a correlation.

    Attributes
    ----------
    r, yi, vi, ci_lb, ci_ub : Vector, shape (g,)
        Correlations; change (after minus before) at each, its variance and interval.
    """

    DOES: ClassVar[str] = "The change was calculated for several correlations of before and after."

    measure: ChangeMeasure
    r: Vector
    yi: Vector
    vi: Vector
    ci_lb: Vector
    ci_ub: Vector
    level: float

    def __str__(self) -> str:
        rows = zip(self.r, self.yi, self.vi, self.ci_lb, self.ci_ub, strict=True)
        lines = [f"{self.measure}, after minus before"]
        for r, y, v, lower, upper in rows:
            lines.append(f"r = {r:.2f}: {y:.4f} {show_interval(lower, upper)}, SE {np.sqrt(v):.4f}")
        return "\n".join([*lines, *self.notes])


def prepost_change(
    m_pre: float,
    sd_pre: float,
    m_post: float,
    sd_post: float,
    n: float,
    *,
    r: ArrayLike = USUAL_R,
    measure: ChangeMeasure = "MC",
    level: float = 0.95,
) -> ChangeGrid:
    """Calculate the change within one group over a range of correlations.

    Parameters
    ----------
    m_pre, sd_pre, m_post, sd_post : float
        Means and standard deviations before and after.
    n : float
        Persons measured at both times.
    r : array_like, shape (g,)
        Correlations between the two times; give one, if the paper does.
    measure : {"MC", "SMCC", "SMCR"}
        Mean change; in standard deviations of the change; in standard deviations before.
    level : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    ChangeGrid
        ``MC`` has t intervals with n - 1 degrees of freedom, the others normal ones.

    Raises
    ------
    InputError
        If a correlation is outside -1 to 1, a standard deviation not positive, or n below 2.

    Notes
    -----
    A change without a comparison group mixes treatment with time, regression to the mean and
    whoever stayed; the result says so.

    References
    ----------
    Becker BJ (1988). Synthesizing standardized mean-change measures. British Journal of
    Mathematical and Statistical Psychology 41:257-278.

    Examples
    --------
    >>> print(prepost_change(20, 5, 24, 6, 16, r=[0.5, 0.8]))
    MC, after minus before
    r = 0.50: 4.0000 [1.0331, 6.9669], SE 1.3919
    r = 0.80: 4.0000 [2.0787, 5.9213], SE 0.9014
    no comparison group: the change is not an effect of treatment
    """
    grid = as_vector("r", r)
    for name, x in (("sd_pre", sd_pre), ("sd_post", sd_post)):
        if not x > 0:
            raise InputError(f"{name} must be positive; it is {x}.")
    if n < 2:
        raise InputError(f"n must be at least 2; it is {n}.")
    if measure == "SMCR":
        # metafor standardises by sd1i: before and after change places, and the sign with them.
        found = escalc(measure, m1i=m_pre, m2i=m_post, sd1i=sd_pre, sd2i=sd_post, ri=grid, ni=n)
        yi = -found.yi
    else:
        found = escalc(measure, m1i=m_post, m2i=m_pre, sd1i=sd_post, sd2i=sd_pre, ri=grid, ni=n)
        yi = found.yi
    half = critical(level, n - 1 if measure == "MC" else None) * np.sqrt(found.vi)
    notes = ["no comparison group: the change is not an effect of treatment"]
    if len(grid) > 1 and bool((np.sign(yi - half) != np.sign(yi - half)[0]).any()):
        notes.append("whether the interval holds 0 depends on the correlation")
    return ChangeGrid(
        measure=measure, r=grid, yi=yi, vi=found.vi, ci_lb=yi - half, ci_ub=yi + half,
        level=level, notes=(*found.notes, *notes),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast(Result):
    """Difference of two group means, its interval and test."""

    DOES: ClassVar[str] = "Two means were contrasted."

    measure: Literal["MD", "SMD"]
    estimate: float
    se: float
    df: float | None
    ci_lb: float
    ci_ub: float
    pval: float
    level: float

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        return (
            f"{self.measure} {self.estimate:.4f} {interval}, SE {self.se:.4f}, {show_p(self.pval)}"
        )


def mean_contrast(
    m1: float,
    sd1: float,
    n1: float,
    m2: float,
    sd2: float,
    n2: float,
    *,
    measure: Literal["MD", "SMD"] = "MD",
    interval: Literal["welch", "pooled", "normal"] = "normal",
    level: float = 0.95,
) -> Contrast:
    """Contrast two independent groups by their means: final values, or changes.

    Parameters
    ----------
    m1, sd1, n1, m2, sd2, n2 : float
        Mean, standard deviation and persons of group 1 and of group 2.
    measure : {"MD", "SMD"}
        Difference of means, or Hedges' g.
    interval : {"welch", "pooled", "normal"}
        By t with Welch's degrees of freedom, by t with one variance for both, or normal, as
        meta-analysis uses it (the only one for ``SMD``).
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Contrast

    Examples
    --------
    >>> print(mean_contrast(3.75, 9.0, 20, -31.38, 30.0, 20, interval="welch"))
    MD 35.1300 [20.6202, 49.6398], SE 7.0036, p < 0.0001
    """
    if measure == "SMD" and interval != "normal":
        raise InputError("SMD has a normal interval only.")
    for name, x in (("n1", n1), ("n2", n2)):
        if x < 2:
            raise InputError(f"{name} must be at least 2; it is {x}.")
    found = escalc(
        measure, m1i=m1, sd1i=sd1, n1i=n1, m2i=m2, sd2i=sd2, n2i=n2,
        vtype="HO" if interval == "pooled" else "LS",
    )  # fmt: skip
    estimate, variance = float(found.yi[0]), float(found.vi[0])
    if not variance > 0:
        raise InputError("The standard deviations are 0: the contrast has no standard error.")
    df = None
    if interval == "welch":
        v1, v2 = sd1**2 / n1, sd2**2 / n2
        df = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
    elif interval == "pooled":
        df = n1 + n2 - 2
    se = float(np.sqrt(variance))
    half = critical(level, df) * se
    return Contrast(
        measure=measure,
        estimate=estimate,
        se=se,
        df=df,
        ci_lb=estimate - half,
        ci_ub=estimate + half,
        pval=two_sided(estimate / se, df),
        level=level,
    )
