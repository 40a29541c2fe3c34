"""Simulating: `simulate` screens an old review again, in the order Ranvier would have shown."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranvier.cli.benchmark_screening import embedding, numbers
from ranvier.cli.output import json_option, print_json, remark, working

if TYPE_CHECKING:
    from ranvier.workflow.simulate import OldReview

__all__ = ["simulate"]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--seeds",
    metavar="N,N",
    default="0,1,2",
    show_default=True,
    help="Numbers that the first two records of each run are drawn by.",
)
@click.option(
    "--figure",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the recall curve: FILE.svg, FILE.pdf or FILE.png.",
)
@click.option(
    "--embed", is_flag=True, help="Let sentence embeddings take part; needs ranvier[embed]."
)
@json_option
def simulate(file: Path, seeds: str, figure: Path | None, embed: bool, as_json: bool) -> None:
    """Screen an old review again, in the order Ranvier would have shown.

    FILE holds the records with what was decided on them: an export of Rayyan, Covidence or
    ASReview, or a table with a column included. Each run begins with one relevant and one
    irrelevant record.

    \b
    Example:
      ranvier simulate old-review.csv --figure recall.svg
    """
    from ranvier.api import simulate as run

    with working("Screening the review again") if not embed else embedding() as tell:
        old = run(file, seeds=numbers(seeds), embed=embed, tell=tell)
    if figure is not None:
        old.figure.save(figure)
        remark(f"The recall curve is in {figure}.")
    if as_json:
        print_json(
            {
                "records": old.found.records,
                "relevant": old.found.relevant,
                "undecided": old.undecided,
                "without_abstract": old.without_abstract,
                "read_for_95": old.read_for_95,
                **asdict(old.found.mean),
                "seeds": [asdict(each) for each in old.found.each],
                "ranks": [run.ranks.tolist() for run in old.found.runs],
                "cpu_seconds": old.found.cpu_seconds,
                "embedding_seconds": old.found.embedding_seconds if embed else None,
            }
        )
        return
    click.echo(_said(old))


def _said(old: OldReview) -> str:
    """Say in words what was found."""
    found, records = old.found, old.found.records - 2
    lines = [
        f"{found.records} records, {found.relevant} of them relevant"
        + (f"; {old.undecided} without a decision left out" if old.undecided else "")
        + ".",
    ]
    if old.without_abstract == found.records:
        lines.append("No record has an abstract: titles alone were ranked.")
    elif old.without_abstract:
        lines.append(f"{old.without_abstract} records have no abstract.")
    if found.embedding_seconds:
        lines.append(
            f"Sentence embeddings take part; they took {found.embedding_seconds:.0f} CPU seconds."
        )
    lines += [
        f"In this order 95% of the relevant records are found after {old.read_for_95} of {records} "
        f"records ({old.read_for_95 / records:.0%}), on average of {len(found.runs)} runs.",
        f"Work saved over sampling at 95% recall: {found.mean.wss95:.1%}. Found within the first "
        f"tenth: {found.mean.rrf10:.0%}.",
        "Looking back, all relevant records are known; while you screen, a stopping rule has to "
        "say when enough has been read.",
    ]
    return "\n".join(lines)
