"""While somebody is blinded, nothing they can reach differs by what the others decided.

Two reviews are made that differ in nothing but the decisions of one reviewer; then everything
that a seat can be asked, and do, is asked and done at both by another reviewer, and the answers
are compared byte by byte. What a seat can be asked is found by looking at the seat, so that a
method which is added later, and not sorted in here, fails the first test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any, get_type_hints

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import Phase, given, settings
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.records import Records
from ranvier.api.screening import Screening
from ranvier.api.seat import Seat
from ranvier.api.studies import Studies
from ranvier.api.team import Team
from ranvier.core.allotment import Allotment, Opening
from ranvier.core.duplicates import Match
from ranvier.core.event import Draft
from ranvier.core.facts import Undone, Withdrawn, encode, fact_of
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.core.screening import Decision
from ranvier.core.team import Member
from ranvier.errors import InputError, RanvierError
from ranvier.workflow.collect import import_records
from ranvier.workflow.ports import Store
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.ordering import Ordering

TA, FT = "title_abstract", "full_text"
ANNA, BEN, CLEO, DAN = "person:anna", "person:ben", "person:cleo", "person:dan"
RECORDS = tuple(f"r{n}" for n in range(8))
LATER = tuple(f"s{n}" for n in range(3))
STAGES = (TA, FT)

#: What a seat can be asked.
READS: dict[str, Callable[[Seat], Any]] = {
    "actor": lambda s: s.actor,
    "member": lambda s: s.member,
    "roles": lambda s: s.roles,
    "may": lambda s: [s.may(act) for act in ("read", "screen", "resolve", "team")],
    "blinded": lambda s: [s.blinded(stage) for stage in STAGES],
    "simulated": lambda s: s.simulated,
    "protocol": lambda s: s.protocol,
    "screening.stages": lambda s: s.screening.stages(),
    "screening.queue": lambda s: [
        s.screening.queue(stage, n=20, after=("r1",)) for stage in STAGES
    ],
    "screening.card": lambda s: [
        s.screening.card(stage, item) for stage in STAGES for item in (*RECORDS, *LATER)
    ],
    "screening.mine": lambda s: [s.screening.mine(stage) for stage in STAGES],
    "screening.conflicts": lambda s: [s.screening.conflicts(stage) for stage in STAGES],
    "screening.progress": lambda s: [s.screening.progress(stage) for stage in STAGES],
    "screening.stopping": lambda s: [s.screening.stopping(stage) for stage in STAGES],
    "screening.agreement": lambda s: [s.screening.agreement(stage) for stage in STAGES],
    "flow": lambda s: s.flow(),
    "review": lambda s: shown(s.review()),
    "document": lambda s: s.document(),
    "log": lambda s: s.log(limit=1_000),
    "records.export": lambda s: [
        s.records.export("csv", which, stage=stage)
        for which in ("all", "included", "excluded", "waiting", "conflict")
        for stage in STAGES
    ],
    "team.members": lambda s: s.team.members(),
    "records.searches": lambda s: s.records.searches(),
    "title": lambda s: s.title,
    "language": lambda s: s.language,
    "records.imports": lambda s: s.records.imports(),
    "records.uncompared": lambda s: s.records.uncompared(),
    "records.duplicates_waiting": lambda s: s.records.duplicates_waiting(),
    "records.last_match": lambda s: s.records.last_match(),
    "records.doubts": lambda s: [s.records.doubts(), s.records.doubts(1, skip=1)],
    "records.preview_import": lambda s: s.records.preview_import(b"id,title\nq1,Q", "q.csv"),
    "studies.look": lambda s: s.studies.look(),
    "studies.stands": lambda s: s.studies.stands(),
}

#: Another protocol than the reviews begin with.
STRICT = tuple(ScreeningRule(stage=stage, rule="two_independent", reasons="required")
               for stage in STAGES)  # fmt: skip
AMENDED = (ScreeningRule(stage="title_abstract", rule="single"),)

#: What one can do at a seat; the answer, or the refusal, is compared, and all of the above after.
ACTS: dict[str, Callable[[Seat], Any]] = {
    "screening.decide": lambda s: [
        attempt(lambda i=i: s.screening.decide(TA, i, "include", client_id=f"a-{i}"))
        for i in RECORDS
    ],
    "screening.undo": lambda s: [
        attempt(lambda n=n: s.screening.undo(n)) for n in ("anna-0", "ben-0", "nothing")
    ],
    "screening.resolve": lambda s: [
        attempt(lambda i=i, h=h: s.screening.resolve(TA, i, "exclude", how=h, client_id=f"re-{i}"))
        for i in RECORDS
        for h in (None, "third", "discussion")
    ],
    "screening.begin": lambda s: [
        attempt(lambda t=t: s.screening.begin(t, client_id=f"begin-{t}")) for t in STAGES
    ],
    "team.put_member": lambda s: [
        attempt(lambda p=p, r=r: s.team.put_member(p, [r]))
        for p in (ANNA, BEN, "person:eva")
        for r in ("reader", "reviewer")
    ],
    "team.let_go": lambda s: attempt(lambda: s.team.let_go(BEN)),
    "records.match": lambda s: attempt(
        lambda: s.records.match("r2", "r3", same=True, client_id="m")
    ),
    "records.undo_match": lambda s: [
        attempt(lambda n=n: s.records.undo_match(n)) for n in ("m", "ben-0")
    ],
    "records.deduplicate": lambda s: attempt(s.records.deduplicate),
    "screening.end": lambda s: [
        attempt(lambda t=t: s.screening.end(t, client_id=f"end-{t}")) for t in STAGES
    ],
    "screening.put_protocol": lambda s: [
        attempt(lambda why=why: s.screening.put_protocol(criteria=(), rules=AMENDED, reason=why))
        for why in (None, "asked for")
    ]
    + [
        attempt(
            lambda held=s.protocol.criteria: s.screening.put_protocol(
                criteria=held, rules=STRICT, reason="so"
            )
        )
    ],
    "records.import_": lambda s: attempt(
        lambda: s.records.import_(b"id,title\nq1,Q", "q.csv", source="Q", kind="other").new
    ),
    "studies.gather": lambda s: [
        attempt(lambda i=i: s.studies.gather([i], client_id=f"gather-{i}"))
        for i in (*RECORDS, *LATER)
    ] + [attempt(lambda: s.studies.gather(["r1", "r7"], label="Both", client_id="both"))],
    "studies.gather_each": lambda s: [
        attempt(lambda i=i: s.studies.gather_each([i], client_id=f"each-{i}")) for i in RECORDS
    ],
    "studies.describe": lambda s: attempt(
        lambda: s.studies.describe("title-r7", label="Seven", role="ongoing", client_id="name")
    ),
    "studies.take_out": lambda s: [
        attempt(lambda i=i: s.studies.take_out(i, client_id=f"out-{i}")) for i in RECORDS
    ],
    "studies.undo": lambda s: [
        attempt(lambda n=n: s.studies.undo(n)) for n in ("out-r7", "gather-r1", "ben-0")
    ],
}  # fmt: skip

#: What lifts the blinding, which is what it is for.
LIFTS = {"screening.open"}


def attempt(act: Callable[[], Any]) -> Any:
    """What an act answers, or how it is refused."""
    try:
        return act()
    except RanvierError as error:
        return type(error).__name__, str(error)


def shown(review: Any) -> Any:
    """Everything in a review."""
    things = [(str(thing), held) for thing, held in review.things.items()]
    return things, list(review.events.values()), list(review.records.values()), review.actors


def written(answer: Any) -> bytes:
    """An answer as bytes; the moment at which an act was done differs, and names nothing."""
    text = msgspec.json.encode(answer, enc_hook=str, order="deterministic")
    text = re.sub(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"<now>", text)
    return re.sub(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", b"<id>", text)


def doors(kind: type, within: str = "") -> set[str]:
    """Everything that can be asked of a seat, and of its rooms, by the path that leads to it.

    A room is what a property of the package `ranvier.api` gives: it is gone into, however deep.
    """
    found: set[str] = set()
    for name in (name for name in dir(kind) if not name.startswith("_")):
        held = getattr(kind, name)
        given = get_type_hints(held.fget).get("return") if isinstance(held, property) else None
        if isinstance(given, type) and given.__module__.startswith(
            Seat.__module__.rpartition(".")[0]
        ):
            found |= doors(given, f"{within}{name}.")
        else:
            found.add(within + name)
    return found


def test_everything_a_seat_can_do_is_sorted_in_here():
    assert doors(Seat) | {"actor"} == READS.keys() | ACTS.keys() | LIFTS
    # What an instance holds beside them is nobody's to ask.
    seat = Seat(made([[]] * 5, [[]] * 5, (ANNA, BEN)), ANNA)
    held = {
        name
        for room in (seat, seat.screening, seat.team, seat.records, seat.studies)
        for name in vars(room)
    }
    assert {name for name in held if not name.startswith("_")} == {"actor"}


def test_a_leak_in_any_room_is_found(monkeypatch):
    """A method added to a room is missed above, and what it gives away differs below."""
    acts = [[], [("vote", TA, "r1", "include")], [], [], []]
    quiet: list[Any] = [[] for _ in range(5)]
    for room in (Screening, Team, Records, Studies):
        with monkeypatch.context() as added:
            added.setattr(room, "spill", lambda self: len(self._desk.votes.at(TA)), raising=False)
            (leak,) = doors(Seat) - READS.keys() - ACTS.keys() - LIFTS
            assert leak == f"{room.__name__.lower()}.spill"
            first, second = (
                written(attrgetter(leak)(Seat(made(quiet, secret, (ANNA, BEN)), ANNA))())
                for secret in (acts, quiet)
            )
            assert first != second


class Made:
    """A review put together draft by draft, so that two can differ in some of them only."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or MemoryStore()
        rules = (
            ScreeningRule(stage=TA, rule="two_independent"),
            ScreeningRule(stage=FT, rule="two_and_adjudicator"),
        )
        criteria = (
            Criterion(id="people", stage=TA, text="other people"),
            Criterion(id="design", stage=FT, text="not randomised"),
        )
        self.say("opened", Small.opened)
        self.say("protocol", Small().protocol(screening=rules, criteria=criteria))
        for person, roles in (
            (CLEO, ("owner", "adjudicator")),
            (ANNA, ("owner", "reviewer", "adjudicator")),
            (BEN, ("reviewer",)),
            (DAN, ("reviewer",)),
        ):
            self.say(f"join-{person}", Member(actor=person, roles=roles))
        self.bring("one", RECORDS)

    def say(self, client_id: str, payload: Any, actor: str = CLEO) -> None:
        draft = Draft(
            type=fact_of(payload).type,
            payload=encode(payload),
            actor=actor,
            at="2026-01-31T12:00:00Z",
            client_id=client_id,
        )
        self.store.append([draft])

    def bring(self, name: str, records: tuple[str, ...]) -> None:
        data = "\n".join(["id,title,abstract", *(f"{r},Title {r},Words" for r in records)])
        from ranvier.core.search import SearchRun

        run = SearchRun(id=name, source=name, kind="database", date="2026-01-31")
        import_records(
            self.store, run, f"{name}.csv", data.encode(), actor=CLEO, at="2026-01-31T12:00:00Z",
            import_id=name, client_id=f"import-{name}",
        )  # fmt: skip


