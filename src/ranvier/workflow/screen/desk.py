"""The desk: the live state of one open review, brought up to date from the end of its log.

Loading a review reads everything; a team that decides some hundred times a second cannot wait for
that. So the desk keeps who was given what and what they decided, and reads only the events that
came since, whoever wrote them. It holds nothing of its own: thrown away, it is made anew.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ranvier.core.allotment import Allotment
from ranvier.core.event import Event
from ranvier.core.protocol import ScreeningRule, Stage
from ranvier.core.record import RecordKind
from ranvier.core.review import Review, review_from
from ranvier.core.screening import Decision
from ranvier.core.shares import Items, Shares, shares_of
from ranvier.errors import NotFoundError
from ranvier.workflow.ports import Store
from ranvier.workflow.screen.handing_out import all_readers, by_reader, shuffled
from ranvier.workflow.screen.line import Line
from ranvier.workflow.screen.outcomes import Outcomes
from ranvier.workflow.screen.shelf import Shelf
from ranvier.workflow.screen.votes import Cast, Votes

__all__ = ["Desk", "Layout"]

#: Items looked at while the lock is held, and how long it is let go in between, in seconds.
AT_ONCE, PAUSE = 500, 0.0002

#: Events that change neither what there is to screen, nor who screens it.
_APART = frozenset({
    "row.extracted", "conflict.noted", "bias.judged", "analysis.recorded", "certainty.judged",
    "finding.stated", "text.written", "published.noted", "version.published", "source.described",
})  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """What follows from all that is no decision.

    Attributes
    ----------
    review : Review
        Without decisions and without records.
    readers : mapping of Stage to mapping of str to tuple of str
        By stage, who is to decide each item.
    given : mapping of (Stage, str) to list of str
        By stage and reviewer, their items in the order of the hash.
    opened_at : mapping of str to int
        By allotment, the event that opened it.
    kinds : mapping of str to int
        Records by side of the PRISMA flow.
    """

    review: Review
    items: Items
    shares: Shares
    readers: Mapping[Stage, Mapping[str, tuple[str, ...]]]
    given: Mapping[tuple[Stage, str], list[str]]
    opened_at: Mapping[str, int] = field(default_factory=dict[str, int])
    kinds: Counter[RecordKind | None] = field(default_factory=Counter["RecordKind | None"])
    _open: dict[Stage, frozenset[str]] = field(default_factory=dict[Stage, frozenset[str]])
    _inherited: dict[str, int] = field(default_factory=dict[str, int], repr=False)

    @cached_property
    def removed(self) -> frozenset[str]:
        """Members whose votes count no more."""
        team = self.review.team
        return frozenset(m.actor for m in team.values() if m.status == "removed")

    def inherited(self, allotment: Allotment) -> int:
        """Count the items that came again with an allotment's imports and belong to another."""
        known = self._inherited.get(allotment.id)
        if known is None:
            home = self.shares.home.get(allotment.stage, {})
            again = {
                self.items.homes[record]
                for imported in allotment.imports
                for record in self.items.imports.get(imported, ())
                if record in self.items.homes
            }
            known = self._inherited[allotment.id] = sum(
                home.get(item) != allotment.id for item in again
            )
        return known

    def open_items(self, stage: Stage) -> frozenset[str]:
        """Return the items of the allotments that are opened."""
        known = self._open.get(stage)
        if known is None:
            opened, home = self.shares.opened, self.shares.home.get(stage, {})
            known = self._open[stage] = frozenset(i for i, a in home.items() if a in opened)
        return known

    def rule(self, stage: Stage) -> ScreeningRule:
        """Return the protocol's rule for a stage.

        Raises
        ------
        NotFoundError
            If it has none.
        """
        protocol = self.review.protocol
        for rule in protocol.screening if protocol else ():
            if rule.stage == stage:
                return rule
        raise NotFoundError(
            f"the protocol has no screening rule for stage {stage!r}.",
            remedy="Agree on a protocol that has one.",
        )


