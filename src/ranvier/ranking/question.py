"""What to read first, while nothing relevant is known: records that speak of the question.

Three things are added up, each on the scale of all records: likeness to the question's words, how
many of its words a record has whatever its length, and what earlier reviews tell. What is like a
record that was excluded comes later, so that the first few are not all of one kind.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.shelf import Shelf

__all__ = ["answers"]

#: Weight of what earlier reviews tell, and of likeness to what was excluded; both found on the sets
#: of docs/methods/ranking.md.
EARLIER, EXCLUDED = 1.5, 0.7


def answers(
    shelf: Shelf,
    question: str,
    *,
    earlier: NDArray[np.float64],
    alike: NDArray[Any],
) -> NDArray[np.float64]:
    """Score all records by a question.

    Parameters
    ----------
    earlier : array, shape (n,)
        What earlier reviews tell.
    alike : array, shape (m, n)
        Likeness of all records to each of those excluded so far.
    """
    asked = shelf.row(question)
    close = shelf.matrix @ asked.toarray().ravel()
    if not shelf.exact:
        return close
    single = asked.indices[asked.indices < shelf.rarity.singles]
    has = shelf.matrix[:, single] > 0
    # Half a unit less, so that words of most records, such as "patients", count for nothing.
    held = np.asarray(has.sum(axis=0)).ravel()
    worth = np.maximum(np.log(len(shelf.ids) / np.maximum(held, 0.5)) - 0.5, 0)
    found = _scaled(close) + _scaled(has @ worth) + EARLIER * _scaled(earlier)
    return found - EXCLUDED * _scaled(alike.max(axis=0)) if len(alike) else found


def _scaled(view: NDArray[Any]) -> NDArray[np.float64]:
    """Bring a view to mean 0 and standard deviation 1."""
    return (view - view.mean()) / max(float(view.std()), 1e-9)
