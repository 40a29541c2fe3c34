"""Files in which records of several formats follow each other: each is read as what it is."""

from __future__ import annotations

import pytest

from ranvier.formats import open_records
from ranvier.formats.reading import source_of

RIS = "TY  - JOUR\nTI  - Ris part\nPY  - 2001\nER  - \n\n"
NBIB = "PMID- 777\nTI  - Nbib part\nFAU - Doe, J\nDP  - 2004\n\n"
BIB = "@article{a, title={Bib part}, year=2001}\n\n"
REFER = "%0 Journal Article\n%T Refer part\n%D 2003\n\n"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (RIS + NBIB + NBIB.replace("777", "778"), ["Ris part", "Nbib part", "Nbib part"]),
        (NBIB + RIS + RIS, ["Nbib part", "Ris part", "Ris part"]),
        (BIB + RIS, ["Bib part", "Ris part"]),
        (RIS + BIB + BIB, ["Ris part", "Bib part", "Bib part"]),
        (RIS + REFER, ["Ris part", "Refer part"]),
        (RIS + NBIB + RIS, ["Ris part", "Nbib part", "Ris part"]),
        (NBIB + REFER, ["Nbib part", "Refer part"]),
    ],
)
def test_each_part_is_read_as_what_it_is(text: str, titles: list[str]) -> None:
    file = open_records(text.encode(), "glued.txt")
    records = list(file)
    assert [record.title for record in records] == titles
    assert len({record.id for record in records}) == len(titles)
    assert all(f"not {file.detected.format}" in problem.what for problem in file.report.problems)
    assert file.report.problems
    for record in records:
        assert record.line is not None
        assert record.raw is not None
        begins = text.splitlines()[record.line - 1 :]
        assert record.raw.splitlines()[0] in begins[0]
    if "PMID" in text:
        assert {r.pmid for r in records if r.title == "Nbib part"} <= {"777", "778"}


def test_going_on_after_a_cut_skips_the_same_records() -> None:
    file = open_records((RIS + NBIB + RIS).encode(), "glued.ris")
    for skip in range(4):
        assert [r.id for r in file.read(skip=skip)] == [r.id for r in file.read()][skip:]


def test_lines_in_an_abstract_begin_no_other_format() -> None:
    text = "PMID- 1\nTI  - One\nAB  - Text\n      TY  - JOUR\n\nPMID- 3\nTI  - Three\n"
    file = open_records(text.encode(), "x.txt")
    assert [r.pmid for r in file] == ["1", "3"]
    assert file.detected.format == "nbib"


def test_a_program_that_keeps_references_is_no_source() -> None:
    file = open_records((RIS + RIS).encode(), "embase export.ris")
    assert source_of(file)[0] == "embase export"


def test_one_page_of_an_answer_says_how_many_there_are() -> None:
    study = '{"protocolSection": {"identificationModule": {"nctId": "NCT00666263"}}}'
    file = open_records(f'{{"studies": [{study}], "totalCount": 25}}'.encode(), "page.json")
    assert len(list(file)) == 1
    assert any("1 records were read" in p.what and "25" in p.what for p in file.report.problems)


def test_text_after_a_record_of_xml_is_reported() -> None:
    text = (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation>"
        "</PubmedArticle>\n<DeleteCitation><PMID>3</PMID></DeleteCitation></PubmedArticleSet>\n"
    )
    file = open_records((text + RIS).encode(), "x.xml")
    assert len(list(file)) == 1
    assert any("3" in p.what and "Ris part" in p.what for p in file.report.problems)
