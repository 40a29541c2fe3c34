"""Qualifying: `qualify` runs the reference cases of other programs on this machine."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import msgspec

import ranvier
from ranvier.cli.measuring import share_option
from ranvier.cli.output import counting, json_option, next_step, print_json, print_table, remark
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.reporting.qualification import CaseFile
    from ranvier.stats.qualify import CaseOutcome, FamilySummary

__all__ = ["qualify"]

#: Remarks printed for each family.
SHOWN = 3

_STATUSES = ("passed", "failed", "unsupported")
_FORMS: dict[str, Literal["md", "html"]] = {".md": "md", ".html": "html"}


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@share_option("--min-pass", wrong="fewer of all cases pass, such as 0.95")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a qualification report, every case in it: FILE.md or FILE.html.",
)
@json_option
@click.pass_context
def qualify(
    ctx: click.Context, files: tuple[Path, ...], min_pass: float, report: Path | None, as_json: bool
) -> None:
    """Run reference cases of other programs on this machine.

    FILES hold cases as JSON: {"family": ..., "cases": [{"id", "inputs", "options", "expected"}]}.
    What is not supported counts as such: never as passed, never left out. A case whose numbers
    differ for a reason that was shown, such as a higher log-likelihood, passes with a remark.

    \b
    Example:
      ranvier qualify rma_uni.json peto.json --min-pass 0.95
      ranvier qualify *.json --report qualification.html
    """
    if report is not None and report.suffix not in _FORMS:
        raise InputError(
            f"a qualification report is Markdown or HTML, not {report.suffix or 'nameless'}.",
            file=str(report),
            remedy="Name a file that ends in .md or .html.",
        )
    outcomes, read = _run(files)
    from ranvier.stats.qualify import summarise

    families = summarise(outcomes)
    counts = {status: sum(o.status == status for o in outcomes) for status in _STATUSES}
    if report is not None:
        _write_report(report, outcomes, read)
    if as_json:
        print_json(
            {
                **counts,
                "remarked": sum(f.remarked for f in families),
                "groups": {f.family: _without_name(f) for f in families},
                "cases": [asdict(o) for o in outcomes],
                "files": [asdict(file) for file in read],
                "versions": _versions(),
            }
        )
    else:
        _print_report(outcomes, families, counts)
    if report is not None:
        remark(f"The report is in {report}.")
    if counts["passed"] < min_pass * len(outcomes):
        remark(
            f"error: {counts['passed']} of {len(outcomes)} cases passed: fewer than {min_pass:.0%}."
        )
        next_step("`--json` gives the reason of each case.")
        ctx.exit(1)


def _run(files: tuple[Path, ...]) -> tuple[list[CaseOutcome], list[CaseFile]]:
    """Read all files, then run every case of them."""
    from ranvier.reporting.qualification import CaseFile
    from ranvier.stats.qualify import qualify_case

    cases: list[dict[str, Any]] = []
    read: list[CaseFile] = []
    for file in files:
        content = file.read_bytes()
        held, generator = _cases(file, content)
        cases += held
        digest = hashlib.sha256(content).hexdigest()
        read.append(CaseFile(name=file.name, sha256=digest, cases=len(held), generator=generator))
    with counting("Running the cases", len(cases)) as done:
        outcomes: list[CaseOutcome] = []
        for case in cases:
            outcomes.append(qualify_case(case))
            done(str(case.get("id")))
    return outcomes, read


def _cases(file: Path, content: bytes) -> tuple[list[dict[str, Any]], str]:
    """Take the cases out of a file, each with its family, and what made them."""
    try:
        read = msgspec.json.decode(content)
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
    made = read.get("generator")
    packages = made.get("packages") if isinstance(made, dict) else None
    said: dict[str, Any] = {"R": made.get("R")} if isinstance(made, dict) and "R" in made else {}
    said |= packages if isinstance(packages, dict) else {}
    family = read.get("family", file.stem)
    return (
        [{"family": family, **case} for case in cases],
        ", ".join(f"{name} {version}" for name, version in said.items() if version),
    )


def _without_name(family: FamilySummary) -> dict[str, Any]:
    return {name: value for name, value in asdict(family).items() if name != "family"}


def _write_report(to: Path, outcomes: list[CaseOutcome], read: list[CaseFile]) -> None:
    from ranvier.reporting.qualification import Qualification, qualification_report

    run = Qualification(
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        versions=_versions(),
        files=read,
        outcomes=outcomes,
    )
    to.write_text(qualification_report(run, form=_FORMS[to.suffix]), encoding="utf-8")


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


def _print_report(
    outcomes: list[CaseOutcome], families: tuple[FamilySummary, ...], counts: dict[str, int]
) -> None:
    """Print counts by family, some remarks of each, and each case that did not pass."""
    rows = [
        (
            f.family,
            *(str(n) for n in (f.passed, f.remarked, f.failed, f.unsupported)),
            *("" if x is None else f"{x:.1f}" for x in (f.median, f.worst)),
            f.worst_case or "",
        )
        for f in families
    ]
    head = ("family", "passed", "remarks", "failed", "unsupported", "median digits")
    print_table((*head, "fewest digits", "worst case"), rows, right=range(1, 7))
    _print_remarks(outcomes)
    for outcome in outcomes:
        if outcome.status == "failed":
            click.echo(f"failed: {outcome.id}: {outcome.why}")
    for gap in sorted({o.why or "" for o in outcomes if o.status == "unsupported"}):
        click.echo(f"unsupported: {gap}")
    click.echo("; ".join(f"{name} {number}" for name, number in _versions().items()))
    click.echo(", ".join(f"{n} {status}" for status, n in counts.items()))


def _print_remarks(outcomes: list[CaseOutcome]) -> None:
    """Print the first remarks of each family, and how many more there are."""
    remarked: dict[str, list[CaseOutcome]] = {}
    for outcome in outcomes:
        if outcome.remark is not None:
            remarked.setdefault(outcome.family, []).append(outcome)
    for family, held in remarked.items():
        for outcome in held[:SHOWN]:
            click.echo(f"remark: {outcome.id}: {outcome.remark}")
        if len(held) > SHOWN:
            more = len(held) - SHOWN
            click.echo(f"remark: {family}: {more} more (--json and --report have them all)")
