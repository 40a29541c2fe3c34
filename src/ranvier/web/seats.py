"""The only way from a request to a review: the seat of whoever asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from ranvier.api import OpenReview, Seat
from ranvier.core.team import Act
from ranvier.errors import AccessError, NotFoundError
from ranvier.web.shelf import Shelf
from ranvier.web.signing_in import Visitor, visitor_of
from ranvier.workflow.accounts import Invitation
from ranvier.workflow.screen.team import MemberView

__all__ = [
    "Seat",
    "SeatHere",
    "host_seat",
    "members_of",
    "must",
    "names_of",
    "seat_at",
    "seat_here",
]


def seat_at(opened: OpenReview, visitor: Visitor) -> Seat:
    """Return a visitor's seat at a review.

    On a server with accounts, a review that names no team yet is for who keeps the server only:
    alone on a machine, whoever holds a review may do everything in it.

    Raises
    ------
    AccessError
        If they have no place in the team.
    """
    seat = opened.seat(visitor.actor)
    if visitor.account is not None and not visitor.keeper and seat.member is None:
        raise AccessError("this review has no team yet.", remedy="Ask who keeps the server.")
    return seat


def seat_here(request: Request, review: str) -> Seat:
    """Give a route under ``/r/{review}`` or ``/api/v1/reviews/{review}`` the asker's seat.

    Raises
    ------
    NotSignedIn
        If nobody has signed in.
    NotFoundError
        If there is no such review, or none that they may know of: both say the same.
    """
    visitor = visitor_of(request)
    shelf: Shelf = request.app.state.shelf
    try:
        seat = seat_at(shelf.opened(review), visitor)
    except AccessError:
        raise shelf.unknown(review) from None
    request.state.seat = seat
    return seat


#: Write ``seat: SeatHere`` in the arguments of a route.
SeatHere = Annotated[Seat, Depends(seat_here)]


def host_seat(request: Request, invitation: Invitation) -> Seat | None:
    """Return the seat of who invites to a review: what they may not do, their links may not.

    Raises
    ------
    NotFoundError
        If the review is gone, or who invited looks after its team no longer.
    """
    if invitation.review is None or invitation.by is None:
        return None
    shelf: Shelf = request.app.state.shelf
    try:
        seat = shelf.opened(invitation.review).seat(invitation.by)
        must(seat, "team")
    except AccessError as error:
        raise NotFoundError(
            "this link does not serve any more: who made it has left the team.",
            remedy="Ask the owner of the review for another.",
        ) from error
    return seat


def must(seat: Seat, act: Act) -> None:
    """Refuse what somebody's roles do not allow.

    Raises
    ------
    AccessError
        If none of their roles allows it.
    """
    if not seat.may(act):
        roles = ", ".join(seat.roles)
        raise AccessError(
            f"your role in this review ({roles}) does not allow this.",
            remedy="Ask an owner of the review to do it, or for the role.",
        )


def members_of(seat: Seat, request: Request) -> tuple[MemberView, ...]:
    """Return the team; one who is not yet named in the review goes by the name they came in by."""
    own = visitor_of(request)
    return tuple(
        replace(one, name=own.name) if not one.name and one.member.actor == own.actor else one
        for one in seat.team.members()
    )


def names_of(seat: Seat, request: Request) -> dict[str, str]:
    """Return how the pages call those who act, by actor id; others go by their id."""
    members = members_of(seat, request)
    return {m.member.actor: m.name or m.member.actor.partition(":")[2] for m in members}
