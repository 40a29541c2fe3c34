"""A demonstration of screening by a team: simulated reviewers, and work left for whoever asks.

Records and labels are those of the example that comes with Ranvier. The votes are drawn: a
simulated reviewer gives the label of the example, or errs at a rate that is stated. That all this
is simulated stands in the first fact of the log, so that every page, document and copy says it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from ranvier.api.review import OpenReview
from ranvier.api.seat import Seat
from ranvier.bootstrap import cache_folder, create_store, open_store, shipped_review
from ranvier.core.facts import ReviewOpened
from ranvier.core.protocol import Protocol, ScreeningRule, Stage
from ranvier.core.review import Actor, Review
from ranvier.core.screening import Decision, Verdict, keeping
from ranvier.workflow.collect import import_records
from ranvier.workflow.load import load
from ranvier.workflow.record import Saying

__all__ = ["Demonstration", "Simulated", "demonstrate_screening"]

#: The example whose records and labels are used.
EXAMPLE = "mmn"

#: What every page says.
SIMULATED = (
    "The reviewers named Simulated do not exist: their votes were drawn from the labels of an "
    "example, with errors. Nothing here is evidence."
)

#: Given out to simulated reviewers alone, and opened; the others are read with a person.
OPENED = 120

#: Of the reports included there, how many are given out at full text.
AT_FULL_TEXT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A simulated reviewer, and how it errs.

    Attributes
    ----------
    misses : float
        Share of what the example includes that it excludes.
    lets_pass : float
        Share of what the example excludes that it includes.
    unsure : float
        Share of all on which it says maybe.
    """

    actor: str
    name: str
    misses: float
    lets_pass: float
    unsure: float


REVIEWERS = (
    Simulated(
        actor="machine:simulated-reviewer-1",
        name="Simulated reviewer 1",
        misses=0.05,
        lets_pass=0.08,
        unsure=0.03,
    ),
    Simulated(
        actor="machine:simulated-reviewer-2",
        name="Simulated reviewer 2",
        misses=0.12,
        lets_pass=0.05,
        unsure=0.03,
    ),
)

