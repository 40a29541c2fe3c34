"""PubMed XML: articles and books, as efetch and the yearly baseline have them."""

from __future__ import annotations

from typing import Any

from ranvier.core.record import Notice
from ranvier.formats.dates import iso_date, year_of
from ranvier.formats.identifiers import find_doi, find_pmcid, tidy_doi
from ranvier.formats.report import Report
from ranvier.formats.tagged.assemble import identify
from ranvier.formats.tagged.genres import genre_of_types
from ranvier.formats.tagged.machine import Piece
from ranvier.formats.xml.fragments import Element, parse, text_in

__all__ = ["ELEMENTS", "read"]

ELEMENTS = ("PubmedArticle", "PubmedBookArticle")


def read(piece: Piece, dialect: str | None, report: Report) -> dict[str, Any]:
    """Read one article or book into the fields of a :class:`Record`."""
    root = parse(piece, report)
    made: dict[str, Any] = {"title": "", "database": "PubMed"}
    tags: dict[str, str] = {}
    made["tags"] = tags
    if root is None:
        return made
    book = root.find("BookDocument")
    citation = root.find("MedlineCitation")
    if book is not None:
        _book(made, tags, book)
    elif citation is not None:
        _article(made, tags, citation)
    else:
        report.odd(piece.line, "an article without a citation; its text is kept as it came.")
        made["note"] = text_in(root) or None
    _ids(made, tags, root)
    identify(made, piece.text)
    return {name: value for name, value in made.items() if value} | {"title": made["title"]}


def _put(made: dict[str, Any], tags: dict[str, str], name: str, value: Any, tag: str) -> None:
    """Fill a field, if there is something to fill it with."""
    if value:
        made[name], tags[name] = value, tag


def _article(made: dict[str, Any], tags: dict[str, str], citation: Element) -> None:
    """Read a journal article."""
    article = citation.find("Article")
    _put(made, tags, "pmid", text_in(citation.find("PMID")), "PMID")
    if article is None:
        made["title"] = text_in(citation.find(".//ArticleTitle"))
        article = citation
    _put(made, tags, "title", text_in(article.find("ArticleTitle")), "ArticleTitle")
    original = text_in(article.find("VernacularTitle"))
    if made["title"]:
        _put(made, tags, "original_title", original, "VernacularTitle")
    else:
        _put(made, tags, "title", original, "VernacularTitle")
    journal = article.find("Journal")
    if journal is not None:
        _journal(made, tags, journal)
    medline = citation.find("MedlineJournalInfo")
    if medline is not None:
        _put(
            made,
            tags,
            "journal_abbreviation",
            made.get("journal_abbreviation") or text_in(medline.find("MedlineTA")),
            "MedlineTA",
        )
        if "journal" not in made:
            _put(made, tags, "journal", text_in(medline.find("MedlineTA")), "MedlineTA")
        linking = text_in(medline.find("ISSNLinking"))
        if linking:
            _put(made, tags, "issn", tuple(dict.fromkeys((*made.get("issn", ()), linking))), "ISSN")
    _put(made, tags, "pages", _pages(article.find("Pagination")), "MedlinePgn")
    _people(made, tags, article)
    _abstract(made, tags, article, citation)
    _put(made, tags, "languages", _texts(article, "Language"), "Language")
    types = _texts(article, "PublicationTypeList/PublicationType")
    _put(made, tags, "types", types, "PublicationType")
    _put(made, tags, "type", types[0] if types else None, "PublicationType")
    made["genre"] = "article" if "Preprint" in types else "article-journal"
    _put(made, tags, "mesh", _mesh(citation), "MeshHeading")
    keywords = tuple(text_in(k) for k in citation.iterfind("KeywordList/Keyword"))
    _put(made, tags, "keywords", tuple(k for k in dict.fromkeys(keywords) if k), "Keyword")
    substances = tuple(
        f"{number} ({name})" if number and number != "0" else name
        for c in citation.iterfind("ChemicalList/Chemical")
        if (name := text_in(c.find("NameOfSubstance")))
        for number in [text_in(c.find("RegistryNumber"))]
    )
    _put(made, tags, "substances", substances, "Chemical")
    grants = tuple(
        "/".join(part for part in (text_in(g.find("GrantID")), text_in(g.find("Agency"))) if part)
        for g in article.iterfind("GrantList/Grant")
    )
    _put(made, tags, "funding", tuple(g for g in grants if g), "Grant")
    _put(made, tags, "notices", _notices(citation), "CommentsCorrections")
    for place in article.iterfind("ELocationID"):
        _located(made, tags, place.get("EIdType") or "", text_in(place), "ELocationID")
    if "pages" not in made and "pii" in made.get("other_ids", {}):
        number = made["other_ids"]["pii"]
        if number.lower().startswith("e") and number[1:].isdigit():
            _put(made, tags, "pages", number, "ELocationID")


