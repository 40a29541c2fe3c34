"""Records from CSV and JSON: hostile files are refused with file, row and remedy."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.formats import open_records, read_records


def read(data: bytes | str, name: str = "f.csv"):
    raw = data.encode() if isinstance(data, str) else data
    return read_records(name, raw)[1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_separator_is_read(delimiter):
    lines = [["ID", "Title", "Year"], ["a", "One, and more", "1999"]]
    quoted = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    [record] = read(quoted)
    assert (record.id, record.title, record.year) == ("a", "One, and more", 1999)


def test_columns_are_known_by_many_names_and_none_is_lost():
    [record] = read("Article Title,PY,Source title,Odd column\nOne,2001-05-02,BMJ,kept\n")
    assert (record.title, record.year, record.journal) == ("One", 2001, "BMJ")
    assert json.loads(record.raw or "")["Odd column"] == "kept"


def test_a_cell_may_hold_lines_quotes_and_separators():
    [record] = read('id,title,authors\nx,"A ""quoted""\ntitle; with, all","Smith, J; Jones, K"\n')
    assert record.title == 'A "quoted"\ntitle; with, all'
    assert record.authors == ("Smith, J", "Jones, K")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_marks_encodings_and_line_ends_make_no_difference(encoding, newline):
    text = newline.join(["id,title", "a,Léger 運動神經", ""])
    [record] = read(text.encode(encoding))
    assert (record.id, record.title) == ("a", "Léger 運動神經")


def test_json_is_a_list_or_has_one_under_records():
    listed = [{"title": "One", "authors": ["A", "B"], "year": 1999}]
    for data in (listed, {"records": listed}):
        [record] = read(json.dumps(data), "f.json")
        assert (record.title, record.authors, record.year) == ("One", ("A", "B"), 1999)


@pytest.mark.parametrize(
    ("name", "data", "row", "words"),
    [
        ("f.csv", "a,b\n1,2\n", 1, "no records were recognised"),
        ("f.csv", '"', 1, "no records were recognised"),
        ("f.csv", b"PK\x03\x04nothing", None, "archive"),
        ("f.pdf", b"%PDF-1.7", None, "a PDF"),
        ("f.xlsx", b"PK\x03\x04xl/", None, "cannot be opened"),
        ("f.html", "<!DOCTYPE html><html></html>", None, "a web page"),
        ("f.json", "{", 1, "not JSON"),
        ("f.json", '[{"title": "One"},\n{]', 2, "not JSON"),
        ("f.json", '{"records": {"title": "One"}}', None, "list of objects"),
        ("f.json", '["One"]', None, "list of objects"),
        ("f.json", "[[]]", None, "list of objects"),
        ("f.json", "[" * 100_000, None, "nested too deep"),
        ("f.json", '[{"title": "One", "year": ' + "9" * 5000 + "}]", None, "digits"),
        ("f", "just words", None, "no records were recognised"),
    ],
    ids=lambda v: str(v)[:24] if isinstance(v, str) else None,
)
def test_what_cannot_be_read_is_refused(name, data, row, words):
    with pytest.raises(InputError) as caught:
        read(data, name)
    assert words in caught.value.message
    assert caught.value.file == name
    if row is not None:
        assert caught.value.row == row
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("data", "titles", "line", "words"),
    [
        ("id,title\n1,One\n2,\n", ["One", ""], 3, "no title"),
        ("id,title\n1,One,more\n2,Two\n", ["One", "Two"], 2, "more cells than the header"),
        ('id,title\n1,"One\n2,Two\n', ["One", "Two"], 2, "never closed"),
        ("id,title\n1,One\n1,Two\n", ["One", "Two"], 3, "id '1' is that of another"),
        ("id,title,year\n1,One,soon\n", ["One"], 2, "'soon' is not a year"),
        ("id,title,kind\n1,One,book\n", ["One"], 2, "'book' is none of database"),
        (b"id,title\n1,One\n2,L\xe9ger\n", ["One", "L\u00e9ger"], 1, "Windows-1252"),
        (b"id,title\n1,a\x00b\n", ["ab"], None, ""),
        ("title\n" + "x" * 200_000 + "\n", ["x" * 200_000], None, ""),
        ("", [], 1, "empty"),
    ],
    ids=lambda v: repr(v)[:24] if isinstance(v, str | bytes) else None,
)
def test_an_odd_row_is_kept_and_said(data, titles, line, words):
    file = open_records(data.encode() if isinstance(data, str) else data, "f.csv")
    assert [record.title for record in file] == titles
    if line is not None:
        assert [p.line for p in file.report.problems if words in p.what] == [line]


def test_ids_that_two_records_have_are_told_apart():
    assert [r.id for r in read("id,title\n1,One\n1,Two\n1,Three\n")] == ["1", "1-2", "1-3"]


def test_half_a_character_in_json_is_replaced_and_said():
    file = open_records(b'[{"title": "a\\ud800b"}]', "f.json")
    assert [r.title for r in file] == ["a?b"]
    assert "surrogate" in file.report.problems[0].what


def test_a_formula_or_markup_in_a_title_stays_text():
    hostile = '=cmd|"/c calc"!A1'
    quoted = hostile.replace('"', '""')
    records = read(f'title\n"{quoted}"\n<script>alert(1)</script>\n')
    assert [r.title for r in records] == [hostile, "<script>alert(1)</script>"]


def test_an_odd_column_name_is_kept_as_it_is():
    [record] = read("title,../../etc/passwd,title\nOne,x,Two\n")
    assert record.title in ("One", "Two")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else(data):
    with contextlib.suppress(InputError):
        read(b"title,year\n" + data)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=20)


@given(st.lists(st.tuples(CELL.filter(str.strip), CELL), min_size=1, max_size=8))
def test_what_is_written_as_csv_is_read_back(rows):
    quoted = "\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    records = read("title,journal\n" + quoted + "\n")
    assert [r.title for r in records] == [title.strip() for title, _ in rows]
    assert [r.journal for r in records] == [journal.strip() or None for _, journal in rows]


def test_records_come_in_the_order_of_the_file_with_unique_ids():
    records = read("title\nOne\nTwo\nThree\n")
    assert [r.id for r in records] == ["r000001", "r000002", "r000003"]


def test_fields_from_memory_are_named_with_the_record():
    [record] = read("title,authors,recalled\nOne,Hahn AF; Koski CL,authors; doi\n")
    assert record.authors == ("Hahn AF", "Koski CL")
    assert record.recalled == ("authors", "doi")
