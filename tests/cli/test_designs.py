"""`ranvier designs` from the outside."""

from __future__ import annotations

import json

import pytest

ROWS = [
    "id,title,abstract",
    't1,Zinc for colds: a randomised controlled trial,"Adults were randomly allocated to zinc '
    'or placebo for 5 days, double-blind. The control group received placebo."',
    "r1,Zinc for colds: a systematic review,We searched MEDLINE for randomized trials.",
    "c1,A case of anosmia in a 50-year-old man,He had sprayed zinc.",
]


@pytest.fixture
def review(tmp_path, run):
    file = tmp_path / "records.csv"
    file.write_text("\n".join(ROWS) + "\n")
    place = str(tmp_path / "review")
    assert run("new", place, "--id", "t", "--title", "T").code == 0
    done = run("import", place, str(file), "--source", "MEDLINE", "--date", "2026-01-31")
    assert done.code == 0
    return place


def test_trials_are_listed_with_the_words_that_say_so(review, run):
    done = run("designs", review, "--show", "trials")
    assert done.code == 0, done.err
    assert "t1: Zinc for colds: a randomised controlled trial" in done.out
    assert '"randomly allocated"' in done.out
    assert "suggestions" in done.err


def test_the_evidence_stands_where_it_says_and_nothing_is_recorded(review, run):
    before = run("log", review).out
    found = json.loads(run("designs", review, "--json").out)
    assert found["counts"]["trials"] == 1
    first, *rest = found["reports"]
    assert first["id"] == "t1"
    assert {each["id"] for each in rest} == {"r1", "c1"}
    abstract = ROWS[1].split('"')[1]
    for span in first["evidence"]:
        if span["field"] == "abstract":
            assert abstract[span["start"] : span["end"]] == span["words"]
    assert run("log", review).out == before


def test_the_type_that_a_source_gives_is_heeded_and_quoted(tmp_path, run):
    file = tmp_path / "pubmed.nbib"
    tags = {"PMID": "10938169", "TI": "Garlic as an insect repellent.", "PT": "Letter"}
    lines = [f"{tag:<4}- {value}" for tag, value in tags.items()]
    file.write_text("\n".join([*lines, "PT  - Randomized Controlled Trial"]) + "\n")
    place = str(tmp_path / "review")
    assert run("new", place, "--id", "t", "--title", "T").code == 0
    done = run("import", place, str(file), "--source", "PubMed", "--date", "2026-01-31")
    assert done.code == 0, done.err
    found = json.loads(run("designs", place, "--json").out)
    assert found["counts"]["trials"] == 1
    [report] = found["reports"]
    quoted = {span["field"]: span["words"] for span in report["evidence"]}
    assert quoted["publication_types"] == "Randomized Controlled Trial"