def _journal(made: dict[str, Any], tags: dict[str, str], journal: Element) -> None:
    """Read where and when an article appeared."""
    _put(made, tags, "journal", text_in(journal.find("Title")), "Title")
    _put(
        made,
        tags,
        "journal_abbreviation",
        text_in(journal.find("ISOAbbreviation")),
        "ISOAbbreviation",
    )
    if "journal" not in made:
        _put(made, tags, "journal", made.get("journal_abbreviation"), "ISOAbbreviation")
    _put(made, tags, "issn", _texts(journal, "ISSN"), "ISSN")
    issue = journal.find("JournalIssue")
    if issue is None:
        return
    _put(made, tags, "volume", text_in(issue.find("Volume")), "Volume")
    _put(made, tags, "issue", text_in(issue.find("Issue")), "Issue")
    _date(made, tags, issue.find("PubDate"))


def _date(made: dict[str, Any], tags: dict[str, str], date: Element | None) -> None:
    """Read a date in parts, or one as printed."""
    if date is None:
        return
    printed = text_in(date.find("MedlineDate"))
    parts = [text_in(date.find(name)) for name in ("Year", "Month", "Day")]
    if parts[1].isdigit():
        parts[1] = f"{int(parts[1]):02d}"
        whole = "-".join(part for part in parts if part)
    else:
        whole = " ".join(part for part in parts if part)
    iso = iso_date(whole) or iso_date(printed)
    _put(made, tags, "date", iso, "PubDate")
    _put(made, tags, "year", year_of(parts[0]) or year_of(printed), "PubDate")


def _pages(pagination: Element | None) -> str | None:
    """Read pages: as MEDLINE prints them, or first and last."""
    if pagination is None:
        return None
    printed = text_in(pagination.find("MedlinePgn"))
    if printed:
        return printed
    first, last = text_in(pagination.find("StartPage")), text_in(pagination.find("EndPage"))
    return f"{first}-{last}" if first and last else first or last or None


def _people(made: dict[str, Any], tags: dict[str, str], article: Element) -> None:
    """Read authors, study groups, editors, and where they work."""
    authors: list[str] = []
    groups: list[str] = []
    others: dict[str, list[str]] = {}
    places: list[str] = []
    for people in article.iterfind("AuthorList"):
        role = (people.get("Type") or "authors").rstrip("s")
        for author in people.iterfind("Author"):
            name = _name(author)
            if not name:
                continue
            if role == "author":
                authors.append(name)
                if author.find("CollectiveName") is not None:
                    groups.append(name)
            else:
                others.setdefault(role, []).append(name)
            places += [text_in(a) for a in author.iterfind("AffiliationInfo/Affiliation")]
            places += [text_in(a) for a in author.iterfind("Affiliation")]
    places += [text_in(a) for a in article.iterfind("Affiliation")]
    for one in article.iterfind("../InvestigatorList/Investigator"):
        others.setdefault("collaborator", []).append(_name(one))
    _put(made, tags, "authors", tuple(authors), "Author")
    _put(made, tags, "groups", tuple(groups), "CollectiveName")
    _put(made, tags, "affiliations", tuple(p for p in dict.fromkeys(places) if p), "Affiliation")
    if others:
        made["contributors"] = {
            role: tuple(n for n in names if n)
            for role, names in {**_tuples(made.get("contributors")), **others}.items()
        }


def _tuples(held: dict[str, tuple[str, ...]] | None) -> dict[str, list[str]]:
    """Open contributors for more."""
    return {role: list(names) for role, names in (held or {}).items()}


def _name(author: Element) -> str:
    """Write a name as ``Family, Given, Suffix``, or that of a group."""
    group = text_in(author.find("CollectiveName"))
    if group:
        return group
    given = text_in(author.find("ForeName")) or text_in(author.find("Initials"))
    if not given:
        given = " ".join(
            part
            for part in (text_in(author.find("FirstName")), text_in(author.find("MiddleName")))
            if part
        )
    parts = (text_in(author.find("LastName")), given, text_in(author.find("Suffix")))
    return ", ".join(part for part in parts if part)


def _abstract(
    made: dict[str, Any], tags: dict[str, str], article: Element, citation: Element
) -> None:
    """Read an abstract, one line for each section, and its versions in other languages."""
    text = _sections(article.find("Abstract"))
    _put(made, tags, "abstract", text, "AbstractText")
    others = [_sections(other) for other in citation.iterfind("OtherAbstract")]
    for other in others:
        if other and "abstract" not in made:
            _put(made, tags, "abstract", other, "OtherAbstract")
        elif other:
            made["extra"] = (*made.get("extra", ()), ("OtherAbstract", other))