verdict = st.sampled_from(["include", "exclude", "maybe"])
on = st.sampled_from([*RECORDS, *LATER, "dup:r0"])

#: What Ben does: vote, change his mind, take back, be withdrawn; anywhere, as often as he likes.
hidden_act = st.one_of(
    st.tuples(st.just("vote"), st.sampled_from(STAGES), on, verdict),
    st.tuples(st.just("undo"), st.integers(0, 30), st.none(), st.none()),
    st.tuples(st.just("withdraw"), st.sampled_from(STAGES), on, st.none()),
)
hidden = st.lists(st.lists(hidden_act, max_size=6), min_size=5, max_size=5)

#: What everybody else does, the same in both.
open_act = st.one_of(
    st.tuples(st.just(ANNA), st.sampled_from(STAGES), on, verdict),
    st.tuples(st.just("resolve"), st.sampled_from(STAGES), on, verdict),
    st.tuples(st.just("same"), on, on, st.none()),
    st.tuples(st.just("different"), on, on, st.none()),
    st.tuples(st.just("anna undoes"), st.integers(0, 5), st.none(), st.none()),
)
told = st.lists(st.lists(open_act, max_size=5), min_size=5, max_size=5)


def made(
    open_acts: list[Any],
    hidden_acts: list[Any],
    readers: tuple[str, ...],
    store: Store | None = None,
) -> Desk:
    """A review in which both take turns, with a later wave and a full-text stage."""
    m, said = Made(store), {"ben": 0, "anna": 0, "other": 0}

    def name(who: str) -> str:
        said[who] += 1
        return f"{who}-{said[who] - 1}"

    for turn, (shared, secret) in enumerate(zip(open_acts, hidden_acts, strict=True)):
        if turn == 0:
            m.say("pilot", Allotment(id="p", stage=TA, reviewers=(ANNA, BEN), votes=2,
                                     items=("r6", "r7"), kind="pilot"))  # fmt: skip
            pilot = Decision(item="r6", stage=TA, reviewer=BEN, verdict="include")
            m.say("ben-pilot", pilot, BEN)
            m.say("open", Opening(allotment="p"))
            m.say("main", Allotment(id="m", stage=TA, reviewers=readers, votes=2, imports=("one",)))
        if turn == 2:
            m.bring("two", LATER)
            m.say("wave", Allotment(id="w", stage=TA, reviewers=readers, votes=2, imports=("two",)))
        if turn == 3:
            # One full text was read and opened before: what came of it may be gathered.
            for item in ("r6", "r7"):
                kept = Decision(
                    item=item, stage=TA, reviewer=CLEO, verdict="include", resolves=True
                )
                m.say(f"kept-{item}", kept)
            m.say("first", Allotment(id="fp", stage=FT, reviewers=(ANNA, BEN), votes=2,
                                     items=("r7",), kind="pilot"))  # fmt: skip
            for who in (ANNA, BEN):
                both = Decision(item="r7", stage=FT, reviewer=who, verdict="include")
                m.say(f"full-{who}", both, who)
            m.say("open-full", Opening(allotment="fp"))
            m.say("full", Allotment(id="f", stage=FT, reviewers=readers, votes=2,
                                    items=("r1", "r2", "r3")))  # fmt: skip
        for kind, a, b, c in shared:
            if kind == ANNA:
                m.say(name("anna"), Decision(item=b, stage=a, reviewer=ANNA, verdict=c), ANNA)
            elif kind == "resolve":
                settled = Decision(item=b, stage=a, reviewer=CLEO, verdict=c, resolves=True)
                m.say(name("other"), settled)
            elif kind in ("same", "different"):
                a, b = a.removeprefix("dup:"), b.removeprefix("dup:")
                early = turn < 2 and {a, b} & set(LATER)
                if a != b and not early:
                    m.say(name("other"), Match(a=a, b=b, verdict=kind))
            elif a < said["anna"]:
                m.say(name("other"), Undone(client_id=f"anna-{a}"), ANNA)
        for kind, a, b, c in secret:
            if kind == "vote" and b not in ("r6", "r7"):  # the pilot is open: he decides it once
                m.say(name("ben"), Decision(item=b, stage=a, reviewer=BEN, verdict=c), BEN)
            elif kind == "undo" and a < said["ben"]:
                m.say(name("ben"), Undone(client_id=f"ben-{a}"), BEN)
            elif kind == "withdraw" and b not in ("r6", "r7"):
                m.say(name("ben"), Withdrawn(kind="decision", id=f"{a}/{b}/{BEN}"))
    return Desk(m.store)


