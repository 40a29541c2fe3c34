"""Proving: `verify` and `reproduce`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.cli.places import place_argument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ranvier.api import OpenReview
    from ranvier.core.reproduction import Figure, Reproduction

__all__ = ["reproduce", "verify"]


@click.command()
@place_argument
@click.option(
    "--documents",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder with the documents quoted; they are known by their hash, not by their name.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Remove stored files that no event names, once everything else was proved; asks first.",
)
@click.option("--yes", is_flag=True, help="Do not ask before --prune removes files.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context, place: str, documents: Path | None, prune: bool, yes: bool, as_json: bool
) -> None:
    """Prove the log, what is made from it, and the quotes.

    Proves that no event was changed, removed, inserted or moved; that every stored file has its
    hash; that every projection equals a rebuild from the log; with documents at hand, that every
    quote stands in its document. Exit 1 if anything does not hold.

    \b
    Example:
      ranvier verify reviews/mmn --documents documents
      ranvier verify myreview --prune
    """
    if prune and as_json and not yes:
        raise click.UsageError("--prune asks first, which --json cannot: add --yes.")
    with ranvier.open(place, mode="write" if prune else "read") as review:
        with working("Proving the log"):
            proved = review.verify(documents)
        removed = _pruned(review, proved.unnamed, yes=yes) if prune else ()
    if as_json:
        print_json({**asdict(proved), "removed": removed} if prune else proved)
    else:
        click.echo(f"{proved.events} events: the chain holds, up to {proved.head}")
        click.echo("stored files and projections: equal to a rebuild")
        click.echo(f"{proved.quotes} quotes: {proved.proved} stand in the documents at hand")
        for name in proved.missing:
            click.echo(f"  not at hand: {name}")
        if proved.unnamed:
            click.echo(
                f"{len(proved.unnamed)} stored files that no event names: an import that was cut "
                f"off left them, or is under way{_bytes(proved.unnamed.values())}"
            )
        if prune:
            click.echo(f"{len(removed)} of them removed")
        for wrong in proved.wrong:
            click.echo(f"  WRONG: {wrong}")
    if proved.wrong:
        remark(f"error: {len(proved.wrong)} quotes are not in their documents.")
        next_step("correct each value by recording it anew with the quote as printed.")
        ctx.exit(1)
    if proved.unnamed and not removed and not as_json:
        next_step("import the same file again, which goes on where it was cut off; or remove them: "
                  f"ranvier verify {place} --prune")  # fmt: skip
    if proved.missing and not as_json:
        next_step("put the documents that were not at hand into one folder: --documents DIR")


def _pruned(review: OpenReview, unnamed: dict[str, int], *, yes: bool) -> tuple[str, ...]:
    """Say what would be removed, ask, and remove it."""
    if not unnamed:
        return ()
    for sha256, size in unnamed.items():
        remark(f"  {sha256}  {size:,} bytes")
    said = f"{len(unnamed)} stored files that no event names{_bytes(unnamed.values())}"
    remark(f"{said}: to be removed for good.")
    remark("An import that was cut off then begins anew; one that is under way now would fail.")
    if not yes and not click.confirm("Remove them?", err=True):
        return ()
    return review.prune(unnamed)


def _bytes(sizes: Iterable[int]) -> str:
    """Say how much room files take."""
    return f", {sum(sizes):,} bytes"


@click.command()
@click.argument("place", metavar="[PLACE]", required=False)
@click.option(
    "--published",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Published results to recompute, instead of the review's own.",
)
@json_option
@click.pass_context
def reproduce(ctx: click.Context, place: str | None, published: Path | None, as_json: bool) -> None:
    """Recompute published results beside the print.

    From their stated rows and analysis: prints our figure beside the printed one, to its digits,
    with other analyses of the same rows as controls. Exit 1 if anything
    else than expected comes out.

    \b
    Example:
      ranvier reproduce reviews/mmn
      ranvier reproduce --published published.json
    """
    if place is None and published is None:
        raise click.UsageError("Name a review, or a file with --published FILE.")
    with working("Recomputing the published results"):
        found = _reproductions(place, published)
    if as_json:
        print_json(found)
    else:
        for result in found:
            _print_reproduction(result)
        _print_verdict(found)
    if not all(result.as_expected for result in found):
        ctx.exit(1)


def _reproductions(place: str | None, published: Path | None) -> list[Reproduction]:
    """Recompute the results of a review or of a file."""
    if place is None and published is not None:
        return ranvier.reproduce(published)
    with ranvier.open(str(place), mode="read") as review:
        return review.reproduce(published)


def _print_reproduction(result: Reproduction) -> None:
    """Print one published result beside ours."""
    click.echo(f"{result.id}: {result.question} ({result.review})")
    rows = [(result.analysis, *_cells(result.figures))]
    rows += [(f"control: {c.label}", *_cells(c.figures)) for c in result.controls]
    print_table(("analysis", "printed", "ours", ""), rows)
    click.echo(f"rows {result.rows_provenance}, printed figures {result.provenance}")
    if result.finding:
        click.echo(f"note: {result.finding}")
    click.echo(f"{_verdict(result)}\n")


def _cells(figures: tuple[Figure, ...]) -> tuple[str, str, str]:
    """Write figures as printed, as ours, and whether they agree."""
    if not figures:
        return "", "", "not computed"
    differing = [f.name for f in figures if not f.agrees]
    return (
        _one_line({f.name: f.printed for f in figures}),
        _one_line({f.name: f.ours for f in figures}),
        f"differs: {', '.join(differing)}" if differing else "agrees",
    )


def _one_line(figures: dict[str, str]) -> str:
    """Write figures as papers do.

    Examples
    --------
    >>> _one_line({"ci_lb": "2.86", "ci_ub": "42.25", "estimate": "11.00", "p": "<0.001"})
    '11.00 (2.86 to 42.25) p <0.001'
    """
    rest = dict(figures)
    words = [rest.pop("estimate")] if "estimate" in rest else []
    if {"ci_lb", "ci_ub"} <= rest.keys():
        words.append(f"({rest.pop('ci_lb')} to {rest.pop('ci_ub')})")
    return " ".join([*words, *(f"{name} {figure}" for name, figure in rest.items())])


def _verdict(result: Reproduction) -> str:
    """Say in a line what came of one result."""
    if not result.as_expected:
        return f"NOT AS EXPECTED: {result.why}"
    if result.expected == "disagree":
        return "the printed figure is wrong, as known: " + (result.why or "ours differs")
    return "agrees with the print"


def _print_verdict(found: list[Reproduction]) -> None:
    """Say what came of all results."""
    unexpected = [r.id for r in found if not r.as_expected]
    wrong = [r.id for r in found if r.as_expected and r.expected == "disagree"]
    click.echo(f"{len(found) - len(unexpected)} of {len(found)} results came out as expected")
    if wrong:
        click.echo(f"printed figures that are wrong: {', '.join(wrong)}")
    if unexpected:
        remark(f"error: not as expected: {', '.join(unexpected)}")
        next_step("compare the rows and the analysis that the file states with the publication.")
