"""Studies in a terminal: listed, suggested, taken and taken back."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.api.test_studies import STAGES, ZINC, include

import ranvier
from ranvier.cli.app import cli
from ranvier.core.protocol import ScreeningRule


@pytest.fixture
def place(tmp_path):
    with ranvier.new(tmp_path / "r", id="zinc", title="Zinc", actor="person:me") as opened:
        seat = opened.seat("person:me")
        seat.records.import_("".join(ZINC).encode(), "z.ris", source="PubMed", kind="database")
        rules = [ScreeningRule(stage=stage, rule="single") for stage in STAGES]
        seat.screening.put_protocol(criteria=[], rules=rules)
        include(seat)
    return str(tmp_path / "r")


def run(*arguments: str):
    return CliRunner().invoke(cli, ["studies", *arguments, "--as", "me"])


def test_what_is_suggested_is_listed_taken_and_taken_back(place):
    said = run(place)
    assert said.exit_code == 0
    assert "One study? Would be Petrova 2015.  [suggested, firm]" in said.stdout
    assert "Both name NCT01234567." in said.stdout
    assert "Smith 2011a" in said.stdout

    taken = run(place, "--take", "import-1/r000002")
    assert (taken.exit_code, taken.stdout) == (0, "Petrova 2015\n")
    with ranvier.open(place, mode="read") as review:
        event = review.state.event_of("study", "petrova-2015")
        assert (event.actor, event.reason) == ("person:me", "Both name NCT01234567.")

    assert run(place, "--each").stdout == "Smith 2011a, Smith 2011b, Doe 2019\n"
    moved = run(
        place, "--report", "import-1/r000004", "--into", "smith-2011a", "--reason", "one trial"
    )
    assert moved.stdout == "Smith 2011a\n"
    renamed = run(place, "--study", "smith-2011a", "--label", "Smith 2011", "--role", "ongoing")
    assert renamed.stdout == "Smith 2011\n"
    assert run(place, "--undo", "last").exit_code == 0
    held = json.loads(run(place, "--json").stdout)
    assert [(s["label"], s["role"], len(s["reports"])) for s in held["studies"]] == [
        ("Doe 2019", "included", 1),
        ("Petrova 2015", "included", 2),
        ("Smith 2011a", "included", 2),
    ]
    assert run(place, "--out", "import-1/r000005").exit_code == 0
    assert "Doe 2019" in run(place).stdout  # as what it would be called


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--take", "nothing"), "nothing is suggested"),
        (("--take", "a", "--out", "b"), "more than one thing"),
        (("--label", "Alone"), "not said which"),
        (("--report", "import-9/r1"), "no record or cluster"),
        (("--study", "nothing", "--role", "ongoing"), "no study"),
        (("--undo", "last"), "nothing to take back"),
    ],
)
def test_what_cannot_be_done_says_why(place, arguments, words):
    said = run(place, *arguments)
    assert said.exit_code == 1
    assert words in said.stderr
