"""Screening in a terminal: `screen`."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

import click

import ranvier
from ranvier.cli.output import next_step, remark
from ranvier.cli.places import acting_callback, introduce, place_argument
from ranvier.cli.stopping_words import stopping_lines
from ranvier.core.protocol import Stage
from ranvier.core.screening import Verdict
from ranvier.errors import InputError, RuleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from ranvier.api.seat import Seat
    from ranvier.core.highlight import WordGroup
    from ranvier.core.protocol import Criterion
    from ranvier.workflow.screen.cards import Card
    from ranvier.workflow.screen.progress import StageView

__all__ = ["STAGE_NAMES", "screen"]

STAGE_NAMES: dict[Stage, str] = {"title_abstract": "title and abstract", "full_text": "full text"}
_VERDICTS: dict[str, Verdict] = {
    "i": "include", "e": "exclude", "m": "maybe", "x": "not_retrieved",
}  # fmt: skip
_SAID: dict[Verdict, str] = {
    "include": "included", "exclude": "excluded", "maybe": "maybe",
    "not_retrieved": "not retrieved",
}  # fmt: skip
_COLOURS: dict[Verdict, str] = {
    "include": "green", "exclude": "red", "maybe": "yellow", "not_retrieved": "magenta",
}  # fmt: skip

#: The looks of word groups, in the order of the browser's: colour and a second sign each.
_LOOKS = (
    "bold green", "bold red underline", "bold blue", "yellow underline", "magenta italic",
    "bold cyan", "bold magenta underline", "cyan italic",
)  # fmt: skip

#: Lines longer than this are hard to read, however wide the terminal is.
_WIDEST = 92


@click.command()
@place_argument
@click.option(
    "--stage",
    type=click.Choice(get_args(Stage)),
    help="What to screen.  [default: the first stage with records of yours]",
)
@click.option(
    "--as",
    "actor",
    metavar="ACTOR",
    envvar="RANVIER_ACTOR",
    callback=acting_callback,
    help="Who screens.  [default: person:<your login>]",
)
def screen(place: str, stage: Stage | None, actor: str) -> None:
    """Screen your records in the terminal, one at a time.

    Each decision is kept at once; stop when you like and go on later. You see what you would see
    in the browser: while you are blinded, nothing of what others decided.

    \b
    Keys:
      i include   e exclude   m maybe   n note   t tags
      s put off   u undo      ? help    q stop
      (at full text also: x full text not retrieved)

    \b
    Example:
      ranvier screen myreview --as anna
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "`ranvier screen` needs a terminal: it waits for single keys.",
            remedy="Run it in a terminal, over ssh with `ssh -t`, or screen in the browser with "
            "`ranvier serve`.",
        )
    with ranvier.open(place) as review:
        introduce(review, actor)
        seat = review.seat(actor)
        view = _stage(seat, stage)
        with _Keyboard() as keyboard:
            done = _Session(keyboard, seat, view.stage, view.criteria, view.needs_reason).run()
        view = _stage(seat, view.stage)
        rule = seat.screening.stopping(view.stage) if done else None
    said = f"{done} decided now, {view.decided} in all, {view.left} left"
    click.echo(f"{said} at {STAGE_NAMES[view.stage]}")
    if done and view.by_meaning:
        remark("Sentence embeddings took part in the order of your records.")
    if rule is not None:
        if rule.judged is not None:
            click.echo(str(rule))
        for line in stopping_lines(rule):
            remark(line)
    if view.left:
        next_step(f"go on with: ranvier screen {place} --stage {view.stage}")
    elif view.conflicts is None:
        next_step(
            f"wait for the others; an owner then opens the votes. See: ranvier status {place}"
        )
    else:
        next_step(f"settle the conflicts in the browser ({view.conflicts}): ranvier serve {place}")


def _stage(seat: Seat, stage: Stage | None) -> StageView:
    """Choose the stage: the one named, or the first at which something is left to decide."""
    views = seat.screening.stages()
    if not views:
        raise InputError(
            "this review has no protocol, so nothing says how it is screened.",
            remedy="Record a protocol with the rules of screening first.",
        )
    if stage is None:
        return next((view for view in views if view.left), views[0])
    found = next((view for view in views if view.stage == stage), None)
    if found is None:
        raise InputError(
            f"the protocol has no screening at {STAGE_NAMES[stage]}.",
            remedy=f"Name one of: {', '.join(view.stage for view in views)}.",
        )
    return found


