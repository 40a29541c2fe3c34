"""Formats of tagged lines: vendors' dialects, and files as nobody should write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.formats import open_records

OVID = """1.
TY  - JOUR
ID  - 31234567
T1  - Immunoglobulin in motor neuropathy.
A1  - Hahn, Angelika F
A1  - Beydoun, Said R
Y1  - 2013//
N2  - A crossover trial, registered as NCT00666263.
JF  - Journal of the Peripheral Nervous System
VL  - 18
IS  - 4
SP  - 321
EP  - 330
ER  -

Link to the Ovid Full Text: http://ovidsp.ovid.com?rft_id=info:doi/10.1111%2Fjns5.12046&rft_id=info:pmid/24725024
2.
TY  - JOUR
T1  - Another
ER  -
"""


def read(text: str | bytes):
    file = open_records(text.encode() if isinstance(text, str) else text, "f")
    return list(file), file


def test_ovid_names_identifiers_after_the_record():
    (first, second), file = read(OVID)
    assert (file.detected.format, file.detected.dialect) == ("ris", "Ovid")
    assert (first.doi, first.pmid) == ("10.1111/jns5.12046", "24725024")
    assert first.registry_ids == ("NCT00666263",)
    assert (first.pages, first.volume, first.issue, first.year) == ("321-330", "18", "4", 2013)
    assert first.authors == ("Hahn, Angelika F", "Beydoun, Said R")
    assert second.title == "Another"
    assert file.report.counted == 0


def test_each_field_says_which_tag_it_came_from_and_the_text_is_kept():
    (first, second), _ = read(OVID)
    assert (first.tags["title"], first.tags["authors"], first.tags["pages"]) == (
        "T1",
        "A1",
        "SP EP",
    )
    assert first.tags["doi"] == "ER"
    assert first.raw is not None
    assert first.raw.startswith("TY  - JOUR\nID  - 31234567")
    assert (first.line, second.line) == (2, 18)


@pytest.mark.parametrize(
    ("text", "database", "field", "value"),
    [
        ("DB  - Scopus\nC2  - 12345678", "Scopus", "pmid", "12345678"),
        ("UR  - https://www.embase.com/x\nC5  - 2345678", "Embase.com", "pmid", "2345678"),
        ("AN  - CN-01234567\nUR  - https://www.cochranelibrary.com/central/doi/10.1002/central/CN-0",
         "CENTRAL", "accession", "CN-01234567"),
        ("AN  - MEDLINE:7654321", "Web of Science", "pmid", "7654321"),
        ("UR  - https://search.ebscohost.com/login.aspx?AN=1", "EBSCO", "title", "T"),
        ("DB  - APA PsycInfo\nDO  - 10.1037/abc", "PsycInfo", "doi", "10.1037/abc"),
        ("UR  - https://www.proquest.com/docview/1", "ProQuest", "title", "T"),
        ("UR  - https://www.lens.org/1\nPM  - 99", "Lens", "pmid", "99"),
        ("UR  - https://app.dimensions.ai/details/x", "Dimensions", "title", "T"),
        ("DB  - PubMed\nAN  - 1234567", "PubMed", "pmid", "1234567"),
        ("M3  - doi: 10.1000/m3", None, "doi", "10.1000/m3"),
        ("L3  - https://doi.org/10.1000/l3.", None, "doi", "10.1000/l3"),
        ("N1  - PMID: 777; PMCID: PMC888", None, "pmid", "777"),
    ],
)  # fmt: skip
def test_vendors_put_things_in_their_own_places(text, database, field, value):
    [record], file = read(f"TY  - JOUR\nTI  - T\n{text}\nER  - \n")
    assert file.detected.dialect in (database, *(["EndNote", "Zotero"] if not database else []))
    assert getattr(record, field) == value


NASTY = {
    "no end": ("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n", ["One", "Two"]),
    "no beginning": ("TY  - JOUR\nTI  - One\nER  - \n\nTI  - Two\nER  - \n", ["One", "Two"]),
    "text between": ("My search\nTY  - JOUR\nTI  - One\nER  - \njunk\nTY  - JOUR\nTI  - Two\n",
                     ["One", "Two"]),
    "empty tags": ("TY  - JOUR\nTI  - \nT1  - One\nVL  -\nIS  -   \nER  - \n", ["One"]),
    "repeated tags": ("TY  - JOUR\nTI  - One\nTI  - Again\nPY  - 2001\nPY  - 99\nER  - ", ["One"]),
    "unknown tags": ("TY  - JOUR\nTI  - One\nQ9  - odd\nER  - \n", ["One"]),
    "one space": ("TY - JOUR\nTI - One\nER -\nTY - JOUR\nTI - Two\nER -\n", ["One", "Two"]),
    "indented": (" TY  - JOUR\n TI  - One\n ER  - \n TY  - JOUR\n TI  - Two\n", ["One", "Two"]),
    "long title": ("TY  - JOUR\nTI  - One that\ngoes on\nAU  - A\nER  - \n", ["One that goes on"]),
    "ER in text": ("TY  - JOUR\nTI  - One\nAB  - first\nER then more\nER  -\n", ["One"]),
    "no type": ("TY  - \nTI  - One\nER  - \n", ["One"]),
    "strange type": ("TY  - ZZZZ\nTI  - One\nER  - \n", ["One"]),
    "only a type": ("TY  - JOUR\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n", ["", "Two"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "titles"), NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_no_record_is_lost(text, titles, newline, encoding):
    records, _ = read(text.replace("\n", newline).encode(encoding))
    assert [record.title for record in records] == titles


def test_what_no_field_takes_is_kept():
    [record], _ = read("TY  - JOUR\nTI  - One\nQ9  - odd\nPY  - 2001\nPY  - 99\nER  - \n")
    assert ("Q9", "odd") in record.extra
    assert ("PY", "99") in record.extra
    assert record.year == 2001


def test_text_outside_records_is_reported_with_its_line():
    file = open_records(b"Exported by hand\n\nTY  - JOUR\nTI  - One\nER  - \n", "f")
    assert len(list(file)) == 1
    [problem] = file.report.problems
    assert (problem.line, "Exported by hand" in problem.what) == (1, True)


def test_a_few_foreign_bytes_do_not_spoil_a_file():
    text = "TY  - JOUR\nTI  - Müller and Léger\nAU  - ".encode() + b"M\xfcller, J\nER  - \n"
    [record], file = read(text)
    assert (record.title, record.authors) == ("Müller and Léger", ("Müller, J",))
    assert [p.line for p in file.report.problems] == [3]


NBIB = """PMID- 24725024
OWN - NLM
IS  - 1085-9489 (Print)
VI  - 18
DP  - 2013 Dec
TI  - Immunoglobulin in multifocal
      motor neuropathy.
