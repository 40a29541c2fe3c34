"""What papers report instead of means and standard deviations, turned into them.

Each function names its formula, so that a derived value can say where it comes from. Section
numbers are of the Cochrane Handbook, version 6.5, chapter 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from scipy.special import ndtri
from scipy.stats import t as student

from ranvier.errors import InputError
from ranvier.stats.mixed import critical

__all__ = [
    "FORMULAS",
    "Converted",
    "FormulaId",
    "change_correlation",
    "combine_groups",
    "sd_from_ci",
    "sd_from_se",
    "sd_of_change",
    "se_from_ci",
    "se_from_p",
]

FormulaId = Literal[
    "sd_from_se", "sd_from_ci_t", "sd_from_ci_z", "se_from_ci_z", "se_from_ci_t", "se_from_p_z",
    "se_from_p_t", "sd_of_change", "correlation_of_change", "combine_groups",
]  # fmt: skip

#: formula id -> what it says, and where it stands.
FORMULAS: Mapping[FormulaId, str] = MappingProxyType(
    {
        "sd_from_se": "SD = SE sqrt(n) (Handbook 6.5.2.2)",
        "sd_from_ci_t": "SD = sqrt(n) (upper - lower) / (2 t(n - 1)) (Handbook 6.5.2.2)",
        "sd_from_ci_z": "SD = sqrt(n) (upper - lower) / (2 z) (Handbook 6.5.2.2)",
        "se_from_ci_z": "SE = (upper - lower) / (2 z) (Handbook 6.3.1)",
        "se_from_ci_t": "SE = (upper - lower) / (2 t(df)) (Handbook 6.3.1)",
        "se_from_p_z": "SE = |estimate| / z(p) (Handbook 6.3.2)",
        "se_from_p_t": "SE = |estimate| / t(p, df) (Handbook 6.5.2.3)",
        "sd_of_change": "SD^2 = SD1^2 + SD2^2 - 2 r SD1 SD2 (Handbook 6.5.2.8)",
        "correlation_of_change": "r = (SD1^2 + SD2^2 - SD^2) / (2 SD1 SD2) (Handbook 6.5.2.8)",
        "combine_groups": "n, mean and SD of two groups taken as one (Handbook 6.5.2.10)",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A value, and the formula it was derived by."""

    value: float
    formula: FormulaId

    def __str__(self) -> str:
        return f"{self.value:.4g}, by {FORMULAS[self.formula]}"


def _positive(**values: float) -> None:
    for name, x in values.items():
        if not x > 0:
            raise InputError(f"{name} must be positive; it is {x}.")


