"""What looks wrong in the numbers of a sheet: said before anything is pooled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.synthesis.sheet.columns import Columns

__all__ = ["Doubt", "doubts"]

#: A standard deviation is doubted if it is this much smaller than those of the other studies, while
#: times the root of its group's size it is not.
SUSPICIOUS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing that looks wrong.

    Attributes
    ----------
    weight : {"error", "warning"}
        An error cannot be so; a warning can, but seldom is.
    rows : tuple of int
        Where, in the file.
    said, remedy : str
        What looks wrong, and what to do.
    """

    weight: Literal["error", "warning"]
    rows: tuple[int, ...]
    said: str
    remedy: str

    def __str__(self) -> str:
        where = ""
        if self.rows:
            shown = ", ".join(str(r) for r in self.rows[:5])
            more = ", …" if len(self.rows) > 5 else ""
            where = f"row{'s' if len(self.rows) > 1 else ''} {shown}{more}: "
        return f"{where}{self.said} {self.remedy}"


def doubts(columns: Columns) -> tuple[Doubt, ...]:
    """Look for what people get wrong when they type numbers into a sheet.

    Found are: more events than people, and columns swapped for that reason; counts that are not
    whole, or percentages; standard errors where standard deviations are expected; an interval that
    does not hold its effect, or has its bounds swapped; ratios that are not positive; a study
    entered twice.

    Examples
    --------
    >>> from ranvier.synthesis.sheet.columns import recognise
    >>> sheet = {"events_t": ["5", "30"], "n_t": ["20", "25"],
    ...          "events_c": ["4", "6"], "n_c": ["20", "26"]}
    >>> print(doubts(recognise(sheet, file="a.csv"))[0])
    row 3: more events (30) than people (25) in 'events_t' and 'n_t'. Check the row.
    """
    return tuple(
        doubt
        for check in (_more_events, _odd_counts, _errors_for_deviations, _intervals, _twice)
        for doubt in check(columns)
    )


