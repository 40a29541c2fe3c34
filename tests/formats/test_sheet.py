"""A sheet of studies is read whatever program wrote it, and refused with the place of the fault."""

import io

import pytest
from openpyxl import Workbook

from ranvier.errors import InputError
from ranvier.formats.sheet import read_sheet

WANTED = {"study": ("Umapathi", "Léger"), "yi": ("0.5", "1.25")}


@pytest.mark.parametrize(
    "data",
    [
        "study,yi\nUmapathi,0.5\nLéger,1.25\n".encode(),
        "\ufeffstudy;yi\r\nUmapathi;0.5\r\n\r\nLéger;1.25".encode(),
        "study\tyi\nUmapathi\t0.5\nLéger\t1.25\n".encode("utf-16"),
        'study|yi\n"Umapathi"|0.5\n"Léger"|1.25\n'.encode("cp1252"),
        b"study   yi\nUmapathi   0.5\nL\xe9ger  1.25\n",
        '[{"study": "Umapathi", "yi": 0.5}, {"study": "Léger", "yi": 1.25}]'.encode(),
        '{"study": ["Umapathi", "Léger"], "yi": [0.5, 1.25]}'.encode(),
    ],
)
def test_every_dialect_gives_the_same_cells(data):
    assert read_sheet(data, "a").columns == WANTED


def workbook(*sheets):
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_a_workbook_is_read_with_its_numbers_whole():
    data = workbook(
        ("notes", [["hello"], ["there"]]),
        ("data", [["study", "yi"], ["Umapathi", 0.5], [None, None], ["Léger", 1.25]]),
    )
    read = read_sheet(data, "a.xlsx", sheet="data")
    assert read.columns == WANTED
    assert read.rows == (2, 4)
    with pytest.raises(InputError, match="no sheet 'Data'") as refused:
        read_sheet(data, "a.xlsx", sheet="Data")
    assert "'notes', 'data'" in (refused.value.remedy or "")


def test_headings_that_stand_there_twice_are_numbered():
    read = read_sheet(b"Study,Events,Total,Events,Total\nA,1,2,3,4\n", "a.csv")
    assert list(read.columns) == ["Study", "Events", "Total", "Events (2)", "Total (2)"]


@pytest.mark.parametrize(
    ("data", "says", "row"),
    [
        (b"", "empty", None),
        (b"study,yi\n", "no study", None),
        (b"study,yi\nA,1,2\n", "more cells", 2),
        (b'study,yi\n"A,1\n', "unexpected end", 2),
        (b"\x00\x01\x02", "no text file", None),
        (b"PK\x03\x04rubbish", "no XLSX", None),
        (b"[1, 2]", "list of objects", None),
        (b'{"a": [1], "b": [1, 2]}', "different lengths", None),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_place(data, says, row):
    with pytest.raises(InputError, match=says) as refused:
        read_sheet(data, "a.csv")
    assert refused.value.file == "a.csv"
    assert refused.value.row == row
    assert refused.value.remedy
