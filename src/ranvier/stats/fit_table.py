"""Many fits, one a row: what all batches hand back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.least_squares import Batch
from ranvier.stats.likelihood import log_likelihood
from ranvier.stats.mixed import Test, fit_batch
from ranvier.stats.printing import show, show_interval
from ranvier.stats.r_code import RCall
from ranvier.stats.result import Columns, Result
from ranvier.stats.rma_result import PiMethod

__all__ = ["AT_ONCE", "FitTable", "fit_table"]

#: Effects fitted at a time, so that what is worked on stays in the processor's cache.
AT_ONCE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitTable(Result):
    """Many fits, one a row; nan where a fit has no such number.

    Attributes
    ----------
    k : Vector, shape (B,)
        Studies in each fit.
    estimate, se, stat, pval, ci_lb, ci_ub, pi_lb, pi_ub, tau2, se_tau2, I2, H2, QE, QEp, loglik :
        Vectors, shape (B,), as in :class:`RmaResult`; with moderators, the first coefficient.
    maxima : ndarray of int, shape (B,)
        How many maxima the likelihood has; the highest is taken.
    beta, beta_se : Matrix, shape (B, p)
        All coefficients and their standard errors.
    names : tuple of str
        Of the coefficients.
    subset : ndarray of bool, shape (B, k)
        Studies each fit is of; without columns where the fits are not of the same studies.
    slab, labels : tuple of str
        Names of the studies, shape (k,), and of the fits, shape (B,).
    """

    DOES: ClassVar[str] = "The meta-analysis was repeated on many sets of studies."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010",)

    k: Vector
    estimate: Vector
    se: Vector
    stat: Vector
    pval: Vector
    ci_lb: Vector
    ci_ub: Vector
    pi_lb: Vector = field(repr=False)
    pi_ub: Vector = field(repr=False)
    tau2: Vector
    se_tau2: Vector = field(repr=False)
    I2: Vector
    H2: Vector = field(repr=False)
    QE: Vector
    QEp: Vector = field(repr=False)
    loglik: Vector = field(repr=False)
    maxima: NDArray[np.intp] = field(repr=False)
    beta: Matrix = field(repr=False)
    beta_se: Matrix = field(repr=False)
    names: tuple[str, ...]
    subset: NDArray[np.bool_] = field(repr=False)
    method: Method
    test: Test
    level: float
    slab: tuple[str, ...] = field(repr=False)
    labels: Sequence[str] = field(repr=False)

    def tidy(self) -> Columns:
        """Return one row a fit, as columns under broom's names."""
        return {
            "term": list(self.labels),
            "estimate": self.estimate.tolist(),
            "std.error": self.se.tolist(),
            "statistic": self.stat.tolist(),
            "p.value": self.pval.tolist(),
            "conf.low": self.ci_lb.tolist(),
            "conf.high": self.ci_ub.tolist(),
            "tau.squared": self.tau2.tolist(),
            "i.squared": self.I2.tolist(),
            "cochran.qe": self.QE.tolist(),
            "nobs": [int(k) for k in self.k],
        }

    def glance(self) -> Columns:
        """Return one row: how many fits, and the range of their estimates."""
        seen = self.estimate[np.isfinite(self.estimate)]
        ends: list[float | None] = [None, None]
        if len(seen):
            ends = [float(seen.min()), float(seen.max())]
        return {"nobs": [len(self.k)], "lowest": [ends[0]], "highest": [ends[1]],
                "method": [self.method]}  # fmt: skip

    def __str__(self) -> str:
        width = max((len(name) for name in self.labels[:SHOWN]), default=0)
        lines = [
            f"{self.labels[i]:<{width}}  k = {self.k[i]:.0f}: {show(float(self.estimate[i]))} "
            f"{show_interval(float(self.ci_lb[i]), float(self.ci_ub[i]))}, "
            f"tau2 {show(float(self.tau2[i]))}"
            for i in range(min(SHOWN, len(self.k)))
        ]
        if len(self.k) > SHOWN:
            lines.append(f"… and {len(self.k) - SHOWN} more")
        return "\n".join([*lines, *self.notes])


#: Fits shown when a table is printed.
SHOWN = 60


