"""From recognised columns to a pooled result, each step said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ranvier.errors import InputError
from ranvier.stats import (
    Effects,
    Measure,
    Method,
    MhResult,
    RegressionResult,
    RmaResult,
    Subgroups,
    Test,
    escalc,
    meta_regression,
    rma,
    rma_mh,
    rma_mh_rates,
    rma_peto,
    subgroups,
)
from ranvier.stats.printing import RATIOS
from ranvier.synthesis.sheet.columns import Columns
from ranvier.synthesis.sheet.doubts import Doubt, doubts
from ranvier.synthesis.sheet.measure import DESIGN_MEASURES
from ranvier.synthesis.sheet.vocabulary import words_of

__all__ = ["Model", "Pooled", "PooledFit", "pool"]

Model = Literal["random", "common", "mh", "peto"]
PooledFit = RmaResult | MhResult | RegressionResult | Subgroups


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A sheet, pooled.

    Attributes
    ----------
    shown : Mapping of str to tuple of float
        The data of the groups as tables show them: events and totals, means and SDs.
    yi, vi : Vector, shape (k,)
        Effects (log scale for ratios) and sampling variances; nan where there is none.
    fit : PooledFit
        What was fitted.
    notes : tuple of str
        Each decision taken on the way, in words: how the columns were read, what was converted or
        corrected, and what was left out.
    doubts : tuple of Doubt
        What looks wrong; none of them is an error.
    """

    columns: Columns
    measure: str
    shown: Mapping[str, tuple[float, ...]] = field(repr=False)
    yi: NDArray[np.float64]
    vi: NDArray[np.float64]
    fit: PooledFit
    notes: tuple[str, ...] = field(repr=False)
    doubts: tuple[Doubt, ...] = field(repr=False)


def pool(
    columns: Columns,
    *,
    measure: str | None = None,
    model: Model = "random",
    method: Method = "REML",
    test: Test = "adhoc",
    level: float = 0.95,
    by: Sequence[str] | None = None,
    mods: str | None = None,
    data: Mapping[str, Sequence[Any]] | None = None,
) -> Pooled:
    """Pool a sheet.

    Parameters
    ----------
    measure : str or None
        metafor's code; the first of the design if None (RR, MD, IRR, PLO …).
    model : {"random", "common", "mh", "peto"}
        Random effects by ``method``, one common effect, Mantel and Haenszel's method, or Peto's.
    test : Test
        Of a random-effects model: ``adhoc`` is Hartung and Knapp's, never narrower than the normal
        interval (what the Cochrane Handbook advises), ``z`` the normal one.
    by : sequence of str or None
        The subgroup of each study.
    mods, data : str, mapping
        A formula for a meta-regression, such as ``"~ year"``, and the columns it names.

    Returns
    -------
    Pooled

    Raises
    ------
    InputError
        If the numbers cannot be so, with the rows; or the measure, the model and the design do not
        go together.

    Examples
    --------
    >>> from ranvier.synthesis.sheet.columns import recognise
    >>> sheet = {"study": ["A", "B", "C"], "yi": ["0.1", "0.3", "0.35"], "sei": ["0.2"] * 3}
    >>> round(pool(recognise(sheet, file="a.csv")).fit.estimate, 2)
    0.25
    """
    found = doubts(columns)
    wrong = [doubt for doubt in found if doubt.weight == "error"]
    if wrong:
        raise InputError(
            "; ".join(str(doubt).strip() for doubt in wrong[:5]),
            file=columns.file,
            row=None,
            remedy="Nothing was pooled." if len(wrong) <= 5 else f"And {len(wrong) - 5} more.",
        )
    chosen, chosen_note = _measure(columns, measure)
    notes = [*columns.notes, chosen_note]
    yi, vi, said = _effects(columns, chosen)
    notes += said
    if by is not None and mods is not None:
        raise InputError(
            "subgroups and moderators are two ways to ask the same.", remedy="Give one of the two."
        )
    if model in ("mh", "peto"):
        if by is not None or mods is not None:
            raise InputError(
                f"model {model!r} pools all studies; it has no subgroups and no moderators.",
                remedy="Leave them out, or take `random` or `common`.",
            )
        fit: PooledFit = _from_counts(columns, chosen, model, level)
    else:
        how: dict[str, Any] = {
            "method": "EE" if model == "common" else method,
            "test": "z" if model == "common" else test,
            "level": level,
        }
        fit = _inverse_variance(columns, chosen, yi, vi, by=by, mods=mods, data=data, how=how)
    return Pooled(
        columns=columns,
        measure=chosen,
        shown=_shown(columns),
        yi=yi,
        vi=vi,
        fit=fit,
        notes=tuple(notes),
        doubts=found,
    )


