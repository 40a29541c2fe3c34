"""Late finds, and records that the ranking does not see: a check on the rule we recommend."""

from __future__ import annotations

from scipy.stats import nbinom, poisson

from ranvier.ranking.stopping.history import Tally

__all__ = ["BLIND", "LATE", "LOOKS", "p_carried_on", "p_pace", "p_unseen"]

#: Share of the relevant records that a ranking is blind for, on average over reviews. This and
#: `LOOKS` were chosen by ``benchmarks/stopping.py --constants``, so that the target is reached
#: where a twentieth of the relevant records was moved to random places.
BLIND = 0.02

#: The part of the reading so far whose finds tell of such records. A half; a third let reviews
#: whose finds come in bursts stop in between.
LATE = 0.5

#: By how much the p value is multiplied because one looks again and again, and would stop in the
#: first lull.
LOOKS = 1.5


def p_pace(tally: Tally, missed: int, *, blind: float = BLIND, looks: float = LOOKS) -> float:
    """Return the larger chance of so many relevant records unread: by late finds, or by none.

    Examples
    --------
    >>> import numpy as np
    >>> late = Tally(np.arange(200) % 20 == 0, np.zeros(200, dtype=bool), left=60)
    >>> p_pace(late, 1) == p_carried_on(late, 1)
    True
    >>> lull = Tally(np.arange(200) < 10, np.zeros(200, dtype=bool), left=60)
    >>> p_pace(lull, 1) == min(1, LOOKS * p_unseen(lull, 1))
    True
    """
    unseen = min(1.0, looks * p_unseen(tally, missed, blind=blind))
    return max(unseen, p_carried_on(tally, missed))


def p_carried_on(tally: Tally, missed: int) -> float:
    """Return the chance of so many finds among the unread, if the late pace goes on unchanged.

    The pace is that of the last half of the records read: finds a record, as a Poisson process. A
    ranking that is of any use among the unread finds ever less, so this errs on the side of reading
    on; where the last half held no find it says nothing.

    Examples
    --------
    >>> import numpy as np
    >>> late = Tally(np.arange(200) % 20 == 0, np.zeros(200, dtype=bool), left=60)
    >>> round(p_carried_on(late, 1), 3)  # 5 in the last 100, so 3 are to be expected in 60
    0.95
    """
    if missed > tally.left:
        return 0.0
    late, window = _late(tally)
    return float(poisson.sf(missed - 1, late / max(window, 1) * tally.left))


def p_unseen(tally: Tally, missed: int, *, blind: float = BLIND) -> float:
    """Return the chance of so many relevant records among the unread that the ranking cannot see.

    Those come up at a steady pace, whatever the ranking does. How many a review has is not known:
    it is taken as exponentially distributed with a mean of `blind` times those found, and all
    finds in the last half of the reading are counted among them. That errs on the side of reading
    on, as a ranking of any use still finds some there. What is left to come is then negative
    binomial.

    Parameters
    ----------
    tally : Tally
    missed : int
        Relevant records among those unread, under the hypothesis.
    blind : float
        Mean share of the relevant records that a ranking does not see.

    Examples
    --------
    >>> import numpy as np
    >>> lull = Tally(np.arange(200) < 10, np.zeros(200, dtype=bool), left=60)
    >>> round(p_unseen(lull, 1), 3), round(p_unseen(lull, 2), 3)
    (0.041, 0.002)
    """
    if missed > tally.left:
        return 0.0
    late, window = _late(tally)
    # In units of the whole collection: a gamma prior with shape 1, updated by a Poisson count.
    rate = 1 / (blind * max(tally.found, 1)) + window / tally.records
    ahead = tally.left / tally.records
    return float(nbinom.sf(missed - 1, 1 + late, rate / (rate + ahead)))


def _late(tally: Tally) -> tuple[int, int]:
    """Count the finds in the last half of the reading, and the records in it."""
    begin = int(tally.screened * (1 - LATE))
    return int(tally.relevant[begin:].sum()), tally.screened - begin
