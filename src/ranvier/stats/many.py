"""Pool many data sets at once: ragged sets of studies, or subsets of the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects, rows_of
from ranvier.stats.estimators import Control, Method
from ranvier.stats.fit_table import AT_ONCE, FitTable, fit_table
from ranvier.stats.formula import Design
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import Test
from ranvier.stats.r_code import RCall
from ranvier.stats.rma import labels as labels_of
from ranvier.stats.rma import variances
from ranvier.stats.rma_result import PiMethod
from ranvier.stats.source import Data, takes_fit

__all__ = ["complete", "design_of", "rma_many", "rma_subsets"]

#: A column, or one a data set.
Given = ArrayLike | Sequence[ArrayLike]


def rma_many(
    yi: ArrayLike | Sequence[ArrayLike],
    vi: ArrayLike | Sequence[ArrayLike] | None = None,
    *,
    groups: Sequence[object] | NDArray[np.generic] | None = None,
    sei: ArrayLike | Sequence[ArrayLike] | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    pi_method: PiMethod = "t",
    labels: Sequence[str] | None = None,
    control: Control = "exact",
) -> FitTable:
    """Pool many data sets of any sizes at once.

    Parameters
    ----------
    yi : sequence of array_like, or array_like
        Effects: one array a data set (also a matrix, one row a data set), or one long column with
        ``groups``. Studies that are nan, or whose variance is, are left out.
    vi, sei : the same shape
        Their sampling variances, or standard errors: one of the two.
    groups : sequence or None
        The data set of each row of a long column; sets are in the order of their first row.
    method, test, level, pi_method, control
        As in :func:`rma`.
    labels : sequence of str or None
        Names of the data sets, if they have no ``groups``.

    Returns
    -------
    FitTable
        One row a data set, the same numbers as :func:`rma` gives; nan for a set without studies,
        which ``notes`` name.

    Raises
    ------
    InputError
        If shapes differ or a variance is not positive.

    Examples
    --------
    >>> table = rma_many([[0.1, 0.3], [0.2, 0.5, 0.9]], [[0.1, 0.1], [0.1, 0.2, 0.3]], method="EE")
    >>> [round(float(x), 3) for x in table.estimate], table.k.tolist()
    ([0.2, 0.409], [2.0, 3.0])
    >>> rma_many([0.1, 0.3, 0.2], [0.1, 0.1, 0.1], groups=["a", "a", "b"], method="EE").labels
    ('a', 'b')
    """
    flat_y, sizes = _flat("yi", yi, groups)
    flat_v, other = _flat("vi" if sei is None else "sei", _one_of(vi, sei), groups)
    if sizes.tolist() != other.tolist():
        raise InputError("yi and vi must have the same number of studies in each data set.")
    given = flat_v if sei is None else None
    y, v = as_effects(flat_y, variances(given, None if sei is None else flat_v))
    sets = np.repeat(np.arange(len(sizes)), sizes)
    if groups is not None:
        names, sets = _numbered(groups, len(y))
        order = np.argsort(sets, kind="stable")
        y, v, sets = y[order], v[order], sets[order]
    else:
        names = None if labels is None else labels_of(labels, len(sizes))
    count = len(sizes) if groups is None else len(names or ())
    known = ~(np.isnan(y) | np.isnan(v))
    gone = int((~known).sum())
    y, v, sets = y[known], v[known], sets[known]
    sizes = np.bincount(sets, minlength=count)
    notes = [f"{gone} studies left out, no effect or no variance"] if gone else []
    if not (sizes > 0).all():
        notes.append(f"no study in data sets {rows_of(sizes == 0)}: nan")
        if not (sizes > 0).any():
            raise InputError("No study has both an effect and a variance.")
    order = np.argsort(sizes, kind="stable")
    order = order[sizes[order] > 0]
    return fit_table(
        _padded(y, v, sizes, order), method=method, test=test, level=level, pi_method=pi_method,
        control=control, labels=names, order=order,
        k=sizes.astype(np.float64), notes=notes,
    )  # fmt: skip


def _one_of(vi: Given | None, sei: Given | None) -> Given:
    given = sei if vi is None else vi
    if given is None or (vi is not None and sei is not None):
        raise InputError("Give either vi or sei.")
    return given


def _flat(
    name: str, values: ArrayLike | Sequence[ArrayLike], groups: object
) -> tuple[Vector, NDArray[np.intp]]:
    """Put data sets one after the other; with ``groups`` they are one column already."""
    if groups is not None:
        column = np.asarray(values, dtype=np.float64)
        return column, np.array([len(column)], dtype=np.intp)
    if isinstance(values, np.ndarray) and values.ndim == 2:
        matrix = np.asarray(values, dtype=np.float64)
        return matrix.ravel(), np.full(len(matrix), matrix.shape[1], dtype=np.intp)
    if not isinstance(values, Sequence) or not len(values):
        raise InputError(
            f"{name} must be a sequence of arrays, one a data set.",
            remedy="For one long column, name the data set of each row: groups=...",
        )
    try:
        parts = [np.asarray(part) for part in values]
        flat = np.concatenate(parts, dtype=np.float64)
        sizes = np.fromiter(map(len, parts), dtype=np.intp, count=len(parts))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} must be arrays of numbers, one a data set.",
            remedy="For one long column, name the data set of each row: groups=...",
        ) from error
    return flat, sizes


def _numbered(
    groups: Sequence[object] | NDArray[np.generic], rows: int
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Number the groups in the order of their first row."""
    if len(groups) != rows:
        raise InputError(f"groups must have {rows} rows, as yi; it has {len(groups)}.")
    column = np.asarray(groups)
    column = np.asarray([str(x) for x in groups]) if column.dtype == object else column
    seen, first, place = np.unique(column, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return tuple(str(x) for x in seen[np.argsort(first)]), rank[place]


def _padded(
    y: Vector, v: Vector, sizes: NDArray[np.intp], order: NDArray[np.intp]
) -> Iterator[Batch]:
    """Make batches of data sets of similar sizes, padded to the largest of each."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    at = 0
    while at < len(order):
        # Sizes rise: as many sets as fit, all taken to be as large as the last of them.
        ahead = sizes[order[at:]] * np.arange(1, len(order) - at + 1)
        take = order[at : at + max(1, int(np.searchsorted(ahead, AT_ONCE, side="right")))]
        at += len(take)
        place = np.arange(int(sizes[take[-1]]))
        mask = place < sizes[take, None]
        index = np.minimum(starts[take, None] + place, len(y) - 1)
        yield Batch(
            y=y[index], v=v[index], X=np.ones((*mask.shape, 1)), mask=mask, mean=True,
            full=bool(mask.all()),
        )  # fmt: skip


def complete(yi: Data, vi: ArrayLike | None, sei: ArrayLike | None) -> tuple[Vector, Vector]:
    """Check effects and variances of which none may be missing."""
    y, v = as_effects(yi, variances(vi, sei))
    if np.isnan(y).any() or np.isnan(v).any():
        raise InputError("Leave out rows without an effect or a variance first.")
    return y, v


def design_of(mods: ArrayLike | Design | None, k: int) -> Matrix | None:
    """Check moderators given as numbers, and put the intercept before them."""
    if mods is None:
        return None
    if isinstance(mods, Design):
        return mods.X
    try:
        columns = np.asarray(mods, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("mods must be numbers.", remedy="Code a factor as 0 and 1.") from error
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or columns.shape[0] != k or not np.isfinite(columns).all():
        raise InputError(
            f"mods must have {k} rows of finite numbers; its shape is {columns.shape}."
        )
    return np.column_stack([np.ones(k), columns])


@takes_fit()
def rma_subsets(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    subset: ArrayLike,
    sei: ArrayLike | None = None,
    mods: ArrayLike | Design | None = None,
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
    mods : array_like, shape (k, q) or (k,), or None
        Moderators as numbers, with an intercept before them; a subset in which they cannot be told
        apart has nan.
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
    y, v = complete(yi, vi, sei)
    names = labels_of(slab, len(y))
    X = design_of(mods, len(y))
    mask = np.asarray(subset, dtype=np.bool_)
    if mask.ndim != 2 or mask.shape[1] != len(y) or not mask.any(axis=1).all():
        raise InputError(f"subset must have {len(y)} columns and no empty row.")
    coefficients = ("overall",)
    if X is not None:
        coefficients = ("intrcpt", *(f"mod{i}" for i in range(1, X.shape[1])))
    fitted = np.arange(len(mask))
    notes: list[str] = []
    if X is not None:
        apart = np.linalg.matrix_rank(np.where(mask[..., None], X, 0.0)) == X.shape[1]
        fitted = np.flatnonzero(apart)
        if not len(fitted):
            raise InputError("The moderators cannot be told apart in any subset.")
        if not apart.all():
            notes.append(f"moderators cannot be told apart in {(~apart).sum()} subsets: nan")
    rows = max(1, AT_ONCE // mask.shape[1])
    return fit_table(
        (
            Batch.subsets(y, v, mask[fitted[i : i + rows]], X)
            for i in range(0, len(fitted), rows)
        ),
        method=method, test=test, level=level, control=control, names=coefficients,
        labels=labels, slab=names, subset=mask, order=fitted,
        k=mask.sum(axis=1).astype(np.float64), notes=notes, call=call,
    )  # fmt: skip
