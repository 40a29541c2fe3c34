"""Screening: one record at a time, with the criteria beside it; and one's own decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Form, Query, Request
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from ranvier.core.highlight import protocol_words
from ranvier.core.protocol import Criterion, Stage
from ranvier.core.screening import Verdict
from ranvier.errors import NotFoundError
from ranvier.web.cards import card_html
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere
from ranvier.web.words import N_
from ranvier.workflow.screen.cards import Card
from ranvier.workflow.screen.progress import StageView

__all__ = ["STAGE_NAMES", "VERDICTS", "criteria_of", "router", "stage_of", "word_groups"]

router = APIRouter(include_in_schema=False)

STAGE_NAMES: dict[Stage, str] = {
    "title_abstract": N_("Title and abstract"),
    "full_text": N_("Full text"),
}

#: Stage -> verdicts in the order of their buttons: value, icon, word.
VERDICTS: dict[Stage, tuple[tuple[Verdict, str, str], ...]] = {
    "title_abstract": (
        ("exclude", "cross", N_("Exclude")),
        ("maybe", "question", N_("Maybe")),
        ("include", "check", N_("Include")),
    ),
    "full_text": (
        ("not_retrieved", "eye-off", N_("No text")),
        ("exclude", "cross", N_("Exclude")),
        ("maybe", "question", N_("Maybe")),
        ("include", "check", N_("Include")),
    ),
}

#: Records that come with the page; the browser fetches as many more as the reader has chosen.
WITH_THE_PAGE = 5

#: The most that may be fetched at once, and named as held already.
_MOST = 100
_MOST_HELD = 2000

#: Own decisions on one page.
_MINE = 50


@router.get("/r/{review}/screen/{stage}")
def screen(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    item: str | None = None,
    after: Annotated[list[str] | None, Query(max_length=_MOST_HELD)] = None,
) -> Response:
    """Show the next record, or the one asked for; `after` names those put off."""
    skipped = tuple(after or ())
    first = (seat.screening.card(stage, item),) if item else ()
    held = (*skipped, *(card.item for card in first))
    queue = seat.screening.queue(stage, n=WITH_THE_PAGE - len(first), after=held)
    return _screening(request, seat, stage, cards=(*first, *queue), skipped=skipped)


@router.post("/r/{review}/screen/{stage}")
def decide_by_form(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    item: Annotated[str, Form()],
    verdict: Annotated[Verdict, Form()],
    reasons: Annotated[list[str] | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    tags: Annotated[str, Form()] = "",
) -> Response:
    """Decide without script; then show the next record. A form sent twice decides once."""
    given = tuple(reasons or ()) if verdict == "exclude" else ()
    said = (verdict, given, note.strip() or None, _tags(tags))
    own = seat.screening.card(stage, item).own
    if own is None or said != (own.verdict, own.reasons, own.note, own.tags):
        seat.screening.decide(stage, item, verdict, reasons=given, note=said[2], tags=said[3])
    return redirect(request, request.url.path)


@router.post("/r/{review}/screen/{stage}/undo")
def undo_by_form(request: Request, seat: SeatHere, stage: Stage) -> Response:
    """Take back one's last decision at a stage, and show its record."""
    address = request.url.path.removesuffix("/undo")
    last = seat.screening.mine(stage, limit=1)
    if not last:
        return redirect(request, address, said="There is no decision to undo.")
    seat.screening.undo(last[0].decision.client_id)
    back = f"{address}?{urlencode({'item': last[0].item})}"
    return redirect(request, back, said="Undone. The record is back.")


@router.post("/r/{review}/screen/{stage}/cards")
def cards_ahead(
    seat: SeatHere,
    stage: Stage,
    after: Annotated[list[str], Body(embed=True, max_length=_MOST_HELD)],
    n: Annotated[int, Query(ge=1, le=_MOST)] = WITH_THE_PAGE,
) -> JSONResponse:
    """Give the next records as pieces of HTML, without those that the browser holds already."""
    cards = seat.screening.queue(stage, n=n, after=tuple(after))
    return JSONResponse({"cards": _pieces(seat, stage, cards)})


