"""Hold computed numbers against expected ones, and say how many digits agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["Unsupported", "column", "columns", "compare", "inputs_of", "options_of"]

#: Relative tolerances have this absolute floor (reference/synthesis/README.md).
FLOOR = 1e-8
#: A double holds no more digits.
MOST_DIGITS = 15.0

Case = Mapping[str, Any]


class Unsupported(Exception):
    """We have nothing that computes this case."""


def options_of(case: Case) -> dict[str, Any]:
    """Return the options of a case, as a dict of our own."""
    options = case.get("options") or {}
    return dict(options) if isinstance(options, Mapping) else {}


def inputs_of(case: Case) -> dict[str, Any]:
    """Return the input columns of a case, as a dict of our own."""
    return dict(case.get("inputs") or {})


def column(values: Any) -> np.ndarray:
    """Turn a JSON column into floats; null is nan."""
    sequence = values if isinstance(values, Sequence) and not isinstance(values, str) else [values]
    return np.array([math.nan if x is None else x for x in sequence], dtype=np.float64)


def columns(case: Case, *names: str) -> list[np.ndarray]:
    """Return the named input columns."""
    inputs = inputs_of(case)
    return [column(inputs[name]) for name in names]


def _digits(ours: float, theirs: float) -> float:
    if ours == theirs:
        return MOST_DIGITS
    gap = abs(ours - theirs)
    return min(MOST_DIGITS, -math.log10(gap / max(abs(theirs), FLOOR)))


def compare(
    ours: Any, theirs: Any, rtol: float, name: str = ""
) -> tuple[float, list[str], list[str]]:
    """Compare nested results.

    Returns
    -------
    tuple
        Digits in which the worst number agrees, what disagrees, and what we do not give at all.
    """
    if isinstance(theirs, Mapping):
        worst, wrong, missing = MOST_DIGITS, list[str](), list[str]()
        for key, value in theirs.items():
            label = f"{name}.{key}" if name else str(key)
            if not isinstance(ours, Mapping) or key not in ours:
                missing.append(label)
                continue
            digits, bad, gone = compare(ours[key], value, rtol, label)
            worst, wrong, missing = min(worst, digits), wrong + bad, missing + gone
        return worst, wrong, missing
    if isinstance(theirs, list) and not theirs:
        return MOST_DIGITS, [], []  # R's NULL: the program gives no such number for this case.
    if _textual(theirs):
        same = list(_flat(ours)) == list(_flat(theirs))
        return MOST_DIGITS, [] if same else [f"{name}: {ours!r}, expected {theirs!r}"], []
    return _compare_numbers(list(_flat(ours)), list(_flat(theirs)), rtol, name)


def _flat(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return list(values.ravel())
    if isinstance(values, Sequence) and not isinstance(values, str):
        return [x for value in values for x in _flat(value)]
    return [values]


def _textual(values: Any) -> bool:
    return any(isinstance(x, str) for x in _flat(values))


def _compare_numbers(
    ours: list[Any], theirs: list[Any], rtol: float, name: str
) -> tuple[float, list[str], list[str]]:
    if len(ours) != len(theirs):
        return 0.0, [f"{name}: {len(ours)} values, expected {len(theirs)}"], []
    worst, wrong = MOST_DIGITS, list[str]()
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        label = f"{name}[{i}]" if len(ours) > 1 else name
        # The files write not-available, not-a-number and the infinities as null.
        a = None if a is None or not math.isfinite(a) else a
        if a is None or b is None:
            if a is not b:
                worst = 0.0
                wrong.append(f"{label}: {a}, expected {b}")
            continue
        digits = _digits(float(a), float(b))
        close = abs(a - b) <= max(rtol * abs(b), FLOOR)
        if not close:
            wrong.append(f"{label}: {a:.10g}, expected {b:.10g}")
        # Below the floor, digits say nothing.
        worst = min(worst, digits if not close or abs(a - b) > FLOOR else MOST_DIGITS)
    return worst, wrong, []
