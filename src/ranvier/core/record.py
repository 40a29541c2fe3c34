"""The record: a title and abstract as one source indexed it, with all that the source said.

A record is a plain value. Readers in `formats` make it, and keep with it the text it was read
from (`raw`), the tag each field came from (`tags`), and every tag that no field took (`extra`).
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal

import msgspec

from ranvier.core.value import Provenance

__all__ = [
    "GENRES",
    "Heading",
    "Notice",
    "Person",
    "Record",
    "RecordKind",
    "Vote",
    "abstract_sections",
    "is_retracted",
    "mesh_heading",
    "person",
    "record_line",
]

RecordKind = Literal["database", "register", "other"]

#: What a record can describe, in the words of the Citation Style Language 1.0.2, with
#: ``registration`` for the entry of a trial in a register, which CSL has no word for.
GENRES = (
    "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book",
    "broadcast", "chapter", "dataset", "document", "entry-dictionary", "entry-encyclopedia",
    "figure", "graphic", "hearing", "interview", "legal_case", "legislation", "manuscript", "map",
    "motion_picture", "musical_score", "pamphlet", "paper-conference", "patent",
    "personal_communication", "post", "post-weblog", "registration", "report", "review", "software",
    "song", "speech", "standard", "thesis", "webpage",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one publication says of another: a correction, a retraction, a comment, an update.

    Attributes
    ----------
    relation : str
        In PubMed's words: ``RetractionIn``, ``RetractionOf``, ``ErratumIn``, ``ErratumFor``,
        ``CommentIn``, ``CommentOn``, ``UpdateIn``, ``UpdateOf``, ``RepublishedIn`` ...
    text : str
        The citation as printed.
    """

    relation: str
    text: str
    pmid: str | None = None
    doi: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a reviewer decided elsewhere, as Covidence, Rayyan or ASReview exported it.

    It is kept with the record and decides nothing here.

    Attributes
    ----------
    verdict : str
        ``include``, ``exclude`` or ``maybe``.
    reviewer, stage : str or None
        As the file names them.
    reasons, labels : tuple of str
        Reasons for exclusion, and free labels.
    """

    verdict: str
    reviewer: str | None = None
    stage: str | None = None
    reasons: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A title and abstract as one source indexed it.

    Attributes
    ----------
    title : str
        Empty where the source gave none: a record is never lost for lack of a title.
    authors : tuple of str
        In order. Persons as ``Family, Given, Suffix`` where the source keeps these apart, or as
        printed (``Hahn AF``); see :func:`person`.
    groups : tuple of str
        Those of `authors` that are organisations or study groups.
    contributors : dict of str to tuple of str
        Everybody else by role, in CSL's words: ``editor``, ``translator`` ...
    date : str or None
        ISO 8601 as far as it is known (``2016``, ``2016-05``, ``2016-05-12``).
    journal : str or None
        What it appeared in: the journal, or the book or proceedings of a chapter.
    registry_id, registry_ids : str or None, tuple of str
        Trial registrations in their registers' own notation; `registry_id` is the first.
    genre : str or None
        What it is: one of :data:`GENRES`.
    type, types : str or None, tuple of str
        Publication types as the source names them; `type` is the first.
    mesh : tuple of str
        As MEDLINE prints them: ``Polyneuropathies/*drug therapy``; see :func:`mesh_heading`.
    abstract : str or None
        A structured abstract has one line for each section; see :func:`abstract_sections`.
    accession, database : str or None
        Its number in the database it came from, and the database's name.
    other_ids : dict of str to str
        Further identifiers by the name of what gave them: ``pii``, ``arxiv``, ``openalex`` ...
    kind : {"database", "register", "other"} or None
        Side of the PRISMA flow; that of its search run if the file does not say.
    recalled : tuple of str
        Fields that were filled in from memory: no source was seen for them.
    raw : str or None
        The text it was read from, as it came.
    line : int or None
        The line of the file at which that text begins.
    tags : dict of str to str
        Field -> tag, column or element that it was taken from.
    extra : tuple of (str, str)
        Tags that no field took, with their values, in order.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    doi: str | None = None
    registry_id: str | None = None
    type: str | None = None
    abstract: str | None = None
    kind: RecordKind | None = None
    provenance: Provenance = "found"
    recalled: tuple[str, ...] = ()
    source: str | None = None
    note: str | None = None
    raw: str | None = None
    genre: str | None = None
    groups: tuple[str, ...] = ()
    contributors: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    date: str | None = None
    original_title: str | None = None
    short_title: str | None = None
    journal_abbreviation: str | None = None
    issn: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    publisher: str | None = None
    place: str | None = None
    edition: str | None = None
    series: str | None = None
    registry_ids: tuple[str, ...] = ()
    accession: str | None = None
    database: str | None = None
    other_ids: dict[str, str] = field(default_factory=dict[str, str])
    languages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    votes: tuple[Vote, ...] = ()
    line: int | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])
    extra: tuple[tuple[str, str], ...] = ()


#: Field -> what it holds if nothing was said; an empty dict or tuple is as good as none.
_DEFAULTS: tuple[tuple[str, Any], ...] = tuple(
    (f.name, None if f.default is MISSING else f.default) for f in fields(Record)
)


def record_line(record: Record) -> bytes:
    """Write a record as one line of JSON: keys in order, and only what the record has.

    Examples
    --------
    >>> record_line(Record(id="r1", title="A trial", year=2013))
    b'{"id":"r1","title":"A trial","year":2013}\\n'
    """
    held = {
        name: value
        for name, default in _DEFAULTS
        if (value := getattr(record, name)) != default and value
    }
    held.setdefault("title", "")
    return msgspec.json.encode(held, order="sorted") + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A name in its parts; `given` may be initials."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def initials(self) -> str:
        """First letters of the given names.

        Examples
        --------
        >>> person("Hahn, Angelika F.").initials
        'AF'
        """
        if re.fullmatch(r"[^\W\d_]{1,4}", self.given) and self.given.isupper():
            return self.given
        return "".join(part[0] for part in re.split(r"[\s.\-]+", self.given) if part).upper()


_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|2nd|3rd)\.?", re.IGNORECASE)
_VANCOUVER = re.compile(r"(.+?)\s+([^\W\d_a-z]{1,4}|[A-Z]\.(?:[\s-]?[A-Z]\.){0,3})(?:\s+(.+))?")


def person(name: str) -> Person:
    """Part the name of a person as records print it.

    Examples
    --------
    >>> person("Hahn, Angelika F.")
    Person(family='Hahn', given='Angelika F.', suffix='')
    >>> person("van den Berg LH")
    Person(family='van den Berg', given='LH', suffix='')
    >>> person("King, Martin Luther, Jr.")
    Person(family='King', given='Martin Luther', suffix='Jr.')
    """
    if "," in name:
        family, _, rest = name.partition(",")
        given, _, last = rest.strip().partition(",")
        given, last = given.strip(), last.strip()
        if _SUFFIX.fullmatch(given) and last:
            given, last = last, given
        elif not last and len(parts := given.rsplit(None, 1)) == 2 and _SUFFIX.fullmatch(parts[1]):
            given, last = parts
        return Person(family=family.strip(), given=given, suffix=last)
    vancouver = _VANCOUVER.fullmatch(name.strip())
    if vancouver and (vancouver[3] is None or _SUFFIX.fullmatch(vancouver[3])):
        return Person(family=vancouver[1], given=vancouver[2], suffix=vancouver[3] or "")
    return Person(family=name.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A MeSH heading in its parts.

    Attributes
    ----------
    major : bool
        Whether the descriptor itself is a focus of the publication.
    qualifiers : tuple of (str, bool)
        Subheadings, each with whether it is a focus.
    """

    descriptor: str
    major: bool = False
    qualifiers: tuple[tuple[str, bool], ...] = ()


