"""From what a study reports to an effect and its sampling variance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_rows, joined, rows_of
from ranvier.stats.formula import Columns
from ranvier.stats.measures.change import CHANGE_MEASURES
from ranvier.stats.measures.counts import Table, To, add_to_rows, corrected_table, double_zero
from ranvier.stats.measures.means import GROUP_MEASURES, MEAN_MEASURES, Rows
from ranvier.stats.measures.paired import PAIRED_MEASURES, marginal_odds_ratio
from ranvier.stats.measures.single import (
    CORRELATION_MEASURES,
    PROPORTION_MEASURES,
    RATE_MEASURES,
    RELIABILITY_MEASURES,
    TWO_RATE_MEASURES,
)
from ranvier.stats.measures.two_by_two import TABLE_MEASURES, Effect
from ranvier.stats.result import Result
from ranvier.stats.source import Source, takes_fit

__all__ = ["Effects", "Measure", "VType", "escalc"]

Measure = Literal[
    "RR", "OR", "RD", "PETO", "AS", "PHI", "ZPHI", "YUQ", "YUY", "RTET", "ZTET", "PBIT",
    "OR2D", "OR2DL", "OR2DN",
    "MPRD", "MPRR", "MPOR", "MPORC", "MPORM", "MPPETO",
    "IRR", "IRD", "IRSD",
    "MD", "SMD", "SMDH", "SMD1", "SMD1H", "ROM", "VR", "CVR", "RPB", "ZPB", "RBIS", "ZBIS",
    "D2OR", "D2ORL", "D2ORN",
    "COR", "UCOR", "ZCOR", "PCOR", "ZPCOR", "SPCOR", "ZSPCOR", "R2", "ZR2",
    "PR", "PLN", "PLO", "PRZ", "PAS", "PFT", "IR", "IRLN", "IRS", "IRFT",
    "MN", "SMN", "MNLN", "SDLN", "CVLN",
    "MC", "SMCC", "SMCR", "SMCRH", "SMCRP", "SMCRPH", "ROMC", "VRC", "CVRC",
    "ARAW", "AHW", "ABT", "REH",
]  # fmt: skip
VType = Literal["LS", "LS2", "LS3", "UB", "AV", "AV2", "HO", "AVHO", "H0", "ST", "CS"]

#: Measures that bear an empty cell, so that nothing is added unless asked for.
BEARS_ZEROS = frozenset({"AS", "PHI", "ZPHI", "RTET", "ZTET", "IRSD", "PAS", "PFT", "IRS", "IRFT"})

#: Columns of which none may be negative.
NOT_NEGATIVE = frozenset({"bi", "di", "x1i", "x2i", "xi", "sd1i", "sd2i", "sdi", "r2i"})
#: Columns that must be positive.
POSITIVE = frozenset({"n1i", "n2i", "ni", "t1i", "t2i"})

CORRELATION_COLUMNS = {
    "COR": ("ri", "ni"),
    "UCOR": ("ri", "ni"),
    "ZCOR": ("ri", "ni"),
    "PCOR": ("ti", "mi", "ni"),
    "ZPCOR": ("ti", "mi", "ni"),
    "SPCOR": ("ti", "r2i", "mi", "ni"),
    "ZSPCOR": ("ti", "r2i", "mi", "ni"),
    "R2": ("r2i", "mi", "ni"),
    "ZR2": ("r2i", "ni"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects(Result, Source):
    """What :func:`escalc` found, one value a row of the input.

    Attributes
    ----------
    yi, vi : Vector, shape (k,)
        Effects (log scale for ratios) and sampling variances; nan where they are not defined.
    measure : Measure
        The effect measure, in metafor's code.
    slab : tuple of str or None
        Names of the studies, if they were given.
    corrected : tuple of int
        Rows (from 0) to which a constant was added.
    dropped : tuple of int
        Rows (from 0) without an effect or a variance.
    notes : tuple of str
        Each correction and exclusion in words; studies are counted from 1.
    """

    DOES: ClassVar[str] = (
        "Effect sizes and their sampling variances were calculated from the data of each study."
    )
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010",)

    yi: Vector
    vi: Vector
    measure: Measure
    slab: tuple[str, ...] | None = None
    corrected: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()

    def arguments(self) -> Mapping[str, Any]:
        """Return the effects and what they are."""
        return {"yi": self.yi, "vi": self.vi, "slab": self.slab, "measure": self.measure}

    def __str__(self) -> str:
        names = self.slab or tuple(str(i + 1) for i in range(len(self.yi)))
        width = max([4, *(len(name) for name in names)])
        lines = [f"{'':>{width}} {'yi':>9} {'vi':>9}   ({self.measure})"]
        for name, y, v in zip(names, self.yi, self.vi, strict=True):
            lines.append(f"{name:>{width}} {y:>9.4f} {v:>9.4f}")
        return "\n".join([*lines, *self.notes])


@takes_fit()
def escalc(
    measure: Measure,
    *,
    ai: ArrayLike | None = None,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    x1i: ArrayLike | None = None,
    x2i: ArrayLike | None = None,
    t1i: ArrayLike | None = None,
    t2i: ArrayLike | None = None,
    m1i: ArrayLike | None = None,
    m2i: ArrayLike | None = None,
    sd1i: ArrayLike | None = None,
    sd2i: ArrayLike | None = None,
    xi: ArrayLike | None = None,
    mi: ArrayLike | None = None,
    ni: ArrayLike | None = None,
    ti: ArrayLike | None = None,
    sdi: ArrayLike | None = None,
    ri: ArrayLike | None = None,
    r2i: ArrayLike | None = None,
    add: float | None = None,
    to: To = "only0",
    drop00: bool = False,
    vtype: VType = "LS",
    correct: bool = True,
    slab: Sequence[str] | None = None,
    data: Columns | None = None,
) -> Effects:
    """Calculate effects and sampling variances for one of metafor's measures.

    Parameters
    ----------
    measure : Measure
        ``RR``, ``OR``, ``RD``, ``PETO``, ``MD``, ``SMD``, ``ROM``, ``SMCR``, ``PLO`` …
    ai, bi, ci, di : array_like, shape (k,)
        Events and non-events in group 1, then in group 2. For paired measures (``MPRD``, ``MPRR``,
        ``MPOR``, ``MPORC``, ``MPPETO``): yes-yes, yes-no, no-yes, no-no.
    n1i, n2i : array_like, shape (k,)
        Group sizes; with ``ai`` and ``ci`` they may stand for ``bi`` and ``di``.
    x1i, t1i, x2i, t2i, xi, ti : array_like, shape (k,)
        Events and person-time, of two groups or of one. ``ti`` is the t statistic for ``PCOR``.
    m1i, sd1i, m2i, sd2i, mi, sdi : array_like, shape (k,)
        Means and standard deviations. For change (``MC``, ``SMCC``, ``SMCR`` …) the two times,
        the later first. ``mi`` is the number of items for reliability, of predictors for ``R2``.
    ni, ri, r2i : array_like, shape (k,)
        Size, correlation (between the two times, for change), R squared.
    add : float or None
        What is added to empty cells. None means 0.5, and 0 for measures that bear empty cells
        (``AS``, ``PHI``, ``RTET``, ``PAS``, ``PFT``, ``IRS``, ``IRFT``, ``IRSD``).
    to : {"only0", "all", "if0all", "none"}
        Studies with an empty cell, all, all if any study has one, none.
    drop00 : bool
        Leave out studies without events (or without non-events) in both groups.
    vtype : VType
        Kind of sampling variance, as metafor defines it for the measure.
    correct : bool
        Correct the small-sample bias, where the measure has such a correction.
    slab : sequence of str or None
        Names of the studies; ``notes``, and what is made of the effects, call them so.
    data : mapping of str to column, a data frame of any make, or None
        With it, columns can be given by their names: ``ai="tpos"``.

    Returns
    -------
    Effects
        Rows as given; an undefined effect is nan and named in ``notes``.

    Raises
    ------
    InputError
        If a column is missing, not numeric, of another length, or out of its range.

    References
    ----------
    Viechtbauer W (2010). Conducting meta-analyses in R with the metafor package.
    Journal of Statistical Software 36(3). doi:10.18637/jss.v036.i03

    Examples
    --------
    >>> escalc("RR", ai=[5, 11], n1i=[5, 16], ci=[0, 0], n2i=[5, 16]).notes
    ('study 1: 0.5 added to all four cells', 'study 2: 0.5 added to all four cells')
    >>> dat = {"study": ["Aronson", "Ferguson"], "m": [4, 6], "n": [123, 306],
    ...        "m0": [11, 29], "n0": [139, 303]}
    >>> print(escalc("RR", ai="m", n1i="n", ci="m0", n2i="n0", slab="study", data=dat))
                    yi        vi   (RR)
     Aronson   -0.8893    0.3256
    Ferguson   -1.5854    0.1946
    """
    if measure not in get_args(Measure):
        raise InputError(f"There is no measure {measure!r}.", remedy="See ranvier.stats.Measure.")
    given = {
        name: values
        for name, values in (
            ("ai", ai), ("bi", bi), ("ci", ci), ("di", di), ("n1i", n1i), ("n2i", n2i),
            ("x1i", x1i), ("x2i", x2i), ("t1i", t1i), ("t2i", t2i), ("m1i", m1i), ("m2i", m2i),
            ("sd1i", sd1i), ("sd2i", sd2i), ("xi", xi), ("mi", mi), ("ni", ni), ("ti", ti),
            ("sdi", sdi), ("ri", ri), ("r2i", r2i),
        )
        if values is not None
    }  # fmt: skip
    if add is None:
        add = 0.0 if measure in BEARS_ZEROS else 0.5
    rows = _checked(as_rows(given), measure)
    counts = _COUNTS.get(measure)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if counts is not None:
            found = counts(measure, rows, vtype, add=add, to=to, drop00=drop00)
        elif measure in CORRELATION_MEASURES or measure in RELIABILITY_MEASURES:
            found = _result(measure, _from_single(measure, rows, vtype), rows)
        else:
            found = _result(measure, _from_means(measure, rows, vtype, correct), rows)
    return found if slab is None else _named(found, slab)


def _named(found: Effects, slab: Sequence[str]) -> Effects:
    """Call the studies by their names."""
    if len(slab) != len(found.yi):
        raise InputError(f"slab must have {len(found.yi)} entries; it has {len(slab)}.")
    names = tuple(str(name) for name in slab)
    notes = [re.sub(r"^study (\d+)(?=:)", lambda m: names[int(m[1]) - 1], n) for n in found.notes]
    return replace(found, slab=names, notes=tuple(notes))


def _checked(rows: Rows, measure: str) -> Rows:
    """Refuse what no study can have reported."""
    signed = {"ai"} if measure in RELIABILITY_MEASURES and measure != "REH" else set[str]()
    for name, v in rows.items():
        counts = name in {"ai", "ci"} and name not in signed
        if (name in NOT_NEGATIVE or counts) and (v < 0).any():
            raise InputError(f"{name} must not be negative; it is at rows {rows_of(v < 0)}.")
        if name in POSITIVE and (v <= 0).any():
            raise InputError(f"{name} must be positive; it is not at rows {rows_of(v <= 0)}.")
        if name == "ri" and (np.abs(v) > 1).any():
            raise InputError(f"ri must be in -1 to 1; it is not at rows {rows_of(np.abs(v) > 1)}.")
        if name == "r2i" and (v > 1).any():
            raise InputError(f"r2i must be in 0 to 1; it is not at rows {rows_of(v > 1)}.")
    return rows


def _columns(measure: str, rows: Rows, names: tuple[str, ...]) -> Rows:
    missing = [name for name in names if name not in rows]
    if missing:
        raise InputError(f"{measure} needs {joined(missing)}.")
    return {name: rows[name] for name in names}


def _other_count(rows: Rows, event: str, other: str, size: str, measure: str) -> Vector:
    """Non-events: as given, or size minus events."""
    if other in rows:
        return rows[other]
    c = _columns(measure, rows, (event, size))
    if (c[event] > c[size]).any():
        bad = rows_of(c[event] > c[size])
        raise InputError(f"{event} must not exceed {size}; it does at rows {bad}.")
    return c[size] - c[event]


def _vtype(measure: str, vtype: str, known: tuple[str, ...]) -> str:
    if vtype not in known:
        raise InputError(f"vtype of {measure} must be {joined(known)}, not {vtype!r}.")
    return vtype


def table_from(measure: str, rows: Rows) -> Table:
    """Build the 2x2 tables from cells, or from events and sizes."""
    c = _columns(measure, rows, ("ai", "ci"))
    return Table(
        ai=c["ai"],
        bi=_other_count(rows, "ai", "bi", "n1i", measure),
        ci=c["ci"],
        di=_other_count(rows, "ci", "di", "n2i", measure),
    )


def _from_table(
    measure: Measure, rows: Rows, vtype: str, *, add: float, to: To, drop00: bool
) -> Effects:
    table = table_from(measure, rows)
    gone = double_zero(table) if drop00 else np.zeros(len(table.ai), dtype=bool)
    plus = add_to_rows(table.has_zero & ~gone, to, add) & ~gone
    t = corrected_table(table, plus, add)
    # Left-out rows must not enter an average over studies (vtype AV).
    t = Table(**{c: np.where(gone, np.nan, getattr(t, c)) for c in ("ai", "bi", "ci", "di")})
    if measure == "MPORM":
        effect = marginal_odds_ratio(t, _columns(measure, rows, ("ri",))["ri"])
    elif measure in PAIRED_MEASURES:
        effect = PAIRED_MEASURES[measure](t)
    else:
        formula, known = TABLE_MEASURES[measure]
        effect = formula(t, _vtype(measure, vtype, known))
    return _result(
        measure, effect, rows, plus, f"{add:g} added to all four cells", gone,
        "no events, or no non-events, in both groups",
    )  # fmt: skip


def _from_two_rates(
    measure: Measure, rows: Rows, vtype: str, *, add: float, to: To, drop00: bool
) -> Effects:
    r = _columns(measure, rows, ("x1i", "t1i", "x2i", "t2i"))
    none = np.asarray((r["x1i"] == 0) & (r["x2i"] == 0) & drop00, dtype=bool)
    plus = add_to_rows(((r["x1i"] == 0) | (r["x2i"] == 0)) & ~none, to, add) & ~none
    for name in ("x1i", "x2i"):
        r[name] = np.where(none, np.nan, r[name] + add * plus)
    formula, known = TWO_RATE_MEASURES[measure]
    effect = formula(r, _vtype(measure, vtype, known))
    return _result(
        measure, effect, rows, plus, f"{add:g} added to both counts", none, "no events at all"
    )


def _from_events(
    measure: Measure, rows: Rows, vtype: str, *, add: float, to: To, drop00: bool
) -> Effects:
    """Proportions and rates of one group; ``drop00`` has no meaning here."""
    if measure in RATE_MEASURES:
        formula, known = RATE_MEASURES[measure]
        r = _columns(measure, rows, ("xi", "ti"))
        plus = add_to_rows(r["xi"] == 0, to, add)
        r["xi"] = r["xi"] + add * plus
        said = f"{add:g} added to the count"
    else:
        formula, known = PROPORTION_MEASURES[measure]
        r = _columns(measure, rows, ("xi",))
        r["mi"] = _other_count(rows, "xi", "mi", "ni", measure)
        plus = add_to_rows((r["xi"] == 0) | (r["mi"] == 0), to, add)
        r = {name: x + add * plus for name, x in r.items()}
        said = f"{add:g} added to events and non-events"
    return _result(measure, formula(r, _vtype(measure, vtype, known)), rows, plus, said)


def _from_means(measure: Measure, rows: Rows, vtype: str, correct: bool) -> Effect:
    if measure in CHANGE_MEASURES:
        formula, known = CHANGE_MEASURES[measure]
        wanted = ("m1i", "m2i", "sd1i", "sd2i", "ri", "ni")
        if measure == "VRC":
            wanted = wanted[2:]
        elif measure == "SMCR":
            wanted = ("m1i", "m2i", "sd1i", "ri", "ni")
    elif measure in MEAN_MEASURES:
        formula, known = MEAN_MEASURES[measure]
        wanted = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
        if measure == "VR":
            wanted = ("sd1i", "n1i", "sd2i", "n2i")
        elif measure == "SMD1":
            wanted = ("m1i", "n1i", "m2i", "sd2i", "n2i")
    else:
        formula, known = GROUP_MEASURES[measure]
        wanted = ("sdi", "ni") if measure == "SDLN" else ("mi", "sdi", "ni")
    return formula(_columns(measure, rows, wanted), _vtype(measure, vtype, known), correct)


def _from_single(measure: Measure, rows: Rows, vtype: str) -> Effect:
    if measure in CORRELATION_MEASURES:
        formula, known = CORRELATION_MEASURES[measure]
        wanted = CORRELATION_COLUMNS[measure]
    else:
        formula, known = RELIABILITY_MEASURES[measure]
        wanted = ("ai", "bi", "ci") if measure == "REH" else ("ai", "mi", "ni")
    return formula(_columns(measure, rows, wanted), _vtype(measure, vtype, known))


def _result(
    measure: Measure,
    effect: Effect,
    rows: Rows,
    corrected: NDArray[np.bool_] | None = None,
    correction: str = "",
    left_out: NDArray[np.bool_] | None = None,
    reason: str = "",
) -> Effects:
    """Blank what is not defined, and say it."""
    yi, vi = (np.array(x, dtype=np.float64) for x in effect)
    none = np.zeros(len(yi), dtype=bool)
    missing: NDArray[np.bool_] = np.any([np.isnan(v) for v in rows.values()], axis=0)
    corrected = none if corrected is None else corrected & ~missing
    left_out = none if left_out is None else left_out
    infinite = np.isinf(yi) | np.isinf(vi)
    yi[infinite] = np.nan
    vi[np.logical_or.reduce([infinite, np.isnan(yi), vi < 0])] = np.nan
    dropped = np.isnan(yi) | np.isnan(vi)
    notes: list[str] = []
    for i in range(len(yi)):
        if corrected[i]:
            notes.append(f"study {i + 1}: {correction}")
        if dropped[i]:
            why = reason if left_out[i] else f"{measure} or its variance is not defined"
            why = "a value is missing" if missing[i] and not left_out[i] else why
            notes.append(f"study {i + 1}: left out, {why}")
        elif vi[i] == 0:
            notes.append(f"study {i + 1}: the sampling variance is 0")
    return Effects(
        yi=yi,
        vi=vi,
        measure=measure,
        corrected=tuple(int(i) for i in np.flatnonzero(corrected)),
        dropped=tuple(int(i) for i in np.flatnonzero(dropped)),
        notes=tuple(notes),
    )


_COUNTS: dict[str, Callable[..., Effects]] = {
    **dict.fromkeys((*TABLE_MEASURES, *PAIRED_MEASURES, "MPORM"), _from_table),
    **dict.fromkeys(TWO_RATE_MEASURES, _from_two_rates),
    **dict.fromkeys((*PROPORTION_MEASURES, *RATE_MEASURES), _from_events),
}
