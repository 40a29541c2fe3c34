"""Columns of the tables that databases and screening tools export: which field takes which.

Names are compared without case, spaces and signs, so that ``Source title`` is ``sourcetitle``.
"""

from __future__ import annotations

import re

__all__ = ["COLUMNS", "DIALECTS", "known_columns", "named"]

#: Our field -> the column names it is known by, in order of preference.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "rec_id", "record_id"),
    "title": (
        "title", "article title", "primary title", "ti", "document title", "study title",
        "publication title (article)", "scientific title", "public title", "primary_title", "t1",
    ),
    "authors": (
        "author full names", "authors", "author", "author(s)", "author/s", "au", "author names",
        "authors (raw)", "first_authors", "author_names",
    ),
    "year": (
        "year", "publication year", "published year", "py", "published", "pubyear",
        "year published", "publication_year", "pub_year", "year of publication",
    ),
    "date": (
        "date", "publication date", "date published", "publication_date", "published date",
        "cover date", "first posted", "study first submit date", "date registration",
    ),
    "journal": (
        "journal", "source title", "journal/book", "secondary title", "publication title",
        "journal title", "source_title", "journal name", "book title", "t2",
        "source register", "conference name", "anthology title",
    ),
    "journal_abbreviation": (
        "journal abbreviation", "abbreviated source title", "journal iso abbreviation",
    ),
    "volume": ("volume", "vl"),
    "issue": ("issue", "number", "issue number"),
    "pages": ("pages", "page", "pagination", "article pages"),
    "first_page": ("page start", "start page", "beginning page"),
    "last_page": ("page end", "end page", "ending page"),
    "article_number": ("art. no.", "article number", "art no"),
    "pmid": ("pmid", "pubmed id", "pubmed_id", "medline pmid", "pubmedid", "medline id"),
    "pmcid": ("pmcid", "pmc_id", "pmc id"),
    "doi": ("doi", "article doi", "digital object identifier"),
    "registry_id": (
        "registry_id", "registration", "trial registration", "nct id", "nct number", "trialid",
        "clinical trial numbers",
    ),
    "type": ("type", "publication type", "document type", "item type", "pt", "study type"),
    "abstract": ("abstract", "ab", "abstract note", "abstracts", "brief summary", "n2"),
    "kind": ("kind",),
    "provenance": ("provenance",),
    "recalled": ("recalled",),
    "source": ("source",),
    "note": ("note", "notes"),
    "issn": ("issn", "issns", "journal issn", "eissn"),
    "isbn": ("isbn", "isbns"),
    "publisher": ("publisher", "publisher name"),
    "place": ("place", "publisher city", "place of publication", "publication place", "location"),
    "edition": ("edition",),
    "series": ("series", "series title"),
    "languages": ("language", "language of original document", "languages"),
    "keywords": (
        "keywords", "author keywords", "manual tags", "keyword", "index keywords",
        "keywords plus", "automatic tags", "conditions", "emtree drug index terms",
        "emtree medical index terms",
    ),
    "mesh": ("mesh terms", "mesh", "mesh headings"),
    "substances": ("chemicals", "substances", "cas registry numbers"),
    "affiliations": ("affiliations", "affiliation", "addresses", "author addresses", "institution"),
    "funding": ("funding", "funding details", "funding orgs", "funder"),
    "urls": ("url", "link", "source urls", "external url", "study url", "urls", "web address",
             "embase link", "full text link"),
    "accession": (
        "accession number", "accession", "eid", "ut (unique wos id)", "pui", "lens id",
        "publication id", "embase accession id", "covidence #", "key", "an",
    ),
    "database": ("database", "source database", "database name"),
    "short_title": ("short title",),
    "editor": ("editor", "editors", "book editors"),
}  # fmt: skip

#: Fields of `COLUMNS` that gather every column they are known by, not only the first.
GATHERED = frozenset({"keywords", "urls", "issn"})

_SIGNS = re.compile(r"[\s_\-#]+")


def named(column: str) -> str:
    """Return the name of a column as columns are compared.

    Examples
    --------
    >>> named(" Source Title "), named("pubmed_id") == named("PubMed ID")
    ('sourcetitle', True)
    """
    return _SIGNS.sub("", column.strip("\ufeff \t\"'").casefold())


_KNOWN = {named(name): field for field, names in COLUMNS.items() for name in reversed(names)}


def known_columns(columns: list[str]) -> dict[str, list[int]]:
    """Return for each field the columns it takes, the preferred one first."""
    at: dict[str, int] = {}
    for index, column in enumerate(columns):
        at.setdefault(named(column), index)
    found: dict[str, list[int]] = {}
    for field, names in COLUMNS.items():
        held = [at[name] for name in map(named, names) if name in at]
        if held:
            found[field] = held if field in GATHERED else held[:1]
    return found


#: Whose table it is -> columns that only they have.
DIALECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Covidence", ("covidence #",)),
    ("Covidence", ("title", "authors", "published year", "published month", "accession number")),
    ("Rayyan", ("key", "title", "pubmed_id", "pmc_id")),
    ("Rayyan", ("rayyan_id",)),
    ("ASReview", ("asreview_label",)),
    ("ASReview", ("asreview_prior",)),
    ("ASReview", ("record_id", "included", "abstract")),
    ("ASReview", ("title", "abstract", "label_included")),
    ("Scopus", ("eid", "source title", "cited by")),
    ("Scopus", ("art. no.", "page start", "source title")),
    ("PubMed", ("pmid", "journal/book", "citation")),
    ("Zotero", ("key", "item type", "publication title")),
    ("Web of Science", ("ut (unique wos id)",)),
    ("Dimensions", ("publication id", "pubyear", "dimensions url")),
    ("Lens", ("lens id",)),
    ("Embase.com", ("pui", "title")),
    ("Embase.com", ("author names", "source title", "embase accession id")),
    ("ClinicalTrials.gov", ("nct number",)),
    ("ICTRP", ("trialid",)),
    ("CENTRAL", ("cochrane review group code",)),
)  # fmt: skip
