"""Linking: which reports are of one study, as suggestions with reasons; a person decides.

A trial is registered, described in a protocol, told at a conference, posted as a preprint, printed,
corrected, perhaps retracted. These are different reports, never duplicates. They are linked by what
they name (registrations, the notices of databases), else by who and what they are about; words and
names count by how rare they are among the records themselves, so that in a review of one disease
its name says nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from rapidfuzz import fuzz

from ranvier.core.record import Record, is_retracted
from ranvier.dedup.citation import Citation, cite
from ranvier.dedup.locators import read_doi, read_pmid, read_registry
from ranvier.dedup.titles import words_of

__all__ = ["Held", "Link", "Stage", "Strength", "link", "retracted", "stage_of"]

Stage = Literal[
    "registration", "protocol", "abstract", "preprint", "article", "notice", "retraction", "review"
]
Strength = Literal["firm", "likely", "possible"]

_REGISTERS = re.compile(
    r"clinical ?trials? ?(?:\.gov|register)|trials? regist|regist\w* of clinical|isrctn|ictrp"
    r"|\beudract|research summar",
    re.I,
)
_PROTOCOL = re.compile(
    r"\bprotocol (?:for|of)\b|\b(?:study|trial) protocol\b|\brationale and (?:study )?design\b"
    r"|\bdesign and rationale\b|: (?:study )?design\b",
    re.I,
)
_SYNTHESIS = re.compile(r"review|meta-analysis|guideline", re.I)
_SYNTHESIS_TITLE = re.compile(
    r"systematic review|meta-analysis|\bguidelines?\b|\breview of\b|: a review\b|consensus", re.I
)
_PHASE = re.compile(r"\bphase ([1-4]|i{1,3}v?)\b")
_PREPRINTS = re.compile(r"rxiv|ssrn|research square|preprint|authorea", re.I)
#: Stages in the order of a study's life.
_LIFE: tuple[Stage, ...] = (
    "registration", "protocol", "abstract", "preprint", "article", "notice", "retraction", "review",
)  # fmt: skip
#: Stages before the printed article.
_EARLIER: frozenset[Stage] = frozenset({"protocol", "abstract", "preprint"})

#: From a report to its print: how many years at most, by the earlier stage.
_YEARS: dict[str, int] = {"protocol": 8, "abstract": 5, "preprint": 3, "registration": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two reports that seem to be of one study.

    Attributes
    ----------
    relation : str
        Stages of the two, such as ``registration - article``.
    strength : {"firm", "likely", "possible"}
        ``firm``: one names the other, or both name the same registration. ``likely``: the same
        people on the same thing in fitting years. ``possible``: the same thing in fitting years.
    why : tuple of str
    """

    a: str
    b: str
    relation: str
    strength: Strength
    why: tuple[str, ...]


def link(records: Sequence[Record]) -> tuple[Link, ...]:
    """Suggest which reports are of one study.

    Parameters
    ----------
    records : sequence of Record
        One for each report: duplicates removed.

    Returns
    -------
    tuple of Link
        The firmest first; each two reports once.

    Examples
    --------
    >>> trial = Record(id="r", title="IVIG in MMN", type="registration", registry_id="NCT00666263")
    >>> paper = Record(id="p", title="A controlled trial of IVIg", abstract="... NCT00666263.")
    >>> [(found.relation, found.strength) for found in link([trial, paper])]
    [('registration - article', 'firm')]
    """
    held = Held(records)
    found: dict[frozenset[str], Link] = {}
    for given in (held.named(), held.noticed(), held.alike()):
        for suggestion in given:
            found.setdefault(frozenset((suggestion.a, suggestion.b)), suggestion)
    order = {"firm": 0, "likely": 1, "possible": 2}
    return tuple(sorted(found.values(), key=lambda s: (order[s.strength], s.a, s.b)))


def retracted(records: Sequence[Record]) -> dict[str, str]:
    """Return the publications that were retracted, with what says so.

    Examples
    --------
    >>> retracted([Record(id="a", title="RETRACTED: IVIg in everything")])
    {'a': 'marked as retracted by its source'}
    """
    found = {r.id: "marked as retracted by its source" for r in records if is_retracted(r)}
    for suggestion in Held(records).noticed():
        if suggestion.relation.endswith("retraction"):
            found.setdefault(suggestion.a, f"{suggestion.b} retracts it")
    return found


