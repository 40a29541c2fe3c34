"""Studies are gathered by people, one act at a time, each taken back as a whole."""

from __future__ import annotations

import pytest

import ranvier
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.errors import AccessError, InputError, NotFoundError, RuleError

ME = "person:me"


def entry(title: str, authors: list[str], year: int, abstract: str = "") -> str:
    people = "".join(f"AU  - {name}\n" for name in authors)
    return f"TY  - JOUR\nTI  - {title}\n{people}PY  - {year}\nAB  - {abstract}\nER  - \n"


ZINC = [
    entry("Zinc lozenges for colds in adults", ["Petrova, A", "Okafor, B"], 2015, "NCT01234567"),
    entry("Zinc for colds, two winters on", ["Okafor, B"], 2018, "Participants of NCT01234567."),
    entry("Exercise for back pain", ["Smith, J"], 2011),
    entry("Exercise for neck pain", ["Smith, J"], 2011),
    entry("Rituximab in lupus", ["Doe, Jane"], 2019),
]


@pytest.fixture
def review(tmp_path):
    with ranvier.new(tmp_path / "r", id="zinc", title="Zinc", actor=ME) as opened:
        seat = opened.seat(ME)
        seat.records.import_("".join(ZINC).encode(), "z.ris", source="PubMed", kind="database")
        rules = [ScreeningRule(stage=stage, rule="single") for stage in STAGES]
        criteria = [Criterion(id="design", stage="full_text", text="Not randomised")]
        seat.screening.put_protocol(criteria=criteria, rules=rules)
        include(seat)
        yield opened


STAGES = ("title_abstract", "full_text")


def include(seat) -> None:
    """Give everything out and include it, at both stages."""
    for stage in STAGES:
        seat.screening.begin(stage)
        for card in seat.screening.queue(stage, n=50):
            seat.screening.decide(stage, card.item, "include")


@pytest.fixture
def seat(review):
    return review.seat(ME)


def names(seat) -> dict[str, list[str]]:
    """Studies by name, with the numbers of their reports."""
    return {
        study.label: [report.item[-1] for report in study.reports]
        for study in seat.studies.look().studies
    }


R = [f"import-1/r00000{n}" for n in range(6)]


def test_from_included_reports_to_a_flow_that_counts_studies(seat):
    view = seat.studies.look()
    (found,) = view.suggestions
    assert [one.item for one in found.reports] == R[1:3]
    assert (found.label, found.strength, found.study) == ("Petrova 2015", "firm", None)
    assert [label for _, label in view.loose] == ["Smith 2011a", "Smith 2011b", "Doe 2019"]
    assert seat.flow().reports_ungathered == 5
    assert seat.flow().new_studies == 0

    assert seat.studies.gather(R[1:3]).labels == ("Petrova 2015",)
    each = seat.studies.gather_each([one.item for one, _ in view.loose])
    assert each.labels == ("Smith 2011a", "Smith 2011b", "Doe 2019")
    flow = seat.flow()
    assert (flow.new_studies, flow.new_reports, flow.reports_ungathered) == (4, 5, 0)
    assert flow.warnings == ()
    assert "Petrova 2015" in seat.document()
    assert "Design not yet described" in seat.document()


def test_a_form_sent_twice_does_it_once(seat):
    done = seat.studies.gather(R[1:3], client_id="act-1")
    assert seat.studies.gather(R[1:3], client_id="act-1").studies == done.studies
    again = seat.studies.gather(R[1:3])  # the same page, sent again
    assert (again.client_id, again.studies) == (None, done.studies)
    assert seat.studies.gather_each(R[1:3]).client_id is None
    assert names(seat) == {"Petrova 2015": ["1", "2"]}


def test_reports_move_and_the_study_that_is_left_empty_is_withdrawn(seat):
    seat.studies.gather(R[1:3])
    seat.studies.gather_each(R[3:6])
    seat.studies.gather([R[2]], study="smith-2011a")
    assert names(seat)["Smith 2011a"] == ["3", "2"]
    seat.studies.gather([R[2]])  # into one of its own
    assert names(seat)["Okafor 2018"] == ["2"]
    seat.studies.gather([R[3]], study="smith-2011b")
    assert "Smith 2011a" not in names(seat)
    seat.studies.take_out(R[5])
    assert "Doe 2019" not in names(seat)
    assert [one.item for one, _ in seat.studies.look().loose] == [R[5]]


def test_what_was_gathered_meanwhile_is_not_moved_by_an_old_page(seat):
    seat.studies.gather([R[3]])
    with pytest.raises(InputError, match=r"gathered into Smith 2011 meanwhile"):
        seat.studies.gather([R[3], R[4]], moving="refused")
    assert names(seat) == {"Smith 2011": ["3"]}


def test_a_name_stands_alone_and_the_next_has_a_letter(seat):
    assert seat.studies.gather([R[3]]).labels == ("Smith 2011",)
    assert seat.studies.gather([R[4]]).labels == ("Smith 2011b",)
    with pytest.raises(InputError, match="called smith 2011 already"):
        seat.studies.describe("smith-2011b", label=" smith  2011 ")
    seat.studies.describe("smith-2011b", label="Neck 2011", role="ongoing")
    flow = seat.flow()
    assert (flow.new_studies, flow.ongoing_studies, flow.ongoing_reports) == (1, 1, 1)
    assert flow.reports_ungathered == 3