def _sections(abstract: Element | None) -> str:
    """Join the sections of an abstract."""
    if abstract is None:
        return ""
    lines: list[str] = []
    for part in abstract.iterfind("AbstractText"):
        text = text_in(part)
        label = part.get("Label")
        if text:
            lines.append(f"{label.upper()}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(lines) or text_in(abstract)


def _mesh(citation: Element) -> tuple[str, ...]:
    """Write headings as MEDLINE prints them."""
    found: list[str] = []
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        parts = [
            f"*{text_in(part)}" if part.get("MajorTopicYN") == "Y" else text_in(part)
            for part in heading
            if part.tag in ("DescriptorName", "QualifierName")
        ]
        found.append("/".join(parts))
    found += [text_in(s) for s in citation.iterfind("SupplMeshList/SupplMeshName")]
    return tuple(found)


def _notices(citation: Element) -> tuple[Notice, ...]:
    """Read what the record says of corrections, retractions, comments and updates."""
    found: list[Notice] = []
    for one in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        relation = one.get("RefType") or ""
        if relation == "Cites":
            continue
        text = text_in(one.find("RefSource"))
        pmid = text_in(one.find("PMID")) or None
        found.append(Notice(relation=relation, text=text, pmid=pmid, doi=find_doi(text)))
    return tuple(found)


def _texts(element: Element, path: str) -> tuple[str, ...]:
    """Return the texts at a path, each once."""
    return tuple(dict.fromkeys(t for e in element.iterfind(path) if (t := text_in(e))))


def _located(made: dict[str, Any], tags: dict[str, str], kind: str, value: str, tag: str) -> None:
    """Put an identifier where it belongs."""
    if not value:
        return
    if kind == "doi":
        if "doi" not in made:
            _put(made, tags, "doi", tidy_doi(value) or value, tag)
    elif kind in ("pmc", "pmcid"):
        if "pmcid" not in made:
            _put(made, tags, "pmcid", find_pmcid(value), tag)
    elif kind == "pubmed":
        if "pmid" not in made:
            _put(made, tags, "pmid", value, tag)
    elif kind:
        made.setdefault("other_ids", {}).setdefault(kind, value)


def _ids(made: dict[str, Any], tags: dict[str, str], root: Element) -> None:
    """Read the article's own identifiers: not those of what it cites."""
    for path in (
        "PubmedData/ArticleIdList",
        "PubmedBookData/ArticleIdList",
        "BookDocument/ArticleIdList",
        "MedlineCitation/Article/ArticleIdList",
    ):
        for one in root.iterfind(f"{path}/ArticleId"):
            _located(made, tags, one.get("IdType") or "", text_in(one), "ArticleId")
    for other in root.iterfind("MedlineCitation/OtherID"):
        _located(made, tags, find_kind(text_in(other)), text_in(other), "OtherID")


def find_kind(number: str) -> str:
    """Tell what kind of number OtherID holds."""
    return "pmc" if number.startswith("PMC") else "other"


def _book(made: dict[str, Any], tags: dict[str, str], document: Element) -> None:
    """Read a book or a chapter of one."""
    book = document.find("Book")
    _put(made, tags, "pmid", text_in(document.find("PMID")), "PMID")
    chapter = text_in(document.find("ArticleTitle"))
    volume = text_in(book.find("BookTitle")) if book is not None else ""
    _put(made, tags, "title", chapter or volume, "ArticleTitle" if chapter else "BookTitle")
    made["genre"] = "chapter" if chapter else "book"
    if book is not None:
        if chapter:
            _put(made, tags, "journal", volume, "BookTitle")
        _put(
            made, tags, "publisher", text_in(book.find("Publisher/PublisherName")), "PublisherName"
        )
        _put(
            made,
            tags,
            "place",
            text_in(book.find("Publisher/PublisherLocation")),
            "PublisherLocation",
        )
        _put(made, tags, "series", text_in(book.find("CollectionTitle")), "CollectionTitle")
        _put(made, tags, "edition", text_in(book.find("Edition")), "Edition")
        _put(made, tags, "volume", text_in(book.find("Volume")), "Volume")
        _put(made, tags, "isbn", _texts(book, "Isbn"), "Isbn")
        _date(made, tags, book.find("PubDate"))
        for place in book.iterfind("ELocationID"):
            _located(made, tags, place.get("EIdType") or "", text_in(place), "ELocationID")
        _people(made, tags, book)
        if chapter and made.get("authors") and document.find("AuthorList") is not None:
            made["contributors"] = {"container-author": made.pop("authors")}
    if document.find("AuthorList") is not None:
        _people(made, tags, document)
    _put(made, tags, "pages", _pages(document.find("Pagination")), "Pagination")
    _abstract(made, tags, document, document)
    _put(made, tags, "languages", _texts(document, "Language"), "Language")
    types = _texts(document, "PublicationType")
    _put(made, tags, "types", types, "PublicationType")
    _put(made, tags, "type", types[0] if types else None, "PublicationType")
    keywords = tuple(text_in(k) for k in document.iterfind("KeywordList/Keyword"))
    _put(made, tags, "keywords", tuple(dict.fromkeys(keywords)), "Keyword")
    if genre_of_types(types) == "report":
        made["genre"] = "report"
