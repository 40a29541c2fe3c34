"""`demo`: the shipped review restored, proved, recomputed and built; as often as one likes."""

from __future__ import annotations

import json

import ranvier


def test_demo_restores_proves_and_builds_and_says_where_to_look(run, tmp_path, mmn):
    said = run("demo", "--to", tmp_path)
    page, place = tmp_path / "mmn" / "index.html", tmp_path / "mmn" / "review"
    assert (said.code, said.out) == (0, f"{page}\n")
    assert f"ranvier trace {place} analysis/strength-published" in said.err
    assert page.read_text("utf-8").startswith("<!doctype html>")
    with ranvier.open(place, mode="read") as ours, ranvier.open(mmn) as shipped:
        assert [e.hash for e in ours.log()] == [e.hash for e in shipped.log()]
    before = page.read_bytes()

    again = run("demo", "--to", tmp_path)
    assert again.code == 0
    assert page.read_bytes() == before
    assert {p.name for p in page.parent.iterdir()} == {"index.html", "review"}

    events = json.loads(run("log", place, "--json").out)
    conflict = next(e["seq"] for e in events if e["type"] == "conflict.noted")
    assert run("undo", place, conflict, "--reason", "Trying it out").code == 0
    changed = run("log", place, "--json").out
    after = run("demo", "--to", tmp_path)
    kept = tmp_path / "mmn" / "review-2"
    assert after.code == 0
    assert f"it is kept in {kept}" in after.err
    assert run("log", kept, "--json").out == changed
    assert page.read_bytes() == before


def test_demo_sets_aside_what_is_no_review(run, tmp_path):
    place = tmp_path / "mmn" / "review"
    place.mkdir(parents=True)
    (place / "notes.txt").write_text("mine")
    assert run("demo", "--to", tmp_path).code == 0
    assert (tmp_path / "mmn" / "review-2" / "notes.txt").read_text() == "mine"


def test_a_review_that_is_not_shipped_is_refused(run, tmp_path):
    said = run("demo", "zinc", "--to", tmp_path / "build")
    assert said.code == 1
    assert "no review named 'zinc'" in said.err
    assert not (tmp_path / "build").exists()


def test_the_published_results_of_the_shipped_review_come_out_as_expected(run, mmn):
    said = run("reproduce", mmn)
    assert (said.code, said.err) == (0, "")
    assert "14 of 14 results came out as expected" in said.out
    assert "11.00 (2.86 to 42.25)   11.00 (2.86 to 42.25)   agrees" in said.out
