"""Screening: decisions, and the state of an item folded from them.

A decision is never edited, only superseded by a later one of the same reviewer. The state of an
item is never stored on the item: it follows from the decisions on it under the protocol's rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ranvier.core.protocol import ScreeningRule, Stage

__all__ = ["VERDICTS", "Decision", "ItemState", "Verdict", "screening_state"]

Verdict = Literal["include", "exclude", "maybe", "not_retrieved"]
ItemState = Literal[
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

#: How many independent decisions a rule asks for.
NEEDED = {"single": 1, "two_independent": 2, "two_and_adjudicator": 2}


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
    """

    item: str
    stage: Stage
    reviewer: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    resolves: bool = False
    source: str | None = None
    note: str | None = None


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
    if len(given) < NEEDED[rule.rule]:
        return "waiting"
    first = given[0].verdict
    return SETTLED[first] if all(d.verdict == first for d in given) else "conflict"
