"""History: `log`, who decided what, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import msgspec

import ranvier
from ranvier.cli.output import json_option, next_step, remark
from ranvier.cli.places import place_argument
from ranvier.core.analysis import AnalysisRecorded
from ranvier.core.event import Event
from ranvier.core.facts import decode
from ranvier.core.fold import subject
from ranvier.core.judgement import Certainty, RiskOfBias
from ranvier.core.review import Actor
from ranvier.core.screening import Decision
from ranvier.core.search import Import, SearchRun

__all__ = ["log"]


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
    count = 0
    for count, event in enumerate(events, start=1):
        said = {f: getattr(event, f) for f in event.__slots__}  # in the order of the fields
        said["payload"] = msgspec.Raw(event.payload.encode("utf-8"))
        click.echo(("[" if count == 1 else ",") + msgspec.json.encode(said).decode("utf-8"))
    click.echo("]" if count else "[]")
    return count


def _log_text(events: Iterator[Event], actors: dict[str, Actor]) -> int:
    """Print events as lines; return how many."""
    seqs: dict[str, int] = {}
    for event in events:
        seqs[event.client_id] = event.seq
        payload = decode(event.type, event.payload)
        thing = subject(event)
        undone = seqs.get(getattr(payload, "client_id", ""), "that is not shown here")
        gist = _gist(payload) if thing else f"event {undone}"
        who = _name(event.actor, actors)
        if event.on_behalf_of:
            who += f" for {_name(event.on_behalf_of, actors)}"
        what = "  ".join(filter(None, (event.type, thing and str(thing), gist)))
        why = f"  because: {event.reason}" if event.reason else ""
        click.echo(f"{event.seq:>5}  {event.at}  {who}  {what}{why}")
    return len(seqs)


def _gist(payload: Any) -> str:
    """Say in a few words what a fact says, where its name does not."""
    match payload:
        case Decision():
            return ": ".join(filter(None, (payload.verdict, ", ".join(payload.reasons))))
        case Import():
            return f"{payload.count} records from {payload.filename}"
        case SearchRun():
            return f"{payload.source}, {payload.date}"
        case AnalysisRecorded(estimate=float()):
            return f"{payload.estimate:.4g}"
        case Certainty() | RiskOfBias():
            return str(payload.level.value)
        case _:
            return ""


def _name(id_: str, actors: dict[str, Actor]) -> str:
    """Return an actor's id, with the name if it was not erased and says more."""
    actor = actors.get(id_)
    if actor is None or not actor.name or id_.endswith(actor.name):
        return id_
    return f"{actor.name} ({id_})"
