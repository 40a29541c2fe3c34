"""Studies are suggested from evidence that is shown, and nothing people decided is questioned."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

import ranvier
from ranvier.core.record import Notice, Record
from ranvier.dedup.studies import main_of, suggest_studies
from ranvier.dedup.ties import conflicting, ties

PEOPLE = ("Petrova, Anna", "Okafor, Ben", "Lindqvist, Carl", "Moreau, Dina")
PAPER = Record(
    id="paper",
    title="Zinc lozenges for the common cold in adults: a randomised trial",
    authors=PEOPLE,
    year=2015,
    abstract="We gave zinc. Trial registration: NCT01234567.",
)
LATER = Record(
    id="later",
    title="Zinc lozenges for the common cold in adults: a secondary analysis",
    authors=PEOPLE[:3],
    year=2018,
)


def others(n: int = 40) -> list[Record]:
    """Records on other things, so that words have a rarity."""
    things = ["rituximab", "exercise", "vitamin", "surgery", "counselling", "laser", "diet"]
    return [
        Record(
            id=f"o{k}",
            title=f"{things[k % 7]} for condition{k} of organ{k % 11}",
            year=2000 + k % 20,
        )
        for k in range(n)
    ]


def tied(a: Record, b: Record):
    return ties({a.id: [a], b.id: [b]}, background=others())


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("abstract", "Registered: NCT 01234567."),
        ("title", "ZINC (NCT01234567)"),
        ("keywords", ("colds", "NCT01234567")),
        ("other_ids", {"secondary": "NCT01234567"}),
        ("funding", ("Sofia, NCT01234567",)),
        ("urls", ("https://clinicaltrials.gov/study/NCT01234567",)),
        ("note", "see NCT01234567"),
        ("accession", "NCT01234567"),
        ("registry_ids", ("NCT01234567",)),
    ],
)
def test_a_registration_in_any_field_is_firm_and_quoted(field, said):
    other = replace(Record(id="other", title="Something else entirely"), **{field: said})
    (tie,) = tied(PAPER, other)
    assert tie.strength == "firm"
    first = tie.why[0]
    assert (first.kind, first.says) == ("registration", "Both name NCT01234567.")
    quotes = {first.a, first.b}
    assert any(quote.startswith("abstract: ") for quote in quotes)
    assert all("01234567" in quote for quote in quotes)


@pytest.mark.parametrize(
    "number",
    ["ISRCTN12345678", "2009-012265-11", "DRKS00012345", "ChiCTR2000012345", "ACTRN12605000123456",
     "JPRN-UMIN000012345", "jRCTs031180123", "CTRI/2010/091/000123", "PACTR201012000123456"],
)  # fmt: skip
def test_numbers_of_all_registers_are_known(number):
    a, b = (Record(id=id, title=id, abstract=f"Trial {number}, 2012.") for id in "ab")
    (tie,) = tied(a, b)
    assert tie.strength == "firm"


def test_a_secondary_analysis_by_the_same_people_is_likely_and_says_so():
    (tie,) = tied(replace(PAPER, abstract=None), LATER)
    assert tie.strength == "likely"
    said = {one.kind: one for one in tie.why}
    assert "secondary analysis" in said["follow_up"].says
    assert "Petrova" in said["people"].says
    assert "zinc" in said["title"].says
    assert said["years"].says == "3 years apart."


def test_the_same_title_by_other_people_is_nothing():
    assert tied(replace(PAPER, abstract=None), replace(LATER, authors=("Else, Some",))) == ()


def test_other_work_of_the_same_people_is_nothing():
    other = replace(LATER, title="Prevalence of asthma among nurses in Sofia")
    assert tied(replace(PAPER, abstract=None), other) == ()


def test_the_name_of_a_trial_ties_and_the_name_of_the_disease_does_not():
    a = Record(id="a", title="Lozenges in winter (PATHWAY)", authors=PEOPLE[:1])
    b = Record(id="b", title="Costs of colds", abstract="In the PATHWAY trial 12 caught a cold.")
    (tie,) = tied(a, b)
    assert (tie.strength, tie.why[0].says) == ("possible", "Both name the PATHWAY study.")
    often = [replace(one, title=f"{one.title} (PATHWAY)") for one in others()]
    assert ties({"a": [a], "b": [b]}, background=often) == ()


def test_who_names_many_trials_is_not_tied_by_them():
    pooled = Record(id="pool", title="Pooled data of five trials",
                    abstract=" ".join(f"NCT0123456{n}" for n in range(7, 10)) + " NCT09999999"
                    " NCT09999998")  # fmt: skip
    assert tied(PAPER, pooled) == ()


def test_different_registrations_speak_against_all_but_a_notice():
    mine, theirs = PAPER, replace(LATER, abstract="NCT07654321")
    assert "NCT01234567 and NCT07654321" in (conflicting([mine], [theirs]) or "")
    assert tied(mine, theirs) == ()
    erratum = replace(
        theirs, title="Erratum", notices=(Notice(relation="ErratumFor", text="", doi="10.1000/x"),)
    )
    (tie,) = tied(replace(mine, doi="10.1000/x"), erratum)
    assert (tie.strength, tie.why[0].kind) == ("firm", "notice")


def test_a_new_report_is_suggested_for_its_old_study():
    (found,) = suggest_studies(
        {"paper": [PAPER], "later": [LATER]}, studies={"petrova-2015": ["paper"]},
        background=others(),
    )  # fmt: skip
    assert (found.reports, found.study) == (("later",), "petrova-2015")


def test_what_people_put_apart_is_not_asked_again_and_studies_are_not_joined():
    reports = {"paper": [PAPER], "later": [LATER]}
    apart = {"one": ["paper"], "two": ["later"]}
    assert suggest_studies(reports, studies=apart, background=others()) == ()
    new = replace(PAPER, id="new", title="Zinc, registered", authors=(), abstract="NCT01234567")
    (found,) = suggest_studies(
        reports | {"new": [new]}, studies=apart, background=others()
    )  # fmt: skip
    assert (found.reports, found.study) == (("new",), "one")


def test_two_registrations_are_not_joined_through_a_third_report():
    reports = {
        "paper": [PAPER],
        "later": [LATER],
        "trial": [replace(LATER, id="trial", abstract="NCT07654321", title=LATER.title + " again")],
    }
    found = suggest_studies(reports, studies={}, background=others())
    assert all({"paper", "trial"} - set(one.reports) for one in found)


def test_the_main_report_is_the_first_article_with_results():
    trial = Record(id="r", title="Zinc", genre="registration", year=2012)
    told = replace(PAPER, type="Conference Abstract", year=2014)
    held = {"r": trial, "told": told, "later": LATER, "paper": PAPER}
    assert main_of(held) == "paper"
    assert main_of({"r": trial, "told": told}) == "told"


@pytest.fixture(scope="module")
def mmn():
    with ranvier.open(ranvier.shipped("mmn"), mode="read") as review:
        return review.state


def test_what_is_written_down_of_the_mmn_example_is_so(mmn):
    """docs/methods/linking.md says these figures; they are measured here."""
    home = {
        mmn.reports[report].record: study.id
        for study in mmn.studies.values()
        for report in study.reports
    }
    reports = {id: [mmn.records[id]] for id in home}
    background = [record for id, record in mmn.records.items() if id not in home]
    true = {frozenset(p) for p in combinations(home, 2) if home[p[0]] == home[p[1]]}
    found = suggest_studies(reports, studies={}, background=background)
    joined = {frozenset(p) for one in found for p in combinations(one.reports, 2)}
    assert (len(home), len(set(home.values())), len(true)) == (41, 25, 36)
    assert (len(joined & true), len(joined - true)) == (16, 0)
    right = wrong = 0
    for out in home:
        studies: dict[str, list[str]] = {}
        for id, study in home.items():
            if id != out:
                studies.setdefault(study, []).append(id)
        said = suggest_studies(reports, studies=studies, background=background)
        right += any(one.study == home[out] for one in said)
        wrong += any(one.study != home[out] for one in said)
    assert (right, wrong) == (14, 0)