@dataclass
class _Session:
    """One sitting at one stage."""

    keyboard: _Keyboard
    seat: Seat
    stage: Stage
    criteria: tuple[Criterion, ...]
    needs_reason: bool
    skipped: list[str] = field(default_factory=list[str])
    note: str | None = None
    tags: tuple[str, ...] = ()

    def run(self) -> int:
        """Show records until none is left or the reader stops; return how many were decided."""
        from rich.console import Console

        console = Console(highlight=False)
        console.width = min(console.width, _WIDEST)
        words = _words(self.seat)
        simulated = self.seat.simulated
        if simulated is not None:
            remark(f"Simulated demonstration. {_plain(simulated)}")
        done = 0
        again: str | None = None
        while True:
            card = self._next(again)
            if card is None:
                return done
            again = None
            _show(console, card, words, self.criteria, simulated=simulated is not None)
            step = self._act(console, card)
            if step == "stop":
                return done
            if step == "decided":
                done += 1
            elif step is not None:  # an item that was taken back
                done, again = done - 1, step

    def _next(self, again: str | None) -> Card | None:
        """Return the next record; those put off come again at the end."""
        self.note, self.tags = None, ()
        if again is not None:
            return self.seat.screening.card(self.stage, again)
        cards = self.seat.screening.queue(self.stage, n=1, after=tuple(self.skipped))
        if not cards and self.skipped:
            self.skipped.clear()
            remark("Now the records that you put off.")
            cards = self.seat.screening.queue(self.stage, n=1)
        return cards[0] if cards else None

    def _act(self, console: Console, card: Card) -> str | None:
        """Ask for keys until the record is dealt with.

        Returns ``decided``, ``stop``, ``None`` if it is put off, or the item that was taken back.
        """
        verdicts = dict(_VERDICTS)
        if self.stage != "full_text":
            del verdicts["x"]
        while True:
            key = self.keyboard.key()
            if key in verdicts:
                if self._decide(console, card, verdicts[key]):
                    return "decided"
            elif key == "n":
                with self.keyboard.lines():
                    self.note = _ask("Note", self.note or "") or None
            elif key == "t":
                with self.keyboard.lines():
                    said = _ask("Tags, with commas between", ", ".join(self.tags))
                self.tags = tuple(dict.fromkeys(t.strip() for t in said.split(",") if t.strip()))
            elif key == "s":
                self.skipped.append(card.item)
                return None
            elif key == "u":
                last = self.seat.screening.mine(self.stage, limit=1)
                if last:
                    self.seat.screening.undo(last[0].decision.client_id)
                    remark("Undone.")
                    return last[0].item
                remark("There is no decision to undo.")
            elif key == "q":
                return "stop"
            else:
                _help(console, self.stage)

    def _decide(self, console: Console, card: Card, verdict: Verdict) -> bool:
        """Record a decision; return whether it was taken."""
        reasons: tuple[str, ...] = ()
        if verdict == "exclude" and self.criteria:
            with self.keyboard.lines():
                chosen = _reasons(self.criteria, required=self.needs_reason)
            if chosen is None:
                return False
            reasons = chosen
        try:
            self.seat.screening.decide(
                self.stage, card.item, verdict, reasons=reasons, note=self.note, tags=self.tags
            )
        except RuleError as error:
            remark(f"{error.message} {error.remedy or ''}".strip())
            return False
        console.print(f"[{_COLOURS[verdict]} bold]{_SAID[verdict]}[/]")
        return True


class _Keyboard:
    """Single keys, without Enter; what is typed ahead is kept for its turn."""

    def __enter__(self) -> _Keyboard:
        """Have keys come at once."""
        self._fd = sys.stdin.fileno()
        self._lines = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd, termios.TCSADRAIN)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._lines)

    def key(self) -> str:
        """Wait for one key; the end of the input, or Ctrl+C, is ``q``."""
        click.echo("› ", nl=False)
        try:
            said = os.read(self._fd, 1)
            if said == b"\x1b":  # an arrow or a function key: several bytes, none of them meant
                while select.select([self._fd], [], [], 0)[0]:
                    os.read(self._fd, 1)
        except KeyboardInterrupt:
            said = b""
        key = said.decode("ascii", "ignore").lower() if said not in (b"", b"\x04") else "q"
        click.echo(key if key.isprintable() else "")
        return key

    @contextmanager
    def lines(self) -> Generator[None]:
        """Have whole lines come for a while."""
        self.__exit__()
        try:
            yield
        finally:
            tty.setcbreak(self._fd, termios.TCSADRAIN)


