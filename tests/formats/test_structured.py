"""XML, BibTeX and JSON: what a record holds, what is hostile, and what is broken."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.record import is_retracted
from ranvier.errors import InputError
from ranvier.formats import open_records
from ranvier.formats.bibtex import untex

PUBMED = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID Version="1">24725024</PMID><Article>
<Journal><ISSN>1085-9489</ISSN><JournalIssue><Volume>18</Volume><Issue>4</Issue>
<PubDate><Year>2013</Year><Month>Dec</Month></PubDate></JournalIssue>
<Title>Journal of the peripheral nervous system</Title></Journal>
<ArticleTitle>Placebo &lt;i&gt;and&lt;/i&gt; <i>Ig</i> &alpha;.</ArticleTitle>
<Pagination><StartPage>321</StartPage><EndPage>330</EndPage></Pagination>
<ELocationID EIdType="doi">10.1111/jns5.12046</ELocationID>
<Abstract><AbstractText Label="AIMS">To see.</AbstractText>
<AbstractText Label="RESULTS">It worked.</AbstractText></Abstract>
<AuthorList><Author><LastName>Hahn</LastName><ForeName>Angelika F</ForeName><Suffix>Jr</Suffix>
</Author><Author><CollectiveName>MMN Study Group</CollectiveName></Author></AuthorList>
<Language>eng</Language>
<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
<AccessionNumber>NCT00666263</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
<PublicationTypeList><PublicationType>Journal Article</PublicationType></PublicationTypeList>
</Article><MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Neuritis</DescriptorName>
<QualifierName MajorTopicYN="Y">therapy</QualifierName></MeshHeading></MeshHeadingList>
<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J. 2015</RefSource>
<PMID>9</PMID></CommentsCorrections></CommentsCorrectionsList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pmc">PMC1</ArticleId><ArticleId IdType="pmc">PMC123456
</ArticleId></ArticleIdList><ReferenceList><Reference><ArticleIdList>
<ArticleId IdType="doi">10.9999/not-its-own</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID>2</PMID><Book><BookTitle>The book</BookTitle>
<PubDate><Year>2009</Year></PubDate></Book><ArticleTitle>The chapter</ArticleTitle></BookDocument>
</PubmedBookArticle>
</PubmedArticleSet>
"""


def read(text: str, name: str = "f"):
    file = open_records(text.encode(), name)
    return list(file), file


def test_pubmed_xml_is_read_with_all_it_says():
    (article, chapter), file = read(PUBMED)
    assert file.detected.format == "pubmed-xml"
    assert article.title == "Placebo <i>and</i> Ig α."
    assert article.authors == ("Hahn, Angelika F, Jr", "MMN Study Group")
    assert article.groups == ("MMN Study Group",)
    assert (article.pages, article.date, article.pmid) == ("321-330", "2013-12", "24725024")
    assert article.doi == "10.1111/jns5.12046"
    assert article.abstract == "AIMS: To see.\nRESULTS: It worked."
    assert article.mesh == ("Neuritis/*therapy",)
    assert article.registry_ids == ("NCT00666263",)
    assert [(n.relation, n.pmid) for n in article.notices] == [("RetractionIn", "9")]
    assert is_retracted(article)
    assert (chapter.genre, chapter.journal, chapter.title) == ("chapter", "The book", "The chapter")


