"""Vetoes: what two records say that one report cannot say, however alike they are otherwise.

A veto never merges by itself and is never outvoted by a score: such a pair is asked or kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from ranvier.dedup.citation import Citation
from ranvier.dedup.compare import LEVELS, Levels, Pairs
from ranvier.dedup.titles import words_of

__all__ = ["VETOES", "Flags", "vetoes"]

Flags = dict[str, NDArray[np.bool_]]

#: Name -> the reason in words; the order is that in which reasons are given.
VETOES: dict[str, str] = {
    "pmid": "the PubMed ids differ",
    "doi": "the DOIs differ",
    "registry": "the registration numbers differ",
    "notice": "one is a notice (erratum, reply, comment, editorial) and the other is not",
    "numbers": "the numbers in the titles differ, as in Part I and Part II",
    "preprint": "one is a preprint",
    "registration": "one is an entry of a trial register",
    "conference": "one is an abstract of a conference",
    "authors": "no author is on both",
    "pages": "the pages differ",
    "volume": "the volumes differ",
    "issue": "the issues differ",
    "journal": "the journals differ",
    "year": "the years are far apart",
    "title": "the titles differ",
    "thin": "too little is known of where they were published",
}

#: Similarity (0-100) of the words in which two titles differ, below which that is no slip.
SLIP = 50.0
_PREPRINTS = (
    "biorxiv", "medrxiv", "arxiv", "ssrn", "research square", "preprint", "psyarxiv", "chemrxiv",
    "authorea", "osf ",
)  # fmt: skip


def vetoes(
    citations: Mapping[int, Citation] | Sequence[Citation],
    pairs: Pairs,
    levels: Levels,
    *,
    recurring: NDArray[np.bool_] | None = None,
) -> Flags:
    """Say of each pair which vetoes stand against its being one report.

    Parameters
    ----------
    recurring : ndarray of bool, shape (n,), or None
        Whether the title stands over several reports, as "Front matter" does.

    Returns
    -------
    dict of str to ndarray of bool, shape (n,)
        One for each of :data:`VETOES`.
    """

    def at(field: str, *names: str) -> NDArray[np.bool_]:
        return np.isin(levels[field], [LEVELS[field].index(name) for name in names])

    both = [(citations[i], citations[j]) for i, j in pairs.tolist()]
    same_id = at("doi", "same") | at("pmid", "same")
    paged = at("pages", "same", "first", "overlap")
    placed = paged & ~at("volume", "differs")
    titled = at("title", "same, long", "same, middling", "same, short")
    here = ~at("journal", "differs") & ~at("pages", "differ") & ~at("issue", "differs")
    told = at("abstract", "same") | at("abstract", "near")

    def mark(test: list[bool]) -> NDArray[np.bool_]:
        return np.array(test, dtype=np.bool_)

    exact = at("title", "same, long", "same, middling")
    issued = at("volume", "same") & at("issue", "same") & ~at("journal", "differs")
    ranged = at("pages", "same") & mark([a.end > a.page > 1 for a, _ in both])
    printed = ranged & at("volume", "same") & ~at("journal", "differs")
    shorter = at("title", "part") & mark([_left_out(a, b) for a, b in both])
    kept_apart = mark([a.numbers != b.numbers for a, b in both]) & ~titled
    # The whole text is the same: one of the two DOIs is wrong.
    copied = at("abstract", "same") & at("authors", "same") & at("journal", "same")
    bare = ~(same_id | told | placed | issued)
    brief = at("title", "part") & mark([min(len(a.title), len(b.title)) < 24 for a, b in both])
    again = np.zeros(len(both), np.bool_) if recurring is None else bare & recurring
    named = mark([min(len(a.names), len(b.names)) > 1 for a, b in both])
    written = at("authors", "same") & named & at("journal", "same")
    # One source gives neither pages nor issue: the volume must do, or the year that it went online.
    bound = written & at("volume", "same") & at("year", "same")
    translated = bound & ranged & ~at("issue", "differs") & ~at("abstract", "differs")
    translated &= mark([_translated(a, b) for a, b in both])
    ahead = written & at("title", "same, long") & at("year", "next")
    ahead &= at("volume", "same") | mark([_ahead(a, b) for a, b in both])
    near = at("title", "near")
    near[near] = [not _swapped(*both[k]) for k in np.flatnonzero(near)]
    near |= at("title", "part")
    conference = mark([_meeting(a, b) for a, b in both])
    return {
        "pmid": at("pmid", "differs"),
        "doi": at("doi", "differs") & ~(copied & exact & paged & at("year", "same")),
        "registry": mark([_apart(a.registry, b.registry) for a, b in both]),
        "notice": mark([a.notice != b.notice for a, b in both])
        & ~(at("authors", "same") & (printed | same_id) & mark([_section(a, b) for a, b in both])),
        "numbers": kept_apart
        & ~(shorter & (placed | same_id | (issued & at("authors", "same"))))
        & ~(at("title", "near") & (printed | same_id) & mark([_inside(a, b) for a, b in both])),
        "preprint": mark([_preprint(a) != _preprint(b) for a, b in both]),
        "registration": mark([a.registration != b.registration for a, b in both]),
        "conference": conference & ~(same_id | (here & (paged | told | at("volume", "same")))),
        "authors": at("authors", "differ") & ~((same_id & titled) | (printed & exact)),
        "pages": at("pages", "differ") & ~(same_id & (titled | at("title", "near"))),
        "volume": at("volume", "differs")
        & ~(same_id | (paged & at("year", "same", "none") & ~at("journal", "differs"))),
        "issue": at("issue", "differs") & ~(same_id | paged),
        "journal": at("journal", "differs") & ~(same_id | (placed & at("volume", "same"))),
        "year": at("year", "differs")
        & ~(
            same_id
            | (placed & at("volume", "same"))
            | (issued & (exact | at("title", "near")) & at("authors", "same"))
        ),
        "title": (at("title", "differs") & ~translated)
        | (at("title", "alike") & ~(same_id | (printed & at("authors", "same")) | told)),
        "thin": again
        | (at("year", "next", "differs") & bare & ~ahead)
        | (brief & ~(placed | same_id))
        | (at("title", "none") & ~same_id)
        | ~(
            same_id
            | told
            | placed
            | (at("title", "same, long") & at("authors", "same"))
            | (titled & issued)
            | (
                titled
                & at("authors", "same")
                & at("volume", "same", "none")
                & at("journal", "same")
            )
            | (exact & at("authors", "same") & at("volume", "same") & at("year", "same"))
            | (near & issued & at("authors", "same", "most", "first"))
            | (near & bound)
        ),
    }


def _apart(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Say whether both name registrations, and none that the other names."""
    return bool(a) and bool(b) and not set(a) & set(b)


