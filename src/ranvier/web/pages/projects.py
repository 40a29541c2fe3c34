"""The list of reviews: the first page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ranvier.web.rendering import page
from ranvier.web.seats import seat_at
from ranvier.web.shelf import Shelf
from ranvier.web.signing_in import visitor_of
from ranvier.web.signing_in.doors import Doors

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
def projects(request: Request, token: str | None = None) -> Response:
    """List the reviews; a token in the address is exchanged for a session first."""
    doors: Doors = request.app.state.doors
    if token is not None:
        secret = doors.exchange(token)
        response: Response = RedirectResponse("/", status_code=303)
        return doors.let_in(response, secret) if secret else response
    visitor = visitor_of(request)
    shelf: Shelf = request.app.state.shelf
    shelf.look()
    rows: list[dict[str, Any]] = []
    for held in shelf.reviews():
        review = seat_at(shelf.opened(held.key), visitor).review()
        rows.append({"key": held.key, "title": review.opened.title, "review": review})
    return page(request, "projects.html.j2", rows=rows)
