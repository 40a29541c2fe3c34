"""Differences of mixed models of counts that are no disagreement; each is shown, and said.

metafor fits them with lme4 (and, for the exact conditional model, with general optimisers), which
leaves four traces in its numbers:

1. *Another log-likelihood.* With more than one node, metafor prints that of the counts at the modes
   of the random effects. It is not what was maximised, so it moves with every digit the search left
   off: it is held at 1e-4 relative, and whether the search stopped early is decided by the
   likelihood itself, ours at our maximum against ours at the reference's parameters.
2. *Second differences.* Standard errors come from second differences of an approximation: of
   Laplace's for two random effects lme4 takes the curvature before the last step; the exact
   conditional likelihood is integrated to 1e-4. They are off by some parts in a thousand, and all
   that rests on them; where ours are within 1 percent, the reference's own test and interval must
   follow from its own estimate and standard error.
3. *Infinite effects.* Wald's test with an effect of each study has no value where one of them is
   infinite, because a cell is empty; what R gives depends on where its search stopped.
4. *A variance of 0.* Where tau2 agrees within the floor, I2 and H2, which are multiples of it, do.
"""

from __future__ import annotations

import math

import numpy as np

from ranvier.stats.glmm.rma_glmm import GlmmResult, loglik_at
from ranvier.stats.mixed import critical
from ranvier.stats.qualify.compare import FLOOR, Case, Difference, column, inputs_of
from ranvier.stats.qualify.glmm import fit_case, prints_modes, table_of
from ranvier.stats.rma import two_sided

__all__ = ["by_counts"]

#: Relative, of the log-likelihood at the modes (reference/synthesis/README.md).
AT_MODES = 1e-4
#: So much of log-likelihood is not rounding.
GAIN = 1e-8
#: How far second differences may be off.
SECOND = 1e-2
ON_SE = frozenset({"se", "stat", "pval", "ci_lb", "ci_ub"})
Excused = tuple[tuple[Difference, ...], list[str]]


def by_counts(case: Case, left: tuple[Difference, ...]) -> Excused:
    """Apply the rules to what differs in a case of this family."""
    fit = fit_case(case)
    said: list[str] = []
    for rule in (_other_likelihood, _second_differences, _infinite_effects, _no_variance):
        left, words = rule(case, fit, left)
        said += words
    return left, said


def _expected(case: Case, name: str) -> float:
    values = column(case["expected"].get(name))
    return float(values[0])


def _other_likelihood(case: Case, fit: GlmmResult, left: tuple[Difference, ...]) -> Excused:
    if not prints_modes(fit):
        return left, []
    others = tuple(d for d in left if d.name != "loglik")
    theirs, mine = _expected(case, "loglik"), fit.loglik_at_modes
    gap = abs(mine - theirs)
    if gap > AT_MODES * abs(theirs):
        return (Difference(name="loglik", kind="value", ours=mine, theirs=theirs), *others), []
    said = [] if gap <= AT_MODES else [f"the log-likelihood at the modes differs by {gap:.1g}"]
    numbers = tuple(d for d in others if d.kind == "value")
    if not numbers:
        return others, said
    measure, columns = table_of(case)
    there = loglik_at(
        measure, columns, model=fit.model, estimate=_expected(case, "beta"),
        tau2=_expected(case, "tau2"), nAGQ=fit.nAGQ,
    )  # fmt: skip
    gain = fit.fit.loglik - there
    if gain <= GAIN:
        return others, said
    worst = min(numbers, key=lambda d: d.digits)
    said.append(
        f"the likelihood at the reference's estimate and tau2 is {gain:.1g} below its maximum, so "
        f"{len(numbers)} other numbers differ (most: {worst})"
    )
    return tuple(d for d in others if d not in numbers), said


def _second_differences(case: Case, fit: GlmmResult, left: tuple[Difference, ...]) -> Excused:
    exact = fit.model == "CM.EL" and fit.measure == "OR"
    names = {d.name for d in left}
    if fit.method != "ML" or not (fit.model == "UM.RS" or exact) or "beta" in names:
        return left, []
    se = _expected(case, "se")
    wald = _expected(case, "QE_Wld") if "QE_Wld" in names else math.nan
    near = fit.se is not None and abs(fit.se - se) <= SECOND * se
    gone = {name for name in ON_SE & names if near and _follows(case, fit, name)}
    if fit.QE_Wld is not None and abs(fit.QE_Wld - wald) <= 2 * SECOND * wald:
        gone |= names & {"QE_Wld"}
    if not gone:
        return left, []
    said = f"{', '.join(sorted(gone))}: from second differences, which are within 1 percent here"
    return tuple(d for d in left if d.name not in gone), [said]


def _follows(case: Case, fit: GlmmResult, name: str) -> bool:
    """Whether the reference's number follows from its own estimate and standard error."""
    beta, se = _expected(case, "beta"), _expected(case, "se")
    half = critical(fit.level, fit.ddf) * se
    made = {
        "se": se,
        "stat": beta / se,
        "pval": two_sided(beta / se, fit.ddf),
        "ci_lb": beta - half,
        "ci_ub": beta + half,
    }[name]
    return math.isclose(made, _expected(case, name), rel_tol=1e-6, abs_tol=FLOOR)


def _infinite_effects(case: Case, fit: GlmmResult, left: tuple[Difference, ...]) -> Excused:
    inputs = inputs_of(case)
    names = {"OR": ("ai", "bi", "ci", "di"), "IRR": ("x1i", "x2i")}.get(fit.measure, ())
    cells = np.array([column(inputs[name]) for name in names if name in inputs])
    gone = tuple(d for d in left if d.name == "QE_Wld")
    if not gone or cells.size == 0 or not (cells == 0).any():
        return left, []
    rows = int((cells == 0).any(axis=0).sum())
    said = f"{gone[0]}: {rows} studies with an empty cell have infinite effects, so it has no value"
    return tuple(d for d in left if d not in gone), [said]


def _no_variance(case: Case, fit: GlmmResult, left: tuple[Difference, ...]) -> Excused:
    if abs(fit.tau2 - _expected(case, "tau2")) > FLOOR:
        return left, []
    gone = tuple(d for d in left if d.name in ("I2", "H2"))
    said = [f"{d}: a multiple of tau2, which agrees" for d in gone]
    return tuple(d for d in left if d not in gone), said
