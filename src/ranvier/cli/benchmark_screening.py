"""The benchmark of ranking: old reviews, screened again from one relevant record."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranvier.cli.measuring import demand, measured, print_measures
from ranvier.cli.output import print_json, tallying, working

if TYPE_CHECKING:
    from ranvier.ranking.measures import Measures
    from ranvier.ranking.simulate import Benchmarked, Simulated

__all__ = ["embedding", "numbers", "screening"]

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
@click.option(
    "--embed", is_flag=True, help="Let sentence embeddings take part; needs ranvier[embed]."
)
@measured
def screening(
    ctx: click.Context,
    paths: tuple[Path, ...],
    seeds: str,
    max_loss: float | None,
    min_wss95: float | None,
    embed: bool,
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

    with working("Screening the sets again") if not embed else embedding() as tell:
        found = benchmark_screening(paths, seeds=numbers(seeds), embed=embed, tell=tell)
    if as_json:
        print_json(
            {
                "sets": [
                    {"name": s.name, **asdict(s.mean), "cpu_seconds": s.cpu_seconds,
                     "embedding_seconds": s.embedding_seconds if embed else None,
                     "records": s.records, "relevant": s.relevant,
                     "seeds": [asdict(each) for each in s.each]}
                    for s in found.sets
                ],
                "mean": {
                    **asdict(found.mean), "cpu_seconds": found.cpu_seconds,
                    "embedding_seconds": found.embedding_seconds if embed else None,
                },
                "skipped": [{"name": name, "why": why} for name, why in found.skipped],
            }
        )  # fmt: skip
    else:
        _print(found, embed=embed)
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


@contextmanager
def embedding() -> Generator[Callable[[int, int], None]]:
    """Show how many texts are embedded, before sets are screened again."""
    with tallying("Embedding, then screening again") as bar:
        yield lambda done, total: bar(done, done / max(total, 1))


def numbers(said: str) -> tuple[int, ...]:
    """Read numbers parted by commas."""
    try:
        found = tuple(dict.fromkeys(int(part) for part in said.split(",")))
    except ValueError:
        found = ()
    if not found or min(found) < 0:
        raise click.BadParameter("give whole numbers parted by commas, such as 0,1,2.")
    return found


def _print(found: Benchmarked, *, embed: bool) -> None:
    """Print a line for each set, and one for their mean."""

    def seconds(of: Simulated | Benchmarked) -> tuple[str, ...]:
        return (f"{of.cpu_seconds:.2f}", *([f"{of.embedding_seconds:.1f}"] if embed else []))

    rows = [
        (s.name, str(s.records), str(s.relevant), *_figures(s.mean), *seconds(s))
        for s in found.sets
    ]
    rows.append(("mean", "", "", *_figures(found.mean), *seconds(found)))
    columns = ("set", "records", "relevant", *_COLUMNS, "CPU s", *(["embedding s"] * embed))
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
