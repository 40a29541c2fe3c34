"""Each command does its one thing: results on stdout, words on stderr, an honest exit code."""

from __future__ import annotations

import json
from dataclasses import replace

import click
import pytest
from click.testing import CliRunner

import ranvier
from ranvier.bootstrap import open_store
from ranvier.cli import cli
from ranvier.core.value import Anchor
from ranvier.errors import InputError
from ranvier.workflow.record import Saying

RECORDS = "id,title\na1,One\na2,Two\n"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_with_an_example(name, run):
    said = run(name, "--help")
    assert said.code == 0
    assert "Example:" in said.out
    assert f"ranvier {name} " in said.out.split("Example:")[1]


@pytest.mark.parametrize("args", [["frob"], ["status"], ["import", "x"], ["undo", "x", "first"]])
def test_wrong_usage_is_exit_two(args, run):
    said = run(*args)
    assert (said.code, said.out) == (2, "")
    assert "Usage:" in said.err


def test_an_empty_place_is_wrong_usage(run):
    assert run("status", "").code == 2


@pytest.mark.parametrize(
    "args",
    [["status"], ["build"], ["trace"], ["log"], ["verify"], ["reproduce"], ["snapshot"], ["undo"]],
    ids=lambda args: args[0],
)
def test_a_place_without_a_review_is_named_with_a_remedy(args, run, tmp_path):
    more = {"trace": ["row/r"], "snapshot": [tmp_path / "s"], "undo": ["1", "--reason", "x"]}
    nowhere = tmp_path / "nowhere"
    said = run(*args, nowhere, *more.get(args[0], []))
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: there is no review in {nowhere}.")
    assert "ranvier new" in said.err
    assert not nowhere.exists()


def test_new_makes_a_review_and_names_who_did(run, tmp_path):
    folder = tmp_path / "zinc"
    said = run("new", folder, "--id", "zinc", "--title", "Zinc", "--actor", "anna")
    assert (said.code, said.out) == (0, f"{folder}\n")
    assert f"ranvier import {folder}" in said.err
    with ranvier.open(folder, mode="read") as review:
        assert review.state.opened.title == "Zinc"
        assert review.actors()["person:anna"].name == "anna"
    again = run("new", folder, "--id", "zinc", "--title", "Zinc")
    assert again.code == 1
    assert "holds a review already" in again.err


def test_status_counts_what_stands(place, run):
    said = run("status", place)
    assert said.code == 0
    assert said.out.startswith("A small review (small)\n")
    assert "row " in said.out
    assert "Next:" in said.err
    found = json.loads(run("status", place, "--json").out)
    assert (found["id"], found["things"]["row"], found["events"]) == ("small", 1, 6)


def test_log_says_who_when_and_why(place, run):
    lines = run("log", place).out.splitlines()
    assert len(lines) == 6
    assert "person:anna" in lines[-1]
    assert "row/r1" in lines[-1]
    assert lines[-1].endswith("because: As read")
    assert run("log", place, "--about", "row/r1").out.splitlines() == lines[-1:]
    assert run("log", place, "--after", 4).out.splitlines() == lines[4:]


def test_log_as_json_is_one_array(place, run):
    events = json.loads(run("log", place, "--json").out)
    assert [e["seq"] for e in events] == [1, 2, 3, 4, 5, 6]
    assert events[-1]["payload"]["id"] == "r1"
    assert json.loads(run("log", place, "--json", "--after", 99).out) == []
    assert "no event after 99" in run("log", place, "--after", 99).err


def test_undo_takes_an_event_back_and_back_again(place, run):
    said = run("undo", place, 6, "--reason", "Wrong table", "--actor", "person:ben")
    assert (said.code, said.out) == (0, "event 6 is undone by event 7\n")
    assert "ranvier undo" in said.err
    about = run("log", place, "--about", "row/r1").out.splitlines()
    assert "event.undone" in about[-1]
    assert "event 6" in about[-1]
    assert about[-1].endswith("because: Wrong table")
    assert json.loads(run("status", place, "--json").out)["things"].get("row") is None
    assert run("undo", place, 7, "--reason", "It was right").code == 0
    assert json.loads(run("status", place, "--json").out)["things"]["row"] == 1


def test_undo_of_what_others_stand_on_is_refused(place, run):
    said = run("undo", place, 5, "--reason", "x")
    assert said.code == 1
    assert "'r1' names study 's1'" in said.err
    assert run("undo", place, 99, "--reason", "x").code == 1


