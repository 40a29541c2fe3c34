"""The shared labelled sets: no work lost, and at least what bib-dedupe 0.11 reaches."""

from __future__ import annotations

import gzip

import pytest

from ranvier.dedup.labelled import measure, pooled, read_labelled
from ranvier.errors import InputError

#: F1 of bib-dedupe 0.11 on these sets, as printed in the reference data's issue; three digits.
BIB_DEDUPE = {
    "diabetes": 1.000,
    "cytology_screening": 0.996,
    "haematology": 0.938,
    "tafenoquine": 1.000,
    "mis_two_source": 0.992,
}


@pytest.fixture(scope="module")
def agreements(labelled):
    return {a.name: a for a in (measure(read_labelled(f.name, f.read_bytes())) for f in labelled)}


@pytest.mark.parametrize("name", BIB_DEDUPE)
def test_at_least_as_good_as_bib_dedupe_and_no_work_lost(agreements, name):
    found = agreements[name]
    assert round(found.f1, 3) >= BIB_DEDUPE[name]
    assert found.works_lost == 0
    assert found.asked_records <= max(2, 0.01 * found.records)


def test_recall_over_all_sets(agreements):
    assert pooled(list(agreements.values())).recall >= 0.99


def test_the_measure_counts_as_the_readme_says():
    rows = [
        ("1", "Immunoglobulin for multifocal motor neuropathy in adults: a trial of 20", "w1"),
        ("2", "Immunoglobulin for multifocal motor neuropathy in adults: a trial of 20", "w1"),
        ("3", "Immunoglobulin for multifocal motor neuropathy in adults: a trial of 20", "w2"),
        ("4", "Cyclophosphamide for vasculitis of the kidney, a cohort study from Norway", "w2"),
    ]
    lines = ["record_id,title,authors,year,journal,pages,volume,cluster_id"]
    lines += [f'{i},"{t}",Hahn AF; Beydoun S,2013,J Neurol,1-9,3,{w}' for i, t, w in rows]
    found = measure(read_labelled("s.csv.gz", gzip.compress("\n".join(lines).encode())))
    # 1, 2 and 3 become one: 2 is rightly removed, 3 is removed too, but 4 of its work stays.
    assert (found.removed, found.missed, found.works_lost) == (2, 0, 0)
    lost = [line for line in lines if not line.startswith("4")]
    found = measure(read_labelled("s.csv", "\n".join(lost).encode()))
    assert (found.removed, found.missed, found.works_lost) == (1, 0, 1)
    assert found.precision == 0.5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\n", "lacks record_id, title, cluster_id"),
        (b"\x1f\x8bnot gzip", "no CSV in UTF-8"),
        (b"record_id,title,cluster_id\n,x,1\n", "no record_id"),
    ],
)
def test_a_file_that_is_no_labelled_set_is_refused(data, words):
    with pytest.raises(InputError, match=words):
        read_labelled("s.csv", data)
