"""Deduplicating: `dedup` merges what is surely one report, and asks about the rest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark, working
from ranvier.cli.places import actor_option, introduce, place_argument

if TYPE_CHECKING:
    from ranvier.api import OpenReview
    from ranvier.core.duplicates import Question
    from ranvier.core.record import Record

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
            _ask(review, place, actor, as_json)
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


def _ask(review: OpenReview, place: str, actor: str, as_json: bool) -> None:
    """Show the pairs in doubt, and take decisions where somebody can answer."""
    questions = review.state.duplicate_questions
    if as_json:
        print_json(questions)
        return
    if not questions:
        remark("No pair is in doubt.")
        next_step(f"see what the review holds with: ranvier status {place}")
        return
    records = review.state.records
    decided = 0
    for number, question in enumerate(questions, start=1):
        click.echo(f"\n{number} of {len(questions)}")
        _print_pair(records[question.a], records[question.b], question)
        if not sys.stdin.isatty():
            continue
        key = click.prompt(
            "same, different, later or quit",
            type=click.Choice(["s", "d", "l", "q"]),
            default="l",
        )
        if key == "q":
            break
        if key in ("s", "d"):
            review.match(question.a, question.b, "same" if key == "s" else "different", actor=actor)
            introduce(review, actor)
            decided += 1
    if sys.stdin.isatty():
        next_step(f"{decided} decided; `ranvier log {place}` lists them.")
    else:
        next_step(f"decide one with: ranvier dedup {place} --same ID ID (or --different ID ID)")


def _print_pair(a: Record, b: Record, question: Question) -> None:
    """Show two records field by field, and what speaks for and against."""
    rows = [
        ("id", a.id, b.id),
        ("title", a.title, b.title),
        ("authors", "; ".join(a.authors[:6]), "; ".join(b.authors[:6])),
        ("in", _place(a), _place(b)),
        ("ids", _ids(a), _ids(b)),
        ("abstract", (a.abstract or "")[:160], (b.abstract or "")[:160]),
    ]
    for name, x, y in rows:
        if x or y:
            click.echo(f"  {name:>8}  {x or 'not given'}")
            click.echo(f"  {'':>8}  {'(the same)' if x == y else y or 'not given'}")
    click.echo(f"  {'for':>8}  {question.why}")
    click.echo(f"  {'against':>8}  {question.against}")


def _place(record: Record) -> str:
    """Say where a record was published."""
    parts = (record.journal, record.year, record.volume, record.issue, record.pages)
    return ", ".join(str(part) for part in parts if part)


def _ids(record: Record) -> str:
    """Say by what a record is known elsewhere."""
    return ", ".join(x for x in (record.doi, record.pmid, record.registry_id) if x)


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
