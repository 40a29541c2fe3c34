"""A view: the desk through the sight of one person.

Whatever is shown to somebody is asked of a view, which knows no vote that they may not see. What
the view answers equals what follows from the log without the hidden events; the tests hold one
against the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

from ranvier.core.event import Event
from ranvier.core.flow import Outcome, outcome
from ranvier.core.protocol import Stage
from ranvier.core.review import Review, review_from
from ranvier.core.screening import NEEDED, ItemState, screening_state
from ranvier.core.sight import Sight, sight_of, visible
from ranvier.core.team import Act, Role, may, roles_of
from ranvier.errors import AccessError
from ranvier.workflow.known import read_records
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.votes import Cast

__all__ = ["View", "looking"]


class View:
    """What one person sees of a review, at one moment; make it with the desk's lock held."""

    def __init__(self, desk: Desk, viewer: str) -> None:
        self.desk = desk
        self.viewer = viewer
        self.seq = desk.seq
        self.layout = desk.layout
        self.roles: tuple[Role, ...] = roles_of(viewer, desk.layout.review.team)
        if not self.roles:
            raise AccessError(
                f"{viewer!r} is not in the team of this review.",
                remedy="An owner can invite them.",
            )

    @cached_property
    def sight(self) -> Sight:
        """What they may see."""
        protocol = self.layout.review.protocol
        rules = protocol.screening if protocol else ()
        checked: list[Stage] = [rule.stage for rule in rules if rule.rule == "one_and_machine"]
        return sight_of(self.viewer, self.roles, self.layout.shares, machine_checked=checked)

    def must(self, act: Act) -> None:
        """Raise if their roles do not allow something."""
        if not may(self.roles, act):
            raise AccessError(
                f"{self.viewer!r} may not {_SAID[act]}: their role is {', '.join(self.roles)}.",
                remedy="Ask an owner of the review to do it, or for the role.",
            )

    def stages(self) -> tuple[Stage, ...]:
        """Return the stages of the protocol, in order."""
        protocol = self.layout.review.protocol
        held = {rule.stage for rule in protocol.screening} if protocol else set[Stage]()
        return tuple(stage for stage in _STAGES if stage in held)

    def seen(self, stage: Stage, item: str) -> Mapping[str, Cast]:
        """Return what they may see of what stands on an item, by voice."""
        given = self.desk.votes.on(stage, item)
        if not given:
            return given
        shares, hides = self.layout.shares, self.sight.hides
        return {
            voice: cast
            for voice, cast in given.items()
            if not voice or not (hides(stage, voice, shares, item) or voice in self.layout.removed)
        }

    def decided(self, stage: Stage) -> set[str]:
        """Return the items on which they may see a decision, and perhaps a few more."""
        if self.sees_all(stage):
            return set(self.desk.votes.at(stage))
        return {*self.mine(stage), *self._decided_by_others(stage)}

    def _decided_by_others(self, stage: Stage) -> set[str]:
        """Return the items on which they may see more than their own vote."""
        votes, found = self.desk.votes, set[str]()
        for voice in votes.voices(stage):
            if not voice or voice.startswith("dataset:"):
                found |= votes.of(stage, voice).keys()
        found |= self.layout.open_items(stage) & votes.at(stage).keys()
        if stage not in self.sight.blinded:  # what was never given out was never blinded
            given = self.layout.shares.home.get(stage, {})
            found |= votes.at(stage).keys() - given.keys()
        return found

    def mine(self, stage: Stage) -> Mapping[str, Cast]:
        """Return their own votes at a stage, by item."""
        return self.desk.votes.of(stage, self.viewer)

    def state(self, stage: Stage, item: str) -> ItemState:
        """Fold what they see of an item into its state."""
        given = (cast.decision for cast in self.seen(stage, item).values())
        return screening_state(given, self.layout.rule(stage))

    def outcomes(self, stage: Stage) -> Mapping[str, Outcome]:
        """Return what came, as they see it, of every item with a decision they see."""
        kept = self.desk.outcomes[stage]
        if self.sees_all(stage):
            return kept.by_item
        rule, found = self.layout.rule(stage), dict[str, Outcome]()
        for item in self.decided(stage):
            given = tuple(cast.decision for cast in self.seen(stage, item).values())
            if given:
                found[item] = outcome(given, rule)
        return found

    def items_in(self, stage: Stage, state: ItemState) -> Set[str]:
        """Return the items they see in a state."""
        if self.sees_all(stage):
            return self.desk.outcomes[stage].in_state(state)
        rule = self.layout.rule(stage)
        # One's own vote alone settles nothing where two are asked for.
        some = self.decided(stage) if NEEDED[rule.rule] == 1 else self._decided_by_others(stage)
        return {item for item in some if self.state(stage, item) == state}

    def sees_all(self, stage: Stage) -> bool:
        """Say whether no vote at a stage is hidden from them."""
        return stage not in self.sight.blinded and self.sight.sees_work

    def boxes(self) -> tuple[Mapping[str, Outcome], Mapping[str, Outcome]]:
        """Return what the PRISMA flow is counted from: outcomes at both stages, copied."""
        held = self.desk.outcomes
        first, second = (
            dict(self.outcomes(stage)) if stage in held else dict[str, Outcome]()
            for stage in _STAGES
        )
        return first, second

    def log(self) -> list[Event]:
        """Return the events they may see; the desk's lock need not be held."""
        events: list[Event] = []
        for event in self.desk.store.events():
            if event.seq > self.seq:
                break
            events.append(event)
        return events if self.sight.whole else visible(events, self.sight, self.layout.shares)

    def review(self) -> Review:
        """Fold what they may see into a review, with its records; the lock need not be held."""
        events = self.log()
        actors = self.desk.store.actors()
        if not self.sight.whole:
            team = self.layout.review.team
            acting = {e.actor for e in events} | {e.on_behalf_of for e in events} | set(team)
            actors = {id: actor for id, actor in actors.items() if id in acting}
        review = review_from(events, actors=actors)
        records = {
            record.id: record if record.kind else replace(record, kind=run.kind)
            for imported in review.imports.values()
            for run in [review.searches[imported.search_run]]
            for record in read_records(self.desk.store, imported)
        }
        return replace(review, records=records)

    def counts(self, stage: Stage) -> Counter[ItemState]:
        """Count the items of a stage, given out or decided on, by their state as they see it."""
        if self.sees_all(stage):
            kept = self.desk.outcomes[stage]
            found = kept.states()
            found["unscreened"] = len(self.layout.readers.get(stage, {})) - kept.given_out
            return +found
        states = self.outcomes(stage)
        found = Counter[ItemState](o.state for o in states.values())
        given = self.layout.readers.get(stage, {})
        found["unscreened"] = sum(item not in states for item in given)
        return +found

    def unsettled(self, stage: Stage) -> Iterator[tuple[str, ItemState]]:
        """Yield the items on which they see that people disagree or could not decide."""
        alone = self.layout.rule(stage).rule == "single"
        for state in ("conflict", "undecided"):
            if state == "conflict" or not alone:
                for item in self.items_in(stage, state):
                    yield item, state


@contextmanager
def looking(desk: Desk, viewer: str) -> Generator[View]:
    """Look at the review as it stands, while nobody changes it.

    Raises
    ------
    AccessError
        If the review has a team and they are not in it.
    """
    with desk.lock:
        desk.catch_up()
        yield View(desk, viewer)


_STAGES: tuple[Stage, Stage] = ("title_abstract", "full_text")

_SAID: dict[Act, str] = {
    "read": "read it",
    "screen": "screen",
    "resolve": "resolve conflicts",
    "begin": "give out items",
    "open": "lift the blinding",
    "match": "decide on duplicates",
    "gather": "gather reports into studies",
    "import": "import records",
    "team": "change the team",
    "extract": "extract",
    "analyse": "analyse",
    "export": "export",
    "protocol": "change the protocol",
}
