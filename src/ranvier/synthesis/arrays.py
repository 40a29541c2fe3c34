"""Result rows to arrays: each design to what `ranvier.stats` takes, gaps filled by the Handbook.

A row is here no more than a name and its numbers, so that result rows of a review and rows of a
published file take the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.convert import sd_from_ci, sd_from_se, se_from_ci, se_from_p
from ranvier.stats.printing import RATIOS
from ranvier.synthesis.tables import Tables

__all__ = [
    "Contrasts",
    "Means",
    "NumberRow",
    "contrasts_from",
    "differences_from",
    "means_from",
    "tables_from",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """One row: its name for messages, its study, and its numbers by field."""

    name: str
    study: str
    numbers: Mapping[str, float]

    def __getitem__(self, field: str) -> float:
        """Return a number of the row.

        Raises
        ------
        InputError
            If the row has none of that name.
        """
        held = self.numbers.get(field)
        if held is None:
            raise InputError(
                f"row {self.name!r} has no number {field!r}.",
                remedy=f"It has {', '.join(self.numbers) or 'none'}: add it, or leave the row out.",
            )
        return held

    def has(self, *fields: str) -> bool:
        """Say whether all of these numbers are there."""
        return all(field in self.numbers for field in fields)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """Means, standard deviations and sizes of group 1, then of group 2."""

    m1: Vector
    sd1: Vector
    n1: Vector
    m2: Vector
    sd2: Vector
    n2: Vector
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrasts:
    """Effects on their pooling scale (log for ratios) and their variances."""

    yi: Vector
    vi: Vector
    free: tuple[float | None, ...]
    notes: tuple[str, ...]


def _column(rows: Sequence[NumberRow], field: str) -> Vector:
    return np.array([row[field] for row in rows], dtype=np.float64)


def tables_from(rows: Sequence[NumberRow]) -> Tables:
    """Take events and sizes of two arms.

    Raises
    ------
    InputError
        If a row lacks a count, or has more events than people.
    """
    for row in rows:
        for arm in ("1", "2"):
            if row[f"n_{arm}"] < 1 or row[f"events_{arm}"] < 0:
                raise InputError(
                    f"row {row.name!r} has nobody in group {arm}, or a negative count.",
                    remedy="Correct the counts.",
                )
            if row[f"events_{arm}"] > row[f"n_{arm}"]:
                raise InputError(
                    f"row {row.name!r} has more events than people in group {arm}.",
                    remedy="Correct the counts.",
                )
    return Tables(
        e1=_column(rows, "events_1"),
        n1=_column(rows, "n_1"),
        e2=_column(rows, "events_2"),
        n2=_column(rows, "n_2"),
    )


def _sd(row: NumberRow, arm: str, n: float, level: float) -> tuple[float | None, str]:
    """Return the standard deviation of one arm, and how it was come by unless it was reported."""
    sd, se, low, high = f"sd_{arm}", f"se_{arm}", f"ci_lb_{arm}", f"ci_ub_{arm}"
    if row.has(sd):
        return row[sd], ""
    if row.has(se):
        return sd_from_se(row[se], n).value, "from standard errors"
    if row.has(low, high):
        found = sd_from_ci(row[low], row[high], n, level=level).value
        return found, "from the intervals, by t with n - 1"
    return None, ""


def means_from(rows: Sequence[NumberRow], *, level: float = 0.95) -> Means:
    """Take means of two arms; standard deviations from what is given.

    In this order: as reported; from standard errors; from intervals of the means, by t with n - 1;
    from the p value of a t test of the difference (Handbook 6.5.2).
    """
    sd1: list[float] = []
    sd2: list[float] = []
    notes: list[str] = []
    for place, row in enumerate(rows, start=1):
        n1, n2 = row["n_1"], row["n_2"]
        (first, how_1), (second, how_2) = _sd(row, "1", n1, level), _sd(row, "2", n2, level)
        if first is not None and second is not None:
            pair = first, second
            for how in dict.fromkeys((how_1, how_2)):
                notes += [f"row {place}: standard deviations {how}"] if how else []
        elif row.has("p"):
            difference = row["mean_1"] - row["mean_2"]
            se = se_from_p(difference, row["p"], df=n1 + n2 - 2).value
            common = se / math.sqrt(1 / n1 + 1 / n2)
            pair = common, common
            notes.append(f"row {place}: one standard deviation from the p value of a t test")
        else:
            raise InputError(
                f"row {row.name!r} has no spread.",
                remedy="Give sd_1 and sd_2, se_1 and se_2, an interval of each mean, or p.",
            )
        sd1.append(pair[0])
        sd2.append(pair[1])
    return Means(
        m1=_column(rows, "mean_1"),
        sd1=np.array(sd1),
        n1=_column(rows, "n_1"),
        m2=_column(rows, "mean_2"),
        sd2=np.array(sd2),
        n2=_column(rows, "n_2"),
        notes=tuple(notes),
    )


def contrasts_from(rows: Sequence[NumberRow], measure: str, *, level: float = 0.95) -> Contrasts:
    """Take estimates; variances from the standard error, the interval, or the p value.

    Ratios are given as ratios and held as logarithms; the standard error of a ratio is that of its
    logarithm.
    """
    log = measure in RATIOS
    ys: list[float] = []
    vs: list[float] = []
    notes: list[str] = []
    for place, row in enumerate(rows, start=1):
        y = _logged(row, "estimate") if log else row["estimate"]
        if row.has("se"):
            se = row["se"]
        elif row.has("ci_lb", "ci_ub"):
            low = _logged(row, "ci_lb") if log else row["ci_lb"]
            high = _logged(row, "ci_ub") if log else row["ci_ub"]
            se = se_from_ci(low, high, level=level).value
            notes.append(f"row {place}: standard error from the {100 * level:g}% interval")
        else:
            se = se_from_p(y, row["p"]).value
            notes.append(f"row {place}: standard error from the p value")
        if not se > 0:
            raise InputError(
                f"row {row.name!r} has no positive standard error.",
                remedy="Check the interval or the p value.",
            )
        ys.append(y)
        vs.append(se**2)
    return Contrasts(
        yi=np.array(ys), vi=np.array(vs), free=tuple(None for _ in rows), notes=tuple(notes)
    )


def _logged(row: NumberRow, field: str) -> float:
    if row[field] <= 0:
        raise InputError(
            f"row {row.name!r}: {field} is {row[field]:g}, but a ratio is positive.",
            remedy="Give ratios as ratios, not as logarithms.",
        )
    return math.log(row[field])


def differences_from(rows: Sequence[NumberRow], *, level: float = 0.95) -> Contrasts:
    """Take mean differences within people; intervals and p values by t with n - 1."""
    vs: list[float] = []
    notes: list[str] = []
    for place, row in enumerate(rows, start=1):
        n = row["n"]
        if row.has("se"):
            se = row["se"]
        elif row.has("sd"):
            se = row["sd"] / math.sqrt(n)
        elif row.has("ci_lb", "ci_ub"):
            se = se_from_ci(row["ci_lb"], row["ci_ub"], level=level, df=n - 1).value
            notes.append(f"row {place}: standard error from the interval, by t with n - 1")
        else:
            se = se_from_p(row["mean_difference"], row["p"], df=n - 1).value
            notes.append(f"row {place}: standard error from the p value, by t with n - 1")
        vs.append(se**2)
    return Contrasts(
        yi=_column(rows, "mean_difference"),
        vi=np.array(vs),
        free=tuple(row["n"] - 1 for row in rows),
        notes=tuple(notes),
    )
