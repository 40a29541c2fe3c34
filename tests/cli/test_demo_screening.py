"""`demo screening`: a team that screens, and that says in every form that it is simulated."""

from __future__ import annotations

import json

import pytest

import ranvier
from ranvier.api.demonstration import ADJUDICATOR, REVIEWERS, SIMULATED

TA, FT = "title_abstract", "full_text"
ANNA = "person:anna"
MACHINES = {one.actor for one in (*REVIEWERS, ADJUDICATOR)}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "screening"
    ranvier.api.demonstrate_screening(folder, actor=ANNA)
    return folder


def test_the_command_says_what_it_made_and_what_is_next(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    said = run("demo", "screening")
    assert (said.code, said.out) == (0, "build/screening\n")
    assert "Simulated demonstration" in said.err
    assert "ranvier serve build/screening" in said.err
    assert "ranvier screen build/screening" in said.err
    again = run("demo", "screening")
    assert again.code == 1
    assert "holds a review already" in again.err
    assert "Simulated demonstration" in run("status", "build/screening").out


def test_a_folder_is_for_the_demonstration_of_screening(run, tmp_path):
    said = run("demo", "mmn", tmp_path / "x")
    assert said.code == 1
    assert f"--to {tmp_path / 'x'}" in said.err


def test_every_page_has_something_to_show_and_nobody_voted_but_machines(place):
    with ranvier.open(place, mode="read") as review:
        state, seat = review.state, review.seat(ANNA)
        assert {d.reviewer for d in state.decisions.values()} == MACHINES
        assert all(state.actors[m].kind == "machine" for m in MACHINES)
        assert all(state.actors[m].name.startswith("Simulated") for m in MACHINES)
        assert all(view.left > 0 for view in seat.screening.stages())
        assert all(seat.blinded(stage) for stage in (TA, FT))
        waiting = seat.screening.conflicts(TA, limit=1_000)
        assert waiting
        assert any(d.resolves for d in state.decisions.values())
        assert any(view.found is not None for view in seat.screening.agreement(TA))
        seat.review()  # what a blinded person sees folds


def test_conflicts_can_be_settled_by_who_asked_for_it(tmp_path):
    ranvier.api.demonstrate_screening(tmp_path / "d", actor=ANNA)
    with ranvier.open(tmp_path / "d") as review:
        seat = review.seat(ANNA)
        before = seat.screening.conflicts(TA, limit=1_000)
        seat.screening.resolve(TA, before[0].item, "include")
        assert len(seat.screening.conflicts(TA, limit=1_000)) == len(before) - 1
        assert review.verify().events > 300


def test_the_same_seed_gives_the_same_votes_and_another_others(tmp_path):
    def votes(name: str, seed: int) -> dict[str, str]:
        ranvier.api.demonstrate_screening(tmp_path / name, actor=ANNA, seed=seed)
        with ranvier.open(tmp_path / name, mode="read") as review:
            return {key: d.verdict for key, d in review.state.decisions.items() if not d.resolves}

    assert votes("a", 1) == votes("b", 1) != votes("c", 2)


def test_reviewers_err_about_as_often_as_is_said(place):
    with ranvier.open(ranvier.shipped("mmn"), mode="read") as example:
        labels = {d.item: d.verdict for d in example.state.decisions.values() if d.stage == TA}
    with ranvier.open(place, mode="read") as review:
        votes = [d for d in review.state.decisions.values() if d.stage == TA and not d.resolves]
        wrong = sum(d.verdict != labels[d.item.removeprefix("dup:")] for d in votes)
    assert 0.02 < wrong / len(votes) < 0.25


def test_copies_and_the_document_say_that_it_is_simulated(run, place, tmp_path):
    assert run("snapshot", place, tmp_path / "s").code == 0
    for held in (place, tmp_path / "s"):
        first = json.loads(run("log", held, "--json").out)[0]
        assert first["payload"]["simulated"] == SIMULATED
    assert run("build", place, "--to", tmp_path / "page").code == 0
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert SIMULATED in page
    assert "Simulated demonstration, not a review" in page
    assert "Living systematic review" not in page


def test_a_true_review_says_nothing_of_it(mmn):
    with ranvier.open(mmn) as review:
        assert review.state.simulated is None
        assert "simulated" not in review.seat("person:anna").document().partition("<main")[2][:500]
