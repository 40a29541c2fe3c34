"""What two records of one report may differ in, and what two reports never share."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ranvier.core.record import Notice, Record
from ranvier.dedup import deduplicate

TRIAL = {
    "title": "Intravenous immunoglobulin therapy in multifocal motor neuropathy: a double-blind, "
    "placebo-controlled study",
    "authors": ("Léger, Jean-Marc", "Chassande, Bénédicte", "Musset, Lucile", "Meininger, Vincent"),
    "year": 2001,
    "journal": "Journal of the Peripheral Nervous System",
    "volume": "124",
    "issue": "1",
    "pages": "145-153",
}

#: What sources write differently of one report.
WRITTEN = {
    "as it is": {},
    "authors without commas": {"authors": ("Jean-Marc Léger", "Bénédicte Chassande")},
    "authors as initials": {"authors": ("Leger JM", "Chassande B", "Musset L", "Meininger V")},
    "authors in capitals": {"authors": ("LEGER, J. M.", "CHASSANDE, B.", "MUSSET, L.")},
    "first author only": {"authors": ("Léger JM", "et al")},
    "no authors": {"authors": ()},
    "journal abbreviated": {"journal": "J Peripher Nerv Syst"},
    "journal with its medium": {"journal": "Journal of the Peripheral Nervous System [Online]"},
    "no journal": {"journal": None},
    "pages shortened": {"pages": "145-53"},
    "pages with another dash": {"pages": "145‐153"},
    "first page only": {"pages": "145"},
    "first page lost": {"pages": "t-53"},
    "no pages": {"pages": None},
    "no issue, volume or pages": {"issue": None, "volume": None, "pages": None},
    "no year": {"year": None},
    "issue in the volume's cell": {"volume": "124 (1)", "issue": None},
    "supplement marked": {"issue": "1 Suppl"},
    "title in brackets": {"title": f"[{TRIAL['title']}]. [French]"},
    "title with Ovid's notes": {"title": f"{TRIAL['title']}. [Review] [45 refs]"},
    "title with an erratum noted": {
        "title": f"{TRIAL['title']}.[Erratum appears in Brain. 2001 May;124(Pt 5):1077"
    },
    "title in capitals": {"title": TRIAL["title"].upper()},
    "title with markup": {"title": f"<b>{TRIAL['title'].replace(' ', '&nbsp;')}</b>"},
    "title without its subtitle": {"title": TRIAL["title"].split(":")[0]},
    "title cut off": {"title": TRIAL["title"][:75] + "..."},
    "title with a slip": {"title": TRIAL["title"].replace("multifocal", "mulitfocal")},
    "title with the section": {"title": "SIG session paper - " + TRIAL["title"]},
    "marked as retracted": {"title": "RETRACTED: " + TRIAL["title"]},
}

#: What tells two reports apart, and the word by which we say so.
APART = {
    "a part of a series": ({"title": TRIAL["title"] + " II"}, "numbers"),
    "a reply": (
        {"title": "Reply: " + TRIAL["title"], "pages": "154", "authors": ("Brown, P",)},
        "notice",
    ),
    "an erratum": ({"title": "Erratum: " + TRIAL["title"], "pages": "1077"}, "notice"),
    "a comment": ({"title": "Comment on: " + TRIAL["title"], "pages": "9-10"}, "notice"),
    "an abstract of a congress": (
        {"journal": "Neurology. Conference: 53rd Annual Meeting", "volume": "56", "pages": "A200"},
        "conference",
    ),
    "a preprint": (
        {"journal": "medRxiv", "volume": None, "issue": None, "pages": None},
        "preprint",
    ),
    "an entry of a register": (
        {"genre": "registration", "journal": None, "volume": None, "issue": None, "pages": None},
        "register",
    ),
    "printed again elsewhere": (
        {"journal": "Revue Neurologique", "volume": "157", "issue": "3", "pages": "300-8"},
        "journals differ",
    ),
    "an update years later": (
        {"year": 2009, "volume": "132", "issue": "7", "pages": "88-97"},
        "years are far apart",
    ),
    "other pages": ({"pages": "733-741"}, "pages differ"),
    "other authors": ({"authors": ("Smith, John", "Brown, Peter"), "pages": "200"}, "author"),
}


def records(**changed: object) -> list[Record]:
    return [Record(id="a", **TRIAL), Record(id="b", **(TRIAL | changed))]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("written", WRITTEN, ids=str)
def test_one_report_however_it_is_written(written):
    assert deduplicate(records(**WRITTEN[written])).clusters == (("a", "b"),)


@pytest.mark.parametrize("apart", APART, ids=str)
def test_two_reports_however_alike(apart):
    changed, _ = APART[apart]
    assert deduplicate(records(**changed)).clusters == ()


@pytest.mark.parametrize("field", ["doi", "pmid"])
def test_contradicting_identifiers_are_never_merged(field):
    a, b = records()
    ids = {"doi": ("10.1093/brain/124.1.145", "10.1093/brain/awh001"), "pmid": ("1", "2")}[field]
    found = deduplicate([replace(a, **{field: ids[0]}), replace(b, **{field: ids[1]})])
    assert found.clusters == ()


def test_contradicting_registrations_are_never_merged():
    a, b = (replace(r, pages=None, volume=None, issue=None) for r in records())
    found = deduplicate(
        [replace(a, registry_id="NCT00666263"), replace(b, registry_id="NCT00701662")]
    )
    assert found.clusters == ()


def test_a_wrong_doi_is_overruled_only_by_the_whole_text():
    text = "Multifocal motor neuropathy is a chronic disorder of the peripheral nerves. " * 4
    a, b = (replace(r, abstract=text) for r in records())
    found = deduplicate([replace(a, doi="10.1093/brain/124.1.145"), replace(b, doi="10.1016/x.1")])
    assert found.clusters == (("a", "b"),)


def test_ahead_of_print_and_in_print_are_one_report():
    early = {"year": 2000, "volume": None, "issue": None, "pages": None, "doi": "10.1093/x"}
    a, b = records(**early)
    assert deduplicate([replace(a, doi="https://doi.org/10.1093/X"), b]).clusters == (("a", "b"),)


def test_an_erratum_is_known_by_what_pubmed_says_of_it():
    a, b = records()
    notice = Notice(relation="ErratumFor", text="Brain 2001;124:145-53")
    assert deduplicate([a, replace(b, notices=(notice,))]).clusters == ()


def test_every_merge_says_why_field_by_field():
    (merge,) = deduplicate(records(pages="145-53")).merges
    assert (merge.a, merge.b) == ("a", "b")
    assert merge.probability > 0.99
    assert any(said.startswith("pages same (+") for said in merge.why)
    assert any(said.startswith("title same, long (+") for said in merge.why)


def test_a_pair_in_doubt_is_asked_with_what_speaks_against_it():
    found = deduplicate(records(pages="733-741", issue="9"))
    (asked,) = found.questions
    assert {asked.a, asked.b} == {"a", "b"}
    assert "the pages differ" in asked.against


def test_what_people_decided_is_never_overruled():
    assert deduplicate(records(), different=[("b", "a")]).clusters == ()
    assert deduplicate(records(), different=[("b", "a")]).questions == ()
    changed, _ = APART["printed again elsewhere"]
    assert deduplicate(records(**changed), same=[("a", "b")]).clusters == (("a", "b"),)


def test_bare_records_do_not_chain_reports_together():
    """Hundreds of "Front matter", some without volume and pages: no two issues become one."""
    random.seed(1)
    journal = {"title": "Front matter", "journal": "MIS Quarterly"}
    full = [
        Record(id=f"{y}-{n}", year=y, volume=str(y - 1976), issue=str(n), **journal)
        for y in range(1980, 2020)
        for n in range(1, 5)
    ]
    bare = [Record(id=f"bare{n}", **journal) for n in range(30)]
    half = [Record(id=f"half{y}", year=y, **journal) for y in range(1980, 2020)]
    twice = [replace(r, id="again-" + r.id) for r in full]
    given = [*full, *bare, *half, *twice]
    random.shuffle(given)
    found = deduplicate(given)
    for cluster in found.clusters:
        issues = {id.removeprefix("again-") for id in cluster}
        assert len(issues) == 1, cluster
    assert len(found.questions) <= 0.01 * len(given)


def test_a_bare_record_that_fits_two_reports_is_left_alone():
    title = {"title": "Remarks from the editor of the journal on the year that was and will be"}
    said = {**title, "authors": ("Lee, Allen S.",), "year": 2000, "journal": "MIS Quarterly"}
    issues = [Record(id=f"i{n}", volume="24", issue=str(n), **said) for n in (1, 2)]
    found = deduplicate([*issues, Record(id="bare", **said)])
    assert found.clusters == ()


def test_abstracts_that_share_the_doi_of_their_supplement_stay_apart():
    said = {"year": 2015, "journal": "Diabetes", "volume": "64", "doi": "10.2337/db15386741"}
    group = ("Kohashi K", "Hiromura M", "Mori Y", "Terasaki M")
    found = deduplicate(
        [
            Record(id="a", title="An inhibitor of the enzyme suppresses aneurysms of the aorta",
                   authors=group, pages="A134", **said),
            Record(id="b", title="A cotransporter inhibitor prevents macrophage-driven disease",
                   authors=group[::-1], pages="A134-A135", **said),
        ]
    )  # fmt: skip
    assert found.clusters == ()


def test_many_copies_of_one_record_are_one_cluster():
    (a, _) = records()
    found = deduplicate([replace(a, id=f"r{n:03}") for n in range(150)])
    assert [len(cluster) for cluster in found.clusters] == [150]


def test_the_same_title_in_the_year_after_needs_more_than_the_authors():
    """An annual report looks just like a report that was online the year before its print."""
    nowhere = {"volume": None, "issue": None, "pages": None}
    a, b = records(year=2002, **nowhere)
    found = deduplicate([replace(a, volume=None, issue=None, pages=None), b])
    assert found.clusters == ()
    assert len(found.questions) == 1


def test_online_before_it_was_printed_needs_no_identifier():
    early = {"year": 2000, "volume": None, "issue": None, "pages": None}
    assert deduplicate(records(**early)).clusters == (("a", "b"),)
    later = {**early, "year": 2002}  # printed first, then of no volume: that is another report
    assert deduplicate(records(**later)).clusters == ()


def test_another_translation_of_a_title_on_the_same_pages_is_one_report():
    other = "[Treatment by antibodies of a disease of the motor nerves. French trial]"
    assert deduplicate(records(title=other)).clusters == (("a", "b"),)
    assert deduplicate(records(title=other.strip("[]"))).clusters == ()
    assert deduplicate(records(title=other, issue="1 Suppl", pages="S145-S153")).clusters == ()


def test_another_word_in_the_title_is_no_slip():
    """Twins: the trial in adults and that in children, in one volume, one without its pages."""
    adults = TRIAL["title"].replace("study", "study in adults with severe disease")
    found = deduplicate(
        [
            replace(record, title=title, pages=pages)
            for record, title, pages in zip(
                records(),
                (adults, adults.replace("adults", "children")),
                ("145-153", None),
                strict=True,
            )
        ]
    )
    assert found.clusters == ()
    assert len(found.questions) == 1


def test_a_slip_in_the_title_is_one_report_in_one_volume():
    slip = TRIAL["title"].replace("multifocal", "mulitfocal")
    assert deduplicate(records(title=slip, pages=None, issue=None)).clusters == (("a", "b"),)


def test_records_without_a_title_are_never_merged_unseen():
    a, b = records()
    assert deduplicate([a, replace(b, title="")]).clusters == ()
    assert deduplicate([replace(a, title=""), replace(b, title="")]).clusters == ()


def test_nothing_gives_nothing():
    found = deduplicate([])
    assert (found.clusters, found.merges, found.questions, found.compared) == ((), (), (), 0)
