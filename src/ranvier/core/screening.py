"""Screening: decisions, and the state of an item folded from them.

A decision is never edited, only superseded by a later one of the same reviewer. The state of an
item is never stored on the item: it follows from the decisions on it under the protocol's rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ranvier.core.protocol import Protocol, ScreeningRule, Stage

__all__ = [
    "NEEDED",
    "SETTLED",
    "VERDICTS",
    "Decision",
    "ItemState",
    "Verdict",
    "decision_key",
    "is_machine",
    "keeping",
    "needs_reason",
    "screening_state",
    "votes_needed",
]

Verdict: TypeAlias = Literal["include", "exclude", "maybe", "not_retrieved"]
ItemState: TypeAlias = Literal[
    "unscreened", "waiting", "included", "excluded", "undecided", "not_retrieved", "conflict"
]

#: ``not_retrieved`` is for full texts that could not be had.
VERDICTS: tuple[Verdict, ...] = ("include", "exclude", "maybe", "not_retrieved")

#: The verdict that all who decided gave -> state. Verdicts that differ are a conflict, and a
#: `maybe` settles nothing.
SETTLED: dict[Verdict, ItemState] = {
    "include": "included",
    "exclude": "excluded",
    "maybe": "undecided",
    "not_retrieved": "not_retrieved",
}

#: How many independent decisions a rule asks for, and how many of them of people.
NEEDED = {"single": 1, "two_independent": 2, "two_and_adjudicator": 2, "one_and_machine": 2}
_PEOPLE = {"single": 1, "two_independent": 2, "two_and_adjudicator": 2, "one_and_machine": 1}

#: Which of two verdicts keeps a report in the review.
_KEEPS: dict[Verdict, int] = {"exclude": 0, "not_retrieved": 1, "maybe": 2, "include": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One reviewer's verdict on one record (title/abstract) or report (full text).

    Attributes
    ----------
    reviewer : str
        Actor id. For decisions taken over from a data set: the data set's actor, never a person.
    reasons : tuple of str
        Ids of the criteria that an exclusion names.
    resolves : bool
        Whether it settles a conflict of others.
    tags : tuple of str
        Free labels, such as ``background``.
    how : {"third", "discussion"} or None
        How a conflict was resolved.
    """

    item: str
    stage: Stage
    reviewer: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    resolves: bool = False
    source: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    how: Literal["third", "discussion"] | None = None


def decision_key(d: Decision) -> str:
    """Name what a decision is about: one standing vote a reviewer, and one resolution an item.

    They are apart, so that somebody who voted and then settles the conflict in discussion keeps
    their vote.
    """
    return f"{d.stage}/{d.item}/{'resolution' if d.resolves else d.reviewer}"


def is_machine(reviewer: str) -> bool:
    """Say whether an actor is a machine, by the beginning of its id."""
    return reviewer.startswith("machine:")


def keeping(one: Decision, other: Decision) -> Decision:
    """Choose between two decisions of one person on records of one report: what keeps it counts."""
    return other if _KEEPS[other.verdict] >= _KEEPS[one.verdict] else one


def votes_needed(rule: ScreeningRule) -> int:
    """Return how many people decide each item under a rule."""
    return _PEOPLE[rule.rule]


def needs_reason(protocol: Protocol, stage: Stage) -> bool:
    """Say whether an exclusion at a stage must name one of the protocol's criteria."""
    rule = next((r for r in protocol.screening if r.stage == stage), None)
    if not any(c.stage == stage for c in protocol.criteria):
        return False
    if rule is None or rule.reasons is None:
        return stage == "full_text"
    return rule.reasons == "required"


def screening_state(decisions: Iterable[Decision], rule: ScreeningRule) -> ItemState:
    """Fold the standing decisions on one item into its state.

    Parameters
    ----------
    decisions : iterable of Decision
        At most one for each reviewer, in the order they were made.
    rule : ScreeningRule

    Examples
    --------
    >>> rule = ScreeningRule(stage="title_abstract", rule="two_independent")
    >>> a = Decision(item="r1", stage="title_abstract", reviewer="a", verdict="include")
    >>> screening_state([a], rule)
    'waiting'
    """
    given = list(decisions)
    resolutions = [d for d in given if d.resolves]
    if resolutions:
        return SETTLED[resolutions[-1].verdict]
    if not given:
        return "unscreened"
    if len(given) < NEEDED[rule.rule] or (
        rule.rule == "one_and_machine" and len({is_machine(d.reviewer) for d in given}) < 2
    ):
        return "waiting"
    first = given[0].verdict
    return SETTLED[first] if all(d.verdict == first for d in given) else "conflict"
