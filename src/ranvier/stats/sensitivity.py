"""How much an answer hangs on single studies: leave-one-out, cumulative, all subsets, Baujat.

All are one fit of many padded data sets at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Control, Method
from ranvier.stats.fit_table import FitTable
from ranvier.stats.formula import Design
from ranvier.stats.least_squares import Batch
from ranvier.stats.many import complete, design_of, rma_subsets
from ranvier.stats.mixed import Test, fit_batch
from ranvier.stats.result import Result
from ranvier.stats.rma import labels as labels_of
from ranvier.stats.rma import r_call
from ranvier.stats.source import Data, takes_fit

__all__ = ["Baujat", "baujat", "cumul", "gosh", "leave1out"]

#: Above this many studies the subsets are more than a million: draw some instead.
MOST_FOR_ALL = 20


@takes_fit()
def leave1out(
    yi: Data,
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
    y, v = complete(yi, vi, sei)
    if len(y) < 2:
        raise InputError("Leaving one out needs at least two studies.")
    without = ~np.eye(len(y), dtype=np.bool_)
    names = labels_of(slab, len(y))
    return rma_subsets(
        y, v, subset=without, method=method, test=test, level=level, slab=names, control=control,
        labels=[f"without {name}" for name in names],
        call=r_call(y, v, names, method=method, test=test, level=level, then="leave1out(fit)"),
    )  # fmt: skip


@takes_fit()
def cumul(
    yi: Data,
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
    y, v = complete(yi, vi, sei)
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


@takes_fit()
def gosh(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    subsets: int | None = None,
    seed: int = 0,
    mods: ArrayLike | Design | None = None,
    method: Method = "EE",
    min_size: int | None = None,
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
    mods : array_like, shape (k, q) or (k,), or None
        Moderators as numbers.
    min_size : int or None
        Smallest subset; None takes as many studies as there are coefficients.

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
    y, v = complete(yi, vi, sei)
    k = len(y)
    X = design_of(mods, k)
    coefficients = 1 if X is None else X.shape[1]
    least = coefficients if min_size is None else min_size
    if subsets is None:
        if k > MOST_FOR_ALL:
            raise InputError(
                f"{k} studies have 2^{k} subsets.", remedy="Say how many to draw: subsets=10000."
            )
        mask = _all_subsets(k, least)
    else:
        drawn: list[NDArray[np.bool_]] = []
        generator = np.random.default_rng(seed)
        while sum(len(d) for d in drawn) < subsets:
            tried = generator.random((subsets, k)) < 0.5
            drawn.append(tried[tried.sum(axis=1) >= least])
        mask = np.concatenate(drawn)[:subsets]
    then = "gosh(fit)" if subsets is None else f"gosh(fit, subsets={subsets})"
    call = r_call(y, v, labels_of(None, k), method=method, then=then) if X is None else None
    return rma_subsets(y, v, subset=mask, mods=mods, method=method, control=control, call=call)


def _all_subsets(k: int, least: int) -> NDArray[np.bool_]:
    """All subsets of at least so many of k studies, small ones first, as rows of a table."""
    numbers = np.arange(1, 2**k, dtype=np.uint32)
    mask = (numbers[:, None] >> np.arange(k, dtype=np.uint32) & 1).astype(np.bool_)
    sizes = mask.sum(axis=1)
    order = np.argsort(sizes, kind="stable")
    return mask[order[sizes[order] >= least]]


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


@takes_fit()
def baujat(
    yi: Data,
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
    y, v = complete(yi, vi, sei)
    whole = fit_batch(Batch.of(y, v), method=method, control=control)
    left = leave1out(y, v, method=method, slab=slab, control=control)
    residual = y - whole.beta[0, 0]
    return Baujat(
        x=residual**2 / (v + whole.tau2[0]),
        y=(whole.beta[0, 0] - left.estimate) ** 2 / left.se**2,
        slab=left.slab,
        call=r_call(y, v, left.slab, method=method, then="baujat(fit)"),
    )
