"""Screening in a terminal, driven through a pseudo-terminal as a person would."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ranvier
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.workflow.record import Saying

ANNA, BEN = "person:anna", "person:ben"
TA = "title_abstract"
CALL = [sys.executable, "-c", "from ranvier.cli import main; main()"]


class Terminal:
    """A program at a pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        ours, theirs = pty.openpty()
        environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "90"}
        self.process = subprocess.Popen(
            [*CALL, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)
        self.ours = ours
        self.said = ""

    def until(self, text: str) -> str:
        """Read until the program has said something; return all since the last time."""
        end = time.monotonic() + 60
        while text not in self.said:
            assert time.monotonic() < end, self.said
            if select.select([self.ours], [], [], 0.2)[0]:
                try:
                    self.said += os.read(self.ours, 4096).decode()
                except OSError:
                    break
        assert text in self.said, self.said
        before, _, self.said = self.said.partition(text)
        return before + text

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def ended(self) -> int:
        return self.process.wait(60)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def make(*arguments: str) -> Terminal:
        opened.append(Terminal(*arguments))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def number(shown: str) -> str:
    """The number in the title of the record that is shown, without what colours it."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    return plain.partition("Trial ")[2][0]


@pytest.fixture
def place(small, tmp_path) -> Path:
    place = tmp_path / "review"
    criteria = (
        Criterion(id="people", stage=TA, text="Done in people"),
        Criterion(id="design", stage=TA, text="Randomised"),
    )
    rules = (ScreeningRule(stage=TA, rule="two_independent"),)
    with ranvier.new(place, id="r", title="R", actor=ANNA) as review:
        protocol = small.protocol(screening=rules, criteria=criteria)
        review.record([Saying(payload=protocol, actor=ANNA)])
        seat = review.seat(ANNA)
        rows = [f'x{n},"Trial {n} of H<sub>2</sub>O \x1b[2J",Text' for n in range(4)]
        table = "\n".join(["id,title,abstract", *rows])
        seat.records.import_(table.encode(), "f.csv", source="MEDLINE", kind="database")
        seat.team.put_member(BEN, ["reviewer"])
        seat.screening.begin(TA)
        ben = review.seat(BEN)
        for card in ben.screening.queue(TA, n=9):
            ben.screening.decide(TA, card.item, "exclude", reasons=["people"], note="of rats")
    return place


def test_records_are_decided_by_single_keys_and_the_rest_waits(terminal, place):
    at = terminal("screen", str(place), "--as", "anna")
    shown = at.until("› ")
    assert "H2O" in shown
    assert "\x1b[2J" not in shown
    assert "rats" not in shown
    at.press("n")
    at.until("Note")
    at.press("seems right\n")
    at.until("› ")
    at.press("i")
    at.until("included")
    at.until("› ")
    at.press("e")
    at.until("Reasons")
    at.press("7\n")
    at.until("Give numbers from 1 to 2")
    at.press("2 1\n")
    at.until("excluded")
    at.until("› ")
    at.press("u")
    assert "Undone" in at.until("› ")
    at.press("m")
    at.until("maybe")
    at.until("› ")
    at.press("q")
    assert "2 decided now, 2 in all, 2 left" in at.until("Next:")
    at.until(f"ranvier screen {place}")
    assert at.ended() == 0
    with ranvier.open(place, mode="read") as review:
        said = {m.decision.verdict: m.decision for m in review.seat(ANNA).screening.mine(TA)}
    assert said.keys() == {"include", "maybe"}
    assert said["include"].note == "seems right"


def test_a_record_put_off_comes_again_at_the_end(terminal, place):
    at = terminal("screen", str(place), "--as", "anna")
    first = number(at.until("› "))
    at.press("s")
    at.until("› ")
    for _ in range(3):
        at.press("i")
        at.until("included")
        last = at.until("› ")
    assert number(last) == first
    at.press("i")
    at.until("4 decided now, 4 in all, 0 left")
    assert at.ended() == 0


def test_it_says_that_it_needs_a_terminal(place):
    done = subprocess.run(
        [*CALL, "screen", str(place)], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr


def test_a_simulated_demonstration_says_so_at_every_record(terminal, tmp_path):
    ranvier.api.demonstrate_screening(tmp_path / "demo", actor=ANNA)
    at = terminal("screen", str(tmp_path / "demo"), "--as", "anna")
    assert "do not exist" in at.until("› ")
    for _ in range(2):
        at.press("i")
        at.until("included")
        assert "simulated demonstration" in at.until("› ")
    at.press("q")
    at.until("2 decided now")
    assert at.ended() == 0
