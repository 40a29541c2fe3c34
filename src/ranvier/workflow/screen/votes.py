"""Votes as they stand: every decision of the log, folded so that one more costs next to nothing.

The fold is that of :mod:`ranvier.core.fold`, kept for each decision by itself; here it is indexed
by what is asked all the time: who decided what, and what was decided on an item.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ranvier.core.event import Event
from ranvier.core.facts import Undone, Withdrawn, decode
from ranvier.core.protocol import Stage
from ranvier.core.screening import Decision, decision_key, keeping

__all__ = ["Cast", "Votes"]


@dataclass(frozen=True, slots=True)
class Cast:
    """A decision that stands, and the event that said so."""

    decision: Decision
    seq: int
    at: str
    client_id: str


@dataclass(slots=True)
class _History:
    """Everything that was said of one vote or one resolution.

    Attributes
    ----------
    said : list of (int, str, Cast or None)
        Event, its client id, and the decision it made; None if it withdrew what stood.
    undos : list of (int, str, str)
        Event, its client id, and that of the event it undoes.
    """

    said: list[tuple[int, str, Cast | None]] = field(
        default_factory=list[tuple[int, str, "Cast | None"]]
    )
    undos: list[tuple[int, str, str]] = field(default_factory=list[tuple[int, str, str]])

    def standing(self, *, until: int | None = None) -> Cast | None:
        """Fold it, up to an event: the last word that was not undone."""
        gone: set[str] = set()
        for seq, client_id, undone in reversed(self.undos):
            if client_id not in gone and (until is None or seq < until):
                gone.add(undone)
        for seq, client_id, cast in reversed(self.said):
            if client_id not in gone and (until is None or seq < until):
                return cast
        return None


class Votes:
    """All decisions, by item and by voice: a reviewer's id, or ``""`` for the resolution."""

    def __init__(self) -> None:
        self._item_of: Callable[[str], str | None] = lambda name: None
        self._histories: dict[tuple[Stage, str, str], _History] = {}
        self._by_key: dict[str, tuple[Stage, str, str]] = {}
        self._by_client: dict[str, tuple[Stage, str, str]] = {}
        self._names: dict[tuple[Stage, str], list[tuple[int, str, str]]] = {}
        self._by_item: dict[Stage, dict[str, dict[str, Cast]]] = defaultdict(dict)
        self._by_voice: dict[tuple[Stage, str], dict[str, Cast]] = defaultdict(dict)
        self._including: Counter[tuple[Stage, str]] = Counter()

    def take(self, event: Event) -> tuple[Stage, str] | None:
        """Count an event if it is on a decision; return the stage and item it moved."""
        if event.type == "decision.made":
            decision: Decision = decode(event.type, event.payload)
            voice = "" if decision.resolves else decision.reviewer
            place = (decision.stage, decision.item, voice)
            history = self._histories.get(place)
            if history is None:
                history = self._histories[place] = _History()
                self._by_key[decision_key(decision)] = place
                self._name(place, event.seq)
            cast = Cast(decision, event.seq, event.at, event.client_id)
            history.said.append((event.seq, event.client_id, cast))
        elif event.type == "thing.withdrawn":
            withdrawn: Withdrawn = decode(event.type, event.payload)
            place = self._by_key.get(withdrawn.id) if withdrawn.kind == "decision" else None
            if place is None:
                return None
            self._histories[place].said.append((event.seq, event.client_id, None))
        elif event.type == "event.undone":
            undone: Undone = decode(event.type, event.payload)
            place = self._by_client.get(undone.client_id)
            if place is None:
                return None
            self._histories[place].undos.append((event.seq, event.client_id, undone.client_id))
        else:
            return None
        self._by_client[event.client_id] = place
        item = self._item_of(place[1])
        if item is None:
            return None
        self._gather(place[0], item)
        return place[0], item

    def owns(self, event: Event) -> bool:
        """Say whether an event that was taken is on a decision."""
        return event.client_id in self._by_client

    def relate(self, item_of: Callable[[str], str | None]) -> None:
        """Index everything anew, because items came, or were joined or parted.

        Parameters
        ----------
        item_of : callable
            Names the item that a record or cluster, of now or of an earlier time, is today.
        """
        self._item_of = item_of
        self._names.clear()
        self._by_item.clear()
        self._by_voice.clear()
        self._including.clear()
        for place, history in self._histories.items():
            self._name(place, history.said[0][0])
        for stage, item in self._names:
            self._gather(stage, item)

    def on(self, stage: Stage, item: str) -> Mapping[str, Cast]:
        """Return what stands on an item, by voice."""
        return self._by_item[stage].get(item, _NOTHING)

    def at(self, stage: Stage) -> Mapping[str, Mapping[str, Cast]]:
        """Return what stands at a stage, by item and voice."""
        return self._by_item[stage]

    def of(self, stage: Stage, voice: str) -> Mapping[str, Cast]:
        """Return what stands of one voice at a stage, by item."""
        return self._by_voice.get((stage, voice), _NOTHING)

    def included_by(self, stage: Stage, voice: str) -> int:
        """Count the items that a voice includes."""
        return self._including[stage, voice]

    def voices(self, stage: Stage) -> list[str]:
        """Return all who ever decided at a stage, and ``""`` if anything was resolved."""
        return [voice for at, voice in self._by_voice if at == stage]

    def said(self, client_id: str) -> Cast | None:
        """Return the decision that an event made, whether it stands or not."""
        place = self._by_client.get(client_id)
        for _, said, cast in self._histories[place].said if place else ():
            if said == client_id:
                return cast
        return None

    def each(self, stage: Stage, item: str) -> Iterator[Cast]:
        """Yield every vote that stands on an item: several of one voice, if made on its records."""
        for _, name, voice in self._names.get((stage, item), ()):
            cast = self._histories[stage, name, voice].standing()
            if cast is not None:
                yield cast

    def begun(self, stage: Stage, item: str, voice: str) -> int:
        """Return the event by which a voice first decided on an item, whatever stands now."""
        return min(seq for seq, _, other in self._names[stage, item] if other == voice)

    def before(self, stage: Stage, item: str, voice: str, *, until: int) -> Cast | None:
        """Return a vote on an item as it stood before an event."""
        held: Cast | None = None
        for _, name, other in self._names.get((stage, item), ()):
            if other == voice:
                cast = self._histories[stage, name, voice].standing(until=until)
                held = _kept(held, cast)
        return held

    def _name(self, place: tuple[Stage, str, str], seq: int) -> None:
        """Note what a decision is on today."""
        stage, name, voice = place
        item = self._item_of(name)
        if item is not None:
            self._names.setdefault((stage, item), []).append((seq, name, voice))

    def _gather(self, stage: Stage, item: str) -> None:
        """Put together what stands on an item."""
        now: dict[str, Cast] = {}
        for _, name, voice in self._names[stage, item]:
            kept = _kept(now.get(voice), self._histories[stage, name, voice].standing())
            if kept is not None:
                now[voice] = kept
        for voice, cast in self._by_item[stage].get(item, _NOTHING).items():
            self._including[stage, voice] -= cast.decision.verdict == "include"
            if voice not in now:
                del self._by_voice[stage, voice][item]
        for voice, cast in now.items():
            self._including[stage, voice] += cast.decision.verdict == "include"
            self._by_voice[stage, voice][item] = cast
        if now:
            self._by_item[stage][item] = now
        else:
            self._by_item[stage].pop(item, None)


_NOTHING: Mapping[str, Cast] = {}


def _kept(one: Cast | None, other: Cast | None) -> Cast | None:
    """Choose between what one voice said on two records of one item."""
    if one is None or other is None:
        return one or other
    return other if keeping(one.decision, other.decision) is other.decision else one
