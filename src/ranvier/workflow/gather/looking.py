"""Looking at studies: which there are, what waits to be gathered, and what a machine suggests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal
from weakref import WeakKeyDictionary

from ranvier.core.event import Event
from ranvier.core.facts import decode
from ranvier.core.naming import labels, plain_label
from ranvier.core.record import Record, is_retracted
from ranvier.core.screening import ItemState
from ranvier.core.study import ReportKind, Study, StudyRole
from ranvier.dedup.link import Strength
from ranvier.dedup.studies import SuggestedStudy, main_of, suggest_studies
from ranvier.dedup.ties import Tie, fullest
from ranvier.workflow.gather import acts
from ranvier.workflow.gather.reports import Held, held, kind_of, records_of
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import View

__all__ = [
    "Act",
    "ReportView",
    "Stands",
    "StudiesView",
    "StudyView",
    "Suggestion",
    "look",
    "stands",
]

#: Records whose words say what is rare; more say little more.
_BACKGROUND = 1_000
#: Acts that a page offers to take back.
_ACTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report as somebody sees it.

    Attributes
    ----------
    item : str
        What acts on it name.
    main : bool
        Whether it is the main report of its study.
    state : ItemState
        What they see to have come of its full text.
    stands : {"included", "left"}
        ``left``: it is of a study, and is not, or no longer, included.
    """

    item: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    journal: str | None
    doi: str | None
    pmid: str | None
    registry_ids: tuple[str, ...]
    languages: tuple[str, ...]
    kind: ReportKind
    retracted: bool
    main: bool
    state: ItemState
    stands: Literal["included", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """A study with its reports, the main one first.

    Attributes
    ----------
    by, at : str
        Who described it last, and when (UTC, ISO 8601).
    results : int
        Result rows that stand on it.
    """

    id: str
    label: str
    year: int | None
    role: StudyRole
    reports: tuple[ReportView, ...]
    by: str
    at: str
    results: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a machine suggests: these reports are of one study. Nothing of it is recorded.

    Attributes
    ----------
    study : str or None
        The study they seem to belong to; None if it would be a new one.
    label : str
        What that study is called, or would be.
    also : tuple of str
        Names of other studies that they are tied to as well.
    main : str
        The report that would be the main one.
    ties : tuple of Tie
        The evidence.
    """

    reports: tuple[ReportView, ...]
    study: str | None
    label: str
    also: tuple[str, ...]
    main: str
    strength: Strength
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of gathering.

    Attributes
    ----------
    client_id : str
        By which it is taken back.
    says : {"made", "changed", "withdrawn"}
    labels : tuple of str
        The studies it was about.
    undoable : bool
        Whether nothing it said has been changed since.
    """

    client_id: str
    actor: str
    at: str
    says: Literal["made", "changed", "withdrawn"]
    labels: tuple[str, ...]
    undoable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiesView:
    """Studies and reports as somebody sees them.

    Attributes
    ----------
    studies : tuple of StudyView
        By name.
    loose : tuple of ReportView
        Included, of no study, and suggested for none, each with the name a study of it would have.
    suggestions : tuple of Suggestion
        The firmest first.
    waiting : int
        Reports that they see to be included, and not everybody may know of yet.
    included : int
        All reports they see to be included.
    titles : mapping of str to str
        Of every report that a suggestion names.
    acts : tuple of Act
        The last ones, the last first.
    staged : bool
        Whether the protocol has both stages of screening.
    """

    studies: tuple[StudyView, ...]
    loose: tuple[tuple[ReportView, str], ...]
    suggestions: tuple[Suggestion, ...]
    waiting: int
    included: int
    titles: Mapping[str, str]
    acts: tuple[Act, ...]
    staged: bool

    @property
    def left(self) -> tuple[tuple[StudyView, ReportView], ...]:
        """Reports that are of a study and not, or no longer, included."""
        return tuple(
            (study, report)
            for study in self.studies
            if study.role != "supporting"
            for report in study.reports
            if report.stands == "left"
        )

    @property
    def ungathered(self) -> int:
        """How many reports wait to be gathered."""
        return len(self.loose) + sum(len(one.reports) for one in self.suggestions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How far gathering is, in counts.

    Attributes
    ----------
    included : int
        Reports that somebody sees to be included.
    ungathered : int
        Those of them that wait to be gathered.
    waiting : int
        Those that not everybody may know of yet.
    left : int
        Reports that are of a study without being included.
    """

    included: int
    ungathered: int
    waiting: int
    left: int


def stands(view: View) -> Stands:
    """Count how far gathering is, as somebody sees it."""
    there = held(view)
    return Stands(
        included=len(there.included),
        ungathered=len(there.loose),
        waiting=len(there.waiting),
        left=len(there.found.left),
    )


def look(view: View) -> StudiesView:
    """Lay out the studies, and what waits to be gathered, as somebody sees it."""
    there = held(view)
    review = view.layout.review
    suggested = _suggested(view, there)
    taken = [study.label for study in review.studies.values()]
    suggestions = tuple(_suggestion(view, there, one, taken) for one in suggested)
    named = [label for s in suggestions if s.study is None for label in [s.label]]
    told = {item for one in suggested for item in one.reports}
    alone = [item for item in there.loose if item not in told]
    plain = (plain_label(_fullest(view, item)) for item in alone)
    tied = {id for one in suggested for tie in one.ties for id in (tie.a, tie.b)}
    return StudiesView(
        studies=tuple(
            sorted(
                (_study(view, there, study) for study in review.studies.values()),
                key=lambda study: (study.label.casefold(), study.id),
            )
        ),
        loose=tuple(
            (_report(view, there, item), label)
            for item, label in zip(alone, labels(plain, taken=[*taken, *named]), strict=True)
        ),
        suggestions=suggestions,
        waiting=len(there.waiting),
        included=len(there.included),
        titles={item: _fullest(view, item).title for item in sorted(tied)},
        acts=tuple(_acts(view)),
        staged=set(view.stages()) == {"title_abstract", "full_text"},
    )


def _study(view: View, there: Held, study: Study) -> StudyView:
    """Lay out a study."""
    review = view.layout.review
    said = review.event_of("study", study.id)
    reports = [_report(view, there, item, of=study) for item in there.found.items[study.id]]
    return StudyView(
        id=study.id,
        label=study.label,
        year=study.year,
        role=study.role,
        reports=tuple(sorted(reports, key=lambda r: (not r.main, r.year or 9999, r.title))),
        by=said.actor,
        at=said.at,
        results=sum(row.study == study.id for row in review.rows.values()),
    )


def _report(view: View, there: Held, item: str, *, of: Study | None = None) -> ReportView:
    """Lay out a report."""
    records = records_of(view, item)
    record = fullest(item, records)
    held_as = [r for r in there.reports.get(item, ()) if of is not None and r.id in of.reports]
    staged = "full_text" in view.stages()
    return ReportView(
        item=item,
        title=record.title,
        authors=record.authors,
        year=record.year,
        journal=record.journal,
        doi=next((r.doi for r in records if r.doi), None),
        pmid=next((r.pmid for r in records if r.pmid), None),
        registry_ids=record.registry_ids,
        languages=record.languages,
        kind=held_as[0].kind if held_as else kind_of(item, records),
        retracted=any(is_retracted(r) for r in records),
        main=any(r.primary for r in held_as),
        state=view.state("full_text", item) if staged else "unscreened",
        stands="included" if item in there.included or not staged else "left",
    )


def _suggestion(view: View, there: Held, one: SuggestedStudy, taken: Sequence[str]) -> Suggestion:
    """Lay out what a machine suggests."""
    review = view.layout.review
    main = main_of({item: _fullest(view, item) for item in one.reports})
    if one.study is not None:
        label = review.studies[one.study].label
    else:
        label = labels([plain_label(_fullest(view, main))], taken=taken)[0]
    return Suggestion(
        reports=tuple(_report(view, there, item) for item in one.reports),
        study=one.study,
        label=label,
        also=tuple(review.studies[id].label for id in one.also),
        main=main,
        strength=one.strength,
        ties=one.ties,
    )


def _fullest(view: View, item: str) -> Record:
    return fullest(item, records_of(view, item))


def _acts(view: View) -> Iterator[Act]:
    """Yield the last acts of gathering that stand, the last first."""
    review = view.layout.review
    by_act: dict[str, list[Event]] = {}
    undone: set[str] = set()
    for event in review.events.values():
        if event.type == "event.undone":
            undone.add(decode(event.type, event.payload).client_id)
        elif (name := acts.act_of(event)) is not None:
            by_act.setdefault(name, []).append(event)
    standing = [
        (name, events) for name, events in by_act.items() if events[0].client_id not in undone
    ]
    for name, events in standing[: -_ACTS - 1 : -1]:
        described = [decode(e.type, e.payload) for e in events if e.type == "study.described"]
        first = {e.seq for e in events if e.type == "study.described"}
        made = [s for s in described if _made_by(review.events, s.id) in first]
        labels_ = tuple(dict.fromkeys(s.label for s in (made or described)))
        yield Act(
            client_id=name,
            actor=events[0].actor,
            at=events[0].at,
            says="made" if made else "changed" if described else "withdrawn",
            labels=labels_,
            undoable=acts.stands(view, events),
        )


def _made_by(events: Mapping[int, Event], study: str) -> int:
    """Return the first event that described a study."""
    return min(
        seq
        for seq, e in events.items()
        if e.type == "study.described" and decode(e.type, e.payload).id == study
    )


@dataclass(slots=True)
class _Kept:
    """What was suggested last, and for what."""

    lock: Lock = field(default_factory=Lock)
    asked: object = None
    found: tuple[SuggestedStudy, ...] = ()
    layout: object = None
    background: Mapping[str, Record] = field(default_factory=dict[str, Record])


_KEPT: WeakKeyDictionary[Desk, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = Lock()


def _suggested(view: View, there: Held) -> tuple[SuggestedStudy, ...]:
    """Suggest studies for what waits; asked the same again, nothing is compared again."""
    if not there.loose:
        return ()
    studies = {study: tuple(held) for study, held in there.found.items.items()}
    with _KEPT_LOCK:
        kept = _KEPT.setdefault(view.desk, _Kept())
    with kept.lock:
        items = view.layout.items
        asked = (items, there.loose, tuple(studies.items()))
        if kept.asked is None or kept.asked != asked:
            if kept.layout is not items:
                kept.layout, kept.background = items, _background(view)
            those = dict.fromkeys((*there.loose, *(i for held in studies.values() for i in held)))
            reports = {item: records_of(view, item) for item in those}
            others = [record for item, record in kept.background.items() if item not in those]
            kept.found = suggest_studies(reports, studies=studies, background=others)
            kept.asked = asked
        return kept.found


def _background(view: View) -> dict[str, Record]:
    """Take records of the review, evenly from first to last: whatever anybody decided on them."""
    items = list(view.layout.items)
    step = max(1, len(items) // _BACKGROUND)
    return {item: records_of(view, item)[0] for item in items[::step]}
