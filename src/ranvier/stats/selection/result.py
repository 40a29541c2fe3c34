"""What a selection model found, as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from scipy.stats import chi2

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.mixed import FitStats, critical
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.r_code import RCall
from ranvier.stats.result import Result
from ranvier.stats.rma import two_sided
from ranvier.stats.selection.fit import Fitted, Problem

__all__ = ["SelectionResult", "result_of"]

#: So near to a bound (of a range of 100), a parameter is at it.
AT_BOUND = 1e-4
#: Of a log-likelihood.
ROUNDING = 1e-11


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SelectionResult(Result):
    """What :func:`selmodel` found.

    Attributes
    ----------
    k, p : int
        Studies; coefficients.
    estimate : float
        The first coefficient: the effect corrected for selection, if there are no moderators.
    names : tuple of str
        Of the coefficients, shape (p,), as the vectors up to ``ci_ub``.
    beta, se, stat, pval, ci_lb, ci_ub : Vector
        Coefficients; nan where there is no standard error.
    vcov : Matrix
        Their covariances.
    tau2, se_tau2, ci_lb_tau2, ci_ub_tau2 : float or None
        Variance between studies, with Wald's interval (not below 0).
    delta, se_delta, stat_delta, pval_delta, ci_lb_delta, ci_ub_delta : Vector
        Parameters of selection, tested against no selection; nan where one is fixed or at a bound.
    loglik : float
        Log-likelihood.
    LRT, LRTdf, LRTp : float, int, float
        Likelihood ratio test of selection against none.
    LRT_tau2, LRTp_tau2 : float or None
        The same of tau2 = 0.
    QM, QMp : float or None
        Wald test of all moderators.
    steps : tuple of float
        p values at which intervals end.
    counts : tuple of int or None
        Studies in each interval.
    maxima : int
        Maxima of the likelihood that were found; the highest is reported.
    problem : Problem
        The likelihood itself, for :func:`ranvier.stats.selection.loglik_at`.
    """

    DOES: ClassVar[str] = (
        "Effects were adjusted by a selection model for studies that were less likely to be seen, "
        "as a sensitivity analysis."
    )
    CITES: ClassVar[tuple[str, ...]] = ("hedges1992", "vevea1995", "preston2004", "citkowicz2017")

    k: int
    p: int
    estimate: float
    names: tuple[str, ...]
    beta: Vector
    se: Vector
    stat: Vector
    pval: Vector
    ci_lb: Vector
    ci_ub: Vector
    vcov: Matrix = field(repr=False)
    tau2: float
    se_tau2: float | None
    ci_lb_tau2: float | None
    ci_ub_tau2: float | None
    delta: Vector
    se_delta: Vector
    stat_delta: Vector
    pval_delta: Vector
    ci_lb_delta: Vector
    ci_ub_delta: Vector
    loglik: float
    LRT: float
    LRTdf: int
    LRTp: float | None
    LRT_tau2: float | None
    LRTp_tau2: float | None
    QM: float | None
    QMp: float | None
    fit: FitStats = field(repr=False)
    type: str
    alternative: str
    steps: tuple[float, ...]
    counts: tuple[int, ...] | None
    maxima: int
    level: float
    problem: Problem = field(repr=False)

    def __str__(self) -> str:
        lines = [
            f"Selection model {self.type}, {self.alternative} (k = {self.k})",
            f"tau2 {self.tau2:.4f} (SE {show(self.se_tau2)}); test of tau2 = 0: "
            f"LRT(df = 1) = {show(self.LRT_tau2)}, {show_p(self.LRTp_tau2)}",
        ]
        width = max(len(name) for name in self.names)
        for i, name in enumerate(self.names):
            interval = show_interval(defined(self.ci_lb[i]), defined(self.ci_ub[i]))
            said = show_p(defined(self.pval[i]))
            lines.append(f"{name:<{width}}  {self.beta[i]:.4f} {interval}, {said}")
        lines.append(
            f"test of selection: LRT(df = {self.LRTdf}) = {self.LRT:.4f}, {show_p(self.LRTp)}"
        )
        for i, x in enumerate(self.delta):
            interval = show_interval(defined(self.ci_lb_delta[i]), defined(self.ci_ub_delta[i]))
            said = show_p(defined(self.pval_delta[i]))
            lines.append(f"delta.{i + 1}  {x:.4f} {interval}, {said}{self._where(i)}")
        return "\n".join([*lines, *self.notes])

    def _where(self, i: int) -> str:
        """Name an interval of p values, and how many studies are in it."""
        if self.counts is None:
            return ""
        low = 0.0 if i == 0 else self.steps[i - 1]
        return f"  ({low:g} < p <= {self.steps[i]:g}: {self.counts[i]} studies)"


def result_of(
    problem: Problem,
    found: Fitted,
    *,
    sign: float,
    type: str,
    alternative: str,
    steps: tuple[float, ...],
    names: Sequence[str],
    level: float,
    table: tuple[int, ...] | None,
    notes: Sequence[str],
    call: RCall | None,
) -> SelectionResult:
    """Turn estimates into a result: tests, intervals, and what to be careful of."""
    p, d = len(found.beta), len(found.delta)
    k = len(problem.selected.y)
    vcov = np.full((p + 1 + d, p + 1 + d), np.nan) if found.vcov is None else found.vcov
    error = np.sqrt(np.diag(vcov))
    crit = critical(level, None)
    beta, se = sign * found.beta, error[:p]
    # Of a truncation, the weight on this side of the cutpoint is no parameter.
    shown = slice(1, None) if type in ("trunc", "truncest") else slice(0, None)
    delta, se_delta, none = found.delta[shown], error[p + 1 :][shown], problem.none[shown]
    free = problem.free[shown]
    df = int(free.sum())
    if found.cut is not None:
        delta = np.append(delta, sign * found.cut)
        se_delta, none = np.append(se_delta, np.nan), np.append(none, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        stat, stat_delta = beta / se, (delta - none) / se_delta
    lr = _ratio(found.loglik, found.without_selection)
    lr_tau2 = None if found.without_tau2 is None else _ratio(found.loglik, found.without_tau2)
    covered = vcov[:p, :p]
    QM, QMp = _moderators(beta, covered, names)
    se_tau2 = defined(error[p])
    half = None if se_tau2 is None else crit * se_tau2
    count = problem.parameters + (found.cut is not None)
    lower = problem.lower if found.cut is None else np.append(np.full(len(delta) - 1, 0.0), -np.inf)
    upper = (
        problem.upper if found.cut is None else np.append(np.full(len(delta) - 1, 100.0), np.inf)
    )
    return SelectionResult(
        k=k,
        p=p,
        estimate=float(beta[0]),
        names=tuple(names),
        beta=beta,
        se=se,
        stat=stat,
        pval=np.array([two_sided(float(s), None) for s in stat]),
        ci_lb=beta - crit * se,
        ci_ub=beta + crit * se,
        vcov=covered,
        tau2=found.tau2,
        se_tau2=se_tau2,
        ci_lb_tau2=None if half is None else max(0.0, found.tau2 - half),
        ci_ub_tau2=None if half is None else found.tau2 + half,
        delta=delta,
        se_delta=se_delta,
        stat_delta=stat_delta,
        pval_delta=np.array([two_sided(float(s), None) for s in stat_delta]),
        ci_lb_delta=np.maximum(delta - crit * se_delta, lower),
        ci_ub_delta=np.minimum(delta + crit * se_delta, upper),
        loglik=found.loglik,
        LRT=lr,
        LRTdf=df,
        LRTp=float(chi2.sf(lr, df)) if df else None,
        LRT_tau2=lr_tau2,
        LRTp_tau2=None if lr_tau2 is None else float(chi2.sf(lr_tau2, 1)),
        QM=QM,
        QMp=QMp,
        fit=_statistics(found.loglik, count, k),
        type=type,
        alternative=alternative,
        steps=steps,
        counts=table,
        maxima=found.maxima,
        level=level,
        problem=found.problem or problem,
        notes=(*notes, *_warnings(problem, found)),
        call=call,
    )


def _ratio(loglik: float, reduced: float) -> float:
    """Twice the difference of log-likelihoods; what rounding leaves is none."""
    twice = 2 * (loglik - reduced)
    return twice if twice > ROUNDING else 0.0


def _moderators(
    beta: Vector, vcov: Matrix, names: Sequence[str]
) -> tuple[float | None, float | None]:
    tested = np.array([i for i, n in enumerate(names) if n != "intrcpt" or len(names) == 1])
    inner = vcov[np.ix_(tested, tested)]
    if not np.isfinite(inner).all() or np.linalg.matrix_rank(inner) < len(tested):
        return None, None
    q = float(beta[tested] @ np.linalg.solve(inner, beta[tested]))
    return q, float(chi2.sf(q, len(tested)))


def _statistics(ll: float, count: int, k: int) -> FitStats:
    """Criteria as metafor defines them for selection models."""
    roomy = max(k, count + 2)
    return FitStats(
        loglik=ll,
        deviance=-2 * ll,
        AIC=-2 * ll + 2 * count,
        BIC=-2 * ll + count * float(np.log(k)),
        AICc=-2 * ll + 2 * count * roomy / (roomy - count - 1),
    )


def _warnings(problem: Problem, found: Fitted) -> list[str]:
    """Say where the numbers are not to be trusted."""
    said: list[str] = []
    at = [
        (i + 1, problem.lower if x <= problem.lower + AT_BOUND else problem.upper)
        for i, x in enumerate(found.delta)
        if problem.free[i] and (x <= problem.lower + AT_BOUND or x >= problem.upper - AT_BOUND)
    ]
    if at:
        where = ", ".join(f"delta.{i} = {bound:g}" for i, bound in at)
        said.append(
            f"the likelihood is highest at a bound ({where}): the estimates go with that bound, "
            "and Wald tests and intervals do not hold there"
        )
    if found.maxima > 1:
        said.append(f"the likelihood has {found.maxima} maxima; this is the highest found")
    if not found.settled:
        said.append("the search for the maximum did not settle; look at a simpler selection model")
    if found.vcov is None:
        said.append(
            "no standard errors: the information is not positive definite, so the data do not "
            "determine all parameters"
        )
    if found.cut is not None:
        said.append(
            "the likelihood jumps where the cutpoint passes an effect: the cutpoint has no "
            "standard error, and the test of selection is only rough"
        )
    return said
