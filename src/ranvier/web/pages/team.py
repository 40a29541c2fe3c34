"""The team of a review: members, roles, invitations, and letting somebody go."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from ranvier.core.team import ROLES, Role
from ranvier.errors import InputError, NotFoundError
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere, members_of, must
from ranvier.web.signing_in import visitor_of
from ranvier.web.signing_in.doors import Doors
from ranvier.web.words import N_
from ranvier.workflow.accounts import Accounts

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: What each role is for, in one line.
ROLE_WORDS: dict[str, str] = {
    "owner": N_("Protocol, team, import, begins and opens screening, settles conflicts"),
    "reviewer": N_("Screens, and decides on duplicates"),
    "adjudicator": N_("Settles conflicts"),
    "extractor": N_("Extracts results"),
    "statistician": N_("Analyses; sees decisions before they are opened"),
    "reader": N_("Sees what is opened, and the review document"),
}


@router.get("/r/{review}/team")
def team(request: Request, review: str, seat: SeatHere) -> Response:
    """Show who belongs to the review."""
    return _page(request, review, seat)


@router.post("/r/{review}/team/invite")
def invite(
    request: Request,
    review: str,
    seat: SeatHere,
    roles: Annotated[list[Role] | None, Form()] = None,
    note: Annotated[str, Form()] = "",
) -> Response:
    """Make a link that gives its holder a place in the team; it is shown once, to be copied."""
    must(seat, "team")
    chosen = tuple(role for role in ROLES if role in (roles or ()))
    if not chosen:
        raise InputError("no role was chosen.", remedy="Choose one or more, then make the link.")
    accounts = _accounts(request)
    for me in seat.team.members():
        if me.member.actor == seat.actor and not me.name:  # whom they invite will read their name
            name = visitor_of(request).name
            seat.team.put_member(seat.actor, me.member.roles, name=name)
    secret = accounts.invite("join", by=seat.actor, review=review, roles=chosen, note=note)
    link = f"{request.app.state.settings.address}/join/{secret}"
    return _page(request, review, seat, link=link, about=note)


@router.post("/r/{review}/team/withdraw")
def withdraw(
    request: Request, review: str, seat: SeatHere, digest: Annotated[str, Form()]
) -> Response:
    """Make an invitation serve no longer."""
    must(seat, "team")
    accounts = _accounts(request)
    if digest in {i.digest for i in accounts.waiting(review=review)}:
        accounts.withdraw(digest)
    return redirect(request, f"/r/{review}/team", said="The invitation serves no longer.")


@router.post("/r/{review}/team/roles")
def change_roles(
    request: Request,
    review: str,
    seat: SeatHere,
    actor: Annotated[str, Form()],
    roles: Annotated[list[Role] | None, Form()] = None,
) -> Response:
    """Give a member other roles."""
    chosen: list[Role] = [role for role in ROLES if role in (roles or ())]
    if not chosen:
        raise InputError(
            "a member has one role or more.", remedy="Choose one, or let the member go."
        )
    must(seat, "team")
    if actor not in {one.member.actor for one in seat.team.members()}:
        raise NotFoundError(
            f"{actor!r} is not in the team.", remedy="Invite them; they join by the link."
        )
    seat.team.put_member(actor, chosen)
    return redirect(request, f"/r/{review}/team", said="The roles are changed.")


@router.post("/r/{review}/team/let-go")
def let_go(
    request: Request,
    review: str,
    seat: SeatHere,
    actor: Annotated[str, Form()],
    votes: Annotated[Literal["keep", "withdraw"], Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let a member go; others take over what was theirs to decide."""
    seat.team.let_go(actor, votes=votes, reason=reason.strip() or None)
    return redirect(
        request,
        f"/r/{review}/team",
        said="Let go. Others have taken over what was left to decide; nobody's record is lost.",
    )


def _page(
    request: Request, review: str, seat: Seat, *, link: str | None = None, about: str = ""
) -> Response:
    manages = seat.may("team")
    accounts = request.app.state.settings.accounts is not None
    waiting: Any = ()
    if manages and accounts:
        waiting = _accounts(request).waiting(review=review)
    return page(
        request,
        "team.html.j2",
        members=members_of(seat, request),
        manages=manages,
        roles=ROLE_WORDS,
        waiting=waiting,
        link=link,
        about=about,
    )


def _accounts(request: Request) -> Accounts:
    """Return the accounts of the server.

    Raises
    ------
    NotFoundError
        If it has none.
    """
    if request.app.state.settings.accounts is None:
        raise NotFoundError(
            "this server is for one person.",
            remedy="Start it with --accounts, so that others can sign in.",
        )
    doors: Doors = request.app.state.doors
    return doors.accounts
