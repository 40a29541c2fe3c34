"""Suggesting studies: which reports are of one investigation, and which study a new one belongs to.

It is the question of deduplication one step up, whether two descriptions mean one thing, asked of
the same evidence (names, titles, years, numbers): so it is decided here, and by a pure function. It
is only suggested: a person gathers reports into studies, and what they decided is never questioned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ranvier.core.record import Record
from ranvier.dedup.clusters import Forest, gather
from ranvier.dedup.link import Stage, Strength, stage_of
from ranvier.dedup.ties import Tie, conflicting, tells_more, ties

__all__ = ["SuggestedStudy", "main_of", "suggest_studies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedStudy:
    """Reports that seem to be of one study.

    Attributes
    ----------
    reports : tuple of str
        Those that are of no study yet.
    study : str or None
        The study they seem to belong to; None if it would be a new one of them.
    also : tuple of str
        Other studies that one of them is tied to as well, less firmly.
    strength : {"firm", "likely", "possible"}
        Of the weakest tie without which they would not hold together.
    ties : tuple of Tie
        What ties them to each other and to the study, the firmest first.
    """

    reports: tuple[str, ...]
    study: str | None
    also: tuple[str, ...]
    strength: Strength
    ties: tuple[Tie, ...]


def suggest_studies(
    reports: Mapping[str, Sequence[Record]],
    *,
    studies: Mapping[str, Sequence[str]],
    background: Sequence[Record] = (),
) -> tuple[SuggestedStudy, ...]:
    """Suggest which reports belong together, and to which of the studies there are.

    Two studies are never joined, nor is what people put into different ones: that they are apart
    was somebody's decision. Reports that name different numbers of one register are not joined
    through a third.

    Parameters
    ----------
    reports : mapping of str to sequence of Record
        The records that describe each report, those of the studies among them.
    studies : mapping of str to sequence of str
        The reports of each study.
    background : sequence of Record
        Other records of the same searches; see :func:`~ranvier.dedup.ties.ties`.

    Returns
    -------
    tuple of SuggestedStudy
        The firmest first; each report that is of no study in one of them at most.

    Examples
    --------
    >>> trial = Record(id="r", title="Zinc", genre="registration", registry_id="NCT00666263")
    >>> paper = Record(id="p", title="Zinc for colds", abstract="NCT00666263")
    >>> [found] = suggest_studies({"r": [trial], "p": [paper]}, studies={"zinc-2001": ["r"]})
    >>> found.reports, found.study, found.strength
    (('p',), 'zinc-2001', 'firm')
    """
    home = {report: study for study, held in studies.items() for report in held}
    found = [t for t in ties(reports, background=background) if {t.a, t.b} - home.keys()]
    ids = list(reports)
    place = {id: n for n, id in enumerate(ids)}
    forest = Forest()
    for held in studies.values():
        forest.plant([place[id] for id in held if id in place])

    def contradict(one: Sequence[int], other: Sequence[int]) -> bool:
        mine = {home[ids[n]] for n in one if ids[n] in home}
        theirs = {home[ids[n]] for n in other if ids[n] in home}
        if mine and theirs:
            return True
        tied = {frozenset((t.a, t.b)) for t in found if t.strength == "firm"}
        return not any(frozenset((ids[a], ids[b])) in tied for a in one for b in other) and any(
            conflicting(reports[ids[a]], reports[ids[b]]) for a in one for b in other
        )

    joined, _ = gather(forest, [(place[t.a], place[t.b]) for t in found], contradict=contradict)
    holding = {frozenset((ids[a], ids[b])) for a, b in joined}
    groups: dict[int, list[str]] = {}
    for id in ids:
        if id not in home:
            groups.setdefault(forest.home(place[id]), []).append(id)
    suggested = [
        _suggested(those, forest, ids, place, home, found, holding) for those in groups.values()
    ]
    kept = [one for one in suggested if one is not None]
    return tuple(sorted(kept, key=lambda s: (_ORDER[s.strength], s.reports)))


_ORDER: dict[Strength, int] = {"firm": 0, "likely": 1, "possible": 2}


def _suggested(
    those: Sequence[str],
    forest: Forest,
    ids: Sequence[str],
    place: Mapping[str, int],
    home: Mapping[str, str],
    found: Sequence[Tie],
    holding: set[frozenset[str]],
) -> SuggestedStudy | None:
    """Lay out one group, if it is more than one report that stands alone."""
    members = {ids[n] for n in forest.members(place[those[0]])}
    if len(members) < 2:
        return None
    inside = [t for t in found if {t.a, t.b} <= members]
    needed: list[Strength] = [t.strength for t in inside if frozenset((t.a, t.b)) in holding]
    outside = {
        home[id]
        for t in found
        if {t.a, t.b} & set(those)
        for id in (t.a, t.b)
        if id in home and id not in members
    }
    study = next((home[id] for id in members if id in home), None)
    return SuggestedStudy(
        reports=tuple(those),
        study=study,
        also=tuple(sorted(outside)),
        strength=max(needed, key=_ORDER.__getitem__),
        ties=tuple(inside),
    )


#: Which report of a study is its main one, by its stage: the first paper with results.
_MAIN: tuple[Stage, ...] = (
    "article", "preprint", "abstract", "protocol", "registration", "notice", "retraction", "review",
)  # fmt: skip


def main_of(reports: Mapping[str, Record]) -> str:
    """Suggest the main report of a study: the first article that is no later analysis of it.

    Parameters
    ----------
    reports : mapping of str to Record
        By id, the fullest record of each report; one at least.

    Examples
    --------
    >>> paper = Record(id="p", title="Zinc for colds: a trial", year=2015)
    >>> later = Record(id="l", title="Zinc for colds: long-term follow-up", year=2014)
    >>> main_of({"later": later, "paper": paper})
    'paper'
    """

    def place(id: str) -> tuple[int, bool, int, int]:
        record = reports[id]
        return (
            _MAIN.index(stage_of(record)),
            tells_more(record.title),
            record.year or 9999,
            -len(record.abstract or ""),
        )

    return min(reports, key=place)
