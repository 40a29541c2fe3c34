"""The frame of a benchmark: PATHS in, a table or JSON out, exit 1 where a demand is not met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from ranvier.cli.output import json_option, next_step, print_table, remark

__all__ = ["demand", "measured", "print_measures", "share_option"]

F = TypeVar("F", bound=Callable[..., Any])


def measured(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a benchmark its PATHS, ``--json``, and the context to end with."""
    paths = click.argument(
        "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
    )
    return paths(json_option(click.pass_context(command)))


def share_option(flag: str, *, wrong: str, metavar: str = "SHARE") -> Callable[[F], F]:
    """Give a benchmark an option for the least share that it demands."""
    return click.option(
        flag, metavar=metavar, type=click.FloatRange(0, 1), default=0.0, help=f"Exit 1 if {wrong}."
    )


def print_measures(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a line for each set: its name, and numbers set to the right."""
    print_table(columns, rows, right=range(1, len(columns)))


def demand(ctx: click.Context, wrong: Sequence[str], *, see: str = "every count") -> None:
    """Exit 1, and say why, if anything is not as it was demanded."""
    if wrong:
        remark(f"error: {' and '.join(wrong)}.")
        next_step(f"`--json` gives {see}.")
        ctx.exit(1)
