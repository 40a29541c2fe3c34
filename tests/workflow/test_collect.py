"""Collecting: a file of records becomes one event, whole or not at all, and once."""

from __future__ import annotations

import hashlib

import pytest

from ranvier.core.search import SearchRun
from ranvier.errors import InputError, RuleError
from ranvier.workflow.collect import import_records, preview_records
from ranvier.workflow.known import read_records, record_ids
from ranvier.workflow.load import load

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
    assert (imported.reader, imported.count) == ("csv 2", 2)
    assert len(list(read_records(store, imported))) == 2


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


@pytest.mark.parametrize("piece", [1 << 20, 64], ids=["whole", "in parts"])
def test_ids_that_look_like_our_numbers_are_the_files_own(store, monkeypatch, piece):
    monkeypatch.setattr("ranvier.workflow.collect.PIECE", piece)
    monkeypatch.setattr("ranvier.workflow.collect.PART", 2)
    rows = b"".join(b"r%d,Title %d\n" % (n, n) for n in range(5))
    collect(store, b"id,title\n" + rows)
    [imported] = load(store).imports.values()
    assert list(record_ids(store, imported)) == list(load(store).records) == [
        f"r{n}" for n in range(5)
    ]  # fmt: skip


def test_only_the_records_without_an_id_get_a_number(store):
    collect(store, b"id,title\n,One\nb2,Two\n,Three\n")
    [imported] = load(store).imports.values()
    ids = ["import-1/r000001", "b2", "import-1/r000003"]
    assert list(record_ids(store, imported)) == list(load(store).records) == ids


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
        collect(store, b"id,name\na1,One\n")
    assert store.head() == before
    assert load(store).searches == {}
    assert not store.kept


def test_a_file_without_records_is_an_import_of_none(store):
    assert collect(store, b"title\n").new == 0


RIS = "".join(
    f"TY  - JOUR\nTI  - Trial {n}\nAB  - {'word ' * 300}\nER  - \n\n" for n in range(9_000)
).encode()


class Cut(Exception):
    """The process ends here."""


def cut_after(count: int):
    def progress(done: int, share: float) -> None:
        assert 0 < share <= 1
        if done >= count:
            raise Cut

    return progress


def test_a_long_import_that_was_cut_off_goes_on_and_doubles_nothing(store, tmp_path):
    file = tmp_path / "long.ris"
    file.write_bytes(RIS)

    def go(progress=None):
        return import_records(
            store, RUN, file.name, file, actor="person:anna", at=None, progress=progress
        )

    with pytest.raises(Cut):
        go(cut_after(4_000))
    assert load(store).imports == {}
    with pytest.raises(Cut):
        go(cut_after(6_000))
    kept = set(store.kept)
    done = go()
    assert (done.new, done.resumed, done.total) == (9_000, 6_000, 9_000)
    assert kept <= set(store.kept)
    assert not store.notes
    [imported] = load(store).imports.values()
    records = list(read_records(store, imported))
    assert [r.title for r in records] == [f"Trial {n}" for n in range(9_000)]
    assert len({r.id for r in records}) == 9_000
    assert set(record_ids(store, imported)) == {r.id for r in records}
    pieces = [p.file_sha256 for p in imported.parts if p.file_sha256]
    assert b"".join(map(store.blob, pieces)) == RIS
    again = go()
    assert (again.already, again.new) == (True, 0)


def test_a_list_of_ids_is_no_file_of_records(store):
    with pytest.raises(InputError, match="list of ids"):
        collect(store, b"<eSearchResult><IdList><Id>1</Id></IdList></eSearchResult>", name="x.xml")


def test_a_preview_changes_nothing_and_counts_fields():
    found = preview_records(b"TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nER  - \n", name="x.ris")
    assert (found.count, found.filled["title"], found.detected.format) == (2, 1, "ris")
