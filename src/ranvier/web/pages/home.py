"""Where a review stands, and the one next step."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.web.next_step import milestones, next_step
from ranvier.web.pages.set_up import STAGES
from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere, names_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/r/{review}/")
def home(request: Request, seat: SeatHere) -> Response:
    """Show where the review stands."""
    stages = seat.screening.stages()
    return page(
        request,
        "home.html.j2",
        flow=seat.flow(),
        stages=stages,
        names=STAGES,
        step=next_step(seat, stages),
        path=milestones(seat, stages),
        searches=seat.records.searches(),
        members=[m for m in seat.team.members() if m.member.status == "active"],
        people=names_of(seat, request),
    )
