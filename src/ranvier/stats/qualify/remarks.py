"""Differences that are no disagreement: rules, each checked by computation and each said.

A difference is excused only if its cause is shown from the case itself, never because of the
case's name:

1. *The likelihood decides.* Where a family is fitted by maximum likelihood and ours is higher,
   the reference's search stopped early or in a lesser maximum, and its other numbers follow from
   that. Where ours is lower the case fails, however close the other numbers are.
2. *Integers that overflow.* The reference has no number (null) because a sum or product of
   whole-number columns exceeds 2^31 - 1, the largest integer of R, which then gives NA. Any other
   null where we have a number is a disagreement: what is undefined must not be given.
3. *Digits that were not printed.* The columns of a case are rounded to 15 significant digits. A
   number passes if moving the columns by no more than half a unit of their last digit moves ours
   across the expected one: the printed input does not determine it more closely.
4. *R's stopping rule.* The exact number differs, but where R's own iterations stop (Fisher scoring
   by its threshold, `uniroot` by its tolerance; by default, or as tight as the README says they
   were run) ours is the expected one.

Those of single families are in :mod:`ranvier.stats.qualify.effect_remarks`,
:mod:`ranvier.stats.qualify.glmm_remarks` and :mod:`ranvier.stats.qualify.selection_remarks`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ranvier.errors import RanvierError
from ranvier.stats.estimators import RStops
from ranvier.stats.qualify.compare import (
    FLOOR,
    Case,
    Comparison,
    Difference,
    compare,
    inputs_of,
    numbers_of,
)
from ranvier.stats.qualify.effect_remarks import by_edges, by_given_rows, by_series, by_table
from ranvier.stats.qualify.glmm import fit_case, prints_modes
from ranvier.stats.qualify.glmm_remarks import by_counts
from ranvier.stats.qualify.publication_bias import fit_selection
from ranvier.stats.qualify.selection_remarks import by_second_differences, on_one_footing
from ranvier.stats.qualify.tolerance import BY_LIKELIHOOD, tolerance

__all__ = [
    "Excused",
    "by_integers",
    "by_likelihood",
    "by_printed_digits",
    "by_r_stops",
    "excuse",
]

Run = Callable[[Case], Mapping[str, Any]]

#: Numbers in the files have so many significant digits.
PRINTED_DIGITS = 15
LARGEST_INTEGER = 2**31 - 1
#: Where so many moves of all columns leave a number far from the expected one, more won't do.
ENOUGH = 4

#: Where R's iterations stop by default, and where they did for the reference (its README).
STOPPING = (
    (RStops(), "its defaults"),
    (RStops(threshold=1e-10, tolerance=1e-12, steps=10_000), "threshold 1e-10, tol 1e-12"),
)

#: What is left of the differences, and what is to be said of the others (None: no rule applied).
Excused = tuple[tuple[Difference, ...], str | None]


def excuse(case: Case, ours: Mapping[str, Any], found: Comparison, run: Run) -> Excused:
    """Apply the rules to the differences of a case."""
    if case.get("family") == "glmm":
        return _of_counts(case, ours, found)
    if case.get("family") == "selmodel":
        return _of_selection(case, ours, found)
    if case.get("family") in BY_LIKELIHOOD and _number(case["expected"].get("loglik")) is not None:
        return by_likelihood(case, ours, found)
    left, remarks = found.differences, list[str]()
    for of_effects in (by_given_rows, by_table, by_edges, by_series):
        left, said = of_effects(case, ours, left)
        remarks += [said] if said else []
    for rule in (by_integers, by_r_stops, by_printed_digits):
        if left:
            left, said = rule(case, left, run)
            remarks += [said] if said else []
    return left, "; ".join(remarks) or None


def _of_counts(case: Case, ours: Mapping[str, Any], found: Comparison) -> Excused:
    left, said = found.differences, None
    if not prints_modes(fit_case(case)):
        left, said = by_likelihood(case, ours, found)
    left, more = by_counts(case, left)
    return left, "; ".join([*([said] if said else []), *more]) or None


def _of_selection(case: Case, ours: Mapping[str, Any], found: Comparison) -> Excused:
    theirs = _number(case["expected"].get("loglik"))
    here = None if theirs is None else on_one_footing(case, fit_selection(case))
    moved = case if here is None else {**case, "expected": {**case["expected"], "loglik": here}}
    estimates = tuple(d for d in found.differences if d.name != "loglik")
    left, said = by_second_differences(case, estimates)
    if not left and said:
        lower = by_likelihood(moved, ours, replace(found, differences=()))[0]
        return lower, said
    if theirs is None:
        return found.differences, None
    left, said = by_likelihood(moved, ours, found)
    if said and here is not None and abs(here - theirs) > BY_LIKELIHOOD["selmodel"].same:
        said += f" (whose {theirs:.10g} is {here:.10g} if integrated to more than 1e-4)"
    return left, said


def _number(x: Any) -> float | None:
    if x is None or isinstance(x, str) or not math.isfinite(x):
        return None
    return float(x)


def by_likelihood(case: Case, ours: Mapping[str, Any], found: Comparison) -> Excused:
    """Hold log-likelihoods against each other; the higher one decides."""
    allowed = BY_LIKELIHOOD[str(case["family"])]
    theirs = float(case["expected"]["loglik"])
    mine = _number(ours.get("loglik"))
    if mine is None:
        return found.differences, None
    others = tuple(d for d in found.differences if d.name != "loglik")
    gain = mine - theirs
    if gain < -allowed.same:
        lower = Difference(name="loglik", kind="value", ours=mine, theirs=theirs)
        return (lower, *others), None
    # Words and counts do not follow from where a search stops.
    kept = tuple(d for d in others if d.kind in ("text", "shape"))
    if gain <= allowed.better or (not others and gain <= allowed.same):
        return others, None
    said = f"our log-likelihood {mine:.10g} is {gain:.2g} above the reference's"
    numbers = [d for d in others if d not in kept]
    if numbers:
        worst = min(numbers, key=lambda d: d.digits)
        said += f", so {len(numbers)} other numbers differ (most: {worst})"
    return kept, said


def by_integers(case: Case, left: tuple[Difference, ...], run: Run) -> Excused:
    """Excuse nulls of a case whose whole-number columns overflow R's integers."""
    gaps = tuple(d for d in left if d.kind == "gap")
    if not gaps or not _overflows(inputs_of(case)):
        return left, None
    names = ", ".join(sorted({d.name.partition("[")[0] for d in gaps}))
    said = (
        f"the reference has no {names}: sums or products of its whole-number columns exceed R's "
        f"largest integer, {LARGEST_INTEGER}"
    )
    return tuple(d for d in left if d not in gaps), said


