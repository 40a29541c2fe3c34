"""Handing on: the log, the review document and files, as far as somebody may see."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ranvier.core.fold import subject
from ranvier.core.protocol import Stage
from ranvier.core.record import Record
from ranvier.errors import InputError
from ranvier.formats import WRITERS, write_records
from ranvier.reporting import review_document
from ranvier.workflow.build import book_from
from ranvier.workflow.screen.view import View

__all__ = ["LogLine", "document", "export", "log"]

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
    return review_document(book, language=review.opened.language)


def export(view: View, format: str, which: Which, stage: Stage) -> bytes:
    """Write the first record of each report that is in a state, as a file.

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
        write_records(_records(view, which, stage), path, format=format)
        return path.read_bytes()


def _records(view: View, which: Which, stage: Stage) -> Iterator[Record]:
    """Yield the fullest record of each item that is asked for."""
    states = {} if which == "all" else view.states(stage)
    for item in view.layout.items:
        state = states.get(item, "unscreened")
        if which == "waiting":
            wanted = state in ("unscreened", "waiting", "undecided")
        else:
            wanted = which in ("all", state)
        if wanted:
            records = [view.desk.shelf.record(r) for r in view.layout.items.records_of(item)]
            yield max(records, key=lambda r: (len(r.abstract or ""), len(r.authors)))
