"""Combine p values where a review has nothing else: no effect, only whether there is any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import comb, logit, ndtr, ndtri
from scipy.stats import beta, chi2
from scipy.stats import t as student

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_vector
from ranvier.stats.result import Result

__all__ = ["CombineMethod", "CombinedP", "combine_p"]

CombineMethod = Literal[
    "sumlog", "sumz", "logitp", "sump", "meanp", "minimump", "maximump", "wilkinsonp", "invchisq",
    "invt", "truncated",
]  # fmt: skip


#: Methods whose transformation is infinite at 0, and at 1.
NO_ZERO = frozenset({"sumlog", "sumz", "logitp", "invchisq", "invt", "truncated"})
NO_ONE = frozenset({"sumz", "logitp", "invt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedP(Result):
    """The combined p value, with its statistic and degrees of freedom where it has any."""

    DOES: ClassVar[str] = "P values of independent tests were combined."

    method: CombineMethod
    k: int
    pval: float
    stat: float | None = None
    df: float | None = None


def combine_p(
    p: ArrayLike,
    *,
    method: CombineMethod = "sumlog",
    r: int = 1,
    df: float = 1,
    truncation: float = 0.5,
) -> CombinedP:
    """Combine one-sided p values of independent studies, all in the same direction.

    Parameters
    ----------
    p : array_like, shape (k,)
        Between 0 and 1, at least two. Where a method has no value for 0 (or 1), those are left
        out and noted.
    method : CombineMethod
        ``sumlog`` (Fisher), ``sumz`` (Stouffer), ``logitp``, ``sump`` (Edgington), ``meanp``,
        ``minimump`` (Tippett), ``maximump``, ``wilkinsonp`` (the r-th smallest), ``invchisq`` and
        ``invt`` (with ``df``), ``truncated`` (product of those up to ``truncation``).
    r, df, truncation
        Of the methods that have them.

    Returns
    -------
    CombinedP

    Notes
    -----
    The names are those of the R package metap. A combined p value says that some study has some
    effect; it says nothing of its size.

    References
    ----------
    Becker BJ (1994). Combining significance levels. In: The Handbook of Research Synthesis,
    215-230.

    Examples
    --------
    >>> round(combine_p([0.02, 0.04, 0.2]).pval, 4)
    0.0077
    """
    given = as_vector("p", p)
    if not ((given >= 0) & (given <= 1)).all():
        raise InputError("p must be between 0 and 1, and none missing.")
    usable = (given > (0 if method in NO_ZERO else -1)) & (given < (1 if method in NO_ONE else 2))
    x = given[usable]
    notes = tuple(
        f"p value {i + 1}: left out, {method} has no value for {given[i]:g}"
        for i in np.flatnonzero(~usable)
    )
    k = len(x)
    if k < 2:
        raise InputError("At least two p values that can be combined are needed.")
    if method == "wilkinsonp" and not 1 <= r <= k:
        raise InputError(f"r must be 1 to {k}; it is {r}.")
    stat: float | None = None
    free: float | None = None
    match method:
        case "sumlog":
            stat, free = float(-2 * np.log(x).sum()), 2.0 * k
            pval = float(chi2.sf(stat, free))
        case "sumz":
            stat = float(-ndtri(x).sum() / np.sqrt(k))
            pval = float(ndtr(-stat))
        case "logitp":
            free = 5.0 * k + 4
            scale = np.sqrt(k * np.pi**2 * (5 * k + 2) / (3 * free))
            stat = float(-logit(x).sum() / scale)
            pval = float(student.sf(stat, free))
        case "sump":
            pval = _irwin_hall(float(x.sum()), k)
        case "meanp":
            stat = float((0.5 - x.mean()) * np.sqrt(12 * k))
            pval = float(ndtr(-stat))
        case "minimump":
            pval = _wilkinson(x, 1)
        case "maximump":
            pval = _wilkinson(x, k)
        case "wilkinsonp":
            pval = _wilkinson(x, r)
        case "invchisq":
            stat, free = float(chi2.isf(x, df).sum()), df * k
            pval = float(chi2.sf(stat, free))
        case "invt":
            if df <= 2:
                raise InputError(
                    f"invt needs more than 2 degrees of freedom; df is {df:g}.",
                    remedy="Give df, such as 10.",
                )
            stat = float(student.isf(x, df).sum() / np.sqrt(k * df / (df - 2)))
            pval = float(ndtr(-stat))
        case "truncated":
            stat, pval = _truncated(x, truncation)
    return CombinedP(method=method, k=k, pval=pval, stat=stat, df=free, notes=notes)


def _irwin_hall(total: float, k: int) -> float:
    """Distribution function of a sum of k uniform variables, from the nearer end."""
    if total > k / 2:
        return 1 - _irwin_hall(k - total, k)
    j = np.arange(int(total) + 1)
    # Alternating: above some 20 terms digits are lost, and the normal form is as good.
    if len(j) > 20:
        return float(ndtr((total - k / 2) / np.sqrt(k / 12)))
    log_terms = k * np.log(np.maximum(total - j, 1e-300)) - np.log(np.arange(1, k + 1)).sum()
    return float(((-1.0) ** j * comb(k, j) * np.exp(log_terms)).sum())


def _wilkinson(x: Vector, r: int) -> float:
    """Chance of an r-th smallest p value this small: a beta distribution."""
    return float(beta.cdf(np.sort(x)[r - 1], r, len(x) + 1 - r))


def _truncated(x: Vector, truncation: float) -> tuple[float, float]:
    """Zaykin et al.'s (2002) truncated product; statistic is minus twice its log."""
    few = x[x <= truncation]
    k = len(x)
    if len(few) == 0:
        return 0.0, 1.0
    stat = float(-2 * np.log(few).sum())
    total = 0.0
    for m in range(1, k + 1):
        chance = float(comb(k, m)) * truncation**m * (1 - truncation) ** (k - m)
        # Given m below the cut, minus twice the log of their product over it is chi-squared.
        total += chance * float(chi2.sf(stat + 2 * m * np.log(truncation), 2 * m))
    return stat, min(1.0, total)
