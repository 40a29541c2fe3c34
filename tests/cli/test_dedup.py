"""`ranvier dedup` and `ranvier benchmark dedup` from the outside."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

import pytest

ROWS = [
    "id,title,authors,year,journal,volume,pages",
    'm1,"IVIg in multifocal motor neuropathy: a trial","Leger, JM; B, C",2001,Brain,124,145-153',
    'e1,"IVIG in multifocal motor neuropathy: a trial.","Leger JM; B C",2001,Brain,124,145-53',
    'x1,"IVIg in multifocal motor neuropathy: a trial","Leger, JM; B, C",2001,Brain,124,733-741',
]


@pytest.fixture
def review(tmp_path, run):
    file = tmp_path / "records.csv"
    file.write_text("\n".join(ROWS) + "\n")
    place = str(tmp_path / "review")
    assert run("new", place, "--id", "t", "--title", "T").code == 0
    found = run("import", place, str(file), "--source", "MEDLINE", "--date", "2026-01-31")
    assert found.code == 0
    return place


def test_it_says_what_changed_and_what_to_do_next(review, run):
    done = run("dedup", review)
    assert done.code == 0, done.err
    assert "3 new records compared: 1 are duplicates, 1 pairs are in doubt" in done.out
    assert "3 records describe 2 reports" in done.out
    assert f"ranvier dedup {review} --ask" in done.err
    again = run("dedup", review)
    assert "nothing was changed" in again.err


def test_a_pair_in_doubt_is_shown_and_decided(review, run):
    run("dedup", review)
    shown = run("dedup", review, "--ask")
    assert "the pages differ" in shown.out
    assert "733-741" in shown.out
    decided = run("dedup", review, "--different", "x1", "m1", "--reason", "seen both")
    assert "x1 and m1 are two reports" in decided.out
    assert "No pair is in doubt" in run("dedup", review, "--ask").err


def test_a_merge_explains_itself_and_can_be_undone(review, run):
    run("dedup", review)
    why = run("dedup", review, "--why", "e1")
    assert "pages same (+" in why.out
    assert json.loads(run("dedup", review, "--why", "e1", "--json").out)["cluster"] == [
        "e1",
        "m1",
    ]
    assert run("undo", review, "4", "--reason", "no").code == 0
    assert "in no cluster" in run("dedup", review, "--why", "e1").err


def test_the_overlap_of_sources_is_counted(review, run):
    run("dedup", review)
    found = json.loads(run("dedup", review, "--overlap", "--json").out)
    assert found["reports"] == {"MEDLINE": 2}


def test_an_unknown_record_is_named(review, run):
    done = run("dedup", review, "--same", "m1", "nobody")
    assert done.code == 1
    assert "there is no record 'nobody'" in done.err


def at_a_terminal(keys: str, *args: str) -> str:
    """Run a command at a terminal of 100 columns; press one key each time it asks."""
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    command = [sys.executable, "-c", "from ranvier.cli import main; main()", *args]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        command, stdin=secondary, stdout=secondary, stderr=secondary, env=environment
    ) as running:
        os.close(secondary)
        shown, asked = b"", 0
        while True:
            try:
                shown += os.read(primary, 65536)
            except OSError:  # the command is over
                break
            if shown.count(b"q quit") > asked and asked < len(keys):
                while termios.tcgetattr(primary)[3] & termios.ICANON:
                    time.sleep(0.01)  # it is not listening yet: the key would be lost
                os.write(primary, keys[asked].encode())
                asked += 1
        assert running.wait(60) == 0
    os.close(primary)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())


def test_pairs_are_decided_at_a_terminal_with_one_key_each(review, run):
    run("dedup", review)
    shown = at_a_terminal("xdq", "dedup", review, "--ask")
    assert "Pair 1 of 1, 0 decided, 1 left" in shown
    assert re.search(r"≠  pages +\S+ +\S+", shown)
    assert "against  the pages differ" in shown
    assert "'x' is no key here" in shown
    assert "1 decided: 0 one report, 1 two reports; 0 still in doubt" in shown
    assert "--overlap" in shown
    assert json.loads(run("log", review, "--json").out)[-1]["type"] == "records.matched"


def test_what_is_taken_back_is_asked_again(review, run):
    run("dedup", review)
    shown = at_a_terminal("sul", "dedup", review, "--ask")
    assert "That was the last pair." in shown
    assert "recorded: one report (u takes it back)" in shown
    assert "taken back: decide again" in shown
    assert "0 decided: 0 one report, 0 two reports; 1 still in doubt" in shown
    assert f"go on with: ranvier dedup {review} --ask" in shown


def labelled(tmp_path) -> str:
    file = tmp_path / "set.csv"
    head = ROWS[0].replace("id,", "record_id,", 1) + ",cluster_id"
    file.write_text("\n".join([head, ROWS[1] + ",a", ROWS[2] + ",a", ROWS[3] + ",b"]) + "\n")
    return str(file)


def test_the_benchmark_counts_as_its_readme_says(tmp_path, run):
    found = json.loads(run("benchmark", "dedup", labelled(tmp_path), "--json").out)
    (only,) = found["sets"]
    assert only.keys() >= {
        "name", "records", "f1", "precision", "recall", "works_lost", "asked", "seconds",
    }  # fmt: skip
    assert (only["name"], only["records"], only["f1"], only["works_lost"]) == ("set", 3, 1.0, 0)
    assert found["pooled"]["recall"] == 1.0


def test_the_benchmark_fails_below_a_bound(tmp_path, run):
    file = tmp_path / "lost.csv"
    head = ROWS[0].replace("id,", "record_id,", 1) + ",cluster_id"
    file.write_text("\n".join([head, ROWS[1] + ",a", ROWS[2] + ",b"]) + "\n")
    done = run("benchmark", "dedup", str(tmp_path), "--max-lost", "0")
    assert done.code == 1
    assert "too many works are lost in lost" in done.err
    assert run("benchmark", "dedup", str(file), "--min-f1", "0.9").code == 1
