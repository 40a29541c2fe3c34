"""`benchmark records`: files of records held against the number that they should give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working

if TYPE_CHECKING:
    from ranvier.api import RecordsCase

__all__ = ["records"]

_STATUSES = ("passed", "failed", "unsupported")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--min-pass",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Exit 1 if fewer of all cases pass, such as 0.95.",
)
@json_option
@click.pass_context
def records(ctx: click.Context, paths: tuple[Path, ...], min_pass: float, as_json: bool) -> None:
    """Read files of records, and compare with how many there should be.

    A folder has an expected.csv (file, format, written_by, records). A JSON file of Zotero's
    import cases is compared item by item.

    \b
    Example:
      ranvier benchmark records exports/ zotero_import_cases.json --min-pass 0.95
    """
    from ranvier.api import benchmark_records

    with working("Reading the files"):
        outcomes = benchmark_records(paths)
    counts = _counts(outcomes)
    groups: dict[str, list[RecordsCase]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.group, []).append(outcome)
    if as_json:
        print_json(
            {
                **counts,
                "groups": {name: _counts(held) for name, held in groups.items()},
                "cases": [
                    {"id": o.id, "status": o.status, "worst": o.worst, "why": o.why}
                    for o in outcomes
                ],
            }
        )
    else:
        rows = [(name, *map(str, _counts(held).values())) for name, held in groups.items()]
        print_table(("group", *_STATUSES), rows, right=range(1, 4))
        for outcome in outcomes:
            if outcome.status != "passed":
                click.echo(f"{outcome.status}: {outcome.id}: {outcome.why}")
        read, spent = sum(o.records for o in outcomes), sum(o.cpu_seconds for o in outcomes)
        if spent > 0:
            click.echo(f"{read} records of files in {spent:.2f} s of CPU time")
        click.echo(", ".join(f"{n} {status}" for status, n in counts.items()))
    if counts["passed"] < min_pass * len(outcomes):
        remark(
            f"error: {counts['passed']} of {len(outcomes)} cases passed: fewer than {min_pass:.0%}."
        )
        next_step("`--json` gives the reason of each case.")
        ctx.exit(1)


def _counts(outcomes: Sequence[RecordsCase]) -> dict[str, int]:
    """Count outcomes by status."""
    given = [outcome.status for outcome in outcomes]
    return {status: given.count(status) for status in _STATUSES}
