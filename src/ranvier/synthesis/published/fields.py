"""The parts of a published result as a file holds them: rows, analysis, figures, controls.

Each reader takes what the JSON says, returns what is usable, and adds every problem it meets to a
list, in a sentence with the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from ranvier.errors import InputError
from ranvier.synthesis.published.printed import read_interval, read_printed


def _spreads(arm: str) -> tuple[tuple[str, ...], ...]:
    """Name what can stand for the spread of one arm."""
    return ((f"sd_{arm}",), (f"se_{arm}",), (f"ci_lb_{arm}", f"ci_ub_{arm}"))


__all__ = [
    "ROWS",
    "Plan",
    "PlannedControl",
    "read_controls",
    "read_figures",
    "read_list",
    "read_mapping",
    "read_plan",
    "read_rows",
    "read_text",
]

#: Fields of a row by design: all of the first, and one set of the others.
ROWS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "two_arm": (("events_1", "n_1", "events_2", "n_2"), ()),
    "paired": (("only_1", "only_2"), ()),
    "proportion": (("events", "n"), ()),
    "two_means": (
        ("mean_1", "n_1", "mean_2", "n_2"),
        tuple((*first, *second) for first in _spreads("1") for second in _spreads("2")),
    ),
    "estimate": (("estimate",), (("ci_lb", "ci_ub"), ("se",), ("p",))),
}
_OPTIONAL = frozenset({"n", "n_1", "n_2", "both", "neither", "df", "level", "p"})
_TEXT = frozenset({"study", "note", "provenance", "source", "label", "id", "subgroup", "quote"})
_COUNTS = frozenset(
    {"events", "events_1", "events_2", "n", "n_1", "n_2", "only_1", "only_2", "both", "neither"}
)
_SPREADS = frozenset({"sd_1", "sd_2", "se_1", "se_2", "se"})
_WITHIN = (("events", "n"), ("events_1", "n_1"), ("events_2", "n_2"))

#: Other spellings of a bound, with or without a group before or behind it: ``lower``, ``ci_low_1``,
#: ``ci_1_ub``.
_BOUND = re.compile(
    r"(?:ci_)?(?:(?P<before>[12])_)?"
    r"(?:(?P<low>lb|low|lower|lo)|(?P<high>ub|high|upper|up|hi))(?:_(?P<behind>[12]))?"
)


def _field(name: str) -> str:
    """Return our name of a field."""
    bound = _BOUND.fullmatch(name)
    if bound is None:
        return name
    end = "lb" if bound["low"] else "ub"
    group = bound["before"] or bound["behind"]
    return f"ci_{end}_{group}" if group else f"ci_{end}"


_PAIRS = {
    "ci": ("ci_lb", "ci_ub"),
    "ci_1": ("ci_lb_1", "ci_ub_1"),
    "ci_2": ("ci_lb_2", "ci_ub_2"),
    "pi": ("pi_lb", "pi_ub"),
}
_PLAN_WORDS = frozenset(
    {"measure", "method", "model", "tau2", "zero_cells", "double_zero", "interval", "test"}
)
_REMARKS = frozenset({"note", "label", "source", "software", "comment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the result was analysed, in the words of the file; ``None`` where it says nothing.

    Attributes
    ----------
    unknown : tuple of str
        Words of the analysis that mean nothing to us, as written.
    """

    measure: str | None = None
    method: str | None = None
    model: str | None = None
    tau2: str | None = None
    zero_cells: str | None = None
    double_zero: str | None = None
    interval: str | None = None
    test: str | None = None
    sides: int = 2
    level: float = 0.95
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [self.measure, self.method, self.model, self.tau2]
        said += [_worded("zero cells", self.zero_cells), _worded("double zero", self.double_zero)]
        said += [_worded("interval", self.interval), self.test]
        if self.test is not None:
            said.append("one-sided" if self.sides == 1 else "two-sided")
        if self.level != 0.95:
            said.append(f"level {self.level:g}")
        return ", ".join(word.replace("_", " ") for word in said if word) or "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedControl:
    """Another analysis of the same rows, and the figures it gives."""

    plan: Plan
    gives: dict[str, str]


def _worded(name: str, word: str | None) -> str | None:
    return None if word is None else f"{name} {word}"


