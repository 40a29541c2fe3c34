"""Screen an old review again under a stopping rule: where would it have ended, with what recall?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.ranking.stopping.history import Tally
from ranvier.ranking.stopping.judge import allowed_missed
from ranvier.ranking.stopping.quantile import positives_needed
from ranvier.ranking.stopping.rules import RULES, Rule, RuleFacts

__all__ = ["PLANS", "Plan", "RankedReview", "Stop", "replay"]

#: A rule with the way of reading it asks for; or a habit, to compare; or what cannot be beaten.
Plan = Rule | Literal["gap_50", "gap_200", "gap_5_percent", "hindsight"]

PLANS: tuple[Plan, ...] = (*RULES, "gap_50", "gap_200", "gap_5_percent", "hindsight")


@dataclass(frozen=True, slots=True, eq=False)
class RankedReview:
    """A whole review in the order a ranking showed it.

    Attributes
    ----------
    name : str
        Of the review.
    ranks : ndarray of int
        Where the relevant records stand, from 1, ascending.
    records : int
        All of them.
    """

    name: str
    ranks: NDArray[np.intp]
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a plan ended.

    Attributes
    ----------
    screened : int
        Records read, random ones among them.
    found, relevant : int
        Relevant records among them, and in all.
    reached : bool
        Whether recall is at the target.
    """

    screened: int
    found: int
    relevant: int
    reached: bool


def replay(
    order: RankedReview,
    plan: Plan,
    *,
    target: float = 0.95,
    confidence: float = 0.95,
    seed: int = 0,
    rules: Mapping[Rule, RuleFacts] = RULES,
) -> Stop:
    """Read on until the plan lets one stop, looking at the rule after every record.

    Parameters
    ----------
    order : RankedReview
    plan : Plan
        Rules that test random records read in the order of the ranking until ``biased_urn`` is
        met, and at random from there; ``qbcb`` draws at random first, until the sample holds as
        many relevant records as its bound needs, and keeps to the order given.
    seed : int
        Of the random draws.
    rules : mapping
        Instead of our own, to try other constants.

    Notes
    -----
    A random record that was read is taken out of the order; the order itself stays, though a
    ranking would learn from it.

    Examples
    --------
    >>> order = RankedReview("made", np.arange(1, 41), 1000)
    >>> replay(order, "biased_urn").screened, replay(order, "hypergeometric").screened
    (361, 646)
    """
    relevant = np.zeros(order.records, dtype=np.bool_)
    relevant[np.asarray(order.ranks) - 1] = True
    draw = np.random.default_rng([seed, order.records, len(order.ranks)])
    ranked = np.zeros_like(relevant)
    if plan in ("audit", "hypergeometric_random"):
        begin = _scan(Tally(relevant, ranked, 0), rules["biased_urn"], target, confidence)
        relevant = np.concatenate([relevant[:begin], draw.permutation(relevant[begin:])])
        random = np.arange(order.records) >= begin
        screened = _scan(Tally(relevant, random, 0), rules[plan], target, confidence, begin=begin)
        read = relevant[:screened]
    elif plan == "qbcb":
        read = relevant[_sampled_first(relevant, positives_needed(target, confidence), draw)]
    elif plan in ("gap_50", "gap_200", "gap_5_percent", "hindsight"):
        read = relevant[: _habit(order, plan, target)]
    else:
        read = relevant[: _scan(Tally(relevant, ranked, 0), rules[plan], target, confidence)]
    found, every = int(read.sum()), len(order.ranks)
    return Stop(
        screened=len(read),
        found=found,
        relevant=every,
        reached=every - found <= allowed_missed(found, target),
    )


def _scan(
    whole: Tally, rule: RuleFacts, target: float, confidence: float, *, begin: int = 0
) -> int:
    """Return after how many records a rule is first met; all of them if never.

    While irrelevant records follow one another p only falls: where it is not low enough before the
    next find, it was not low enough anywhere since the last one.
    """

    def met(screened: int) -> bool:
        made = whole.upto(screened)
        p = rule.p(made, allowed_missed(made.found, target) + 1)
        return p < 1 - confidence

    finds = whole.finds[whole.finds > begin].tolist()
    for low, high in zip([begin, *finds], [*finds, whole.records], strict=True):
        last = high - 1 if high in finds else high
        if last >= max(low, 1) and met(last):
            low, high = max(low, 1) - 1, last
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if met(middle) else (middle, high)
            return high
    return whole.records


def _sampled_first(
    relevant: NDArray[np.bool_], positives: int, draw: np.random.Generator
) -> NDArray[np.intp]:
    """Return what is read if a sample is drawn first and the ranking goes on until it has it all.

    With just as many relevant records as the bound needs, all of them must be reached.
    """
    shuffled = draw.permutation(len(relevant))
    hits = np.flatnonzero(relevant[shuffled])
    if len(hits) < positives:
        return shuffled
    sample = shuffled[: hits[positives - 1] + 1]
    reached = int(shuffled[hits[:positives]].max()) + 1
    return np.union1d(sample, np.arange(reached))


def _habit(order: RankedReview, plan: Plan, target: float) -> int:
    """Return after how many records a run of irrelevant ones ends, or hindsight would stop."""
    ranks, records = np.asarray(order.ranks), order.records
    if plan == "hindsight":
        needed = next(
            f for f in range(len(ranks) + 1) if len(ranks) - f <= allowed_missed(f, target)
        )
        return int(ranks[needed - 1]) if needed else 0
    length = {"gap_50": 50, "gap_200": 200}.get(plan, max(1, round(0.05 * records)))
    begins = np.concatenate([[0], ranks])
    ends = np.concatenate([ranks - 1, [records]])
    long = np.flatnonzero(ends - begins >= length)
    return int(begins[long[0]]) + length if len(long) else records
