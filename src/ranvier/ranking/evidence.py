"""What speaks for a record, put together: six views, weighted by how much is known.

The support vector machine sees words. It undervalues what has little text, and late in a review
what is left is often that. So its score is added to that of a second one on topics, to likeness to
the relevant records, to what earlier reviews tell (:mod:`ranvier.ranking.prior`) and to whether
there is an abstract at all. Each view is brought to mean 0 and standard deviation 1 among the
records not decided; the weights go from their first to their last value as the number of relevant
records known goes from 1 to 50.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.descent import familiar

__all__ = ["WEIGHTS", "Plain", "put_together"]

#: Weight of each view where one relevant record is known, and where 50 or more are. Found by a
#: random search in simulations; what it was tuned on is in docs/methods/ranking.md.
WEIGHTS: dict[str, tuple[float, float]] = {
    "words": (1.0, 1.0),
    "topics": (0.6, 0.6),
    "nearest": (0.25, 0.35),
    "centre": (0.0, 0.15),
    "typical": (-0.05, -0.15),
    "earlier": (0.4, 0.1),
    "bare": (0.1, 0.25),
    "length": (0.0, -0.15),
    "meaning": (0.4, 0.4),
}
#: Where there are meanings, topics and the nearest count for less: all see past the words.
BESIDE_MEANING: dict[str, tuple[float, float]] = {
    "topics": (0.5, 0.5),
    "nearest": (0.25, 0.25),
}


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """What is known of records without decisions; arrays of shape (n,).

    Attributes
    ----------
    earlier : array
        What earlier reviews tell.
    bare : array
        1 where there is no abstract.
    length : array
        Logarithm of the number of letters.
    """

    earlier: NDArray[np.float64]
    bare: NDArray[np.float64]
    length: NDArray[np.float64]


def put_together(
    views: Mapping[str, NDArray[Any]], undecided: NDArray[np.bool_], relevant: int
) -> NDArray[np.float64]:
    """Add up the views of all records, each on the scale of those not decided.

    Examples
    --------
    >>> views = {"words": np.array([1.0, 3.0, 9.0]), "earlier": np.array([0.0, 0.5, 0.0])}
    >>> put_together(views, np.array([True, True, False]), relevant=1).round(1).tolist()
    [-1.4, 1.4, 6.6]
    """
    known = familiar(relevant)
    total = np.zeros(len(undecided))
    left = np.flatnonzero(undecided)
    if not len(left):
        return total
    weights = WEIGHTS | BESIDE_MEANING if "meaning" in views else WEIGHTS
    for name, view in views.items():
        first, last = weights[name]
        weight = first + (last - first) * known
        if not weight:
            continue
        seen = view if len(left) == len(view) else view.take(left)
        middle = float(seen.mean())
        seen = seen - middle
        spread = math.sqrt(float(seen @ seen) / len(left))
        if spread > 1e-9:
            seen = view * (weight / spread)
            seen -= middle * (weight / spread)
            total += seen
    return total
