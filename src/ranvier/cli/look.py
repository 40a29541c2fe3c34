"""Looking: `status`, `trace` and `log`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.cli.places import place_argument

if TYPE_CHECKING:
    from ranvier.api import OpenReview
    from ranvier.core.event import Event
    from ranvier.core.review import Actor
    from ranvier.core.trace import Node

__all__ = ["log", "status", "trace"]


@click.command()
@place_argument
@json_option
def status(place: str, as_json: bool) -> None:
    """Say where a review stands and what is stale.

    \b
    Example:
      ranvier status reviews/mmn
    """
    with ranvier.open(place, mode="read") as review, working("Computing the review"):
        found = review.status()
    if as_json:
        print_json(found)
        return
    click.echo(f"{found.title} ({found.id})")
    click.echo(f"evidence current to {found.current_to or 'unknown: no search run yet'}")
    click.echo(f"versions published: {', '.join(found.versions) or 'none'}")
    click.echo(f"{found.events} events, the last with hash {found.head[:16]}\n")
    counts = {"record": found.records, **found.things}
    print_table(("of", "there are"), [(k, str(n)) for k, n in counts.items()], right=[1])
    for title, lines in (("stale", found.stale), ("to look at", found.warnings)):
        if lines:
            click.echo(f"\n{title}:")
        for line in lines:
            click.echo(f"  {line}")
    next_step(
        f"`ranvier build {place}` writes the page; `ranvier log {place}` says who decided what."
    )


@click.command()
@place_argument
@click.argument("id_", metavar="ID")
@json_option
def trace(place: str, id_: str, as_json: bool) -> None:
    """Follow a number back to the words in its source.

    ID is finding/ID, analysis/ID, row/ID, value/ROW/FIELD, certainty/ID, bias/ID, study/ID,
    record/ID, source/ID or text/ID.

    \b
    Example:
      ranvier trace reviews/mmn analysis/strength-published
    """
    with ranvier.open(place, mode="read") as review:
        with working("Computing the review"):
            lines = review.trace(id_)
        if as_json:
            print_json(list(_below(review, id_)))
            return
    for depth, line in lines:
        click.echo("  " * depth + line)
    next_step(f"`ranvier log {place} --about THING` says how a thing came to stand as it does.")


def _below(review: OpenReview, id_: str) -> Iterator[Node]:
    """Yield a step of a trace and everything below it, each step once."""
    waiting, met = [id_], {id_}
    while waiting:
        node = review.node(waiting.pop())
        yield node
        fresh = [below for below in node.below if below not in met]
        met.update(fresh)
        waiting += reversed(fresh)


@click.command()
@place_argument
@click.option("--about", metavar="THING", help="Only what was said of one thing: row/ID ...")
@click.option("--after", metavar="N", type=click.IntRange(min=0), default=0, help="Only later ones")
@json_option
def log(place: str, about: str | None, after: int, as_json: bool) -> None:
    """Say who decided what, when and why, oldest first.

    \b
    Example:
      ranvier log reviews/mmn --about analysis/strength-published
    """
    with ranvier.open(place, mode="read") as review:
        events = review.log(about=about, after=after)
        shown = _log_json(events) if as_json else _log_text(events, review.actors())
    if not shown and not as_json:
        remark(f"No event is about {about}." if about else f"There is no event after {after}.")
        next_step(f"see all with: ranvier log {place}")


def _log_json(events: Iterator[Event]) -> int:
    """Print events as a JSON array, one a line; return how many."""
    import msgspec

    count = 0
    for count, event in enumerate(events, start=1):
        said = {f: getattr(event, f) for f in event.__slots__}  # in the order of the fields
        said["payload"] = msgspec.Raw(event.payload.encode("utf-8"))
        click.echo(("[" if count == 1 else ",") + msgspec.json.encode(said).decode("utf-8"))
    click.echo("]" if count else "[]")
    return count


def _log_text(events: Iterator[Event], actors: dict[str, Actor]) -> int:
    """Print events as lines; return how many."""
    from ranvier.core.facts import decode
    from ranvier.core.fold import subject

    count = 0
    for event in events:
        count += 1
        thing = subject(event)
        what = str(thing) if thing else f"event {decode(event.type, event.payload).client_id}"
        who = _name(event.actor, actors)
        if event.on_behalf_of:
            who += f" for {_name(event.on_behalf_of, actors)}"
        why = f"  because: {event.reason}" if event.reason else ""
        click.echo(f"{event.seq:>5}  {event.at}  {who}  {event.type}  {what}{why}")
    return count


def _name(id_: str, actors: dict[str, Actor]) -> str:
    """Return an actor's id, with the name if it was not erased and says more."""
    actor = actors.get(id_)
    if actor is None or not actor.name or id_.endswith(actor.name):
        return id_
    return f"{actor.name} ({id_})"
