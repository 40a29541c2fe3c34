"""Deciding: a vote, taking it back, and settling what people disagree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.core.facts import Undone
from ranvier.core.protocol import Stage
from ranvier.core.screening import Decision, Verdict
from ranvier.errors import AccessError, InputError, NotFoundError
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import View, looking

__all__ = ["Decided", "decide", "resolve", "take_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a decision.

    Attributes
    ----------
    client_id : str
        Name of the event, by which it can be taken back.
    decided, left : int
        The reviewer's own progress at the stage.
    """

    client_id: str
    item: str
    verdict: Verdict | None
    decided: int
    left: int


def decide(
    desk: Desk,
    reviewer: str,
    stage: Stage,
    item: str,
    verdict: Verdict,
    *,
    reasons: tuple[str, ...] = (),
    note: str | None = None,
    tags: tuple[str, ...] = (),
    client_id: str | None = None,
    at: str | None = None,
) -> Decided:
    """Record a reviewer's vote on an item that was given to them; a later one supersedes it.

    Parameters
    ----------
    client_id : str or None
        The same decision sent twice under one id counts once.

    Raises
    ------
    AccessError
        If the item was not given to them.
    RuleError
        If the protocol does not allow the decision, such as an exclusion without its reason.
    """
    with looking(desk, reviewer) as view:
        view.must("screen")
        before = desk.votes.said(client_id) if client_id is not None else None
        if before is not None and before.decision.reviewer == reviewer:
            # Sent again: it counts already, whoever the item was given to since.
            held = before.decision
            there = desk.layout.items.item_of(held.item) or held.item
            return _decided(desk, reviewer, held.stage, there, before.client_id, held.verdict)
        now = desk.layout.items.item_of(item)
        if now is None:
            raise NotFoundError(
                f"this review has no item {item!r}.", remedy="Take the next one of the queue."
            )
        if reviewer not in desk.layout.readers.get(stage, {}).get(now, ()):
            raise AccessError(
                f"{item!r} was not given to {reviewer!r} at stage {stage!r}.",
                remedy="Decide on items of your own queue; an owner gives out items.",
            )
    said = Decision(
        item=now, stage=stage, reviewer=reviewer, verdict=verdict,
        reasons=reasons, note=note, tags=tags,
    )  # fmt: skip
    saying = Saying(payload=said, actor=reviewer, client_id=client_id, at=at)
    events = record(desk.store, [saying])
    desk.hear(events)
    return _decided(desk, reviewer, stage, now, events[0].client_id, verdict)


def take_back(desk: Desk, reviewer: str, client_id: str) -> Decided:
    """Make a reviewer's own decision count no longer; what they had said before stands again.

    Taking the same decision back twice changes nothing.

    Raises
    ------
    NotFoundError
        If there is no such decision of theirs.
    """
    with looking(desk, reviewer):
        cast = desk.votes.said(client_id)
        if cast is None or cast.decision.reviewer != reviewer:
            raise NotFoundError(
                f"{reviewer!r} made no decision {client_id!r}.", remedy="Take back one of your own."
            )
    decision = cast.decision
    undo = Saying(
        payload=Undone(client_id=client_id),
        actor=reviewer,
        reason="taken back by the reviewer",
        client_id=f"{client_id}/undo",
    )
    desk.hear(record(desk.store, [undo]))
    item = desk.layout.items.item_of(decision.item) or decision.item
    return _decided(desk, reviewer, decision.stage, item, client_id, None)


def resolve(
    desk: Desk,
    actor: str,
    stage: Stage,
    item: str,
    verdict: Verdict,
    *,
    reasons: tuple[str, ...] = (),
    note: str | None = None,
    how: Literal["third", "discussion"] | None = None,
    client_id: str | None = None,
    at: str | None = None,
) -> Decided:
    """Settle what people disagree on, by a third person or in discussion.

    Parameters
    ----------
    how : {"third", "discussion"} or None
        As the protocol says, if None.

    Raises
    ------
    AccessError
        If the item is blinded to them, they may not resolve, or a third is asked for and they
        voted on it.
    InputError
        If there is nothing to settle.
    """
    with looking(desk, actor) as view:
        now = desk.layout.items.item_of(item) or item
        rule = desk.layout.rule(stage)
        if how is None:
            third = rule.conflicts or ("third" if rule.rule == "two_and_adjudicator" else None)
            how = third or ("discussion" if actor in view.seen(stage, now) else "third")
        readers = desk.layout.readers.get(stage, {}).get(now, ())
        if not (how == "discussion" and actor in readers):
            view.must("resolve")
        if _is_blind(view, stage, now):
            raise AccessError(
                f"what others decided on {item!r} is hidden from {actor!r}.",
                remedy="An owner opens the allotment first, or somebody resolves who does not "
                "screen in it.",
            )
        given = view.seen(stage, now)
        if how == "third" and actor in given:
            raise AccessError(
                f"{actor!r} voted on {item!r}, and a third person is to settle it.",
                remedy="Ask an adjudicator who did not vote on it.",
            )
        if "" not in given and view.state(stage, now) not in ("conflict", "undecided"):
            known = client_id is not None and desk.votes.said(client_id) is not None
            if not known:
                raise InputError(
                    f"there is nothing to settle on {item!r}: it is {view.state(stage, now)}.",
                    remedy="Settle one of the conflicts.",
                )
    said = Decision(
        item=now, stage=stage, reviewer=actor, verdict=verdict, reasons=reasons, note=note,
        resolves=True, how=how,
    )  # fmt: skip
    events = record(desk.store, [Saying(payload=said, actor=actor, client_id=client_id, at=at)])
    desk.hear(events)
    return _decided(desk, actor, stage, now, events[0].client_id, verdict)


def _is_blind(view: View, stage: Stage, item: str) -> bool:
    """Say whether somebody's vote on an item would be hidden from a viewer."""
    return view.sight.hides(stage, "somebody else", view.layout.shares, item)


def _decided(
    desk: Desk, reviewer: str, stage: Stage, item: str, client_id: str, verdict: Verdict | None
) -> Decided:
    """Say what became of a decision, and how far the reviewer is."""
    with desk.lock:
        line = desk.line(stage, reviewer)
        return Decided(
            client_id=client_id,
            item=item,
            verdict=verdict,
            decided=len(desk.votes.of(stage, reviewer)),
            left=len(line),
        )
