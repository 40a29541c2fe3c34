"""The rule we recommend: an urn from which relevant records come more readily, with a check."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from ranvier.ranking.stopping.history import Tally
from ranvier.ranking.stopping.hypergeometric import p_hypergeometric
from ranvier.ranking.stopping.pace import BLIND, LOOKS, p_pace

__all__ = ["MEAN_EXCESS", "p_biased_urn", "p_calibrated"]

#: How much more readily than by chance relevant records come up late in screening, beyond 1, on
#: average over reviews. Chosen on labelled reviews with ``benchmarks/stopping.py``: larger
#: ones save more reading and break the promise in the reviews with the worst tail.
MEAN_EXCESS = 4.0

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
#: Quantiles of the exponential distribution of the excess, and their weights.
_EXCESS = -np.log1p(-(_NODES + 1) / 2)
_SHARE = _WEIGHTS / 2


def p_calibrated(
    tally: Tally,
    missed: int,
    *,
    mean_excess: float = MEAN_EXCESS,
    blind: float = BLIND,
    looks: float = LOOKS,
) -> float:
    """Test by the urn and by the review's own pace, or by Callaghan's and Müller-Hansen's test.

    The urn trusts that late finds thin out as they did in other reviews. Where the ranking is blind
    for some relevant records they do not, and the pace of late finds is what tells of it; so both
    must speak against the hypothesis. Where many records are relevant and come late, the pace asks
    for more than the plain hypergeometric test; so that one is enough by itself, and nobody reads
    on beyond it.

    Examples
    --------
    >>> relevant = np.array([True] * 10 + [False] * 80)
    >>> tally = Tally(relevant, np.zeros(90, dtype=bool), left=10)
    >>> round(p_biased_urn(tally, 1), 3), round(p_calibrated(tally, 1), 3)
    (0.011, 0.027)
    """
    p = p_pace(tally, missed, blind=blind, looks=looks)
    if p < 1:
        p = max(p, p_biased_urn(tally, missed, mean_excess=mean_excess))
    return min(p, p_hypergeometric(tally, missed))


def p_biased_urn(tally: Tally, missed: int, *, mean_excess: float = MEAN_EXCESS) -> float:
    """Test that at least so many relevant records are unread, given how rankings work late.

    As :func:`p_hypergeometric`, but each draw of the ranking picks a relevant record omega times
    as readily as an irrelevant one (Wallenius' urn). Reviews differ in omega, and within one it is
    not known; it is taken as 1 plus an exponentially distributed excess, and the p value is
    averaged over it. In a sample with many finds the average is ruled by small omegas, so that
    there the rule is more careful than any one omega. Records drawn at random count with omega =
    1, and so do all while nothing was found, because then nothing was learnt.

    Parameters
    ----------
    tally : Tally
    missed : int
        Relevant records among those unread, under the hypothesis.
    mean_excess : float
        Mean of omega - 1 over reviews; 0 gives the hypergeometric test but for a small
        approximation: relevant records come up independently, at the pace of the irrelevant ones.

    Returns
    -------
    float
        The p value, predictive over reviews.

    References
    ----------
    Callaghan MW, Müller-Hansen F (2020), Systematic Reviews 9:273 (the test; its later program
    buscarpy has a fixed omega). Fog A (2008). Calculation methods for Wallenius' noncentral
    hypergeometric distribution. Communications in Statistics B 37:258-273.
    doi:10.1080/03610910701790269

    Examples
    --------
    >>> import numpy as np
    >>> relevant = np.array([True] * 10 + [False] * 80)
    >>> tally = Tally(relevant, np.zeros(90, dtype=bool), left=10)
    >>> round(p_biased_urn(tally, 1), 4)
    0.0114
    """
    if missed > tally.left:
        return 0.0
    found = _windows(tally.found)
    start = np.concatenate([[0], tally.finds])[tally.found - found]
    relevant = found + missed
    pool, read = tally.records - start, tally.screened - start
    # Time at which as many irrelevant records have come up as did, each at rate 1 of its own.
    time = -np.log1p(-(read - found) / (pool - relevant + 1))
    drawn = np.concatenate([[0], np.cumsum(tally.random & ~tally.relevant)])
    blind = (drawn[-1] - drawn[start]) / np.maximum(read - found, 1)
    excess = mean_excess * _EXCESS if tally.found else np.zeros_like(_EXCESS)
    pace = blind[:, None] + (1 - blind[:, None]) * (1 + excess)
    seen = -np.expm1(-time[:, None] * pace)
    p = binom.cdf(found[:, None], relevant[:, None], seen) @ _SHARE
    return float(np.min(p))


def _windows(found: int) -> NDArray[np.int_]:
    """Return how many finds the samples to try hold: all small numbers, then ever fewer.

    To try fewer samples can only make the rule more careful; beyond 50 neighbours say the same.
    """
    wide = np.floor(np.geomspace(50, max(found, 51), 40)).astype(int)
    counts = np.unique(np.concatenate([np.arange(50), wide, [found]]))
    return counts[counts <= found]
