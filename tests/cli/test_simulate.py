"""`ranvier simulate` from the outside."""

from __future__ import annotations

import json
import random

import pytest


def exported(folder, header: str, said: dict[bool, str]) -> str:
    draw = random.Random(0)
    file = folder / "old.csv"
    rows = [header]
    for i in range(60):
        topic = "nerve grip hand" if i < 12 else draw.choice(["heart valve", "sleep loss"])
        abstract = " ".join(draw.choices(["study", "patients", "weeks", "group"], k=5))
        rows.append(f"{i},{topic} {draw.choice(['trial', 'cohort'])},{abstract},{said[i < 12]}")
    file.write_text("\n".join(rows) + "\n")
    return str(file)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("record_id,title,abstract,asreview_label", {True: "1", False: "0"}),
        ("id,title,abstract,included", {True: "1", False: "0"}),
        ("id,title,abstract,label_included", {True: "1", False: "0"}),
    ],
)
def test_an_old_review_is_screened_again(tmp_path, run, header, said):
    file = exported(tmp_path, header, said)
    found = json.loads(run("simulate", file, "--json").out)
    assert (found["records"], found["relevant"]) == (60, 12)
    assert found["read_for_95"] < 25
    assert len(found["ranks"]) == 3
    assert all(len(ranks) == 11 for ranks in found["ranks"])


def test_the_curve_is_drawn_and_what_was_saved_is_said(tmp_path, run):
    file = exported(tmp_path, "id,title,abstract,label_included", {True: "1", False: "0"})
    done = run("simulate", file, "--figure", str(tmp_path / "recall.svg"))
    assert done.code == 0
    assert "60 records, 12 of them relevant" in done.out
    assert "Work saved over sampling" in done.out
    drawn = (tmp_path / "recall.svg").read_text()
    assert "<title" in drawn
    assert "11 relevant records among 58" in drawn


def test_a_file_without_decisions_is_refused(tmp_path, run):
    file = tmp_path / "x.ris"
    file.write_text("TY  - JOUR\nTI  - A trial\nER  - \n")
    done = run("simulate", str(file))
    assert done.code == 1
    assert "no record has a decision" in done.err


def test_with_embeddings_their_time_stands_apart_and_is_told_again(
    tmp_path, run, model, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = exported(tmp_path, "id,title,abstract,included", {True: "1", False: "0"})
    plain = json.loads(run("simulate", file, "--json").out)
    first = json.loads(run("simulate", file, "--embed", "--json").out)
    again = json.loads(run("simulate", file, "--embed", "--json").out)
    assert plain["embedding_seconds"] is None
    assert 0 < first["embedding_seconds"] == again["embedding_seconds"]
    assert first["ranks"] == again["ranks"]
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 1
    assert "Sentence embeddings take part" in run("simulate", file, "--embed").out


def test_embeddings_that_are_switched_off_are_not_asked_for_in_vain(tmp_path, run):
    file = exported(tmp_path, "id,title,abstract,included", {True: "1", False: "0"})
    done = run("simulate", file, "--embed")
    assert done.code == 1
    assert "RANVIER_EMBED" in done.err
