"""Ordering: what is likely to be relevant comes first, learnt off the path of any request.

A thread lets a process of its own compute the order of a queue, from what its reviewer decided and
what is resolved: whatever the reviewer may see, and nothing else, so the order tells them nothing
of the others. Meanwhile the queue stays as it was; nobody waits. Only where the protocol asks for
one order shared by all is it learnt from everybody's decisions.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from ranvier.core.protocol import Protocol, Stage
from ranvier.core.screening import Verdict
from ranvier.errors import StorageError
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.learning import Apart, Here, Learning, Task
from ranvier.workflow.screen.view import View
from ranvier.workflow.screen.votes import Cast

__all__ = ["MOST", "Ordering", "When"]

#: Items of a stage up to which an order is learnt: similarities take memory that grows with their
#: square. Beyond it the order stays that of the hash.
MOST = 20_000

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
    """

    def __init__(self, desk: Desk, when: When = "background") -> None:
        self._desk = desk
        self._when = when
        self._wanted: dict[tuple[Stage, str], None] = {}
        self._wake = threading.Condition()
        self._working = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._learning: Learning | None = None
        self._texts: dict[Stage, tuple[str, ...]] = {}
        self._told: dict[tuple[Stage, str | None], dict[str, bool]] = {}

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
            desk = self._desk
            with desk.lock:
                layout = desk.layout
                if not layout.readers.get(stage):  # nothing was given out, or no longer is
                    return
                who = None if layout.rule(stage).order == "shared" else reviewer
                told = _told(desk, stage, who)
                line = desk.line(stage, reviewer)
                unread = frozenset(item for item in told if line.waits(item))
                ordered = line.ordered
            # In the order of the hash, which equals keep.
            items = tuple(layout.readers.get(stage, ()))
            if not items or self._closed:
                return
            known = self._texts.get(stage) == items
            before = self._told.get((stage, who)) if known else None
            if ordered and before is not None and not _grown(before, told):
                return
            if self._learning is None:
                self._learning = Apart() if self._when == "background" else Here()
            task = Task(
                stage=stage,
                reviewer=who,
                told=told,
                again=tuple(unread),
                texts=None if known else tuple(_texts(desk, items)),
                query=_words_of(layout.review.protocol),
            )
            best = self._learning.order(task)
            self._texts[stage], self._told[stage, who] = items, told
            with desk.lock:
                if desk.layout is layout:
                    desk.line(stage, reviewer).reorder(best)


def _grown(before: Mapping[str, bool], now: Mapping[str, bool]) -> bool:
    """Say whether enough is new to learn again."""
    moved = sum(before.get(item) is not yes for item, yes in now.items())
    moved += sum(item not in now for item in before)
    return moved > SHARE * len(before)


def _told(desk: Desk, stage: Stage, reviewer: str | None) -> dict[str, bool]:
    """Return what an order may be learnt from: all that a reviewer sees; or all there is."""
    if reviewer is None:
        every = desk.votes.at(stage).items()
    else:
        view = View(desk, reviewer)
        seen = ((item, view.seen(stage, item)) for item in view.decided(stage))
        every = [(item, given) for item, given in seen if given]
    given_out = desk.layout.readers.get(stage, {})
    meant = ((item, _meant(given, reviewer)) for item, given in every if item in given_out)
    return {item: yes for item, yes in meant if yes is not None}


def _meant(given: Mapping[str, Cast], reviewer: str | None) -> bool | None:
    """Say whether an item is relevant: as resolved, as the reviewer says, or as the others do."""
    for voice in ("", reviewer):
        if voice is not None and voice in given:
            return _MEANS.get(given[voice].decision.verdict)
    said = {_MEANS.get(cast.decision.verdict) for cast in given.values()}
    return said.pop() if len(said) == 1 else (True in said or None)


def _texts(desk: Desk, items: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what each item is ranked by: the title and abstract of its fullest record."""
    for item in items:
        records = [desk.shelf.record(id) for id in desk.layout.items.records_of(item)]
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
