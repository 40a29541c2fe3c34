"""`benchmark records`: files of records held against the number that they should give."""

from __future__ import annotations

from pathlib import Path

import click

from ranvier.cli.measuring import demand, measured, share_option
from ranvier.cli.output import print_json, working
from ranvier.cli.tally import REASONS, cases_json, counts_of, show, total

__all__ = ["records"]

_STATUSES = ("passed", "failed", "unsupported")


@click.command()
@share_option("--min-pass", wrong="fewer of all cases pass, such as 0.95")
@measured
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
    counts = counts_of(outcomes, _STATUSES)
    if as_json:
        print_json(cases_json(outcomes, _STATUSES, worst=lambda o: o.worst))
    else:
        show(outcomes, _STATUSES)
        read, spent = sum(o.records for o in outcomes), sum(o.cpu_seconds for o in outcomes)
        if spent > 0:
            click.echo(f"{read} records of files in {spent:.2f} s of CPU time")
        total(counts)
    good = counts["passed"]
    said = f"{good} of {len(outcomes)} cases passed: fewer than {min_pass:.0%}"
    demand(ctx, [said] if good < min_pass * len(outcomes) else [], see=REASONS)