def _inverse_variance(
    columns: Columns,
    measure: str,
    yi: NDArray[np.float64],
    vi: NDArray[np.float64],
    *,
    by: Sequence[str] | None,
    mods: str | None,
    data: Mapping[str, Sequence[Any]] | None,
    how: dict[str, Any],
) -> PooledFit:
    """Pool effects, all together, by subgroup, or on moderators."""
    if by is not None:
        return subgroups(yi, vi, by=list(by), slab=columns.slab, measure=measure, **how)
    if mods is not None:
        return meta_regression(yi, vi, mods=mods, data=dict(data or {}), **how)
    return rma(yi, vi, slab=columns.slab, measure=measure, **how)


def _measure(columns: Columns, asked: str | None) -> tuple[str, str]:
    """Take the measure asked for, that of the heading, or the first of the design."""
    known = DESIGN_MEASURES[columns.design]
    if asked is not None:
        if asked not in known:
            raise InputError(
                f"{asked} cannot be calculated from these columns.",
                file=columns.file,
                remedy=f"They allow {', '.join(known)}.",
            )
        if columns.measure is not None and asked != columns.measure:
            raise InputError(
                f"{columns.headings['yi']!r} is {columns.measure}, not {asked}.",
                file=columns.file,
                remedy=f"Ask for {columns.measure}, or name another column (`--column yi=…`).",
            )
        return asked, f"measure {asked}, as asked"
    if columns.measure is not None:
        return columns.measure, f"measure {columns.measure}, by the heading"
    first, *others = known
    rest = f" (others: {', '.join(others[:3])} …)" if others else ""
    return first, f"measure {first}, as none was asked for{rest}"


def _array(columns: Columns, role: str) -> NDArray[np.float64]:
    return np.asarray(columns.values[role], dtype=np.float64)