def read_mapping(raw: object) -> dict[str, object] | None:
    """Return a JSON object, ``None`` if it is none."""
    return dict(cast("Mapping[str, object]", raw)) if isinstance(raw, Mapping) else None


def read_list(raw: object) -> list[object] | None:
    """Return a JSON list, ``None`` if it is none."""
    if isinstance(raw, Sequence) and not isinstance(raw, str | bytes):
        return list(cast("Sequence[object]", raw))
    return None


def read_text(raw: object) -> str:
    """Return text as it is, nothing as empty, anything else as Python writes it."""
    return raw if isinstance(raw, str) else "" if raw is None else str(raw)


def read_rows(
    raw: object, design: str, where: str, problems: list[str]
) -> tuple[tuple[str, ...], tuple[dict[str, float], ...]]:
    """Read the rows; an unknown design keeps its numbers unchecked."""
    held = read_list(raw)
    if not held:
        problems.append(f"{where} has no rows: give what went into the analysis.")
        return (), ()
    studies: list[str] = []
    rows: list[dict[str, float]] = []
    for place, one in enumerate(held, start=1):
        fields = read_mapping(one)
        if fields is None:
            problems.append(f"{where}, row {place} is not an object.")
            continue
        study = read_text(fields.get("study")) or f"row {place}"
        numbers = _numbers(fields, f"{where}, row {place} ({study})", problems)
        if design in ROWS:
            problems += _row_problems(numbers, design, f"{where}, row {place} ({study})")
        studies.append(study)
        rows.append(numbers)
    return tuple(studies), tuple(rows)


def _numbers(fields: dict[str, object], where: str, problems: list[str]) -> dict[str, float]:
    """Take the numbers of a row, intervals given as pairs among them."""
    flat: dict[str, object] = {}
    for name, held in fields.items():
        pair = read_list(held)
        if name in _PAIRS and pair is not None and len(pair) == 2:
            flat |= dict(zip(_PAIRS[name], pair, strict=True))
        elif name not in _TEXT and not name.endswith(("_note", "_provenance")):
            flat[_field(name)] = held
    numbers: dict[str, float] = {}
    for name, held in flat.items():
        if isinstance(held, bool) or not isinstance(held, int | float):
            problems.append(f"{where}: {name} is {held!r}, not a number: write it without quotes.")
        elif not abs(held) < 1e300:
            problems.append(f"{where}: {name} is {held}, not a finite number.")
        else:
            numbers[name] = float(held)
    return numbers


def _row_problems(row: dict[str, float], design: str, where: str) -> list[str]:
    """List what a row lacks, and numbers that cannot be."""
    needed, sets = ROWS[design]
    problems = [
        f"{where} lacks {name}: a row of design {design!r} needs {', '.join(needed)}."
        for name in needed
        if name not in row
    ]
    if sets and not any(all(name in row for name in names) for names in sets):
        wanted = "; or ".join(", ".join(names) for names in sets)
        problems.append(f"{where} has no spread: give {wanted}.")
    known = {*needed, *(name for names in sets for name in names), *_OPTIONAL}
    for name in sorted(row.keys() - known):
        problems.append(f"{where} does not know {name!r}: known are {', '.join(sorted(known))}.")
    for name, value in row.items():
        if name in _COUNTS and (value < 0 or value != int(value)):
            problems.append(f"{where}: {name} is {value:g}; write a whole number, 0 or more.")
        if name in ("n", "n_1", "n_2") and value == 0:
            problems.append(f"{where}: {name} is 0; leave out a group nobody was in.")
        if name in _SPREADS and value <= 0:
            problems.append(f"{where}: {name} is {value:g}; a spread is positive.")
        if name == "p" and not 0 < value <= 1:
            problems.append(f"{where}: p is {value:g}; it lies above 0 and not above 1.")
    for events, n in _WITHIN:
        if row.get(events, 0) > row.get(n, float("inf")):
            problems.append(f"{where}: {events} is {row[events]:g}, more than {n} = {row[n]:g}.")
    pairs = sum(row.get(name, 0) for name in ("only_1", "only_2", "both", "neither"))
    if design == "paired" and pairs > row.get("n", float("inf")):
        problems.append(f"{where}: {pairs:g} pairs, more than n = {row['n']:g}.")
    for end in ("", "_1", "_2"):
        low, high = row.get(f"ci_lb{end}"), row.get(f"ci_ub{end}")
        if low is not None and high is not None and low >= high:
            problems.append(f"{where}: ci_lb{end} {low:g} is not below ci_ub{end} {high:g}.")
        middle = row.get(f"mean{end}" if end else "estimate")
        if middle is None or low is None or high is None:
            continue
        if not min(low, high) <= middle <= max(low, high):
            problems.append(f"{where}: {middle:g} lies outside its interval, {low:g} to {high:g}.")
    return problems