def _overflows(inputs: Mapping[str, Any]) -> bool:
    """Tell whether products (or sums) of two whole-number columns exceed R's integers."""
    whole = [
        np.array(values, dtype=np.float64)
        for values in inputs.values()
        if isinstance(values, Sequence)
        and not isinstance(values, str)
        and values
        and all(isinstance(x, int) and not isinstance(x, bool) for x in values)
    ]
    if not whole:
        return False
    rows = {len(values) for values in whole}
    largest = max(float(np.abs(values).sum()) for values in whole)
    if len(rows) == 1:
        table = np.abs(np.array(whole))
        largest = max(largest, float((np.sort(table, axis=0)[-2:].prod(axis=0)).max()))
    return largest > LARGEST_INTEGER


def by_r_stops(case: Case, left: tuple[Difference, ...], run: Run) -> Excused:
    """Excuse numbers that agree where R's iterations stop."""
    remarks = list[str]()
    for stops, named in STOPPING:
        near = [d for d in left if d.kind == "value"]
        if not near:
            break
        try:
            ours = run({**case, "control": stops})
        except RanvierError:
            continue  # Where R's iteration does not settle, it has no number to compare.
        found = compare(ours, case["expected"], tolerance(case))
        still = {d.name for d in found.differences}
        agreeing = [d for d in near if d.name not in still]
        if agreeing:
            worst = min(agreeing, key=lambda d: d.digits)
            remarks.append(f"R's stopping rule ({named}) gives the expected digits of {worst}")
            left = tuple(d for d in left if d not in agreeing)
    return left, "; ".join(remarks) or None


def by_printed_digits(case: Case, left: tuple[Difference, ...], run: Run) -> Excused:
    """Excuse numbers that the printed digits of the columns do not determine."""
    near = [d for d in left if d.kind == "value"]
    if not near:
        return left, None
    low = {d.name: float(d.ours) for d in near}
    high = dict(low)
    for n, moved in enumerate(_moved(inputs_of(case))):
        if n == ENOUGH and not any(
            high[d.name] - low[d.name] > 0.1 * abs(d.theirs - d.ours) for d in near
        ):
            break
        try:
            ours = run({**case, "inputs": moved})
        except RanvierError:
            continue  # A column moved out of where it makes sense, such as a proportion above 1.
        for name, x in numbers_of(ours, case["expected"]).items():
            if name in low and x is not None:
                low[name], high[name] = min(low[name], x), max(high[name], x)
    rtol = tolerance(case)
    open_: list[Difference] = []
    for d in near:
        slack = max(rtol * abs(d.theirs), FLOOR)
        if low[d.name] - slack <= d.theirs <= high[d.name] + slack:
            open_.append(d)
    if not open_:
        return left, None
    worst = min(open_, key=lambda d: d.digits)
    said = (
        f"the columns, printed to {PRINTED_DIGITS} digits, leave "
        f"{', '.join(d.name for d in open_)} open ({worst.name} between {low[worst.name]:.10g} "
        f"and {high[worst.name]:.10g}, expected {worst.theirs:.10g})"
    )
    return tuple(d for d in left if d not in open_), said


def _moved(inputs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Move all printed numbers by half a unit of their last digit, in patterns of signs.

    The j-th number goes up where bit b of j is set and down elsewhere, for every b, and the other
    way round: so any two numbers move together in one pattern and apart in another.
    """
    count = sum(len(values) for values in inputs.values() if _is_numbers(values))
    for bit in range(-1, max(1, count - 1).bit_length()):
        for sign in (1.0, -1.0):
            yield _shifted(inputs, bit, sign)


def _is_numbers(values: Any) -> bool:
    return (
        isinstance(values, Sequence)
        and not isinstance(values, str)
        and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in values)
    )


def _shifted(inputs: Mapping[str, Any], bit: int, sign: float) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    place = 0
    for name, values in inputs.items():
        if not _is_numbers(values):
            moved[name] = values
            continue
        column: list[Any] = []
        for x in values:
            up = bit < 0 or bool(place >> bit & 1)
            column.append(x if isinstance(x, int) else x + sign * (1 if up else -1) * _half(x))
            place += 1
        moved[name] = column
    return moved


def _half(x: float) -> float:
    """Half a unit of the last of the printed digits."""
    if x == 0 or not math.isfinite(x):
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(x))) - PRINTED_DIGITS + 1)
