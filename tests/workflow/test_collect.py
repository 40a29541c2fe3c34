"""Collecting: a file of records becomes one event, whole or not at all, and once."""

from __future__ import annotations

import hashlib

import pytest

from ranvier.core.search import SearchRun
from ranvier.errors import InputError, RuleError
from ranvier.workflow.collect import import_records
from ranvier.workflow.load import load
from ranvier.workflow.record import read_records

NAMED = b"id,title,year\na1,One,1999\na2,Two,2001\n"
UNNAMED = b"title\nThree\nFour\n"
RUN = SearchRun(id="medline", source="MEDLINE", kind="database", date="2026-01-31")


def collect(store, data: bytes, search: SearchRun | str = RUN, *, name: str = "records.csv"):
    return import_records(store, search, name, data, actor="person:anna")


def test_an_import_is_one_event_however_many_records(store):
    seq, _ = store.head()
    done = collect(store, NAMED)
    assert (done.new, done.already) == (2, False)
    assert [e.type for e in store.events(after=seq)] == ["search.run", "records.imported"]
    assert {id: r.year for id, r in load(store).records.items()} == {"a1": 1999, "a2": 2001}


def test_the_file_is_kept_as_it_came_with_the_reader_that_read_it(store):
    collect(store, NAMED)
    [imported] = load(store).imports.values()
    assert store.blob(imported.file_sha256) == NAMED
    assert imported.file_sha256 == hashlib.sha256(NAMED).hexdigest()
    assert (imported.reader, imported.count) == ("csv 1", 2)
    assert len(read_records(store, imported)) == 2


def test_the_same_file_again_changes_nothing(store):
    collect(store, NAMED)
    before = store.head()
    done = collect(store, NAMED, name="again.csv")
    assert (done.new, done.already, done.import_id) == (0, True, "import-1")
    assert store.head() == before


def test_records_without_ids_are_numbered_apart_in_each_import(store):
    collect(store, UNNAMED)
    collect(store, UNNAMED + b"Five\n", "medline")
    assert len(load(store).records) == 5
    assert "import-2/r000003" in load(store).records


def test_an_id_that_is_taken_is_refused(store):
    collect(store, NAMED)
    before = store.head()
    with pytest.raises(RuleError, match="such as 'a2'") as caught:
        collect(store, b"id,title\na2,Another\na3,New\n", "medline", name="more.csv")
    assert caught.value.file == "more.csv"
    assert caught.value.remedy
    assert store.head() == before


def test_a_search_run_that_is_not_known_is_refused(store):
    before = store.head()
    with pytest.raises(RuleError, match="names search 'embase'"):
        collect(store, NAMED, "embase")
    assert store.head() == before


def test_a_file_that_cannot_be_read_leaves_nothing(store):
    before = store.head()
    with pytest.raises(InputError):
        collect(store, b"id,title\na1,One\na2,\n")
    assert store.head() == before
    assert load(store).searches == {}
    assert not store.kept


def test_a_file_without_records_is_an_import_of_none(store):
    assert collect(store, b"title\n").new == 0
