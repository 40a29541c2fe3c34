"""`ranvier benchmark design` from the outside."""

from __future__ import annotations

import json

import pytest

TRIAL = "Adults were randomly allocated to zinc or placebo in a double-blind trial."
ROWS = [
    "title,abstract,randomized_trial",
    f'"Zinc for colds: a randomized, placebo-controlled trial","{TRIAL}",1',
    f'"Zinc for the cold","{TRIAL}",1',
    '"Zinc for colds: a systematic review","We searched MEDLINE for randomized trials.",0',
    '"Zinc deposits of the Eifel","Soil was sampled at random.",0',
    '"A case of anosmia after zinc",,0',
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hand.csv").write_text("\n".join(ROWS) + "\n")
    (tmp_path / "trials.csv").write_text("\n".join(ROWS[:3]).replace("randomized_trial", "pt_rct"))
    return tmp_path


def test_it_measures_each_set_and_all_records_as_one(folder, run):
    found = json.loads(run("benchmark", "design", str(folder), "--json").out)
    hand, trials = found["sets"]
    assert (hand["name"], hand["records"], hand["positives"]) == ("hand", 5, 2)
    assert hand["auc"] == hand["sensitivity"] == hand["specificity"] == 1
    assert hand["sensitivity_precise"] == hand["specificity_precise"] == 1
    # Exact interval of 2 of 2: 0.025 ** (1 / 2).
    assert hand["sensitivity_ci"] == pytest.approx([0.025**0.5, 1])
    assert trials["auc"] is None
    assert trials["specificity"] is None
    assert (found["pooled"]["records"], found["pooled"]["positives"]) == (7, 4)


def test_it_exits_1_below_a_bound(folder, run):
    lines = [*ROWS, '"A memo on parking","",1']
    (folder / "hand.csv").write_text("\n".join(lines) + "\n")
    done = run("benchmark", "design", str(folder), "--min-sensitivity", "0.99")
    assert done.code == 1
    assert "the sensitivity is 0.8000" in done.err
    assert run("benchmark", "design", str(folder), "--min-sensitivity", "0.7").code == 0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["title,abstract", "a,b"], "lacks a label (randomized_trial or pt_rct)"),
        (["abstract,pt_rct", "a,1"], "lacks title"),
        (["title,pt_rct", "a,maybe"], "pt_rct is 'maybe'; it must be 0 or 1"),
        (["title,pt_rct", "a,"], "row 1: pt_rct is empty; it must be 0 or 1"),
        (["title,abstract,pt_rct"], "holds no record"),
    ],
)
def test_what_is_no_labelled_set_is_refused(tmp_path, run, lines, words):
    file = tmp_path / "s.csv"
    file.write_text("\n".join(lines) + "\n")
    done = run("benchmark", "design", str(file))
    assert done.code == 1
    assert words in done.err


def test_labels_are_read_in_words_and_columns_by_any_case(tmp_path, run):
    file = tmp_path / "words.csv"
    file.write_text(f'Title,Abstract,PT_RCT\nZinc,"{TRIAL}",Yes\nZinc in soil,,0.0\n')
    [found] = json.loads(run("benchmark", "design", str(file), "--json").out)["sets"]
    assert (found["records"], found["positives"], found["auc"]) == (2, 1, 1)


def test_publication_types_are_read_only_when_asked(tmp_path, run):
    file = tmp_path / "types.csv"
    file.write_text(
        "title,abstract,randomized_trial,publication_types\n"
        "Garlic as an insect repellent,,1,Letter|Randomized Controlled Trial\n"
        "Soil of the Eifel,,0,Letter\n"
    )

    def precise(*options):
        [found] = json.loads(run("benchmark", "design", str(file), *options, "--json").out)["sets"]
        return found["sensitivity_precise"]

    assert precise() == 0
    assert precise("--publication-types") == 1
    file.write_text("title,randomized_trial\nZinc,1\n")
    done = run("benchmark", "design", str(file), "--publication-types")
    assert done.code == 1
    assert "has no column publication_types" in done.err
