"""Undoing: an event is never taken out; another one says that it no longer counts."""

from __future__ import annotations

from ranvier.core.event import Event
from ranvier.core.facts import Undone
from ranvier.errors import NotFoundError
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying, record

__all__ = ["undo"]


def undo(store: Store, seq: int, *, actor: str, reason: str, at: str | None = None) -> Event:
    """Make event `seq` count no longer, by an event that says so.

    Raises
    ------
    NotFoundError
        If there is no such event.
    RuleError
        If other facts stand on it, or it is undone already.
    """
    event = next(iter(store.events(after=seq - 1)), None)
    if event is None or event.seq != seq:
        raise NotFoundError(
            f"there is no event {seq}.", remedy="`ranvier log` lists events with their numbers."
        )
    saying = Saying(payload=Undone(client_id=event.client_id), actor=actor, reason=reason, at=at)
    return record(store, [saying])[0]
