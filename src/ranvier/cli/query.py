"""Search strategies: `query check`, `query translate`, `query run`, `query explain`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.errors import NotFoundError

if TYPE_CHECKING:
    from ranvier.query import MeshTree, Parsed, RecordIndex

__all__ = ["query"]

_FROM = click.option(
    "--platform",
    "source",
    metavar="NAME",
    help="Where the strategy runs: ovid, pubmed, embase, cochrane, ebsco, wos, scopus, ctgov."
    "  [default: by its signs]",
)
_MESH = click.option(
    "--mesh",
    type=click.Path(dir_okay=False, path_type=Path),
    help="MeSH's descriptor file (desc....xml or d....bin), for explosions.",
)
_FILTER = click.option(
    "--add-filter",
    "filter_name",
    metavar="FILTER",
    help="Add a search filter below it, joined with AND: `query filter` lists them.",
)
_SEARCH = click.option(
    "--search",
    metavar="ID",
    help="The strategy that a search of the review's log was run with, instead of a file.",
)
_GIVEN = click.argument("given", metavar="PLACE [STRATEGY]", nargs=-1, required=True)
_STRATEGY = click.argument("strategy", type=click.Path(path_type=Path, allow_dash=True))


@click.group()
def query() -> None:
    """Check, translate and run search strategies.

    STRATEGY is a text file, numbered lines or not; - reads standard input.

    \b
    Example:
      ranvier query check medline.txt
    """


@query.command()
@_STRATEGY
@_FROM
@_MESH
@json_option
@click.pass_context
def check(
    ctx: click.Context, strategy: Path, source: str | None, mesh: Path | None, as_json: bool
) -> None:
    """Read a strategy and say what looks wrong, with line, column and remedy.

    Exit code 1 if there is an error.

    \b
    Example:
      ranvier query check medline.txt --platform ovid
    """
    from ranvier.query import check as find

    parsed = _read(strategy, source)
    found = find(parsed, mesh=_tree(mesh))
    errors = [d for d in found if d.weight == "error"]
    if as_json:
        print_json(
            {
                "platform": parsed.platform,
                "lines": len(parsed.lines),
                "diagnoses": [
                    {"weight": d.weight, "code": d.code, "line": d.line, "row": d.span.line,
                     "column": d.span.start, "end": d.span.end, "said": d.said,
                     "remedy": d.remedy}
                    for d in found
                ],
            }
        )  # fmt: skip
    else:
        _platform_remark(parsed)
        for diagnosis in found:
            click.echo(str(diagnosis))
        click.echo(f"{len(parsed.lines)} lines, {len(errors)} errors, {len(found)} remarks in all")
        if not errors:
            next_step(f"`ranvier query translate {strategy} --to embase` writes it for another.")
    if errors:
        ctx.exit(1)


@query.command()
@_STRATEGY
@_FROM
@click.option("--to", "target", required=True, metavar="NAME", help="The platform to write for.")
@click.option(
    "--proximity",
    type=click.Choice(["meaning", "number"]),
    default="meaning",
    show_default=True,
    help="adj3 becomes N2, which means the same, or keeps its number.",
)
@_FILTER
@json_option
def translate(
    strategy: Path,
    source: str | None,
    target: str,
    proximity: Any,
    filter_name: str | None,
    as_json: bool,
) -> None:
    """Write a strategy for another platform, and list what could not be kept.

    The strategy goes to standard output, the losses to standard error.

    \b
    Example:
      ranvier query translate medline.txt --to embase > embase.txt
    """
    from ranvier.query import platform
    from ranvier.query import translate as turn

    parsed = _filtered(_read(strategy, source), filter_name)
    found = turn(parsed, platform(target).name, proximity=proximity)
    if as_json:
        print_json(
            {
                "platform": found.platform,
                "lines": [{"number": n, "text": text} for n, text in found.lines],
                "losses": [
                    {"row": x.span.line, "column": x.span.start, "said": x.said,
                     "effect": x.effect}
                    for x in found.losses
                ],
            }
        )  # fmt: skip
        return
    _platform_remark(parsed)
    click.echo(str(found))
    for loss in found.losses:
        remark(f"lost: {loss}")
    wrong = [d for d in parsed.diagnoses if d.weight == "error"]
    for diagnosis in wrong:
        remark(str(diagnosis))
    next_step("headings differ between thesauri (MeSH, Emtree): check each one before you run it.")


@query.command(name="filter")
@click.argument("name", required=False)
@click.option("--to", "target", metavar="PLATFORM", default="ovid", help="[default: ovid]")
@json_option
def filter_(name: str | None, target: str, as_json: bool) -> None:
    """Print a published search filter, or list those that are built in.

    \b
    Example:
      ranvier query filter cochrane-rct-2008 --to pubmed
    """
    from ranvier.query import FILTERS, platform, search_filter

    if name is None:
        if as_json:
            print_json([{"name": f.name, "said": f.said, "source": f.source, "note": f.note}
                        for f in FILTERS.values()])  # fmt: skip
            return
        for held in FILTERS.values():
            click.echo(f"{held.name}: {held.said}\n  {held.source}")
        next_step("`ranvier query filter NAME --to pubmed` prints one.")
        return
    held = search_filter(name)
    found = held.for_platform(platform(target).name)
    if as_json:
        print_json(
            {
                "name": held.name, "platform": found.platform, "source": held.source,
                "note": held.note, "lines": [{"number": n, "text": t} for n, t in found.lines],
                "losses": [{"said": x.said, "effect": x.effect} for x in found.losses],
            }
        )  # fmt: skip
        return
    click.echo(str(found))
    remark(held.source)
    remark(held.note)
    for loss in found.losses:
        remark(f"lost: {loss}")
    next_step(f"`ranvier query translate STRATEGY --to {found.platform} --add-filter {name}`")


@query.command(name="run")
@_GIVEN
@_SEARCH
@_FROM
@_MESH
@_FILTER
@json_option
def run_(
    given: tuple[str, ...],
    search: str | None,
    source: str | None,
    mesh: Path | None,
    filter_name: str | None,
    as_json: bool,
) -> None:
    """Run a strategy on the records of a review, line by line.

    \b
    Example:
      ranvier query run build/mmn/review medline.txt --mesh desc2026.xml
      ranvier query run build/mmn/review --search example-strategy
    """
    from ranvier.query import run

    (place,), asked = _arguments(given, search, 1)
    parsed = _filtered(_asked(asked, place, search, source), filter_name)
    with working("Indexing the records"):
        index = _index(place)
        found = run(parsed, index, mesh=_tree(mesh))
    if as_json:
        print_json(
            {
                "records": len(index.records),
                "lines": [{"number": x.number, "found": len(x.found)} for x in found.lines],
                "found": [index.records[i].id for i in sorted(found.found)],
                "notes": list(found.notes),
            }
        )
        return
    _platform_remark(parsed)
    texts = {held.line.number: held.line.text for held in parsed.lines}
    rows = [(str(x.number), str(len(x.found)), texts[x.number]) for x in found.lines]
    print_table(("line", "records", "strategy"), rows, right=(0, 1))
    for note in found.notes:
        remark(note)
    click.echo(f"{len(found.found)} of {len(index.records)} records")
    what = f"{place} RECORD --search {search}" if search else f"{place} {asked} RECORD"
    next_step(f"`ranvier query explain {what}` says why one is missed.")


@query.command()
@click.argument("given", metavar="PLACE [STRATEGY] RECORD", nargs=-1, required=True)
@_SEARCH
@_FROM
@_MESH
def explain(
    given: tuple[str, ...], search: str | None, source: str | None, mesh: Path | None
) -> None:
    """Say line by line why a record of a review is found or missed.

    RECORD is its id, its PMID or its DOI.

    \b
    Example:
      ranvier query explain build/mmn/review medline.txt 24103090
      ranvier query explain build/mmn/review 24103090 --search example-strategy
    """
    from ranvier.query import explain as why

    (place, record), asked = _arguments(given, search, 2)
    parsed = _asked(asked, place, search, source)
    index = _index(place)
    wanted = record.casefold()
    at = next(
        (
            i
            for i, r in enumerate(index.records)
            if wanted in (r.id.casefold(), r.pmid, (r.doi or "").casefold())
        ),
        None,
    )
    if at is None:
        raise NotFoundError(
            f"there is no record {record!r} in this review.",
            remedy="Give its id, PMID or DOI; `ranvier query run … --json` lists ids.",
        )
    _platform_remark(parsed)
    click.echo(f"{index.records[at].title}\n")
    click.echo(str(why(parsed, index, at, mesh=_tree(mesh))))


def _arguments(
    given: tuple[str, ...], search: str | None, count: int
) -> tuple[tuple[str, ...], str | None]:
    """Part STRATEGY, which stands behind PLACE, from the rest; with --search there is none."""
    wanted = count + (search is None)
    if len(given) != wanted:
        names = ["PLACE", *["STRATEGY"] * (search is None), "RECORD"][:wanted]
        raise click.UsageError(f"give {' '.join(names)}: {len(given)} given, {wanted} needed.")
    if search is not None:
        return given, None
    return (given[0], *given[2:]), given[1]


def _asked(asked: str | None, place: str, search: str | None, source: str | None) -> Parsed:
    """Read the strategy of a file, or of a search in the log."""
    from ranvier.query import parse, platform

    if asked is not None:
        return _read(Path(asked), source)
    with ranvier.open(place) as review:
        runs = {held.id: held for held in review.state.searches.values()}
    kept = [name for name, held in runs.items() if held.strategy]
    said = f"Searches with a strategy: {', '.join(kept) or 'none'}."
    if search not in runs:
        raise NotFoundError(f"there is no search {search!r} in this review.", remedy=said)
    text = runs[search].strategy
    if not text:
        raise NotFoundError(f"the strategy of search {search!r} was not kept.", remedy=said)
    return parse(text, platform(source).name if source else None)


def _filtered(parsed: Parsed, name: str | None) -> Parsed:
    """Add a filter, if one is asked for."""
    from ranvier.query import search_filter, with_filter

    return parsed if name is None else with_filter(parsed, search_filter(name))


def _read(strategy: Path, source: str | None) -> Parsed:
    """Read a strategy from a file or from standard input."""
    from ranvier.query import parse, platform

    if str(strategy) == "-":
        text = sys.stdin.read()
    else:
        text = strategy.read_text(encoding="utf-8-sig", errors="replace")
    return parse(text, platform(source).name if source else None)


def _platform_remark(parsed: Parsed) -> None:
    """Say what the strategy was read as, if nobody said it."""
    from ranvier.query import PLATFORMS

    if parsed.detected:
        remark(f"read as {PLATFORMS[parsed.platform].said}, by its signs (--platform says another)")
    for note in parsed.notes:
        remark(f"passed over: {note}")


def _tree(mesh: Path | None) -> MeshTree | None:
    """Read MeSH, if a file is given."""
    from ranvier.query import read_mesh

    if mesh is None:
        return None
    with working("Reading MeSH"):
        return read_mesh(mesh)


def _index(place: str) -> RecordIndex:
    """Index the records of a review."""
    from ranvier.query import RecordIndex

    with ranvier.open(place) as review:
        records: Sequence[Any] = list(review.state.records.values())
    return RecordIndex.of(records)
