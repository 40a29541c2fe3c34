"""The benchmark of deduplication: labelled sets, run as any other records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranvier.cli.measuring import demand, measured, print_measures, share_option
from ranvier.cli.output import print_json, working

if TYPE_CHECKING:
    from ranvier.dedup.labelled import Agreement

__all__ = ["dedup"]


@click.command()
@share_option("--min-f1", wrong="the F1 of any set is lower", metavar="F1")
@click.option(
    "--max-lost",
    metavar="N",
    type=click.IntRange(min=0),
    help="Exit 1 if more works are lost in any set.",
)
@measured
def dedup(
    ctx: click.Context,
    paths: tuple[Path, ...],
    min_f1: float,
    max_lost: int | None,
    as_json: bool,
) -> None:
    """Deduplicate labelled sets and count what is missed and what is lost.

    PATHS are CSV files (gzipped perhaps) with record_id, title, ... and cluster_id, or folders of
    them. Of each cluster found, the first record stays; a work of which none stays is lost.

    \b
    Example:
      ranvier benchmark dedup labelled/ --max-lost 0
    """
    from ranvier.api import benchmark_dedup

    with working("Deduplicating the sets"):
        *sets, pooled = benchmark_dedup(paths)
    if as_json:
        print_json({"sets": [_said(a) for a in sets], "pooled": _said(pooled)})
    else:
        _print(sets, pooled)
    low = [a.name for a in sets if a.f1 < min_f1]
    lost = [a.name for a in sets if max_lost is not None and a.works_lost > max_lost]
    checked = ((low, f"F1 is below {min_f1:g}"), (lost, "too many works are lost"))
    demand(ctx, [f"{what} in {', '.join(names)}" for names, what in checked if names])


def _said(a: Agreement) -> dict[str, Any]:
    """Lay out one result for JSON."""
    return {
        "name": a.name,
        "records": a.records,
        "publications": a.publications,
        "f1": a.f1,
        "precision": a.precision,
        "recall": a.recall,
        "works_lost": a.works_lost,
        "removed": a.removed,
        "missed": a.missed,
        "asked": a.asked,
        "asked_records": a.asked_records,
        "asked_found": a.asked_found,
        "seconds": a.seconds,
        "cpu_seconds": a.cpu_seconds,
    }


def _print(sets: list[Agreement], pooled: Agreement) -> None:
    """Print a line for each set, and one for all."""
    columns = (
        "set", "records", "F1", "precision", "recall", "works lost", "missed", "pairs asked",
        "records in them", "missed among them", "CPU s",
    )  # fmt: skip
    rows = [
        (
            a.name,
            str(a.records),
            f"{a.f1:.4f}",
            f"{a.precision:.4f}",
            f"{a.recall:.4f}",
            str(a.works_lost),
            str(a.missed),
            str(a.asked),
            str(a.asked_records),
            str(a.asked_found),
            f"{a.cpu_seconds:.2f}",
        )
        for a in (*sets, pooled)
    ]
    print_measures(columns, rows)