def stage_of(record: Record, citation: Citation | None = None) -> Stage:
    """Say at which stage of a study a record reports it.

    Examples
    --------
    >>> stage_of(Record(id="a", title="IVIg for MMN: study protocol for a randomised trial"))
    'protocol'
    """
    made = citation or cite(record)
    kind = " ".join((*record.types, record.type or ""))
    where = record.journal or ""
    if made.notice == "retraction":
        return "retraction"
    if made.notice:
        return "notice"
    if made.registration or (_REGISTERS.search(where) and not record.volume):
        return "registration"
    if made.conference or "abstract" in kind.casefold():
        return "abstract"
    if _PREPRINTS.search(where) or "preprint" in kind.casefold():
        return "preprint"
    if _PROTOCOL.search(record.title):
        return "protocol"
    if _SYNTHESIS.search(kind) or _SYNTHESIS_TITLE.search(record.title):
        return "review"
    return "article"


class Held:
    """Records made comparable, with how rare their words and names are.

    Parameters
    ----------
    records : sequence of Record
        What is linked.
    background : sequence of Record
        Others of the same searches: they are not linked, but words that they have are no rarity.
    """

    def __init__(self, records: Sequence[Record], background: Sequence[Record] = ()) -> None:
        self.records = records
        self.cited = [cite(r) for r in records]
        self.stages = [stage_of(r, c) for r, c in zip(records, self.cited, strict=True)]
        self.words = [frozenset(words_of(c.title)) for c in self.cited]
        others = [cite(r) for r in background]
        self.rare_words = _rarity([*self.words, *(frozenset(words_of(c.title)) for c in others)])
        #: How rare a word can be here at most.
        self.bits = math.log(len(records) + len(others) + 1)
        # What a quarter of all records name is what the review is about.
        often = math.log(4)
        self.topic = frozenset(w for w, bits in self.rare_words.items() if bits <= often)
        self.rare_names = _rarity([c.names for c in (*self.cited, *others)])

    def link(self, i: int, j: int, strength: Strength, *why: str) -> Link:
        """Make a link; what came first in the life of a study stands first."""
        i, j = sorted((i, j), key=lambda k: _LIFE.index(self.stages[k]))
        relation = f"{self.stages[i]} - {self.stages[j]}"
        a, b = self.records[i].id, self.records[j].id
        return Link(a=a, b=b, relation=relation, strength=strength, why=why)

    def named(self) -> Iterator[Link]:
        """Link reports that name the same registration."""
        naming: dict[str, list[int]] = {}
        for i, (record, citation) in enumerate(zip(self.records, self.cited, strict=True)):
            if self.stages[i] == "review":
                continue  # names the trials of others
            text = f"{record.title} {record.abstract or ''}"
            for id in dict.fromkeys((*citation.registry, *read_registry(text))):
                naming.setdefault(id, []).append(i)
        for id, those in naming.items():
            for i, j in combinations(those, 2):
                yield self.link(i, j, "firm", f"both name {id}")

    def noticed(self) -> Iterator[Link]:
        """Link notices with what they are about: by what the database says, else by the title."""
        by_id: dict[str, int] = {}
        for i, c in enumerate(self.cited):
            by_id.update({id: i for id in (c.pmid and f"pmid {c.pmid}", c.doi) if id})
        for i, record in enumerate(self.records):
            for notice in record.notices:
                named = (
                    f"pmid {read_pmid(notice.pmid or '')}",
                    read_doi(notice.doi or ""),
                )
                for j in {by_id[id] for id in named if id in by_id} - {i}:
                    why = f"{record.id} gives it as {notice.relation}"
                    yield self.link(i, j, "firm", why)
        titled: dict[str, list[int]] = {}
        for j, c in enumerate(self.cited):
            if c.title and self.stages[j] not in ("notice", "retraction"):
                titled.setdefault(c.title[:12], []).append(j)
        for i, c in enumerate(self.cited):
            if self.stages[i] not in ("notice", "retraction"):
                continue
            bare = _about(c.title)
            for j in titled.get(bare[:12], ()):
                other = self.cited[j]
                late = not c.year or not other.year or 0 <= c.year - other.year <= 15
                if late and len(bare) > 20 and fuzz.ratio(bare, other.title) >= 93:
                    yield self.link(j, i, "likely", f"it is titled as a {c.notice} of it")

    def alike(self) -> Iterator[Link]:
        """Link by people, words and years."""
        registered: dict[int, list[tuple[float, Link]]] = {}
        for i, j in self._candidates():
            stages = {self.stages[i], self.stages[j]}
            if stages & {"review", "notice", "retraction"}:
                continue
            if stages == {"registration"}:
                yield from self._two_registrations(i, j)
            elif "registration" in stages:
                i, j = (i, j) if self.stages[i] == "registration" else (j, i)
                for weight, found in self._registered(i, j):
                    registered.setdefault(i, []).append((weight, found))
            elif stages & _EARLIER:
                yield from self._told_before(i, j)
        for found in registered.values():
            best = max(weight for weight, _ in found)
            yield from (suggestion for weight, suggestion in found if weight >= 0.8 * best)

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs with an early stage that share a rare word or name."""
        early = _EARLIER | {"registration"}
        holding: dict[str, list[int]] = {}
        for i, (words, c) in enumerate(zip(self.words, self.cited, strict=True)):
            for word in words | {f"@{name}" for name in c.names}:
                holding.setdefault(word, []).append(i)
        most = max(12, len(self.records) // 8)
        for i, stage in enumerate(self.stages):
            if stage not in early:
                continue
            keys = self.words[i] | {f"@{name}" for name in self.cited[i].names}
            met = {j for key in keys if len(holding[key]) <= most for j in holding[key]}
            for j in sorted(met - {i}):
                if self.stages[j] not in early or i < j:
                    yield i, j

    def about(self, i: int, j: int) -> tuple[float, float, list[str]]:
        """Return the shared words' weight, its share of the shorter title's, and the rarest."""
        shared = self.words[i] & self.words[j]
        weight = _sum(self.rare_words, shared)
        whole = min(_sum(self.rare_words, self.words[k]) for k in (i, j))
        rarest = sorted(shared, key=lambda w: (-self.rare_words[w], w))[:5]
        return weight, weight / whole if whole else 0.0, rarest

    def _between(self, earlier: int, later: int, most: int) -> bool:
        """Say whether the years fit."""
        x, y = self.cited[earlier].year, self.cited[later].year
        return not x or not y or -1 <= y - x <= most

    def _other_phase(self, i: int, j: int) -> bool:
        """Say whether the titles name different phases of trials."""
        one, other = (set(_PHASE.findall(self.cited[k].title)) for k in (i, j))
        return bool(one and other and not one & other)

    def _two_registrations(self, i: int, j: int) -> Iterator[Link]:
        """One trial in two registers."""
        weight, share, rarest = self.about(i, j)
        x, y = self.cited[i], self.cited[j]
        one_register = x.journal == y.journal and bool(x.journal)
        near = not x.year or not y.year or abs(x.year - y.year) <= 3
        if weight >= 9 and share >= 0.45 and near and not one_register:
            yield self.link(i, j, "likely", f"titles share {', '.join(rarest)}")

    def _registered(self, i: int, j: int) -> Iterator[tuple[float, Link]]:
        """Find what a registered trial became."""
        weight, share, rarest = self.about(i, j)
        people = self.cited[i].names & self.cited[j].names
        if self.cited[i].registry and self.cited[j].registry:
            return  # it names another one
        if weight < 7 or not self._between(i, j, _YEARS["registration"]):
            return
        if self.words[i] & self.topic - self.words[j] or self._other_phase(i, j):
            return
        dated = bool(self.cited[i].year and self.cited[j].year)
        if (share >= 0.36 and dated) or (people and share >= 0.25):
            why = [f"titles share {', '.join(rarest)}"]
            if people:
                why.append(f"both name {', '.join(sorted(people))}")
            strength: Strength = "likely" if len(people) > 1 and share >= 0.36 else "possible"
            yield weight * share, self.link(i, j, strength, *why)

    def _told_before(self, i: int, j: int) -> Iterator[Link]:
        """Find the print of what a protocol, an abstract or a preprint told."""
        i, j = (i, j) if self.stages[i] in _EARLIER else (j, i)
        x, y = self.cited[i], self.cited[j]
        people = x.names & y.names
        fewer = min(len(x.names), len(y.names))
        if not people or not fewer or not self._between(i, j, _YEARS.get(self.stages[i], 5)):
            return
        weight, share, rarest = self.about(i, j)
        known = _sum(self.rare_names, people)
        many = len(people) >= 3 and len(people) / fewer >= 0.5 and known >= 8
        if (many and share >= 0.4) or (len(people) / fewer >= 0.7 and share >= 0.75 and weight > 6):
            names = sorted(people, key=lambda n: (-self.rare_names[n], n))[:4]
            yield self.link(
                i,
                j,
                "likely",
                f"{len(people)} authors on both, {', '.join(names)} among them",
                f"titles share {', '.join(rarest)}",
            )


_ABOUT = re.compile(
    r"^(?:author |publisher )?(?:retraction|retracted|erratum|corrigendum|correction|reply"
    r"|comments?|response|letter|re|notice|note|statement|expression|concern|of|on|to|for|the"
    r"|article|paper)\b ?"
)


def _about(title: str) -> str:
    """Strip a notice's own words from its folded title."""
    while (rest := _ABOUT.sub("", title)) != title:
        title = rest
    return title


def _rarity(held: Iterable[frozenset[str]]) -> dict[str, float]:
    """Return for each word the log of how many records there are for one that has it."""
    many = list(held)
    counts = Counter(word for words in many for word in words)
    return {word: math.log((len(many) + 1) / n) for word, n in counts.items()}


def _sum(rarity: Mapping[str, float], words: Iterable[str]) -> float:
    """Add up how rare words are."""
    return sum(rarity[word] for word in sorted(words))
