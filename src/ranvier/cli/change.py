"""Changing: `import` and `undo`."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

import ranvier
from ranvier.cli.output import next_step, remark, working
from ranvier.cli.places import actor_option, introduce, place_argument
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.core.search import RecordKind

__all__ = ["import_", "undo"]

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(name="import")
@place_argument
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--source", required=True, metavar="NAME", help="What was searched: MEDLINE ...")
@click.option(
    "--date", "day", required=True, type=_DAY, metavar="YYYY-MM-DD", help="Day of the search."
)
@click.option(
    "--searched-through",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help="What the evidence is current to.  [default: the date]",
)
@click.option(
    "--kind",
    type=click.Choice(["database", "register", "other"]),
    default="database",
    show_default=True,
    help="Side of the PRISMA flow it counts on.",
)
@click.option("--strategy", type=click.File(), help="File with the search strategy as run.")
@actor_option
def import_(
    place: str,
    file: Path,
    source: str,
    day: datetime,
    searched_through: datetime | None,
    kind: RecordKind,
    strategy: TextIO | None,
    actor: str,
) -> None:
    """Add the records of a search to a review.

    FILE is CSV with a header line, or a JSON list of objects. It is kept as it came, is read whole
    or not at all, and the same file twice changes nothing.

    \b
    Example:
      ranvier import myreview records.csv --source MEDLINE --date 2026-01-31
    """
    from ranvier.core.search import SearchRun

    run = SearchRun(
        id=_run_id(source, day),
        source=source,
        kind=kind,
        date=_iso(day),
        searched_through=_iso(searched_through or day),
        strategy=strategy.read() if strategy else None,
    )
    with ranvier.open(place) as review, working(f"Reading {file.name}"):
        known = review.state.searches.get(run.id)
        if known is not None and known != run:
            raise InputError(
                f"a search of {known.source!r} on {known.date} is recorded with other details.",
                remedy="Give the same --kind, --strategy and --searched-through, or another "
                "--source, such as the name with the platform.",
            )
        done = review.import_records(file, run if known is None else run.id, actor=actor)
        introduce(review, actor)
        total = len(review.state.records)
    if done.already:
        remark(
            f"This file was imported before, as {done.import_id}; nothing was changed, and no "
            "second search was recorded."
        )
    click.echo(f"{done.new} new {'record' if done.new == 1 else 'records'} ({total} in the review)")
    next_step(f"see what the review holds with: ranvier status {place}")


def _run_id(source: str, day: datetime) -> str:
    """Name a search run after what was searched and when.

    Examples
    --------
    >>> _run_id("Europe PMC", datetime(2026, 1, 31))
    'europe-pmc-2026-01-31'
    """
    name = re.sub(r"[\W_]+", "-", source.casefold()).strip("-") or "search"
    return f"{name}-{_iso(day)}"


def _iso(day: datetime) -> str:
    """Write a day as the log writes it."""
    return day.strftime("%Y-%m-%d")


@click.command()
@place_argument
@click.argument("seq", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; kept in the log.")
@actor_option
def undo(place: str, seq: int, reason: str, actor: str) -> None:
    """Make event SEQ count no longer.

    Nothing is erased: another event says so, and undoing that one brings the first back.

    \b
    Example:
      ranvier undo build/mmn/review 12 --reason "Screened the wrong record"
    """
    with ranvier.open(place) as review:
        event = review.undo(seq, actor=actor, reason=reason)
        introduce(review, actor)
    click.echo(f"event {seq} is undone by event {event.seq}")
    next_step(
        f"`ranvier status {place}` says what is stale now; "
        f"`ranvier undo {place} {event.seq} --reason ...` brings event {seq} back."
    )