@router.get("/r/{review}/screen/{stage}/last")
def last_decision(seat: SeatHere, stage: Stage) -> JSONResponse:
    """Give one's last decision with its record, so that it can be taken back after a reload."""
    last = seat.screening.mine(stage, limit=1)
    if not last:
        return JSONResponse({})
    mine, held = last[0], last[0].decision
    # As it looks once that decision is taken back.
    (piece,) = _pieces(seat, stage, (replace(seat.screening.card(stage, mine.item), own=None),))
    decision = {
        "item": mine.item,
        "verdict": held.verdict,
        "reasons": held.reasons,
        "note": held.note,
        "tags": held.tags,
    }
    return JSONResponse({"id": held.client_id, "card": piece, "decision": decision})


@router.get("/r/{review}/screen/{stage}/mine")
def own_decisions(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    verdict: Verdict | None = None,
    before: str | None = None,
) -> Response:
    """List one's own decisions, the last first."""
    mine = seat.screening.mine(stage, verdict=verdict, before=before, limit=_MINE)
    return page(
        request,
        "screening/mine.html.j2",
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        addresses=_addresses(request, stage),
        mine=mine,
        verdict=verdict,
        criteria={c.id: c.text for c in criteria_of(seat, stage)},
        verdicts=VERDICTS[stage],
        more=mine[-1].decision.client_id if len(mine) == _MINE else None,
    )


def _screening(
    request: Request,
    seat: Seat,
    stage: Stage,
    *,
    cards: Sequence[Card],
    skipped: Sequence[str] = (),
) -> Response:
    """Show the first of some records; the others lie ready."""
    view = stage_of(seat, stage)
    pieces = _pieces(seat, stage, cards)
    addresses = _addresses(request, stage)
    progress = {"decided": view.decided, "left": view.left, "maybe": view.maybe}
    data = {
        "review": request.path_params["review"],
        "actor": seat.actor,
        "stage": stage,
        "cards": pieces,
        "exhausted": len(cards) < WITH_THE_PAGE,
        "progress": progress,
        "groups": word_groups(seat),
        "reasonRequired": view.needs_reason,
        "addresses": addresses,
    }
    return page(
        request,
        "screening/screen.html.j2",
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        verdicts=VERDICTS[stage],
        card=cards[0] if cards else None,
        card_html=Markup(pieces[0]["html"]) if pieces else "",
        view=view,
        progress=progress,
        addresses=addresses,
        skipped=skipped,
        data=data,
    )


def stage_of(seat: Seat, stage: Stage) -> StageView:
    """Return what a seat sees of a stage.

    Raises
    ------
    NotFoundError
        If the protocol does not have it.
    """
    view = next((view for view in seat.screening.stages() if view.stage == stage), None)
    if view is None:
        raise NotFoundError(
            "the protocol has no screening at this stage.",
            remedy="Record a protocol that says by which rule it is screened.",
        )
    return view


def criteria_of(seat: Seat, stage: Stage) -> tuple[Criterion, ...]:
    """Return the criteria of the protocol for a stage."""
    protocol = seat.protocol
    return tuple(c for c in protocol.criteria if c.stage == stage) if protocol else ()


def word_groups(seat: Seat) -> list[dict[str, Any]]:
    """Return the words that are highlighted until the reader chooses others."""
    protocol = seat.protocol
    return [{**asdict(g), "on": True} for g in protocol_words(protocol)] if protocol else []


def _pieces(seat: Seat, stage: Stage, cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Draw records; `own` is the verdict that a new decision would take the place of."""
    criteria = criteria_of(seat, stage)
    return [
        {
            "item": card.item,
            "own": card.own.verdict if card.own else None,
            "html": card_html(card, criteria, reader=seat.actor),
        }
        for card in cards
    ]


def _addresses(request: Request, stage: Stage) -> dict[str, str]:
    """Gather where the page sends what."""
    review = request.path_params["review"]
    here = f"/r/{review}/screen/{stage}"
    api = f"/api/v1/reviews/{review}/decisions"
    return {
        "page": here,
        "stages": f"/r/{review}/screen",
        "cards": f"{here}/cards",
        "last": f"{here}/last",
        "mine": f"{here}/mine",
        "decide": api,
        "undo": f"{api}/undo",
    }


def _tags(text: str) -> tuple[str, ...]:
    """Read tags as people write them, with commas between.

    Examples
    --------
    >>> _tags("background, pilot,, background")
    ('background', 'pilot')
    """
    for comma in ";،、":
        text = text.replace(comma, ",")
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))
