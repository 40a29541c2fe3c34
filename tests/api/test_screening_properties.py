"""Whatever a team does in whatever order: nothing is lost, all counts add up, the desk is right."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.seat import Seat
from ranvier.core.flow import flow_of
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.core.screening import NEEDED
from ranvier.errors import AccessError, InputError, NotFoundError, RuleError
from ranvier.workflow.load import load
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import View

TA, FT = "title_abstract", "full_text"
CHAIR = "person:chair"
PEOPLE = tuple(f"person:{name}" for name in ("anna", "ben", "cleo", "dan", "eva"))

who = st.sampled_from(PEOPLE)
stages = st.sampled_from([TA, TA, TA, FT])
verdicts = st.sampled_from(["include", "include", "exclude", "exclude", "maybe"])
number = st.integers(0, 1_000)


def table(wave: int, n: int) -> bytes:
    lines = [f"w{wave}r{i},Title {wave} {i},Abstract" for i in range(n)]
    return "\n".join(["id,title,abstract", *lines]).encode()


class Screening(RuleBasedStateMachine):
    """A team at work: the chair gives out, opens and settles, and reads nothing herself."""

    RULE = "two_independent"

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.waves = 0
        self.sent: list[tuple[str, str]] = []

    @initialize()
    def begin_review(self) -> None:
        rules = tuple(ScreeningRule(stage=stage, rule=self.RULE) for stage in (TA, FT))
        criteria = (Criterion(id="design", stage=FT, text="not randomised"),)
        protocol = Small().protocol(screening=rules, criteria=criteria)
        opened = [Small.opened, protocol]
        record(self.store, [Saying(payload=said, actor=CHAIR) for said in opened])
        self.desk, self.elsewhere = Desk(self.store), Desk(self.store)
        self.chair.team.put_member(CHAIR, ["owner", "adjudicator"])
        for person in PEOPLE[:3]:
            self.chair.team.put_member(person, ["reviewer"])
        self.bring(4)

    @property
    def chair(self) -> Seat:
        return Seat(self.desk, CHAIR)

    @rule()
    def another_server_looks(self) -> None:
        """Another process that serves the same review reads what came since it last looked."""
        with self.elsewhere.lock:
            self.elsewhere.catch_up()
        self.same(self.elsewhere)

    def teardown(self) -> None:
        if self.waves:
            self.another_server_looks()

    def seat(self, person: str) -> Seat | None:
        try:
            return Seat(self.desk, person)
        except AccessError:
            return None

    @rule(n=st.integers(1, 4))
    def bring(self, n: int) -> None:
        if self.waves < 4:
            self.waves += 1
            data = table(self.waves, n)
            self.chair.records.import_(
                data, f"{self.waves}.csv", source=f"S{self.waves}", kind="database"
            )

    @rule(a=number, b=number, same=st.booleans())
    def match(self, a: int, b: int, same: bool) -> None:
        records = list(self.desk.layout.items.place)
        with suppress(InputError):
            self.chair.records.match(records[a % len(records)], records[b % len(records)], same)

    @rule(stage=stages, pilot=st.booleans(), size=st.sampled_from([None, 1, 2]))
    def give_out(self, stage: str, pilot: bool, size: int | None) -> None:
        with suppress(InputError):
            self.chair.screening.begin(stage, kind="pilot" if pilot and size else "main", size=size)

    @rule(person=who, stage=stages, verdict=verdicts, n=number, m=st.integers(1, 4))
    def decide(self, person: str, stage: str, verdict: str, n: int, m: int) -> None:
        seat = self.seat(person)
        if seat is None:
            return
        for card in seat.screening.queue(stage, n=m):
            reasons = ["design"] if verdict == "exclude" and stage == FT else []
            name = f"d{len(self.sent)}"
            seat.screening.decide(stage, card.item, verdict, reasons=reasons, client_id=name)
            self.sent.append((person, name))

    @precondition(lambda self: self.sent)
    @rule(n=number, verdict=verdicts)
    def change_mind(self, n: int, verdict: str) -> None:
        person, name = self.sent[n % len(self.sent)]
        seat, cast = self.seat(person), self.desk.votes.said(name)
        if seat is None or cast is None:
            return
        reasons = ["design"] if verdict == "exclude" else []
        said = f"d{len(self.sent)}"
        with suppress(AccessError):  # it may be somebody else's by now
            seat.screening.decide(
                cast.decision.stage, cast.decision.item, verdict, reasons=reasons, client_id=said
            )
            self.sent.append((person, said))

    @precondition(lambda self: self.sent)
    @rule(n=number)
    def take_back(self, n: int) -> None:
        person, name = self.sent[n % len(self.sent)]
        seat = self.seat(person)
        if seat is not None:
            seat.screening.undo(name)

    @rule(stage=stages, n=number, verdict=st.sampled_from(["include", "exclude"]))
    def resolve(self, stage: str, n: int, verdict: str) -> None:
        found = self.chair.screening.conflicts(stage)
        if found:
            item = found[n % len(found)].item
            done = self.chair.screening.resolve(
                stage, item, verdict, reasons=["design"], client_id=f"d{len(self.sent)}"
            )
            self.sent.append((CHAIR, done.client_id))

    @rule(n=number)
    def open(self, n: int) -> None:
        mains = [a for a in self.desk.layout.shares.allotments.values() if a.within is None]
        if mains:
            self.chair.screening.open(mains[n % len(mains)].id)

    @rule()
    def read_on_and_open(self) -> None:
        """Everybody includes all that waits for them, and what was read is opened."""
        for stage in (TA, FT):
            self.give_out(stage, pilot=False, size=None)
            for person in PEOPLE:
                self.decide(person, stage, "include", 0, 50)
            for n in range(len(self.desk.layout.shares.allotments)):
                self.open(n)

    @rule(a=number, b=number, study=number, new=st.booleans())
    def gather(self, a: int, b: int, study: int, new: bool) -> None:
        """Put one or two reports together, or into a study there is."""
        items = sorted(self.desk.outcomes[FT].in_state("included"))
        if not items:
            return
        chosen = {items[a % len(items)], items[b % len(items)]}
        held = self.chair.studies.look().studies
        into = None if new or not held else held[study % len(held)].id
        with suppress(InputError, RuleError):  # not open to all yet, or no longer sought
            self.chair.studies.gather(sorted(chosen), study=into)

    @rule(n=number)
    def gather_the_rest(self, n: int) -> None:
        view = self.chair.studies.look()
        waiting = [one.item for one, _ in view.loose]
        self.chair.studies.gather_each(waiting[: n % 3])

    @rule(n=number, out=st.booleans())
    def take_out_or_undo(self, n: int, out: bool) -> None:
        view = self.chair.studies.look()
        held = [report.item for study in view.studies for report in study.reports]
        acts = [act.client_id for act in view.acts if act.undoable]
        if out and held:
            self.chair.studies.take_out(held[n % len(held)])
        elif acts:
            self.chair.studies.undo(acts[n % len(acts)])

    @rule(n=number, role=st.sampled_from(["included", "ongoing", "supporting"]))
    def describe(self, n: int, role: str) -> None:
        held = self.chair.studies.look().studies
        if held:
            self.chair.studies.describe(held[n % len(held)].id, role=role)

    @invariant()
    def every_included_report_is_in_one_place(self) -> None:
        """Studies and reports add up, whatever is decided, joined or parted meanwhile."""
        if not self.waves:
            return
        flow, view = self.chair.flow(), self.chair.studies.look()
        included = flow.reports_assessed - flow.reports_excluded
        assert included == view.included
        assert included == flow.new_reports + flow.ongoing_reports + flow.reports_ungathered
        assert flow.new_studies <= flow.new_reports or any(
            "Two studies" in w for w in flow.warnings
        )
        told = [report for study in view.studies for report in study.reports]
        assert all(study.reports for study in view.studies)
        waiting = [one.item for one, _ in view.loose]
        waiting += [one.item for s in view.suggestions for one in s.reports]
        assert len(waiting) == len(set(waiting))
        assert not {one.item for one in told} & set(waiting)
        counted = {one.item for one in told if one.stands == "included"}
        assert len(counted) + len(waiting) + view.waiting == included
        assert len({study.label.casefold() for study in view.studies}) == len(view.studies)
        standing = self.chair.studies.stands()
        assert (standing.left, standing.ungathered) == (len(view.left), view.ungathered)

    @rule(person=who)
    def join(self, person: str) -> None:
        self.chair.team.put_member(person, ["reviewer"])

    @rule(person=who, votes=st.sampled_from(["keep", "withdraw"]))
    def go(self, person: str, votes: str) -> None:
        with suppress(InputError, NotFoundError):  # nobody else to read, or not in the team
            self.chair.team.let_go(person, votes=votes)

    @invariant()
    def the_flow_adds_up(self) -> None:
        if not self.waves:
            return
        flow = self.chair.flow()
        found = flow.database_results + flow.register_results + flow.other_results
        assert found == len(self.desk.layout.items.place)
        assert found == flow.duplicates + flow.records_screened + flow.records_waiting
        assert flow.records_screened == flow.records_excluded + flow.reports_sought
        assert flow.reports_sought == (
            flow.reports_not_retrieved + flow.reports_assessed + flow.reports_waiting
        )
        included = flow.reports_assessed - flow.reports_excluded
        assert min(dict_values(flow)) >= 0
        assert included >= 0
        assert sum(flow.records_excluded_reasons.values()) == flow.records_excluded
        assert sum(flow.reports_excluded_reasons.values()) == flow.reports_excluded
        assert flow == flow_of(load(self.store))

    @invariant()
    def no_item_is_lost_and_each_has_its_readers(self) -> None:
        if not self.waves:
            return
        with self.desk.lock:
            view = View(self.desk, CHAIR)
            active = {m.actor for m in view.layout.review.team.values() if m.status == "active"}
            items = list(view.layout.items)
            held = [r for item in items for r in view.layout.items.records_of(item)]
            assert sorted(held) == sorted(view.layout.items.place)
            for stage in (TA, FT):
                readers = view.layout.readers.get(stage, {})
                assert set(readers) <= set(items)
                in_line = {person: set(self.all_in_line(stage, person)) for person in active}
                unsettled = {item for item, _ in view.unsettled(stage)}
                for item, team in readers.items():
                    state = view.state(stage, item)
                    assert (state in ("conflict", "undecided")) == (item in unsettled)
                    if state not in ("unscreened", "waiting"):
                        continue
                    voted = set(view.seen(stage, item))
                    waiting = {p for p in team if p in active and item in in_line[p]}
                    assert len(voted | waiting) >= NEEDED[self.RULE], (item, team, voted)

    def all_in_line(self, stage: str, person: str) -> list[str]:
        line = self.desk.line(stage, person)
        return line.next(1_000)

    @invariant()
    def the_desk_is_what_the_log_says(self) -> None:
        if not self.waves:
            return
        fresh = Desk(self.store)
        with fresh.lock:
            fresh.catch_up()
        self.same(fresh)

    def same(self, other: Desk) -> None:
        for stage in (TA, FT):
            assert self.desk.votes.at(stage) == other.votes.at(stage)
            assert self.desk.outcomes[stage].by_item == other.outcomes[stage].by_item
            readers = self.desk.layout.readers.get(stage, {})
            assert readers == other.layout.readers.get(stage, {})
            shares = other.layout.shares
            for item, team in readers.items():
                assert team == shares.readers(stage, item)
                for state in ("included", "excluded", "conflict", "waiting"):
                    home = shares.home_of(stage, item)
                    mine, theirs = (d.outcomes[stage] for d in (self.desk, other))
                    assert mine.count(home, state) == theirs.count(home, state)
                    assert mine.in_state(state) == theirs.in_state(state)
            team = self.chair.screening.progress(stage).team
            states = Counter(o.state for o in other.outcomes[stage].by_item.values())
            states["unscreened"] = sum(i not in other.outcomes[stage].by_item for i in readers)
            assert team.states == dict(+states)
            for one in team.reviewers:
                own = other.votes.of(stage, one.reviewer).values()
                said = (len(own), sum(c.decision.verdict == "include" for c in own))
                assert (one.decided, one.included) == said
            for person in PEOPLE:
                assert self.all_in_line(stage, person) == other.line(stage, person).next(1_000)


def dict_values(flow: object) -> list[int]:
    return [v for name in flow.__slots__ if isinstance(v := getattr(flow, name), int)]


class Gathering(Screening):
    """The same team, once the first reports are included on the full text."""

    @initialize()
    def begin_review(self) -> None:
        Screening.begin_review(self)
        self.read_on_and_open()


Gathering.TestCase.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
TestGathering = Gathering.TestCase

Screening.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestScreening = Screening.TestCase


@pytest.mark.nightly
def test_long_histories():
    from hypothesis.stateful import run_state_machine_as_test

    longer = settings(max_examples=200, stateful_step_count=60, deadline=None)
    run_state_machine_as_test(Screening, settings=longer)
