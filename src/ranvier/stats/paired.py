"""Two conditions on the same persons, a yes-or-no outcome: matched pairs and crossovers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from scipy.stats import binom, chi2

from ranvier.errors import InputError
from ranvier.stats.exact import ExactOddsRatio, TestResult, exact_odds_ratio, fisher_test
from ranvier.stats.mixed import critical
from ranvier.stats.printing import show_interval
from ranvier.stats.proportion import proportion_ci
from ranvier.stats.result import Result

__all__ = [
    "CrossoverResult",
    "McNemarMethod",
    "PairedDifference",
    "mainland_gart",
    "mcnemar_test",
    "paired_odds_ratio",
    "paired_risk_difference",
]

McNemarMethod = Literal["exact", "mid_p", "asymptotic", "corrected"]


def _discordant(only_1: int, only_2: int) -> tuple[int, int]:
    for name, x in (("only_1", only_1), ("only_2", only_2)):
        if x != int(x) or x < 0:
            raise InputError(f"{name} must be a whole number, not negative; it is {x}.")
    return int(only_1), int(only_2)


def mcnemar_test(
    only_1: int, only_2: int, *, method: McNemarMethod = "exact", sides: Literal[1, 2] = 2
) -> TestResult:
    """Test whether pairs with the event under one condition only favour one of the two.

    Parameters
    ----------
    only_1, only_2 : int
        Pairs with the event under condition 1 only, under condition 2 only.
    method : {"exact", "mid_p", "asymptotic", "corrected"}
        Binomial; the same with half the probability of what was seen; McNemar's chi-squared;
        the same with Edwards' continuity correction.
    sides : {1, 2}
        One-sided is in the direction that was seen.

    Returns
    -------
    TestResult
        With no discordant pair, the p value is 1 and a note says so.

    References
    ----------
    Fagerland MW, Lydersen S, Laake P (2013). The McNemar test for binary matched-pairs data.
    BMC Medical Research Methodology 13:91. doi:10.1186/1471-2288-13-91

    Examples
    --------
    >>> print(mcnemar_test(5, 15, sides=1), mcnemar_test(5, 15), sep="; ")
    mcnemar_exact, p = 0.0207 (1-sided); mcnemar_exact, p = 0.0414 (2-sided)
    """
    b, c = _discordant(only_1, only_2)
    n = b + c
    name = "mcnemar" if method == "asymptotic" else f"mcnemar_{method}"
    if n == 0:
        notes = ("no discordant pair: nothing to test",)
        return TestResult(test=name, stat=None, df=None, pval=1.0, sides=sides, notes=notes)
    if method in ("exact", "mid_p"):
        one = float(binom.cdf(min(b, c), n, 0.5))
        if method == "mid_p":
            one -= float(binom.pmf(min(b, c), n, 0.5)) / 2
        return TestResult(test=name, stat=None, df=None, pval=min(1.0, sides * one), sides=sides)
    gap = max(0.0, abs(b - c) - (1 if method == "corrected" else 0))
    stat = gap**2 / n
    pval = float(chi2.sf(stat, 1)) / (1 if sides == 2 else 2)
    return TestResult(test=name, stat=stat, df=1, pval=pval, sides=sides)


def paired_odds_ratio(
    only_1: int, only_2: int, *, level: float = 0.95, mid_p: bool = False
) -> ExactOddsRatio:
    """Estimate the conditional odds ratio of matched pairs: the ratio of the discordant ones.

    Parameters
    ----------
    only_1, only_2 : int
        Pairs with the event under condition 1 only, under condition 2 only.
    level : float
        Of the exact interval (Clopper and Pearson's for the share of ``only_1``).
    mid_p : bool
        Give the mid-p p value and interval instead.

    Returns
    -------
    ExactOddsRatio

    Examples
    --------
    >>> print(paired_odds_ratio(15, 5))
    OR 3.00 [1.04, 10.55] (exact), p = 0.0414
    """
    b, c = _discordant(only_1, only_2)
    if b + c == 0:
        return ExactOddsRatio(
            k=1, estimate=None, ci_lb=None, ci_ub=None, pval=None, level=level, mid_p=mid_p,
            notes=("no discordant pair: the odds ratio is not defined",),
        )  # fmt: skip
    method = "mid_p" if mid_p else "clopper_pearson"
    share = proportion_ci(b, b + c, method=method, level=level)

    def odds(p: float) -> float:
        return p / (1 - p) if p < 1 else float("inf")

    return ExactOddsRatio(
        k=1,
        estimate=odds(b / (b + c)),
        ci_lb=odds(share.ci_lb),
        ci_ub=odds(share.ci_ub),
        pval=mcnemar_test(b, c, method="mid_p" if mid_p else "exact").pval,
        level=level,
        mid_p=mid_p,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference(Result):
    """Difference of two dependent proportions (condition 1 minus condition 2) and its interval."""

    DOES: ClassVar[str] = (
        "The risk difference of pairs was given an interval that allows for their correlation."
    )

    n: int
    estimate: float
    ci_lb: float
    ci_ub: float
    method: Literal["newcombe", "agresti_min", "wald"]
    level: float

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        return f"RD {self.estimate:.4f} {interval} ({self.method}; {self.n} pairs)"


def paired_risk_difference(
    both: int,
    only_1: int,
    only_2: int,
    neither: int,
    *,
    method: Literal["newcombe", "agresti_min", "wald"] = "newcombe",
    level: float = 0.95,
) -> PairedDifference:
    """Estimate the difference of the risks under two conditions on the same persons.

    Parameters
    ----------
    both, only_1, only_2, neither : int
        Pairs with the event under both conditions, condition 1 only, 2 only, none.
    method : {"newcombe", "agresti_min", "wald"}
        Newcombe's score-based method 10; Wald's after adding 0.5 to each cell (the estimate stays
        the observed one); Wald's as it is.
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    PairedDifference

    References
    ----------
    Newcombe RG (1998). Improved confidence intervals for the difference between binomial
    proportions based on paired data. Statistics in Medicine 17:2635-2650.

    Agresti A, Min Y (2005). Simple improved confidence intervals for comparing matched
    proportions. Statistics in Medicine 24:729-740. doi:10.1002/sim.1781

    Examples
    --------
    >>> print(paired_risk_difference(20, 12, 2, 16))
    RD 0.2000 [0.0562, 0.3292] (newcombe; 50 pairs)
    """
    b, c = _discordant(only_1, only_2)
    if both < 0 or neither < 0 or both + b + c + neither == 0:
        raise InputError("The four counts must not be negative, nor all 0.")
    n = both + b + c + neither
    estimate = (b - c) / n
    z = critical(level, None)
    if method == "newcombe":
        ci_lb, ci_ub = _newcombe(both, b, c, neither, level)
    else:
        plus = 0.5 if method == "agresti_min" else 0.0
        m, x, y = n + 4 * plus, b + plus, c + plus
        center = (x - y) / m
        half = z * float(np.sqrt(x + y - (x - y) ** 2 / m)) / m
        ci_lb, ci_ub = max(-1.0, center - half), min(1.0, center + half)
    return PairedDifference(
        n=n, estimate=estimate, ci_lb=ci_lb, ci_ub=ci_ub, method=method, level=level
    )


def _newcombe(both: int, b: int, c: int, neither: int, level: float) -> tuple[float, float]:
    """Newcombe's method 10: Wilson's limits joined by the (corrected) correlation."""
    n = both + b + c + neither
    p1, p2 = (both + b) / n, (both + c) / n
    first = proportion_ci(both + b, n, method="wilson", level=level)
    second = proportion_ci(both + c, n, method="wilson", level=level)
    margins = (both + b) * (c + neither) * (both + c) * (b + neither)
    cross = both * neither - b * c
    if cross > 0:
        cross = max(cross - n / 2, 0)
    phi = cross / float(np.sqrt(margins)) if margins > 0 else 0.0
    l1, u1 = p1 - first.ci_lb, first.ci_ub - p1
    l2, u2 = p2 - second.ci_lb, second.ci_ub - p2
    down = float(np.sqrt(max(0.0, l1**2 - 2 * phi * l1 * u2 + u2**2)))
    up = float(np.sqrt(max(0.0, u1**2 - 2 * phi * u1 * l2 + l2**2)))
    return p1 - p2 - down, p1 - p2 + up


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossoverResult(Result):
    """What :func:`mainland_gart` found: the test, and the odds ratio of treatment, period removed.

    ``odds_ratio`` is that of the event under treatment 1 against treatment 2 in one person: the
    square root of the odds ratio of the table of sequence by period of the event.
    """

    DOES: ClassVar[str] = "The crossover trial was analysed by Mainland and Gart's test."

    test: TestResult
    odds_ratio: ExactOddsRatio
    period_odds_ratio: ExactOddsRatio

    def __str__(self) -> str:
        return f"{self.test}\ntreatment: {self.odds_ratio}\nperiod: {self.period_odds_ratio}"


def mainland_gart(
    first_12: int, second_12: int, first_21: int, second_21: int, *, level: float = 0.95
) -> CrossoverResult:
    """Test treatment in a two-period crossover with a yes-or-no outcome, whatever the period does.

    Parameters
    ----------
    first_12, second_12 : int
        Persons in sequence 1-2 with the event in the first period only, in the second only.
    first_21, second_21 : int
        The same in sequence 2-1.
    level : float
        Of the exact intervals.

    Returns
    -------
    CrossoverResult

    Notes
    -----
    Only persons whose two periods differ say anything. If treatment does nothing, the period in
    which the event falls does not depend on the sequence: Fisher's test of that table. Given a
    logistic model with effects of person, period and treatment, its odds ratio is the square of
    the odds ratio of treatment; with the second row turned round, that of period.

    References
    ----------
    Gart JJ (1969). An exact test for comparing matched proportions in crossover designs.
    Biometrika 56:75-80. doi:10.1093/biomet/56.1.75

    Senn S (2002). Cross-over Trials in Clinical Research, 2nd ed., chapter 4.

    Examples
    --------
    >>> print(mainland_gart(9, 1, 2, 8).test)
    mainland_gart, p = 0.0055 (2-sided)
    """
    cells = (*_discordant(first_12, second_12), *_discordant(first_21, second_21))
    a, b, c, d = cells
    fisher = fisher_test(a, b, c, d)
    test = TestResult(test="mainland_gart", stat=None, df=None, pval=fisher.pval, sides=2)
    return CrossoverResult(
        test=test,
        odds_ratio=_root(exact_odds_ratio(a, b, c, d, level=level)),
        period_odds_ratio=_root(exact_odds_ratio(a, b, d, c, level=level)),
    )


def _root(result: ExactOddsRatio) -> ExactOddsRatio:
    """Take the square root of an odds ratio and of its interval."""

    def root(x: float | None) -> float | None:
        return None if x is None else float(np.sqrt(x))

    return ExactOddsRatio(
        k=result.k,
        estimate=root(result.estimate),
        ci_lb=root(result.ci_lb),
        ci_ub=root(result.ci_ub),
        pval=result.pval,
        level=result.level,
        mid_p=result.mid_p,
        notes=result.notes,
    )
