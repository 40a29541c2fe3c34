"""How much an answer hangs on single studies: leave-one-out, cumulative, all subsets, Baujat.

All are one fit of many padded data sets at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import Control, Method
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import Test, fit_batch
from ranvier.stats.r_code import RCall
from ranvier.stats.result import Columns, Result
from ranvier.stats.rma import labels as labels_of
from ranvier.stats.rma import r_call, variances

__all__ = ["Baujat", "FitTable", "baujat", "cumul", "gosh", "leave1out", "rma_subsets"]

#: Subsets fitted at a time, so that memory stays small.
CHUNK = 4096
#: Above this many studies the subsets are more than a million: draw some instead.
MOST_FOR_ALL = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitTable(Result):
    """Many fits, one a row; nan where a fit has no such number.

    Attributes
    ----------
    k : Vector, shape (B,)
        Studies in each fit.
    estimate, se, stat, pval, ci_lb, ci_ub, tau2, I2, QE : Vector, shape (B,)
        As in :class:`RmaResult`.
    subset : ndarray of bool, shape (B, k)
        Studies each fit is of.
    slab, labels : tuple of str
        Names of the studies, shape (k,), and of the fits, shape (B,).
    """

    DOES: ClassVar[str] = "The meta-analysis was repeated on subsets of the studies."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010",)

    k: Vector
    estimate: Vector
    se: Vector
    stat: Vector
    pval: Vector
    ci_lb: Vector
    ci_ub: Vector
    tau2: Vector
    I2: Vector
    QE: Vector
    subset: NDArray[np.bool_]
    method: Method
    test: Test
    slab: tuple[str, ...]
    labels: tuple[str, ...]

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

    def __str__(self) -> str:
        rows = zip(self.k, self.estimate, self.ci_lb, self.ci_ub, self.tau2, strict=True)
        return "\n".join(
            f"k = {k:.0f}: {e:.4f} [{lo:.4f}, {hi:.4f}], tau2 {t:.4f}" for k, e, lo, hi, t in rows
        )


def _complete(yi: ArrayLike, vi: ArrayLike | None, sei: ArrayLike | None) -> tuple[Vector, Vector]:
    y, v = as_effects(yi, variances(vi, sei))
    if np.isnan(y).any() or np.isnan(v).any():
        raise InputError("Leave out rows without an effect or a variance first.")
    return y, v


def rma_subsets(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    subset: ArrayLike,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    control: Control = "exact",
    call: RCall | None = None,
) -> FitTable:
    """Pool many subsets of the same studies at once.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.
    subset : array_like of bool, shape (B, k)
        Which studies each fit is of; none may be empty.
    method, test, level, slab, control
        As in :func:`rma`.
    labels : sequence of str, shape (B,), or None
        Names of the fits.
    call : RCall or None
        What does the same in R.

    Returns
    -------
    FitTable

    Examples
    --------
    >>> table = rma_subsets([0.1, 0.3, 0.5], [0.1, 0.1, 0.2], subset=[[1, 1, 0], [1, 1, 1]],
    ...                     method="EE")
    >>> [round(float(x), 3) for x in table.estimate]
    [0.2, 0.26]
    """
    y, v = _complete(yi, vi, sei)
    names = labels_of(slab, len(y))
    mask = np.asarray(subset, dtype=np.bool_)
    if mask.ndim != 2 or mask.shape[1] != len(y) or not mask.any(axis=1).all():
        raise InputError(f"subset must have {len(y)} columns and no empty row.")
    parts = [
        fit_batch(
            Batch.subsets(y, v, mask[i : i + CHUNK]), method=method, test=test, control=control
        )
        for i in range(0, len(mask), CHUNK)
    ]
    estimate = np.concatenate([part.beta[:, 0] for part in parts])
    se = np.sqrt(np.concatenate([part.vcov[:, 0, 0] for part in parts]))
    k = np.concatenate([part.k for part in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        stat = estimate / se
    if test == "z":
        crit = np.full_like(k, ndtri((1 + level) / 2))
        pval = 2 * ndtr(-np.abs(stat))
    else:
        free = np.where(k > 1, k - 1, np.nan)
        crit = np.asarray(student.ppf((1 + level) / 2, free))
        pval = np.asarray(2 * student.sf(np.abs(stat), free))
    return FitTable(
        k=k,
        estimate=estimate,
        se=se,
        stat=stat,
        pval=pval,
        ci_lb=estimate - crit * se,
        ci_ub=estimate + crit * se,
        tau2=np.concatenate([part.tau2 for part in parts]),
        I2=np.concatenate([part.I2 for part in parts]),
        QE=np.concatenate([part.QE for part in parts]),
        subset=mask,
        method=method,
        test=test,
        slab=names,
        labels=tuple(labels or (f"{i + 1}" for i in range(len(mask)))),
        call=call,
    )


def leave1out(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> FitTable:
    """Pool all studies but one, each in turn.

    Parameters
    ----------
    yi, vi, sei, method, test, level, slab, control
        As in :func:`rma`; at least two studies.

    Returns
    -------
    FitTable
        Row i is without study i.

    Examples
    --------
    >>> [round(float(x), 3) for x in leave1out([0.1, 0.3, 0.5], [0.1] * 3, method="EE").estimate]
    [0.4, 0.3, 0.2]
    """
    y, v = _complete(yi, vi, sei)
    if len(y) < 2:
        raise InputError("Leaving one out needs at least two studies.")
    without = ~np.eye(len(y), dtype=np.bool_)
    names = labels_of(slab, len(y))
    return rma_subsets(
        y, v, subset=without, method=method, test=test, level=level, slab=names, control=control,
        labels=[f"without {name}" for name in names],
        call=r_call(y, v, names, method=method, test=test, level=level, then="leave1out(fit)"),
    )  # fmt: skip


def cumul(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    order: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> FitTable:
    """Pool one study, then two, and so on.

    Parameters
    ----------
    yi, vi, sei, method, test, level, slab, control
        As in :func:`rma`.
    order : array_like, shape (k,), or None
        Studies are taken by rising values (of the year, say; ties as they come); None takes them
        as they come.

    Returns
    -------
    FitTable

    Examples
    --------
    >>> table = cumul([0.1, 0.3, 0.5], [0.1] * 3, order=[2010, 1999, 2004], method="EE")
    >>> [round(float(x), 3) for x in table.estimate]
    [0.3, 0.4, 0.3]
    """
    y, v = _complete(yi, vi, sei)
    k = len(y)
    rank = np.arange(k) if order is None else np.argsort(np.asarray(order), kind="stable")
    if len(rank) != k:
        raise InputError(f"order must have {k} rows; it has {len(rank)}.")
    taken = np.zeros((k, k), dtype=np.bool_)
    for i in range(k):
        taken[i, rank[: i + 1]] = True
    names = labels_of(slab, k)
    place = np.empty(k, dtype=np.intp)
    place[rank] = np.arange(1, k + 1)
    steps = ", ".join(str(i) for i in place.tolist())
    return rma_subsets(
        y, v, subset=taken, method=method, test=test, level=level, slab=names, control=control,
        labels=[("+ " if i else "") + names[j] for i, j in enumerate(rank.tolist())],
        call=r_call(
            y, v, names, method=method, test=test, level=level,
            then=f"cumul(fit, order=c({steps}))",
        ),
    )  # fmt: skip


def gosh(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    subsets: int | None = None,
    seed: int = 0,
    method: Method = "EE",
    min_size: int = 1,
    control: Control = "exact",
) -> FitTable:
    """Pool all subsets of the studies, or many drawn by chance.

    Parameters
    ----------
    yi, vi, sei, method, control
        As in :func:`rma`.
    subsets : int or None
        How many to draw (each size is as frequent as among all subsets); None takes all, for at
        most 20 studies.
    seed : int
        Of the draw.
    min_size : int
        Smallest subset.

    Returns
    -------
    FitTable

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA (2012). GOSH: a graphical display of study heterogeneity.
    Research Synthesis Methods 3:214-223. doi:10.1002/jrsm.1053

    Examples
    --------
    >>> gosh([0.1, 0.3, 0.5], [0.1] * 3).k.tolist()
    [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0]
    """
    y, v = _complete(yi, vi, sei)
    k = len(y)
    if subsets is None:
        if k > MOST_FOR_ALL:
            raise InputError(
                f"{k} studies have 2^{k} subsets.", remedy="Say how many to draw: subsets=10000."
            )
        chosen = [c for size in range(min_size, k + 1) for c in combinations(range(k), size)]
        mask = np.zeros((len(chosen), k), dtype=np.bool_)
        for i, c in enumerate(chosen):
            mask[i, list(c)] = True
    else:
        drawn: list[NDArray[np.bool_]] = []
        generator = np.random.default_rng(seed)
        while sum(len(d) for d in drawn) < subsets:
            tried = generator.random((subsets, k)) < 0.5
            drawn.append(tried[tried.sum(axis=1) >= min_size])
        mask = np.concatenate(drawn)[:subsets]
    then = "gosh(fit)" if subsets is None else f"gosh(fit, subsets={subsets})"
    call = r_call(y, v, labels_of(None, k), method=method, then=then)
    return rma_subsets(y, v, subset=mask, method=method, control=control, call=call)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baujat(Result):
    """Of each study: ``x``, its part of the heterogeneity; ``y``, its pull on the estimate."""

    DOES: ClassVar[str] = (
        "The part of each study in the heterogeneity and its pull on the pooled effect were "
        "calculated."
    )
    CITES: ClassVar[tuple[str, ...]] = ("baujat2002",)

    x: Vector
    y: Vector
    slab: tuple[str, ...]


def baujat(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> Baujat:
    """Calculate the coordinates of Baujat's plot.

    Parameters
    ----------
    yi, vi, sei, method, slab, control
        As in :func:`rma`; at least two studies.

    Returns
    -------
    Baujat
        ``x`` is the squared Pearson residual; ``y`` the squared change of the estimate without the
        study, over its variance then. For a random-effects fit both use tau2, as in metafor.

    References
    ----------
    Baujat B, Mahé C, Pignon JP, Hill C (2002). A graphical method for exploring heterogeneity in
    meta-analyses. Statistics in Medicine 21:2641-2652. doi:10.1002/sim.1221

    Examples
    --------
    >>> [round(float(x), 2) for x in baujat([0.1, 0.3, 0.8], [0.1] * 3, method="EE").x]
    [0.9, 0.1, 1.6]
    """
    y, v = _complete(yi, vi, sei)
    whole = fit_batch(Batch.of(y, v), method=method, control=control)
    left = leave1out(y, v, method=method, slab=slab, control=control)
    residual = y - whole.beta[0, 0]
    return Baujat(
        x=residual**2 / (v + whole.tau2[0]),
        y=(whole.beta[0, 0] - left.estimate) ** 2 / left.se**2,
        slab=left.slab,
        call=r_call(y, v, left.slab, method=method, then="baujat(fit)"),
    )
