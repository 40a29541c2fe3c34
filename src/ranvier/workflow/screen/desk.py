"""The desk: the live state of one open review, brought up to date from the end of its log.

Loading a review reads everything; a team that decides some hundred times a second cannot wait for
that. So the desk keeps who was given what and what they decided, and reads only the events that
came since, whoever wrote them. It holds nothing of its own: thrown away, it is made anew.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ranvier.core.event import Event
from ranvier.core.protocol import ScreeningRule, Stage
from ranvier.core.record import RecordKind
from ranvier.core.review import Review, review_from
from ranvier.core.shares import Items, Shares, shares_of
from ranvier.errors import NotFoundError
from ranvier.workflow.ports import Store
from ranvier.workflow.screen.handing_out import all_readers, by_reader, shuffled
from ranvier.workflow.screen.line import Line
from ranvier.workflow.screen.shelf import Shelf
from ranvier.workflow.screen.votes import Votes

__all__ = ["Desk"]

#: Events that change neither what there is to screen, nor who screens it.
_APART = frozenset({
    "row.extracted", "conflict.noted", "bias.judged", "analysis.recorded", "certainty.judged",
    "finding.stated", "text.written", "published.noted", "version.published", "source.described",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
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
    kinds : mapping of str to int
        Records by side of the PRISMA flow.
    """

    review: Review
    items: Items
    shares: Shares
    readers: Mapping[Stage, Mapping[str, tuple[str, ...]]]
    given: Mapping[tuple[Stage, str], list[str]]
    kinds: Counter[RecordKind | None] = field(default_factory=Counter["RecordKind | None"])

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
        self.lock = threading.RLock()
        self.shelf = Shelf(store, cache)
        self.votes = Votes()
        self.seq = 0
        self._facts: list[Event] = []
        self._lines: dict[tuple[Stage, str], Line] = {}
        self.layout = self._lay_out()

    def catch_up(self) -> None:
        """Read what came since; call it with the lock held."""
        if self.store.head()[0] == self.seq:
            return
        stale = False
        for event in self.store.events(after=self.seq):
            self.seq = event.seq
            moved = self.votes.take(event)
            if moved is not None:
                self._turn(*moved)
            if not self.votes.owns(event):
                self._facts.append(event)
                stale = stale or event.type not in _APART
        if stale:
            self.layout = self._lay_out()
            self._lines.clear()

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

    def _turn(self, stage: Stage, item: str) -> None:
        """Bring the queues up to date with what stands on an item."""
        given = self.votes.on(stage, item)
        for reviewer in self.layout.readers.get(stage, {}).get(item, ()):
            line = self._lines.get((stage, reviewer))
            if line is None:
                continue
            if reviewer in given or "" in given:
                line.take(item)
            else:
                line.put_back(item)

    def _lay_out(self) -> Layout:
        """Find out what there is to screen and who screens it."""
        review = review_from(self._facts, actors=self.store.actors())
        imports = {id: self.shelf.put(imported) for id, imported in review.imports.items()}
        items = Items.of(imports, review.clusters)
        shares = shares_of(items, review.allotments.values(), review.openings.values())
        readers: dict[Stage, dict[str, tuple[str, ...]]] = {}
        given: dict[tuple[Stage, str], list[str]] = {}
        for stage in shares.home:
            readers[stage] = all_readers(shares, stage)
            ordered = {i: readers[stage][i] for i in shuffled(readers[stage], shares, stage)}
            given |= {(stage, who): mine for who, mine in by_reader(ordered).items()}
        kinds: Counter[RecordKind | None] = Counter()
        for id, imported in review.imports.items():
            kinds += self.shelf.kinds(id, review.searches[imported.search_run].kind)
        self.votes.relate(items.item_of)
        return Layout(review, items, shares, readers, given, kinds)
