"""Comparing: what two records say of each field, as one of a few levels of agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from ranvier.dedup.citation import Citation
from ranvier.dedup.locators import begins_journal, same_journal
from ranvier.dedup.titles import words_of

__all__ = ["LEVELS", "Levels", "Pairs", "compare"]

Pairs: TypeAlias = NDArray[np.int64]  # shape (n, 2): positions of the two records
Levels: TypeAlias = dict[str, NDArray[np.int8]]  # field -> level of each pair

#: Levels of agreement of each field, the closest first; ``none`` is "one of the two is empty".
LEVELS: dict[str, tuple[str, ...]] = {
    "title": (
        "none", "same, long", "same, middling", "same, short", "near", "part", "alike", "differs",
    ),
    "authors": ("none", "same", "most", "first", "some", "differ"),
    "year": ("none", "same", "next", "differs"),
    "journal": ("none", "same", "part", "differs"),
    "volume": ("none", "same", "differs"),
    "issue": ("none", "same", "differs"),
    "pages": ("none", "same", "first", "overlap", "differ"),
    "doi": ("none", "same", "shared", "differs"),
    "pmid": ("none", "same", "differs"),
    "abstract": ("none", "same", "near", "differs"),
}  # fmt: skip

#: Similarity (0-100) from which a title that is not equal is near, alike.
NEAR, ALIKE = 92.0, 75.0
#: Similarity from which it is worth looking whether one title stands in the other.
PART = 65.0
#: The same for abstracts.
ABSTRACT_SAME, ABSTRACT_NEAR = 92.0, 70.0


def compare(citations: Mapping[int, Citation] | Sequence[Citation], pairs: Pairs) -> Levels:
    """Compare pairs of records field by field.

    Parameters
    ----------
    citations : sequence of Citation
    pairs : ndarray, shape (n, 2)
        Positions in `citations`.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        For each field of :data:`LEVELS` the position of the level.

    Examples
    --------
    >>> from ranvier.core.search import Record
    >>> from ranvier.dedup.citation import cite
    >>> a = cite(Record(id="a", title="IVIg for neuropathy", year=2001, pages="12-19"))
    >>> b = cite(Record(id="b", title="IVIg for neuropathy.", year=2002, pages="12"))
    >>> found = compare([a, b], np.array([[0, 1]]))
    >>> {field: LEVELS[field][found[field][0]] for field in ("title", "year", "pages")}
    {'title': 'same, short', 'year': 'next', 'pages': 'first'}
    """
    left = [citations[i] for i in pairs[:, 0].tolist()]
    right = [citations[i] for i in pairs[:, 1].tolist()]
    both = list(zip(left, right, strict=True))
    titles = _titles(both)
    dois = np.array([_dois(a.doi, b.doi) for a, b in both], np.int8)
    dois[(dois == 1) & (titles == LEVELS["title"].index("differs"))] = 2
    return {
        "title": titles,
        "authors": np.array([_authors(a, b) for a, b in both], np.int8),
        "year": np.array([_years(a.year, b.year) for a, b in both], np.int8),
        "journal": np.array([_journals(a, b) for a, b in both], np.int8),
        "volume": np.array([_volumes(a, b) for a, b in both], np.int8),
        "issue": np.array([_issues(a, b) for a, b in both], np.int8),
        "pages": np.array([_pages(a, b) for a, b in both], np.int8),
        "doi": dois,
        "pmid": np.array([_equal(a.pmid, b.pmid) for a, b in both], np.int8),
        "abstract": _abstracts(both),
    }


def _titles(both: Sequence[tuple[Citation, Citation]]) -> NDArray[np.int8]:
    """Compare titles: letters first, then whether one is the beginning of the other."""
    out = np.zeros(len(both), np.int8)
    open_: list[int] = []
    left: list[str] = []
    right: list[str] = []
    for k, (a, b) in enumerate(both):
        if not a.title or not b.title:
            continue
        x, y = a.title.replace(" ", ""), b.title.replace(" ", "")
        if x == y:
            n = len(words_of(a.title))
            out[k] = 1 if n > 7 else 2 if n > 4 else 3
        else:
            open_.append(k)
            left.append(x)
            right.append(y)
    alike = _similar(left, right)
    for k, x, y, score in zip(open_, left, right, alike, strict=True):
        if score >= NEAR:
            out[k] = 4
        elif _begins(x, y) or (score >= PART and _within(x, y)):
            out[k] = 5
        else:
            out[k] = 6 if score >= ALIKE else 7
    return out


def _begins(x: str, y: str) -> bool:
    """Say whether one title is the beginning of the other: its subtitle is missing."""
    if len(x) > len(y):
        x, y = y, x
    return len(x) >= 10 and (y.startswith(x) or y.endswith(x))


def _within(x: str, y: str) -> bool:
    """Say whether one title stands in the other, but for a slip, after a section's name."""
    shorter, longer = sorted((len(x), len(y)))
    return shorter >= 40 and longer >= 1.15 * shorter and fuzz.partial_ratio(x, y) >= 95


