"""Where a review stands, and the one next step."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/r/{review}/")
def home(request: Request, seat: SeatHere) -> Response:
    """Show where the review stands."""
    return page(request, "home.html.j2", review=seat.review())
