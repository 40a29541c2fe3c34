"""The only way from a request to a review: the seat of whoever asks."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Request

from ranvier.api import OpenReview
from ranvier.core.review import Review
from ranvier.errors import NotFoundError
from ranvier.web.shelf import Shelf
from ranvier.web.signing_in import Visitor, visitor_of
from ranvier.workflow.accounts import Invitation

__all__ = ["Seat", "SeatHere", "host_seat", "seat_at", "seat_here"]

#: `ranvier.api.seat.Seat`: what its holder may see of the review, and do.
Seat: TypeAlias = Any


def seat_of(opened: OpenReview, actor: str) -> Seat:
    """Return somebody's seat at a review."""
    seat: Any = getattr(opened, "seat", None)
    return seat(actor) if seat is not None else _OwnerSeat(opened)


def seat_at(opened: OpenReview, visitor: Visitor) -> Seat:
    """Return a visitor's seat at a review."""
    return seat_of(opened, visitor.actor)


class _OwnerSeat:
    """The seat of somebody who holds the review alone and may see and do everything."""

    def __init__(self, opened: OpenReview) -> None:
        self._opened = opened

    def review(self) -> Review:
        return self._opened.state

    def may(self, _what: str) -> bool:
        return True


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
    seat: Any = seat_of(shelf.opened(invitation.review), invitation.by)
    if not seat.may("team"):
        raise NotFoundError(
            "this link does not serve any more: who made it has left the team.",
            remedy="Ask the owner of the review for another.",
        )
    return seat


def seat_here(request: Request, review: str) -> Seat:
    """Give a route under ``/r/{review}`` or ``/api/v1/reviews/{review}`` the asker's seat.

    Raises
    ------
    NotSignedIn
        If nobody has signed in.
    NotFoundError
        If there is no such review, or none that they may know of.
    """
    visitor = visitor_of(request)
    shelf: Shelf = request.app.state.shelf
    seat = seat_at(shelf.opened(review), visitor)
    request.state.seat = seat
    return seat


#: Write ``seat: SeatHere`` in the arguments of a route.
SeatHere = Annotated[Seat, Depends(seat_here)]
