"""Written and read back: what a format holds is the same, and the rest is said."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.core.record import Notice, Record
from ranvier.errors import InputError
from ranvier.formats import WRITERS, open_records, write_records

FULL = Record(
    id="r000001",
    title="A trial of 5% & more: <what> it found",
    authors=("Hahn, Angelika F.", "MMN Study Group", "Koski CL"),
    groups=("MMN Study Group",),
    contributors={"editor": ("Smith, John",)},
    year=2013,
    date="2013-12-05",
    journal="Journal of the Peripheral Nervous System",
    journal_abbreviation="J Peripher Nerv Syst",
    volume="18",
    issue="4",
    pages="321-30",
    pmid="24725024",
    pmcid="PMC4000000",
    doi="10.1111/jns5.12046",
    abstract="BACKGROUND: We asked.\nRESULTS: It worked.",
    genre="article-journal",
    short_title="A trial",
    issn=("1085-9489",),
    publisher="Wiley",
    registry_ids=("NCT00666263",),
    registry_id="NCT00666263",
    languages=("eng",),
    types=("Journal Article",),
    type="Journal Article",
    keywords=("neuropathy", "immunoglobulin"),
    urls=("https://example.org/a",),
    notices=(Notice(relation="ErratumIn", text="J. 2014 PMID: 9", pmid="9"),),
)
READABLE = [name for name in WRITERS if name != "parquet"]


def there_and_back(record: Record, name: str, folder):
    path = folder / f"x{WRITERS[name].ending}"
    written = write_records([record], path, format=name)
    [back] = open_records(path)
    return written, back


def same(value):
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("name", READABLE)
def test_what_a_format_holds_comes_back_as_it_was(name, tmp_path):
    written, back = there_and_back(FULL, name, tmp_path)
    said = {loss.field for loss in written.losses}
    for field in sorted(WRITERS[name].holds.fields - said - {"id"}):
        assert same(getattr(back, field)) == same(getattr(FULL, field)), field


@pytest.mark.parametrize("name", READABLE)
def test_what_a_format_cannot_hold_is_said(name, tmp_path):
    rich = {
        "mesh": ("Humans",),
        "substances": ("Zinc",),
        "funding": ("NIH",),
        "original_title": "O",
    }
    record = Record(id="r", title="T", genre="article-journal", **rich)
    written, back = there_and_back(record, name, tmp_path)
    said = {loss.field for loss in written.losses}
    for field, value in rich.items():
        assert field in said or getattr(back, field) == value, field


def test_a_formula_is_neutral_in_a_table_and_comes_back(tmp_path):
    hostile = '=cmd|"/c calc"!A1'
    record = Record(id="r", title=hostile, journal="+1", note="'=x")
    _, back = there_and_back(record, "csv", tmp_path)
    assert (back.title, back.journal, back.note) == (hostile, "+1", "'=x")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    _, back = there_and_back(record, "xlsx", tmp_path)
    assert back.title == hostile


def test_parquet_holds_every_record(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    written = write_records([FULL] * 3, tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert (written.count, len(table), written.losses) == (3, 3, ())
    assert table[0]["authors"] == list(FULL.authors)
    assert table[0]["title"] == FULL.title


def test_an_unknown_format_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_records([FULL], tmp_path / "x.doc")
    assert not list(tmp_path.iterdir())


WORDS = (
    st.text(
        st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="{}<>;\x85\u2028"),
        min_size=1,
        max_size=30,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@pytest.mark.parametrize("name", ["ris", "endnote-xml", "csl-json", "csv"])
@settings(max_examples=25)
@given(title=WORDS, abstract=WORDS, journal=WORDS)
def test_any_words_come_back(name, title, abstract, journal, tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    record = Record(id="r", title=title, abstract=abstract, journal=journal)
    _, back = there_and_back(record, name, folder)
    assert same(back.title) == title
    assert same(back.journal) == journal
    assert same(back.abstract) == abstract
