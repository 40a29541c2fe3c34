"""The quantile binomial confidence bound: how much of a random sample has the ranking reached?"""

from __future__ import annotations

import math

from scipy.stats import binom

from ranvier.ranking.stopping.history import Tally

__all__ = ["p_quantile", "positives_needed"]


def p_quantile(tally: Tally, missed: int) -> float:
    """Test that at least so many relevant records are unread, by a sample drawn beforehand.

    Of the relevant records in a random sample, each is one that the ranking has reached with the
    probability that is its recall. A test that uses nothing but the number reached holds whatever
    the ranking is, at whatever moment it stops for that number.

    Parameters
    ----------
    tally : Tally
        With the records that the ranking came to again.
    missed : int
        Relevant records that the ranking has not reached, under the hypothesis.

    References
    ----------
    Lewis DD, Yang E, Frieder O (2021). Certifying one-phase technology-assisted reviews.
    Proceedings of CIKM '21, 893-902. doi:10.1145/3459637.3482415

    Examples
    --------
    >>> import numpy as np
    >>> sample = Tally(np.ones(59, dtype=bool), np.ones(59, dtype=bool), left=3000, reached=59)
    >>> p_quantile(sample, 4) < 0.05 < p_quantile(sample, 3)  # recall 59/63 and 59/62
    True
    """
    if missed > tally.left:
        return 0.0
    sampled = int((tally.relevant & tally.random).sum())
    if not sampled:
        return 1.0
    recall = tally.found / (tally.found + missed)
    return float(binom.sf(tally.reached - 1, sampled, recall))


def positives_needed(target: float, confidence: float) -> int:
    """Return how many relevant records the sample must hold before the bound can ever be met.

    Examples
    --------
    >>> positives_needed(0.95, 0.95)
    59
    """
    return math.ceil(math.log(1 - confidence) / math.log(target))