def test_import_adds_records_once(place, run, tmp_path):
    file = tmp_path / "records.csv"
    file.write_text(RECORDS)
    args = ["import", place, file, "--source", "Europe PMC", "--date", "2026-01-31"]
    said = run(*args, "--actor", "ben")
    assert (said.code, said.out) == (0, "2 new records (2 in the review)\n")
    again = run(*args)
    assert again.out == "0 new records (2 in the review)\n"
    assert "imported before" in again.err
    with ranvier.open(place, mode="read") as review:
        [run_] = review.state.searches.values()
        assert (run_.id, run_.source) == ("europe-pmc-2026-01-31", "Europe PMC")
        assert run_.searched_through == "2026-01-31"
        assert "person:ben" in review.actors()


def test_a_second_file_of_one_search_joins_its_search_run(place, run, tmp_path):
    for name, records in (("1.csv", RECORDS), ("2.csv", "id,title\nb,Three\n")):
        (tmp_path / name).write_text(records)
        args = ["--source", "MEDLINE", "--date", "2026-01-31"]
        assert run("import", place, tmp_path / name, *args).code == 0
    with ranvier.open(place, mode="read") as review:
        assert len(review.state.searches) == 1
        assert len(review.state.records) == 3


@pytest.mark.parametrize(
    ("data", "place_of_it", "words"),
    [
        ("id,name\na,One\n", "bad.csv, row 1", "no records were recognised"),
        ("<html></html>", "bad.csv:", "a web page"),
        ('[{"title": "One"},\n{]', "bad.csv, row 2", "not JSON"),
    ],
)
def test_a_bad_file_is_refused_whole(data, place_of_it, words, place, run, tmp_path):
    before = run("log", place, "--json").out
    file = tmp_path / "bad.csv"
    file.write_text(data)
    said = run("import", place, file, "--source", "MEDLINE", "--date", "2026-01-31")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: {place_of_it}")
    assert words in said.err
    assert len(said.err.splitlines()) == 2  # what is wrong, and the remedy
    assert run("log", place, "--json").out == before


