"""The visitor: who asks, as far as the server knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from ranvier.workflow.accounts import Account

__all__ = ["NotSignedIn", "Visitor", "visitor_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who has signed in.

    Attributes
    ----------
    actor : str
        Who acts in the log of every review.
    name : str
        As the pages call them.
    account : Account or None
        ``None`` on one's own machine.
    keeper : bool
        Whether they keep the server: make reviews, and open one that has no team yet.
    secret : str
        Of the session; no page shows it.
    """

    actor: str
    name: str
    account: Account | None = field(repr=False)
    keeper: bool
    secret: str = field(repr=False)


class NotSignedIn(Exception):
    """Nobody has signed in: the application shows how to."""


def visitor_of(connection: HTTPConnection) -> Visitor:
    """Return who asks.

    Raises
    ------
    NotSignedIn
        If nobody has signed in.
    """
    visitor = connection.scope.get("ranvier.visitor")
    if not isinstance(visitor, Visitor):
        raise NotSignedIn
    return visitor
