"""Changing: `import`, `export` and `undo`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import click

import ranvier
from ranvier.cli.output import next_step, remark, tallying
from ranvier.cli.places import actor_option, introduce, place_argument
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.core.search import RecordKind, SearchRun
    from ranvier.formats import Problem
    from ranvier.workflow.collect import Collected

__all__ = ["export", "import_", "undo"]

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(name="import")
@place_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--source",
    metavar="NAME",
    help="What was searched: MEDLINE ...  [default: what each file says of itself]",
)
@click.option(
    "--date",
    "day",
    type=_DAY,
    metavar="YYYY-MM-DD",
    help="Day of the search.  [default: the day each file was last changed]",
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
    help="Side of the PRISMA flow it counts on.  [default: what each file is]",
)
@click.option("--strategy", type=click.File(), help="File with the search strategy as run.")
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@actor_option
def import_(
    place: str,
    files: tuple[Path, ...],
    source: str | None,
    day: datetime | None,
    searched_through: datetime | None,
    kind: RecordKind | None,
    strategy: TextIO | None,
    dry_run: bool,
    actor: str,
) -> None:
    """Add the records of searches to a review.

    FILES are exports of databases, registers and reference managers: RIS, NBIB, PubMed and EndNote
    XML, BibTeX, CSV and more; what each is, is told by what stands in it. Each is kept as it came,
    and the same file twice changes nothing. An import that was cut off goes on where it was.

    \b
    Example:
      ranvier import myreview medline.nbib embase.ris --date 2026-01-31
    """
    _all_readable(files)
    if dry_run:
        for file in files:
            _preview(file)
        next_step(f"add them with: ranvier import {place} {' '.join(map(str, files))}")
        return
    text = strategy.read() if strategy else None
    new = total = 0
    with ranvier.open(place) as review:
        for file in files:
            run = _search_run(file, source, day, searched_through, kind, text)
            held = review.searches().get(run.id)
            if held is not None and held != run:
                raise InputError(
                    f"a search of {held.source!r} on {held.date} is recorded with other details.",
                    remedy="Give the same --kind, --strategy and --searched-through, or another "
                    "--source, such as the name with the platform.",
                )
            with tallying(f"Reading {file.name}") as progress:
                search = run if held is None else run.id
                done = review.import_records(file, search, actor=actor, progress=progress)
            new, total = new + done.new, done.total
            _say(file, run, done)
        introduce(review, actor)
    click.echo(f"{new} new {'record' if new == 1 else 'records'} ({total} in the review)")
    if new:
        next_step(f"merge the records that describe one report: ranvier dedup {place}")
    else:
        next_step(f"see what the review holds with: ranvier status {place}")


def _all_readable(files: tuple[Path, ...]) -> None:
    """Look at every file before anything is changed.

    Raises
    ------
    InputError
        For the first that holds no records that we know, with the names of the others.
    """
    from ranvier.formats import open_records

    refused: list[InputError] = []
    for file in files:
        try:
            open_records(file)
        except InputError as error:
            refused.append(error)
    if not refused:
        return
    if len(files) == 1:
        raise refused[0]
    for error in refused[1:]:
        remark(str(error))
    raise InputError(
        f"{refused[0].message} Nothing was imported.",
        file=refused[0].file,
        row=refused[0].row,
        remedy=f"{refused[0].remedy} Or give the files again without it.",
    ) from refused[0]


def _search_run(
    file: Path,
    source: str | None,
    day: datetime | None,
    searched_through: datetime | None,
    kind: RecordKind | None,
    strategy: str | None,
) -> SearchRun:
    """Say what search a file belongs to; what was not given is taken from the file, aloud."""
    from ranvier.core.search import SearchRun
    from ranvier.formats import open_records, source_of

    name, side = source, kind
    if name is None or side is None:
        told, told_side = source_of(open_records(file))
        if name is None:
            name = told
            why = "after the file's name" if name == file.stem else "as the file says"
            remark(f"{file.name}: source {name!r}, {why}; --source names another.")
        side = side or told_side
    if day is None:
        day = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        remark(
            f"{file.name}: searched on {_iso(day)}, when it was last changed; --date corrects it."
        )
    return SearchRun(
        id=_run_id(name, day),
        source=name,
        kind=side,
        date=_iso(day),
        searched_through=_iso(searched_through or day),
        strategy=strategy,
    )


def _say(file: Path, run: SearchRun, done: Collected) -> None:
    """Say what became of one file."""
    if done.already:
        remark(
            f"{file.name}: This file was imported before, as {done.import_id}; nothing was "
            "changed, and no second search was recorded."
        )
        return
    if done.resumed:
        remark(f"{file.name}: went on after {done.resumed} records that were kept before.")
    if done.detected is not None:
        who = f" of {done.detected.dialect}" if done.detected.dialect else ""
        remark(
            f"{file.name}: {done.new} records, {done.detected.format}{who} ({done.detected.why})."
        )
    _say_odd(file, done.odd, done.problems)


def _say_odd(file: Path, odd: int, problems: Sequence[Problem]) -> None:
    """Say what of a file could not be read as it should."""
    for problem in problems[:5]:
        remark(f"{file.name}, line {problem.line}: {problem.what}")
    if odd > 5:
        remark(f"{file.name}: {odd - 5} more places like these.")


def _preview(file: Path) -> None:
    """Say what a file would give."""
    found = ranvier.preview_import(file)
    who = f" of {found.detected.dialect}" if found.detected.dialect else ""
    click.echo(f"{file.name}: {found.count} records, {found.detected.format}{who}")
    remark(f"  {found.detected.why}; its encoding is {found.detected.encoding}")
    for title in found.titles:
        click.echo(f"  {title[:90] or '(no title)'}")
    filled = ", ".join(f"{name} {n}" for name, n in found.filled.items())
    click.echo(f"  fields: {filled}")
    _say_odd(file, found.odd, found.problems)


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
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help="ris, nbib, bibtex, csl-json, endnote-xml, csv, xlsx, parquet  [default: by OUT's ending]",
)
@click.option(
    "--each",
    type=click.Choice(["record", "report"]),
    default="record",
    show_default=True,
    help="Every record, or one for each report that `dedup` found.",
)
def export(place: str, out: Path, format_: str | None, each: Literal["record", "report"]) -> None:
    """Write the records of a review to a file for other programs.

    What the format cannot hold is said, field by field.

    \b
    Example:
      ranvier export build/mmn/review records.ris
    """
    with ranvier.open(place, mode="read") as review:
        written = review.export_records(out, format=format_, each=each)
    for loss in written.losses:
        remark(f"{loss.field}: lost or changed in {loss.count} records: {loss.why}")
    click.echo(f"{written.count} records written to {out} ({written.format})")
    next_step(f"open it elsewhere, or read it back with: ranvier import PLACE {out} --dry-run")


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