PG  - 321-30
LID - 10.1111/jns5.12046 [doi]
AB  - BACKGROUND: We asked. METHODS: We looked. RESULTS: It worked.
CN  - MMN Study Group
FAU - Hahn, Angelika F
AU  - Hahn AF
AD  - London, Canada.
LA  - eng
SI  - ClinicalTrials.gov/NCT00666263
PT  - Journal Article
PT  - Randomized Controlled Trial
TA  - J Peripher Nerv Syst
JT  - Journal of the peripheral nervous system : JPNS
MH  - Polyneuropathies/*drug therapy/immunology
RN  - 0 (Immunoglobulins)
EIN - J Peripher Nerv Syst. 2014 Jun;19(2):200. PMID: 25000000
PMC - PMC4000000

PMID- 2
TI  - Two
"""


def test_nbib_is_read_with_headings_groups_and_notices():
    (first, second), file = read(NBIB)
    assert file.detected.format == "nbib"
    assert first.title == "Immunoglobulin in multifocal motor neuropathy."
    assert first.authors == ("MMN Study Group", "Hahn, Angelika F")
    assert first.groups == ("MMN Study Group",)
    assert (first.doi, first.pmid, first.pmcid) == ("10.1111/jns5.12046", "24725024", "PMC4000000")
    assert (first.date, first.issn) == ("2013-12", ("1085-9489",))
    assert first.registry_ids == ("NCT00666263",)
    assert first.mesh == ("Polyneuropathies/*drug therapy/immunology",)
    assert first.abstract == "BACKGROUND: We asked.\nMETHODS: We looked.\nRESULTS: It worked."
    [notice] = first.notices
    assert (notice.relation, notice.pmid) == ("ErratumIn", "25000000")
    assert second.title == "Two"


def test_web_of_science_has_its_lists_by_line():
    text = (
        "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Hahn, AF\n   Beydoun, SR\n"
        "AF Hahn, Angelika F.\n   Beydoun, Said R.\nTI A title\n   that goes on\nSO BRAIN\n"
        "PD DEC 12\nPY 2013\nBP 1\nEP 9\nDI 10.1000/x\nPM 123\nUT WOS:000\nDE one; two\nER\n\n"
        "PT J\nTI Two\nER\n\nEF"
    )
    (first, second), file = read(text)
    assert (file.detected.format, file.report.counted) == ("wos-tagged", 0)
    assert first.authors == ("Hahn, Angelika F.", "Beydoun, Said R.")
    assert (first.title, first.date, first.pages) == ("A title that goes on", "2013-12-12", "1-9")
    assert (first.pmid, first.keywords, second.title) == ("123", ("one", "two"), "Two")


def test_refer_parts_records_that_have_no_type():
    text = (
        "%T One\n%A Hahn, A\n%D 2001\n\n%0 Book\n%T Two\n%0 Journal Article\n%T Three\n%J Brain\n"
    )
    records, file = read(text)
    assert file.detected.format == "endnote-refer"
    assert [r.title for r in records] == ["One", "Two", "Three"]
    assert [r.genre for r in records] == ["book", "book", "article-journal"]


def test_refworks_ovid_and_cochrane_texts():
    [refworks], _ = read("RT Journal Article\nA1 Allan,Steven\nT1 Anger\nJF PID\nYR 2002\n"
                         "VO 32\nIS 3\nSP 551\nOP 565\n")  # fmt: skip
    assert (refworks.authors, refworks.pages) == (("Allan, Steven",), "551-565")
    [ovid], _ = read("<1. >\nVN  - Ovid Technologies\nDB  - Ovid MEDLINE(R)\nUI  - 24725024\n"
                     "AU  - Hahn AF\nTI  - A trial.\n"
                     "SO  - Brain. 136(4):1-9, 2013 Apr.\n")  # fmt: skip
    assert (ovid.pmid, ovid.journal, ovid.volume, ovid.issue, ovid.pages, ovid.date) == (
        "24725024", "Brain", "136", "4", "1-9", "2013-04",
    )  # fmt: skip
    [central], _ = read(
        "Record #1 of 1\nID: CN-01\nTI: A trial\nSO: Brain\nYR: 2013\nDOI: 10.1000/x\n"
    )
    assert (central.accession, central.doi, central.year) == ("CN-01", "10.1000/x", 2013)


TAGS = st.lists(
    st.tuples(
        st.sampled_from(
            ["TY", "TI", "AU", "AB", "ER", "KW", "PY", "SP", "DO", "N1", "ZZ", "%0", "PT"]
        ),
        st.sampled_from(["  - ", " - ", "  -", "- ", " "]),
        st.text(max_size=12),
    ),
    max_size=12,
)


@given(TAGS)
def test_any_order_of_tags_is_read_without_failing(lines):
    text = "TY  - JOUR\n" + "\n".join("".join(line) for line in lines)
    file = open_records(text.encode("utf-8", "replace"), "f")
    assert list(file)
    assert not [p for p in file.report.problems if "could not be" in p.what]


@given(st.integers(1, 40), st.integers(0, 40))
def test_going_on_after_some_records_gives_the_rest(count, skip):
    text = "".join(f"TY  - JOUR\nTI  - T{n}\nER  - \n\n" for n in range(count))
    file = open_records(text.encode(), "f")
    assert list(file.read(skip=skip)) == list(file)[skip:]
