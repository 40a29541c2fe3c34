"""Ordering: what is likely to be relevant comes first, learnt off the path of any request.

A thread lets a process of its own compute the order of a queue, from what its reviewer decided and
what is resolved: whatever the reviewer may see, and nothing else, so the order tells them nothing
of the others. Meanwhile the queue stays as it was; nobody waits. Only where the protocol asks for
one order shared by all is it learnt from everybody's decisions.
"""

from __future__ import annotations

import logging
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ranvier.core.protocol import Protocol, Stage
from ranvier.core.screening import Verdict
from ranvier.core.shares import Items
from ranvier.errors import StorageError
from ranvier.workflow.screen.desk import Desk, Layout
from ranvier.workflow.screen.learning import Apart, Here, ItemText, Learning, Task
from ranvier.workflow.screen.meaning import MOST_READ, Reading, read
from ranvier.workflow.screen.view import View
from ranvier.workflow.screen.votes import Cast

__all__ = ["MOST", "Ordering", "When"]

#: Items of a stage up to which an order is learnt: half a gigabyte of memory for each 100,000.
#: Beyond it the order stays that of the hash.
MOST = 300_000

#: An order is learnt anew when so large a share of what it rests on is new.
SHARE = 0.05

_LOG = logging.getLogger(__name__)

When = Literal["background", "asked", "never"]

_MEANS: dict[Verdict, bool] = {"include": True, "exclude": False, "not_retrieved": False}


