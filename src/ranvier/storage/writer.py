"""The one writer: a thread with a queue, and one commit for all that waits in it.

Threads that each open a transaction starve each other on SQLite, so callers hand their work to
one thread and wait. It takes what has gathered meanwhile as a group: one transaction, one sync
to disk. Nobody is answered before the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from ranvier.core.event import Chain, Event
from ranvier.errors import InputError, StorageError
from ranvier.storage.drafts import Checked, same
from ranvier.storage.engines import Database
from ranvier.storage.log import insert_events, move_end, recorded_end, with_client_ids
from ranvier.storage.projections import Placed, project
from ranvier.storage.schema import BLOB

__all__ = ["Writer"]

T = TypeVar("T")

#: Drafts that go into one transaction, unless one call alone has more.
GROUP = 2_000


@dataclass(slots=True)
class Call:
    """One append: its drafts, and where its caller waits."""

    drafts: Sequence[Checked]
    done: Future[list[Event]] = field(default_factory=Future[list[Event]])


@dataclass(slots=True)
class Task:
    """Any other writing: it has a transaction of its own."""

    work: Callable[[Connection], Any]
    done: Future[Any] = field(default_factory=Future[Any])


class Writer:
    """Writes to one review from a thread of its own, until it is closed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[Call | Task | None] = SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        # A daemon, so that a program that forgets to close ends; what was answered is on disk.
        self._thread = threading.Thread(target=self._run, name="ranvier-writer", daemon=True)
        self._thread.start()

    def append(self, drafts: Sequence[Checked]) -> list[Event]:
        """Append drafts and return their events once they are durable."""
        call = Call(drafts)
        self._put(call)
        return call.done.result()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do other writing in a transaction of its own and return what it returns."""
        task = Task(work)
        self._put(task)
        return task.done.result()

    def close(self) -> None:
        """Finish what is in the queue and end the thread."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _put(self, item: Call | Task) -> None:
        """Queue an item, unless the store was closed."""
        with self._door:
            if self._closed:
                raise StorageError(
                    "the review was closed.", file=self._database.where, remedy="Open it again."
                )
            self._queue.put(item)

    def _run(self) -> None:
        """Take groups from the queue until it is closed."""
        item = self._queue.get()
        while item is not None:
            if isinstance(item, Task):
                self._do(item)
                item = self._queue.get()
            else:
                group, item = self._gather(item)
                self._commit(group, attempt="together")
                if item is _NOTHING:
                    item = self._queue.get()

    def _gather(self, first: Call) -> tuple[list[Call], Call | Task | None]:
        """Take the calls that wait behind `first`, and the item that comes after them."""
        group, size = [first], len(first.drafts)
        while size < GROUP:
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if not isinstance(item, Call):
                return group, item
            group.append(item)
            size += len(item.drafts)
        return group, _NOTHING

    def _do(self, task: Task) -> None:
        """Run a task in its transaction and answer."""
        try:
            with self._database.write() as conn:
                result = task.work(conn)
        except DBAPIError as error:
            task.done.set_exception(_refused(error, self._database.where))
        except BaseException as error:
            task.done.set_exception(error)
        else:
            task.done.set_result(result)

    def _commit(self, group: list[Call], *, attempt: Literal["together", "alone"]) -> None:
        """Commit a group; if the database refuses it, each call by itself.

        A commit whose answer was lost (the server went away) is safe to repeat: the client ids
        that arrived are found.
        """
        try:
            with self._database.write() as conn:
                answers = _append_group(conn, self._database.review_id, group)
        except DBAPIError as error:
            for call in group:
                if attempt == "together":
                    self._commit([call], attempt="alone")
                else:
                    call.done.set_exception(_refused(error, self._database.where))
        except BaseException as error:
            for call in group:
                call.done.set_exception(error)
        else:
            _answer(group, answers)


#: The queue is empty, which is not the same as closed.
_NOTHING = Task(lambda conn: None)


def _answer(group: list[Call], answers: list[list[Event] | InputError]) -> None:
    """Wake the callers of a group that was committed."""
    for call, answer in zip(group, answers, strict=True):
        if isinstance(answer, InputError):
            call.done.set_exception(answer)
        else:
            call.done.set_result(answer)


def _refused(error: DBAPIError, where: str) -> StorageError:
    """Say that the database did not take a write."""
    return StorageError(
        f"the database refused to write: {error.orig}.",
        file=where,
        remedy="Nothing of this call was kept; sending it again is safe.",
    )


def _append_group(
    conn: Connection, review_id: str, group: Sequence[Call]
) -> list[list[Event] | InputError]:
    """Append the calls of a group in one transaction; a call that does not hold is left out."""
    seq, head = recorded_end(conn, review_id)
    chain = Chain(review_id, seq, head)
    known = _known(conn, review_id, group)
    kept = _kept_blobs(conn, review_id, group)
    placed: list[Placed] = []
    answers: list[list[Event] | InputError] = []
    for call in group:
        end = chain.seq, chain.head
        fresh: list[Placed] = []
        try:
            answers.append([_place(checked, chain, known, kept, fresh) for checked in call.drafts])
            placed += fresh
        except InputError as error:
            chain.seq, chain.head = end
            for undo in fresh:
                del known[undo.event.client_id]
            answers.append(error)
    if placed:
        insert_events(conn, [p.event for p in placed])
        project(conn, review_id, placed)
        move_end(conn, review_id, seq=chain.seq, head=chain.head)
    return answers


def _place(
    checked: Checked,
    chain: Chain,
    known: dict[str, Event],
    kept: frozenset[str],
    fresh: list[Placed],
) -> Event:
    """Give a draft its place, or find the event it has become already."""
    draft = checked.draft
    there = known.get(draft.client_id)
    if there is not None:
        if not same(draft, there):
            raise InputError(
                f"client_id {draft.client_id!r} belongs to event {there.seq} ({there.type}), "
                "which says something else.",
                remedy="Give each new draft a client_id of its own.",
            )
        return there
    if checked.undoes is not None and checked.undoes not in known:
        raise InputError(
            f"there is no event with client_id {checked.undoes!r} to undo.",
            remedy="Undo an event by the client_id that stands in the log.",
        )
    for sha256 in checked.blobs:
        if sha256 not in kept:
            raise InputError(
                f"{draft.type} refers to blob {sha256}, which this review does not hold.",
                remedy="Put the file first, then append the event.",
            )
    event = chain.add(draft)
    known[draft.client_id] = event
    fresh.append(Placed(event, checked.thing, checked.undoes))
    return event


def _known(conn: Connection, review_id: str, group: Sequence[Call]) -> dict[str, Event]:
    """Find the events that are there of all client ids a group names."""
    wanted = {checked.draft.client_id for call in group for checked in call.drafts}
    wanted |= {c.undoes for call in group for c in call.drafts if c.undoes is not None}
    return {event.client_id: event for event in with_client_ids(conn, review_id, wanted)}


def _kept_blobs(conn: Connection, review_id: str, group: Sequence[Call]) -> frozenset[str]:
    """Find which of the blobs that a group refers to are there."""
    wanted = {sha256 for call in group for c in call.drafts for sha256 in c.blobs}
    query = select(BLOB.c.sha256).where(BLOB.c.review_id == review_id)
    return frozenset(
        row[0]
        for sha256 in sorted(wanted)
        for row in conn.execute(query.where(BLOB.c.sha256 == sha256))
    )