class Desk:
    """The live state of a review; any number of threads may use it, holding its lock.

    Parameters
    ----------
    store : Store
    cache : Path or None
        Folder for what can be made anew.
    """

    def __init__(self, store: Store, *, cache: Path | None = None) -> None:
        self.store = store
        self.cache = cache
        self.lock = threading.RLock()
        self.shelf = Shelf(store, cache)
        self.votes = Votes()
        self.seq = 0
        self._facts: list[Event] = []
        self._lines: dict[tuple[Stage, str], Line] = {}
        self.outcomes: dict[Stage, Outcomes] = {}
        self._removed: frozenset[str] = frozenset()
        self.layout = self._lay_out(None)

    def catch_up(self) -> None:
        """Read what came since; call it with the lock held."""
        if self.store.head()[0] == self.seq:
            return
        self._take(self.store.events(after=self.seq))

    def hear(self, events: Sequence[Event]) -> None:
        """Take events that were just appended; what others appended before is read first."""
        with self.lock:
            new = [event for event in events if event.seq > self.seq]
            if new and new[0].seq == self.seq + 1:
                self._take(new)
            elif new:
                self.catch_up()

    def _take(self, events: Iterable[Event]) -> None:
        """Bring everything up to date with events that follow."""
        stale = False
        for event in events:
            self.seq = event.seq
            moved = self.votes.take(event)  # what is on no decision moves nothing
            if moved is not None:
                self._turn(*moved)
            if not self.votes.owns(event):
                self._facts.append(event)
                stale = stale or event.type not in _APART
        if stale:
            self.layout = self._lay_out(self.layout)

    def in_turns(
        self, layout: Layout, items: Sequence[str], look: Callable[[Sequence[str]], None]
    ) -> bool:
        """Look at items a few at a time, the lock held for each lot, so that nobody waits for long.

        Call it without the lock. What is looked at may change from one lot to the next, but not
        what there is to screen and who sees what of it: if that did, it ends and returns False.
        """
        for begin in range(0, len(items), AT_ONCE):
            with self.lock:
                if self.layout is not layout:
                    return False
                look(items[begin : begin + AT_ONCE])
            # A lock that is asked for again at once is had again: whoever waits is let go first.
            time.sleep(PAUSE)
        return True

    def line(self, stage: Stage, reviewer: str) -> Line:
        """Return the queue of a reviewer at a stage."""
        line = self._lines.get((stage, reviewer))
        if line is None:
            line = Line(self.layout.given.get((stage, reviewer), ()))
            for item in self.votes.of(stage, reviewer):
                line.take(item)
            for item in self.votes.of(stage, ""):
                line.take(item)
            self._lines[stage, reviewer] = line
        return line

    def lines(self) -> dict[tuple[Stage, str], Line]:
        """Return the queues that somebody asked for, by stage and reviewer."""
        with self.lock:
            return dict(self._lines)

    def _turn(self, stage: Stage, item: str) -> None:
        """Bring the queues up to date with what stands on an item."""
        given = self.votes.on(stage, item)
        if stage in self.outcomes:
            self.outcomes[stage].move(item, self._counting(given))
        for reviewer in self.layout.readers.get(stage, {}).get(item, ()):
            line = self._lines.get((stage, reviewer))
            if line is None:
                continue
            if reviewer in given or "" in given:
                line.take(item)
            else:
                line.put_back(item)

    def _lay_out(self, before: Layout | None) -> Layout:
        """Find out what there is to screen and who screens it; what did not change is kept."""
        review = review_from(self._facts, actors=self.store.actors())
        same = (
            before is not None
            and review.imports.keys() == before.review.imports.keys()
            and review.clusters == before.review.clusters
        )
        if before is not None and same:
            items, kinds = before.items, before.kinds
        else:
            imports = {id: self.shelf.put(imported) for id, imported in review.imports.items()}
            items, kinds = Items.of(imports, review.clusters), Counter[RecordKind | None]()
            for id, imported in review.imports.items():
                kinds += self.shelf.kinds(id, review.searches[imported.search_run].kind)
            self.votes.relate(items.item_of)
        if before is not None and same and review.allotments == before.review.allotments:
            shares = before.shares.opened_by(review.openings.values())
            readers, given = before.readers, before.given
        else:
            shares = shares_of(items, review.allotments.values(), review.openings.values())
            readers, given = _handed_out(shares)
            self._lines.clear()
        opened_at = {id: review.event_of("opening", id).seq for id in review.openings}
        layout = Layout(review, items, shares, readers, given, opened_at, kinds)
        if (
            before is None
            or shares.home is not before.shares.home
            or _rules(before) != _rules(layout)
        ):
            self._fold(layout)
        return layout

    def _fold(self, layout: Layout) -> None:
        """Fold what stands on every item."""
        self._removed = layout.removed
        self.outcomes = {}
        for rule in layout.review.protocol.screening if layout.review.protocol else ():
            home = layout.shares.home.get(rule.stage, {})
            self.outcomes[rule.stage] = Outcomes(rule, home.get)
            for item, given in self.votes.at(rule.stage).items():
                self.outcomes[rule.stage].move(item, self._counting(given))

    def _counting(self, given: Mapping[str, Cast]) -> Iterator[Decision]:
        """Yield the decisions that count: not those of members who were removed."""
        return (cast.decision for voice, cast in given.items() if voice not in self._removed)


def _rules(layout: Layout) -> tuple[object, ...]:
    """Return what the state of an item depends on besides its decisions."""
    protocol = layout.review.protocol
    return layout.removed, protocol.screening if protocol else ()


def _handed_out(
    shares: Shares,
) -> tuple[dict[Stage, dict[str, tuple[str, ...]]], dict[tuple[Stage, str], list[str]]]:
    """Return who reads what, and what each reads."""
    readers: dict[Stage, dict[str, tuple[str, ...]]] = {}
    given: dict[tuple[Stage, str], list[str]] = {}
    for stage in shares.home:
        found = all_readers(shares, stage)
        readers[stage] = {item: found[item] for item in shuffled(found, shares, stage)}
        given |= {(stage, who): mine for who, mine in by_reader(readers[stage]).items()}
    return readers, given