def _similar(left: list[str], right: list[str]) -> NDArray[np.float32]:
    """Return how similar two lists of texts are, one by one, 0 to 100."""
    return process.cpdist(left, right, scorer=fuzz.ratio, dtype=np.float32, workers=-1)


def _authors(a: Citation, b: Citation) -> int:
    """Compare authors by the words of their names, in any order and however abbreviated."""
    if not a.names or not b.names:
        return 0
    shared = len(a.names & b.names)
    share = shared / min(len(a.names), len(b.names))
    first = a.first == b.first or (a.first in b.names and b.first in a.names)
    if first and share >= 0.8:
        return 1
    if share >= 0.6:
        return 2
    if first:
        return 3
    return 4 if shared else 5


def _years(a: int, b: int) -> int:
    """Compare years; a year apart is print after online."""
    if not a or not b:
        return 0
    apart = abs(a - b)
    return 1 if apart == 0 else 2 if apart == 1 else 3


def _journals(a: Citation, b: Citation) -> int:
    """Compare journals, abbreviated or not; one source may give the conference instead."""
    x, y = a.journal, b.journal
    if not x or not y:
        return 0
    if x == y or same_journal(x, y) or fuzz.ratio(x, y) >= 90:
        return 1
    if begins_journal(x, y):
        return 2
    held = (a.meeting and a.meeting.startswith(y)) or (b.meeting and b.meeting.startswith(x))
    return 2 if held else 3


def _equal(a: str, b: str) -> int:
    """Compare what is equal or not."""
    return 0 if not a or not b else 1 if a == b else 2


def _volumes(a: Citation, b: Citation) -> int:
    """Compare volumes; a supplement's number in the cell of the volume contradicts nothing."""
    found = _equal(a.volume, b.volume)
    if found == 2 and (a.volume == b.issue.lstrip("s") or b.volume == a.issue.lstrip("s")):
        return 0
    return found


def _issues(a: Citation, b: Citation) -> int:
    """Compare issues; "21 Suppl" is what another source calls 21, and cells may be shifted."""
    x, y = a.issue, b.issue
    if not x or not y:
        return 0
    if x.lstrip("s") == y.lstrip("s"):
        return 1
    moved = a.volume != b.volume
    shifted = x == str(b.page) or y == str(a.page) or (moved and (x == b.volume or y == a.volume))
    return 0 if shifted else 2


def _dois(a: str, b: str) -> int:
    """Compare DOIs; one that was cut off contradicts nothing."""
    if not a or not b:
        return 0
    if a == b:
        return 1
    return 0 if a.startswith(b) or b.startswith(a) else 3


def _pages(a: Citation, b: Citation) -> int:
    """Compare pages, whether or not the last page or the letter of a supplement is given."""
    if not a.page or not b.page:
        return 0
    if _electronic(a) != _electronic(b):
        return 0  # the article's number beside pages of a print: neither contradicts the other
    apart = a.letters and b.letters and a.letters != b.letters
    if not apart and a.page == b.page:
        return 1 if a.end == b.end else 2
    a_end, b_end = a.end or a.page, b.end or b.page
    if not apart and ((a.page <= b_end and b.page <= a_end) or 0 < a.end == b.end):
        return 3
    shifted = (not a.volume and str(a.page) == b.issue) or (not b.volume and str(b.page) == a.issue)
    return 0 if shifted else 4


def _electronic(citation: Citation) -> bool:
    """Say whether the "page" is the number of an electronic article: e12724, 101170."""
    number = citation.page
    return (
        number >= 100_000
        or (len(citation.letters) == 1 and citation.letters != "s" and number >= 1000)
        or citation.letters in ("e", "cd", "id")
    )


def _abstracts(both: Sequence[tuple[Citation, Citation]]) -> NDArray[np.int8]:
    """Compare the beginnings of abstracts."""
    out = np.zeros(len(both), np.int8)
    open_: list[int] = []
    left: list[str] = []
    right: list[str] = []
    for k, (a, b) in enumerate(both):
        if len(a.abstract) < 60 or len(b.abstract) < 60:
            continue
        if a.abstract == b.abstract:
            out[k] = 1
        else:
            n = min(len(a.abstract), len(b.abstract))
            open_.append(k)
            left.append(a.abstract[:n])
            right.append(b.abstract[:n])
    if open_:
        score = _similar(left, right)
        out[open_] = np.where(score >= ABSTRACT_SAME, 1, np.where(score >= ABSTRACT_NEAR, 2, 3))
    return out