def test_the_main_report_gives_the_year_and_leads_the_list(seat):
    seat.studies.gather(R[1:3])
    seat.studies.describe("petrova-2015", main=R[2])
    (study,) = seat.studies.look().studies
    assert (study.year, study.label) == (2018, "Petrova 2015")
    assert [(one.item, one.main) for one in study.reports] == [(R[2], True), (R[1], False)]
    with pytest.raises(InputError, match=r"no report of Petrova 2015"):
        seat.studies.describe("petrova-2015", main=R[3])
    seat.studies.gather([R[2]])  # its main report leaves: another one is
    assert [s.reports[0].main for s in seat.studies.look().studies] == [True, True]


def test_an_act_is_taken_back_whole_and_not_under_a_later_one(seat):
    made = seat.studies.gather(R[1:3])
    moved = seat.studies.gather([R[2]], label="Winters")
    assert names(seat) == {"Petrova 2015": ["1"], "Winters": ["2"]}
    with pytest.raises(InputError, match="changed since"):
        seat.studies.undo(made.client_id)
    seat.studies.undo(moved.client_id)
    seat.studies.undo(moved.client_id)  # twice is once
    assert names(seat) == {"Petrova 2015": ["1", "2"]}
    seat.studies.undo(made.client_id)
    assert names(seat) == {}
    assert seat.studies.look().acts == ()
    assert seat.studies.stands().ungathered == 5
    with pytest.raises(NotFoundError):
        seat.studies.undo("nothing")


def test_an_act_is_not_taken_back_over_reports_that_went_elsewhere(seat):
    seat.studies.gather(R[1:3])
    out = seat.studies.take_out(R[1])
    seat.studies.gather([R[1]], label="Elsewhere")
    assert [act.undoable for act in seat.studies.look().acts] == [True, False, False]
    with pytest.raises(InputError, match="changed since"):
        seat.studies.undo(out.client_id)
    seat.studies.undo(seat.studies.look().acts[0].client_id)
    seat.studies.undo(out.client_id)
    assert names(seat) == {"Petrova 2015": ["1", "2"]}


def test_a_report_that_is_no_longer_included_is_shown_and_not_counted(seat):
    seat.studies.gather(R[1:3])
    seat.screening.decide("full_text", R[1], "exclude", reasons=["design"])
    view = seat.studies.look()
    assert [(study.label, one.item) for study, one in view.left] == [("Petrova 2015", R[1])]
    flow = seat.flow()
    assert (flow.new_studies, flow.new_reports) == (1, 1)
    assert any("stands in a study" in said and R[1] in said for said in flow.warnings)
    seat.screening.decide("full_text", R[2], "exclude", reasons=["design"])
    assert seat.flow().new_studies == 0
    seat.studies.take_out(R[1])
    assert [one.item for _, one in seat.studies.look().left] == [R[2]]
    with pytest.raises(InputError, match="not among the reports"):
        seat.studies.gather([R[1]])


def test_reports_that_turn_out_to_be_one_are_counted_once(seat):
    seat.studies.gather_each(R[3:5])
    seat.records.match(R[3], R[4], same=True)
    flow = seat.flow()
    assert flow.reports_assessed == 4
    assert (flow.new_studies, flow.new_reports) == (2, 1)
    assert any("Two studies have the same report" in said for said in flow.warnings)
    seat.studies.gather([R[3]], study="smith-2011a")  # it is there already: nothing to do
    seat.studies.take_out(R[3])
    assert seat.studies.stands().ungathered == 4
    assert seat.studies.gather([R[3]]).labels == ("Smith 2011",)
    assert seat.flow().warnings[0].startswith("3 included reports belong to no study")


def test_a_later_search_brings_a_report_for_an_old_study(seat):
    seat.studies.gather(R[1:3])
    seat.studies.gather_each(R[3:6])
    late = entry("Costs of zinc for colds", ["Kim, H"], 2024, "Alongside NCT01234567.")
    seat.records.import_(late.encode(), "w.ris", source="Embase", kind="database")
    include(seat)
    (found,) = seat.studies.look().suggestions
    assert (found.study, found.label) == ("petrova-2015", "Petrova 2015")
    seat.studies.gather([one.item for one in found.reports], study=found.study)
    assert (seat.flow().new_studies, seat.flow().new_reports) == (4, 6)


def test_a_study_with_results_is_not_withdrawn(review, seat, small):
    from ranvier.workflow.record import Saying

    seat.studies.gather([R[3]])
    protocol = small.protocol(screening=review.state.protocol.screening)
    row = small.row(study="smith-2011", outcome="strength", comparison="drug")
    review.record(Saying(payload=said, actor=ME) for said in (small.paper, protocol, row))
    with pytest.raises(RuleError, match="stand on it"):
        seat.studies.take_out(R[3])
    assert names(seat) == {"Smith 2011": ["3"]}


def test_who_may_gather(review):
    owner = review.seat(ME)
    owner.team.put_member(ME, ["owner", "reviewer"])
    for role in ("extractor", "reader", "statistician"):
        owner.team.put_member(f"person:{role}", [role])
    with pytest.raises(AccessError, match="may not gather reports into studies"):
        review.seat("person:reader").studies.gather(R[1:3])
    with pytest.raises(AccessError):
        review.seat("person:statistician").studies.gather_each(R[1:3])
    # Votes that were not opened are hidden from an extractor, and so is what they came to.
    assert review.seat("person:extractor").studies.stands().included == 0
    for allotment in review.state.allotments:
        owner.screening.open(allotment)
    assert review.seat("person:extractor").studies.gather(R[1:3]).labels == ("Petrova 2015",)


def test_a_review_without_full_texts_lists_nothing(tmp_path):
    with ranvier.new(tmp_path / "e", id="e", title="E", actor=ME) as opened:
        view = opened.seat(ME).studies.look()
        assert (view.staged, view.included, view.studies, view.suggestions) == (False, 0, (), ())
