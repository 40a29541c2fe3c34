"""The benchmark of ranking: old reviews, screened again from one relevant record."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranvier.cli.measuring import demand, measured, print_measures
from ranvier.cli.output import print_json, working

if TYPE_CHECKING:
    from ranvier.ranking.measures import Measures
    from ranvier.ranking.simulate import Benchmarked

__all__ = ["numbers", "screening"]

_COLUMNS = ("WSS@95", "RRF@10", "ATD", "loss", "NDCG")


@click.command()
@click.option(
    "--seeds",
    metavar="N,N",
    default="0,1,2",
    show_default=True,
    help="Numbers that the first two records of each simulation are drawn by.",
)
@click.option(
    "--max-loss",
    metavar="LOSS",
    type=click.FloatRange(0, 1),
    help="Exit 1 if the mean loss is higher.",
)
@click.option(
    "--min-wss95",
    metavar="SHARE",
    type=click.FloatRange(-0.05, 0.95),
    help="Exit 1 if the mean work saved over sampling is lower.",
)
@measured
def screening(
    ctx: click.Context,
    paths: tuple[Path, ...],
    seeds: str,
    max_loss: float | None,
    min_wss95: float | None,
    as_json: bool,
) -> None:
    """Screen old reviews again and measure how soon the relevant records are shown.

    PATHS are Parquet or CSV files with id, title, abstract, label_included and perhaps
    label_title_abstract, or folders of them. Each simulation knows one relevant and one irrelevant
    record, learns from each decision, and ends when all relevant records are found.

    \b
    Example:
      ranvier benchmark screening labelled/ --seeds 0,1,2
    """
    from ranvier.api import benchmark_screening

    with working("Screening the sets again"):
        found = benchmark_screening(paths, seeds=numbers(seeds))
    if as_json:
        print_json(
            {
                "sets": [
                    {"name": s.name, **asdict(s.mean), "cpu_seconds": s.cpu_seconds,
                     "records": s.records, "relevant": s.relevant,
                     "seeds": [asdict(each) for each in s.each]}
                    for s in found.sets
                ],
                "mean": {**asdict(found.mean), "cpu_seconds": found.cpu_seconds},
                "skipped": [{"name": name, "why": why} for name, why in found.skipped],
            }
        )  # fmt: skip
    else:
        _print(found)
    low = [
        said
        for said, wrong in (
            (f"the mean loss is {found.mean.loss:.4f}", _above(found.mean.loss, max_loss)),
            (f"the mean WSS@95 is {found.mean.wss95:.4f}", _above(min_wss95, found.mean.wss95)),
        )
        if wrong
    ]
    demand(ctx, low, see="the figures of each seed")


def _above(value: float | None, limit: float | None) -> bool:
    """Whether a value is above a limit; what was not asked for is not."""
    return value is not None and limit is not None and value > limit


def numbers(said: str) -> tuple[int, ...]:
    """Read numbers parted by commas."""
    try:
        found = tuple(dict.fromkeys(int(part) for part in said.split(",")))
    except ValueError:
        found = ()
    if not found or min(found) < 0:
        raise click.BadParameter("give whole numbers parted by commas, such as 0,1,2.")
    return found


def _print(found: Benchmarked) -> None:
    """Print a line for each set, and one for their mean."""
    rows = [
        (s.name, str(s.records), str(s.relevant), *_figures(s.mean), f"{s.cpu_seconds:.2f}")
        for s in found.sets
    ]
    rows.append(("mean", "", "", *_figures(found.mean), f"{found.cpu_seconds:.2f}"))
    columns = ("set", "records", "relevant", *_COLUMNS, "CPU s")
    print_measures(columns, rows)
    for name, why in found.skipped:
        click.echo(f"not measured: {name}: {why}")


def _figures(measures: Measures) -> tuple[str, ...]:
    """Write measures in the order of the columns."""
    return (
        f"{measures.wss95:.4f}",
        f"{measures.rrf10:.4f}",
        f"{measures.atd:.4f}",
        f"{measures.loss:.4f}",
        f"{measures.ndcg:.4f}",
    )