class Ordering:
    """Keeps the queues of a desk in order.

    Parameters
    ----------
    desk : Desk
    when : {"background", "asked", "never"}
        By a thread and a process of their own; when :meth:`settle` is called; or not at all.
    vectors : Path or None
        Folder for what a sentence model makes of texts; without one, none is asked. Reading begins
        after a stage's first order, and once all is read its queues are ordered again.
    """

    def __init__(
        self, desk: Desk, when: When = "background", *, vectors: Path | None = None
    ) -> None:
        self._desk = desk
        self._when = when
        self._vectors = vectors
        self._asked: dict[Stage, tuple[str, ...]] = {}  # items whose texts are being read, or were
        self._reading: dict[Stage, Reading] = {}
        self._arrived: dict[Stage, tuple[str, ...]] = {}
        self._read: dict[Stage, tuple[str, ...]] = {}
        self._by_meaning: dict[Stage, bool] = {}  # as the texts were sent
        self._wanted: dict[tuple[Stage, str], None] = {}
        self._wake = threading.Condition()
        self._working = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._learning: Learning | None = None
        self._sent: dict[Stage, _Sent] = {}
        self._learnt: dict[tuple[Stage, str], _Learnt] = {}

    def want(self, stage: Stage, reviewer: str) -> None:
        """Ask that a queue be put in order, some time soon."""
        if self._when == "never" or len(self._desk.layout.readers.get(stage, ())) > MOST:
            return
        with self._wake:
            self._wanted[stage, reviewer] = None
            if self._when == "background" and self._thread is None and not self._closed:
                self._thread = threading.Thread(
                    target=self._run, name="ranvier-ordering", daemon=True
                )
                self._thread.start()
            self._wake.notify()

    def settle(self) -> None:
        """Put every queue that was asked for in order, and return when that is done."""
        while (wanted := self._next(wait=False)) is not None:
            self._order(*wanted)

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._closed = True
            self._wanted.clear()
            self._wake.notify()
        if self._learning is not None:
            self._learning.close()
        if self._thread is not None:
            self._thread.join()
        for reading in self._reading.values():
            reading.close()

    def _run(self) -> None:
        """Put one queue after the other in order, until it is closed."""
        try:
            while (wanted := self._next(wait=True)) is not None:
                try:
                    self._order(*wanted)
                except StorageError:
                    raise
                except Exception:  # one queue keeps its order; the others are still put in theirs
                    _LOG.exception("The queue of %s at %s was not put in order.", *reversed(wanted))
        except StorageError as error:
            if not self._closed:
                _LOG.warning("%s", error)
        finally:
            if self._learning is not None:
                self._learning.close()

    def _next(self, *, wait: bool) -> tuple[Stage, str] | None:
        """Take the queue that has waited longest."""
        with self._wake:
            while wait and not self._wanted and not self._closed:
                self._wake.wait()
            if self._closed or not self._wanted:
                return None
            first = next(iter(self._wanted))
            del self._wanted[first]
            return first

    def _order(self, stage: Stage, reviewer: str) -> None:
        """Learn from what there is to learn from, and put one queue in order."""
        with self._working:
            self._take_what_was_read()
            desk = self._desk
            with desk.lock:
                layout, seq = desk.layout, desk.seq
                if not layout.readers.get(stage):  # nothing was given out, or no longer is
                    return
                line = desk.line(stage, reviewer)
                learnt = self._learnt.get((stage, reviewer))
                if line.ordered and learnt is not None and learnt.holds(layout, seq):
                    return
                who = None if layout.rule(stage).order == "shared" else reviewer
                view = None if who is None else View(desk, who)
                decided = list(desk.votes.at(stage) if view is None else view.decided(stage))
            told: dict[str, bool] = {}
            unread: list[str] = []

            def look(some: Sequence[str]) -> None:
                found = _told(desk, stage, view, some)
                told.update(found)
                unread.extend(filter(line.waits, found))

            if not desk.in_turns(layout, decided, look):  # somebody may see less now, or more
                self.want(stage, reviewer)
                return
            if self._closed:
                return
            if line.ordered and learnt is not None:
                moved = _moved(learnt.told, told)
                if moved <= learnt.slack:
                    self._learnt[stage, reviewer] = replace(
                        learnt, layout=layout, seq=seq, moved=moved
                    )
                    return
            sent = self._sent.get(stage)
            now = _Sent.of(layout, stage, sent)
            meant = self._read.get(stage) == now.items
            if meant != self._by_meaning.get(stage, False):
                sent = None  # what all of them mean comes with all of their texts
            if self._learning is None:
                self._learning = Apart() if self._when == "background" else Here()
            task = Task(
                stage=stage,
                reviewer=who,
                told=told,
                again=tuple(unread),
                brings=now.brings(sent),
                line=None if now is sent else now.line(),
                query=_words_of(layout.review.protocol),
                vectors=str(self._vectors) if meant else None,
            )
            new = now.items[len(sent.items) if sent and task.brings == "more" else 0 :]
            best = self._learning.order(task, _texts(desk, layout, new))
            self._sent[stage], self._by_meaning[stage] = now, meant
            self._learnt[stage, reviewer] = _Learnt(layout, seq, told)
            plan = line.plan(map(now.items.__getitem__, best))
            with desk.lock:
                if desk.layout is layout:
                    line.adopt(plan, by_meaning=meant)
            if not meant:
                self._have_read(stage, now.items, layout)

    def _have_read(self, stage: Stage, items: tuple[str, ...], layout: Layout) -> None:
        """Have the texts of a stage read, if they are not being read and there are not too many."""
        folder = self._vectors
        if folder is None or self._asked.get(stage) == items or len(items) > MOST_READ:
            return
        from ranvier.embedding import sentence  # NumPy, only for who screens

        self._asked[stage] = items
        before = self._reading.pop(stage, None)
        if before is not None:
            before.close()
        texts = [
            sentence(title, abstract) for _, title, abstract in _texts(self._desk, layout, items)
        ]
        if self._when == "asked":
            read(texts, folder)
            self._was_read(stage, items)
        elif not self._closed:
            self._reading[stage] = Reading(texts, folder, lambda: self._was_read(stage, items))

    def _was_read(self, stage: Stage, items: tuple[str, ...]) -> None:
        """Have every queue of a stage ordered again, now that its texts are read."""
        self._arrived[stage] = items
        for (at, reviewer), line in self._desk.lines().items():
            if at == stage and line.ordered:
                self.want(stage, reviewer)

    def _take_what_was_read(self) -> None:
        """Forget what the queues of a stage were learnt from, where meanings have come since."""
        while self._arrived:
            stage, items = self._arrived.popitem()
            self._read[stage] = items
            self._learnt = {key: was for key, was in self._learnt.items() if key[0] != stage}


