"""Handing on: the log, the review document and files, as far as somebody may see."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ranvier.core.fold import subject
from ranvier.core.protocol import Stage
from ranvier.core.record import Record
from ranvier.core.screening import ItemState
from ranvier.errors import InputError
from ranvier.formats import WRITERS, write_records
from ranvier.reporting import review_document
from ranvier.workflow.build import book_from
from ranvier.workflow.rehearse import rehearse
from ranvier.workflow.screen.view import View

__all__ = ["LogLine", "Which", "document", "export", "log", "wanted"]

Which = Literal["all", "included", "excluded", "waiting", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One event as it is shown.

    Attributes
    ----------
    type, about : str
        What was said and on what: ``decision.made``, ``decision/title_abstract/r1/person:anna``.
    payload : str
        JSON.
    """

    client_id: str
    at: str
    actor: str
    on_behalf_of: str | None
    type: str
    about: str
    payload: str
    reason: str | None


def log(view: View, *, after: str | None, limit: int) -> tuple[LogLine, ...]:
    """Return the events that somebody may see, oldest first, after the one of a client id."""
    found: list[LogLine] = []
    begun = after is None
    for event in view.log():
        if begun and len(found) < limit:
            found.append(
                LogLine(
                    client_id=event.client_id,
                    at=event.at,
                    actor=event.actor,
                    on_behalf_of=event.on_behalf_of,
                    type=event.type,
                    about=str(subject(event) or "undo"),
                    payload=event.payload,
                    reason=event.reason,
                )
            )
        begun = begun or event.client_id == after
    return tuple(found)


def document(view: View) -> str:
    """Write the review document from what somebody may see."""
    review = view.review()
    seq = max(review.events, default=0)
    head = review.events[seq].hash if seq else ""
    book = book_from(review, seq=seq, head=head)
    return review_document(book, rehearsal=rehearse(review), language=review.opened.language)


def wanted(view: View, which: Which, stage: Stage) -> list[str]:
    """Return the items that are in a state at a stage, as somebody sees it."""
    items = list(view.layout.items)
    if which == "all":
        return items
    states = {item: found.state for item, found in view.outcomes(stage).items()}
    asked = _STATES[which]
    return [item for item in items if states.get(item, "unscreened") in asked]


def export(view: View, format: str, items: Sequence[str]) -> bytes:
    """Write the fullest record of each item as a file; the desk's lock need not be held.

    Raises
    ------
    InputError
        If the format is unknown.
    """
    if format not in WRITERS:
        raise InputError(
            f"records cannot be written as {format!r}.",
            remedy=f"Choose one of {', '.join(WRITERS)}.",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"records{WRITERS[format].ending}"
        write_records(_records(view, items), path, format=format)
        return path.read_bytes()


_STATES: dict[Which, frozenset[ItemState]] = {
    "included": frozenset({"included"}),
    "excluded": frozenset({"excluded"}),
    "waiting": frozenset({"unscreened", "waiting", "undecided"}),
    "conflict": frozenset({"conflict"}),
}


def _records(view: View, items: Sequence[str]) -> Iterator[Record]:
    """Yield the fullest record of each item."""
    for item in items:
        records = [view.desk.shelf.record(r) for r in view.layout.items.records_of(item)]
        yield max(records, key=lambda r: (len(r.abstract or ""), len(r.authors)))
