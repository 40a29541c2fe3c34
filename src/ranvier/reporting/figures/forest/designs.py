"""Which columns of study data a design has, under the names of `escalc`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.evidence import DataField, Role

__all__ = ["design_of"]

Arm = Literal[0, 1, 2]


def _field(key: str, heading: str, role: Role = "number", arm: Arm = 0) -> DataField:
    return DataField(key=key, heading=heading, role=role, arm=arm)


#: The first design whose columns are all there is the one shown; the order is from more to fewer.
DESIGNS: tuple[tuple[DataField, ...], ...] = (
    (
        _field("m1i", "Mean", "mean", 1),
        _field("sd1i", "SD", "sd", 1),
        _field("n1i", "Total", "n", 1),
        _field("m2i", "Mean", "mean", 2),
        _field("sd2i", "SD", "sd", 2),
        _field("n2i", "Total", "n", 2),
    ),
    (
        _field("ai", "Events", "events", 1),
        _field("n1i", "Total", "n", 1),
        _field("ci", "Events", "events", 2),
        _field("n2i", "Total", "n", 2),
    ),
    (
        _field("x1i", "Events", "events", 1),
        _field("t1i", "Time", "time", 1),
        _field("x2i", "Events", "events", 2),
        _field("t2i", "Time", "time", 2),
    ),
    (
        _field("m1i", "After", "mean"),
        _field("m2i", "Before", "mean"),
        _field("sd1i", "SD"),
        _field("ni", "Total", "n"),
    ),
    (
        _field("ai", "Both"),
        _field("bi", "First only"),
        _field("ci", "Second only"),
        _field("di", "Neither"),
    ),
    (_field("xi", "Events", "events"), _field("ni", "Total", "n")),
    (_field("xi", "Events", "events"), _field("ti", "Time", "time")),
    (_field("mi", "Mean", "mean"), _field("sdi", "SD", "sd"), _field("ni", "Total", "n")),
    (_field("ri", "Correlation"), _field("ni", "Total", "n")),
    (_field("n1i", "Total", "n", 1), _field("n2i", "Total", "n", 2)),
    (_field("ni", "Total", "n"),),
)


def design_of(
    data: Mapping[str, Sequence[Any]], k: int
) -> tuple[tuple[DataField, ...], tuple[dict[str, float | None], ...]]:
    """Find the design of the data given, and part them by study.

    Raises
    ------
    InputError
        If a column has not one number a study, or the columns are of no design.

    Examples
    --------
    >>> fields, rows = design_of({"ai": [4], "bi": [119], "ci": [11], "di": [128]}, 1)
    >>> [f.heading for f in fields], rows[0]
    (['Events', 'Total', 'Events', 'Total'], {'ai': 4.0, 'n1i': 123.0, 'ci': 11.0, 'n2i': 139.0})
    """
    if not data:
        return (), tuple({} for _ in range(k))
    held = {name: _numbers(name, column, k) for name, column in data.items()}
    for total, events, others in (("n1i", "ai", "bi"), ("n2i", "ci", "di")):
        if total not in held and events in held and others in held:
            pairs = zip(held[events], held[others], strict=True)
            held[total] = [None if a is None or b is None else a + b for a, b in pairs]
    for fields in DESIGNS:
        if all(f.key in held for f in fields):
            return fields, tuple({f.key: held[f.key][i] for f in fields} for i in range(k))
    raise InputError(
        f"The columns {', '.join(data)} are of no design.",
        remedy="Name them as escalc() does: ai, n1i, ci, n2i; m1i, sd1i, n1i, m2i, sd2i, n2i; …",
    )


def _numbers(name: str, column: Sequence[Any], k: int) -> list[float | None]:
    if isinstance(column, str) or len(column) != k:
        raise InputError(
            f"data {name!r} has {len(column)} values for {k} studies.",
            remedy="Give one value a study, nan where it is not known.",
        )
    try:
        held = [None if x is None else float(x) for x in column]
    except (TypeError, ValueError) as error:
        raise InputError(
            f"data {name!r} holds what is no number.", remedy="Show words in left= or right=."
        ) from error
    return [None if x is None or not math.isfinite(x) else x for x in held]
