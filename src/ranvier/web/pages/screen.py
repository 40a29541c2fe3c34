"""Screening: one record at a time, with the criteria beside it; and one's own decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import uuid_utils
from fastapi import APIRouter, Body, Form, Query, Request
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from ranvier.core.highlight import protocol_words
from ranvier.core.protocol import Stage
from ranvier.core.screening import Verdict
from ranvier.web.cards import Card, card_html
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere
from ranvier.web.signing_in import visitor_of
from ranvier.web.words import N_

__all__ = ["LOOKS", "STAGE_NAMES", "VERDICTS", "router"]

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

#: The eight looks of highlighted words.
LOOKS = (
    (1, N_("Green, one line")),
    (2, N_("Red, wavy")),
    (3, N_("Blue, two lines")),
    (4, N_("Yellow, dotted")),
    (5, N_("Violet, dashed")),
    (6, N_("Turquoise, thick line")),
    (7, N_("Pink, above and below")),
    (8, N_("Olive, line above")),
)

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
    after: Annotated[list[str] | None, Query(max_length=_MOST_HELD)] = None,
) -> Response:
    """Show the next record; `after` names those put off."""
    skipped = tuple(after or ())
    cards = seat.queue(stage, n=WITH_THE_PAGE, after=skipped)
    return _screening(request, seat, stage, cards=cards, skipped=skipped)


@router.post("/r/{review}/screen/{stage}")
def decide_by_form(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    item: Annotated[str, Form()],
    client_id: Annotated[str, Form()],
    verdict: Annotated[Verdict, Form()],
    reasons: Annotated[list[str] | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    tags: Annotated[str, Form()] = "",
) -> Response:
    """Decide without script; then show the next record."""
    seat.decide(
        stage,
        item,
        verdict,
        reasons=tuple(reasons or ()) if verdict == "exclude" else (),
        note=note.strip() or None,
        tags=_tags(tags),
        client_id=client_id,
    )
    return redirect(request, request.url.path)


@router.post("/r/{review}/screen/{stage}/undo")
def undo_by_form(request: Request, seat: SeatHere, stage: Stage) -> Response:
    """Take back one's last decision at a stage, and show its record."""
    address = request.url.path.removesuffix("/undo")
    last = seat.mine(stage, limit=1)
    if not last:
        return redirect(request, address, said="There is no decision to undo.")
    seat.undo(last[0].client_id)
    return redirect(request, f"{address}/{last[0].item}", said="Undone. The record is back.")


@router.post("/r/{review}/screen/{stage}/cards")
def cards_ahead(
    seat: SeatHere,
    stage: Stage,
    after: Annotated[list[str], Body(embed=True, max_length=_MOST_HELD)],
    n: Annotated[int, Query(ge=1, le=_MOST)] = WITH_THE_PAGE,
) -> JSONResponse:
    """Give the next records as pieces of HTML, without those that the browser holds already."""
    view = _stage(seat, stage)
    cards = seat.queue(stage, n=n, after=tuple(after))
    return JSONResponse({"cards": _pieces(cards, view), "progress": progress_of(view)})


@router.get("/r/{review}/screen/{stage}/last")
def last_decision(seat: SeatHere, stage: Stage) -> JSONResponse:
    """Give one's last decision with its record, so that it can be taken back after a reload."""
    last = seat.mine(stage, limit=1)
    if not last:
        return JSONResponse({})
    mine = last[0]
    (piece,) = _pieces((seat.card(stage, mine.item),), _stage(seat, stage))
    decision = {name: getattr(mine, name) for name in ("item", "verdict", "reasons", "note", "tags")}
    return JSONResponse({"id": mine.client_id, "card": piece, "decision": decision})


@router.get("/r/{review}/screen/{stage}/mine")
def own_decisions(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    verdict: Verdict | None = None,
    before: str | None = None,
) -> Response:
    """List one's own decisions, the last first."""
    mine = seat.mine(stage, verdict=verdict, before=before, limit=_MINE)
    view = _stage(seat, stage)
    return page(
        request,
        "screening/mine.html.j2",
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        addresses=_addresses(request, stage),
        mine=mine,
        verdict=verdict,
        criteria={c.id: c.text for c in view.criteria},
        verdicts=VERDICTS[stage],
        more=mine[-1].client_id if len(mine) == _MINE else None,
    )


@router.get("/r/{review}/screen/{stage}/{item}")
def screen_one(request: Request, seat: SeatHere, stage: Stage, item: str) -> Response:
    """Show one record to decide it anew; the queue goes on after it."""
    first = seat.card(stage, item)
    others = seat.queue(stage, n=WITH_THE_PAGE - 1, after=(item,))
    return _screening(request, seat, stage, cards=(first, *others))


def _screening(
    request: Request,
    seat: Seat,
    stage: Stage,
    *,
    cards: Sequence[Card],
    skipped: Sequence[str] = (),
) -> Response:
    """Show the first of some records; the others lie ready."""
    view = _stage(seat, stage)
    pieces = _pieces(cards, view)
    addresses = _addresses(request, stage)
    protocol = seat.review().protocol
    data = {
        "review": request.path_params["review"],
        "actor": visitor_of(request).actor,
        "stage": stage,
        "cards": pieces,
        "exhausted": len(cards) < WITH_THE_PAGE,
        "progress": progress_of(view),
        "groups": [{**asdict(g), "on": True} for g in protocol_words(protocol)] if protocol else [],
        "reasonRequired": view.reason_required,
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
        client_id=str(uuid_utils.uuid7()),
        criteria=view.criteria,
        reason_required=view.reason_required,
        progress=data["progress"],
        addresses=addresses,
        skipped=skipped,
        looks=LOOKS,
        data=data,
    )


def _stage(seat: Seat, stage: Stage) -> Any:
    """Return what a seat sees of a stage."""
    return next(view for view in seat.stages() if view.stage == stage)


def progress_of(view: Any) -> dict[str, int]:
    """Count one's own decisions at a stage."""
    return {"decided": view.decided, "left": view.left, "maybe": view.maybe}


def _pieces(cards: Sequence[Card], view: Any) -> list[dict[str, str]]:
    """Draw records."""
    return [{"item": card.item, "html": card_html(card, view.criteria)} for card in cards]


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
