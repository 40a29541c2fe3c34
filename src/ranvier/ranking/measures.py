"""How good an order was: what simulations of screening are compared by.

Ranks are those at which the relevant records were shown, counted from 1 without the records that
were known beforehand. The definitions are ASReview's, so that figures compare.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError

__all__ = ["Measures", "draw_priors", "mean_of", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How good an order was.

    Attributes
    ----------
    wss95 : float
        Work saved over sampling at a recall of 95%: the share of the records that need not be read,
        less 0.05.
    rrf10 : float
        Share of the relevant records found in the first tenth.
    atd : float
        Average time to discovery: mean rank of a relevant record, as a share of all records.
    loss : float
        Area above the recall curve, between the best order (0) and the worst (1).
    ndcg : float
        Normalised discounted cumulative gain.
    """

    wss95: float
    rrf10: float
    atd: float
    loss: float
    ndcg: float


def measure(ranks: ArrayLike, *, records: int, relevant: int) -> Measures:
    """Measure an order by the ranks of its relevant records.

    Parameters
    ----------
    ranks : array_like of int
        Ranks at which relevant records were shown, from 1. Relevant records that were never shown
        count as shown last.
    records, relevant : int
        How many there are, without those known beforehand.

    Raises
    ------
    InputError
        If nothing is relevant, everything is, or a rank is not one.

    References
    ----------
    Cohen AM, Hersh WR, Peterson K, Yen PY (2006). Reducing workload in systematic review
    preparation using automated citation classification. JAMIA 13:206-219. doi:10.1197/jamia.M1929

    Ferdinands G, et al. (2023). Performance of active learning models for screening prioritization
    in systematic reviews. Systematic Reviews 12:100. doi:10.1186/s13643-023-02257-7

    Examples
    --------
    >>> found = measure([1, 2, 10], records=100, relevant=3)
    >>> f"{found.wss95:.2f} {found.rrf10:.2f} {found.atd:.4f} {found.loss:.4f}"
    '0.85 1.00 0.0433 0.0241'
    """
    held = np.sort(np.asarray(ranks, dtype=np.int64))
    if not 0 < relevant < records:
        raise InputError(
            f"{relevant} of {records} records are relevant.",
            remedy="An order can be measured if some are and some are not.",
        )
    if len(held) > relevant or len(np.unique(held)) < len(held):
        raise InputError(
            f"{len(held)} ranks are given for {relevant} relevant records, or one stands twice.",
            remedy="Give each relevant record one rank.",
        )
    if len(held) and (held[0] < 1 or held[-1] > records):
        raise InputError("a rank lies outside 1 to the number of records.", remedy="Count from 1.")
    held = np.concatenate([held, np.full(relevant - len(held), records)])
    enough = math.ceil(0.95 * relevant - 1e-9)
    best = np.arange(1, relevant + 1)
    return Measures(
        wss95=float(1 - held[enough - 1] / records - 0.05),
        rrf10=float((held <= 0.1 * records).mean()),
        atd=float(held.mean() / records),
        loss=float((held - best).sum() / (relevant * (records - relevant))),
        ndcg=float((1 / np.log2(held + 1)).sum() / (1 / np.log2(best + 1)).sum()),
    )


def mean_of(measures: Iterable[Measures]) -> Measures:
    """Average several measurements, each counting the same."""
    held = list(measures)
    names = [f.name for f in fields(Measures)]
    means = {name: float(np.mean([getattr(m, name) for m in held])) for name in names}
    return Measures(**means)


def draw_priors(relevant: Sequence[bool] | NDArray[np.bool_], seed: int) -> tuple[int, int]:
    """Draw the two records known beforehand: one relevant, one not.

    Examples
    --------
    >>> draw_priors([False, True, False, True], seed=0)
    (1, 2)
    """
    held = np.asarray(relevant, dtype=bool)
    if held.all() or not held.any():
        raise InputError(
            "one relevant and one irrelevant record are needed to begin with.",
            remedy="Use a set that has both.",
        )
    # The older generator, because published simulations drew with it.
    draw = np.random.RandomState(seed)
    return int(draw.choice(np.flatnonzero(held))), int(draw.choice(np.flatnonzero(~held)))