def _effects(
    columns: Columns, measure: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Calculate effects and variances, or take those that are given."""
    if columns.design == "effects":
        return _given(columns, measure)
    data: dict[str, Any] = {}
    notes: list[str] = []
    for role in columns.values:
        if role in ("se1i", "se2i"):
            size = _array(columns, "n" + role[2:])
            data["sd" + role[2:]] = _array(columns, role) * np.sqrt(size)
            notes.append(f"SD = SE × √n in {columns.headings[role]!r}")
        else:
            data[role] = _array(columns, role)
    found: Effects = escalc(cast(Measure, measure), **data)
    return found.yi, found.vi, [*notes, *(_with_name(note, columns) for note in found.notes)]


def _with_name(note: str, columns: Columns) -> str:
    """Call a study by its name: "study 3: ..."."""
    head, colon, rest = note.partition(": ")
    number = head.removeprefix("study ")
    if not colon or head == number or not number.isdigit():
        return note
    return f"{columns.slab[int(number) - 1]}: {rest}"


def _shown(columns: Columns) -> dict[str, tuple[float, ...]]:
    """Totals from events and non-events; SDs from standard errors; nothing for given effects."""
    if columns.design == "effects":
        return {}
    values = dict(columns.values)
    for events, others, size in (("ai", "bi", "n1i"), ("ci", "di", "n2i"), ("xi", "mi", "ni")):
        if events in values and others in values and columns.design != "mean":
            pairs = zip(values[events], values.pop(others), strict=True)
            values[size] = tuple(a + b for a, b in pairs)
    for arm in ("1i", "2i"):
        if f"se{arm}" in values:
            pairs = zip(values.pop(f"se{arm}"), values[f"n{arm}"], strict=True)
            values[f"sd{arm}"] = tuple(float(se * np.sqrt(n)) for se, n in pairs)
    return values


def _given(
    columns: Columns, measure: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Take effects as they stand; ratios are turned to logs, an interval to a variance."""
    y = _array(columns, "yi")
    notes: list[str] = []
    ratio = measure in RATIOS
    if ratio and columns.measure is None and not columns.logged:
        raise InputError(
            f"{columns.headings['yi']!r} does not say whether it holds {measure}s or their "
            "logarithms.",
            file=columns.file,
            row=1,
            remedy=f"Name the column {measure!r} or 'log{measure}'.",
        )
    turn = ratio and not columns.logged
    if turn:
        y = np.log(y)
        notes.append(f"{columns.headings['yi']!r} turned to natural logarithms")
    if "vi" in columns.values and (not turn or _of_log(columns.headings["vi"])):
        return y, _array(columns, "vi"), notes
    if "sei" in columns.values and (not turn or _of_log(columns.headings["sei"])):
        return y, _array(columns, "sei") ** 2, notes
    if "ci_lb" not in columns.values or "ci_ub" not in columns.values:
        error = columns.headings.get("sei", columns.headings.get("vi", "the error"))
        raise InputError(
            f"{error!r} does not say whether it belongs to the ratio or to its logarithm.",
            file=columns.file,
            row=1,
            remedy="Give the interval; or say so in the headings, such as 'SE of log HR'.",
        )
    lower, upper = _array(columns, "ci_lb"), _array(columns, "ci_ub")
    if turn:
        lower, upper = np.log(lower), np.log(upper)
    level = _printed_level(columns)
    z = float(ndtri((1 + level) / 2))
    notes.append(f"standard errors from the {level:.0%} intervals: width / {2 * z:.2f}")
    uneven = np.abs((upper + lower) / 2 - y) > 0.1 * (upper - lower)
    for i in np.flatnonzero(uneven):
        notes.append(
            f"row {columns.rows[i]}: the interval is not even around the effect"
            f"{' on the log scale' if turn else ''}; check both"
        )
    return y, ((upper - lower) / (2 * z)) ** 2, notes


def _of_log(heading: str) -> bool:
    """Whether a heading says that an error is that of a logarithm: "SE of log OR", "selogHR"."""
    return any(re.search(r"log|\bln", word) for word in words_of(heading)) or (
        re.search(r"log|ln(?=hr|rr|or|irr|\b)", heading, re.IGNORECASE) is not None
    )


def _printed_level(columns: Columns) -> float:
    """Take the level of the intervals in a sheet from their headings; 95% if none says."""
    said = {
        float(found.group(1).replace(",", ".")) / 100
        for role in ("ci_lb", "ci_ub", "yi")
        if (found := re.search(r"(\d\d(?:[.,]\d+)?)\s?%", columns.headings.get(role, "")))
    }
    if len(said) > 1:
        raise InputError(
            "the headings name intervals of different levels.",
            file=columns.file,
            row=1,
            remedy="Take bounds of one interval (`--column ci_lb=… --column ci_ub=…`).",
        )
    level = said.pop() if said else 0.95
    return level if 0.5 <= level < 1 else 0.95


def _from_counts(columns: Columns, measure: str, model: str, level: float) -> MhResult:
    """Pool 2x2 tables or rates without a step through single effects."""
    if columns.design == "two_arm_rates" and model == "mh" and measure in ("IRR", "IRD"):
        x1i, t1i, x2i, t2i = (_array(columns, role) for role in ("x1i", "t1i", "x2i", "t2i"))
        return rma_mh_rates(x1i, t1i, x2i, t2i, measure=measure, level=level, slab=columns.slab)
    if columns.design != "two_arm_binary" or measure not in ("OR", "RR", "RD", "PETO"):
        raise InputError(
            f"model {model!r} needs events in two groups and OR, RR or RD; this is {measure} of "
            f"{columns.design.replace('_', ' ')}.",
            file=columns.file,
            remedy="Take `random` or `common`.",
        )
    data: dict[str, Any] = {role: _array(columns, role) for role in columns.values}
    gaps = np.any([np.isnan(x) for x in data.values()], axis=0)
    if gaps.any():
        raise InputError(
            "a count is missing.",
            file=columns.file,
            row=columns.rows[int(np.flatnonzero(gaps)[0])],
            remedy="Fill it in, or remove the row.",
        )
    if model == "peto":
        if measure not in ("OR", "PETO"):
            raise InputError(
                f"Peto's method gives odds ratios, not {measure}.",
                remedy="Ask for --measure OR, or another model.",
            )
        return rma_peto(**data, level=level, slab=columns.slab)
    if measure == "PETO":
        raise InputError("PETO is no measure of Mantel and Haenszel's.", remedy="Ask for OR.")
    return rma_mh(**data, measure=measure, level=level, slab=columns.slab)
