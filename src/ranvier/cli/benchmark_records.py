"""`benchmark records`: files of records held against the number that they should give."""

from __future__ import annotations

from pathlib import Path

import click

from ranvier.cli.output import json_option, print_json, working
from ranvier.cli.tally import cases_json, counts_of, demand, min_pass_option, show, total

__all__ = ["records"]

_STATUSES = ("passed", "failed", "unsupported")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@min_pass_option
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
    said = f"{good} of {len(outcomes)} cases passed: fewer than {min_pass:.0%}."
    demand(ctx, good, outcomes, min_pass, said)
