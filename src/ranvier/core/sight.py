"""Sight: what somebody may see while they are blinded, as a filter of the log.

Blinding is a rule of access, not of display: whatever is shown to a blinded person is computed
from the events they may see, so that nothing shown to them can depend on the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ranvier.core.allotment import Allotment
from ranvier.core.event import Event
from ranvier.core.facts import Undone, Withdrawn, decode, encode
from ranvier.core.protocol import Stage
from ranvier.core.screening import Decision
from ranvier.core.shares import Shares
from ranvier.core.team import Role

__all__ = ["Sight", "blinds_somebody", "sight_of", "visible"]

#: Roles that see the work of others before it is opened, unless they screen there themselves.
_SEES_WORK: frozenset[Role] = frozenset({"owner", "adjudicator", "statistician"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see.

    Attributes
    ----------
    viewer : str
    blinded : frozenset of Stage
        Stages at which they read, with others, what is not opened yet.
    sees_work : bool
        Whether their role lets them see the decisions of others before they are opened.
    """

    viewer: str
    blinded: frozenset[Stage]
    sees_work: bool

    @property
    def whole(self) -> bool:
        """Whether nothing at all is hidden."""
        return self.sees_work and not self.blinded

    def hides(self, stage: Stage, reviewer: str, shares: Shares, item: str | None) -> bool:
        """Say whether a vote is hidden; resolutions never are.

        Parameters
        ----------
        item : str or None
            What the decision is on today; None if it is on nothing that is known.
        """
        if reviewer == self.viewer or reviewer.startswith("dataset:"):
            return False
        if stage in self.blinded:
            return item is None or not shares.is_open(stage, item)
        if self.sees_work or item is None:
            return False
        home = shares.home_of(stage, item)
        return home is not None and home not in shares.opened

    def may_see(self, allotment: Allotment) -> bool:
        """Say whether all of an allotment may be seen.

        A substitute names the items that somebody had decided before they went.
        """
        if allotment.kind != "substitute":
            return True
        return self.sees_work and allotment.stage not in self.blinded


def blinds_somebody(
    stage: Stage, shares: Shares, *, machine_checked: Collection[Stage] = ()
) -> bool:
    """Say whether votes at a stage are hidden from anybody who screens there."""
    return any(
        a.stage == stage and a.id not in shares.opened and _is_blind(a, machine_checked)
        for a in shares.allotments.values()
    )


def _is_blind(allotment: Allotment, machine_checked: Collection[Stage]) -> bool:
    """Say whether those who read an allotment are not to see each other's votes."""
    return (
        len(allotment.reviewers) > 1
        or allotment.kind == "substitute"
        or allotment.stage in machine_checked
    )


def sight_of(
    viewer: str,
    roles: Iterable[Role],
    shares: Shares,
    *,
    machine_checked: Collection[Stage] = (),
) -> Sight:
    """Find out what somebody may see.

    Parameters
    ----------
    machine_checked : collection of Stage
        Stages at which a machine decides, too: nobody reads there alone.
    """
    blinded: set[Stage] = {
        a.stage
        for a in shares.allotments.values()
        if viewer in a.reviewers and a.id not in shares.opened and _is_blind(a, machine_checked)
    }
    return Sight(viewer, frozenset(blinded), not _SEES_WORK.isdisjoint(roles))


def visible(events: Iterable[Event], sight: Sight, shares: Shares) -> list[Event]:
    """Return the events that somebody may see, numbered anew and without hashes.

    The hashes and numbers of the log itself depend on every event, hidden ones included.
    """
    hidden: set[str] = set()
    seen: list[Event] = []
    for event in events:
        if _is_hidden(event, sight, shares, hidden):
            hidden.add(event.client_id)
            continue
        payload = event.payload
        if event.type == "screening.allotted":
            allotment: Allotment = decode(event.type, payload)
            if not sight.may_see(allotment):
                payload = encode(replace(allotment, besides=()))
        seen.append(replace(event, seq=len(seen) + 1, payload=payload, prev_hash="", hash=""))
    return seen


def _is_hidden(event: Event, sight: Sight, shares: Shares, hidden: set[str]) -> bool:
    """Say whether an event is hidden, given what was hidden before it."""
    if event.type == "decision.made":
        d: Decision = decode(event.type, event.payload)
        item = shares.items.item_of(d.item)
        return not d.resolves and sight.hides(d.stage, d.reviewer, shares, item)
    if event.type == "event.undone":
        undone: Undone = decode(event.type, event.payload)
        return undone.client_id in hidden
    if event.type == "thing.withdrawn":
        withdrawn: Withdrawn = decode(event.type, event.payload)
        if withdrawn.kind != "decision":
            return False
        stage, _, rest = withdrawn.id.partition("/")
        name, _, voice = rest.rpartition("/")
        return voice != "resolution" and sight.hides(
            "full_text" if stage == "full_text" else "title_abstract",
            voice,
            shares,
            shares.items.item_of(name),
        )
    return False
