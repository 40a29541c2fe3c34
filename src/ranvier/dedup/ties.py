"""Ties: what speaks for two reports being of one study, with the words and where they stand.

`link` finds what is sure enough to be suggested among all records of a search. Among the few
reports that were included on the full text much more is worth a question: a second paper of the
same people, an analysis that calls itself secondary, a trial that both call by its name. Whatever
is found is laid out as evidence: which words, in which field of which report.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from ranvier.core.record import Record
from ranvier.core.registers import REGISTERS, find_registry_ids
from ranvier.dedup.link import Held, Link, Strength
from ranvier.dedup.people import read_author

__all__ = ["Evidence", "Tie", "conflicting", "fullest", "tells_more", "ties"]

EvidenceKind = Literal["registration", "notice", "name", "people", "follow_up", "title", "years"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for two reports being of one study.

    Attributes
    ----------
    says : str
        In words.
    a, b : str
        Where it stands in each: the field, and what is written there; empty where it stands in
        the other report only.
    """

    kind: EvidenceKind
    says: str
    a: str = ""
    b: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two reports that may be of one study.

    Attributes
    ----------
    relation : str
        Stages of the two in a study's life, such as ``abstract - article``.
    strength : {"firm", "likely", "possible"}
    why : tuple of Evidence
        What weighs most first.
    """

    a: str
    b: str
    relation: str
    strength: Strength
    why: tuple[Evidence, ...]


#: A paper about a study that was told before says so.
_LATER = re.compile(
    r"\b(?:follow[ -]?up (?:of|study|results|data|analysis)|long[ -]term (?:follow[ -]?up|results"
    r"|outcomes?|extension)|\d+[ -](?:year|month)s? (?:follow[ -]?up|results|outcomes?)"
    r"|open[ -]label extension|extension (?:study|phase|of)|secondary (?:analys[ie]s|outcomes?)"
    r"|post[ -]?hoc|sub[ -]?(?:group|study) (?:analys[ie]s|of)|sub-?study"
    r"|ancillary (?:study|analysis)"
    r"|exploratory analys[ie]s|mediation analysis|cost[ -]effectiveness|economic evaluation"
    r"|(?:results|findings|data|insights|evidence|analysis) (?:from|of) (?:the|a) (?:\w+[ -]){0,4}"
    r"(?:trial|study)|interim (?:analysis|results)|re-?analysis|baseline characteristics"
    r"|process evaluation)\b",
    re.I,
)
#: "the PATH study", "(PROTECT trial)": a name of a trial, in capitals.
_NAMED = re.compile(
    r"\b([A-Z][A-Z0-9-]{2,}(?: ?(?:[IVX]{1,3}|\d))?)[ -](?:trial|study|Trial|Study|TRIAL|STUDY)\b"
)
#: "A trial of zinc in adults (PATH)": the name of a trial, or short for something else.
_BRACKETED = re.compile(r"\(([A-Z][A-Z0-9-]{2,}(?: ?(?:[IVX]{1,3}|\d))?)\)")
#: In capitals before "trial" or "study", and no name.
_NO_NAME = frozenset(
    ("RCT", "MRI", "PET", "DNA", "RNA", "CLINICAL", "CONTROLLED", "RANDOMIZED", "RANDOMISED",
     "PILOT", "BLIND", "CROSSOVER", "COHORT", "MULTICENTRE", "MULTICENTER", "THE", "THIS", "OPEN",
     "LABEL", "PHASE", "III", "CASE", "FOLLOW-UP", "DOUBLE-BLIND", "PLACEBO-CONTROLLED", "FIELD")
)  # fmt: skip
#: Who names more numbers of one register than this tells of the trials of others.
_POOLED = 3
#: What more than a tenth of all titles hold is what the review is about.
_TOPIC = 10
#: Years between two papers of one study.
_YEARS = 10


def ties(
    reports: Mapping[str, Sequence[Record]], *, background: Sequence[Record] = ()
) -> tuple[Tie, ...]:
    """Find which reports may be of one study.

    Parameters
    ----------
    reports : mapping of str to sequence of Record
        By the id of the report, the records that describe it.
    background : sequence of Record
        Other records of the same searches, so that words and names have a rarity: among three
        reports nothing is rare.

    Returns
    -------
    tuple of Tie
        The firmest first; each two reports once.

    Examples
    --------
    >>> trial = Record(id="r", title="IVIG in MMN", genre="registration", registry_id="NCT00666263")
    >>> paper = Record(id="p", title="IVIg", abstract="Registered as NCT 00666263 in 2008.")
    >>> [found] = ties({"trial": [trial], "paper": [paper]})
    >>> found.strength, found.why[0].says, found.why[0].b
    ('firm', 'Both name NCT00666263.', 'abstract: Registered as NCT 00666263 in 2008.')
    """
    held = _Reports(reports, background)
    found: dict[frozenset[str], Tie] = {}
    for tie in (*held.linked(), *held.told_again()):
        pair = frozenset((tie.a, tie.b))
        before = found.get(pair)
        if before is None or _ORDER[tie.strength] < _ORDER[before.strength]:
            found[pair] = tie
    return tuple(sorted(found.values(), key=lambda t: (_ORDER[t.strength], t.a, t.b)))


_ORDER: dict[Strength, int] = {"firm": 0, "likely": 1, "possible": 2}


def tells_more(title: str) -> bool:
    """Say whether a title calls itself a later or a further report of a study.

    Examples
    --------
    >>> tells_more("Zinc for colds: a secondary analysis of a randomised trial")
    True
    """
    return _LATER.search(title) is not None


def conflicting(one: Sequence[Record], other: Sequence[Record]) -> str | None:
    """Say which registrations speak against two reports being of one study, if any do.

    Each names a number of the same register, and none is in both.

    Examples
    --------
    >>> a, b = Record(id="a", title="NCT00000001"), Record(id="b", title="NCT00000002")
    >>> conflicting([a], [b])
    'They name different registrations: NCT00000001 and NCT00000002.'
    """
    mine, theirs = _registrations(one), _registrations(other)
    if mine.keys() & theirs.keys():
        return None
    for register in sorted({_register(id) for id in mine} & {_register(id) for id in theirs}):
        a = next(id for id in mine if _register(id) == register)
        b = next(id for id in theirs if _register(id) == register)
        return f"They name different registrations: {a} and {b}."
    return None


class _Reports:
    """Reports made comparable."""

    def __init__(
        self, reports: Mapping[str, Sequence[Record]], background: Sequence[Record]
    ) -> None:
        self.ids = tuple(reports)
        self.records = [tuple(reports[id]) for id in self.ids]
        self.place = {id: n for n, id in enumerate(self.ids)}
        self.fullest = [fullest(id, reports[id]) for id in self.ids]
        self.held = Held(self.fullest, background)
        self.registered = [_registrations(records) for records in self.records]
        self.surnames = [_surnames(record) for record in self.fullest]
        self.named = [self._names(record) for record in self.fullest]
        self.short = [_found(_BRACKETED, "title", record.title) for record in self.fullest]

    def linked(self) -> Iterator[Tie]:
        """Yield what linking finds, with its evidence, and what shares a registration anywhere."""
        naming: dict[str, list[int]] = {}
        for i, numbers in enumerate(self.registered):
            if self.held.stages[i] != "review" and not _is_pooled(numbers):
                for id in numbers:
                    naming.setdefault(id, []).append(i)
        for those in naming.values():
            for i, j in combinations(those, 2):
                yield self._tie(self.held.link(i, j, "firm"), i, j)
        # Of numbers in texts `named` knows less, so it is not asked here.
        for found in (*self.held.noticed(), *self.held.alike()):
            i, j = self.place[found.a], self.place[found.b]
            if found.strength == "firm" or not conflicting(self.records[i], self.records[j]):
                yield self._tie(found, i, j)

    def told_again(self) -> Iterator[Tie]:
        """Yield articles that seem to tell of one study: by its name, its people, its title."""
        for i, j in combinations(range(len(self.ids)), 2):
            stages = {self.held.stages[i], self.held.stages[j]}
            if stages & {"review", "notice", "retraction"} or not self._near(i, j):
                continue
            strength = self._again(i, j)
            if strength and not conflicting(self.records[i], self.records[j]):
                yield self._tie(self.held.link(i, j, strength), i, j)

    def _again(self, i: int, j: int) -> Strength | None:
        """Say how much speaks for two articles being of one study."""
        people = self.surnames[i].keys() & self.surnames[j].keys()
        fewer = min(len(self.surnames[i]), len(self.surnames[j]))
        if self._name(i, j):
            return "likely" if people else "possible"
        if not people:
            return None
        _, share, rarest = self.held.about(i, j)
        first = self.held.cited[i].first == self.held.cited[j].first
        many = len(people) >= 3 and len(people) / fewer >= 0.5
        if share >= 0.7 and len(rarest) >= 3 and (many or (first and len(people) == fewer)):
            return "likely"
        later = any(tells_more(self.fullest[k].title) for k in (i, j))
        if later and share >= 0.3 and len(rarest) >= 2 and (many or first):
            return "likely" if many and len(rarest) >= 3 else "possible"
        if first and len(people) / fewer >= 0.5 and share >= 0.5 and len(rarest) >= 3:
            return "possible"
        return None

    def _names(self, record: Record) -> dict[str, str]:
        """Return the names of trials that a title or an abstract gives, and where."""
        said = _found(_NAMED, "title", record.title)
        said |= _found(_NAMED, "abstract", record.abstract or "") | said
        return {name: where for name, where in said.items() if not self._is_topic(name)}

    def _is_topic(self, name: str) -> bool:
        """Say whether so many titles hold a word that it cannot be the name of a trial."""
        bits = self.held.rare_words.get(name.casefold())
        titles = 0 if bits is None else math.exp(self.held.bits - bits)
        return titles > max(2, math.exp(self.held.bits) / _TOPIC)

    def _name(self, i: int, j: int) -> str | None:
        """Return the name of a trial that both give, one of them as the name of a trial."""
        for x, y in ((i, j), (j, i)):
            for name in self.named[x]:
                if name in self.named[y] or name in self.short[y]:
                    return name
        return None

    def _near(self, i: int, j: int) -> bool:
        """Say whether the years allow it."""
        x, y = self.held.cited[i].year, self.held.cited[j].year
        return not x or not y or abs(x - y) <= _YEARS

    def _tie(self, found: Link, i: int, j: int) -> Tie:
        """Lay out the evidence for a link."""
        if found.a != self.ids[i]:
            i, j = j, i
        return Tie(
            a=found.a,
            b=found.b,
            relation=found.relation,
            strength=found.strength,
            why=tuple(self._evidence(found, i, j)),
        )

    def _evidence(self, found: Link, i: int, j: int) -> Iterator[Evidence]:
        """Yield all that speaks for two reports being of one study, the weightiest first."""
        one, other = self.registered[i], self.registered[j]
        for id in one:
            if id in other:
                yield Evidence(kind="registration", says=f"Both name {id}.", a=one[id], b=other[id])
        for said in found.why:
            if " gives it as " in said or " is titled as " in said:
                yield Evidence(kind="notice", says=said[:1].upper() + said[1:] + ".")
        if name := self._name(i, j):
            a, b = ((self.named[k] | self.short[k])[name] for k in (i, j))
            yield Evidence(kind="name", says=f"Both name the {name} study.", a=a, b=b)
        yield from self._people(i, j)
        for k, side in ((i, "a"), (j, "b")):
            if later := _LATER.search(self.fullest[k].title):
                says = f"One calls itself “{later[0]}”."
                where = {side: f"title: {_around(self.fullest[k].title, later.span())}"}
                yield Evidence(kind="follow_up", says=says, **where)
        shared = self.held.about(i, j)[2]
        if shared:
            titles = (self.fullest[k].title for k in (i, j))
            a, b = (f"title: {title}" for title in titles)
            yield Evidence(kind="title", says=f"Both titles say {', '.join(shared)}.", a=a, b=b)
        years = [self.held.cited[k].year for k in (i, j)]
        if all(years):
            apart = abs(years[0] - years[1])
            says = "Of the same year." if not apart else f"{apart} years apart."
            says = "A year apart." if apart == 1 else says
            yield Evidence(kind="years", says=says, a=f"year: {years[0]}", b=f"year: {years[1]}")

    def _people(self, i: int, j: int) -> Iterator[Evidence]:
        """Yield which authors are on both."""
        mine, theirs = self.surnames[i], self.surnames[j]
        both = [name for name in mine if name in theirs]
        if not both:
            return
        first = self.held.cited[i].first == self.held.cited[j].first
        begun = "The same first author" if first else "The same authors"
        if first and len(both) > 1:
            rest = "another author" if len(both) == 2 else f"{len(both) - 1} other authors"
            begun += f" and {rest} on both"
        elif not first:
            begun = f"{len(both)} authors on both" if len(both) > 1 else "One author on both"
        yield Evidence(
            kind="people",
            says=f"{begun}: {', '.join(mine[name] for name in both[:6])}"
            + (" …" if len(both) > 6 else "."),
            a=f"authors: {_some(mine.values())}",
            b=f"authors: {_some(theirs.values())}",
        )


def _some(names: Iterable[str]) -> str:
    """Write the first authors of many."""
    told = list(names)
    return ", ".join(told[:8]) + (" …" if len(told) > 8 else "")


def fullest(id: str, records: Sequence[Record]) -> Record:
    """Return the record with the longest abstract, under the id of its report, gaps filled."""
    first = max(records, key=lambda r: (len(r.abstract or ""), len(r.authors)))
    numbers = dict.fromkeys(n for r in records for n in (*r.registry_ids, r.registry_id) if n)
    return replace(
        first,
        id=id,
        authors=max((r.authors for r in records), key=len),
        year=first.year or next((r.year for r in records if r.year), None),
        genre=first.genre or next((r.genre for r in records if r.genre), None),
        registry_ids=tuple(numbers),
        registry_id=next(iter(numbers), None),
        notices=tuple(notice for r in records for notice in r.notices),
    )


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    """Yield every field in which a registration may be named, with its text."""
    yield "title", record.title
    yield "original title", record.original_title or ""
    yield "abstract", record.abstract or ""
    # After the texts: what stands there was often taken from them, and says less.
    numbers = dict.fromkeys(n for n in (*record.registry_ids, record.registry_id) if n)
    yield "registration", "; ".join(numbers)
    yield "accession number", record.accession or ""
    yield "other identifiers", "; ".join(record.other_ids.values())
    yield "keywords", "; ".join(record.keywords)
    yield "funding", "; ".join(record.funding)
    yield "addresses", " ".join(record.urls)
    yield "appeared in", record.journal or ""
    yield "note", record.note or ""


def _registrations(records: Sequence[Record]) -> dict[str, str]:
    """Return the registrations that records name, with the field and the words around each."""
    found: dict[str, str] = {}
    for record in records:
        for field, text in _fields(record):
            for id in find_registry_ids(text) if text else ():
                found.setdefault(id, f"{field}: {_around(text, _place(text, id))}")
    return found


def _is_pooled(numbers: Mapping[str, str]) -> bool:
    """Say whether a report names so many trials that they must be those of others."""
    registers = [_register(id) for id in numbers]
    return any(registers.count(register) > _POOLED for register in registers)


def _register(id: str) -> str:
    """Return the register that a registration is of."""
    capitals = id.upper()
    return next((r.name for r in REGISTERS if r.pattern.search(capitals)), id)


def _place(text: str, id: str) -> tuple[int, int]:
    """Return where a registration stands in a text that may space it otherwise."""
    digits = re.sub(r"\D", "", id)
    loose = re.compile(r"\W{0,3}".join(digits[-8:])) if digits else re.compile(re.escape(id))
    found = loose.search(text)
    return found.span() if found else (0, 0)


def _around(text: str, span: tuple[int, int], *, width: int = 48) -> str:
    """Cut out what stands around some words, at spaces."""
    start, end = max(0, span[0] - width), min(len(text), span[1] + width)
    if start:
        start = text.find(" ", start, span[0]) + 1 or span[0]
    if end < len(text):
        end = max(text.rfind(" ", span[1], end), span[1])
    return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")


def _surnames(record: Record) -> dict[str, str]:
    """Return the authors by surname as it is compared, each as it is printed."""
    found: dict[str, str] = {}
    for author in record.authors:
        surname, _ = read_author(author)
        if surname and author not in record.groups:
            found.setdefault(surname, author.partition(",")[0] if "," in author else author)
    return found


def _found(pattern: re.Pattern[str], field: str, text: str) -> dict[str, str]:
    """Return what a pattern for names of trials finds in a text, and where."""
    if text.isupper():
        return {}
    return {
        match[1]: f"{field}: {_around(text, match.span())}"
        for match in pattern.finditer(text)
        if match[1] not in _NO_NAME
    }
