"""`benchmark search`: published strategies read, translations compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.query.benchmark import SearchOutcome

__all__ = ["search"]

_STATUSES = ("passed", "diagnosed", "failed", "unsupported")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--min-pass",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Exit 1 if fewer of all cases pass or are diagnosed, such as 0.95.",
)
@json_option
@click.pass_context
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
    groups: dict[str, list[SearchOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.group, []).append(outcome)
    counts = _counts(outcomes)
    if as_json:
        print_json(
            {
                **counts,
                "groups": {name: _counts(held) for name, held in groups.items()},
                "cases": [
                    {"id": o.id, "status": o.status, "worst": None, "why": o.why} for o in outcomes
                ],
            }
        )
    else:
        rows = [(name, *map(str, _counts(held).values())) for name, held in groups.items()]
        print_table(("group", *_STATUSES), rows, right=range(1, 5))
        for outcome in outcomes:
            if outcome.status != "passed":
                click.echo(f"{outcome.status}: {outcome.id}: {outcome.why}")
        click.echo(", ".join(f"{n} {status}" for status, n in counts.items()))
    if counts["passed"] + counts["diagnosed"] < min_pass * len(outcomes):
        remark(f"error: fewer than {min_pass:.0%} of {len(outcomes)} cases passed.")
        next_step("`--json` gives the reason of each case.")
        ctx.exit(1)


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


def _counts(outcomes: Sequence[SearchOutcome]) -> dict[str, int]:
    """Count outcomes by status."""
    given = [outcome.status for outcome in outcomes]
    return {status: given.count(status) for status in _STATUSES}