#: Words that only number a report within a series.
_NUMBERING = re.compile(
    r"(?:part|parts|no|number|section|paper|[ivx]+|\d+|[a-d]|one|two|three|\s)+"
)


def _left_out(a: Citation, b: Citation) -> bool:
    """Say whether what one title lacks is more than the number of its part."""
    short, long = (a.title, b.title) if len(a.title) <= len(b.title) else (b.title, a.title)
    rest = long.removeprefix(short) if long.startswith(short) else long.removesuffix(short)
    return _NUMBERING.fullmatch(rest) is None


def _inside(a: Citation, b: Citation) -> bool:
    """Say whether the numbers differ within words only, as in p16INK4a, not as words."""
    one, other = (sorted(filter(_NUMBERING.fullmatch, c.title.split())) for c in (a, b))
    return one == other


def _meeting(a: Citation, b: Citation) -> bool:
    """Say whether one is of a conference and the other of no supplement and of several pages."""
    if a.conference == b.conference:
        return False
    other = b if a.conference else a
    brief = other.page > 0 and other.end == other.page
    return not (brief or other.issue.startswith("s") or other.letters == "s")


def _swapped(a: Citation, b: Citation) -> bool:
    """Say whether one title has another word in the place of one: adults for adolescents."""
    x, y = Counter(words_of(a.title)), Counter(words_of(b.title))
    one, other = ("".join(sorted(words.elements())) for words in (x - y, y - x))
    return bool(one) and bool(other) and fuzz.ratio(one, other) < SLIP


def _ahead(a: Citation, b: Citation) -> bool:
    """Say whether the earlier one went online before the later one was printed."""
    first, then = (a, b) if a.year < b.year else (b, a)
    waiting = not (first.volume or first.issue or first.page)
    return waiting and bool(then.volume and then.page) and not (a.conference or b.conference)


def _translated(a: Citation, b: Citation) -> bool:
    """Say whether one title may translate the other, where two abstracts would share a page."""
    abstracts = any(c.conference or c.letters or c.issue.startswith("s") for c in (a, b))
    return (a.foreign or b.foreign) and not abstracts and a.end > a.page + 1


def _section(a: Citation, b: Citation) -> bool:
    """Say whether one title only names the section it stood in: "Editorial: ..."."""
    return {a.notice, b.notice} <= {"", "editorial", "comment"}


def _preprint(citation: Citation) -> bool:
    """Say whether a record is of a preprint server."""
    return bool(citation.journal) and citation.journal.startswith(_PREPRINTS)
