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
from ranvier.stats import RmaResult, rma
from ranvier.stats.arrays import Vector
from ranvier.stats.mixed import Test, critical
from ranvier.stats.printing import RATIOS
from ranvier.stats.rma import two_sided
from ranvier.stats.tau2 import Method

__all__ = [
    "INTERVALS",
    "TAU2",
    "Fit",
    "fit_effects",
    "fit_one_by_t",
    "named",
    "one_of",
    "studies_of",
    "to_natural",
]

Scale = Literal["log", "natural"]

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
