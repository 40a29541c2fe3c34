"""The group of all commands, and how what goes wrong becomes words and an exit code."""

from __future__ import annotations

import sys
import warnings
from io import TextIOWrapper
from typing import Any

import click

import ranvier
from ranvier.cli.analyse import analyse
from ranvier.cli.begin import demo, new
from ranvier.cli.benchmark import benchmark
from ranvier.cli.change import export, import_, undo
from ranvier.cli.dedup import dedup
from ranvier.cli.designs import designs
from ranvier.cli.history import log
from ranvier.cli.keep import build, restore, snapshot
from ranvier.cli.look import status, trace
from ranvier.cli.output import remark, report
from ranvier.cli.protocol import protocol
from ranvier.cli.prove import reproduce, verify
from ranvier.cli.qualify import qualify
from ranvier.cli.query import query
from ranvier.cli.screen import screen
from ranvier.cli.search import search
from ranvier.cli.serve import account, serve
from ranvier.cli.simulate import simulate
from ranvier.cli.studies import studies
from ranvier.errors import RanvierError

__all__ = ["cli", "main"]


class _Commands(click.Group):
    """Commands in the order in which one meets them; exit 1 with words where we know why."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Keep the order in which the commands were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; say what is wrong if the caller can mend it, and let a bug fly."""
        try:
            return super().invoke(ctx)
        except RanvierError as error:
            report(error)
            return ctx.exit(1)
        except OSError as error:
            if error.filename is None:  # a closed pipe (click's affair), or a bug
                raise
            remark(f"error: {error.filename}: {error.strerror}.")
            remark("Check the path, its permissions and the free space.")
            return ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ranvier.__version__, prog_name="ranvier")
def cli() -> None:
    """Living systematic reviews, every number followed back to its source.

    PLACE is a review's folder, a snapshot's folder (for reading) or a postgresql:// address.

    \b
    First steps:
      ranvier demo                       restore the shipped review and build its page
      ranvier status build/mmn/review    what stands, and what is stale
      ranvier COMMAND --help             what a command does, with an example

    Exit codes: 0 done, 1 told you why not, 2 wrong usage.
    """


for command in (
    demo, new, status, build, trace, log, verify, reproduce,
    search, import_, dedup, designs, protocol, screen, studies, export, undo, query, snapshot,
    restore,
    serve, account, analyse, qualify, benchmark, simulate,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A title in a script that the terminal cannot show is no reason to stop.
            stream.reconfigure(errors="replace")
    warnings.showwarning = _show_warning
    cli()


def _show_warning(message: Warning | str, *_where: object, **_more: object) -> None:
    """Say a warning without the line of code that gave it."""
    remark(f"warning: {message}")