def mesh_heading(text: str) -> Heading:
    """Part a MeSH heading as MEDLINE prints it.

    Examples
    --------
    >>> mesh_heading("Polyneuropathies/*drug therapy/immunology").qualifiers
    (('drug therapy', True), ('immunology', False))
    """
    descriptor, *qualifiers = text.split("/")
    return Heading(
        descriptor=descriptor.lstrip("*").strip(),
        major=descriptor.startswith("*"),
        qualifiers=tuple((q.lstrip("*").strip(), q.startswith("*")) for q in qualifiers),
    )


_SECTION = re.compile(r"^([A-Z][A-Z0-9 ,/&()'-]{2,60}):\s+", re.MULTILINE)


def abstract_sections(abstract: str) -> tuple[tuple[str | None, str], ...]:
    """Part a structured abstract into (label, text); a plain one is one part without a label.

    Examples
    --------
    >>> abstract_sections("AIMS: To see.\\nRESULTS: It worked.")
    (('AIMS', 'To see.'), ('RESULTS', 'It worked.'))
    """
    found = list(_SECTION.finditer(abstract))
    if not found:
        return ((None, abstract),)
    before = abstract[: found[0].start()].strip()
    parts: list[tuple[str | None, str]] = [(None, before)] if before else []
    ends = [match.start() for match in found[1:]] + [len(abstract)]
    for match, end in zip(found, ends, strict=True):
        parts.append((match[1], abstract[match.end() : end].strip()))
    return tuple(parts)


_RETRACTED_TITLE = re.compile(r"\W*(?:retracted(?: article)?|withdrawn)\b\W", re.IGNORECASE)


def is_retracted(record: Record) -> bool:
    """Whether the source says that this publication was retracted.

    Examples
    --------
    >>> is_retracted(Record(id="r", title="RETRACTED: A trial"))
    True
    """
    return (
        any(notice.relation == "RetractionIn" for notice in record.notices)
        or any(t.casefold().startswith("retracted pub") for t in (*record.types, record.type or ""))
        or _RETRACTED_TITLE.match(record.title) is not None
    )
