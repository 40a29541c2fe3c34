"""The maximum of the likelihood of a selection model, and the information there."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import fit_batch
from ranvier.stats.selection.climb import STEP, Summit, climb, curvature
from ranvier.stats.selection.likelihood import Selected, StepChance

__all__ = ["Fitted", "Problem", "fit_selected"]

#: metafor's rule: what is smaller is held as 0 when standard errors are calculated.
TAU2_NONE, STEP_NONE = 1e-4, 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What is to be fitted.

    Attributes
    ----------
    selected : Selected
        The likelihood.
    delta : Vector
        Parameters of selection held fixed; nan where they are estimated.
    lower, upper : float
        Their bounds.
    none : Vector
        Their values without selection.
    starts : Matrix
        Values to start from, one set a row.
    falling : bool
        No parameter may be above the one before it.
    stepwise : bool
        A parameter near 0 is held as 0 when standard errors are calculated.
    heterogeneous : bool
        Whether tau2 is estimated.
    """

    selected: Selected
    delta: Vector
    lower: float
    upper: float
    none: Vector
    starts: Matrix
    falling: bool
    stepwise: bool
    heterogeneous: bool

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which parameters of selection are estimated."""
        return np.isnan(self.delta)

    @property
    def parameters(self) -> int:
        """How many parameters are estimated."""
        return self.selected.X.shape[1] + int(self.heterogeneous) + int(self.free.sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """Estimates, in the units of the data, and what goes with them.

    ``vcov`` is of beta, tau2 and delta, nan where a parameter was fixed or at 0; None where the
    information is not positive definite.
    """

    beta: Vector
    tau2: float
    delta: Vector
    loglik: float
    without_selection: float
    without_tau2: float | None
    vcov: Matrix | None
    maxima: int
    settled: bool
    cut: float | None = None
    problem: Problem | None = None


def fit_selected(problem: Problem, *, thorough: bool = True) -> Fitted:
    """Fit a selection model; without ``thorough``, neither standard errors nor the test of tau2.

    Raises
    ------
    ConvergenceError
        If no start has a likelihood.
    """
    given = problem.selected
    unit = float(np.sqrt(np.median(given.v)))
    if problem.falling and not np.isnan(problem.delta[1:]).all():
        raise InputError("Steps that may not rise cannot be fixed one by one.")
    data = replace(given, y=given.y / unit, v=given.v / unit**2)
    plain = fit_batch(
        Batch.of(data.y, data.v, data.X), method="ML" if problem.heterogeneous else "EE"
    )
    beta, tau2 = plain.beta[0], float(plain.tau2[0])
    widths = np.sqrt(np.diag(plain.vcov[0]))
    none = replace(data, under=np.zeros_like(data.under))
    shift = -len(data.y) * float(np.log(unit))
    without = float(none(beta[None], np.array([tau2]), problem.none[None])[0][0]) + shift
    scale = np.concatenate([widths, [max(tau2, 0.2)], np.full(len(problem.delta), 0.5)])
    search = _Search(problem=problem, data=data, scale=scale)
    summit = search.run(beta, tau2, search.starts(beta, tau2), fixed_tau2=not problem.heterogeneous)
    p = len(beta)
    found = Fitted(
        beta=summit.x[:p] * unit,
        tau2=float(summit.x[p]) * unit**2,
        delta=search.delta(summit.x[None, p + 1 :])[0],
        loglik=summit.value + shift,
        without_selection=without,
        without_tau2=None,
        vcov=None,
        maxima=summit.maxima,
        settled=summit.settled,
    )
    if not thorough:
        return found
    none_between = None
    if problem.heterogeneous:
        fixed = fit_batch(Batch.of(data.y, data.v, data.X), method="EE").beta[0]
        starts = np.vstack([search.starts(fixed, 0.0)[::4], summit.x])
        none_between = search.run(fixed, 0.0, starts, fixed_tau2=True).value + shift
    return replace(
        found,
        without_tau2=none_between,
        vcov=_covariance(problem, data, found, unit, scale),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """The likelihood as a function of one vector: beta, tau2, and shares that make delta."""

    problem: Problem
    data: Selected
    scale: Vector

    def delta(self, x: Matrix) -> Matrix:
        """Turn parameters of the search into delta: products of shares where it may not rise."""
        return np.cumprod(x, axis=1, dtype=np.float64) if self.problem.falling else x

    def __call__(self, x: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return values and gradients at many points."""
        p = self.data.X.shape[1]
        inner = x[:, p + 1 :]
        delta = self.delta(inner)
        value, grad = self.data(x[:, :p], x[:, p], delta)
        if self.problem.falling:
            by_share = np.zeros_like(inner)
            for i in range(inner.shape[1]):
                others = inner.copy()
                others[:, i] = 1.0
                products = np.cumprod(others, axis=1)
                by_share[:, i] = (grad[:, p + 1 + i :] * products[:, i:]).sum(axis=1)
            grad = np.concatenate([grad[:, : p + 1], by_share], axis=1)
        return value, grad

    def starts(self, beta: Vector, tau2: float) -> Matrix:
        """Every start of the selection, with the effect as observed, lower, near 0, and common."""
        X = self.data.X
        down = np.linalg.lstsq(X, np.ones(len(X)), rcond=None)[0]
        spread = float(np.sqrt(tau2 + 1))
        common = fit_batch(Batch.of(self.data.y, self.data.v, X), method="EE").beta[0]
        places = [
            np.append(beta, tau2),
            np.append(beta - spread * down, 1.5 * tau2 + 0.2),
            np.append(beta / 2, tau2 / 2),
            np.append(common, 0.0),
        ]
        rows = [np.concatenate([at, s]) for s in self.problem.starts for at in places]
        return np.array(rows)

    def run(self, beta: Vector, tau2: float, starts: Matrix, *, fixed_tau2: bool) -> Summit:
        """Climb from the starts inside the bounds."""
        problem, p = self.problem, len(beta)
        lower = np.concatenate(
            [np.full(p, -np.inf), [0.0], np.full(len(problem.delta), problem.lower)]
        )
        upper = np.concatenate(
            [np.full(p, np.inf), [np.inf], np.full(len(problem.delta), problem.upper)]
        )
        if fixed_tau2:
            upper[p] = 0.0
        held = np.flatnonzero(~problem.free) + p + 1
        lower[held] = upper[held] = problem.delta[~problem.free]
        chance = self.data.chance
        # Loading Numba takes longer than one fit: what a session has loaded is used.
        if isinstance(chance, StepChance) and not problem.falling and "numba" in sys.modules:
            from ranvier.stats.selection.compiled import climb_steps

            summit = climb_steps(self.data, chance, starts, lower, upper, self.scale)
            if summit is not None:
                return summit
        try:
            return climb(self, starts, lower, upper, self.scale)
        except ValueError as error:
            raise ConvergenceError(
                "The likelihood of this selection model is not defined at any start.",
                last=tau2,
                remedy="Choose other steps, or a simpler selection function.",
            ) from error


