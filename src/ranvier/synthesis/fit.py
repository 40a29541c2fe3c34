"""One pooled result, whatever method made it: what `ranvier.stats` found, in one shape."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

import numpy as np

from ranvier.core.analysis import Estimate
from ranvier.errors import InputError, NumericalWarning
from ranvier.stats import RmaResult, escalc, rma, rma_mh, rma_peto
from ranvier.stats.arrays import Vector
from ranvier.stats.effects import Measure
from ranvier.stats.mantel_haenszel import MhResult
from ranvier.stats.mixed import Test, critical
from ranvier.stats.rma import two_sided
from ranvier.stats.tau2 import Method
from ranvier.stats.zero_cells import ZERO_CELLS, ZeroCellsName

__all__ = [
    "INTERVALS",
    "RATIOS",
    "TABLE_MEASURES",
    "TAU2",
    "Fit",
    "Tables",
    "fit_effects",
    "fit_one_by_t",
    "fit_tables",
    "named",
    "one_of",
    "studies_of",
    "to_natural",
]

Scale = Literal["log", "natural"]

#: Measures held as logarithms and shown as ratios.
RATIOS = frozenset(
    {"RR", "OR", "PETO", "HR", "IRR", "ROM", "MPRR", "MPOR", "MPORC", "MPORM", "MPPETO", "PLN",
     "MNLN", "IRLN", "VR", "CVR", "SDLN", "CVLN", "ROMC", "VRC", "CVRC"}
)  # fmt: skip

#: Measures of a 2x2 table.
TABLE_MEASURES = (
    "RR", "OR", "RD", "PETO", "AS", "PHI", "ZPHI", "YUQ", "YUY", "PBIT", "OR2D", "OR2DL", "OR2DN",
)  # fmt: skip

#: Estimators of tau2 by name.
TAU2: tuple[str, ...] = tuple(m for m in get_args(Method) if m not in ("EE", "FE", "CE", "GENQ"))

#: Interval of a pooled effect by name, and the test of :func:`ranvier.stats.rma` it is.
INTERVALS: dict[str, Test] = {
    "wald": "z",
    "t": "t",
    "hksj": "knha",
    "hksj_floor": "adhoc",
    "knha": "knha",
    "adhoc": "adhoc",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """2x2 tables as arrays: events and sizes of group 1, then of group 2."""

    e1: Vector
    n1: Vector
    e2: Vector
    n2: Vector

    def __len__(self) -> int:
        return len(self.e1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """A pooled effect with its interval, on the scale it was pooled on.

    Attributes
    ----------
    k : int
        Rows that count.
    yi, vi, weights : Vector
        One a row that went in; nan where a row has no effect or does not count.
    estimate, se, ci_lb, ci_ub, stat, p : float or None
        ``None`` where the data do not define it.
    free : float or None
        Degrees of freedom of the test; ``None`` for a normal one.
    notes : tuple of str
        Each correction and exclusion; rows are counted from 1.
    """

    measure: str
    scale: Scale
    k: int
    yi: Vector
    vi: Vector
    weights: Vector
    estimate: float | None
    se: float | None
    ci_lb: float | None
    ci_ub: float | None
    stat: float | None
    p: float | None
    free: float | None = None
    tau2: float | None = None
    I2: float | None = None
    H2: float | None = None
    QE: float | None = None
    QE_df: int | None = None
    QE_p: float | None = None
    pi_lb: float | None = None
    pi_ub: float | None = None
    notes: tuple[str, ...] = ()


def to_natural(x: float | None, scale: Scale) -> float | None:
    """Turn a logarithm back; leave what is on its natural scale; pass ``None`` on."""
    if x is None or math.isnan(x):
        return None
    if scale == "natural":
        return float(x)
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def one_of(what: str, name: str, known: Sequence[str]) -> str:
    """Return `name` if it is known.

    Raises
    ------
    InputError
        Naming all that are known.
    """
    if name not in known:
        raise InputError(f"There is no {what} {name!r}.", remedy=f"Known are {', '.join(known)}.")
    return name


def named(notes: Sequence[str], studies: Sequence[str]) -> tuple[str, ...]:
    """Put the studies' names in place of their numbers.

    Examples
    --------
    >>> named(["study 2: left out"], ["azulay1994", "leger2001"])
    ('leger2001: left out',)
    """

    def name(match: re.Match[str]) -> str:
        return f"{studies[int(match.group(1)) - 1]}:"

    return tuple(re.sub(r"^(?:study|row) (\d+):", name, note) for note in notes)


def fit_tables(
    tables: Tables,
    measure: str,
    *,
    method: str,
    tau2: str | None = None,
    zero_cells: str = "none",
    double_zero: Literal["drop", "keep"] = "drop",
    interval: str = "wald",
    level: float = 0.95,
) -> Fit:
    """Pool 2x2 tables.

    Parameters
    ----------
    method : {"MH", "IV", "PETO"}
    tau2 : str or None
        Estimator of the variance between studies; ``None`` for one common effect.
    zero_cells, double_zero
        The zero-cell convention by name, and whether studies without events are left out.
    interval : str
        A name of :data:`INTERVALS`.

    Raises
    ------
    InputError
        If a name is unknown, a combination does not exist, or nothing is left to pool.
    """
    one_of("effect measure of two arms", measure, TABLE_MEASURES)
    one_of("zero-cell convention", zero_cells, tuple(ZERO_CELLS))
    one_of("method", method, ("MH", "IV", "PETO"))
    if method == "PETO" or measure == "PETO":
        return _peto(tables, measure, method, tau2, interval, level)
    if method == "MH":
        return _mantel_haenszel(tables, measure, tau2, zero_cells, double_zero, interval, level)
    convention = cast("ZeroCellsName", zero_cells)
    drop = double_zero == "drop"
    effects = escalc(
        cast("Measure", measure),
        ai=tables.e1,
        n1i=tables.n1,
        ci=tables.e2,
        n2i=tables.n2,
        to=_half_only(convention),
        drop00=drop,
    )
    fit = fit_effects(effects.yi, effects.vi, measure, tau2=tau2, interval=interval, level=level)
    return replace(fit, notes=(*effects.notes, *fit.notes))


def _half_only(convention: ZeroCellsName) -> Literal["only0", "none"]:
    """Return which studies get 0.5 for their own effect."""
    if convention in ("treatment_arm", "empirical"):
        raise InputError(
            f"Zero cells by {convention!r} are for Mantel-Haenszel.",
            remedy="Use 'none' or 'half_individual' with inverse variance.",
        )
    return "none" if convention == "none" else "only0"


def _peto(
    tables: Tables, measure: str, method: str, tau2: str | None, interval: str, level: float
) -> Fit:
    if measure not in ("PETO", "OR") or method == "MH":
        raise InputError(
            f"Peto's method gives an odds ratio, not {measure} by {method}.",
            remedy="Use measure PETO with method PETO.",
        )
    if tau2 is not None or interval != "wald" or method == "IV":
        return fit_effects(
            *_peto_effects(tables), "PETO", tau2=tau2, interval=interval, level=level
        )
    found = rma_peto(tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, level=level)
    return _from_mh(found, "PETO")


def _peto_effects(tables: Tables) -> tuple[Vector, Vector]:
    effects = escalc("PETO", ai=tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, to="none")
    return effects.yi, effects.vi


def _mantel_haenszel(
    tables: Tables,
    measure: str,
    tau2: str | None,
    zero_cells: str,
    double_zero: str,
    interval: str,
    level: float,
) -> Fit:
    if measure not in ("RR", "OR", "RD"):
        raise InputError(
            f"Mantel-Haenszel pools RR, OR and RD, not {measure}.",
            remedy="Use method IV for other measures.",
        )
    convention = ZERO_CELLS[cast("ZeroCellsName", zero_cells)]
    drop = double_zero == "drop"
    to = convention.to if measure != "RD" else (convention.to[0], "none")
    if tau2 is None and interval != "wald":
        raise InputError(
            f"Mantel-Haenszel has a normal interval, not {interval!r}.",
            remedy="Use interval wald, or method IV.",
        )
    # RevMan 5 takes Greenland and Robins' variance of the risk difference, metafor Sato's.
    revman = zero_cells == "half_also_when_pooling"
    rd_variance: Literal["sato", "greenland_robins"] = "greenland_robins" if revman else "sato"
    if convention.size != "half":
        found = rma_mh(
            tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, measure=measure,
            zero_cells=convention.name, rd_variance=rd_variance, level=level,
        )  # fmt: skip
    else:
        found = rma_mh(
            tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, measure=measure,
            add=(0.5, 0.5), to=to, drop00=(drop, drop), rd_variance=rd_variance, level=level,
        )  # fmt: skip
    if tau2 is None:
        return _from_mh(found, measure)
    if tau2 != "DL":
        raise InputError(
            f"Mantel-Haenszel with random effects estimates tau2 by DL, not {tau2}.",
            remedy="Use method IV for other estimators.",
        )
    return _revman_random(found, measure, interval, level)


def _revman_random(found: MhResult, measure: str, interval: str, level: float) -> Fit:
    """Pool as RevMan 5 does by "M-H, random": tau2 by DL from the Q around its own estimate."""
    w = 1 / found.effects.vi[np.isfinite(found.effects.vi) & (found.effects.vi > 0)]
    spread = float(w.sum() - (w @ w) / w.sum()) if len(w) else 0.0
    between = max(0.0, (found.QE - (len(w) - 1)) / spread) if len(w) > 1 else 0.0
    fit = fit_effects(
        found.effects.yi, found.effects.vi, measure,
        tau2="DL", interval=interval, level=level, between=between,
    )  # fmt: skip
    return replace(
        fit, QE=found.QE, QE_p=found.QEp, I2=found.I2, H2=found.H2,
        notes=(*found.effects.notes, *fit.notes),
    )  # fmt: skip


def _from_mh(found: MhResult, measure: str) -> Fit:
    own = int((np.isfinite(found.effects.vi) & (found.effects.vi > 0)).sum())
    silent = [
        f"study {i + 1}: no effect of its own (an empty cell); it counts in the pooled sums"
        for i in found.effects.dropped
        if not any(note.startswith(f"study {i + 1}:") for note in found.notes)
    ]
    return Fit(
        measure=measure,
        scale="log" if measure in RATIOS else "natural",
        k=found.k if found.method == "MH" else int((found.weights > 0).sum()),
        yi=found.effects.yi,
        vi=found.effects.vi,
        weights=found.weights,
        estimate=found.estimate,
        se=found.se,
        ci_lb=found.ci_lb,
        ci_ub=found.ci_ub,
        stat=found.stat,
        p=found.pval,
        I2=found.I2 if own > 1 else None,
        H2=found.H2 if own > 1 else None,
        QE=found.QE if own > 1 else None,
        QE_df=own - 1 if own > 1 else None,
        QE_p=found.QEp if own > 1 else None,
        notes=(*found.notes, *silent),
    )


def fit_effects(
    yi: Vector,
    vi: Vector,
    measure: str,
    *,
    tau2: str | None = None,
    interval: str = "wald",
    level: float = 0.95,
    between: float | None = None,
) -> Fit:
    """Pool effects by inverse variance.

    Parameters
    ----------
    yi, vi : Vector
        Effects on their pooling scale, and variances; nan for rows without.
    tau2 : str or None
        A name of :data:`TAU2`; ``None`` for one common effect.
    between : float or None
        A variance between studies taken as given, in place of an estimate.

    Raises
    ------
    InputError
        If a name is unknown, or no row has an effect and a variance.
    """
    test = INTERVALS[one_of("interval of a pooled effect", interval, tuple(INTERVALS))]
    method = "EE" if tau2 is None else one_of("estimator of tau2", tau2, TAU2)
    usable = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    if not usable.any():
        raise InputError(
            "No study has both an effect and a variance.",
            remedy="Choose a zero-cell convention, or an exact method.",
        )
    y, v = np.where(usable, yi, np.nan), np.where(usable, vi, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericalWarning)  # it is in the notes, too
        found = rma(y, v, method=cast("Method", method), test=test, level=level, tau2=between)
    return _from_rma(found, yi, vi, measure, random=tau2 is not None)


def _from_rma(found: RmaResult, yi: Vector, vi: Vector, measure: str, *, random: bool) -> Fit:
    several = found.k > 1

    def held(x: float | None) -> float | None:
        return x if x is not None and math.isfinite(x) else None

    return Fit(
        measure=measure,
        scale="log" if measure in RATIOS else "natural",
        k=found.k,
        yi=yi,
        vi=vi,
        weights=found.weights,
        estimate=held(found.estimate),
        se=held(found.se),
        ci_lb=held(found.ci_lb),
        ci_ub=held(found.ci_ub),
        stat=held(found.stat),
        p=held(found.pval),
        free=found.ddf,
        tau2=found.tau2 if random else None,
        I2=found.I2 if several else None,
        H2=found.H2 if several else None,
        QE=found.QE if several else None,
        QE_df=found.k - 1 if several else None,
        QE_p=found.QEp if several else None,
        pi_lb=held(found.pi_lb),
        pi_ub=held(found.pi_ub),
        notes=(
            *(
                f"study {i + 1}: left out, a sampling variance of 0 has no inverse"
                for i in np.flatnonzero(vi == 0)
            ),
            *(note for note in found.notes if "left out" not in note),
        ),
    )


def fit_one_by_t(yi: Vector, vi: Vector, measure: str, *, free: float | None, level: float) -> Fit:
    """Give one study's effect its interval and test by t with its own degrees of freedom."""
    fit = fit_effects(yi, vi, measure, level=level)
    if fit.estimate is None or fit.se is None:
        return fit
    half = critical(level, free) * fit.se
    return replace(
        fit,
        ci_lb=fit.estimate - half,
        ci_ub=fit.estimate + half,
        p=two_sided(fit.estimate / fit.se, free),
        free=free,
    )


def studies_of(fit: Fit, level: float) -> tuple[Estimate | None, ...]:
    """Return each row's own effect with a normal interval, on the natural scale."""
    z = critical(level, None)
    effects: list[Estimate | None] = []
    for y, v in zip(fit.yi, fit.vi, strict=True):
        centre = to_natural(float(y), fit.scale)
        if centre is None or math.isnan(v):
            effects.append(None)
            continue
        if v == 0:  # no interval can be drawn from a variance of 0
            effects.append(Estimate(estimate=centre, ci_lb=None, ci_ub=None))
            continue
        half = z * math.sqrt(v)
        low, high = to_natural(y - half, fit.scale), to_natural(y + half, fit.scale)
        effects.append(Estimate(estimate=centre, ci_lb=low, ci_ub=high))
    return tuple(effects)