def test_a_broken_record_costs_no_other():
    broken = PUBMED.replace("</ArticleTitle>\n<Pagination>", "<Pagination>", 1)
    records, file = read(broken)
    assert len(records) == 2
    assert records[1].title == "The chapter"
    assert file.report.problems


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<PubmedArticleSet><PubmedArticle><Article><ArticleTitle>&b;</ArticleTitle></Article></PubmedArticle>
</PubmedArticleSet>"""


@pytest.mark.parametrize(
    "hostile",
    [BOMB, BOMB.replace('"aaaaaaaaaa"', 'SYSTEM "file:///etc/passwd"')],
    ids=["bomb", "external"],
)
def test_xml_with_entities_of_its_own_is_refused(hostile):
    with pytest.raises(InputError, match="entities of its own"):
        read(hostile)


def test_endnote_crossref_and_ictrp():
    [one], file = read(
        '<xml><records><record><ref-type name="Journal Article">17</ref-type><contributors>'
        "<authors><author><style>Hahn, A</style></author></authors></contributors><titles><title>"
        "<style>A </style><style>trial</style></title><secondary-title>Brain</secondary-title>"
        "</titles><dates><year>2013</year></dates><isbn>0006-8950&#xD;1460-2156</isbn>"
        "<electronic-resource-num>10.1093/brain/x</electronic-resource-num></record></records></xml>"
    )
    assert file.detected.format == "endnote-xml"
    assert (one.title, one.journal, one.doi) == ("A trial", "Brain", "10.1093/brain/x")
    assert one.issn == ("0006-8950", "1460-2156")
    [two], file = read(
        "<Trials_downloaded_from_ICTRP><Trial><TrialID>JPRN-UMIN000012345</TrialID>"
        "<Scientific_title>A trial</Scientific_title><Date_registration>12/03/2015"
        "</Date_registration></Trial></Trials_downloaded_from_ICTRP>"
    )
    assert (two.genre, two.kind, two.year) == ("registration", "register", 2015)
    assert "UMIN000012345" in two.registry_ids
    assert file.detected.format == "ictrp-xml"


def test_clinicaltrials_openalex_csl_and_crossref_json():
    study = {"protocolSection": {"identificationModule": {
        "nctId": "NCT00666263", "officialTitle": "A trial",
        "secondaryIdInfos": [{"id": "2009-012265-11"}]}}}  # fmt: skip
    [trial], file = read(json.dumps({"studies": [study]}))
    assert file.detected.format == "clinicaltrials-json"
    assert trial.registry_ids == ("NCT00666263", "2009-012265-11")
    assert trial.kind == "register"
    work = {"id": "https://openalex.org/W1", "title": "A", "doi": "https://doi.org/10.1000/x",
            "authorships": [{"author": {"display_name": "Leonard H. van den Berg"}}],
            "abstract_inverted_index": {"It": [0], "worked": [1]}}  # fmt: skip
    [alex], file = read(json.dumps({"results": [work]}))
    assert (alex.doi, alex.abstract) == ("10.1000/x", "It worked")
    assert alex.authors == ("van den Berg, Leonard H.",)
    [csl], file = read(json.dumps([{"id": "a", "type": "article-journal", "title": "T", "author": [
        {"family": "Berg", "non-dropping-particle": "van den", "given": "L"},
        {"literal": "MMN Group"}], "issued": {"date-parts": [[2013, 12]]}}]))  # fmt: skip
    assert csl.authors == ("van den Berg, L", "MMN Group")
    assert (csl.groups, csl.date, file.detected.format) == (("MMN Group",), "2013-12", "csl-json")


BIB = r"""@string{bmj = "BMJ"}
% a remark
@comment{nothing}
@article{a1, author = {van den Berg, Leonard H. and {MMN Study Group} and M{\"u}ller, J\'an},
  title = "The {DNA} of 5\% \& more", journal = bmj # " Open", year = 2013, month = dec,
  pages = {1--9}, doi = {10.1000/x}
}
@misc{broken, title = {Never closed, year = 2001
@book(b2, title = {In parentheses}, editor = {A. B. Smith})
"""


def test_bibtex_is_read_and_a_broken_entry_costs_no_other():
    (one, broken, book), file = read(BIB)
    assert one.authors == ("van den Berg, Leonard H.", "MMN Study Group", "Müller, Ján")
    assert one.groups == ("MMN Study Group",)
    assert (one.title, one.journal) == ("The DNA of 5% & more", "BMJ Open")
    assert (one.date, one.pages, one.doi) == ("2013-12", "1-9", "10.1000/x")
    assert broken.title.startswith("Never closed")
    assert (book.title, book.contributors["editor"]) == ("In parentheses", ("Smith, A. B.",))
    assert any("never closed" in p.what for p in file.report.problems)


@given(st.text(max_size=40))
def test_any_tex_becomes_text(text):
    assert isinstance(untex(text), str)


@given(st.text(max_size=200))
def test_any_bibtex_is_read_without_failing(text):
    file = open_records(("@article{x, title={A}}\n" + text).encode("utf-8", "replace"), "f")
    assert list(file)
    assert not [p for p in file.report.problems if "could not be" in p.what]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_stays_below_a_hundred_megabytes_however_long_the_file(tmp_path):
    """In a process of its own, so that nothing else counts."""
    one = PUBMED[PUBMED.index("<PubmedArticle>") : PUBMED.index("<PubmedBookArticle>")]
    file = tmp_path / "big.xml"
    with file.open("w") as out:
        out.write("<PubmedArticleSet>")
        for _ in range(10_000):
            out.write(one)
        out.write("</PubmedArticleSet>")
    code = (
        "import sys; from ranvier.formats import open_records\n"
        "n = sum(1 for _ in open_records(sys.argv[1]))\n"
        "print(n, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, file], capture_output=True, text=True, check=True
    )
    count, kilobytes = map(int, done.stdout.split())
    assert count == 10_000
    assert kilobytes < 100_000
