"""A record made comparable: every field in the one form in which equal things are equal."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.core.record import Record, is_retracted
from ranvier.dedup.locators import (
    read_doi,
    read_issue,
    read_journal,
    read_meeting,
    read_pages,
    read_pmid,
    read_registry,
    read_volume,
)
from ranvier.dedup.people import read_authors
from ranvier.dedup.titles import fold, read_title

__all__ = ["Citation", "cite"]

#: Characters of an abstract that are compared: enough to tell abstracts, short enough to be quick.
ABSTRACT = 400
#: What a record is, by what it says of another.
_NOTICE_OF = {"ErratumFor": "erratum", "RetractionOf": "retraction"}
_ABSTRACT_LABELS = ("abstract", "background", "objectives", "objective", "purpose", "introduction")


@dataclass(frozen=True, slots=True)
class Citation:
    """A record made comparable; what is unknown is empty or 0.

    Attributes
    ----------
    title, numbers, notice : str
        As :func:`~ranvier.dedup.titles.read_title` gives them.
    first : str
        Surname of the first author.
    names : frozenset of str
        Words of all authors' names, initials left out.
    year : int
    journal, volume, issue : str
    meeting : str
        The conference named after the journal.
    letters : str
        Letters before the first page (``s`` of S212).
    page, end : int
        First and last page; the last is 0 where only the first is given.
    doi, pmid : str
    registry : tuple of str
        Registration numbers of the record itself; those in its abstract are not its own.
    abstract : str
        The beginning, folded.
    conference : bool
        Whether it says of itself that it is an abstract of a conference.
    registration : bool
        Whether it is an entry of a trial register.
    foreign : bool
        Whether its title is translated, or not English: another source translates it otherwise.
    """

    title: str
    numbers: str
    notice: str
    retracted: bool
    first: str
    names: frozenset[str]
    authors: int
    year: int
    journal: str
    meeting: str
    volume: str
    issue: str
    letters: str
    page: int
    end: int
    doi: str
    pmid: str
    registry: tuple[str, ...]
    abstract: str
    conference: bool
    registration: bool
    foreign: bool


def cite(record: Record) -> Citation:
    """Make a record comparable.

    Examples
    --------
    >>> c = cite(Record(id="1", title="IVIg in MMN.", pages="221-8", doi="doi:10.1/X"))
    >>> c.title, c.page, c.end
    ('ivig in mmn', 221, 228)
    """
    kind = "; ".join(record.types or (record.type or "",))
    title = read_title(record.title, kind)
    marks = (_NOTICE_OF.get(said.relation, "") for said in record.notices)
    notice = title.notice or next(filter(None, marks), "")
    first, names, authors = read_authors(record.authors)
    volume = record.volume or ""
    letters, page, end = read_pages(record.pages or "")
    journal = record.journal or ""
    issue = read_issue(record.issue or "", volume)
    kind = kind.casefold()
    return Citation(
        title=title.words,
        numbers=title.numbers,
        notice=notice,
        retracted=title.retracted or is_retracted(record),
        first=first,
        names=names,
        authors=authors,
        year=record.year or 0,
        journal=read_journal(journal) if journal else "",
        meeting=read_meeting(journal) if "onference" in journal else "",
        volume=read_volume(volume),
        issue=issue,
        letters=letters,
        page=page,
        end=end,
        doi=read_doi(record.doi or ""),
        pmid=read_pmid(record.pmid or ""),
        registry=read_registry("; ".join((*record.registry_ids, record.registry_id or ""))),
        abstract=_beginning(record.abstract or ""),
        conference="conference" in kind
        or "meeting" in kind
        or "conference" in journal.casefold()
        or "annual meeting" in journal.casefold(),
        registration=record.genre == "registration" or "registr" in kind,
        foreign=title.foreign
        or bool(record.original_title)
        or any(not said.casefold().startswith("en") for said in record.languages),
    )


def _beginning(abstract: str) -> str:
    """Fold the beginning of an abstract, without the label it opens with."""
    if not abstract:
        return ""
    text = fold(abstract[: ABSTRACT + 120])
    for label in _ABSTRACT_LABELS:
        if text.startswith(label + " "):
            text = text[len(label) + 1 :]
    return text[:ABSTRACT].rstrip()
