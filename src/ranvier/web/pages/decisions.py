"""The JSON side of screening: a decision made, and one taken back, each exactly once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from ranvier.core.protocol import Stage
from ranvier.core.screening import Verdict
from ranvier.web.seats import SeatHere
from ranvier.web.signing_in import visitor_of
from ranvier.workflow.screen.deciding import Decided

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/reviews/{review}/decisions", tags=["screening"])

_ID = Field(min_length=8, max_length=64, description="Made by the caller: a UUID of version 7.")
_ACTOR = Field(
    default=None, description="Who decided; the answer is 409 if somebody else is signed in."
)


class Decision(BaseModel):
    """A decision to record."""

    client_id: Annotated[str, _ID]
    actor: Annotated[str | None, _ACTOR] = None
    stage: Stage
    item: str
    verdict: Verdict
    reasons: list[str] = Field(default_factory=list)
    note: Annotated[str | None, Field(max_length=10_000)] = None
    tags: list[str] = Field(default_factory=list, max_length=50)


class TakenBack(BaseModel):
    """A decision to take back."""

    client_id: Annotated[str, _ID]
    actor: Annotated[str | None, _ACTOR] = None
    of: Annotated[str, Field(description="The `client_id` of the decision.")]
    stage: Stage


@router.post("")
def decide(request: Request, seat: SeatHere, said: Decision) -> JSONResponse:
    """Record a decision; sent again with the same `client_id` it changes nothing."""
    if other := _somebody_else(request, said.actor):
        return other
    done = seat.screening.decide(
        said.stage,
        said.item,
        said.verdict,
        reasons=tuple(said.reasons),
        note=said.note,
        tags=tuple(said.tags),
        client_id=said.client_id,
    )
    return JSONResponse({"client_id": done.client_id, "progress": _progress(done)})


@router.post("/undo")
def undo(request: Request, seat: SeatHere, said: TakenBack) -> JSONResponse:
    """Take a decision back; sent again it changes nothing."""
    if other := _somebody_else(request, said.actor):
        return other
    done = seat.screening.undo(said.of)
    return JSONResponse({"client_id": said.client_id, "progress": _progress(done)})


def _somebody_else(request: Request, actor: str | None) -> JSONResponse | None:
    """Refuse what one person decided and another's session sends."""
    if actor is None or actor == visitor_of(request).actor:
        return None
    told = {
        "error": "SomebodyElse",
        "message": "this was decided by somebody who is not signed in here now.",
        "remedy": "Sign in as them; the decision is kept in the browser until then.",
    }
    return JSONResponse(told, status_code=409)


def _progress(done: Decided) -> dict[str, int]:
    """Count one's own decisions at a stage."""
    return {"decided": done.decided, "left": done.left}
