"""What comes in at the public door: rows of numbers, checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.source import Data, Source

__all__ = [
    "IntVector",
    "Matrix",
    "Vector",
    "as_counts",
    "as_effects",
    "as_effects_near_one",
    "as_rows",
    "as_vector",
    "rows_of",
]

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
IntVector = NDArray[np.intp]


def rows_of(bad: NDArray[np.bool_]) -> str:
    """Name the rows where ``bad`` holds, counted from 1, at most ten of them."""
    rows = [str(i + 1) for i in np.flatnonzero(bad)]
    return ", ".join(rows[:10]) + (", …" if len(rows) > 10 else "")


def as_vector(name: str, values: ArrayLike) -> Vector:
    """Turn one column into a vector of floats; missing values stay NaN."""
    try:
        vector = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} must be numbers.", remedy="To name a column, give its table as data=."
        ) from error
    if vector.ndim != 1:
        raise InputError(f"{name} must have one dimension; it has {vector.ndim}.")
    if np.isinf(vector).any():
        raise InputError(f"{name} is infinite at rows {rows_of(np.isinf(vector))}.")
    return vector


def as_rows(columns: Mapping[str, ArrayLike]) -> dict[str, Vector]:
    """Bring named columns to one length; a single number stands for every row."""
    vectors = {name: as_vector(name, values) for name, values in columns.items()}
    lengths = {len(v) for v in vectors.values() if len(v) != 1} or {1}
    if len(lengths) > 1:
        said = ", ".join(f"{name} {len(v)}" for name, v in vectors.items())
        raise InputError(f"Columns must have the same number of rows; they have: {said}.")
    k = lengths.pop()
    return {name: v if len(v) == k else np.full(k, v[0]) for name, v in vectors.items()}


def as_counts(columns: Mapping[str, ArrayLike]) -> dict[str, Vector]:
    """Bring named columns of counts to one length; none may be negative or missing."""
    vectors = as_rows(columns)
    for name, v in vectors.items():
        if np.isnan(v).any():
            raise InputError(f"{name} is missing at rows {rows_of(np.isnan(v))}.")
        if (v < 0).any():
            raise InputError(f"{name} must not be negative; it is at rows {rows_of(v < 0)}.")
    return vectors


def as_effects(yi: Data, vi: ArrayLike) -> tuple[Vector, Vector]:
    """Check effects and their variances; rows with a missing value stay in, as NaN."""
    effects = yi.arguments()["yi"] if isinstance(yi, Source) else yi
    columns = as_rows({"yi": effects, "vi": vi})
    y, v = columns["yi"], columns["vi"]
    if len(y) == 0:
        raise InputError("There are no studies.", remedy="Give yi and vi at least one row.")
    if (v <= 0).any():
        raise InputError(
            f"vi must be positive; it is not at rows {rows_of(v <= 0)}.",
            remedy="Did you pass sei or N?",
        )
    return y, v


def joined(words: Sequence[str]) -> str:
    """Join words as a sentence does."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def as_effects_near_one(yi: Data, vi: ArrayLike) -> tuple[Vector, Vector]:
    """Check effects and variances whose powers are needed: a double must hold these, too."""
    y, v = as_effects(yi, vi)
    if (v < 1e-120).any() or (v > 1e120).any() or (np.abs(y) > 1e60).any():
        raise InputError(
            "Effects or variances are too large or too small for this method.",
            remedy="Give yi and vi in another unit, nearer to 1.",
        )
    return y, v
