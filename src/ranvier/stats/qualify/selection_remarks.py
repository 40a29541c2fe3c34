"""Differences of selection models that are no disagreement; each is shown, and said.

metafor integrates each study's selection to 1e-4. That leaves two traces in its numbers:

1. *Another log-likelihood.* It is that of the integrals, and may be above the highest there is. So
   the likelihoods are compared on one footing: ours at our estimates with ours at the reference's.
2. *Standard errors of noise.* They come from second differences of those integrals. They are taken
   anew as R takes them (the same routine of QUADPACK, the same extrapolation) at the reference's
   estimates, and with these moved in the sixth digit and beyond: where the estimates agree and a
   standard error of the reference lies among these, or as far off as they scatter, the noise is
   shown.
"""

from __future__ import annotations

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.qualify.compare import Case, Difference, column
from ranvier.stats.qualify.publication_bias import fit_selection
from ranvier.stats.selection import SelectionResult, loglik_at
from ranvier.stats.selection.r_numbers import r_covariance

__all__ = ["by_second_differences", "on_one_footing"]

#: What rests on standard errors.
ON_SE = frozenset(
    {
        "se", "zval", "pval", "ci_lb", "ci_ub", "vcov", "se_tau2", "se_delta", "zval_delta",
        "pval_delta", "ci_lb_delta", "ci_ub_delta", "QM", "QMp",
    }
)  # fmt: skip
#: How the reference's estimates are moved, relatively.
MOVES = (0.0, 1e-9, -1e-9, 1e-6, -1e-6, 3e-6)


def _expected(case: Case) -> tuple[Vector, float, Vector] | None:
    """The reference's estimates, if all are there."""
    given = case["expected"]
    if any(given.get(name) is None for name in ("beta", "tau2", "delta")):
        return None
    beta, delta = column(given["beta"]), column(given["delta"])
    if np.isnan(beta).any() or np.isnan(delta).any():
        return None
    return beta, float(given["tau2"]), delta


def on_one_footing(case: Case, fit: SelectionResult) -> float | None:
    """Evaluate our log-likelihood at the reference's estimates; None if they are not all there."""
    at = _expected(case)
    return None if at is None else loglik_at(fit, *at)


def by_second_differences(
    case: Case, left: tuple[Difference, ...]
) -> tuple[tuple[Difference, ...], str | None]:
    """Excuse standard errors that are noise of R's integrals."""
    at = _expected(case)
    named = [d for d in left if d.name.partition("[")[0] in ON_SE]
    if at is None or not named or len(named) < len(left):
        return left, None
    fit = fit_selection(case)
    beta, tau2, delta = at
    samples = [r_covariance(fit, beta * (1 + m), tau2 * (1 + m), delta * (1 + m)) for m in MOVES]
    exact = np.concatenate([fit.se, [fit.se_tau2 or np.nan], fit.se_delta])
    theirs = np.concatenate(
        [_column(case, "se", len(beta)), [np.nan], _column(case, "se_delta", len(delta))]
    )
    if np.isnan(theirs[~np.isnan(exact)][:-1]).all():
        if any(s is None for s in samples):
            return (), (
                "the reference has no standard errors: R's second differences of integrals known "
                "to 1e-4 are not positive definite there; ours, exact, are"
            )
        return left, None
    found = np.array([s for s in samples if s is not None])
    if len(found) == 0:
        return left, None
    low, high = np.minimum(found.min(axis=0), exact), np.maximum(found.max(axis=0), exact)
    wide = high - low
    known = ~np.isnan(theirs)
    inside = (theirs >= low - wide - 1e-3 * exact) & (theirs <= high + wide + 1e-3 * exact)
    if not inside[known].all():
        return left, None
    worst = min(named, key=lambda d: d.digits)
    i = int(np.argmax(np.where(known, wide / exact, 0)))
    return (), (
        f"standard errors differ (most: {worst}): R's second differences of integrals known to "
        f"1e-4 give {low[i]:.6g} to {high[i]:.6g} at the reference's estimates, depending on their "
        f"sixth digit and beyond; exactly, it is {exact[i]:.6g}"
    )


def _column(case: Case, name: str, count: int) -> Vector:
    given = case["expected"].get(name)
    return np.full(count, np.nan) if given is None else column(given)
