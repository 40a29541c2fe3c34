"""The shipped example holds what its facts say, and says where each of them is from."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ranvier.core.fold import Thing
from ranvier.core.result import row_provenance
from ranvier.core.review import Review
from ranvier.core.rules import values_of
from ranvier.core.value import Value, find_anchor
from ranvier.storage import open_memory, restore_snapshot
from ranvier.synthesis import analyse_all
from ranvier.workflow.load import load

ROOT = Path(__file__).parents[2]
SNAPSHOT = ROOT / "reviews" / "mmn"
REFERENCE = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))

TRIALS = {
    "azulay1994", "vandenberg1995", "federico2000", "leger2001", "hahn2013", "harbo2009",
    "alzuhairy2019", "piepers2007", "kuwabara2018", "eftimov2009", "katzberg2016", "martina1999",
    "meucci1997", "gorson2007", "fitzpatrick2011", "arda", "empassion",
}  # fmt: skip

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(),
    reason=f"no reference facts in {REFERENCE}: set RANVIER_REFERENCE to the folder that has mmn/",
)


@pytest.fixture(scope="module")
def review() -> Iterator[Review]:
    store = open_memory("mmn")
    restore_snapshot(SNAPSHOT, store)
    yield load(store)
    store.close()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def reference(name: str) -> Any:
    return json.loads((REFERENCE / "mmn" / name).read_text(encoding="utf-8"))


def value_at(review: Review, thing: str, path: str) -> Value:
    kind, _, id = thing.partition("/")
    _, payload = review.things[Thing(kind, id)]
    return dict(values_of(payload))[path]


def test_the_snapshot_is_what_the_facts_write(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reviews.authoring", "--to", str(tmp_path / "mmn")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert tree(tmp_path / "mmn") == tree(SNAPSHOT), "run `make authoring` and commit reviews/mmn"


def test_nothing_is_missing(review: Review) -> None:
    assert len(review.records) == 190
    assert review.studies.keys() >= TRIALS
    assert len(review.published) == 14
    assert {d.item for d in review.decisions.values() if d.stage == "title_abstract"} == set(
        review.records
    )
    assert list(review.versions) == ["1.0"]


def test_the_reports_of_a_trial_are_one_study(review: Review) -> None:
    grouped = {id: set(study.reports) for id, study in review.studies.items()}
    assert grouped["hahn2013"] == {
        "hahn2013", "hahn2012a", "koski_abs", "euctr2009", "nct00666263", "gammagard_eff",
    }  # fmt: skip
    assert grouped["federico2000"] == {"federico2000", "federico1999a"}
    assert grouped["harbo2009"] == {"harbo2009", "nct00268788"}
    assert grouped["kuwabara2018"] == {"kuwabara2018", "nct01827072"}
    assert {"nct05225675", "euctr2021003302"} <= grouped["arda"]


def test_nobody_is_invented(review: Review) -> None:
    assert {actor.kind for actor in review.actors.values()} == {"dataset", "machine"}
    assert {d.reviewer for d in review.decisions.values()} == {"dataset:ranvier-mmn"}
    assert all(d.source == "mmn-labels" for d in review.decisions.values())


def test_every_exclusion_has_its_reason(review: Review) -> None:
    assert all(d.reasons for d in review.decisions.values() if d.verdict == "exclude")


def test_judgements_are_only_those_a_source_was_seen_for(review: Review) -> None:
    judged = [*review.bias.values(), *review.certainty.values()]
    assert {j.level.provenance for j in judged} == {"found"}
    assert all(j.level.anchor is not None for j in judged)
    assert {c.comparison for c in review.certainty.values()} == {"mycophenolate-placebo"}
    assert {b.study for b in review.bias.values()} == {"piepers2007"}


def test_analyses_say_how_firm_their_figures_are(review: Review) -> None:
    analyses = analyse_all(review)
    assert analyses["strength-published"].provenance == "derived"
    assert analyses["dose-halved-mycophenolate"].provenance == "recalled"
    assert analyses["disability-maintenance-marginal"].provenance == "recalled"
    assert all(row_provenance(review.rows[id]) != "recalled" for id in ("harbo2009-strength",))


def test_conclusions_rest_on_analyses_as_they_stand(review: Review) -> None:
    now = {id: analysis.inputs for id, analysis in analyse_all(review).items()}
    for held in (*review.findings.values(), *review.certainty.values(), *review.texts.values()):
        assert held.based_on.items() <= now.items()
    assert {id: r.inputs for id, r in review.recorded.items()} == now


def test_a_summary_has_seven_rows_at_most(review: Review) -> None:
    for comparison in review.comparisons:
        assert sum(f.comparison == comparison for f in review.findings.values()) <= 7


@pytest.mark.parametrize("section", ["plain_language", "other"])
def test_no_number_is_typed_into_a_text(review: Review, section: str) -> None:
    """Years in names of studies and ``of 1000`` are words, not results."""
    for text in review.texts.values():
        if text.section.startswith("pls_") == (section == "plain_language"):
            said = re.sub(r"\{[^}]*\}|\bGM1\b|\b(19|20)\d\d\b", "", text.body)
            assert not re.search(r"\d", said), f"{text.id}: {said}"


def test_the_plain_language_passages_use_plain_words(review: Review) -> None:
    said = " ".join(t.body for t in review.texts.values() if t.section.startswith("pls_"))
    assert not re.search(r"\b(significant|significantly|quality|randomised)\b", said)


@needs_reference
def test_every_quote_is_in_its_document(review: Review) -> None:
    texts = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.read_bytes().decode("utf-8")
        for path in (REFERENCE / "documents").glob("0*.txt")
    }
    anchored = [
        (path, value)
        for _, payload in review.things.values()
        for path, value in values_of(payload)
        if value.anchor is not None
    ]
    assert len(anchored) > 30
    for path, value in anchored:
        assert value.anchor is not None
        source = review.sources[value.anchor.source]
        text = texts[source.document_sha256 or ""]
        assert find_anchor(text, value.anchor) == (value.anchor.start, value.anchor.end), path


@needs_reference
def test_no_source_sentence_is_shipped(review: Review) -> None:
    """No eight words in a row of a document, but for the authors and titles of what it cites."""
    cited = {
        run
        for record in review.records.values()
        for said in (record.title, " ".join(record.authors))
        for run in runs(said)
    }
    shipped = {run for path in SNAPSHOT.rglob("*") if path.is_file() for run in runs_in(path)}
    for document in (REFERENCE / "documents").glob("0*.txt"):
        theirs = set(runs(document.read_text(encoding="utf-8"))) - cited
        assert not theirs & shipped, document.name


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    yield from zip(*(words[i:] for i in range(8)), strict=False)


def runs_in(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the runs of every text in a file; JSON is read first, at both of its depths."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for said in strings(line):
            yield from runs(said)


def strings(read: Any) -> Iterator[str]:
    if isinstance(read, dict):
        for item in read.values():
            yield from strings(item)
    elif isinstance(read, list):
        for item in read:
            yield from strings(item)
    elif isinstance(read, str):
        yield read
        if read[:1] in ("{", "["):
            with suppress(json.JSONDecodeError):
                yield from strings(json.loads(read))


@needs_reference
def test_published_results_are_those_of_the_reference(review: Review) -> None:
    entries = [msgspec.to_builtins(p.entry) for p in review.published.values()]
    assert entries == reference("published.json")["results"]


@needs_reference
def test_records_are_those_of_the_reference(review: Review) -> None:
    with (REFERENCE / "mmn" / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["rec_id"]: row for row in csv.DictReader(file)}
    assert list(review.records) == list(rows)
    for id, record in review.records.items():
        assert (record.pmid or "", record.doi or "") == (rows[id]["pmid"], rows[id]["doi"])
        if rows[id]["provenance"] == "memory_only":
            assert record.provenance == "recalled", id
        elif "memory" in rows[id]["note"]:
            assert "memory" in (record.note or ""), id


#: What the reference has from memory -> where it lies here; ``None`` where it was left out.
RECALLED: dict[str, tuple[str, str] | None] = {
    "vandenberg1995/id_provenance": ("study/vandenberg1995", "facts.pmid"),
    "leger2001/id_provenance": ("study/leger2001", "facts.doi"),
    "hahn2013/outcomes/1": ("row/hahn2013-disability-marginal", "values.events_1"),
    "hahn2013/outcomes/2": ("row/hahn2013-grip-decreased", "values.events_1"),
    "hahn2013/doi_provenance": ("study/hahn2013", "facts.doi"),
    "alzuhairy2019/doi_provenance": ("study/alzuhairy2019", "facts.doi"),
    "piepers2007/n_per_arm": ("row/piepers2007-dose-halved", "values.n_1"),
    "kuwabara2018/funding": ("study/kuwabara2018", "facts.funding"),
    "fitzpatrick2011/n_enrolled": ("study/fitzpatrick2011", "facts.n_enrolled"),
    "fitzpatrick2011/arms/0": (
        "study/fitzpatrick2011",
        "arms[0].regimens[0].duration_weeks",
    ),
    "fitzpatrick2011/outcomes/0": ("row/fitzpatrick2011-ivig", "values.finding"),
    "arda/outcomes/1": ("row/arda-rescue", "values.finding"),
    "cats2010": None,
    "terenghi2004": None,
}


def recalled_in(read: Any, path: str) -> Iterator[str]:
    if isinstance(read, dict):
        for name, item in read.items():
            if isinstance(item, str) and item.startswith("memory") and "provenance" in name:
                yield path if name == "provenance" else f"{path}/{name}"
            else:
                yield from recalled_in(item, f"{path}/{name}")
    elif isinstance(read, list):
        for i, item in enumerate(read):
            yield from recalled_in(item, f"{path}/{i}")


@needs_reference
def test_what_was_recalled_there_is_recalled_here_or_absent(review: Review) -> None:
    read = reference("trials.json")
    known = [p for t in (*read["trials"], *read["cohorts"]) for p in recalled_in(t, t["id"])]
    assert set(known) == set(RECALLED), "the table above no longer covers the reference"
    for path, place in RECALLED.items():
        if place is None:
            assert path not in review.studies
        else:
            assert value_at(review, *place).provenance == "recalled", path


def test_the_page_about_it_counts_right(review: Review) -> None:
    page = (ROOT / "docs" / "mmn.md").read_text(encoding="utf-8")
    alternatives = sum(row.alternative_to is not None for row in review.rows.values())
    went_on = [d for d in review.decisions.values() if d.verdict == "include"]
    first = sum(d.stage == "title_abstract" for d in went_on)
    assert f"| {len(review.rows)}, of which {alternatives} are alternatives" in page
    assert f"{first} went on from title and abstract, {len(went_on) - first} from full text" in page
    assert f"| {len(review.conflicts)}, each with what every source says" in page
    assert f"| {len(review.findings)} rows in summaries of findings" in page
    assert f"and {len(review.studies) - len(TRIALS)} cohorts or surveys" in page
