"""Deduplicating a review: one event, undone as one; people outrank it; updates touch the new."""

from __future__ import annotations

import pytest

from ranvier.core.flow import flow_of
from ranvier.core.protocol import ScreeningRule
from ranvier.core.screening import Decision
from ranvier.core.search import SearchRun
from ranvier.errors import RuleError
from ranvier.workflow.collect import import_records
from ranvier.workflow.deduplicate import MACHINE, deduplicate, match, source_overlap
from ranvier.workflow.doubts import doubts
from ranvier.workflow.load import load
from ranvier.workflow.record import Saying, record
from ranvier.workflow.undo import undo

HEADER = "id,title,authors,year,journal,volume,pages"
IVIG = "Intravenous immunoglobulin therapy in multifocal motor neuropathy: a double-blind study"
PLEX = "Plasma exchange in chronic inflammatory polyneuropathy: an observational cohort of 40"


def row(id: str, title: str = IVIG, *, pages: str = "145-153", journal: str = "Brain") -> str:
    return f'{id},"{title}","Leger, JM; Chassande, B",2001,{journal},124,{pages}'


def search(id: str, source: str) -> SearchRun:
    return SearchRun(id=id, source=source, kind="database", date="2026-01-31")


def add(store, source: str, *rows: str) -> None:
    data = "\n".join((HEADER, *rows)).encode()
    import_records(store, search(source.lower(), source), f"{source}.csv", data, actor="person:a")


def run(store, **more):
    return deduplicate(store, actor="person:anna", **more)


@pytest.fixture
def two(store):
    """Two sources with one report in common, and one each."""
    add(store, "MEDLINE", row("m1"), row("m2", PLEX, pages="1-9"))
    add(store, "Embase", row("e1", pages="145-53"), row("e2", "Cyclophosphamide for vasculitis"))
    return store


def test_one_event_of_a_machine_merges_and_says_why(two):
    found = run(two)
    assert (found.fresh, found.merged, found.records, found.reports) == (4, 1, 4, 3)
    event = two.log[-1]
    assert (event.type, event.actor, event.on_behalf_of) == (
        "records.deduplicated",
        MACHINE,
        "person:anna",
    )
    review = load(two)
    assert review.clusters == {"dup:e1": ("e1", "m1")}
    (done,) = review.deduplications.values()
    assert "pages same (+" in done.merges[0].why
    assert done.settings["merge_at"] == 5.0


def test_doing_it_again_changes_nothing(two):
    run(two)
    head = two.head()
    again = run(two)
    assert (again.event, again.fresh, again.reports) == (None, 0, 3)
    assert two.head() == head


def test_the_same_file_again_changes_nothing(two):
    run(two)
    head = two.head()
    add(two, "MEDLINE", row("m1"), row("m2", PLEX, pages="1-9"))
    assert run(two).event is None
    assert two.head() == head


def test_an_update_compares_what_is_new_and_keeps_the_rest(two, tmp_path):
    run(two, cache=tmp_path / "cache")
    add(two, "CENTRAL", row("c1"), row("c2", "Rituximab for neuropathy with antibodies to MAG"))
    found = run(two, cache=tmp_path / "cache")
    assert (found.fresh, found.merged, found.reports) == (2, 1, 4)
    review = load(two)
    assert review.clusters == {"dup:c1": ("c1", "e1", "m1")}
    assert [len(d.merges) for d in review.deduplications.values()] == [1, 1]


def test_undoing_it_parts_them_and_it_can_be_done_anew(two, tmp_path):
    event = run(two, cache=tmp_path).event
    undo(two, event, actor="person:anna", reason="wrong settings")
    assert load(two).clusters == {}
    assert run(two, cache=tmp_path).merged == 1
    assert load(two).clusters == {"dup:e1": ("e1", "m1")}


def test_a_person_outranks_the_machine_for_ever(two):
    run(two)
    parted = match(two, "m1", "e1", "different", actor="person:anna", reason="two trials")
    assert load(two).clusters == {}
    add(two, "CENTRAL", row("c1"))
    run(two)
    clusters = load(two).clusters
    assert not [c for c in clusters.values() if {"m1", "e1"} <= set(c)]
    match(two, "m2", "e2", "same", actor="person:anna")
    assert ("e2", "m2") in load(two).clusters.values()
    undo(two, parted.seq, actor="person:anna", reason="they are one")
    assert any({"m1", "e1"} <= set(c) for c in load(two).clusters.values())


def test_later_decisions_supersede_earlier_ones(two):
    match(two, "m1", "e1", "different", actor="person:anna")
    match(two, "e1", "m1", "same", actor="person:ben")
    assert load(two).clusters == {"dup:e1": ("e1", "m1")}


