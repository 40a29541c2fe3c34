"""Deduplicating: `dedup` merges what is surely one report, and asks about the rest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

import ranvier
from ranvier.cli.dedup_ask import ask_about
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.cli.places import actor_option, introduce, place_argument

if TYPE_CHECKING:
    from ranvier.api import OpenReview

__all__ = ["dedup"]


@click.command()
@place_argument
@click.option("--ask", is_flag=True, help="Show the pairs in doubt; on a terminal, decide them.")
@click.option("--same", nargs=2, metavar="ID ID", help="Decide: these two are one report.")
@click.option("--different", nargs=2, metavar="ID ID", help="Decide: these two are two reports.")
@click.option("--why", metavar="ID", help="Say why this record is in its cluster.")
@click.option("--overlap", is_flag=True, help="Count reports by the sources that found them.")
@click.option("--links", is_flag=True, help="Suggest which reports are of one study.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    help="Where to compare; spark, for libraries beyond one machine, needs ranvier[spark].",
)
@click.option("--reason", help="Why you decide so; kept in the log.")
@actor_option
@json_option
def dedup(
    place: str,
    ask: bool,
    same: tuple[str, str] | None,
    different: tuple[str, str] | None,
    why: str | None,
    overlap: bool,
    links: bool,
    engine: Literal["duckdb", "spark"],
    reason: str | None,
    actor: str,
    as_json: bool,
) -> None:
    """Merge the records that describe one report; ask about those in doubt.

    Only what was imported since the last time is compared, with everything. Each merge says why,
    and what you decide outranks every automatic merge for ever. `ranvier undo` takes any of it
    back.

    \b
    Example:
      ranvier dedup myreview
      ranvier dedup myreview --ask
    """
    looking = bool(why) or overlap or links or (ask and not sys.stdin.isatty())
    with ranvier.open(place, mode="read" if looking else "write") as review:
        if why:
            _explain(review, why, as_json)
        elif overlap:
            _print_overlap(review, as_json)
        elif links:
            _print_links(review, as_json)
        elif same or different:
            _decide(review, place, same, different, actor, reason)
        elif ask:
            ask_about(review, place, actor, as_json)
        else:
            _run(review, place, actor, engine, as_json)


def _run(
    review: OpenReview,
    place: str,
    actor: str,
    engine: Literal["duckdb", "spark"],
    as_json: bool,
) -> None:
    """Deduplicate and say what changed."""
    with working("Comparing the records"):
        found = review.deduplicate(actor=actor, engine=engine)
    introduce(review, actor)
    if as_json:
        print_json(found)
        return
    if found.event is None:
        remark("No record is new since the last deduplication: nothing was changed.")
    else:
        click.echo(
            f"{found.fresh} new records compared: {found.merged} are duplicates, "
            f"{found.asked} pairs are in doubt (event {found.event})"
        )
    click.echo(f"{found.records} records describe {found.reports} reports")
    if found.questions:
        next_step(f"decide the {found.questions} pairs in doubt with: ranvier dedup {place} --ask")
    else:
        next_step(
            f"`ranvier dedup {place} --overlap` counts what each source found; "
            f"`ranvier status {place}` says what the review holds."
        )


def _decide(
    review: OpenReview,
    place: str,
    same: tuple[str, str] | None,
    different: tuple[str, str] | None,
    actor: str,
    reason: str | None,
) -> None:
    """Record what a person decided about two records."""
    for pair, verdict in ((same, "same"), (different, "different")):
        if pair:
            word: Literal["same", "different"] = "same" if verdict == "same" else "different"
            event = review.match(*pair, word, actor=actor, reason=reason)
            introduce(review, actor)
            one = "one report" if verdict == "same" else "two reports"
            click.echo(f"{pair[0]} and {pair[1]} are {one} (event {event.seq})")
            next_step(
                f"`ranvier undo {place} {event.seq} --reason ...` takes it back; "
                f"`ranvier dedup {place} --ask` shows what is still in doubt."
            )


def _explain(review: OpenReview, id: str, as_json: bool) -> None:
    """Say why a record is in its cluster."""
    state = review.state
    members = state.clusters.get(state.item_of(id), ())
    held = set(members)
    merges = [
        m for d in state.deduplications.values() for m in d.merges if m.a in held and m.b in held
    ]
    decided = [m for m in state.matches.values() if m.a in held or m.b in held]
    if as_json:
        print_json({"cluster": members, "merges": merges, "decisions": decided})
        return
    if not members:
        remark(f"{id} is in no cluster: no other record was found to describe its report.")
    for record in members:
        click.echo(f"{record}: {state.records[record].title}")
    for m in decided:
        click.echo(f"{m.a} and {m.b}: {m.verdict}, as a person decided")
    for m in merges:
        click.echo(f"{m.a} and {m.b} ({m.probability:.4f}): {m.why}")
    next_step("`--same ID ID` and `--different ID ID` overrule a merge for ever.")


def _print_overlap(review: OpenReview, as_json: bool) -> None:
    """Count reports by the sources that found them."""
    found = review.overlap()
    if as_json:
        print_json(
            {
                "reports": found.reports,
                "alone": found.alone,
                "pairs": [{"sources": p, "reports": n} for p, n in found.pairs.items()],
                "sets": [{"sources": s, "reports": n} for s, n in found.sets.items()],
            }
        )
        return
    rows = [(s, str(n), str(found.alone[s])) for s, n in found.reports.items()]
    print_table(("source", "reports", "only there"), rows, right=[1, 2])
    click.echo()
    sets = [(" + ".join(names), str(n)) for names, n in found.sets.items()]
    print_table(("found by exactly", "reports"), sets, right=[1])
    next_step("`--json` adds the counts of every two sources.")


def _print_links(review: OpenReview, as_json: bool) -> None:
    """Print suggestions of which reports are of one study, and what was retracted."""
    with working("Linking the reports"):
        found = review.links()
    if as_json:
        print_json(found)
        return
    for suggestion in found.links:
        click.echo(f"{suggestion.strength}: {suggestion.relation}")
        click.echo(f"  {suggestion.a}\n  {suggestion.b}\n  because {'; '.join(suggestion.why)}")
    for id, why in found.retracted.items():
        click.echo(f"retracted: {id}: {why}")
    if not found.links and not found.retracted:
        remark("No two reports seem to be of one study, and none is known to be retracted.")
    next_step("these are suggestions: describe a study with the reports you agree on.")