@dataclass(frozen=True, slots=True, eq=False)
class _Learnt:
    """What a queue's order was learnt from.

    Attributes
    ----------
    layout, seq : Layout, int
        When it was last looked at.
    moved : int
        How much of it was new then.
    """

    layout: Layout
    seq: int
    told: Mapping[str, bool]
    moved: int = 0

    @property
    def slack(self) -> float:
        """How much may be new before it is learnt again."""
        return SHARE * len(self.told)

    def holds(self, layout: Layout, seq: int) -> bool:
        """Say whether too little came since, for one event decides on one item."""
        return layout is self.layout and seq - self.seq + self.moved <= self.slack


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    """The items that what learns knows, in the order in which their texts were sent.

    Attributes
    ----------
    readers : mapping
        The items in line, in the order of the hash.
    whole : Items
        What the items are made of.
    records : mapping of str to tuple of str
        What each was made of when it was sent.
    """

    readers: Mapping[str, object]
    whole: Items
    items: tuple[str, ...]
    records: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, layout: Layout, stage: Stage, before: _Sent | None) -> _Sent:
        """Say what is to be known now; what was sent `before` is not sent again if it may stay."""
        readers, whole = layout.readers[stage], layout.items
        if before is not None and before.readers is readers and before.whole is whole:
            return before
        records = {item: whole.records_of(item) for item in readers}
        if before is not None:
            gone = sum(item not in records for item in before.items)
            same = all(before.records[i] == r for i, r in records.items() if i in before.records)
            if same and gone <= SHARE * len(before.items):
                new = tuple(item for item in records if item not in before.records)
                records = {**before.records, **records}
                return cls(readers, whole, before.items + new, records)
        return cls(readers, whole, tuple(records), records)

    def brings(self, before: _Sent | None) -> Literal["all", "more"] | None:
        """Say which texts are to be sent."""
        if before is None or self.items[: len(before.items)] != before.items:
            return "all"
        return "more" if len(self.items) > len(before.items) else None

    def line(self) -> bytes:
        """Return the place in line of each item, -1 where it has none."""
        place = {item: n for n, item in enumerate(self.readers)}
        return array("i", [place.get(item, -1) for item in self.items]).tobytes()


def _moved(before: Mapping[str, bool], now: Mapping[str, bool]) -> int:
    """Count what is new."""
    moved = sum(before.get(item) is not yes for item, yes in now.items())
    return moved + sum(item not in now for item in before)


def _told(desk: Desk, stage: Stage, view: View | None, items: Iterable[str]) -> dict[str, bool]:
    """Return what an order may be learnt from: all that a reviewer sees; or all there is."""
    given_out = desk.layout.readers.get(stage, {})
    found: dict[str, bool] = {}
    for item in items:
        given = desk.votes.on(stage, item) if view is None else view.seen(stage, item)
        if given and item in given_out:
            yes = _meant(given, None if view is None else view.viewer)
            if yes is not None:
                found[item] = yes
    return found


def _meant(given: Mapping[str, Cast], reviewer: str | None) -> bool | None:
    """Say whether an item is relevant: as resolved, as the reviewer says, or as the others do."""
    for voice in ("", reviewer):
        if voice is not None and voice in given:
            return _MEANS.get(given[voice].decision.verdict)
    said = {_MEANS.get(cast.decision.verdict) for cast in given.values()}
    return said.pop() if len(said) == 1 else (True in said or None)


def _texts(desk: Desk, layout: Layout, items: Iterable[str]) -> Iterator[ItemText]:
    """Yield what each item is ranked by: the title and abstract of its fullest record."""
    for item in items:
        records = [desk.shelf.record(id) for id in layout.items.records_of(item)]
        fullest = max(records, key=lambda r: (len(r.abstract or ""), len(r.title)))
        title = fullest.title or next((r.title for r in records if r.title), "")
        yield item, title, fullest.abstract or ""


def _words_of(protocol: Protocol | None) -> str | None:
    """Return the words of the review's questions."""
    if protocol is None:
        return None
    words = [protocol.title]
    for q in protocol.questions:
        words += [q.title, q.population, q.intervention, q.comparator]
    return " ".join(words)