def _ask(what: str, held: str) -> str:
    """Ask for a line of text; nothing keeps what there is."""
    try:
        return click.prompt(what, default=held, show_default=bool(held)).strip()
    except click.Abort:
        click.echo()
        return held


def _reasons(criteria: Sequence[Criterion], *, required: bool) -> tuple[str, ...] | None:
    """Ask for which reasons a record is excluded; ``None`` if the reader goes back."""
    what = f"Reasons (1-{len(criteria)}, several with spaces"
    what += "; - to go back)" if required else "; Enter for none, - to go back)"
    while True:
        said = _ask(what, "").replace(",", " ").split()
        if said == ["-"]:
            return None
        numbers = [int(one) for one in said if one.isdecimal()]
        if len(numbers) < len(said) or not all(1 <= n <= len(criteria) for n in numbers):
            remark(f"Give numbers from 1 to {len(criteria)}.")
        elif required and not numbers:
            remark("An exclusion here names at least one criterion.")
        else:
            return tuple(criteria[n - 1].id for n in dict.fromkeys(numbers))


def _help(console: Console, stage: Stage) -> None:
    """Say what the keys do."""
    console.print(
        "[bold]i[/] include  [bold]e[/] exclude  [bold]m[/] maybe  [bold]n[/] note  "
        "[bold]t[/] tags  [bold]s[/] put off  [bold]u[/] undo  [bold]q[/] stop"
        + ("  [bold]x[/] full text not retrieved" if stage == "full_text" else "")
    )


def _words(seat: Seat) -> tuple[WordGroup, ...]:
    """Choose the words to highlight."""
    from ranvier.core.highlight import protocol_words

    protocol = seat.protocol
    return protocol_words(protocol) if protocol else ()


def _show(
    console: Console,
    card: Card,
    words: Sequence[WordGroup],
    criteria: Sequence[Criterion],
    *,
    simulated: bool,
) -> None:
    """Print a record."""
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.text import Text

    from ranvier.core.record import abstract_sections

    console.print(Rule("simulated demonstration" if simulated else "", style="dim"))
    if card.retracted:
        console.print(Text("RETRACTED: the source says so.", style="bold red"))
    console.print(_marked(card.title or "(no title)", words, base="bold"))
    if card.authors:
        console.print(Text(_plain("; ".join(card.authors)), style="dim"))
    where = [card.journal, str(card.year) if card.year else None]
    where += [f"doi:{card.doi}" if card.doi else None, f"PMID {card.pmid}" if card.pmid else None]
    console.print(Text(_plain(" · ".join(part for part in where if part)), style="dim"))
    for heading, text in abstract_sections(card.abstract) if card.abstract else ():
        console.print()
        if heading:
            console.print(Text(_plain(heading), style="bold dim"))
        console.print(Padding(_marked(text, words), (0, 0, 0, 0)))
    if not card.abstract:
        console.print(Text("\n(no abstract)", style="dim"))
    known = {c.id: c.text for c in criteria}
    held = [("Your decision so far", card.own)] if card.own else []
    for label, seen in [*held, *(("Decided before", one) for one in card.inherited)]:
        why = "; ".join(known.get(one, one) for one in seen.reasons)
        day = f" on {seen.at[:10]}"
        said = f"{label}: {_SAID[seen.verdict]}{day}{f' ({why})' if why else ''}"
        console.print(Text(_plain(said), style="italic"))
    console.print()
    for n, criterion in enumerate(criteria, 1):
        console.print(Text(_plain(f"{n}  {criterion.text}"), style="dim"))


def _marked(text: str, words: Sequence[WordGroup], *, base: str = "") -> Text:
    """Highlight the words of a text."""
    from rich.text import Text

    from ranvier.core.highlight import find_words
    from ranvier.reporting.titles import safe_title

    plain = _plain(safe_title(text).striptags())
    made = Text(plain, style=base)
    for place in find_words(plain, words):
        made.stylize(_LOOKS[words[place.group].style - 1], place.start, place.end)
    return made


def _plain(text: str) -> str:
    r"""Take out what a terminal would obey instead of showing it.

    Examples
    --------
    >>> _plain("A title\x1b[2J")
    'A title[2J'
    """
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
