"""The hypergeometric tests of Callaghan and Müller-Hansen: has the target been missed?"""

from __future__ import annotations

import numpy as np
from scipy.stats import hypergeom

from ranvier.ranking.stopping.history import Tally

__all__ = ["p_hypergeometric", "p_hypergeometric_random"]


def p_hypergeometric(tally: Tally, missed: int) -> float:
    """Test that at least so many relevant records are unread, as if ranked ones were drawn blindly.

    The records read last are taken for a random sample of all that were unread before them, and
    the sample is chosen, of all that end now, that speaks most against the hypothesis. A ranking
    that is better than chance finds more than a random sample would, so the test errs on the side
    of reading on; that it is repeated, and the sample chosen afterwards, works the other way.

    Parameters
    ----------
    tally : Tally
    missed : int
        Relevant records among those unread, under the hypothesis.

    Returns
    -------
    float
        The p value.

    References
    ----------
    Callaghan MW, Müller-Hansen F (2020). Statistical stopping criteria for automated screening in
    systematic reviews. Systematic Reviews 9:273. doi:10.1186/s13643-020-01521-4

    Examples
    --------
    >>> import numpy as np
    >>> relevant = np.array([True] * 10 + [False] * 80)
    >>> tally = Tally(relevant, np.zeros(90, dtype=bool), left=10)
    >>> round(p_hypergeometric(tally, 1), 4)  # one in the last 10 of 90: 10/90
    0.1111
    """
    if missed > tally.left:
        return 0.0
    # Of samples with the same finds the longest tells most: it begins behind a relevant record.
    start = np.concatenate([[0], tally.finds])
    found = tally.found - np.arange(tally.found + 1)
    pool, size = tally.records - start, tally.screened - start
    return float(np.min(hypergeom.cdf(found, pool, found + missed, size)))


def p_hypergeometric_random(tally: Tally, missed: int) -> float:
    """Test the same on the records drawn at random last, without a ranked one among them.

    Exact for one look at a sample whose size was fixed beforehand; :func:`p_audit` is the test
    that may be looked at after every record.

    Examples
    --------
    >>> import numpy as np
    >>> relevant = np.array([True] * 10 + [False] * 80)
    >>> tally = Tally(relevant, np.arange(90) >= 10, left=10)
    >>> round(p_hypergeometric_random(tally, 1), 4)
    0.1111
    """
    if missed > tally.left:
        return 0.0
    ranked = np.flatnonzero(~tally.random)
    start = int(ranked[-1]) + 1 if len(ranked) else 0
    found = int(tally.relevant[start:].sum())
    pool, size = tally.records - start, tally.screened - start
    return float(hypergeom.cdf(found, pool, found + missed, size))
