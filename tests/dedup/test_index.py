"""The index: an update compares only what is new and finds what a fresh run finds."""

from __future__ import annotations

import pytest

from ranvier.core.record import Record
from ranvier.dedup import Index, deduplicate, update
from ranvier.dedup.clusters import Forest, gather
from ranvier.dedup.labelled import read_labelled
from ranvier.errors import InputError

TITLE = "Immunoglobulin for multifocal motor neuropathy, study {} of many that were planned"


def reports(first: int, last: int, copy: str = "") -> list[Record]:
    words = ["sural", "median", "ulnar", "tibial", "radial", "facial", "optic", "vagal", "phrenic"]
    return [
        Record(
            id=f"{copy}{n}",
            title=f"Conduction in the {words[n % 9]} nerve after {words[n // 9 % 9]} injury, {n}",
            authors=(f"Author{chr(97 + n % 26)}, A", "Hahn, AF"),
            year=1990 + n % 30,
            journal="Muscle Nerve",
            volume=str(n % 30),
            pages=f"{10 * n + 1}-{10 * n + 8}",
        )
        for n in range(first, last)
    ]


def test_an_update_compares_only_what_is_new(tmp_path):
    path = tmp_path / "index.duckdb"
    index = Index(path)
    first = update(index, since=index.add(reports(0, 60)))
    assert first.clusters == ()
    index.close()

    index = Index(path)
    assert len(index) == 60
    since = index.add(reports(50, 70, copy="x"))
    found = update(index, since=since)
    assert since == 60
    assert found.records == 20
    assert found.clusters == tuple((str(n), f"x{n}") for n in range(50, 60))
    touched = {id for merge in found.merges for id in (merge.a, merge.b)}
    assert touched == {id for cluster in found.clusters for id in cluster}


def test_an_update_keeps_the_clusters_that_stand():
    index = Index()
    index.add(reports(0, 9))
    since = index.add(reports(3, 5, copy="x"))
    found = update(index, since=since, before=[("0", "1")])  # as somebody decided
    assert found.clusters == (("0", "1"), ("3", "x3"), ("4", "x4"))


def test_adding_a_record_twice_changes_nothing():
    index = Index()
    index.add(reports(0, 9))
    assert index.add(reports(0, 9)) == 9
    assert len(index) == 9
    assert index.pairs(since=9).tolist() == []


def test_an_index_of_another_form_or_a_broken_one_is_made_anew(tmp_path):
    path = tmp_path / "index.duckdb"
    path.write_bytes(b"not a database")
    index = Index(path)
    index.add(reports(0, 3))
    index.close()
    assert len(Index(path)) == 3


def test_an_unknown_record_is_named():
    with pytest.raises(InputError, match="no record 'nobody'"):
        Index().position("nobody")


def test_in_two_steps_as_in_one(labelled):
    """The sets in halves: what an update adds is what one run finds, but for few pairs."""
    for file in labelled:
        records = read_labelled(file.name, file.read_bytes()).records
        half = len(records) // 2
        index = Index()
        first = update(index, since=index.add(records[:half]))
        second = update(index, since=index.add(records[half:]), before=first.clusters)
        whole = deduplicate(records)
        one = {frozenset(c) for c in whole.clusters}
        two = {frozenset(c) for c in second.clusters}
        assert len(one ^ two) <= 0.01 * len(one) + 2


def test_clusters_do_not_join_across_a_contradiction():
    forest = Forest()
    apart = {(1, 3), (3, 1)}
    joined, refused = gather(
        forest,
        [(1, 2), (2, 3), (4, 5)],
        contradict=lambda one, other: any((a, b) in apart for a in one for b in other),
    )
    assert (joined, refused) == ([(1, 2), (4, 5)], [(2, 3)])
    assert forest.clusters() == [[1, 2], [4, 5]]
