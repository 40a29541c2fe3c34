"""Exact tests and intervals for two groups, alone or in strata.

All of them condition on the margins: the events in group 1 are then noncentral hypergeometric, and
over strata they are a sum of such, whose distribution is a convolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_counts, rows_of
from ranvier.stats.conditional import conditional_on, convolved, two_sided_exact
from ranvier.stats.effects import table_from
from ranvier.stats.measures.counts import Table
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.result import Result

__all__ = [
    "Alternative",
    "ExactOddsRatio",
    "TestResult",
    "chi2_test",
    "exact_odds_ratio",
    "fisher_test",
]

Alternative = Literal["two_sided", "greater", "less"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult(Result):
    """A test: its name, statistic (None for exact ones), degrees of freedom, and p value."""

    DOES: ClassVar[str] = "Independence in the table was tested."

    __test__ = False  # Not a test of pytest's.

    test: str
    stat: float | None
    df: float | None
    pval: float | None
    sides: Literal[1, 2]

    def __str__(self) -> str:
        stat = "" if self.stat is None else f" {self.stat:.4f}"
        df = "" if self.df is None else f" (df {self.df:g})"
        return f"{self.test}{stat}{df}, {show_p(self.pval)} ({self.sides}-sided)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactOddsRatio(Result):
    """What :func:`exact_odds_ratio` found: odds ratios themselves, not their logs.

    ``estimate`` is the conditional maximum likelihood estimate; 0 or ``inf`` where the events are
    at the end of what the margins allow. ``ci_lb`` and ``ci_ub`` may be 0 and ``inf``, too.
    """

    DOES: ClassVar[str] = (
        "The common odds ratio and its interval were calculated conditionally on all margins, "
        "without adding to empty cells."
    )
    CITES: ClassVar[tuple[str, ...]] = ("mehta1985",)

    k: int
    estimate: float | None
    ci_lb: float | None
    ci_ub: float | None
    pval: float | None
    level: float
    mid_p: bool

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub, 2)
        kind = "mid-p" if self.mid_p else "exact"
        return f"OR {show(self.estimate, 2)} {interval} ({kind}), {show_p(self.pval)}"


def _whole_table(columns: dict[str, ArrayLike | None]) -> Table:
    given = {name: x for name, x in columns.items() if x is not None}
    counts = as_counts(given)
    for name, v in counts.items():
        if (v != np.round(v)).any():
            bad = rows_of(v != np.round(v))
            raise InputError(f"{name} must be whole numbers here; it is not at rows {bad}.")
    return table_from("An exact test", counts)


def _log_choose(n: float, x: Vector) -> Vector:
    return gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)


def _stratum(n1: float, n2: float, events: float) -> tuple[int, Vector]:
    """Smallest possible count of events in group 1, and the log probabilities from there on."""
    low, high = int(max(0, events - n2)), int(min(n1, events))
    x = np.arange(low, high + 1, dtype=np.float64)
    log_p = _log_choose(n1, x) + _log_choose(n2, events - x)
    return low, log_p - log_p.max()


def _strata(table: Table) -> list[tuple[int, Vector]]:
    """Events in group 1 of each table, given all margins."""
    rows = zip(table.n1i, table.n2i, table.ai + table.ci, strict=True)
    return [_stratum(float(n1), float(n2), float(events)) for n1, n2, events in rows]


def exact_odds_ratio(
    ai: ArrayLike,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    *,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    mid_p: bool = False,
    level: float = 0.95,
) -> ExactOddsRatio:
    """Estimate a common odds ratio over 2x2 tables, exactly, given all margins.

    Parameters
    ----------
    ai, bi, ci, di : array_like, shape (k,)
        Events and non-events in group 1, then in group 2: whole numbers. One table is a stratum
        of its own, so the result is that of Fisher's test.
    n1i, n2i : array_like, shape (k,)
        Group sizes, in place of ``bi`` and ``di``.
    mid_p : bool
        Count only half of the probability of what was observed: shorter intervals, that do not
        always hold their level.
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    ExactOddsRatio
        Nothing is added to empty cells; strata without events say nothing, and are noted.

    Raises
    ------
    InputError
        If a count is not a whole number, is missing or negative.

    References
    ----------
    Mehta CR, Patel NR, Gray R (1985). Computing an exact confidence interval for the common odds
    ratio in several 2x2 contingency tables. Journal of the American Statistical Association
    80:969-973. doi:10.1080/01621459.1985.10478212

    Examples
    --------
    >>> print(exact_odds_ratio(3, 1, 1, 3))
    OR 6.41 [0.21, 626.24] (exact), p = 0.4857
    """
    table = _whole_table({"ai": ai, "bi": bi, "ci": ci, "di": di, "n1i": n1i, "n2i": n2i})
    says = (table.ai + table.ci > 0) & (table.bi + table.di > 0) & (table.n1i > 0) & (table.n2i > 0)
    notes = tuple(
        f"study {i + 1}: says nothing about the odds ratio (an empty margin)"
        for i in np.flatnonzero(~says)
    )
    total = round(float(table.ai.sum()))
    found = conditional_on(_strata(table), total, mid_p=mid_p, level=level)
    return ExactOddsRatio(
        k=int(says.sum()),
        estimate=None if found is None else float(np.exp(found.estimate)),
        ci_lb=None if found is None else float(np.exp(found.ci_lb)),
        ci_ub=None if found is None else float(np.exp(found.ci_ub)),
        pval=None if found is None else found.pval,
        level=level,
        mid_p=mid_p,
        notes=notes,
    )


def fisher_test(
    ai: float, bi: float, ci: float, di: float, *, alternative: Alternative = "two_sided"
) -> TestResult:
    """Test an odds ratio of 1 in one 2x2 table, given its margins.

    Parameters
    ----------
    ai, bi, ci, di : float
        Events and non-events in group 1, then in group 2.
    alternative : {"two_sided", "greater", "less"}
        More events in group 1 than expected (``greater``), fewer, or either: then the tables no
        more likely than this one count, as in R.

    Returns
    -------
    TestResult

    Examples
    --------
    >>> print(fisher_test(3, 1, 1, 3))
    fisher, p = 0.4857 (2-sided)
    """
    table = _whole_table({"ai": ai, "bi": bi, "ci": ci, "di": di})
    low, p = convolved(_strata(table), 0.0)
    observed = round(float(table.ai[0])) - low
    tails = {
        "greater": float(p[observed:].sum()),
        "less": float(p[: observed + 1].sum()),
        "two_sided": two_sided_exact(p, observed),
    }
    return TestResult(
        test="fisher",
        stat=None,
        df=None,
        pval=min(1.0, tails[alternative]),
        sides=2 if alternative == "two_sided" else 1,
    )


def chi2_test(ai: float, bi: float, ci: float, di: float, *, correct: bool = False) -> TestResult:
    """Test independence in one 2x2 table by Pearson's chi-squared, as it is or with Yates' term.

    Parameters
    ----------
    ai, bi, ci, di : float
        Events and non-events in group 1, then in group 2.
    correct : bool
        Yates' correction, never more than the deviation itself.

    Returns
    -------
    TestResult
        Its statistic is None if a margin is empty.

    Examples
    --------
    >>> print(chi2_test(15, 5, 5, 15), chi2_test(15, 5, 5, 15, correct=True), sep="; ")
    chi2 10.0000 (df 1), p = 0.0016 (2-sided); chi2_corrected 8.1000 (df 1), p = 0.0044 (2-sided)
    """
    t = _whole_table({"ai": ai, "bi": bi, "ci": ci, "di": di})
    a, b, c, d = (float(x[0]) for x in (t.ai, t.bi, t.ci, t.di))
    n = a + b + c + d
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    gap = abs(a * d - b * c)
    gap -= min(n / 2, gap) if correct else 0.0
    stat = n * gap**2 / margins if margins > 0 else float("nan")
    name = "chi2_corrected" if correct else "chi2"
    notes = () if margins > 0 else ("a margin is empty: no test",)
    pval = defined(float(chi2.sf(stat, 1)))
    return TestResult(test=name, stat=defined(stat), df=1, pval=pval, sides=2, notes=notes)
