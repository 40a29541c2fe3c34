"""Records as words with their positions, field by field."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ranvier.core.record import Record, mesh_heading
from ranvier.query.mesh import qualifier
from ranvier.query.spots import NOWHERE, Spots

__all__ = ["IndexedHeading", "RecordIndex", "words"]

_WORD = re.compile(r"[^\W_]+")
#: Chinese characters, kana and their like: they stand side by side without spaces, so each is a
#: word, and a term of several is a phrase.
_IDEOGRAPH = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD_OR_SIGN = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")


def words(text: str) -> list[str]:
    """Split text into words: letters and digits, lower case, accents kept apart from their letters.

    Examples
    --------
    >>> words("Guillain-Barré syndrome (GBS)")
    ['guillain', 'barre', 'syndrome', 'gbs']
    """
    if text.isascii():
        return _WORD.findall(text.lower())
    # Composed first: the marks of kana are no accents.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORD_OR_SIGN.findall(plain.casefold())


@dataclass(frozen=True, slots=True)
class IndexedHeading:
    """One heading of one record, lower case; focus and two-letter subheadings."""

    name: str
    focus: bool
    qualifiers: frozenset[str]
    focused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one field of all records: one run of places a word, in order of records.

    Attributes
    ----------
    numbers : dict of str to int
        Word to its number; its places are ``starts[n]`` to ``starts[n + 1]``.
    records, positions : ndarray of int32
        Which record, and which word of its field.
    """

    numbers: dict[str, int]
    vocabulary: list[str]
    starts: NDArray[np.int64]
    records: NDArray[np.int32]
    positions: NDArray[np.int32]

    @classmethod
    def of(cls, texts: _Stream) -> _Words:
        """Sort a stream of words by word, keeping the order of records and positions."""
        words_ = np.frombuffer(texts.words, dtype=np.int32)
        order = np.argsort(words_, kind="stable")
        starts = np.searchsorted(words_[order], np.arange(len(texts.numbers) + 1))
        return cls(
            numbers=texts.numbers,
            vocabulary=sorted(texts.numbers),
            starts=starts.astype(np.int64),
            records=np.frombuffer(texts.records, dtype=np.int32)[order],
            positions=np.frombuffer(texts.positions, dtype=np.int32)[order],
        )

    def run(self, word: str) -> slice:
        """Where the places of a word are held."""
        number = self.numbers[word]
        return slice(int(self.starts[number]), int(self.starts[number + 1]))


@dataclass(slots=True)
class _Stream:
    """Words of one field as they come: number, record and position of each."""

    numbers: dict[str, int] = field(default_factory=dict)
    words: array[int] = field(default_factory=lambda: array("i"))
    records: array[int] = field(default_factory=lambda: array("i"))
    positions: array[int] = field(default_factory=lambda: array("i"))

    def add(self, record: int, text: list[str]) -> None:
        """Add the words of one record; empty ones only take a place."""
        numbers = self.numbers
        self.words.extend([numbers.setdefault(word, len(numbers)) for word in text])
        self.records.extend([record] * len(text))
        self.positions.extend(range(len(text)))


@dataclass(slots=True)
class RecordIndex:
    """The words of records.

    Attributes
    ----------
    records : list of Record
        In the order given; all results are places in this list.
    """

    records: list[Record]
    _fields: dict[str, _Words] = field(repr=False)
    _headings: dict[int, tuple[IndexedHeading, ...]] = field(repr=False)
    _by_heading: dict[str, set[int]] = field(repr=False)

    @classmethod
    def of(cls, records: Iterable[Record]) -> RecordIndex:
        """Index records."""
        held = list(records)
        streams: dict[str, _Stream] = {}
        headings: dict[int, tuple[IndexedHeading, ...]] = {}
        by_heading: dict[str, set[int]] = defaultdict(set)
        for i, record in enumerate(held):
            for name, text in _texts(record):
                streams.setdefault(name, _Stream()).add(i, text)
            headings[i] = tuple(_heading(text) for text in record.mesh)
            for heading in headings[i]:
                by_heading[heading.name].add(i)
        fields = {name: _Words.of(stream) for name, stream in streams.items()}
        return cls(held, fields, headings, dict(by_heading))

    @property
    def fields(self) -> tuple[str, ...]:
        """Atoms of the fields that any record has."""
        return tuple(self._fields)

    def matching(self, name: str, pattern: str) -> Iterator[str]:
        """Yield the words of a field that fit a pattern with our wildcards."""
        words_ = self._fields.get(name)
        if words_ is None:
            return
        if not any(sign in pattern for sign in "*?#"):
            if pattern and pattern in words_.numbers:
                yield pattern
            return
        stem = re.split(r"[*?#]", pattern, maxsplit=1)[0]
        shape = re.compile(regex(pattern))
        vocabulary = words_.vocabulary
        i = bisect_left(vocabulary, stem)
        while i < len(vocabulary) and vocabulary[i].startswith(stem):
            if vocabulary[i] and shape.fullmatch(vocabulary[i]):
                yield vocabulary[i]
            i += 1

    def having(self, name: str, pattern: str) -> set[int]:
        """Records with a word that fits a pattern in a field."""
        runs = self._runs(name, pattern)
        if not runs:
            return set()
        records = self._fields[name].records
        return set(np.unique(np.concatenate([records[run] for run in runs])).tolist())

    def places(self, name: str, pattern: str) -> Spots:
        """Where words that fit a pattern stand in a field."""
        runs = self._runs(name, pattern)
        if not runs:
            return NOWHERE
        held = self._fields[name]
        return Spots.at(
            np.concatenate([held.records[run] for run in runs]),
            np.concatenate([held.positions[run] for run in runs]),
        )

    def _runs(self, name: str, pattern: str) -> list[slice]:
        """The runs of places of all words that fit a pattern."""
        held = self._fields.get(name)
        return [] if held is None else [held.run(word) for word in self.matching(name, pattern)]

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
    known = {qualifier(q): major for q, major in read.qualifiers}
    return IndexedHeading(
        name=read.descriptor.casefold(),
        focus=read.major or any(known.values()),
        qualifiers=frozenset(known),
        focused=frozenset(q for q, major in known.items() if major),
    )
