"""Ask a stopping rule: may screening stop now, what is missed, what does going on cost?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ranvier.core.progress import (
    ProgressPoint,
    RecallEstimate,
    ScreeningProgress,
    StoppingState,
)
from ranvier.errors import InputError
from ranvier.ranking.stopping.history import Shown, Tally, tally
from ranvier.ranking.stopping.rules import Rule, RuleFacts, estimate_missed, rule_facts
from ranvier.ranking.stopping.sentences import Facts, guarantee, methods_sentences

__all__ = ["Cost", "Judgement", "allowed_missed", "follow", "judge", "state_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What going on costs.

    Attributes
    ----------
    left : int
        Records to read until all are read.
    per_find : float or None
        Of them for each relevant one, by the estimate; ``None`` where it expects none.
    until_may_stop : int or None
        Irrelevant records in a row after which the rule would let screening stop, drawn as the
        rule asks; 0 if it does now, ``None`` if only reading all would do or it cannot be said.
    """

    left: int
    per_find: float | None
    until_may_stop: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a stopping rule says at one moment of screening.

    Attributes
    ----------
    rule : Rule
    target, confidence : float
        As asked: recall, and how sure to be of it.
    screened, found, left, gap : int
        Records read, relevant ones among them, unread ones, irrelevant ones in a row up to now
        (`gap` is information; no rule uses it by itself).
    allowed : int
        Relevant records that may stay unread at the target.
    p : float
        p value of the hypothesis that more than `allowed` are unread.
    state : StoppingState
        ``may_stop`` if `p` is below 1 - `confidence`.
    estimate : RecallEstimate
        What is missed, with the bound that inverts the rule's test.
    cost : Cost
    guarantee : str
        What the rule promises and under which condition, for the person who decides.
    sentences : tuple of str
        For the methods section, true as they stand if screening stopped now.
    """

    rule: Rule
    target: float
    confidence: float
    screened: int
    found: int
    left: int
    gap: int
    allowed: int
    p: float
    state: StoppingState
    estimate: RecallEstimate
    cost: Cost
    guarantee: str
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        """One line for the person who screens."""
        said = {"go_on": "go on", "may_stop": "may stop", "all_read": "all read"}[self.state]
        missed = self.estimate.missed
        about = "number missed unknown" if missed is None else f"about {missed:.0f} missed"
        return (
            f"{said} (p = {self.p:.4f}): {self.found} relevant in {self.screened} of "
            f"{self.screened + self.left} records; {about}, at most {self.estimate.missed_ub}"
        )


def allowed_missed(found: int, target: float) -> int:
    """Return how many relevant records may stay unread with recall still at the target.

    Examples
    --------
    >>> [allowed_missed(found, 0.95) for found in (0, 18, 19, 38, 100)]
    [0, 0, 1, 2, 5]
    """
    # 19 / 0.95 is 20 but for the last bit.
    return math.floor(found / target + 1e-9) - found


def judge(
    history: Sequence[Shown],
    left: int,
    *,
    target: float = 0.95,
    confidence: float = 0.95,
    rule: Rule = "biased_urn",
) -> Judgement:
    """Judge whether enough has been read.

    Parameters
    ----------
    history : sequence of Shown
        Every record that was decided, in the order shown.
    left : int
        Records not read yet.
    target : float
        Recall to reach: share of all relevant records, those already found included.
    confidence : float
        How sure to be of it.
    rule : Rule
        ``biased_urn`` (recommended), ``hypergeometric`` (buscar), ``hypergeometric_random``,
        ``audit``, ``qbcb``, ``counting_process``; see docs/methods/stopping.md.

    Returns
    -------
    Judgement

    Raises
    ------
    InputError
        If `target` or `confidence` is not between 0 and 1, `left` is negative, or the rule is
        unknown.

    Notes
    -----
    A rule permits; it never hides what is unread. Relevant is what was included at this stage,
    so "maybe" counts as relevant where the review reads on with it.

    Examples
    --------
    >>> history = [Shown(True)] * 40 + [Shown(False)] * 500
    >>> made = judge(history, left=460)
    >>> made.state, made.allowed, made.estimate.missed_ub
    ('may_stop', 2, 2)
    >>> print(judge(history, left=2000))
    go on (p = 0.1390): 40 relevant in 540 of 2540 records; about 0 missed, at most 5
    """
    facts = rule_facts(rule)
    _check(target, confidence)
    made = tally(history, left)
    return _judge(made, rule, facts, target, confidence)


def follow(
    history: Sequence[Shown],
    left: int,
    *,
    target: float = 0.95,
    confidence: float = 0.95,
    rule: Rule = "biased_urn",
    looks: int = 60,
) -> ScreeningProgress:
    """Ask the rule along the whole history, for the picture of how screening went.

    Parameters
    ----------
    looks : int
        At how many moments, spread evenly; the last is now.

    Examples
    --------
    >>> course = follow([Shown(True)] * 9 + [Shown(False)] * 90, left=1, looks=3)
    >>> [(point.screened, point.state) for point in course.points]
    [(33, 'go_on'), (66, 'go_on'), (99, 'may_stop')]
    """
    facts = rule_facts(rule)
    _check(target, confidence)
    whole = tally(history, left)
    n = whole.screened
    at = sorted({round(n * i / looks) for i in range(1, looks + 1)} - {0})
    points: list[ProgressPoint] = []
    for screened in at:
        made = whole.upto(screened)
        p = facts.p(made, allowed_missed(made.found, target) + 1)
        points.append(
            ProgressPoint(
                screened=screened,
                estimate=_estimate(made, rule, facts, confidence),
                state=_state(made, p, confidence),
            )
        )
    return ScreeningProgress(
        records=whole.records,
        screened=n,
        finds=tuple(whole.finds.tolist()),
        points=tuple(points),
        rule=facts.name,
        target=target,
        confidence=confidence,
    )


def state_of(made: Tally, rule: Rule, *, target: float, confidence: float) -> StoppingState:
    """Ask a rule for its state alone, which costs one test."""
    p = rule_facts(rule).p(made, allowed_missed(made.found, target) + 1)
    return _state(made, p, confidence)


def _check(target: float, confidence: float) -> None:
    """Refuse what is no level."""
    for name, level in (("target", target), ("confidence", confidence)):
        if not 0 < level < 1:
            raise InputError(
                f"{name} is {level}; it must lie between 0 and 1.", remedy="Give 0.95, say."
            )


def _state(made: Tally, p: float, confidence: float) -> StoppingState:
    if made.left == 0:
        return "all_read"
    return "may_stop" if p < 1 - confidence else "go_on"


def _judge(
    made: Tally, rule: Rule, facts: RuleFacts, target: float, confidence: float
) -> Judgement:
    """Gather all that a rule says."""
    allowed = allowed_missed(made.found, target)
    p = facts.p(made, allowed + 1)
    state = _state(made, p, confidence)
    estimate = _estimate(made, rule, facts, confidence)
    told = Facts(
        rule=rule,
        facts=facts,
        target=target,
        confidence=confidence,
        screened=made.screened,
        sampled=int(made.random.sum()),
        records=made.records,
        p=p,
        state=state,
        estimate=estimate,
    )
    return Judgement(
        rule=rule,
        target=target,
        confidence=confidence,
        screened=made.screened,
        found=made.found,
        left=made.left,
        gap=made.gap,
        allowed=allowed,
        p=p,
        state=state,
        estimate=estimate,
        cost=Cost(
            left=made.left,
            per_find=made.left / estimate.missed if estimate.missed else None,
            until_may_stop=_until(made, rule, facts, state, allowed, confidence),
        ),
        guarantee=guarantee(told),
        sentences=methods_sentences(told),
    )


def _estimate(made: Tally, rule: Rule, facts: RuleFacts, confidence: float) -> RecallEstimate:
    """Invert the test: the largest number unread that it does not reject."""
    median_of = facts.likely or facts.p
    likely = _last(lambda m: median_of(made, m) >= 0.5, made.left)
    upper = _last(lambda m: facts.p(made, m) >= 1 - confidence, made.left)
    missed = estimate_missed(rule, made, likely)
    missed = None if missed is None else min(missed, float(upper))
    found = made.found
    return RecallEstimate(
        found=found,
        missed=missed,
        missed_lb=0,
        missed_ub=upper,
        recall=found / (found + missed) if found and missed is not None else None,
        recall_lb=found / (found + upper) if found else None,
        level=confidence,
    )


def _until(
    made: Tally,
    rule: Rule,
    facts: RuleFacts,
    state: StoppingState,
    allowed: int,
    confidence: float,
) -> int | None:
    """Count the irrelevant records in a row after which the rule would be met."""
    if state != "go_on":
        return 0
    # What the ranking will come to again cannot be foreseen.
    if rule == "qbcb":
        return None

    def waits(more: int) -> bool:
        return facts.p(made.with_irrelevant(more, facts.reads), allowed + 1) >= 1 - confidence

    needed = _last(waits, made.left) + 1
    return needed if needed < made.left else None


def _last(holds: Callable[[int], bool], most: int) -> int:
    """Return the last of 0 to `most` for which something holds that ceases to hold for good."""
    if most == 0 or not holds(1):
        return 0
    low, high = 1, 2
    while high <= most and holds(high):
        low, high = high, 2 * high
    high = min(high, most + 1)
    while high - low > 1:
        middle = int(np.floor((low + high) / 2))
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
