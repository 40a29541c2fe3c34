"""What several commands ask for: a place, and who acts."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ranvier.api import OpenReview

__all__ = ["acting", "acting_callback", "actor_option", "introduce", "place_argument"]

F = TypeVar("F", bound=Callable[..., Any])


def place_argument(command: F) -> F:
    """Give a command the argument PLACE."""
    return click.argument("place", metavar="PLACE", callback=_named)(command)


def _named(_context: click.Context, _parameter: click.Parameter, place: str) -> str:
    """Refuse an empty place: it would be the folder one happens to be in."""
    if not place.strip():
        raise click.BadParameter("name a folder, or write . for this one.")
    return place


def actor_option(command: F) -> F:
    """Give a command the option ``--actor``."""
    option = click.option(
        "--actor",
        metavar="ID",
        envvar="RANVIER_ACTOR",
        callback=acting_callback,
        help="Who does this; kept in the log for ever.  [default: person:<your login>]",
    )
    return option(command)


def acting_callback(_context: click.Context, _parameter: click.Parameter, actor: str | None) -> str:
    """Fill in who acts, for an option of a command."""
    return acting(actor)


def acting(actor: str | None) -> str:
    """Return the id of who acts: as given, or the login of whoever runs the command.

    Examples
    --------
    >>> acting("anna"), acting("machine:importer 2")
    ('person:anna', 'machine:importer 2')
    """
    if actor is None:
        return f"person:{getpass.getuser()}"
    if not actor.strip():
        raise click.BadParameter("name somebody, such as person:anna.")
    return actor if ":" in actor else f"person:{actor}"


def introduce(review: OpenReview, actor: str) -> None:
    """Enter somebody in the actor table who is not there yet."""
    from ranvier.core.review import Actor

    if actor not in review.actors():
        kind, _, name = actor.partition(":")
        review.name_actor(Actor(id=actor, kind=kind, name=name))