def _covariance(
    problem: Problem, data: Selected, found: Fitted, unit: float, scale: Vector
) -> Matrix | None:
    """Invert the observed information of what was estimated; nan elsewhere."""
    p, d = len(found.beta), len(found.delta)
    tau2_none = min(TAU2_NONE, float(data.v.min()) * unit**2 / 10)
    known = np.concatenate(
        [
            np.ones(p, dtype=np.bool_),
            [problem.heterogeneous and found.tau2 >= tau2_none],
            problem.free & ~(problem.stepwise & (found.delta < STEP_NONE)),
        ]
    )
    x = np.concatenate([found.beta / unit, [found.tau2 / unit**2], found.delta])

    def f(points: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return data(points[:, :p], points[:, p], points[:, p + 1 :])

    width = STEP * scale
    width[p] = min(width[p], 0.1 * float(data.v.min()))
    positive = x > 0
    width[p + 1 :] = np.where(
        positive[p + 1 :], np.minimum(width[p + 1 :], 0.1 * x[p + 1 :]), width[p + 1 :]
    )
    information = -curvature(f, x[None], width[None])[0][np.ix_(known, known)]
    if not np.isfinite(information).all():
        return None
    size = np.sqrt(np.abs(np.diag(information)))
    if (size == 0).any() or np.linalg.eigvalsh(information / np.outer(size, size))[0] <= 1e-12:
        return None
    vcov = np.full((p + 1 + d, p + 1 + d), np.nan)
    units = np.concatenate([np.full(p, unit), [unit**2], np.ones(d)])[known]
    vcov[np.ix_(known, known)] = np.linalg.inv(information) * np.outer(units, units)
    return vcov
