"""Beginning: `demo` and `new`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

import ranvier
from ranvier.cli.output import next_step, remark, working
from ranvier.cli.places import acting, actor_option, introduce, place_argument
from ranvier.errors import InputError, RanvierError

__all__ = ["demo", "new"]


@click.command()
@click.argument("name", default="mmn")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Folder to work in.",
)
def demo(name: str, folder: Path | None, to: Path) -> None:
    """Restore the shipped review, recompute it, build its page; or show a team that screens.

    NAME is mmn: treatments for multifocal motor neuropathy (the default); or screening.

    mmn is restored to TO/mmn/review, its log is proved, everything is computed from the log, and
    the page is written to TO/mmn/index.html. Run it as often as you like: a review there that you
    changed is set aside, not overwritten.

    screening makes a review in FOLDER (TO/screening unless given) in which simulated reviewers
    have voted on the records of mmn: conflicts to settle, agreement to look at, and a queue of
    your own. Every page of it says that it is simulated.

    \b
    Example:
      ranvier demo --to build
      ranvier demo screening
    """
    if name == "screening":
        _demo_screening(folder or to / "screening")
    elif folder is not None:
        raise InputError(
            f"FOLDER is for `ranvier demo screening`, not for {name}.",
            remedy=f"Say where with --to: ranvier demo {name} --to {folder}",
        )
    else:
        _demo_review(name, to)


def _demo_screening(place: Path) -> None:
    """Make the demonstration of screening; say what there is to do in it."""
    from ranvier.api import demonstrate_screening
    from ranvier.cli.screen import STAGE_NAMES

    with working("Making the review and simulating its reviewers"):
        made = demonstrate_screening(place, actor=acting(None))
    remark(f"Simulated demonstration. {made.simulated}")
    remark(
        f"Made a review of {made.records} records, with {made.votes} simulated votes: "
        f"{made.settled} conflicts are settled, {made.conflicts} wait for you, and "
        + ", ".join(f"{n} records at {STAGE_NAMES[stage]}" for stage, n in made.waiting.items())
        + " are yours to read."
    )
    click.echo(str(place))
    command = _as_called()
    next_step(
        "screen and settle in the browser, or screen in the terminal:\n"
        f"  {command} serve {place}\n"
        f"  {command} screen {place}"
    )


def _demo_review(name: str, to: Path) -> None:
    """Restore a shipped review, prove it, build its page."""
    snapshot = ranvier.shipped(name)
    home = to / name
    place = home / "review"
    aside = _set_aside(place, snapshot)
    with working("Restoring the review"):
        review = ranvier.restore(snapshot, place)
    with review:
        with working("Proving the log"):
            proved = review.verify()
        with working("Computing every analysis and building the page"):
            page = review.build(home)
    if aside is not None:
        remark(f"The review that was there differs from the shipped one; it is kept in {aside}.")
    remark(f"Restored {place}: {proved.events} events, each proved by the hash chain.")
    remark("Built the page; open it in a browser:")
    click.echo(str(page))
    command = _as_called()
    next_step(
        "follow a number back by clicking it, or in the terminal:\n"
        f"  {command} status {place}\n"
        f"  {command} trace {place} analysis/strength-published\n"
        f"  {command} reproduce {place}"
    )


def _as_called() -> str:
    """Return the name by which the reader can call us: `make review` runs us off the path."""
    called = sys.argv[0]
    off_the_path = Path(called).name == "ranvier" and shutil.which("ranvier") is None
    return called if off_the_path else "ranvier"


def _set_aside(place: Path, snapshot: Path) -> Path | None:
    """Make room for a fresh review; return where an old one is kept that is not the same."""
    if not place.exists():
        return None
    if _end(place) == _end(snapshot):
        shutil.rmtree(place)
        return None
    aside = next(
        p for i in range(2, 10_000) if not (p := place.with_name(f"{place.name}-{i}")).exists()
    )
    place.rename(aside)
    return aside


def _end(place: Path) -> str | None:
    """Return the hash at the end of a review's log, ``None`` if it cannot be read."""
    try:
        with ranvier.open(place, mode="read") as review:
            return next((event.hash for event in reversed(list(review.log()))), None)
    except RanvierError:
        return None


@click.command()
@place_argument
@click.option("--id", "id_", required=True, help="Short name of the review, such as mmn.")
@click.option("--title", required=True, help="Its title.")
@click.option("--language", default="en", show_default=True, help="Language of its texts.")
@actor_option
def new(place: str, id_: str, title: str, language: str, actor: str) -> None:
    """Make an empty review.

    PLACE is a folder that holds none yet, or a postgresql:// address.

    \b
    Example:
      ranvier new myreview --id myreview --title "Zinc for the common cold"
    """
    with ranvier.new(place, id=id_, title=title, actor=actor, language=language) as review:
        introduce(review, actor)
    click.echo(place)
    next_step(
        "add the records of a search:\n"
        f"  ranvier import {place} records.csv --source MEDLINE --date 2026-01-31"
    )
