"""Progress: how far a stage, and each person's own share of it, has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ranvier.core.protocol import Criterion, ScreeningRule, Stage
from ranvier.core.screening import ItemState, Verdict, needs_reason
from ranvier.workflow.screen.cards import Seen, as_seen
from ranvier.workflow.screen.view import View

__all__ = [
    "AllotmentView",
    "ConflictView",
    "Mine",
    "Progress",
    "ReviewerProgress",
    "StageView",
    "TeamProgress",
    "conflicts",
    "mine",
    "progress",
    "stage_views",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllotmentView:
    """One allotment as somebody sees it.

    Attributes
    ----------
    items : int or None
        Items in it; None for a substitute, which takes over items of the one it is `within`.
    inherited : int
        Of the records it gave out, those whose item was screened in an earlier allotment.
    decided : int or None
        Items that are settled; None while that is hidden.
    """

    id: str
    kind: Literal["main", "pilot", "substitute"]
    reviewers: tuple[str, ...]
    votes: int
    items: int | None
    inherited: int
    opened: bool
    decided: int | None
    within: str | None
    instead_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """A stage as somebody sees it.

    Attributes
    ----------
    criteria : tuple of Criterion
        Of the protocol for this stage.
    needs_reason : bool
        Whether an exclusion must name one.
    items, unallotted : int or None
        Items of the stage, and those of them that nobody was given yet; at full text, as far as
        they see what was included.
    allotted, decided, left, maybe : int
        Their own items: given to them, decided by them, in their queue, and left at a maybe.
    conflicts : int or None
        Items to settle; None while they are blinded.
    by_meaning : bool
        Whether sentence embeddings take part in the order of their queue.
    """

    stage: Stage
    rule: ScreeningRule
    criteria: tuple[Criterion, ...]
    needs_reason: bool
    blinded: bool
    items: int
    unallotted: int
    allotted: int
    decided: int
    left: int
    maybe: int
    conflicts: int | None
    by_meaning: bool
    allotments: tuple[AllotmentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """One's own decision, to look at again."""

    item: str
    title: str
    year: int | None
    decision: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """An item to settle, with what was said on it."""

    item: str
    title: str
    state: Literal["conflict", "undecided"]
    allotment: str | None
    votes: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerProgress:
    """How far one reviewer is."""

    reviewer: str
    allotted: int
    decided: int
    included: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamProgress:
    """How far the team is.

    Attributes
    ----------
    states : mapping of str to int
        Items by state.
    """

    states: Mapping[str, int]
    reviewers: tuple[ReviewerProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far somebody is at a stage.

    Attributes
    ----------
    by_day : mapping of str to int
        Day (UTC, ISO 8601) to their own decisions that stand.
    found_at : tuple of int
        Of their own decisions in the order they were made, counted from 1, those that keep an
        item in the review: the recall curve rises by one at each.
    team : TeamProgress or None
        None while they are blinded.
    """

    stage: Stage
    allotted: int
    decided: int
    left: int
    by_day: Mapping[str, int]
    found_at: tuple[int, ...]
    team: TeamProgress | None


def stage_views(view: View) -> tuple[StageView, ...]:
    """Return the stages of the protocol as somebody sees them."""
    return tuple(_stage(view, stage) for stage in view.stages())


def conflicts(
    view: View, stage: Stage, *, after: str | None = None, limit: int = 50
) -> tuple[ConflictView, ...]:
    """Return what is to settle, as far as somebody sees it, from the item after `after`."""
    found = sorted((item, state) for item, state in view.unsettled(stage) if after is None
                   or item > after)  # fmt: skip
    return tuple(
        ConflictView(
            item=item,
            title=_title(view, item),
            state="conflict" if state == "conflict" else "undecided",
            allotment=view.layout.shares.home_of(stage, item),
            votes=tuple(as_seen(cast) for _, cast in sorted(view.seen(stage, item).items())),
        )
        for item, state in found[:limit]
    )


def mine(
    view: View,
    stage: Stage,
    *,
    verdict: Verdict | None = None,
    before: str | None = None,
    limit: int = 50,
) -> tuple[Mine, ...]:
    """Return one's own decisions, the latest first.

    Parameters
    ----------
    before : str or None
        Client id of the last decision of the page before.
    """
    last = view.desk.votes.said(before) if before is not None else None
    held = [
        cast
        for cast in view.mine(stage).values()
        if (verdict is None or cast.decision.verdict == verdict)
        and (last is None or cast.seq < last.seq)
    ]
    held.sort(key=lambda cast: -cast.seq)
    found: list[Mine] = []
    for cast in held[:limit]:
        item = view.layout.items.item_of(cast.decision.item) or cast.decision.item
        year = view.desk.shelf.record(view.layout.items.records_of(item)[0]).year
        found.append(Mine(item=item, title=_title(view, item), year=year, decision=as_seen(cast)))
    return tuple(found)


def progress(view: View, stage: Stage) -> Progress:
    """Say how far somebody is at a stage, and the team if that is not hidden from them."""
    held = sorted(view.mine(stage).values(), key=lambda cast: cast.seq)
    line = view.desk.line(stage, view.viewer)
    keeps = ("include", "maybe")
    return Progress(
        stage=stage,
        allotted=line.total,
        decided=len(held),
        left=len(line),
        by_day=dict(Counter(cast.at[:10] for cast in held)),
        found_at=tuple(n for n, c in enumerate(held, 1) if c.decision.verdict in keeps),
        team=_team(view, stage) if view.sees_all(stage) else None,
    )


def _team(view: View, stage: Stage) -> TeamProgress:
    """Say how far the team is."""
    held = {who: view.desk.votes.of(stage, who) for who in view.desk.votes.voices(stage) if who}
    given = {who: len(i) for (at, who), i in view.layout.given.items() if at == stage}
    return TeamProgress(
        states=dict(sorted(view.counts(stage).items())),
        reviewers=tuple(
            ReviewerProgress(
                reviewer=who,
                allotted=given.get(who, 0),
                decided=len(held.get(who, ())),
                included=view.desk.votes.included_by(stage, who),
            )
            for who in sorted(given.keys() | held.keys())
        ),
    )


def _stage(view: View, stage: Stage) -> StageView:
    """Look at one stage."""
    layout, protocol = view.layout, view.layout.review.protocol
    assert protocol is not None
    line = view.desk.line(stage, view.viewer)
    own = view.mine(stage)
    blind = not view.sees_all(stage)
    given = layout.shares.home.get(stage, {})
    if stage == "full_text" and "title_abstract" in view.stages():
        included = view.items_in("title_abstract", "included")
        free = sum(item not in given for item in included)
        items = len(given) + free
    else:
        items = len(layout.items)
        free = items - len(given)
    return StageView(
        stage=stage,
        rule=layout.rule(stage),
        criteria=tuple(c for c in protocol.criteria if c.stage == stage),
        needs_reason=needs_reason(protocol, stage),
        blinded=stage in view.sight.blinded,
        items=items,
        unallotted=free,
        allotted=line.total,
        decided=len(own),
        left=len(line),
        maybe=sum(cast.decision.verdict == "maybe" for cast in own.values()),
        conflicts=None if blind else sum(1 for _ in view.unsettled(stage)),
        by_meaning=line.by_meaning,
        allotments=_allotments(view, stage),
    )


_SETTLED: tuple[ItemState, ...] = ("included", "excluded", "not_retrieved")


def _allotments(view: View, stage: Stage) -> tuple[AllotmentView, ...]:
    """Look at the allotments of a stage."""
    shares = view.layout.shares
    sizes = Counter(shares.home.get(stage, {}).values())
    outcomes = view.desk.outcomes[stage]
    found: list[AllotmentView] = []
    for a in shares.allotments.values():
        if a.stage != stage:
            continue
        opened = a.id in shares.opened
        home = a.within or a.id
        found.append(
            AllotmentView(
                id=a.id,
                kind=a.kind,
                reviewers=a.reviewers,
                votes=a.votes,
                items=sizes[a.id] if a.within is None else None,
                inherited=view.layout.inherited(a),
                opened=opened,
                decided=sum(outcomes.count(home, state) for state in _SETTLED)
                if opened or view.sees_all(stage)
                else None,
                within=a.within,
                instead_of=a.instead_of,
            )
        )
    return tuple(found)


def _title(view: View, item: str) -> str:
    """Return the title of an item."""
    for id in view.layout.items.records_of(item):
        title = view.desk.shelf.record(id).title
        if title:
            return title
    return ""
