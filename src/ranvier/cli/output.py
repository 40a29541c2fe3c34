"""Where words go: results to stdout, everything else to stderr, JSON if asked for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from ranvier.errors import RanvierError, RuleError

__all__ = [
    "counting",
    "json_option",
    "next_step",
    "print_json",
    "print_table",
    "remark",
    "report",
    "tallying",
    "working",
]

#: Work that is over sooner is not worth a sign, in seconds.
NOTICEABLE = 1.0

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Give a command the option ``--json``."""
    flag = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
    return flag(command)


def print_json(value: object) -> None:
    """Print a value as indented JSON on stdout; what is not a number becomes null."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()
) -> None:
    """Print a table on stdout, as wide as the terminal, or as wide as it needs in a pipe.

    Parameters
    ----------
    right : iterable of int
        Columns that are set to the right: numbers.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    to_the_right = set(right)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i in to_the_right else "left")
    for row in rows:
        # Text, because square brackets in a title are no markup.
        table.add_row(*(Text(cell) for cell in row))
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console.width = 10_000
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def remark(text: str) -> None:
    """Say something on stderr."""
    click.echo(text, err=True)


def next_step(text: str) -> None:
    """Say on stderr what to do next."""
    click.echo(f"Next: {text}", err=True)


def report(error: RanvierError) -> None:
    """Say on stderr what is wrong, where, and what to do about it."""
    place = error.file or ""
    if error.row is not None:
        place += f"{', ' if place else ''}row {error.row}"
    problems = error.problems if isinstance(error, RuleError) else (error.message,)
    for problem in problems:
        click.echo(f"error: {place}: {problem}" if place else f"error: {problem}", err=True)
    if error.remedy:
        remark(error.remedy)


@contextmanager
def working(what: str) -> Generator[None]:
    """Show on a terminal that something is under way."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield


@contextmanager
def counting(what: str, total: int) -> Generator[Callable[[str], None]]:
    """Show on a terminal how much of a list is done, once that takes more than a second.

    Yields what is to be called after each piece, with its name.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[at]}"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=total, at="")
    began = time.monotonic()

    def done(name: str) -> None:
        bar.update(task, advance=1, at=name)
        if not bar.live.is_started and time.monotonic() - began > NOTICEABLE:
            bar.start()

    try:
        yield done
    finally:
        bar.stop()


@contextmanager
def tallying(what: str) -> Generator[Callable[[int, float], None]]:
    """Show how many records have come and what share that is: a bar, or a line now and then."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def line(done: int, share: float) -> None:
            nonlocal last
            if time.monotonic() - last >= 2:
                last = time.monotonic()
                remark(f"{what}: {done:,} records ({share:.0%})")

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)

        def move(done: int, share: float) -> None:
            bar.update(task, completed=share, description=f"{what}: {done:,} records")

        yield move
