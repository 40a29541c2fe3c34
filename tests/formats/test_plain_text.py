"""What databases save for people to read, and files written in small letters or cut off."""

from __future__ import annotations

import io

import pytest

from ranvier.core.record import Notice, Record, Vote
from ranvier.errors import InputError
from ranvier.formats import open_records, reading
from ranvier.formats.writing.columns import write_parquet

ABSTRACT = """1. J Peripher Nerv Syst. 2013 Dec;18(4):321-30. doi: 10.1111/jns5.12046. Epub 2013
Dec 17.

A controlled trial of intravenous immunoglobulin in multifocal motor
neuropathy.

Hahn AF(1), Beydoun SR, Lawson V; IVIG in MMN Study Team.

Author information:
(1)London Health Sciences Centre, London,
ON, Canada.
(2)University of Southern California.

Comment in
    J Peripher Nerv Syst. 2014 Jan;19(1):1. doi: 10.1111/jns5.1.
    Lancet. 2014;1:2.

BACKGROUND: Immunoglobulin is given.
RESULTS: It helped
(NCT00666263).

1. A numbered paragraph of the abstract is no record.

\u00a9 2013 Peripheral Nerve Society.

DOI: 10.1111/jns5.12046
PMCID: PMC1234567
PMID: 24725024 [Indexed for MEDLINE]

Conflict of interest statement: None.


2. Ned Tijdschr Geneeskd. 1999;143(5):250.

[A letter].

[Article in Dutch]

PMID: 10086150


3. Smith J. A chapter. 2023 Jan 1. In: StatPearls [Internet]. Treasure Island (FL):
StatPearls Publishing; 2024 Jan–.

A chapter.

Smith J(1), Doe A.

PMID: 30000001
"""

SUMMARY = """1: Hahn AF, Beydoun SR. A trial of IVIg vs. placebo. Is it useful? J Peripher Nerv
Syst. 2013 Dec;18(4):321-30. doi: 10.1111/jns5.12046. Epub 2013 Dec 17. PMID: 24725024;
PMCID: PMC1234567.

2: [No authors listed] A note. Lancet. 2001 Jan 6;357(9249):1. PMID: 11197392.
"""

LABELLED = """<1>
Unique Identifier
  24725024
Title
  A controlled trial of intravenous immunoglobulin in multifocal
  motor neuropathy.
Source
  Journal of the Peripheral Nervous System. 18(4):321-30, 2013 Dec.
Authors
  Hahn AF; Beydoun SR
Abstract
  Immunoglobulin is given. NCT00666263.
Digital Object Identifier
  10.1111/jns5.12046

<2>
Unique Identifier
  11197392
Title
  Another.
"""


def read(text: str | bytes):
    file = open_records(text.encode() if isinstance(text, str) else text, "f.txt")
    return list(file), file


def test_pubmeds_abstracts_are_read():
    (first, second, third), file = read(ABSTRACT)
    assert file.detected.format == "pubmed-abstract"
    assert first.title.startswith("A controlled trial of intravenous immunoglobulin in multifocal")
    assert (first.journal, first.volume, first.issue, first.pages, first.date) == (
        "J Peripher Nerv Syst", "18", "4", "321-30", "2013-12",
    )  # fmt: skip
    assert (first.doi, first.pmid, first.pmcid) == (
        "10.1111/jns5.12046", "24725024", "PMC1234567",
    )  # fmt: skip
    assert first.authors == ("Hahn AF", "Beydoun SR", "Lawson V", "IVIG in MMN Study Team")
    assert len(first.affiliations) == 2
    assert [n.relation for n in first.notices] == ["CommentIn", "CommentIn"]
    assert (first.notices[0].doi, first.doi) == ("10.1111/jns5.1", "10.1111/jns5.12046")
    assert first.abstract is not None
    assert "RESULTS: It helped (NCT00666263)." in first.abstract
    assert "numbered paragraph" in first.abstract
    assert first.registry_ids == ("NCT00666263",)
    assert (second.title, second.pmid, second.languages) == (
        "[A letter].", "10086150", ("Dutch",),
    )  # fmt: skip
    assert (third.title, third.pmid, third.authors) == (
        "A chapter.", "30000001", ("Smith J", "Doe A"),
    )  # fmt: skip
    assert file.report.counted == 0


