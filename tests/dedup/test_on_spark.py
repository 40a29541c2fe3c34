"""The engine on Spark: the same settings in Splink's terms, and the same result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ranvier.core.record import Record
from ranvier.dedup import Index, deduplicate, on_spark, update
from ranvier.dedup.candidates import MOST
from ranvier.dedup.compare import LEVELS, compare
from ranvier.dedup.labelled import read_labelled
from ranvier.dedup.on_spark import SparkLibrary, deduplicate_on_spark, missing
from ranvier.dedup.score import shipped_weights, total
from ranvier.dedup.splink_settings import splink_settings, threshold
from ranvier.errors import InputError

LACKING = missing()
needs_spark = pytest.mark.skipif(
    LACKING is not None, reason=f"{LACKING}: pip install 'ranvier[spark]', and Java 17 or later"
)
#: PySpark leaves sockets to the end of the process, and warns of versions of what it may use.
quiet = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning")


def test_splinks_settings_hold_our_weights():
    weights = shipped_weights()
    settings = splink_settings(weights)
    assert [c["output_column_name"] for c in settings["comparisons"]] == list(LEVELS)
    for comparison in settings["comparisons"]:
        field = comparison["output_column_name"]
        none, *levels = comparison["comparison_levels"]
        assert none["is_null_level"]
        said = {
            level["label_for_charts"]: np.log2(level["m_probability"] / level["u_probability"])
            for level in levels
        }
        given = {name: weights.weights[field].get(name, 0.0) for name in LEVELS[field][1:]}
        assert said == pytest.approx(given)
        assert all(0 < level["m_probability"] <= 1 for level in levels)
        assert all(0 < level["u_probability"] <= 1 for level in levels)
    odds = settings["probability_two_random_records_match"]
    assert np.log2(odds / (1 - odds)) == pytest.approx(weights.prior)


def test_without_splink_the_error_names_the_extra(monkeypatch):
    monkeypatch.setattr(on_spark, "missing", lambda: "splink is not installed")
    with pytest.raises(InputError, match=r"splink is not installed") as error:
        deduplicate_on_spark([Record(id="a", title="A trial")])
    assert "pip install 'ranvier[spark]'" in str(error.value)


def test_without_java_the_error_says_so(monkeypatch):
    monkeypatch.setattr(on_spark, "find_spec", lambda name: name)
    monkeypatch.setattr(on_spark.shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert missing() == "there is no Java"


@needs_spark
@quiet
@pytest.mark.nightly
@pytest.mark.parametrize(
    "name", ["tafenoquine", "haematology", "cytology_screening", "diabetes", "mis_two_source"]
)
def test_a_labelled_set_comes_out_as_on_duckdb(labelled, name):
    file = next(f for f in labelled if f.name == f"{name}.csv.gz")
    records = read_labelled(file.name, file.read_bytes()).records
    here, there = deduplicate(records), deduplicate_on_spark(records)
    assert here.merges
    assert there.compared <= here.compared
    assert replace(there, compared=0) == replace(here, compared=0)


@needs_spark
@quiet
@pytest.mark.nightly
def test_splink_gives_each_pair_our_bits(labelled):
    records = read_labelled(labelled[-1].name, labelled[-1].read_bytes()).records
    weights = shipped_weights()
    index = Index()
    index.add(records)
    pairs = index.pairs()
    bits = total(compare(index, pairs), weights, {})
    enough = {
        (a, b): bit
        for (a, b), bit in zip(pairs.tolist(), bits.tolist(), strict=True)
        if bit >= threshold(weights)
    }
    with SparkLibrary(records) as library:
        assert dict(library.scored()) == pytest.approx(enough)


@needs_spark
@quiet
@pytest.mark.nightly
def test_an_update_and_titles_that_many_share_come_out_as_on_duckdb(tmp_path):
    records = [
        Record(
            id=f"r{n}",
            title="Front matter" if n % 2 else "Immunoglobulin for multifocal motor neuropathy",
            authors=("Hahn AF",) if n % 3 else (),
            year=2000 + n % 2,
            journal="Brain",
            volume=str(n % 7),
            pages=f"{n // 4}-{n // 4 + 3}",
        )
        for n in range(6 * MOST)
    ]
    since = 5 * MOST
    index = Index()
    index.add(records)
    here = update(index, since=since, different=[("r0", "r2")])
    with SparkLibrary(records, work=tmp_path) as library:
        there = update(library, since=since, different=[("r0", "r2")])
    assert here.merges
    assert replace(there, compared=0) == replace(here, compared=0)
    assert not list(tmp_path.iterdir())
