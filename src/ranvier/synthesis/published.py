"""Published results to reproduce: read from the schema of `ranvier reproduce`, and checked.

What a file says is checked here once: that every result has its rows, its analysis and its printed
figures, and that its numbers can be. A *word* nobody knows (a measure, a test) is no broken file:
that result is reported as not computable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from ranvier.errors import InputError, RuleError
from ranvier.synthesis.printed import read_printed

__all__ = ["Plan", "PlannedControl", "PublishedResult", "parse_published", "published_result"]

#: Fields of a row by design: all of the first, and one set of the others.
DESIGNS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "two_arm": (("events_1", "n_1", "events_2", "n_2"), ()),
    "paired": (("only_1", "only_2"), ()),
    "proportion": (("events", "n"), ()),
    "two_means": (
        ("mean_1", "n_1", "mean_2", "n_2"),
        (("sd_1", "sd_2"), ("se_1", "se_2"), ("ci_lb_1", "ci_ub_1", "ci_lb_2", "ci_ub_2")),
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

#: Other spellings of the same word.
_ALIASES = {
    "ci_1_lb": "ci_lb_1",
    "ci_1_ub": "ci_ub_1",
    "ci_2_lb": "ci_lb_2",
    "ci_2_ub": "ci_ub_2",
    "lower": "ci_lb",
    "upper": "ci_ub",
    "ci_low": "ci_lb",
    "ci_high": "ci_ub",
}
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

Expectation = Literal["agree", "disagree"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedResult:
    """One published result: what went in, how, and what was printed."""

    id: str
    review: str
    question: str
    design: str
    studies: tuple[str, ...]
    rows: tuple[dict[str, float], ...]
    plan: Plan
    printed: dict[str, str]
    expect: Expectation
    controls: tuple[PlannedControl, ...]
    rows_provenance: str
    provenance: str
    finding: str | None


def _worded(name: str, word: str | None) -> str | None:
    return None if word is None else f"{name} {word}"


def parse_published(
    data: bytes | str | Mapping[str, Any], *, file: str | None = None
) -> tuple[PublishedResult, ...]:
    """Read a file of published results.

    Parameters
    ----------
    data : bytes, str or mapping
        The JSON text, or what it holds.
    file : str or None
        Its name, for errors.

    Returns
    -------
    tuple of PublishedResult
        In the order of the file.

    Raises
    ------
    InputError
        If it is not JSON, or has no list ``results``.
    RuleError
        If results are broken; it lists every problem, each with the result's id and the remedy.

    Examples
    --------
    >>> parse_published({"results": []})
    ()
    """
    if isinstance(data, bytes | str):
        try:
            held: object = json.loads(data)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else None
            raise InputError(
                f"this is not JSON: {error}.", file=file, row=line, remedy="Correct the file."
            ) from error
    else:
        held = data
    found = _mapping(held)
    results = found.get("results") if found is not None else None
    if not isinstance(results, list):
        raise InputError(
            "there is no list 'results'.",
            file=file,
            remedy='Give an object {"results": [...]} as docs/methods/reproduce.md describes.',
        )
    parsed: list[PublishedResult] = []
    problems: list[str] = []
    seen: set[str] = set()
    for place, raw in enumerate(cast("list[object]", results), start=1):
        one, wrong = _result(raw, place)
        if one is not None and one.id in seen:
            wrong = [*wrong, f"result {one.id!r} is there twice: give each its own id."]
        problems += wrong
        if one is not None:
            seen.add(one.id)
            parsed.append(one)
    if problems:
        raise RuleError(problems, file=file)
    return tuple(parsed)


def published_result(raw: Mapping[str, Any]) -> PublishedResult:
    """Read one result by itself.

    Raises
    ------
    RuleError
        If it is broken.
    """
    one, problems = _result(raw, 1)
    if one is None or problems:
        raise RuleError(problems)
    return one


def _mapping(raw: object) -> dict[str, object] | None:
    return dict(cast("Mapping[str, object]", raw)) if isinstance(raw, Mapping) else None


def _list(raw: object) -> list[object] | None:
    if isinstance(raw, Sequence) and not isinstance(raw, str | bytes):
        return list(cast("Sequence[object]", raw))
    return None


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else "" if raw is None else str(raw)


def _result(raw: object, place: int) -> tuple[PublishedResult | None, list[str]]:
    """Read one result and list what is wrong with it."""
    held = _mapping(raw)
    if held is None:
        return None, [f'result {place} is not an object: write it as {{"id": ..., ...}}.']
    id = held.get("id")
    if not isinstance(id, str) or not id.strip():
        return None, [f"result {place} has no id: give it a short name of its own."]
    where = f"result {id!r}"
    problems: list[str] = []
    design = held.get("design")
    if not isinstance(design, str):
        problems.append(f"{where} has no design: name one of {', '.join(DESIGNS)}.")
        design = ""
    studies, rows = _rows(held.get("rows"), design, where, problems)
    analysis = _mapping(held.get("analysis"))
    if analysis is None:
        problems.append(f"{where} has no analysis: say how it was computed, at least a measure.")
    printed = _figures(held.get("printed"), f"{where}, printed", problems, strict=True)
    if not printed:
        problems.append(f"{where} has no printed figures: give at least one, as a string.")
    expect = held.get("expect", "agree")
    if expect not in ("agree", "disagree"):
        problems.append(f"{where} expects {expect!r}: write 'agree' or 'disagree'.")
    finding = held.get("finding")
    return PublishedResult(
        id=id,
        review=_text(held.get("review")),
        question=_text(held.get("question")),
        design=design,
        studies=studies,
        rows=rows,
        plan=_plan(analysis or {}, where, problems),
        printed=printed,
        expect="disagree" if expect == "disagree" else "agree",
        controls=_controls(held.get("controls"), where, problems),
        rows_provenance=_text(held.get("rows_provenance")) or "not stated",
        provenance=_text(held.get("provenance")) or "not stated",
        finding=None if finding is None else _text(finding),
    ), problems


def _rows(
    raw: object, design: str, where: str, problems: list[str]
) -> tuple[tuple[str, ...], tuple[dict[str, float], ...]]:
    """Read the rows; an unknown design keeps its numbers unchecked."""
    held = _list(raw)
    if not held:
        problems.append(f"{where} has no rows: give what went into the analysis.")
        return (), ()
    studies: list[str] = []
    rows: list[dict[str, float]] = []
    for place, one in enumerate(held, start=1):
        fields = _mapping(one)
        if fields is None:
            problems.append(f"{where}, row {place} is not an object.")
            continue
        study = _text(fields.get("study")) or f"row {place}"
        numbers = _numbers(fields, f"{where}, row {place} ({study})", problems)
        if design in DESIGNS:
            problems += _row_problems(numbers, design, f"{where}, row {place} ({study})")
        studies.append(study)
        rows.append(numbers)
    return tuple(studies), tuple(rows)


def _numbers(fields: dict[str, object], where: str, problems: list[str]) -> dict[str, float]:
    """Take the numbers of a row, intervals given as pairs among them."""
    flat: dict[str, object] = {}
    for name, held in fields.items():
        pair = _list(held)
        if name in _PAIRS and pair is not None and len(pair) == 2:
            flat |= dict(zip(_PAIRS[name], pair, strict=True))
        elif name not in _TEXT and not name.endswith(("_note", "_provenance")):
            flat[_ALIASES.get(name, name)] = held
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
    needed, sets = DESIGNS[design]
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
    return problems


def _plan(analysis: dict[str, object], where: str, problems: list[str]) -> Plan:
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


def _figures(raw: object, where: str, problems: list[str], *, strict: bool) -> dict[str, str]:
    """Read printed figures: strings by name, intervals also as pairs."""
    held = _mapping(raw)
    if held is None:
        if raw is not None:
            problems.append(f'{where} is not an object: write {{"estimate": "0.46", ...}}.')
        return {}
    flat: dict[str, object] = {}
    for name, figure in held.items():
        pair = _list(figure)
        if name in _PAIRS and pair is not None and len(pair) == 2:
            flat |= dict(zip(_PAIRS[name], pair, strict=True))
        elif name == "weights" and pair is not None:
            flat |= {f"weight_{place}": one for place, one in enumerate(pair, start=1)}
        else:
            flat[_ALIASES.get(name, name)] = figure
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


def _controls(raw: object, where: str, problems: list[str]) -> tuple[PlannedControl, ...]:
    """Read the controls: ``gives`` by name, or as a list estimate, lower, upper, or one figure."""
    if raw is None:
        return ()
    held = _list(raw)
    if held is None:
        problems.append(f"{where}: controls are not a list.")
        return ()
    controls: list[PlannedControl] = []
    for place, one in enumerate(held, start=1):
        said = f"{where}, control {place}"
        fields = _mapping(one)
        analysis = _mapping(fields.get("analysis")) if fields is not None else None
        if fields is None or analysis is None or "gives" not in fields:
            problems.append(f"{said} needs an analysis and what it gives.")
            continue
        gives = fields["gives"]
        as_list = _list(gives)
        if as_list is not None:
            gives = dict(zip(("estimate", "ci_lb", "ci_ub"), as_list, strict=False))
            if not 1 <= len(as_list) <= 3:
                problems.append(f"{said} gives {len(as_list)} figures: name them.")
        elif isinstance(gives, str | int | float):
            gives = {"p" if "test" in analysis and "measure" not in analysis else "estimate": gives}
        figures = _figures(gives, said, problems, strict=False)
        if not figures:
            problems.append(f"{said} gives nothing.")
        controls.append(PlannedControl(plan=_plan(analysis, said, problems), gives=figures))
    return tuple(controls)
