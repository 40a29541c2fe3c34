"""The protocol's part in the screening: `protocol`."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

import ranvier
from ranvier.cli.output import next_step, remark
from ranvier.cli.places import actor_option, introduce, place_argument
from ranvier.core.protocol import Criterion, ScreeningRule, StoppingPlan
from ranvier.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranvier.core.protocol import Protocol

__all__ = ["protocol"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What a file says: other tables of a protocol may stand beside."""

    criteria: tuple[Criterion, ...] = ()
    screening: tuple[ScreeningRule, ...] = ()


@click.command()
@place_argument
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--reason", help="Why an agreed protocol is amended; needed once records are given out."
)
@actor_option
def protocol(place: str, file: Path | None, reason: str | None, actor: str) -> None:
    """Show criteria and rules of the screening, or agree on those in FILE.

    FILE is TOML with tables [[criteria]] (id, stage, text) and [[screening]] (stage, rule, and if
    you like conflicts, pilot, reasons, order); [screening.stopping] names when reading of titles
    and abstracts may end: rule, target, confidence. Other tables are left alone. What is shown can
    be changed and given back; a later change is kept as an amendment, with who, when and why.

    \b
    Example:
      ranvier protocol myreview > screening.toml
      ranvier protocol myreview screening.toml --reason "pilot round"
    """
    if file is None:
        with ranvier.open(place, mode="read") as review:
            held = review.state.protocol
        if held is None:
            remark("The review has no protocol yet.")
            next_step(f"write one and give it: ranvier protocol {place} screening.toml")
            return
        click.echo("\n".join(_toml(held)))
        return
    part = _read(file)
    with ranvier.open(place) as review:
        introduce(review, actor)
        review.seat(actor).screening.put_protocol(
            criteria=part.criteria, rules=part.screening, reason=reason
        )
    rules, criteria = len(part.screening), len(part.criteria)
    click.echo(f"the protocol says so now: {rules} rules, {criteria} criteria")


def _read(file: Path) -> _Part:
    """Read a file; what it says beside criteria and rules is no business of ours."""
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"this is no TOML: {error}.", file=str(file), remedy="Mend it there."
        ) from error
    known = (("criteria", Criterion), ("screening", ScreeningRule))
    for name, type_ in known:
        for number, table in enumerate(_tables(said, name, file), start=1):
            _no_others(table, type_, f"{name} {number}", file)
            plan = table.get("stopping")
            if isinstance(plan, dict):
                _no_others(plan, StoppingPlan, f"stopping of {name} {number}", file)
    try:
        return msgspec.convert({n: said.get(n, []) for n, _ in known}, _Part)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{error}.", file=str(file), remedy="`ranvier protocol PLACE` shows how it is written."
        ) from error


def _tables(said: dict[str, Any], name: str, file: Path) -> list[dict[str, Any]]:
    """Return the tables of a name."""
    held = said.get(name, [])
    if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):  # pyright: ignore[reportUnknownVariableType]
        raise InputError(
            f"{name} is no list of tables.", file=str(file), remedy=f"Begin each with [[{name}]]."
        )
    return held  # pyright: ignore[reportUnknownVariableType]


def _no_others(table: dict[str, Any], type_: type, where: str, file: Path) -> None:
    """Refuse a name that would be passed over."""
    names = [f.name for f in fields(type_)]
    other = sorted(set(table) - set(names))
    if other:
        raise InputError(
            f"{where} has {', '.join(other)}, which means nothing.",
            file=str(file),
            remedy=f"The names are {', '.join(names)}.",
        )


def _toml(held: Protocol) -> Iterator[str]:
    """Write criteria and rules as they can be read again."""
    for criterion in held.criteria:
        yield "[[criteria]]"
        yield from _lines(criterion)
        yield ""
    for rule in held.screening:
        yield "[[screening]]"
        yield from _lines(rule)
        if isinstance(rule.stopping, StoppingPlan):
            yield "[screening.stopping]"
            yield from _lines(rule.stopping)
        elif rule.stage == "title_abstract":
            default = StoppingPlan()
            yield "# No stopping rule is named; the default is:"
            yield "# [screening.stopping]"
            yield from (f"# {line}" for line in _lines(default))
        yield ""


def _lines(said: object) -> Iterator[str]:
    """Write the plain fields of a table; TOML's strings and numbers are those of JSON."""
    for name, value in msgspec.to_builtins(said).items():
        if value is not None and not isinstance(value, dict):
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
