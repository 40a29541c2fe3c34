"""Outcomes of many cases, counted by status: how benchmarks show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import click

from ranvier.cli.output import print_table

__all__ = [
    "REASONS",
    "Outcome",
    "by_group",
    "cases_json",
    "counts_of",
    "show",
    "total",
]


#: What ``--json`` tells of cases.
REASONS = "the reason of each case"


class Outcome(Protocol):
    """What came of one case."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def group(self) -> str:
        """What it is counted with."""
        ...

    @property
    def status(self) -> str:
        """One of the statuses of the benchmark."""
        ...

    @property
    def why(self) -> str | None:
        """What is wrong, if anything."""
        ...


O = TypeVar("O", bound=Outcome)  # noqa: E741


def counts_of(outcomes: Iterable[Outcome], statuses: Sequence[str]) -> dict[str, int]:
    """Count outcomes by status."""
    given = [outcome.status for outcome in outcomes]
    return {status: given.count(status) for status in statuses}


def by_group(outcomes: Iterable[O]) -> dict[str, list[O]]:
    """Part outcomes by group, in the order of their first."""
    groups: dict[str, list[O]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.group, []).append(outcome)
    return groups


def cases_json(
    outcomes: Sequence[Outcome], statuses: Sequence[str], worst: Callable[[Any], float | None]
) -> dict[str, Any]:
    """Return what ``--json`` prints: counts, the same by group, and each case."""
    return {
        **counts_of(outcomes, statuses),
        "groups": {name: counts_of(held, statuses) for name, held in by_group(outcomes).items()},
        "cases": [
            {"id": o.id, "status": o.status, "worst": worst(o), "why": o.why} for o in outcomes
        ],
    }


def show(outcomes: Sequence[Outcome], statuses: Sequence[str]) -> None:
    """Print counts by group, then each case that did not pass."""
    rows = [
        (name, *map(str, counts_of(held, statuses).values()))
        for name, held in by_group(outcomes).items()
    ]
    print_table(("group", *statuses), rows, right=range(1, len(statuses) + 1))
    for outcome in outcomes:
        if outcome.status != "passed":
            click.echo(f"{outcome.status}: {outcome.id}: {outcome.why}")


def total(counts: Mapping[str, int]) -> None:
    """Print counts in a line."""
    click.echo(", ".join(f"{n} {status}" for status, n in counts.items()))
