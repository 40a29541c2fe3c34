"""The result row: what one study found for one outcome, before any analysis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ranvier.core.protocol import Design
from ranvier.core.value import Provenance, Value, firmness, value_problems, weakest

__all__ = ["FIELDS", "ResultRow", "number", "row_problems", "row_provenance"]


@dataclass(frozen=True, slots=True)
class _Fields:
    """What a design needs, and the sets of further fields of which one set is needed."""

    needed: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    optional: tuple[str, ...] = ()


#: What each design of result row holds. Group 1 is the experimental one.
FIELDS: dict[Design, _Fields] = {
    "two_arm_binary": _Fields(("events_1", "n_1", "events_2", "n_2")),
    "two_arm_continuous": _Fields(
        ("mean_1", "n_1", "mean_2", "n_2"),
        (("sd_1", "sd_2"), ("se_1", "se_2"), ("ci_lb_1", "ci_ub_1", "ci_lb_2", "ci_ub_2"), ("p",)),
        ("p",),
    ),
    "contrast": _Fields(("estimate",), (("se",), ("ci_lb", "ci_ub"), ("p",)), ("n", "p")),
    "paired_binary": _Fields(("only_1", "only_2", "n"), (), ("both", "neither", "p")),
    "paired_continuous": _Fields(
        ("mean_difference", "n"), (("sd",), ("se",), ("ci_lb", "ci_ub"), ("p",)), ("p",)
    ),
    "pre_post": _Fields(("mean_pre", "sd_pre", "mean_post", "sd_post", "n"), (), ("change",)),
    "proportion": _Fields(("events", "n")),
    "narrative": _Fields(("finding",), (), ("n", "p")),
}

_COUNTS = ("events_1", "events_2", "n_1", "n_2", "events", "n", "only_1", "only_2", "both")
_SPREADS = ("sd_1", "sd_2", "sd", "sd_pre", "sd_post")
_ERRORS = ("se_1", "se_2", "se")

#: Centre and its bounds: an estimate lies in its own interval.
_INTERVALS = (
    ("estimate", "ci_lb", "ci_ub"),
    ("mean_difference", "ci_lb", "ci_ub"),
    ("mean_1", "ci_lb_1", "ci_ub_1"),
    ("mean_2", "ci_lb_2", "ci_ub_2"),
)

#: A p value may be printed as a bound.
_P = re.compile(r"[<>]\s?0?\.\d+$")

_RATIOS = ("RR", "OR", "HR", "IRR", "ROM")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """Study x comparison x outcome x time point.

    Attributes
    ----------
    values : dict of str to Value
        The fields that :data:`FIELDS` names for the design.
    groups : {"separate", "same_people"}
        Whether the two groups are different people, or the same ones at different times (the
        periods of a crossover trial), who count once.
    alternative_to : str or None
        Id of the row that is used instead where both would count the same people twice.
    measure : str or None
        For ``contrast``: what the estimate is (RR, MD, ...); ratios on their natural scale.
    """

    id: str
    study: str
    comparison: str
    outcome: str
    design: Design
    values: dict[str, Value]
    time: str | None = None
    measure: str | None = None
    groups: Literal["separate", "same_people"] = "separate"
    alternative_to: str | None = None
    note: str | None = None


def number(row: ResultRow, name: str) -> float | None:
    """Return the number of one field, ``None`` if the row has none."""
    held = row.values.get(name)
    if held is None or held.value is None or isinstance(held.value, str):
        return None
    return float(held.value)


def row_provenance(row: ResultRow) -> Provenance:
    """Return the weakest provenance among the values of a row."""
    return weakest([firmness(v) for v in row.values.values()])


def row_problems(row: ResultRow) -> list[str]:
    """List everything about a row that cannot be; empty if it holds.

    Events above the number of people, negative counts or variances, bounds in the wrong order,
    missing fields, values without their origin.
    """
    fields = FIELDS[row.design]
    where = f"result row {row.id!r}"
    missing = [name for name in fields.needed if name not in row.values]
    problems = [f"{where} ({row.design}) lacks {name}." for name in missing]
    sets = fields.one_of
    if sets and not any(all(name in row.values for name in names) for names in sets):
        wanted = "; or ".join(", ".join(names) for names in sets)
        problems.append(f"{where} ({row.design}) needs {wanted}.")
    known = {*fields.needed, *fields.optional, *(name for names in sets for name in names)}
    extra = sorted(row.values.keys() - known)
    problems += [f"{where} ({row.design}) does not know the field {name!r}." for name in extra]
    for name, value in row.values.items():
        problems += value_problems(value, name=f"{where}, {name}")
    return problems + _impossible(row, where)


def _impossible(row: ResultRow, where: str) -> list[str]:
    """List numbers that contradict themselves or each other."""
    problems: list[str] = []
    get = {name: number(row, name) for name in row.values}
    for name, value in row.values.items():
        said = value.value
        if isinstance(said, str) and name != "finding" and not (name == "p" and _P.match(said)):
            problems.append(f"{where}: {name} is {value.value!r}; it must be a number.")
    for name in _COUNTS:
        count = get.get(name)
        if count is not None and (count < 0 or count != int(count)):
            problems.append(f"{where}: {name} is {count:g}; it must be a whole number, 0 or more.")
    for events, n in (("events_1", "n_1"), ("events_2", "n_2"), ("events", "n")):
        e, total = get.get(events), get.get(n)
        if e is not None and total is not None and e > total:
            problems.append(f"{where}: {events} is {e:g}, more than {n} = {total:g}.")
    pairs = [get.get(name) or 0 for name in ("only_1", "only_2", "both", "neither")]
    n = get.get("n")
    if row.design == "paired_binary" and n is not None and sum(pairs) > n:
        problems.append(f"{where}: {sum(pairs):g} pairs, but n = {n:g}.")
    for name in _SPREADS:
        spread = get.get(name)
        if spread is not None and spread < 0:
            problems.append(f"{where}: {name} is {spread:g}; a spread cannot be negative.")
    for name in _ERRORS:
        error = get.get(name)
        if error is not None and error <= 0:
            problems.append(f"{where}: {name} is {error:g}; a standard error is above 0.")
    problems += _intervals(get, where)
    if row.design == "contrast" and row.measure in _RATIOS:
        problems += [
            f"{where}: {name} is {bound:g}; a ratio is above 0. Is it on the log scale?"
            for name in ("estimate", "ci_lb", "ci_ub")
            if (bound := get.get(name)) is not None and bound <= 0
        ]
    p = get.get("p")
    if p is not None and not 0 <= p <= 1:
        problems.append(f"{where}: p is {p:g}; it must lie between 0 and 1.")
    return problems


def _intervals(get: Mapping[str, float | None], where: str) -> list[str]:
    """List bounds in the wrong order, and centres outside their bounds."""
    problems: list[str] = []
    for name, lb, ub in _INTERVALS:
        centre, low, high = get.get(name), get.get(lb), get.get(ub)
        if low is None or high is None:
            continue
        if low > high:
            problems.append(f"{where}: {lb} {low:g} is above {ub} {high:g}.")
        elif centre is not None and not low <= centre <= high:
            problems.append(
                f"{where}: {name} {centre:g} is not between {lb} {low:g} and {ub} {high:g}."
            )
    return list(dict.fromkeys(problems))
