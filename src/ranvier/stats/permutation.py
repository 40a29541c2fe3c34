"""Permutation tests of a pooled effect and of moderators: many fits as one batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice
from math import factorial, prod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects_near_one
from ranvier.stats.estimators import Control, Method
from ranvier.stats.formula import Columns, Design, Moderators
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import Test, fit_batch
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.r_code import RCall
from ranvier.stats.regression import model_matrix, r_formula, without_redundant
from ranvier.stats.result import Result
from ranvier.stats.rma import left_out, two_sided, variances
from ranvier.stats.shared_weights import tau2_of_rearrangements
from ranvier.stats.source import Data, takes_fit

__all__ = ["PermutationTest", "permutest"]

Alternative = Literal["two-sided", "less", "greater"]

#: Statistics closer than this are equal, as in metafor.
EQUAL = float(np.sqrt(np.finfo(np.float64).eps))
#: Numbers held at a time.
ROOM = 400_000
#: An exact test with more rearrangements than this is refused.
MOST = 5_000_000
#: A bound of an interval is found to this share of its distance from the estimate.
BOUND = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PermutationTest(Result):
    """What :func:`permutest` found.

    Attributes
    ----------
    names : tuple of str
        Of the coefficients.
    beta, se, stat : Vector, shape (p,)
        Coefficients, standard errors and test statistics of the data as they are.
    pval : Vector
        By permutation; the parametric ones are ``pval_parametric``.
    ci_lb, ci_ub : Vector
        Interval of all values that the permutation test does not reject; nan if not asked for.
    QM, QMp : float or None
        Joint statistic of the moderators, and its p value by permutation.
    iterations : int
        Rearrangements of the data, the data themselves included.
    exact : bool
        Whether these are all that there are.
    permuted : Matrix, shape (iterations, p)
        Test statistics (or coefficients) of the rearrangements.
    """

    DOES: ClassVar[str] = "p values were calculated by permutation."
    CITES: ClassVar[tuple[str, ...]] = ("follmann1999", "higgins2004")

    names: tuple[str, ...]
    beta: Vector
    se: Vector
    stat: Vector
    pval: Vector
    pval_parametric: Vector
    ci_lb: Vector
    ci_ub: Vector
    QM: float | None
    QMp: float | None
    iterations: int
    exact: bool
    permuted: Matrix = field(repr=False)
    method: Method
    test: Test
    alternative: Alternative

    def __str__(self) -> str:
        kind = "Exact permutation test" if self.exact else "Permutation test"
        lines = [f"{kind} ({self.iterations} rearrangements; method {self.method})"]
        if self.QM is not None and len(self.names) > 1:
            lines.append(f"Test of moderators: QM = {self.QM:.4f}, {show_p(self.QMp)}")
        width = max(len(name) for name in self.names)
        for i, name in enumerate(self.names):
            interval = ""
            if np.isfinite(self.ci_lb[i]):
                interval = " " + show_interval(defined(self.ci_lb[i]), defined(self.ci_ub[i]))
            line = f"{name:<{width}}  {self.beta[i]:.4f}{interval}, stat {show(self.stat[i])}"
            lines.append(f"{line}, {show_p(defined(self.pval[i]))}")
        return "\n".join([*lines, *self.notes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """The data and the model, and what is rearranged: signs of effects, or rows of moderators."""

    y: Vector
    v: Vector
    design: Design
    method: Method
    test: Test
    control: Control

    @property
    def one_mean(self) -> bool:
        return self.design.X.shape[1] == 1 and self.design.intercept

    def statistics(self, y: Vector, rearranged: NDArray[np.intp]) -> tuple[Matrix, Matrix, Vector]:
        """Coefficients (B, p), their test statistics, and the joint one, of rearrangements."""
        X = self.design.X
        p = X.shape[1]
        tested = np.arange(1 if self.design.intercept and p > 1 else 0, p)
        step = max(1, ROOM // (len(y) * p * p))
        parts: list[tuple[Matrix, Matrix, Vector]] = []
        for start in range(0, len(rearranged), step):
            rows = rearranged[start : start + step]
            shape = rows.shape
            batch = Batch(
                y=rows * y if self.one_mean else np.broadcast_to(y, shape),
                v=np.broadcast_to(self.v, shape),
                X=np.ones((*shape, 1)) if self.one_mean else X[rows],
                mask=np.ones(shape, dtype=np.bool_),
                mean=self.one_mean,
                full=True,
            )
            moved = batch if self.one_mean else self._by_effects(rows, y)
            tau2: Vector | None = None
            if self.control == "exact" and self.method in ("ML", "REML"):
                tau2 = tau2_of_rearrangements(batch, self.method, moved)
            fit = fit_batch(
                moved, method=self.method, test=self.test, tau2=tau2, control=self.control
            )
            variance = np.diagonal(fit.vcov, axis1=1, axis2=2)
            with np.errstate(divide="ignore", invalid="ignore"):
                stat = fit.beta / np.sqrt(variance)
            some, inner = fit.beta[:, tested], fit.vcov[:, tested[:, None], tested]
            joint = (some[:, None] @ np.linalg.pinv(inner, hermitian=True) @ some[..., None])[
                :, 0, 0
            ]
            parts.append((fit.beta, stat, joint if self.test == "z" else joint / len(tested)))
        beta, stat, joint = (np.concatenate(list(part)) for part in zip(*parts, strict=True))
        return beta, stat, joint

    def _by_effects(self, rearranged: NDArray[np.intp], y: Vector) -> Batch:
        """Move effects and variances to the moderators: the same pairs, and one design for all."""
        back = np.argsort(rearranged, axis=1)
        X = self.design.X
        return Batch(
            y=y[back], v=self.v[back], X=np.broadcast_to(X, (*back.shape, X.shape[1])),
            mask=np.ones(back.shape, dtype=np.bool_), full=True, design=X,
        )  # fmt: skip


@takes_fit()
def permutest(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    mods: Moderators | None = None,
    data: Columns | None = None,
    names: Sequence[str] | None = None,
    method: Method = "REML",
    test: Test = "z",
    exact: bool | None = None,
    iterations: int = 1000,
    seed: int = 0,
    statistic: Literal["test", "coef"] = "test",
    alternative: Alternative = "two-sided",
    interval: bool = False,
    level: float = 0.95,
    control: Control = "exact",
) -> PermutationTest:
    """Test a pooled effect or moderators by rearranging the data.

    Parameters
    ----------
    yi, vi, sei, method, test, control
        As in :func:`rma`.
    mods, data, names
        As in :func:`meta_regression`. Without moderators, the signs of the effects are changed;
        with moderators, their rows are permuted against the effects.
    exact : bool or None
        All rearrangements, or some drawn by chance; None takes all if there are no more than
        ``iterations``.
    iterations : int
        How many to draw; the data as they are count as the first.
    seed : int
        Of the draw.
    statistic : {"test", "coef"}
        What is compared: test statistics, or coefficients.
    alternative : {"two-sided", "less", "greater"}
        Two-sided compares absolute values.
    interval : bool
        Also invert the test, for an interval of each coefficient.
    level : float
        Of these intervals.

    Returns
    -------
    PermutationTest

    Raises
    ------
    InputError
        If an exact test has too many rearrangements, or an interval too few.

    References
    ----------
    Follmann DA, Proschan MA (1999). Valid inference in random effects meta-analysis. Biometrics
    55:732-737. doi:10.1111/j.0006-341X.1999.00732.x

    Higgins JPT, Thompson SG (2004). Controlling the risk of spurious findings from
    meta-regression. Statistics in Medicine 23:1663-1682. doi:10.1002/sim.1752

    Examples
    --------
    >>> found = permutest([0.2, 0.5, 0.3, 0.9, 0.4], [0.05] * 5)
    >>> found.exact, found.iterations, float(found.pval[0])
    (True, 32, 0.0625)
    """
    if iterations < 1 or not 0 < level < 1:
        raise InputError("iterations must be at least 1, and level between 0 and 1.")
    y, v = as_effects_near_one(yi, variances(vi, sei))
    made = model_matrix("~ 1" if mods is None else mods, len(y), data=data, names=names)
    keep = ~(np.isnan(y) | np.isnan(v) | np.isnan(made.X).any(axis=1))
    notes = left_out(keep)
    made, dropped = without_redundant(made, keep)
    design = Design(X=made.X[keep], names=made.names, intercept=made.intercept)
    k, p = design.X.shape
    if k <= p:
        raise InputError(
            f"{k} studies are too few to test {p} coefficients.", remedy="Leave out moderators."
        )
    model = _Model(y=y[keep], v=v[keep], design=design, method=method, test=test, control=control)
    alike = _alike(design.X)
    total = 2**k if model.one_mean else factorial(k) // prod(factorial(n) for n in alike)
    whole = total <= iterations if exact is None else exact
    if whole and total > MOST:
        raise InputError(
            f"The data can be rearranged in {total} ways, too many for an exact test.",
            remedy="Say exact=False and iterations=10000.",
        )
    moves = _all(model, alike, total) if whole else _drawn(model, iterations, seed)
    own = np.ones((1, k), dtype=np.intp) if model.one_mean else np.arange(k)[None]
    beta, stat, joint = (x[0] for x in model.statistics(model.y, own))
    betas, stats, joints = model.statistics(model.y, moves)
    now, permuted = (stat, stats) if statistic == "test" else (beta, betas)
    pval = _share(permuted, now, alternative)
    ci_lb, ci_ub = np.full(p, np.nan), np.full(p, np.nan)
    if interval:
        if 1 / len(moves) > (1 - level) / (2 if alternative == "two-sided" else 1):
            raise InputError(
                f"{len(moves)} rearrangements are too few for an interval of level {level}.",
                remedy="Draw more, or lower the level.",
            )
        search = _Interval(model=model, moves=moves, statistic=statistic, level=level)
        for j in range(p):
            width = abs(beta[j] / stat[j]) if stat[j] != 0 else 1.0
            ci_lb[j], ci_ub[j] = (search.bound(j, float(beta[j]), s * width) for s in (-1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.abs(beta / stat)
    ddf = None if test == "z" else k - p
    return PermutationTest(
        names=design.names, beta=beta, se=se, stat=stat, pval=pval,
        pval_parametric=np.array([two_sided(float(s), ddf) for s in stat]),
        ci_lb=ci_lb, ci_ub=ci_ub, QM=defined(joint),
        QMp=float((joints >= joint - EQUAL).mean()), iterations=len(moves), exact=whole,
        permuted=permuted, method=method, test=test, alternative=alternative,
        notes=(*notes, *dropped),
        call=RCall(
            function="rma",
            columns={"yi": model.y, "vi": model.v},
            others={
                name: design.X[:, i] for i, name in enumerate(design.names) if name != "intrcpt"
            },
            options={
                "mods": None if model.one_mean else r_formula(design.names, design.intercept),
                "method": method,
                "test": test,
            },
            then=f"permutest(fit, exact={'TRUE' if whole else 'FALSE'}, iter={len(moves)})",
        ),
    )  # fmt: skip


def _share(permuted: Matrix, now: Vector, alternative: Alternative) -> Vector:
    """Share of the rearrangements at least as extreme as the data."""
    if alternative == "less":
        return (permuted <= now + EQUAL).mean(axis=0)
    if alternative == "greater":
        return (permuted >= now - EQUAL).mean(axis=0)
    return (np.abs(permuted) >= np.abs(now) - EQUAL).mean(axis=0)


def _alike(X: Matrix) -> list[int]:
    """How many rows of the design are alike, largest group first."""
    return sorted(Counter(tuple(row) for row in X.tolist()).values(), reverse=True)


def _drawn(model: _Model, iterations: int, seed: int) -> NDArray[np.intp]:
    """Draw rearrangements; the first is the data as they are."""
    generator = np.random.default_rng(seed)
    shape = (iterations, len(model.y))
    if model.one_mean:
        moves = 2 * generator.integers(0, 2, size=shape) - 1
        moves[0] = 1
    else:
        moves = np.argsort(generator.random(shape), axis=1)
        moves[0] = np.arange(shape[1])
    return moves.astype(np.intp)


def _all(model: _Model, alike: list[int], total: int) -> NDArray[np.intp]:
    """List all rearrangements that differ."""
    k = len(model.y)
    if model.one_mean:
        bits = (np.arange(total)[:, None] >> np.arange(k)) & 1
        return (1 - 2 * bits).astype(np.intp)
    groups: dict[tuple[float, ...], list[int]] = {}
    for i, row in enumerate(model.design.X.tolist()):
        groups.setdefault(tuple(row), []).append(i)
    rows = sorted(groups.values(), key=len, reverse=True)
    moves = np.zeros((total, k), dtype=np.intp)
    for at, order in enumerate(islice(_arrangements(rows, k), total)):
        moves[at] = order
    return moves


def _arrangements(groups: list[list[int]], k: int) -> Iterator[NDArray[np.intp]]:
    """Put the rows of each group into places still free, in all ways."""
    order = np.zeros(k, dtype=np.intp)

    def place(level: int, free: tuple[int, ...]) -> Iterator[NDArray[np.intp]]:
        if level == len(groups):
            yield order
            return
        group = groups[level]
        for chosen in combinations(range(len(free)), len(group)):
            taken = set(chosen)
            order[[free[i] for i in chosen]] = group
            yield from place(level + 1, tuple(f for i, f in enumerate(free) if i not in taken))

    yield from place(0, tuple(range(k)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Interval:
    """Values of a coefficient that the test does not reject."""

    model: _Model
    moves: NDArray[np.intp]
    statistic: Literal["test", "coef"]
    level: float

    def pval(self, j: int, value: float) -> float:
        """Two-sided p value of a coefficient being ``value``, with the same rearrangements."""
        model = self.model
        y = model.y - value * model.design.X[:, j]
        k = len(y)
        own = np.ones((1, k), dtype=np.intp) if model.one_mean else np.arange(k)[None]
        which = 1 if self.statistic == "test" else 0
        now = model.statistics(y, own)[which][0]
        return float(_share(model.statistics(y, self.moves)[which], now, "two-sided")[j])

    def bound(self, j: int, estimate: float, step: float) -> float:
        """Halve the way between a value rejected and one that is not."""
        inside, outside = estimate, estimate + 2 * step
        while self.pval(j, outside) > 1 - self.level:
            inside, outside = outside, outside + (outside - estimate)
        while abs(outside - inside) > BOUND * abs(outside - estimate):
            middle = (inside + outside) / 2
            if self.pval(j, middle) > 1 - self.level:
                inside = middle
            else:
                outside = middle
        return (inside + outside) / 2
