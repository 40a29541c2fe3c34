"""Stating when reading may end: what the protocol says of it, since when, and what it said before.

A rule that was chosen before records were given out was not chosen by what they held. Whether it
was is told from the log by that moment alone, which everybody in the team may know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ranvier.core.event import Event
from ranvier.core.facts import decode
from ranvier.core.fold import undone_ids
from ranvier.core.protocol import Protocol, Stage, StoppingPlan, stopping_plan
from ranvier.core.review import Review

__all__ = ["Change", "Stated", "stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One moment at which the protocol said something new of stopping.

    Attributes
    ----------
    plan : StoppingPlan or None
        None where it ceased to name a rule.
    day : str
        ISO 8601.
    by : str
        Actor id.
    reason : str or None
    late : bool
        Whether records of the stage had been given out before.
    """

    plan: StoppingPlan | None
    day: str
    by: str
    reason: str | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """When reading may end at a stage.

    Attributes
    ----------
    plan : StoppingPlan
        In force.
    when : {"default", "before", "late"}
        Whether the protocol names no rule, so that the default holds; or named this one before
        records were given out, or later.
    changes : tuple of Change
        All that the protocol said of it, in order.
    """

    plan: StoppingPlan
    when: Literal["default", "before", "late"]
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """Say since when the rule holds, for the methods section."""
        if self.when == "default" and not self.changes:
            return "The protocol names no stopping rule; this is the default of Ranvier."
        last = self.changes[-1]
        if self.when == "default":
            return (
                f"The protocol has named no stopping rule since {last.day}; this is the default "
                f"of Ranvier.{_because(last)}"
            )
        if self.when == "before":
            return f"The protocol named the rule on {last.day}, before records were given out."
        return (
            f"The protocol named the rule on {last.day}, after records had been given out."
            f"{_because(last)}"
        )


def stated(review: Review, stage: Stage) -> Stated:
    """Read from the log what the protocol says, and said, of stopping at a stage."""
    begun = min(
        (
            review.event_of("allotment", a.id).seq
            for a in review.allotments.values()
            if a.stage == stage
        ),
        default=None,
    )
    changes: list[Change] = []
    named: StoppingPlan | None = None
    for event, protocol in _protocols(review):
        said = _named(protocol, stage)
        if said != named:
            late = begun is not None and event.seq > begun
            day = event.at[:10]
            changes.append(
                Change(plan=said, day=day, by=event.actor, reason=event.reason, late=late)
            )
            named = said
    rules = review.protocol.screening if review.protocol else ()
    rule = next((rule for rule in rules if rule.stage == stage), None)
    plan = StoppingPlan() if rule is None else stopping_plan(rule)
    when = "default" if named is None else "late" if changes[-1].late else "before"
    return Stated(plan=plan, when=when, changes=tuple(changes))


def _protocols(review: Review) -> Iterator[tuple[Event, Protocol]]:
    """Yield every protocol that was agreed and not undone, in order."""
    events = review.events.values()
    undone = undone_ids([event for event in events if event.type == "event.undone"])
    for event in events:
        if event.type == "protocol.agreed" and event.client_id not in undone:
            yield event, decode(event.type, event.payload)


def _named(protocol: Protocol, stage: Stage) -> StoppingPlan | None:
    """Return the plan that a protocol names for a stage."""
    for rule in protocol.screening:
        if rule.stage == stage and isinstance(rule.stopping, StoppingPlan):
            return rule.stopping
    return None


def _because(change: Change) -> str:
    """Give the reason of a change, if it has one."""
    return f" Reason given: {change.reason.rstrip('.')}." if change.reason else ""
