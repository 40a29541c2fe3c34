"""A random audit that may be looked at after every record: exact whatever the ranking did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ranvier.ranking.stopping.history import Tally

__all__ = ["p_audit"]


@dataclass(frozen=True, slots=True)
class _Run:
    """Records drawn at random one after the other, up to the next find.

    `unread` and `found` are as they stood before; `draws` are irrelevant but, if `hit`, the last.
    """

    unread: int
    found: int
    draws: int
    hit: bool
    fresh: bool


def p_audit(tally: Tally, missed: int) -> float:
    """Test that at least so many relevant records are unread, by the records drawn at random.

    The audit bets, before each random draw, on whether it will be relevant, with the odds of a
    prior over the number unread that is updated as it goes (the prior-posterior ratio of
    Waudby-Smith and Ramdas). If the hypothesis is true the stake is multiplied by 1/alpha with a
    probability of at most alpha, ever: so one may look after every record and stop when one likes.
    Ranked records may be read in between; they only take away from what is unread.

    Parameters
    ----------
    tally : Tally
        Records drawn at random must have been drawn from all unread, each as likely.
    missed : int
        Relevant records among those unread, under the hypothesis.

    Returns
    -------
    float
        The p value, valid at any time.

    References
    ----------
    Waudby-Smith I, Ramdas A (2020). Confidence sequences for sampling without replacement.
    Advances in Neural Information Processing Systems 33:20204-20214.

    Examples
    --------
    >>> relevant = np.array([True] * 10 + [False] * 80)
    >>> tally = Tally(relevant, np.arange(90) >= 10, left=10)
    >>> round(p_audit(tally, 1), 4), round(p_audit(tally, 3), 4)
    (0.2139, 0.002)
    """
    if missed > tally.left:
        return 0.0
    runs = list(_runs(tally))
    if not runs:
        return 1.0
    stake = _log_bets(runs)
    # The likelihood is log-concave in the number unread: beyond its top it falls.
    held = np.unique(np.append(_grid(tally.left), missed))
    held = held[held >= missed]
    likelihood = np.zeros(len(held))
    for run in runs:
        likelihood += _log_chance(run, held + (tally.found - run.found))
    return float(np.exp(min(0.0, float(likelihood.max()) - stake)))


def _grid(most: int) -> NDArray[np.float64]:
    """Return numbers unread to hold apart: all small ones, then ever fewer."""
    spread = np.geomspace(64, max(most, 65), 64)
    grid = np.unique(np.concatenate([np.arange(64.0), np.floor(spread)]))
    return grid[grid <= most]


def _runs(tally: Tally) -> Iterator[_Run]:
    """Part the random draws where a find or a ranked record stands between them."""
    found = draws = 0
    fresh, begin = True, 0
    for i, (relevant, random) in enumerate(
        zip(tally.relevant.tolist(), tally.random.tolist(), strict=True)
    ):
        if random:
            begin = i if not draws else begin
            draws += 1
        if draws and (relevant or not random):
            yield _Run(tally.records - begin, found, draws, relevant and random, fresh)
            draws, fresh = 0, False
        # What the ranking finds is news: the bets begin anew with the prior.
        fresh = fresh or (relevant and not random)
        found += relevant
    if draws:
        yield _Run(tally.records - begin, found, draws, False, fresh)


def _log_chance(run: _Run, unread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-probability of a run if so many relevant records were unread before it."""
    blank = run.draws - run.hit
    other = run.unread - unread
    possible = (other >= blank) & (unread >= run.hit)
    safe = np.where(possible, other, blank)
    chance = gammaln(safe + 1) - gammaln(safe - blank + 1)
    chance -= gammaln(run.unread + 1) - gammaln(run.unread - run.draws + 1)
    if run.hit:
        chance += np.log(np.maximum(unread, 1))
    return np.where(possible, chance, -np.inf)


def _log_bets(runs: list[_Run]) -> float:
    """Return the log-probability that the bets gave to all that was drawn."""
    total = 0.0
    grid = weights = np.zeros(0)
    base = 0
    for run in runs:
        if run.fresh:
            grid, base = _grid(run.unread), run.found
            # Half the prior on nothing unread; the rest falls with the square.
            edges = np.append(grid, np.inf)
            weights = np.log(1 / (edges[:-1] + 1) - 1 / (edges[1:] + 1))
        joint = weights + _log_chance(run, grid - (run.found - base))
        top = float(joint.max())
        if not np.isfinite(top):
            # The draw was one on which nothing had been staked: all is lost.
            return -np.inf
        chance = top + float(np.log(np.exp(joint - top).sum()))
        total += chance
        weights = joint - chance
    return total
