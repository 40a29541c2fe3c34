"""Qualifying: `qualify` runs the reference cases of other programs on this machine."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.stats.qualify import CaseOutcome

__all__ = ["qualify"]

_STATUSES = ("passed", "failed", "unsupported")


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--min-pass",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Exit 1 if fewer of all cases pass, such as 0.95.",
)
@json_option
@click.pass_context
def qualify(ctx: click.Context, files: tuple[Path, ...], min_pass: float, as_json: bool) -> None:
    """Run reference cases of other programs on this machine.

    FILES hold cases as JSON: {"family": ..., "cases": [{"id", "inputs", "options", "expected"}]}.
    What is not supported counts as such: never as passed, never left out.

    \b
    Example:
      ranvier qualify rma_uni.json peto.json --min-pass 0.95
    """
    with working("Running the cases"):
        outcomes = [outcome for file in files for outcome in _outcomes(file)]
    counts = _counts(outcomes)
    if as_json:
        print_json(
            {
                **counts,
                "groups": {g: _counts(held) for g, held in _groups(outcomes).items()},
                "cases": [
                    {"id": o.id, "status": o.status, "worst": o.worst, "why": o.why}
                    for o in outcomes
                ],
                "versions": _versions(),
            }
        )
    else:
        _print_report(outcomes, counts)
    if counts["passed"] < min_pass * len(outcomes):
        remark(
            f"error: {counts['passed']} of {len(outcomes)} cases passed: fewer than {min_pass:.0%}."
        )
        next_step("`--json` gives the reason of each case.")
        ctx.exit(1)


def _outcomes(file: Path) -> Iterable[CaseOutcome]:
    """Run every case of a file."""
    from ranvier.stats.qualify import qualify_case

    try:
        read = msgspec.json.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        raise InputError(
            f"this is not JSON: {error}.", file=str(file), remedy="Name a file of reference cases."
        ) from error
    cases: Any = read.get("cases") if isinstance(read, dict) else None
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise InputError(
            'expected an object with a list of objects under "cases".',
            file=str(file),
            remedy="Name a file of reference cases.",
        )
    family = read.get("family", file.stem)
    return [qualify_case({"family": family, **case}) for case in cases]


def _groups(outcomes: Iterable[CaseOutcome]) -> dict[str, list[CaseOutcome]]:
    """Part outcomes by family."""
    groups: dict[str, list[CaseOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.family, []).append(outcome)
    return groups


def _counts(outcomes: Iterable[CaseOutcome]) -> dict[str, int]:
    """Count outcomes by status."""
    given = [outcome.status for outcome in outcomes]
    return {status: given.count(status) for status in _STATUSES}


def _versions() -> dict[str, str]:
    """Say what ran where."""
    from importlib.metadata import version

    return {
        "ranvier": ranvier.__version__,
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "platform": platform.platform(),
    }


def _print_report(outcomes: list[CaseOutcome], counts: dict[str, int]) -> None:
    """Print counts by family, then each case that did not pass."""
    rows: list[tuple[str, ...]] = []
    for group, held in _groups(outcomes).items():
        digits = [o.worst for o in held if o.worst is not None and o.status == "passed"]
        worst = f"{min(digits):.1f}" if digits else ""
        rows.append((group, *(str(n) for n in _counts(held).values()), worst))
    print_table(("family", *_STATUSES, "fewest digits"), rows, right=range(1, 5))
    for outcome in outcomes:
        if outcome.status == "failed":
            click.echo(f"failed: {outcome.id}: {outcome.why}")
    for gap in sorted({o.why or "" for o in outcomes if o.status == "unsupported"}):
        click.echo(f"unsupported: {gap}")
    click.echo("; ".join(f"{name} {number}" for name, number in _versions().items()))
    click.echo(", ".join(f"{n} {status}" for status, n in counts.items()))
