"""Looking: `status` and `trace`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, working
from ranvier.cli.places import place_argument

if TYPE_CHECKING:
    from ranvier.api import OpenReview
    from ranvier.core.trace import Node

__all__ = ["status", "trace"]


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

    ID is that of a number's link in the review document: finding/ID, analysis/ID, row/ID,
    value/ROW/FIELD, certainty/ID, bias/ID, study/ID, record/ID, source/ID, text/ID ...

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
