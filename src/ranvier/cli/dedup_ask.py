"""Asking about duplicates: a pair at a time, side by side, answered with one key."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import click

from ranvier.cli.output import next_step, print_json, remark, working
from ranvier.cli.places import introduce
from ranvier.errors import RuleError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ranvier.api import OpenReview
    from ranvier.core.event import Event
    from ranvier.dedup.beside import Beside, Part
    from ranvier.workflow.doubts import Doubt

__all__ = ["ask_about"]

KEYS = "s one report   d two reports   l later   u take the last back   a whole abstracts   q quit"
LAST_KEYS = "u take the last back   q quit"
#: Signs beside the fields, for those who see no colours.
SIGNS = {"same": "=", "alike": "≈", "differs": "≠", "one only": "·"}
#: Characters of an abstract that are shown at first.
BEGINNING = 240
#: Width from which two records stand side by side.
WIDE = 72


def ask_about(review: OpenReview, place: str, actor: str, as_json: bool) -> None:
    """Show the pairs in doubt, and take decisions where somebody can answer."""
    if as_json:
        print_json(review.state.duplicate_questions)
        return
    with working("Laying out the pairs"):
        held = review.doubts()
    if not held.open:
        remark("No pair is in doubt.")
        next_step(f"see what the review holds with: ranvier status {place}")
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        _Session(review, place, actor, held.open, review.state.homes).run()
        return
    console = _console()
    for number, doubt in enumerate(held.open, start=1):
        click.echo(f"\n{number} of {len(held.open)}")
        _show(console, doubt, whole=False)
    next_step(f"decide one with: ranvier dedup {place} --same ID ID (or --different ID ID)")


@dataclass(slots=True)
class _Session:
    """One person going through the pairs; `homes` gives the cluster a record was in at first."""

    review: OpenReview
    place: str
    actor: str
    open: Sequence[Doubt]
    homes: Mapping[str, str]
    at: int = 0
    whole: bool = False
    said: list[tuple[int, Event, str]] = field(default_factory=list["tuple[int, Event, str]"])

    def run(self) -> None:
        """Ask until all are answered or put off, or they quit; then say what came of it."""
        console = _console()
        message = ""
        while True:
            while self.at < len(self.open) and self._follows():
                self.at += 1
            done = self.at == len(self.open)
            if done and not self.said:
                break
            console.clear()
            if done:
                click.secho("That was the last pair.", bold=True)
            else:
                head = f"Pair {self.at + 1} of {len(self.open)}, {len(self.said)} decided"
                click.secho(f"{head}, {len(self.open) - self.at} left", bold=True)
            if message:
                click.secho(message, dim=True)
            if not done:
                _show(console, self.open[self.at], whole=self.whole)
            click.echo(f"\n{LAST_KEYS if done else KEYS}")
            key = _key()
            if key == "q":
                break
            if not done or key == "u":
                message = self._do(key)
        self._end()

    def _do(self, key: str) -> str:
        """Do what a key stands for; return what to say of it."""
        if key == "a":
            self.whole = not self.whole
            return ""
        if key == "s":
            return self._answer("same")
        if key == "d":
            return self._answer("different")
        if key in ("l", " ", "\r", "\n"):
            self.at += 1
            return "put off: it stays in doubt"
        if key == "u":
            return self._take_back()
        return f"{key!r} is no key here"

    def _answer(self, verdict: Literal["same", "different"]) -> str:
        """Record a decision on the pair that is shown."""
        question = self.open[self.at].question
        try:
            event = self.review.match(question.a, question.b, verdict, actor=self.actor)
        except RuleError as error:  # it contradicts what people decided
            self.at += 1
            return f"not recorded: {error.message}"
        if not self.said:
            introduce(self.review, self.actor)
        self.said.append((self.at, event, verdict))
        self.at += 1
        return f"recorded: {'one report' if verdict == 'same' else 'two reports'} (u takes it back)"

    def _take_back(self) -> str:
        """Undo the last decision of this session and show its pair again."""
        if not self.said:
            return "nothing was decided yet"
        self.at, event, _ = self.said.pop()
        self.review.undo(event.seq, actor=self.actor, reason="taken back while deciding")
        return "taken back: decide again"

    def _follows(self) -> bool:
        """Say whether the answer for the pair at hand follows from those given already."""
        joined: dict[str, str] = {}

        def sides(at: int) -> frozenset[str]:
            question = self.open[at].question
            found: set[str] = set()
            for record in (question.a, question.b):
                home = self.homes.get(record, record)
                while home in joined:
                    home = joined[home]
                found.add(home)
            return frozenset(found)

        for at, _, verdict in self.said:
            if verdict == "same" and len(both := sorted(sides(at))) > 1:
                joined[both[0]] = both[1]
        apart = {sides(at) for at, _, verdict in self.said if verdict == "different"}
        return len(sides(self.at)) == 1 or sides(self.at) in apart

    def _end(self) -> None:
        """Say what was decided, what is left, and what to do next."""
        same = sum(verdict == "same" for _, _, verdict in self.said)
        waiting = self.review.doubts(limit=0).waiting
        click.echo(
            f"\n{len(self.said)} decided: {same} one report, {len(self.said) - same} two reports; "
            f"{waiting} still in doubt"
        )
        if waiting:
            next_step(
                f"go on with: ranvier dedup {self.place} --ask "
                f"(`ranvier log {self.place}` lists what you decided)"
            )
        else:
            next_step(
                f"`ranvier dedup {self.place} --overlap` counts what each source found; "
                f"`ranvier status {self.place}` says what the review holds."
            )


def _key() -> str:
    """Wait for a key; what ends other programs ends this one too."""
    try:
        key = click.getchar().lower()
    except (KeyboardInterrupt, EOFError):
        return "q"
    return "q" if key in ("\x03", "\x04", "\x1b") else key


def _console() -> Console:
    """Return where pairs are shown: as wide as the terminal, or as a page in a pipe."""
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = 120
    return console


def _show(console: Console, doubt: Doubt, *, whole: bool) -> None:
    """Show two records, field by field, and what speaks for and against."""
    question = doubt.question
    console.print(_table(doubt, wide=console.width >= WIDE, whole=whole))
    speaks = [said.rsplit(" (+", 1)[0] for said in question.why.split("; ") if " (+" in said]
    click.echo(f"\n  one report, it seems, at {100 * question.probability:.0f} %")
    click.echo(f"  for      {'; '.join(speaks) or 'nothing'}")
    click.echo(f"  against  {question.against}")
    if doubt.others:
        click.echo(f"  holds also for {', '.join(doubt.others)}")


def _table(doubt: Doubt, *, wide: bool, whole: bool) -> Table:
    """Lay out two records side by side, or one under the other where there is no room."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False, expand=wide, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    if wide:
        table.add_column(ratio=1)
    rows = [(" ", "id", Text(doubt.a.id, style="bold"), Text(doubt.b.id, style="bold"))]
    rows += [
        (SIGNS[line.says], line.field, _text(line, line.a, whole), _text(line, line.b, whole))
        for line in doubt.fields
    ]
    for sign, name, one, other in rows:
        if wide:
            table.add_row(sign, name, one, other)
        else:
            table.add_row(sign, name, one)
            table.add_row("", "", other)
    return table


def _text(line: Beside, parts: tuple[Part, ...], whole: bool) -> Text:
    """Write one record's field, what the other lacks underlined."""
    from rich.text import Text

    if not parts:
        return Text("not given", style="dim italic")
    text = Text()
    for piece, lacks in parts:
        text.append(piece, style="bold underline" if lacks and line.says != "one only" else "")
    if line.field == "abstract" and not whole:
        text.truncate(BEGINNING, overflow="ellipsis")
    if line.says == "same":
        text.stylize("dim")
    return text
