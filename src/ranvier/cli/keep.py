"""Keeping: `build`, `snapshot` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click

import ranvier
from ranvier.cli.output import next_step, working
from ranvier.cli.places import place_argument

__all__ = ["build", "restore", "snapshot"]

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@place_argument
@click.option("--to", type=_FOLDER, help="Folder for index.html.  [default: build/<review id>]")
def build(place: str, to: Path | None) -> None:
    """Compute everything from the log and write the review document.

    The page is one file that needs nothing from anywhere; the same log gives the same bytes.

    \b
    Example:
      ranvier build reviews/mmn --to build/mmn
    """
    with ranvier.open(place, mode="read") as review, working("Computing every analysis"):
        page = review.build(to or Path("build") / review.state.opened.id)
    click.echo(str(page))
    next_step("open it in a browser; each number in it links to where it comes from.")


@click.command()
@place_argument
@click.argument("out", type=_FOLDER)
def snapshot(place: str, out: Path) -> None:
    """Write the whole review as a text tree.

    For git, an archive, a colleague. The same review gives the same bytes. OUT must not exist
    yet, or hold a snapshot.

    \b
    Example:
      ranvier snapshot build/mmn/review mmn-snapshot
    """
    with ranvier.open(place, mode="read") as review, working("Writing the snapshot"):
        review.snapshot(out)
    click.echo(str(out))
    next_step(f"read it back anywhere with: ranvier restore {out} FOLDER")


@click.command()
@click.argument("snapshot", type=_FOLDER)
@place_argument
def restore(snapshot: Path, place: str) -> None:
    """Read a snapshot back into a review, to the same hashes.

    PLACE must hold no review yet. A broken snapshot is refused, and nothing is left behind.

    \b
    Example:
      ranvier restore reviews/mmn mmn-review
    """
    with working("Restoring the review"):
        review = ranvier.restore(snapshot, place)
    review.close()
    click.echo(place)
    next_step(f"look at it with: ranvier status {place}")