@pytest.mark.parametrize(
    ("pair", "words"), [(("m1", "nobody"), "no record 'nobody'"), (("m1", "m1"), "same as itself")]
)
def test_a_decision_on_what_is_not_there_is_refused(two, pair, words):
    with pytest.raises(RuleError, match=words):
        match(two, *pair, "same", actor="person:anna")


def test_decisions_that_contradict_each_other_are_refused(two):
    match(two, "m1", "e1", "same", actor="person:anna")
    match(two, "e1", "m2", "same", actor="person:anna")
    with pytest.raises(RuleError, match="the same, one step at a time"):
        match(two, "m1", "m2", "different", actor="person:anna")


def test_a_pair_in_doubt_waits_until_somebody_answers(store):
    add(store, "MEDLINE", row("m1"))
    add(store, "Embase", row("e1", pages="733-741"))
    found = run(store)
    assert (found.merged, found.asked, found.questions) == (0, 1, 1)
    (question,) = load(store).duplicate_questions
    assert "the pages differ" in question.against
    match(store, "e1", "m1", "different", actor="person:anna")
    assert load(store).duplicate_questions == ()


def test_the_flow_counts_reports_not_records(two):
    run(two)
    flow = flow_of(load(two))
    assert (flow.database_results, flow.duplicates, flow.records_waiting) == (4, 1, 3)


def decision(item: str, verdict: str, reviewer: str = "person:anna") -> Saying:
    said = Decision(item=item, stage="title_abstract", reviewer=reviewer, verdict=verdict)
    return Saying(payload=said, actor=reviewer)


def test_a_decision_on_a_record_holds_for_its_cluster_before_and_after(two):
    record(two, [decision("m1", "include")])
    run(two)
    assert flow_of(load(two)).reports_sought == 1
    record(two, [decision("dup:e1", "include"), decision("m2", "exclude")])
    match(two, "m1", "e1", "different", actor="person:anna")
    flow = flow_of(load(two))
    assert flow.records_screened + flow.records_waiting == 4


def test_one_person_has_one_voice_on_one_report(small, empty):
    rules = (ScreeningRule(stage="title_abstract", rule="two_independent"),)
    opened = [small.opened, small.protocol(screening=rules)]
    record(empty, [Saying(payload=p, actor="person:anna") for p in opened])
    add(empty, "MEDLINE", row("m1"))
    add(empty, "Embase", row("e1"))
    record(empty, [decision("m1", "include"), decision("e1", "exclude")])
    run(empty)
    flow = flow_of(load(empty))
    assert (flow.records_screened, flow.records_waiting) == (0, 1)


def test_overlap_counts_reports_by_source(two):
    run(two)
    found = source_overlap(two)
    assert found.reports == {"Embase": 2, "MEDLINE": 2}
    assert found.alone == {"Embase": 1, "MEDLINE": 1}
    assert found.pairs == {("Embase", "MEDLINE"): 1}
    assert sum(found.sets.values()) == 3


@pytest.fixture
def asked(store):
    """A pair in doubt: the same title on other pages."""
    add(store, "MEDLINE", row("m1"), row("m2"))
    add(store, "Embase", row("e1", pages="733-741"))
    run(store)
    return store


def laid_out(store):
    review = load(store)
    return doubts(review, review.records.__getitem__)


def test_a_doubt_lays_two_records_side_by_side(asked):
    found = laid_out(asked)
    (doubt,) = found.open
    assert {doubt.a.id, doubt.b.id} < {"m1", "m2", "e1"}
    assert {doubt.a.id, doubt.b.id, *doubt.others} == {"m1", "m2", "e1"}
    said = {line.field: line.says for line in doubt.fields}
    assert (said["title"], said["pages"]) == ("same", "differs")
    assert (found.waiting, found.answers) == (1, ())


def test_an_answer_counts_once_and_is_taken_back_by_its_event(asked):
    for _ in range(2):
        match(asked, "e1", "m1", "different", actor="person:anna", reason="seen", client_id="one")
    found = laid_out(asked)
    assert (found.waiting, found.same, found.different) == (0, 0, 1)
    (answer,) = found.answers
    assert (answer.client_id, answer.actor, answer.reason) == ("one", "person:anna", "seen")
    undo(asked, answer.seq, actor="person:anna", reason="a slip")
    assert (laid_out(asked).waiting, laid_out(asked).answers) == (1, ())


def test_no_more_doubts_are_laid_out_than_asked_for(asked):
    review = load(asked)
    found = doubts(review, review.records.__getitem__, limit=0)
    assert (found.open, found.waiting) == ((), 1)