def apart_from_the_pilot(acts: list[Any]) -> list[Any]:
    """A merge with a record of the open pilot would open what it joins: legitimately seen."""
    return [[act for act in turn if not {"r6", "r7"} & set(act)] for turn in acts]


#: A history is slow to shrink: what fails is printed as it was drawn.
DRAWN = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=30, deadline=None, phases=DRAWN)
@given(told, hidden, hidden, st.sampled_from([(ANNA, BEN), (ANNA, BEN, DAN)]))
def test_a_blinded_reviewer_gets_identical_bytes(shared, one, other, readers):
    shared = apart_from_the_pilot(shared)
    seats = [Seat(made(shared, secret, readers), ANNA) for secret in (one, other)]
    for name, ask in READS.items():
        first, second = (written(ask(seat)) for seat in seats)
        assert first == second, name
    for name, act in ACTS.items():
        first, second = (written(act(seat)) for seat in seats)
        assert first == second, name
    for name, ask in READS.items():
        first, second = (written(ask(seat)) for seat in seats)
        assert first == second, f"{name}, after acting"


@settings(max_examples=15, deadline=None, phases=DRAWN)
@given(told, hidden, hidden)
def test_an_order_that_was_learnt_is_the_same_to_the_byte(shared, one, other):
    shared, answers = apart_from_the_pilot(shared), list[bytes]()
    for secret in (one, other):
        desk = made(shared, secret, (ANNA, BEN))
        ordering = Ordering(desk, "asked")
        for who in (BEN, ANNA):
            Seat(desk, who, ordering=ordering).screening.queue(TA, n=1)
        ordering.settle()
        answers.append(written(Seat(desk, ANNA).screening.queue(TA, n=20)))
    assert answers[0] == answers[1]


