"""`benchmark search`: published strategies read, translations compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ranvier.cli.measuring import demand, measured, share_option
from ranvier.cli.output import print_json, working
from ranvier.cli.tally import REASONS, cases_json, counts_of, show, total
from ranvier.errors import InputError

__all__ = ["search"]

_STATUSES = ("passed", "diagnosed", "failed", "unsupported")


@click.command()
@share_option("--min-pass", wrong="fewer of all cases pass or are diagnosed, such as 0.95")
@measured
def search(ctx: click.Context, paths: tuple[Path, ...], min_pass: float, as_json: bool) -> None:
    """Read published strategies, and compare translations with what is expected.

    Files are JSON Lines (.gz or not) with "strategy", or with "input", "target" and "expected"; or
    JSON with "filters". A strategy with a mistake in it counts as diagnosed if its place is said.

    \b
    Example:
      ranvier benchmark search strategies.jsonl.gz --min-pass 0.95
    """
    from ranvier.query.benchmark import search_cases

    with working("Reading the strategies"):
        outcomes = [o for file in _files(paths) for o in search_cases(file)]
    counts = counts_of(outcomes, _STATUSES)
    if as_json:
        print_json(cases_json(outcomes, _STATUSES, worst=lambda _: None))
    else:
        show(outcomes, _STATUSES)
        total(counts)
    good = counts["passed"] + counts["diagnosed"]
    said = f"fewer than {min_pass:.0%} of {len(outcomes)} cases passed"
    demand(ctx, [said] if good < min_pass * len(outcomes) else [], see=REASONS)


def _files(paths: Sequence[Path]) -> list[Path]:
    """List the files of folders."""
    found: list[Path] = []
    for path in paths:
        held = sorted(path.iterdir()) if path.is_dir() else [path]
        found.extend(p for p in held if not path.is_dir() or ".json" in p.name)
    if not found:
        raise InputError(
            f"there is no file of strategies in {paths[0]}.",
            remedy="Give JSON Lines with one strategy or one translation a line.",
        )
    return found