class Numbered(Sequence[str]):
    """The names 1, 2, ... of fits nobody named: made when asked for, however many there are."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        picked = range(1, self._count + 1)[index]
        return str(picked) if isinstance(picked, int) else [str(i) for i in picked]


def fit_table(
    batches: Iterable[Batch],
    *,
    method: Method,
    test: Test,
    level: float,
    pi_method: PiMethod = "t",
    control: Control = "exact",
    names: Sequence[str] = ("overall",),
    labels: Sequence[str] | None = None,
    slab: Sequence[str] = (),
    subset: NDArray[np.bool_] | None = None,
    order: NDArray[np.intp] | None = None,
    k: Vector | None = None,
    notes: Sequence[str] = (),
    call: RCall | None = None,
) -> FitTable:
    """Fit batch after batch and put the rows together.

    ``order`` says where each row belongs among the fits, whose sizes are ``k``; those without a row
    are nan.
    """
    parts = [_columns(batch, method, test, level, pi_method, control) for batch in batches]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if order is not None and k is not None:
        joined = {name: _placed(x, order, len(k)) for name, x in joined.items()}
        joined["k"] = k
    return FitTable(
        **joined,
        names=tuple(names),
        subset=np.zeros((len(joined["k"]), 0), dtype=np.bool_) if subset is None else subset,
        method=method,
        test=test,
        level=level,
        slab=tuple(slab),
        labels=Numbered(len(joined["k"])) if labels is None else tuple(labels),
        notes=tuple(notes),
        call=call,
    )


def _placed(x: NDArray[Any], order: NDArray[np.intp], rows: int) -> NDArray[Any]:
    empty = np.nan if x.dtype.kind == "f" else 0
    placed = np.full((rows, *x.shape[1:]), empty, dtype=x.dtype)
    placed[order] = x
    return placed


def _columns(
    batch: Batch, method: Method, test: Test, level: float, pi_method: PiMethod, control: Control
) -> dict[str, NDArray[Any]]:
    """Fit one batch and make all columns of it."""
    fit = fit_batch(batch, method=method, test=test, control=control)
    free = fit.k - batch.p
    beta, se = fit.beta, np.sqrt(np.einsum("bii->bi", fit.vcov))
    estimate, first = beta[:, 0].copy(), se[:, 0].copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        stat = np.where(first > 0, estimate / first, np.nan)
    crit = _critical(level, None if test == "z" else free, len(estimate))
    if test == "z":
        pval = 2 * ndtr(-np.abs(stat))
    else:
        pval = np.where(free > 0, 2 * stdtr(np.maximum(free, 1), -np.abs(stat)), np.nan)
    wide = _predicted(level, free, test, pi_method, len(estimate)) * np.sqrt(first**2 + fit.tau2)
    wide = np.where((free > 0) & (method not in FIXED), wide, np.nan)
    return {
        "k": fit.k,
        "estimate": estimate,
        "se": first,
        "stat": stat,
        "pval": pval,
        "ci_lb": estimate - crit * first,
        "ci_ub": estimate + crit * first,
        "pi_lb": estimate - wide,
        "pi_ub": estimate + wide,
        "tau2": fit.tau2,
        "se_tau2": fit.se_tau2,
        "I2": fit.I2,
        "H2": fit.H2,
        "QE": fit.QE,
        "QEp": np.where(free > 0, chdtrc(np.maximum(free, 1), fit.QE), 1.0),
        "loglik": log_likelihood(batch, fit.wls, method),
        "maxima": fit.maxima,
        "beta": beta,
        "beta_se": se,
    }


def _critical(level: float, free: Vector | None, sets: int) -> Vector:
    """Two-sided critical values; each number of degrees of freedom is looked up once."""
    if free is None:
        return np.full(sets, float(ndtri((1 + level) / 2)))
    seen, place = np.unique(free, return_inverse=True)
    found = np.where(seen > 0, stdtrit(np.maximum(seen, 1), (1 + level) / 2), np.nan)
    return np.asarray(found, dtype=np.float64)[place]


def _predicted(level: float, free: Vector, test: Test, pi_method: PiMethod, sets: int) -> Vector:
    """Critical values of prediction intervals."""
    if pi_method == "test" and test == "z":
        return _critical(level, None, sets)
    return _critical(level, np.maximum(1, free - 1) if pi_method == "riley" else free, sets)