def _where(columns: Columns, bad: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(columns.rows[i] for i in np.flatnonzero(bad))


def _column(columns: Columns, role: str) -> NDArray[np.float64] | None:
    values = columns.values.get(role)
    return None if values is None else np.asarray(values, dtype=np.float64)


def _pairs(columns: Columns, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((a, b) for a, b in pairs if a in columns.values and b in columns.values)


def _more_events(columns: Columns) -> Iterator[Doubt]:
    """More events than people."""
    for event, size in _pairs(columns, (("ai", "n1i"), ("ci", "n2i"), ("xi", "ni"))):
        x, n = _column(columns, event), _column(columns, size)
        if x is None or n is None:
            continue
        bad = x > n
        names = f"{columns.headings[event]!r} and {columns.headings[size]!r}"
        both = ~np.isnan(x) & ~np.isnan(n)
        if bad.sum() > 1 and bad.sum() > both.sum() / 2:
            yield Doubt(
                weight="error",
                rows=_where(columns, bad),
                said=f"most rows have more events than people: are {names} swapped?",
                remedy=f"Exchange the two headings, or say `--column {event}="
                f"{columns.headings[size]!r} --column {size}={columns.headings[event]!r}`.",
            )
            continue
        for i in np.flatnonzero(bad):
            yield Doubt(
                weight="error",
                rows=(columns.rows[i],),
                said=f"more events ({x[i]:g}) than people ({n[i]:g}) in {names}.",
                remedy="Check the row.",
            )


def _odd_counts(columns: Columns) -> Iterator[Doubt]:
    """Counts that are negative or not whole."""
    for role in ("ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "xi", "ni"):
        x = _column(columns, role)
        if x is None or columns.design == "effects":
            continue
        heading = columns.headings[role]
        negative = x < 0
        if negative.any():
            yield Doubt(
                weight="error",
                rows=_where(columns, negative),
                said=f"{heading!r} is negative.",
                remedy="A count is 0 or more; leave the cell empty where none is known.",
            )
        broken = ~np.isnan(x) & (x != np.round(x))
        if broken.any():
            share = bool((x[~np.isnan(x)] <= 1).all()) and role not in ("n1i", "n2i", "ni")
            what = "a share of people" if share else "a percentage or an average"
            yield Doubt(
                weight="warning",
                rows=_where(columns, broken),
                said=f"{heading!r} is not a whole number: is it {what}?",
                remedy="Give numbers of people.",
            )


def _errors_for_deviations(columns: Columns) -> Iterator[Doubt]:
    """Find standard errors in a column of standard deviations.

    A standard deviation is a property of people and much the same in all studies of one scale; a
    standard error is that divided by the root of the size. Where a study's figure fits the others
    only after that, it is doubted.
    """
    if columns.design != "two_arm_continuous":
        return
    for sd, size in _pairs(columns, (("sd1i", "n1i"), ("sd2i", "n2i"))):
        s, n = _column(columns, sd), _column(columns, size)
        if s is None or n is None:
            continue
        use = (s > 0) & (n > 1)
        if (s <= 0).any():
            yield Doubt(
                weight="error",
                rows=_where(columns, s <= 0),
                said=f"{columns.headings[sd]!r} is not positive.",
                remedy="Leave the cell empty where no standard deviation is known.",
            )
        if use.sum() < 3:
            continue
        bad = np.zeros(len(s), dtype=bool)
        for i in np.flatnonzero(use):
            others = use.copy()
            others[i] = False
            typical = float(np.median(s[others]))
            turned = s[i] * float(np.sqrt(n[i]))
            bad[i] = s[i] * SUSPICIOUS < typical and typical / 2 < turned < typical * 2
        if bad.any():
            yield Doubt(
                weight="warning",
                rows=_where(columns, bad),
                said=f"{columns.headings[sd]!r} is far smaller than in the other studies, and fits "
                "them times the root of the group's size: is it a standard error?",
                remedy=f"SD = SE × √n; or give a column of standard errors (`--column "
                f"{'se1i' if sd == 'sd1i' else 'se2i'}=…`).",
            )


def _intervals(columns: Columns) -> Iterator[Doubt]:
    """Bounds and effects that do not go together."""
    y = _column(columns, "yi")
    if y is None:
        return
    lower, upper = _column(columns, "ci_lb"), _column(columns, "ci_ub")
    if lower is not None and upper is not None:
        swapped = lower > upper
        if swapped.any():
            yield Doubt(
                weight="error",
                rows=_where(columns, swapped),
                said="the lower bound is above the upper one.",
                remedy="Exchange the two bounds.",
            )
        outside = ~swapped & ((y < lower) | (y > upper))
        if outside.any():
            yield Doubt(
                weight="error",
                rows=_where(columns, outside),
                said="the effect lies outside its interval.",
                remedy="Check the row; effect and bounds must be on one scale.",
            )
    ratio = columns.measure is not None and columns.measure in ("OR", "RR", "HR", "IRR", "ROM")
    if ratio and not columns.logged:
        bad = y <= 0
        if bad.any():
            yield Doubt(
                weight="error",
                rows=_where(columns, bad),
                said=f"a ratio ({columns.headings['yi']!r}) must be positive.",
                remedy="If it is a logarithm, say so in the heading, such as 'logOR'.",
            )
    for role in ("vi", "sei"):
        v = _column(columns, role)
        if v is not None and (v <= 0).any():
            yield Doubt(
                weight="error",
                rows=_where(columns, v <= 0),
                said=f"{columns.headings[role]!r} is not positive.",
                remedy="Check the row.",
            )


def _twice(columns: Columns) -> Iterator[Doubt]:
    """Find a study that stands there twice with the same numbers."""
    seen: dict[tuple[object, ...], int] = {}
    for i, name in enumerate(columns.slab):
        key = (name.casefold(), *(values[i] for values in columns.values.values()))
        if key in seen:
            yield Doubt(
                weight="warning",
                rows=(columns.rows[seen[key]], columns.rows[i]),
                said=f"{name!r} stands there twice with the same numbers.",
                remedy="Delete one of the rows, or name its groups apart.",
            )
        seen.setdefault(key, i)
    places: dict[str, list[int]] = {}
    for name, row in zip(columns.slab, columns.rows, strict=True):
        places.setdefault(name.casefold(), []).append(row)
    again = sorted(row for rows in places.values() if len(rows) > 1 for row in rows)
    if again and len({key[0] for key in seen}) < len(seen):
        yield Doubt(
            weight="warning",
            rows=tuple(again),
            said="a study stands in several rows (times, doses or outcomes?), and each row counts "
            "as a study of its own; its people would count twice.",
            remedy="Keep one row a study, or name the rows apart if no one is in two of them.",
        )