def test_odd_rows_are_imported_and_said(place, run, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("id,title\na,One\nb,\n")
    said = run("import", place, file, "--source", "MEDLINE", "--date", "2026-01-31")
    assert (said.code, said.out) == (0, "2 new records (2 in the review)\n")
    assert "odd.csv, line 3: this record has no title." in said.err


def test_files_of_several_vendors_are_imported_at_once(place, run, tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - One\nDB  - Scopus\nER  - \n")
    (tmp_path / "b.nbib").write_text("PMID- 1\nTI  - Two\n")
    files = [tmp_path / "a.ris", tmp_path / "b.nbib"]
    preview = run("import", place, *files, "--dry-run")
    assert preview.code == 0
    assert "a.ris: 1 records, ris of Scopus" in preview.out
    said = run("import", place, *files)
    assert said.out == "2 new records (2 in the review)\n"
    with ranvier.open(place, mode="read") as review:
        assert {s.source for s in review.state.searches.values()} >= {"Scopus", "PubMed"}


def test_export_says_what_the_format_cannot_hold(place, run, tmp_path):
    (tmp_path / "a.nbib").write_text("PMID- 1\nTI  - Two\nMH  - Humans\nRN  - 0 (Zinc)\n")
    assert run("import", place, tmp_path / "a.nbib").code == 0
    said = run("export", place, tmp_path / "out.ris")
    assert said.out == f"1 records written to {tmp_path / 'out.ris'} (ris)\n"
    assert "substances: lost or changed in 1 records" in said.err
    assert run("export", place, tmp_path / "out.xyz").code == 1


def test_import_of_a_file_that_is_not_there(place, run, tmp_path):
    said = run("import", place, tmp_path / "no.csv", "--source", "x", "--date", "2026-01-31")
    assert said.code == 1
    assert "no.csv" in said.err


def test_snapshot_and_restore_keep_every_hash(place, run, tmp_path):
    assert run("snapshot", place, tmp_path / "one").code == 0
    said = run("restore", tmp_path / "one", tmp_path / "back")
    assert (said.code, said.out) == (0, f"{tmp_path / 'back'}\n")
    assert run("log", tmp_path / "back", "--json").out == run("log", place, "--json").out
    assert run("snapshot", tmp_path / "back", tmp_path / "two").code == 0
    files = [
        {p.relative_to(tmp_path / top): p.read_bytes() for p in (tmp_path / top).rglob("*.*")}
        for top in ("one", "two")
    ]
    assert files[0] == files[1]


def test_restore_into_a_review_is_refused(place, run, tmp_path):
    run("snapshot", place, tmp_path / "one")
    said = run("restore", tmp_path / "one", place)
    assert said.code == 1
    assert "holds a review already" in said.err


def test_a_broken_snapshot_is_refused_and_nothing_is_left(place, run, tmp_path):
    snapshot = tmp_path / "one"
    run("snapshot", place, snapshot)
    [events] = (snapshot / "events").iterdir()
    events.write_text(events.read_text().replace("As read", "As dreamt", 1))
    said = run("restore", snapshot, tmp_path / "back")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: {events}, row 2: event 2 ")
    assert not (tmp_path / "back").exists()
    assert run("status", snapshot).code == 1


def test_a_snapshot_is_read_as_a_review_but_not_written_to(place, run, tmp_path):
    run("snapshot", place, tmp_path / "one")
    assert run("status", tmp_path / "one").out == run("status", place).out
    said = run("undo", tmp_path / "one", 6, "--reason", "x")
    assert said.code == 1
    assert "a snapshot is for reading" in said.err
    assert "ranvier restore" in said.err


def test_verify_proves_quotes_against_documents_at_hand(place, run, tmp_path):
    said = run("verify", place)
    assert said.code == 0
    assert "1 quotes: 0 stand" in said.out
    assert "not at hand: smith.txt" in said.out
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "any name").write_text(place.with_name("smith.txt").read_text())
    said = run("verify", place, "--documents", documents)
    assert (said.code, said.err) == (0, "")
    assert "1 quotes: 1 stand" in said.out


def test_verify_removes_what_no_event_names_when_asked_and_told_to(place, run, monkeypatch):
    with open_store(place) as store:
        named = list(store.blobs())
        orphan = store.put_blob(b"left behind")
    said = run("verify", place)
    assert "1 stored files that no event names" in said.out
    assert f"ranvier verify {place} --prune" in said.err
    monkeypatch.setattr("click.confirm", lambda text, err: False)
    kept = run("verify", place, "--prune")
    assert orphan in kept.err
    assert "11 bytes" in kept.err
    assert "0 of them removed" in kept.out
    assert run("verify", place, "--prune", "--json").code == 2
    gone = json.loads(run("verify", place, "--prune", "--yes", "--json").out)
    assert (gone["removed"], gone["unnamed"]) == ([orphan], {orphan: 11})
    with open_store(place) as store:
        assert list(store.blobs()) == named
    assert "stored files that" not in run("verify", place).out


def test_verify_fails_where_a_quote_is_not_in_its_document(place, run, small, tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "smith.txt").write_text(place.with_name("smith.txt").read_text())
    row = small.row("r2")
    wrong = small.found(6, source="doc", anchor=Anchor(source="doc", quote="6 of 10"))
    with ranvier.open(place) as review:
        payload = replace(row, values=row.values | {"events_1": wrong})
        review.record([Saying(payload=payload, actor="person:anna")])
    said = run("verify", place, "--documents", documents)
    assert said.code == 1
    assert "WRONG: row/r2, values.events_1: '6 of 10' is not in" in said.out
    assert "Next:" in said.err
    found = json.loads(run("verify", place, "--documents", documents, "--json").out)
    assert (found["quotes"], found["proved"], len(found["wrong"])) == (2, 1, 1)


def test_verify_names_a_folder_of_documents_that_is_not_there(place, run, tmp_path):
    assert run("verify", place, "--documents", tmp_path / "no").code == 1


def test_build_writes_the_page_whole_and_the_same_each_time(place, run, tmp_path):
    said = run("build", place, "--to", tmp_path / "page")
    page = tmp_path / "page" / "index.html"
    assert (said.code, said.out) == (0, f"{page}\n")
    once = page.read_bytes()
    assert run("build", place, "--to", tmp_path / "page").code == 0
    assert page.read_bytes() == once
    assert [p.name for p in page.parent.iterdir()] == ["index.html"]


def test_build_where_one_may_not_write_says_so(place, run, tmp_path):
    (tmp_path / "file").write_text("")
    said = run("build", place, "--to", tmp_path / "file" / "page")
    assert said.code == 1
    assert "Check the path" in said.err


def test_trace_leads_to_the_quote(place, run):
    out = run("trace", place, "row/r1").out
    assert out.index("row/r1") < out.index("value/r1/events_1") < out.index("quote: 5")
    assert "person:anna: As read" in out
    nodes = json.loads(run("trace", place, "row/r1", "--json").out)
    assert nodes[0]["id"] == "row/r1"
    assert {"source/doc", "study/s1"} <= {node["id"] for node in nodes}
    said = run("trace", place, "r1")
    assert said.code == 1
    assert "Did you mean" in said.err


def test_a_bug_flies_and_what_the_caller_can_mend_does_not():
    def ends(error: Exception) -> int:
        def command() -> None:
            raise error

        group = type(cli)(commands={"x": click.Command("x", callback=command)})
        return CliRunner().invoke(group, ["x"], catch_exceptions=False).exit_code

    assert ends(InputError("No.")) == 1
    assert ends(PermissionError(13, "Permission denied", "file")) == 1
    with pytest.raises(ZeroDivisionError):
        ends(ZeroDivisionError())
