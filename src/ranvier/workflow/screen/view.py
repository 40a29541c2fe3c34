"""A view: the desk through the sight of one person.

Whatever is shown to somebody is asked of a view, which knows no vote that they may not see. What
the view answers equals what follows from the log without the hidden events; the tests hold one
against the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from ranvier.core.event import Event
from ranvier.core.flow import Flow, count_flow
from ranvier.core.protocol import Stage
from ranvier.core.review import Review, review_from
from ranvier.core.screening import Decision, ItemState, screening_state
from ranvier.core.sight import Sight, sight_of, visible
from ranvier.core.team import Act, Role, may, roles_of
from ranvier.errors import AccessError
from ranvier.workflow.known import read_records
from ranvier.workflow.screen.desk import Desk, Layout
from ranvier.workflow.screen.votes import Cast

__all__ = ["View"]


class View:
    """What one person sees of a review, at one moment; make it with the desk's lock held."""

    def __init__(self, desk: Desk, viewer: str) -> None:
        self.desk = desk
        self.viewer = viewer
        self.roles: tuple[Role, ...] = roles_of(viewer, desk.layout.review.team)
        if not self.roles:
            raise AccessError(
                f"{viewer!r} is not in the team of this review.",
                remedy="An owner can invite them.",
            )

    @property
    def layout(self) -> Layout:
        """What follows from all that is no decision."""
        return self.desk.layout

    @cached_property
    def sight(self) -> Sight:
        """What they may see."""
        return sight_of(self.viewer, self.roles, self.layout.shares)

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
        return tuple(s for s in ("title_abstract", "full_text") if s in held)

    def seen(self, stage: Stage, item: str) -> Mapping[str, Cast]:
        """Return what they may see of what stands on an item, by voice."""
        given = self.desk.votes.on(stage, item)
        if not given:
            return given
        shares, hides = self.layout.shares, self.sight.hides
        return {
            voice: cast
            for voice, cast in given.items()
            if not voice or not (hides(stage, voice, shares, item) or voice in self._removed)
        }

    def mine(self, stage: Stage) -> Mapping[str, Cast]:
        """Return their own votes at a stage, by item."""
        return self.desk.votes.of(stage, self.viewer)

    def state(self, stage: Stage, item: str) -> ItemState:
        """Fold what they see of an item into its state."""
        given = (cast.decision for cast in self.seen(stage, item).values())
        return screening_state(given, self.layout.rule(stage))

    def decisions(self, stage: Stage) -> dict[str, tuple[Decision, ...]]:
        """Return the decisions they see at a stage, by item."""
        found: dict[str, tuple[Decision, ...]] = {}
        for item in self.desk.votes.at(stage):
            seen = self.seen(stage, item)
            if seen:
                found[item] = tuple(cast.decision for cast in seen.values())
        return found

    def states(self, stage: Stage) -> dict[str, ItemState]:
        """Return the state, as they see it, of every item with a decision they see."""
        rule = self.layout.rule(stage)
        return {i: screening_state(given, rule) for i, given in self.decisions(stage).items()}

    def flow(self) -> Flow:
        """Count the PRISMA flow of what they see."""
        return count_flow(
            self.layout.review,
            kinds=self.layout.kinds,
            first=self.decisions("title_abstract"),
            second=self.decisions("full_text"),
        )

    def log(self) -> list[Event]:
        """Return the events they may see."""
        events = self.desk.store.events()
        return list(events) if self.sight.whole else visible(events, self.sight, self.layout.shares)

    def review(self) -> Review:
        """Fold what they may see into a review, with its records."""
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

    def blind(self, stage: Stage) -> bool:
        """Say whether something is hidden from them at a stage."""
        return stage in self.sight.blinded or not self.sight.sees_work

    def counts(self, stage: Stage) -> Counter[ItemState]:
        """Count the items given out at a stage by their state, as they see it."""
        given = self.layout.readers.get(stage, {})
        states = self.states(stage)
        found: Counter[ItemState] = Counter(states.get(item, "unscreened") for item in given)
        found.update(state for item, state in states.items() if item not in given)
        return found

    def unsettled(self, stage: Stage) -> Iterator[tuple[str, ItemState]]:
        """Yield the items on which they see that people disagree or could not decide."""
        alone = self.layout.rule(stage).rule == "single"
        for item, state in self.states(stage).items():
            if state == "conflict" or (state == "undecided" and not alone):
                yield item, state

    @cached_property
    def _removed(self) -> frozenset[str]:
        """Members whose votes count no more."""
        team = self.layout.review.team
        return frozenset(m.actor for m in team.values() if m.status == "removed")


_SAID: dict[Act, str] = {
    "read": "read it",
    "screen": "screen",
    "resolve": "resolve conflicts",
    "begin": "give out items",
    "open": "lift the blinding",
    "match": "decide on duplicates",
    "import": "import records",
    "team": "change the team",
    "extract": "extract",
    "analyse": "analyse",
    "export": "export",
    "protocol": "change the protocol",
}
