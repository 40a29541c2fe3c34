"""Hold computed numbers against expected ones, and say how many digits agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ranvier.stats.estimators import Control

__all__ = [
    "Comparison",
    "Difference",
    "Unsupported",
    "column",
    "columns",
    "compare",
    "control_of",
    "inputs_of",
    "numbers_of",
    "options_of",
]

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


def control_of(case: Case) -> Control:
    """Return how iterations end: exactly, unless a rule runs the case as R would."""
    return case.get("control", "exact")


def column(values: Any) -> np.ndarray:
    """Turn a JSON column into floats; null is nan."""
    sequence = values if isinstance(values, Sequence) and not isinstance(values, str) else [values]
    return np.array([math.nan if x is None else x for x in sequence], dtype=np.float64)


def columns(case: Case, *names: str) -> list[np.ndarray]:
    """Return the named input columns."""
    inputs = inputs_of(case)
    return [column(inputs[name]) for name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One number that does not agree.

    Attributes
    ----------
    name : str
        Where it stands, such as ``predict.se[3]``.
    kind : {"value", "gap", "lack", "text", "shape"}
        Two numbers; a number of ours where there is none (null); none of ours where there is one;
        other words; another count of numbers.
    """

    name: str
    kind: Literal["value", "gap", "lack", "text", "shape"]
    ours: Any
    theirs: Any
    digits: float = 0.0

    def __str__(self) -> str:
        match self.kind:
            case "value":
                return f"{self.name}: {self.ours:.10g}, expected {self.theirs:.10g}"
            case "gap":
                return f"{self.name}: {self.ours:.10g}, expected none"
            case "lack":
                return f"{self.name}: none, expected {self.theirs:.10g}"
            case "text":
                return f"{self.name}: {self.ours!r}, expected {self.theirs!r}"
            case "shape":
                return f"{self.name}: {self.ours} values, expected {self.theirs}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What agrees, by how many digits, what does not, and what we do not give at all."""

    digits: tuple[float, ...] = ()
    differences: tuple[Difference, ...] = ()
    missing: tuple[str, ...] = ()

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(
            digits=self.digits + other.digits,
            differences=self.differences + other.differences,
            missing=self.missing + other.missing,
        )


def _digits(gap: float, theirs: float, rtol: float) -> float:
    """Digits that agree; of a number so small that the floor counts, as if it were larger."""
    if gap == 0:
        return MOST_DIGITS
    scale = max(abs(theirs), FLOOR / rtol if rtol else FLOOR)
    return max(0.0, min(MOST_DIGITS, -math.log10(gap / scale)))


def compare(ours: Any, theirs: Any, rtol: float, name: str = "") -> Comparison:
    """Compare nested results.

    Examples
    --------
    >>> found = compare({"beta": [0.5], "k": 3}, {"beta": [0.5], "k": 4}, 1e-6)
    >>> [str(d) for d in found.differences]
    ['k: 3, expected 4']
    """
    if isinstance(theirs, Mapping):
        whole = Comparison()
        for key, value in theirs.items():
            label = f"{name}.{key}" if name else str(key)
            if isinstance(ours, Mapping) and key in ours:
                whole += compare(ours[key], value, rtol, label)
            else:
                whole += Comparison(missing=(label,))
        return whole
    if isinstance(theirs, list) and not theirs:
        return Comparison()  # R's NULL: the program gives no such number for this case.
    if _textual(theirs):
        same = list(_flat(ours)) == list(_flat(theirs))
        wrong = Difference(name=name, kind="text", ours=ours, theirs=theirs)
        return Comparison(differences=() if same else (wrong,))
    return _compare_numbers(list(_flat(ours)), list(_flat(theirs)), rtol, name)


def numbers_of(ours: Any, theirs: Any, name: str = "") -> dict[str, float | None]:
    """Name our numbers as :func:`compare` names those that differ; None where there is none."""
    if isinstance(theirs, Mapping):
        found: dict[str, float | None] = {}
        for key, value in theirs.items():
            if isinstance(ours, Mapping) and key in ours:
                found |= numbers_of(ours[key], value, f"{name}.{key}" if name else str(key))
        return found
    if _textual(theirs):
        return {}
    given = list(_flat(ours))
    labels = [f"{name}[{i}]" if len(given) > 1 else name for i in range(len(given))]
    return {label: _finite(x) for label, x in zip(labels, given, strict=True)}


def _finite(x: Any) -> float | None:
    return None if x is None or not math.isfinite(x) else float(x)


def _flat(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return list(values.ravel())
    if isinstance(values, Sequence) and not isinstance(values, str):
        return [x for value in values for x in _flat(value)]
    return [values]


def _textual(values: Any) -> bool:
    return any(isinstance(x, str) for x in _flat(values))


def _compare_numbers(ours: list[Any], theirs: list[Any], rtol: float, name: str) -> Comparison:
    if len(ours) != len(theirs):
        wrong = Difference(name=name, kind="shape", ours=len(ours), theirs=len(theirs))
        return Comparison(differences=(wrong,), digits=(0.0,))
    digits: list[float] = []
    differences: list[Difference] = []
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        label = f"{name}[{i}]" if len(ours) > 1 else name
        # The files write not-available, not-a-number and the infinities as null.
        a = _finite(a)
        if a is None or b is None:
            if a is not b:
                digits.append(0.0)
                kind = "gap" if b is None else "lack"
                differences.append(Difference(name=label, kind=kind, ours=a, theirs=b))
            continue
        gap = abs(a - b)
        agree = _digits(gap, float(b), rtol)
        if gap > max(rtol * abs(b), FLOOR):
            differences.append(Difference(name=label, kind="value", ours=a, theirs=b, digits=agree))
        digits.append(agree)
    return Comparison(digits=tuple(digits), differences=tuple(differences))
