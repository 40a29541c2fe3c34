"""Linking: reports of one study are found by what they name and by who tells what when."""

from __future__ import annotations

from dataclasses import replace

import pytest

import ranvier
from ranvier.core.record import Notice, Record
from ranvier.dedup.link import link, retracted, stage_of

TITLE = "Zinc lozenges for the common cold in adults: a randomised placebo-controlled trial"
PEOPLE = ("Petrova, Anna", "Okafor, Ben", "Lindqvist, Carl", "Moreau, Dina")


@pytest.fixture(scope="module")
def mmn():
    with ranvier.open(ranvier.shipped("mmn"), mode="read") as review:
        return review.state


@pytest.fixture(scope="module")
def suggested(mmn):
    return link(list(mmn.records.values()))


def together(links, start: str) -> set[str]:
    """All reports that suggestions join to one."""
    found, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        for x in links:
            for a, b in ((x.a, x.b), (x.b, x.a)):
                if a == at and b not in found:
                    found.add(b)
                    waiting.append(b)
    return found


def test_hahn_2013_is_joined_with_its_registrations_and_abstracts(mmn, suggested):
    reports = {mmn.reports[id].record for id in mmn.studies["hahn2013"].reports}
    found = together(suggested, "hahn2013")
    # The manufacturer's page names neither people nor a registration nor a year.
    assert found == reports - {"gammagard_eff"}
    relations = {x.relation for x in suggested if {x.a, x.b} <= found}
    assert {"registration - registration", "registration - abstract", "abstract - article"} <= (
        relations
    )


def test_no_report_of_one_included_study_is_joined_to_another(mmn, suggested):
    study = {mmn.reports[r].record: s.id for s in mmn.studies.values() for r in s.reports}
    wrong = [x for x in suggested if {x.a, x.b} <= study.keys() and study[x.a] != study[x.b]]
    assert wrong == []


def test_the_mmn_trials_with_several_reports_are_found(mmn, suggested):
    for paper, other in (
        ("federico2000", "federico1999a"),
        ("harbo2009", "nct00268788"),
        ("nct05225675", "euctr2021003302"),
    ):
        assert other in together(suggested, paper)


def test_every_suggestion_says_why(suggested):
    assert all(x.why and all(x.why) for x in suggested)


def others(n: int = 60) -> list[Record]:
    """Reports on other things, so that words and names have a rarity."""
    things = ["rituximab", "exercise", "vitamin", "surgery", "counselling", "laser", "diet"]
    return [
        Record(
            id=f"o{k}",
            title=f"{things[k % 7]} for condition{k} of organ{k % 11} in {things[(k + 3) % 7]}",
            authors=(f"Name{chr(97 + k % 26)}, A", f"Other{chr(97 + k % 19)}, B"),
            year=1990 + k % 30,
        )
        for k in range(n)
    ]


def linked(a: Record, b: Record) -> list[tuple[str, str]]:
    return [(x.relation, x.strength) for x in link([*others(), a, b]) if {x.a, x.b} == {a.id, b.id}]


PAPER = Record(id="paper", title=TITLE, authors=PEOPLE, year=2015, journal="Lancet", volume="1")


def test_a_registration_named_in_the_abstract_is_firm():
    trial = Record(id="t", title="ZINC-1", genre="registration", registry_id="NCT01234567")
    paper = replace(PAPER, abstract="We gave zinc. Trial registration: NCT 01234567.")
    assert linked(trial, paper) == [("registration - article", "firm")]


@pytest.mark.parametrize(
    ("earlier", "relation"),
    [
        ({"title": TITLE + ": study protocol", "year": 2012}, "protocol - article"),
        ({"type": "Conference Abstract", "year": 2014}, "abstract - article"),
        ({"journal": "medRxiv", "year": 2014}, "preprint - article"),
    ],
)
def test_what_was_told_before_is_likely(earlier, relation):
    said = {"id": "e", "title": TITLE, "authors": PEOPLE[:3], **earlier}
    assert linked(Record(**said), PAPER) == [(relation, "likely")]


def test_years_that_do_not_fit_are_no_link():
    early = Record(id="e", title=TITLE, authors=PEOPLE, year=1995, type="Conference Abstract")
    assert linked(early, PAPER) == []


def test_two_papers_of_the_same_people_are_no_link():
    assert linked(replace(PAPER, id="other", year=2016, pages="9"), PAPER) == []


def test_an_erratum_and_a_retraction_lead_to_their_article():
    erratum = Record(id="e", title=f"Erratum: {TITLE}", year=2016)
    assert linked(erratum, PAPER) == [("article - notice", "likely")]
    notice = Record(
        id="n",
        title="Retraction notice",
        notices=(Notice(relation="RetractionOf", text="Lancet 2015", doi="10.1016/Z"),),
    )
    article = replace(PAPER, doi="10.1016/z")
    assert linked(notice, article) == [("article - retraction", "firm")]
    assert retracted([article, notice]) == {"paper": "n retracts it"}
    marked = replace(PAPER, types=("Retracted Publication",))
    assert retracted([marked, *others()]) == {"paper": "marked as retracted by its source"}


def test_a_review_that_names_many_registrations_links_none_of_them():
    trial = Record(id="t", title="ZINC-1", genre="registration", registry_id="NCT01234567")
    review = replace(PAPER, title="Zinc: a systematic review", abstract="NCT01234567, NCT07654321")
    assert linked(trial, review) == []


@pytest.mark.parametrize(
    ("record", "stage"),
    [
        (Record(id="a", title="X", journal="ClinicalTrials.gov"), "registration"),
        (Record(id="a", title="X", journal="bioRxiv"), "preprint"),
        (Record(id="a", title="X", type="Review"), "review"),
        (Record(id="a", title="Reply to X"), "notice"),
        (Record(id="a", title="X and its Y"), "article"),
    ],
)
def test_the_stage_of_a_record(record, stage):
    assert stage_of(record) == stage
