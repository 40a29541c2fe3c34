"""Records as words with their positions, field by field."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ranvier.core.record import Record, mesh_heading
from ranvier.query.mesh import QUALIFIER_NAMES

__all__ = ["IndexedHeading", "RecordIndex", "words"]

_WORD = re.compile(r"[^\W_]+")

#: Two letters of a MeSH subheading by its name.
_LETTERS = {name: letters for letters, name in QUALIFIER_NAMES.items()}


def words(text: str) -> list[str]:
    """Split text into words: letters and digits, lower case, accents kept apart from their letters.

    Examples
    --------
    >>> words("Guillain-Barré syndrome (GBS)")
    ['guillain', 'barre', 'syndrome', 'gbs']
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORD.findall(plain.casefold())


@dataclass(frozen=True, slots=True)
class IndexedHeading:
    """One heading of one record, lower case; focus and two-letter subheadings."""

    name: str
    focus: bool
    qualifiers: frozenset[str]
    focused: frozenset[str] = frozenset()


@dataclass(slots=True)
class RecordIndex:
    """The words of records.

    Attributes
    ----------
    records : list of Record
        In the order given; all results are places in this list.
    """

    records: list[Record]
    _postings: dict[str, dict[str, dict[int, list[int]]]] = field(repr=False)
    _vocabulary: dict[str, list[str]] = field(repr=False)
    _headings: dict[int, tuple[IndexedHeading, ...]] = field(repr=False)
    _by_heading: dict[str, set[int]] = field(repr=False)

    @classmethod
    def of(cls, records: Iterable[Record]) -> RecordIndex:
        """Index records."""
        held = list(records)
        postings: dict[str, dict[str, dict[int, list[int]]]] = {}
        headings: dict[int, tuple[IndexedHeading, ...]] = {}
        by_heading: dict[str, set[int]] = defaultdict(set)
        for i, record in enumerate(held):
            for name, text in _texts(record):
                table = postings.setdefault(name, {})
                for position, word in enumerate(text):
                    table.setdefault(word, {}).setdefault(i, []).append(position)
            headings[i] = tuple(_heading(text) for text in record.mesh)
            for heading in headings[i]:
                by_heading[heading.name].add(i)
        vocabulary = {name: sorted(table) for name, table in postings.items()}
        return cls(held, postings, vocabulary, headings, dict(by_heading))

    @property
    def fields(self) -> tuple[str, ...]:
        """Atoms of the fields that any record has."""
        return tuple(self._postings)

    def matching(self, name: str, pattern: str) -> Iterator[str]:
        """Yield the words of a field that fit a pattern with our wildcards."""
        table = self._postings.get(name, {})
        if not any(sign in pattern for sign in "*?#"):
            if pattern in table:
                yield pattern
            return
        stem = re.split(r"[*?#]", pattern, maxsplit=1)[0]
        shape = re.compile(regex(pattern))
        vocabulary = self._vocabulary.get(name, [])
        i = bisect_left(vocabulary, stem)
        while i < len(vocabulary) and vocabulary[i].startswith(stem):
            if shape.fullmatch(vocabulary[i]):
                yield vocabulary[i]
            i += 1

    def places(self, name: str, pattern: str) -> dict[int, list[int]]:
        """Where words that fit a pattern stand in a field: record -> positions, in order."""
        found: dict[int, list[int]] = {}
        several = False
        for word in self.matching(name, pattern):
            for record, positions in self._postings[name][word].items():
                if record in found:
                    found[record] = found[record] + positions
                    several = True
                else:
                    found[record] = positions
        return {r: sorted(p) for r, p in found.items()} if several else found

    def headed(self, names: Iterable[str]) -> set[int]:
        """Records with any of the headings, lower case."""
        found: set[int] = set()
        for name in names:
            found |= self._by_heading.get(name, set())
        return found

    def headings(self, record: int) -> tuple[IndexedHeading, ...]:
        """The headings of a record."""
        return self._headings[record]


def regex(pattern: str) -> str:
    """Turn our wildcards into a regular expression.

    Examples
    --------
    >>> regex("neur*2"), regex("p?ediatr#c")
    ('neur\\\\w{0,2}', 'p\\\\w?ediatr\\\\wc')
    """
    said: list[str] = []
    for match in re.finditer(r"\*(\d*)|([?#])|([^*?#]+)", pattern):
        if match[3] is not None:
            said.append(re.escape(match[3]))
        elif match[2] is not None:
            said.append(r"\w?" if match[2] == "?" else r"\w")
        else:
            said.append(rf"\w{{0,{match[1]}}}" if match[1] else r"\w*")
    return "".join(said)


def _texts(record: Record) -> Iterator[tuple[str, list[str]]]:
    """Yield the words of each field that has any."""
    listed: Mapping[str, Iterable[str | None]] = {
        "ti": (record.title,),
        "ab": (record.abstract,),
        "kw": record.keywords,
        "nm": record.substances,
        "ad": record.affiliations,
        "ot": (record.original_title,),
        "mh": (mesh_heading(text).descriptor for text in record.mesh),
        "fs": (q for text in record.mesh for q, _ in mesh_heading(text).qualifiers),
        "au": record.authors,
        "jn": (record.journal, record.journal_abbreviation),
        "pt": (*record.types, record.type),
        "la": record.languages,
        "py": (str(record.year) if record.year else None,),
        "id": (record.pmid, record.pmcid, record.doi, *record.registry_ids, record.accession),
    }
    for name, parts in listed.items():
        found: list[str] = []
        for part in dict.fromkeys(p for p in parts if p):
            if found:
                # A phrase does not run from one author or keyword into the next.
                found.extend([""] * 10)
            found.extend(words(part))
        if found:
            yield name, found


def _heading(text: str) -> IndexedHeading:
    """Read one heading as MEDLINE prints it."""
    read = mesh_heading(text)
    known = {_LETTERS.get(q.casefold(), q.casefold()[:2]): major for q, major in read.qualifiers}
    return IndexedHeading(
        name=read.descriptor.casefold(),
        focus=read.major or any(known.values()),
        qualifiers=frozenset(known),
        focused=frozenset(q for q, major in known.items() if major),
    )
