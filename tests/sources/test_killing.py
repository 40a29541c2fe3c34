"""A retrieval of 25,000 records is killed again and again, and ends with each of them once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import ranvier

SCRIPT = Path(__file__).with_name("retrieving.py")


@pytest.mark.parametrize(
    ("size", "at"),
    [
        pytest.param(4_000, {3, 5, 6, 8, 9}, marks=pytest.mark.nightly),
        pytest.param(25_000, {5, 12, 20, 31, 42}, marks=pytest.mark.nightly),
    ],
)
def test_killed_while_fetching_and_while_importing_every_record_is_there_once(
    database, tmp_path, size, at
):
    database.corpus = type(database.corpus)(size)
    place = tmp_path / "review"
    ranvier.new(place, id="killed", title="Killed", actor="person:anna").close()
    chance = random.Random(4)
    database.trouble = {4: "truncate", 7: "cut", 38: "500"}
    running: list[subprocess.Popen[str]] = []

    def kill_at(number: int) -> None:
        if number in at:
            os.kill(running[-1].pid, signal.SIGKILL)
            time.sleep(0.05)

    database.before = kill_at
    killed = 0
    for attempt in range(30):
        running.append(
            subprocess.Popen(
                [sys.executable, str(SCRIPT), str(place), database.url],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        if 5 <= attempt < 9:  # all pages have come: now in the middle of the import
            written = next(iter((place / "spool").glob("pubmed-*/")), None)
            deadline = time.monotonic() + 30
            while running[-1].poll() is None and time.monotonic() < deadline:
                if written is not None and list(written.glob("pubmed-*.xml")):
                    time.sleep(chance.random() * size / 10_000)
                    running[-1].kill()
                    break
                time.sleep(0.01)
        out, err = running[-1].communicate(timeout=300)
        if running[-1].returncode == 0:
            break
        assert running[-1].returncode == -signal.SIGKILL, err
        killed += 1
    assert killed >= 6, "it was to be killed while fetching and while importing"
    with ranvier.open(place, mode="read") as review:
        pmids = Counter(record.pmid for record in review.state.records.values())
        assert sorted(map(int, pmids)) == list(range(1, size + 1))
        assert set(pmids.values()) == {1}
        assert len(review.state.searches) == len(review.state.imports) == 1
        review.verify()
    assert len(database.asked) < 150  # each page once, but for those that were under way
    assert not list((place / "spool").glob("*"))
    assert out.split()[1] == str(size) or not out.strip()
