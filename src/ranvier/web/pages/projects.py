"""The list of reviews, the first page; and making a new one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

import ranvier.api as api
from ranvier.core.team import SOLO
from ranvier.errors import AccessError, InputError, NotFoundError, RanvierError
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import seat_at
from ranvier.web.shelf import Shelf, address_name
from ranvier.web.signing_in import Visitor, visitor_of
from ranvier.web.signing_in.doors import Doors

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: Languages that the page of a review can be written in.
LANGUAGES = {"en": "English", "de": "Deutsch"}


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
        row: dict[str, Any] = {"key": held.key, "place": held.place, "problem": None}
        try:
            seat = seat_at(shelf.opened(held.key), visitor)
            row |= {"title": seat.title, "roles": seat.roles, "stages": seat.screening.stages()}
        except (AccessError, NotFoundError):
            continue
        except RanvierError as error:  # one broken review must not hide the others
            if not visitor.keeper:
                continue
            row |= {"title": held.key, "roles": (), "stages": (), "problem": str(error)}
        rows.append(row)
    return page(request, "projects.html.j2", rows=rows, may_make=_may_make(request, visitor))


@router.get("/new")
def new_form(request: Request) -> Response:
    """Ask for what a new review needs."""
    _must_make(request)
    return _new_page(request, title="", language="en")


@router.post("/new")
def new(
    request: Request,
    title: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "en",
) -> Response:
    """Make an empty review; who makes it owns it."""
    visitor, shelf = _must_make(request), _shelf(request)
    title = " ".join(title.split())
    try:
        if not title:
            raise InputError("a review needs a title.", remedy="Give it one; it can be changed.")
        name = address_name(title, taken=shelf.keys())
        place = shelf.new_place(name)
        made = api.new(place, id=name, title=title, actor=visitor.actor, language=language)
        try:
            seat = made.seat(visitor.actor)
            if visitor.account is not None:  # nobody else may open it before somebody is invited
                email = visitor.account.login if "@" in visitor.account.login else None
                seat.team.put_member(visitor.actor, SOLO, name=visitor.name, email=email)
        finally:
            made.close()
    except InputError as error:
        return _new_page(request, title=title, language=language, problem=str(error))
    shelf.look()
    key = next(held.key for held in shelf.reviews() if held.place == place)
    return redirect(request, f"/r/{key}/", said="The review is made.")


def _new_page(
    request: Request, *, title: str, language: str, problem: str | None = None
) -> Response:
    """Show the form of a new review."""
    return page(
        request,
        "new.html.j2",
        status=422 if problem else 200,
        languages=LANGUAGES,
        title=title,
        language=language,
        problem=problem,
    )


def _shelf(request: Request) -> Shelf:
    return request.app.state.shelf


def _may_make(request: Request, visitor: Visitor) -> bool:
    """Say whether somebody may make reviews here."""
    return visitor.keeper and _shelf(request).has_room


def _must_make(request: Request) -> Visitor:
    """Return who asks, if they may make reviews here."""
    visitor = visitor_of(request)
    if not _may_make(request, visitor):
        raise NotFoundError(
            "no review can be made here.",
            remedy="Serve a folder of reviews, and ask who keeps the server.",
        )
    return visitor
