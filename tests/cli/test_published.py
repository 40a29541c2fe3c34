"""`reproduce` and `qualify`: ours beside theirs, and an exit code that tells."""

from __future__ import annotations

import json

import pytest

RESULT = {
    "id": "a",
    "review": "Smith 2001",
    "question": "Drug vs placebo; improved",
    "design": "two_arm",
    "rows": [{"study": "x", "events_1": 4, "n_1": 10, "events_2": 2, "n_2": 10}],
    "rows_provenance": "found",
    "provenance": "found",
    "analysis": {"measure": "RR", "method": "IV", "zero_cells": "none"},
    "printed": {"estimate": "2.00"},
}


@pytest.fixture
def published(tmp_path):
    def write(**more: object):
        file = tmp_path / "published.json"
        file.write_text(json.dumps({"results": [RESULT | more]}))
        return file

    return write


def test_a_result_that_agrees_is_exit_zero(run, published):
    said = run("reproduce", "--published", published())
    assert (said.code, said.err) == (0, "")
    assert "2.00     2.00  agrees" in said.out
    assert "rows found, printed figures found" in said.out
    assert "1 of 1 results came out as expected" in said.out


def test_a_printed_figure_that_is_wrong_is_exit_one(run, published):
    said = run("reproduce", "--published", published(printed={"estimate": "2.50"}))
    assert said.code == 1
    assert "differs: estimate" in said.out
    assert "not as expected: a" in said.err


def test_a_figure_known_to_be_wrong_is_expected_to_disagree(run, published):
    wrong = published(printed={"estimate": "2.50"}, expect="disagree")
    said = run("reproduce", "--published", wrong)
    assert said.code == 0
    assert "printed figures that are wrong: a" in said.out
    said = run("reproduce", "--published", published(expect="disagree"))
    assert said.code == 1


def test_a_control_that_gives_something_else_is_exit_one(run, published):
    control = {"analysis": RESULT["analysis"] | {"measure": "OR"}, "gives": {"estimate": "2.00"}}
    said = run("reproduce", "--published", published(controls=[control]))
    assert said.code == 1
    assert "control: OR" in said.out


def test_more_events_than_people_are_refused_with_file_and_row(run, published):
    rows = [RESULT["rows"][0] | {"events_1": 11}]
    said = run("reproduce", "--published", published(rows=rows))
    assert (said.code, said.out) == (1, "")
    assert "published.json: result 'a', row 1 (x): events_1 is 11, more than n_1 = 10" in said.err


def test_an_unknown_measure_is_named(run, published):
    said = run("reproduce", "--published", published(analysis={"measure": "RRR", "method": "IV"}))
    assert said.code == 1
    assert "'RRR'" in said.out + said.err
    assert "RR, OR, RD" in said.out + said.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"results": 7}', '{"results": [7]}', "[[[["])
def test_a_file_of_another_kind_is_refused(text, run, tmp_path):
    file = tmp_path / "odd.json"
    file.write_text(text)
    said = run("reproduce", "--published", file)
    assert (said.code, said.out) == (1, "")
    assert "odd.json" in said.err


def test_reproduce_wants_a_review_or_a_file(run):
    assert run("reproduce").code == 2


def test_the_json_holds_every_result(run, published):
    [found] = json.loads(run("reproduce", "--published", published(), "--json").out)
    assert (found["id"], found["as_expected"], found["status"]) == ("a", True, "agrees")


CASE = {
    "id": "p/1",
    "function": "escalc",
    "inputs": {"xi": [3], "ni": [10]},
    "options": {"measure": "PR"},
    "expected": {"yi": [0.3], "vi": [0.021]},
}


@pytest.fixture
def cases(tmp_path):
    def write(*given: dict, family: str = "escalc_proportion"):
        file = tmp_path / "cases.json"
        file.write_text(json.dumps({"family": family, "cases": given}))
        return file

    return write


def test_qualify_counts_what_passed_failed_and_is_not_supported(run, cases):
    wrong = CASE | {"id": "p/2", "expected": {"yi": [0.4]}}
    other = CASE | {"id": "p/3", "family": "astrology"}
    file = cases(CASE, wrong, other)
    found = json.loads(run("qualify", file, "--json").out)
    assert (found["passed"], found["failed"], found["unsupported"]) == (1, 1, 1)
    assert found["groups"]["astrology"]["unsupported"] == 1
    proportions = found["groups"]["escalc_proportion"]
    assert (proportions["passed"], proportions["failed"]) == (1, 1)
    assert (proportions["remarked"], proportions["worst_case"]) == (0, "p/1")
    assert proportions["worst"] <= proportions["median"] <= 15
    assert [c["status"] for c in found["cases"]] == ["passed", "failed", "unsupported"]
    assert set(found["cases"][0]) >= {"id", "family", "status", "worst", "why", "remark"}
    text = run("qualify", file).out
    assert "failed: p/2" in text
    assert "unsupported: family astrology" in text
    assert text.endswith("1 passed, 1 failed, 1 unsupported\n")


def test_qualify_counts_what_is_not_supported_against_the_threshold(run, cases):
    file = cases(CASE, CASE | {"id": "p/3", "family": "astrology"})
    assert run("qualify", file, "--min-pass", 0.5).code == 0
    said = run("qualify", file, "--min-pass", 0.6)
    assert said.code == 1
    assert "1 of 2 cases passed" in said.err


@pytest.mark.parametrize("name", ["q.md", "q.html"])
def test_qualify_writes_a_report_with_every_case(name, run, cases, tmp_path):
    report = tmp_path / name
    said = run("qualify", cases(CASE, CASE | {"id": "p/2"}), "--report", report)
    assert said.code == 0
    assert str(report) in said.err
    text = report.read_text("utf-8")
    assert "2 cases: 2 passed" in text
    assert "p/2" in text


def test_qualify_refuses_a_report_of_another_kind(run, cases, tmp_path):
    said = run("qualify", cases(CASE), "--report", tmp_path / "q.docx")
    assert (said.code, said.out) == (1, "")
    assert ".md or .html" in said.err


@pytest.mark.parametrize("text", ["", "[]", '{"cases": 7}', '{"cases": [7]}'])
def test_qualify_refuses_a_file_of_another_kind(text, run, tmp_path):
    file = tmp_path / "odd.json"
    file.write_text(text)
    said = run("qualify", file)
    assert (said.code, said.out) == (1, "")
    assert "odd.json" in said.err


def test_qualify_wants_files_that_exist(run):
    assert run("qualify").code == 2
    assert run("qualify", "no-such-file.json").code == 2
