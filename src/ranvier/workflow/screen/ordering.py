"""Ordering: what is likely to be relevant comes first, learnt off the path of any request.

A queue is put in order by a thread of its own, from what its reviewer decided and what is
resolved: whatever the reviewer may see, and nothing else, so the order tells them nothing of the
others. While it computes, the queue stays as it was; nobody waits. Only where the protocol asks
for one order shared by all is it learnt from everybody's decisions.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ranvier.core.protocol import Protocol, Stage
from ranvier.core.screening import Verdict
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.handing_out import shuffled
from ranvier.workflow.screen.view import View
from ranvier.workflow.screen.votes import Cast

if TYPE_CHECKING:
    from ranvier.ranking import Ranker, Text

__all__ = ["MOST", "Ordering", "When"]

#: Items of a stage up to which an order is learnt: similarities take memory that grows with their
#: square. Beyond it the order stays that of the hash.
MOST = 20_000

#: An order is learnt anew when so large a share of what it rests on is new.
SHARE = 0.02

When = Literal["background", "asked", "never"]

_MEANS: dict[Verdict, bool] = {"include": True, "exclude": False, "not_retrieved": False}


@dataclass(slots=True)
class _Learnt:
    """One ranker that was told some decisions."""

    ranker: Ranker
    told: dict[str, bool]


class Ordering:
    """Keeps the queues of a desk in order.

    Parameters
    ----------
    desk : Desk
    when : {"background", "asked", "never"}
        By a thread of its own; only when :meth:`settle` is called; or not at all.
    """

    def __init__(self, desk: Desk, when: When = "background") -> None:
        self._desk = desk
        self._when = when
        self._wanted: dict[tuple[Stage, str], None] = {}
        self._wake = threading.Condition()
        self._working = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._fresh: dict[Stage, tuple[tuple[str, ...], Ranker]] = {}
        self._learnt: dict[tuple[Stage, str | None], _Learnt] = {}

    def want(self, stage: Stage, reviewer: str) -> None:
        """Ask that a queue be put in order, some time soon."""
        if self._when == "never":
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
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        """Put one queue after the other in order, until it is closed."""
        while (wanted := self._next(wait=True)) is not None:
            self._order(*wanted)

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
            with self._desk.lock:
                layout = self._desk.layout
                shared = layout.rule(stage).order == "shared"
                told = _told(self._desk, stage, None if shared else reviewer)
                items = tuple(layout.readers.get(stage, ()))
                before = self._learnt.get((stage, None if shared else reviewer))
                ranker = self._ranker_before(stage, items)
                line = self._desk.line(stage, reviewer)
                unread = frozenset(item for item in told if line.waits(item))
                current = (
                    before is not None
                    and ranker is not None
                    and (before.ranker.ids is ranker.ids and line.ordered)
                )
                if before is not None and current and not _grown(before.told, told):
                    return
                names = shuffled(items, layout.shares, stage) if ranker is None else []
            if not items or len(items) > MOST:
                return
            if ranker is None:
                ranker = self._made(stage, items, names, layout.review.protocol)
                before = None
            if before is None or before.ranker.ids is not ranker.ids:
                before = _Learnt(ranker.afresh(), {})
                self._learnt[stage, None if shared else reviewer] = before
            best = before.ranker.order(told, again=unread).ids
            before.told = told
            with self._desk.lock:
                if self._desk.layout is layout:
                    self._desk.line(stage, reviewer).reorder(best)

    def _ranker_before(self, stage: Stage, items: tuple[str, ...]) -> Ranker | None:
        """Return the ranker of these items, if it was made."""
        held = self._fresh.get(stage)
        return held[1] if held is not None and held[0] == items else None

    def _made(
        self, stage: Stage, items: tuple[str, ...], names: list[str], protocol: Protocol | None
    ) -> Ranker:
        """Turn the texts of a stage into numbers; equals stay in the order of the hash."""
        from ranvier.ranking import Ranker  # SciPy, only for who screens

        ranker = Ranker.of(_texts(self._desk, names), query=_words_of(protocol))
        self._fresh[stage] = items, ranker
        return ranker


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


def _texts(desk: Desk, items: list[str]) -> Iterator[Text]:
    """Yield what each item is ranked by: the title and abstract of its fullest record."""
    from ranvier.ranking import Text

    for item in items:
        records = [desk.shelf.record(id) for id in desk.layout.items.records_of(item)]
        fullest = max(records, key=lambda r: (len(r.abstract or ""), len(r.title)))
        title = fullest.title or next((r.title for r in records if r.title), "")
        yield Text(item, title, fullest.abstract or "")


def _words_of(protocol: Protocol | None) -> str | None:
    """Return the words of the review's questions."""
    if protocol is None:
        return None
    words = [protocol.title]
    for q in protocol.questions:
        words += [q.title, q.population, q.intervention, q.comparator]
    return " ".join(words)
