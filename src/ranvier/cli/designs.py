"""Study designs: `designs` lists which reports look like randomized trials, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, working
from ranvier.cli.places import place_argument

if TYPE_CHECKING:
    from ranvier.workflow.designs import SuggestedDesign

__all__ = ["designs"]


@click.command()
@place_argument
@click.option(
    "--show",
    type=click.Choice(["trials", "doubts", "others"]),
    default="doubts",
    show_default=True,
    help="Which reports to list.",
)
@click.option(
    "--most", metavar="N", type=click.IntRange(min=0), default=10, show_default=True,
    help="List no more than so many.",
)  # fmt: skip
@json_option
def designs(
    place: str, show: Literal["trials", "doubts", "others"], most: int, as_json: bool
) -> None:
    """Suggest which reports are of randomized trials, with the words that say so.

    A suggestion of a machine, to order and to point out: nothing is recorded, and no report is
    excluded by it. Doubts are those that may be trials; others look like none.

    \b
    Example:
      ranvier designs myreview --show trials --most 20
    """
    with ranvier.open(place, mode="read") as review, working("Reading the reports"):
        found = review.designs()
    groups: dict[str, list[SuggestedDesign]] = {"trials": [], "doubts": [], "others": []}
    for each in found:
        groups[_group(each)].append(each)
    if as_json:
        print_json(
            {
                "machine": "suggestions; nothing is recorded",
                "counts": {name: len(held) for name, held in groups.items()},
                "reports": [_said(each) for each in found],
            }
        )
        return
    rows = [
        ("look like randomized trials", str(len(groups["trials"]))),
        ("may be: read these", str(len(groups["doubts"]))),
        ("look like none", str(len(groups["others"]))),
    ]
    print_table(("suggested by a machine", "reports"), rows, right=[1])
    for each in groups[show][:most]:
        click.echo(f"{each.record.id}: {each.record.title}\n  {each.suggestion}")
    next_step("these are suggestions: decide with `ranvier screen`.")


def _group(each: SuggestedDesign) -> Literal["trials", "doubts", "others"]:
    """Say which list a report belongs to."""
    if each.suggestion.precise:
        return "trials"
    return "doubts" if each.suggestion.sensitive else "others"


def _said(each: SuggestedDesign) -> dict[str, Any]:
    """Lay out one report for JSON."""
    suggestion = each.suggestion
    return {
        "id": each.record.id,
        "kind": suggestion.kind,
        "probability": suggestion.probability,
        "sensitive": suggestion.sensitive,
        "precise": suggestion.precise,
        "evidence": [
            {"field": s.field, "start": s.start, "end": s.end, "words": s.words, "weight": s.weight}
            for s in suggestion.evidence
        ],
    }