def read_plan(analysis: dict[str, object], where: str, problems: list[str]) -> Plan:
    """Read the analysis; what nobody knows is kept as unknown, never dropped."""
    words: dict[str, str] = {}
    unknown: list[str] = []
    sides, level = 2, 0.95
    for name, held in analysis.items():
        if name in _PLAN_WORDS and isinstance(held, str):
            words[name] = held
        elif name in _PLAN_WORDS and held is None:
            continue
        elif name == "sides" and held in (1, 2):
            sides = 1 if held == 1 else 2
        elif name == "level" and isinstance(held, int | float) and 0 < held < 100:
            level = held / 100 if held > 1 else float(held)
        elif name in ("sides", "level") or name in _PLAN_WORDS:
            problems.append(f"{where}, analysis: {name} is {held!r}; see the list of words.")
        elif name not in _REMARKS:
            unknown.append(f"{name}: {held!r}")
    return Plan(**words, sides=sides, level=level, unknown=tuple(unknown))  # pyright: ignore[reportArgumentType]


def read_figures(raw: object, where: str, problems: list[str], *, strict: bool) -> dict[str, str]:
    """Read printed figures: strings by name, intervals also as pairs."""
    held = read_mapping(raw)
    if held is None:
        if raw is not None:
            problems.append(f'{where} is not an object: write {{"estimate": "0.46", ...}}.')
        return {}
    flat: dict[str, object] = {}
    for name, figure in held.items():
        pair = read_interval(figure) if isinstance(figure, str) else read_list(figure)
        if name in _PAIRS and pair is not None and len(pair) == 2:
            flat |= dict(zip(_PAIRS[name], pair, strict=True))
        elif name == "weights" and pair is not None:
            flat |= {f"weight_{place}": one for place, one in enumerate(pair, start=1)}
        else:
            flat[_field(name)] = figure
    figures: dict[str, str] = {}
    for name, figure in flat.items():
        number = isinstance(figure, int | float) and not isinstance(figure, bool)
        if number and (isinstance(figure, int) or not strict):
            figure = repr(figure)
        if not isinstance(figure, str):
            problems.append(
                f"{where}: {name} is {figure!r}: write it as a string with the printed digits."
            )
            continue
        try:
            read_printed(figure)
        except InputError as error:
            problems.append(f"{where}: {name}: {error}")
            continue
        figures[name] = figure
    return figures


def read_controls(raw: object, where: str, problems: list[str]) -> tuple[PlannedControl, ...]:
    """Read the controls: ``gives`` by name, or as a list estimate, lower, upper, or one figure."""
    if raw is None:
        return ()
    held = read_list(raw)
    if held is None:
        problems.append(f"{where}: controls are not a list.")
        return ()
    controls: list[PlannedControl] = []
    for place, one in enumerate(held, start=1):
        said = f"{where}, control {place}"
        fields = read_mapping(one)
        analysis = read_mapping(fields.get("analysis")) if fields is not None else None
        if fields is None or analysis is None or "gives" not in fields:
            problems.append(f"{said} needs an analysis and what it gives.")
            continue
        gives = fields["gives"]
        as_list = read_list(gives)
        if as_list is not None:
            gives = dict(zip(("estimate", "ci_lb", "ci_ub"), as_list, strict=False))
            if not 1 <= len(as_list) <= 3:
                problems.append(f"{said} gives {len(as_list)} figures: name them.")
        elif isinstance(gives, str | int | float):
            gives = {"p" if "test" in analysis and "measure" not in analysis else "estimate": gives}
        figures = read_figures(gives, said, problems, strict=False)
        if not figures:
            problems.append(f"{said} gives nothing.")
        controls.append(PlannedControl(plan=read_plan(analysis, said, problems), gives=figures))
    return tuple(controls)
