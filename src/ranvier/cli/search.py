"""Searches at their sources: `search run`, `search report`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, remark, tallying
from ranvier.cli.places import actor_option, introduce, place_argument
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.api import OpenReview
    from ranvier.workflow.retrieve import PlannedSearch, Retrieved

__all__ = ["search"]

_SOURCES = ("pubmed", "europepmc", "openalex", "crossref", "clinicaltrials")

#: So many records are nobody's sample: whoever wants them says so.
MANY = 100_000


@click.group()
def search() -> None:
    """Run searches at databases and registers, and report them.

    This is the only command that contacts anybody: the one host of the source that you name, and
    it says first what it will send there.

    \b
    Example:
      ranvier search report myreview
    """


@search.command()
@place_argument
@click.option("--source", required=True, type=click.Choice(_SOURCES), help="What to search.")
@click.option(
    "--query",
    required=True,
    metavar="FILE|TEXT",
    help="The strategy, in the source's own words: a file, or the words themselves.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Only what the source added from this day on.",
)
@click.option(
    "--max", "most", type=click.IntRange(min=1), help="How many records to fetch at most."
)
@click.option(
    "--email", envvar="RANVIER_EMAIL", metavar="ADDRESS", help="Whom the source may write to."
)
@click.option(
    "--server", metavar="URL", help="Another address that speaks the same protocol: a mirror."
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent where; contact nobody.")
@click.option("--count", "only_count", is_flag=True, help="Ask only how many hits there are.")
@actor_option
@json_option
def run(
    place: str,
    source: str,
    query: str,
    since: datetime | None,
    most: int | None,
    email: str | None,
    server: str | None,
    dry_run: bool,
    only_count: bool,
    actor: str,
    as_json: bool,
) -> None:
    """Run a search at its source and add what is new to a review.

    Pages are kept beside the review until they are imported: a search that was cut off goes on
    where it stopped when it is run again, and a search run again adds only what is new. API keys
    are read from NCBI_API_KEY and OPENALEX_API_KEY.

    \b
    Examples:
      ranvier search run myreview --source pubmed --query medline.txt --email me@example.org
      ranvier search run myreview --source clinicaltrials --query "motor neuropathy" --dry-run
    """
    with ranvier.open(place) as review:
        planned = review.plan_search(
            source,
            _strategy(query),
            since=since.strftime("%Y-%m-%d") if since else None,
            most=most,
            email=email,
            server=server,
            remark=remark,
        )
        _say(planned)
        if dry_run:
            remark("nothing was sent.")
            next_step("the same without --dry-run.")
            return
        hits = review.count_search(planned)
        remark(f"{planned.source.name} has {hits:,} hits")
        if only_count:
            click.echo(hits)
            return
        if hits > MANY and most is None:
            raise InputError(
                f"{hits:,} hits are more than {MANY:,}: nothing was fetched.",
                remedy="Narrow the search, or say with --max how many you want.",
            )
        found = _run(review, planned, actor)
        introduce(review, actor)
    if as_json:
        print_json(found)
        return
    _tell(planned, found, place)


@search.command()
@place_argument
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, .md or .html.  [default: Markdown on standard output]",
)
def report(place: str, target: Path | None) -> None:
    """Write how the review was searched, by the items of PRISMA-S, as far as the log knows.

    \b
    Example:
      ranvier search report build/mmn/review --to search.html
    """
    html = target is not None and target.suffix.lower() in (".html", ".htm")
    with ranvier.open(place, mode="read") as review:
        text = review.search_report("html" if html else "markdown")
    if target is None:
        click.echo(text, nl=False)
    else:
        target.write_text(text, encoding="utf-8")
        remark(f"wrote {target}")
    next_step("fill in what it says is not in the log, such as contacts and peer review.")


def _strategy(query: str) -> str:
    """Read a strategy from a file if there is one of that name; else it is the strategy itself."""
    path = Path(query)
    try:
        is_file = path.is_file()
    except OSError:  # too long for a name
        is_file = False
    if is_file:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    if path.suffix in (".txt", ".md") and " " not in query:
        raise InputError(f"there is no file {query}.", remedy="Check the path.")
    return query


def _say(planned: PlannedSearch) -> None:
    """Say what will be sent where, and what looks wrong in it."""
    for doubt in planned.doubts:
        remark(str(doubt))
    remark(f"to {planned.source.host} ({planned.source.platform}), and nowhere else:")
    remark(f"  {planned.sent}")
    for line in planned.says:
        remark(f"  {line}")


def _run(review: OpenReview, planned: PlannedSearch, actor: str) -> Retrieved:
    """Run it, and show how far it has come."""
    with tallying(f"Fetching from {planned.source.name}") as tell:
        return review.run_search(
            planned, actor=actor, progress=lambda done, of: tell(done, done / max(done, of, 1))
        )


def _tell(planned: PlannedSearch, found: Retrieved, place: str) -> None:
    """Say what changed."""
    for note in found.notes:
        remark(note)
    if found.missing:
        some = ", ".join(found.missing[:5])
        remark(f"{planned.source.name} lists and does not give {len(found.missing)}: {some}")
    if found.resumed:
        remark(f"{found.resumed:,} records had been fetched before it was cut off.")
    if found.run is None:
        click.echo(f"nothing new: this search is in the review ({found.total} records)")
        next_step(f"see what the review holds with: ranvier status {place}")
        return
    click.echo(
        f"{found.run}: {found.counted} hits, {found.received} fetched, {found.known} known from "
        f"earlier runs, {found.new} new ({found.total} in the review)"
    )
    if found.new:
        next_step(f"merge the records that describe one report with: ranvier dedup {place}")
    else:
        next_step(f"report the search with: ranvier search report {place}")
