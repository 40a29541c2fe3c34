"""An import that is killed goes on where it was: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ranvier
from ranvier.storage import open_folder
from ranvier.workflow.known import read_records

#: Seconds from the start of a process to its kill: from loading to the middle of its reading.
WAITS = (0.3, 6.0)


def write(path: Path, count: int) -> None:
    filler = "A sentence of an abstract that makes the file long enough to be kept in parts. " * 12
    with path.open("w", encoding="utf-8") as out:
        for n in range(count):
            out.write(
                f"TY  - JOUR\nTI  - Trial {n}\nAN  - {n}\nPY  - 2013\nAB  - {filler}\nER  - \n\n"
            )


def start(place: Path, file: Path) -> subprocess.Popen[bytes]:
    code = "from ranvier.cli import main; main()"
    options = ["--source", "MEDLINE", "--date", "2026-01-31"]
    return subprocess.Popen(
        [sys.executable, "-c", code, "import", place, file, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def kill_until_done(tmp_path: Path, count: int, kills: int, waits: tuple[float, float]) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    place, file = tmp_path / "review", tmp_path / "long.ris"
    write(file, count)
    ranvier.new(place, id="r", title="T", actor="person:anna").close()
    for _ in range(kills):
        process = start(place, file)
        time.sleep(chance.uniform(*waits))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = start(place, file)
    out, err = process.communicate()
    assert process.returncode == 0, f"seed {seed}: {err.decode()}"
    assert f"({count} in the review)" in out.decode(), f"seed {seed}"
    with open_folder(place, "read") as store:
        store.verify()
        [imported] = [i for e in store.standing() if (i := imported_of(e))]
        seen = [(r.id, r.title, r.accession) for r in read_records(store, imported)]
    expected = [(f"{imported.id}/r{n + 1:06d}", f"Trial {n}", str(n)) for n in range(count)]
    assert seen == expected, f"seed {seed}"


def imported_of(standing):
    from ranvier.core.facts import decode

    return decode(standing.type, standing.payload) if standing.type == "records.imported" else None


def test_a_killed_import_goes_on(tmp_path):
    kill_until_done(tmp_path, 12_000, 3, WAITS)


@pytest.mark.nightly
@pytest.mark.parametrize("count", [80_000, 1_000_000])
def test_a_killed_import_of_many_goes_on(tmp_path, count):
    kill_until_done(tmp_path, count, 5, (1.0, count / 4_000))


def test_files_that_a_killed_import_left_are_named(run, tmp_path):
    place, file = tmp_path / "review", tmp_path / "f.ris"
    write(file, 3)
    ranvier.new(place, id="r", title="T", actor="person:anna").close()
    assert run("import", place, file, "--source", "MEDLINE", "--date", "2026-01-31").code == 0
    whole = run("verify", place)
    assert whole.code == 0
    assert "no event names" not in whole.out
    with open_folder(place, "write") as store:
        left = store.put_blob(b"a part of a file")
    said = run("verify", place)
    assert said.code == 0
    assert "1 stored files that no event names" in said.out
    assert left in run("verify", place, "--json").out
