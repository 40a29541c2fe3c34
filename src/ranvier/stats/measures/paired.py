"""Measures of a paired 2x2 table: the same persons, or matched ones, under two conditions.

Cells: ``ai`` yes under both, ``bi`` yes under the first only, ``ci`` yes under the second only,
``di`` no under both. The marginal measures MPORM and MPORC are computed from the unpaired layout
(events and non-events under the first, then under the second condition) and, for the former, the
correlation ``ri``, as metafor does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.measures.counts import Table
from ranvier.stats.measures.two_by_two import Effect, odds_ratio

__all__ = ["PAIRED_MEASURES", "marginal_odds_ratio"]


def _margins(t: Table) -> tuple[Vector, Vector, Vector, Vector, Vector]:
    """Total, share of each kind of discordant pair, and share of yes under each condition."""
    n = t.n1i + t.n2i
    return n, t.bi / n, t.ci / n, (t.ai + t.bi) / n, (t.ai + t.ci) / n


def difference(t: Table) -> Effect:
    """Paired risk difference."""
    n, p12, p21, p1, p2 = _margins(t)
    return p1 - p2, (p12 * (1 - p12) + 2 * p12 * p21 + p21 * (1 - p21)) / n


def ratio(t: Table) -> Effect:
    """Log of the ratio of marginal risks."""
    n, p12, p21, p1, p2 = _margins(t)
    return np.log(p1) - np.log(p2), (p12 + p21) / (n * p1 * p2)


def marginal(t: Table) -> Effect:
    """Log of the ratio of marginal odds."""
    n, p12, p21, p1, p2 = _margins(t)
    spread = p12 * (1 - p12) + p21 * (1 - p21) + 2 * p12 * p21
    yi = np.log(p1 / (1 - p1)) - np.log(p2 / (1 - p2))
    return yi, spread / (n * p1 * (1 - p1) * p2 * (1 - p2))


def conditional(t: Table) -> Effect:
    """Log of the ratio of the discordant pairs: the conditional odds ratio."""
    return np.log(t.bi) - np.log(t.ci), 1 / t.bi + 1 / t.ci


def peto(t: Table) -> Effect:
    """Conditional log odds ratio by Peto's one-step method."""
    v = (t.bi + t.ci) / 4
    return (t.bi - (t.bi + t.ci) / 2) / v, 1 / v


def marginal_odds_ratio(t: Table, ri: Vector) -> Effect:
    """Log marginal odds ratio from unpaired counts and the correlation between the conditions."""
    yi, vi = odds_ratio(t, "LS")
    # The counts hold each pair twice; half-pairs (from 0.5 added) round to even, as in R.
    pairs = np.round((t.n1i + t.n2i) / 2)
    both = (ri * np.sqrt(t.ai * t.bi * t.ci * t.di) + t.ai * t.bi) / pairs
    delta = pairs**2 * (pairs * both - t.ai * t.bi) / (t.ai * t.bi * t.ci * t.di)
    return yi, vi - 2 * delta / pairs


PAIRED_MEASURES: dict[str, Callable[[Table], Effect]] = {
    "MPRD": difference,
    "MPRR": ratio,
    "MPOR": marginal,
    "MPORC": conditional,
    "MPPETO": peto,
}