def _width(ci_lb: float, ci_ub: float, level: float) -> float:
    if not ci_ub > ci_lb:
        raise InputError(f"ci_ub must exceed ci_lb; they are {ci_ub} and {ci_lb}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    return ci_ub - ci_lb


def sd_from_se(se: float, n: float) -> Converted:
    """Turn the standard error of one group's mean into its standard deviation.

    Parameters
    ----------
    se, n : float
        Standard error, persons.

    Returns
    -------
    Converted

    Examples
    --------
    >>> sd_from_se(2.0, 25).value
    10.0
    """
    _positive(se=se, n=n)
    return Converted(value=float(se * np.sqrt(n)), formula="sd_from_se")


def sd_from_ci(
    ci_lb: float,
    ci_ub: float,
    n: float,
    *,
    level: float = 0.95,
    distribution: Literal["t", "z"] = "t",
) -> Converted:
    """Turn the confidence interval of one group's mean into its standard deviation.

    Parameters
    ----------
    ci_lb, ci_ub : float
        The interval.
    n : float
        Persons.
    level : float
        Of the interval, between 0 and 1.
    distribution : {"t", "z"}
        What the interval was made with: t with n - 1 degrees of freedom, or normal.

    Returns
    -------
    Converted

    Examples
    --------
    >>> print(sd_from_ci(30.0, 34.2, 25))
    5.087, by SD = sqrt(n) (upper - lower) / (2 t(n - 1)) (Handbook 6.5.2.2)
    """
    width = _width(ci_lb, ci_ub, level)
    _positive(n=n)
    if distribution == "z":
        value = float(np.sqrt(n)) * width / (2 * critical(level, None))
        return Converted(value=value, formula="sd_from_ci_z")
    if n < 2:
        raise InputError(f"n must be at least 2 for an interval by t; it is {n}.")
    value = float(np.sqrt(n)) * width / (2 * critical(level, n - 1))
    return Converted(value=value, formula="sd_from_ci_t")


def se_from_ci(
    ci_lb: float, ci_ub: float, *, level: float = 0.95, df: float | None = None
) -> Converted:
    """Turn the confidence interval of an effect into its standard error.

    Parameters
    ----------
    ci_lb, ci_ub : float
        The interval, on the scale it is symmetric on: take logs of the bounds of a ratio first.
    level : float
        Of the interval, between 0 and 1.
    df : float or None
        Degrees of freedom, if the interval was made by t.

    Returns
    -------
    Converted

    Examples
    --------
    >>> round(se_from_ci(9.92, 34.67).value, 3)
    6.314
    """
    width = _width(ci_lb, ci_ub, level)
    if df is not None:
        _positive(df=df)
    value = width / (2 * critical(level, df))
    return Converted(value=value, formula="se_from_ci_z" if df is None else "se_from_ci_t")


def se_from_p(estimate: float, pval: float, *, df: float | None = None) -> Converted:
    """Turn an effect and its two-sided p value into its standard error.

    Parameters
    ----------
    estimate : float
        The effect, not 0.
    pval : float
        Exact two-sided p value: not a bound as in "p < 0.05".
    df : float or None
        Degrees of freedom, if the test was a t test.

    Returns
    -------
    Converted

    Examples
    --------
    >>> round(se_from_p(3.8, 0.008, df=47).value, 2)
    1.37
    """
    if not 0 < pval < 1 or estimate == 0:
        raise InputError("pval must be between 0 and 1, and the estimate not 0.")
    if df is None:
        return Converted(value=abs(estimate) / -float(ndtri(pval / 2)), formula="se_from_p_z")
    _positive(df=df)
    return Converted(value=abs(estimate) / float(student.isf(pval / 2, df)), formula="se_from_p_t")


def sd_of_change(sd_pre: float, sd_post: float, r: float) -> Converted:
    """Derive the standard deviation of the change from those of two times and their correlation.

    Parameters
    ----------
    sd_pre, sd_post : float
        Standard deviations before and after.
    r : float
        Correlation between the two times, -1 to 1.

    Returns
    -------
    Converted

    Examples
    --------
    >>> round(sd_of_change(6.4, 7.1, 0.78).value, 2)
    4.53
    """
    _positive(sd_pre=sd_pre, sd_post=sd_post)
    if not -1 <= r <= 1:
        raise InputError(f"r must be in -1 to 1; it is {r}.")
    # Not below 0 by rounding where r is 1 and the two are equal.
    squared = max(0.0, sd_pre**2 + sd_post**2 - 2 * r * sd_pre * sd_post)
    return Converted(value=float(np.sqrt(squared)), formula="sd_of_change")


def change_correlation(sd_pre: float, sd_post: float, sd_change: float) -> Converted:
    """Derive the correlation between two times from the three standard deviations.

    Parameters
    ----------
    sd_pre, sd_post, sd_change : float
        Standard deviations before, after, and of the change.

    Returns
    -------
    Converted

    Raises
    ------
    InputError
        If no correlation fits: the three cannot be of the same persons.

    Examples
    --------
    >>> round(change_correlation(6.4, 7.1, 4.5).value, 2)
    0.78
    """
    _positive(sd_pre=sd_pre, sd_post=sd_post, sd_change=sd_change)
    r = (sd_pre**2 + sd_post**2 - sd_change**2) / (2 * sd_pre * sd_post)
    if not -1 <= r <= 1:
        raise InputError(
            f"No correlation fits: r would be {r:.2f}.",
            remedy="Check that the three standard deviations are of the same persons, not errors.",
        )
    return Converted(value=r, formula="correlation_of_change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Size, mean and standard deviation of a group."""

    n: float
    mean: float
    sd: float
    formula: FormulaId = "combine_groups"


def combine_groups(n1: float, m1: float, sd1: float, n2: float, m2: float, sd2: float) -> Group:
    """Take two groups as one (several arms of one treatment).

    Parameters
    ----------
    n1, m1, sd1, n2, m2, sd2 : float
        Sizes, means and standard deviations.

    Returns
    -------
    Group
        Exactly what the pooled persons have.

    Examples
    --------
    >>> g = combine_groups(10, 5.0, 2.0, 30, 7.0, 3.0)
    >>> g.n, g.mean, round(g.sd, 4)
    (40, 6.5, 2.8956)
    """
    _positive(n1=n1, n2=n2)
    if sd1 < 0 or sd2 < 0 or n1 + n2 <= 1:
        raise InputError("Standard deviations must not be negative, and persons more than one.")
    n = n1 + n2
    squares = (n1 - 1) * sd1**2 + (n2 - 1) * sd2**2 + n1 * n2 / n * (m1 - m2) ** 2
    return Group(n=n, mean=(n1 * m1 + n2 * m2) / n, sd=float(np.sqrt(squares / (n - 1))))