@settings(max_examples=15, deadline=None, phases=DRAWN)
@given(told, hidden)
def test_what_the_desk_shows_follows_from_the_events_that_may_be_seen(shared, secret):
    """The quick way, through the desk, gives what the slow way through the log does."""
    from ranvier.core.flow import flow_of

    seat = Seat(made(shared, secret, (ANNA, BEN, DAN)), ANNA)
    assert seat.flow() == flow_of(seat.review())


def test_what_is_open_can_be_gathered_and_what_is_not_waits():
    """The acts above do something: a study is made of the full text that was opened."""
    both = [("vote", FT, "r1", "include")]
    shared: list[Any] = [[], [(ANNA, TA, "r1", "include")], [], [], [(ANNA, FT, "r1", "include")]]
    settled = [[], [("resolve", TA, "r1", "include")], [], [], []]
    desk = made([a + b for a, b in zip(shared, settled, strict=True)],
                [[], [], [], [], both], (ANNA, BEN))  # fmt: skip
    anna, cleo = Seat(desk, ANNA), Seat(desk, CLEO)
    # Cleo sees that both included r1; Anna, who reads there, must not learn it from a study.
    assert (cleo.studies.stands().included, cleo.studies.stands().waiting) == (2, 1)
    assert (anna.studies.stands().included, anna.studies.stands().waiting) == (1, 0)
    with pytest.raises(InputError, match="may know yet"):
        cleo.studies.gather(["r1"])
    with pytest.raises(InputError, match="not among the reports"):
        anna.studies.gather(["r1"])
    assert anna.studies.gather(["r7"]).labels == ("Title r7",)
    cleo.screening.open("f")
    assert cleo.studies.gather(["r1"]).labels == ("Title r1",)
    assert [s.label for s in anna.studies.look().studies] == ["Title r1", "Title r7"]


def test_the_other_side_does_see_the_difference():
    """The two reviews do differ, for whoever may see it: the test above could fail."""
    acts = [[], [("vote", TA, "r1", "include")], [], [], []]
    quiet = [[] for _ in range(5)]
    answers = [
        written(Seat(made(quiet, secret, (ANNA, BEN)), CLEO).screening.progress(TA))
        for secret in (acts, quiet)
    ]
    assert answers[0] != answers[1]


@pytest.mark.parametrize("role", ["reader", "extractor", "reviewer"])
def test_who_has_no_need_sees_nothing_that_is_not_opened(role):
    acts = [[], [("vote", TA, "r1", "include")], [], [], []]
    quiet = [[] for _ in range(5)]
    seats: list[Seat] = []
    for secret in (acts, quiet):
        desk = made(quiet, secret, (ANNA, BEN))
        Seat(desk, CLEO).team.put_member("person:ron", [role])
        seats.append(Seat(desk, "person:ron"))
    for name, ask in READS.items():
        first, second = (written(attempt(lambda s=s, a=ask: a(s))) for s in seats)
        assert first == second, name