def test_pubmeds_summaries_are_read():
    (first, second), file = read(SUMMARY)
    assert file.detected.format == "pubmed-summary"
    assert first.title == "A trial of IVIg vs. placebo. Is it useful?"
    assert first.authors == ("Hahn AF", "Beydoun SR")
    assert (first.journal, first.volume, first.pages, first.pmid, first.pmcid, first.doi) == (
        "J Peripher Nerv Syst", "18", "321-30", "24725024", "PMC1234567", "10.1111/jns5.12046",
    )  # fmt: skip
    assert (second.journal, second.date, second.pmid) == ("Lancet", "2001-01-06", "11197392")


def test_ovids_labels_in_full_are_read():
    (first, second), file = read(LABELLED)
    assert file.detected.format == "ovid"
    assert first.title == (
        "A controlled trial of intravenous immunoglobulin in multifocal motor neuropathy"
    )
    assert first.authors == ("Hahn AF", "Beydoun SR")
    assert (first.accession, first.doi, first.volume) == ("24725024", "10.1111/jns5.12046", "18")
    assert first.registry_ids == ("NCT00666263",)
    assert second.title == "Another"


def test_tags_in_small_letters_are_ris():
    (first, second), file = read(
        "ty  - JOUR\nti  - A trial\nau  - Hahn, A\nau  - Doe, J\ner  - \n\nTy  - BOOK\nti  - B\n"
        "er  - \n"
    )
    assert file.detected.format == "ris"
    assert (first.title, first.authors, first.genre) == (
        "A trial", ("Hahn, A", "Doe, J"), "article-journal",
    )  # fmt: skip
    assert (second.title, second.genre) == ("B", "book")
    assert file.report.counted == 0


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (
            "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A</ArticleTitle></Article></MedlineCitation></PubmedArticle>\n",
            1,
        ),
        ("<xml><records><record><titles><title>A</title></titles></record>\n", 1),
    ],
)
def test_xml_cut_off_behind_a_record_is_reported(text, records):
    found, file = read('<?xml version="1.0"?>\n' + text)
    assert len(found) == records
    (problem,) = file.report.problems
    assert "before <" in problem.what
    assert problem.line == 3
    whole = text.replace("\n", "") + (
        "</PubmedArticleSet>" if "Pubmed" in text else "</records></xml>"
    )
    assert read(whole)[1].report.counted == 0


RECORD = Record(
    id="r7",
    title="=A trial",
    authors=("Hahn, A; B", "Doe, J"),
    year=2013,
    date="2013",
    contributors={"editor": ("E, F",)},
    other_ids={"pii": "x"},
    notices=(Notice(relation="ErratumIn", text="J. 2014", pmid="1"),),
    votes=(Vote(verdict="include", reviewer="a", labels=("x",)),),
    raw="TY  - JOUR\n",
    line=12,
    tags={"title": "TI"},
    extra=(("U9", "y"),),
)


def test_parquet_comes_back_whole():
    out = io.BytesIO()
    write_parquet([RECORD, Record(id="r8", title="")], out)
    (first, second), file = read(out.getvalue())
    assert file.detected.format == "parquet"
    assert first == RECORD
    assert (second.id, second.title, second.line) == ("r8", "", 2)


def test_parquet_of_others_is_refused_with_the_column(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"title": ["A"], "colour": ["red"]}), path)
    with pytest.raises(InputError, match="colour"):
        list(open_records(path))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError, match="cannot be opened"):
        list(open_records(path))


def test_json_that_is_too_long_for_memory_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_JSON", 30)
    assert len(read('[{"title": "A trial"}]')[0]) == 1
    with pytest.raises(InputError, match="read as a whole"):
        read('[{"title": "A trial"}, {"title": "B"}]')