#: Settles every other conflict as the example has it; the rest waits for a person.
ADJUDICATOR = Simulated(
    actor="machine:simulated-adjudicator",
    name="Simulated adjudicator",
    misses=0,
    lets_pass=0,
    unsure=0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What was made.

    Attributes
    ----------
    simulated : str
        What in it is simulated, as every page says it.
    votes : int
        Of simulated reviewers.
    settled, conflicts : int
        Conflicts that the simulated adjudicator settled, and those that wait for a person.
    waiting : dict of str to int
        By stage, the items that wait for whoever asked for it.
    """

    records: int
    simulated: str
    votes: int
    settled: int
    conflicts: int
    waiting: dict[Stage, int]


def demonstrate_screening(place: str | Path, *, actor: str, seed: int = 1) -> Demonstration:
    """Make a review that simulated reviewers have begun to screen.

    Parameters
    ----------
    place : str or Path
        A folder that holds no review yet, or a ``postgresql://`` address.
    actor : str
        Actor id of whoever asks: the owner, a reviewer and an adjudicator. No decision is made in
        their name.
    seed : int
        The same seed gives the same votes.

    Raises
    ------
    InputError
        If there is a review already.
    """
    with closing(open_store(shipped_review(EXAMPLE), mode="read")) as shipped:
        example = load(shipped)
        files = [
            (held, example.searches[held.search_run], shipped.blob(held.file_sha256))
            for held in example.imports.values()
        ]
    opened = ReviewOpened(
        id="screening-demonstration",
        title=f"Simulated demonstration of screening: {example.opened.title}",
        summary="How a team screens, shown with reviewers who do not exist.",
        simulated=SIMULATED,
    )
    store = create_store(place, review_id=opened.id)
    with OpenReview(store, cache=cache_folder(place), place=place) as review:
        review.record(Saying(payload=p, actor=actor) for p in (opened, _protocol(example, seed)))
        for held, run, data in files:
            import_records(store, run, held.filename, data, actor=actor)
        for one in (*REVIEWERS, ADJUDICATOR):
            review.name_actor(Actor(id=one.actor, kind="machine", name=one.name))
        owner = review.seat(actor)
        owner.records.deduplicate()
        owner.team.put_member(actor, ["owner", "reviewer", "adjudicator"])
        for one in REVIEWERS:
            owner.team.put_member(one.actor, ["reviewer"], name=one.name)
        owner.team.put_member(ADJUDICATOR.actor, ["adjudicator"], name=ADJUDICATOR.name)
        draw = _Draw(example, review.state, seed)
        settled = _screen(review, owner, draw)
        waiting: dict[Stage, int] = {view.stage: view.left for view in owner.screening.stages()}
        conflicts = sum(len(owner.screening.conflicts(stage, limit=1_000)) for stage in waiting)
        votes = sum(not d.resolves for d in review.state.decisions.values())
    return Demonstration(
        records=len(example.records),
        simulated=SIMULATED,
        votes=votes,
        settled=settled,
        conflicts=conflicts,
        waiting=waiting,
    )


def _screen(review: OpenReview, owner: Seat, draw: _Draw) -> int:
    """Give out, vote, open and settle; return how many conflicts were settled."""
    alone = [one.actor for one in REVIEWERS]
    beside = REVIEWERS[0]
    first = owner.screening.begin("title_abstract", reviewers=alone, size=OPENED)
    for one in REVIEWERS:
        _vote(review.seat(one.actor), one, "title_abstract", draw)
    owner.screening.open(first.id)
    adjudicator = review.seat(ADJUDICATOR.actor)
    found = adjudicator.screening.conflicts("title_abstract", limit=OPENED)[::2]
    for conflict in found:
        verdict, reasons = draw.label("title_abstract", conflict.item)
        adjudicator.screening.resolve(
            "title_abstract", conflict.item, verdict, reasons=reasons, note="Simulated.",
            how="third",
        )  # fmt: skip
    left: dict[Stage, int | None] = {"full_text": AT_FULL_TEXT, "title_abstract": None}
    for stage, size in left.items():
        owner.screening.begin(stage, reviewers=[owner.actor, beside.actor], size=size)
        _vote(review.seat(beside.actor), beside, stage, draw)
    return len(found)


def _vote(seat: Seat, one: Simulated, stage: Stage, draw: _Draw) -> None:
    """Have a simulated reviewer vote on all that is given to it."""
    for card in seat.screening.queue(stage, n=1_000):
        verdict, reasons = draw.vote(one, stage, card.item)
        seat.screening.decide(stage, card.item, verdict, reasons=reasons, tags=("simulated",))


class _Draw:
    """What the example says of an item, and what a reviewer who errs makes of it."""

    def __init__(self, example: Review, made: Review, seed: int) -> None:
        self._seed = seed
        self._labels: dict[tuple[Stage, str], Decision] = {}
        for said in example.decisions.values():
            key = said.stage, made.item_of(said.item)
            held = self._labels.get(key)
            self._labels[key] = said if held is None else keeping(held, said)
        self._criteria: Mapping[Stage, list[str]] = {
            stage: [c.id for c in made.protocol.criteria if c.stage == stage]
            for stage in get_args(Stage)
            if made.protocol is not None
        }

    def label(self, stage: Stage, item: str) -> tuple[Verdict, tuple[str, ...]]:
        """Return the example's own label; what it has excluded before has no later one."""
        said = self._labels.get((stage, item))
        return (said.verdict, said.reasons) if said else ("exclude", self._reason(stage, item))

    def vote(self, one: Simulated, stage: Stage, item: str) -> tuple[Verdict, tuple[str, ...]]:
        """Draw a vote: the label, or an error."""
        verdict, reasons = self.label(stage, item)
        drawn = self._random(one.actor, stage, item).random()
        if drawn < one.unsure:
            return "maybe", ()
        errs = drawn < one.unsure + (one.misses if verdict == "include" else one.lets_pass)
        if not errs:
            return verdict, reasons
        return ("exclude", self._reason(stage, item)) if verdict == "include" else ("include", ())

    def _reason(self, stage: Stage, item: str) -> tuple[str, ...]:
        """Draw a reason for an exclusion that the example does not have."""
        return (self._random("reason", stage, item).choice(self._criteria[stage]),)

    def _random(self, *told: str) -> random.Random:
        """Draw by what is decided, not by its turn: the order of a queue changes no vote."""
        return random.Random("/".join((str(self._seed), *told)))


def _protocol(example: Review, seed: int) -> Protocol:
    """Take the questions and criteria of the example, for a team of two independent reviewers."""
    assert example.protocol is not None
    held = example.protocol
    return Protocol(
        title=f"Simulated demonstration of screening: {held.title}",
        background=f"A demonstration, with reviewers who are simulated. {held.background}",
        questions=tuple(replace(question, outcomes=()) for question in held.questions),
        outcomes=(),
        comparisons=(),
        analyses=(),
        criteria=held.criteria,
        screening=tuple(
            ScreeningRule(
                stage=rule.stage,
                rule="two_independent",
                conflicts="third",
                note=_rates(seed),
            )
            for rule in held.screening
        ),
        search_plan=held.search_plan,
    )


def _rates(seed: int) -> str:
    """Say how the votes were drawn."""
    rates = "; ".join(
        f"{one.name} excludes {one.misses:.0%} of what the example includes, includes "
        f"{one.lets_pass:.0%} of what it excludes, and says maybe on {one.unsure:.0%}"
        for one in REVIEWERS
    )
    return (
        f"Votes of simulated reviewers are the example's labels with errors: {rates}. Seed {seed}."
    )
