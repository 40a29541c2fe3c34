"""How each design of result rows is computed: one function a design, one shape of answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast, get_args

import numpy as np

from ranvier.core.analysis import Estimate
from ranvier.core.protocol import AnalysisSpec, Design
from ranvier.errors import InputError
from ranvier.stats import escalc
from ranvier.stats.effects import Measure
from ranvier.stats.exact import exact_odds_ratio
from ranvier.stats.prepost import ChangeMeasure, prepost_change
from ranvier.stats.proportion import ProportionMethod, proportion_ci
from ranvier.synthesis.arrays import (
    NumberRow,
    contrasts_from,
    differences_from,
    means_from,
    tables_from,
)
from ranvier.synthesis.fit import Fit, fit_effects, fit_one_by_t, one_of, studies_of, to_natural
from ranvier.synthesis.pairs import paired
from ranvier.synthesis.tables import fit_tables

__all__ = ["CHANGE", "DESIGNS", "MEANS", "PROPORTIONS", "Computed"]

#: Intervals of one proportion by name.
PROPORTIONS: dict[str, ProportionMethod] = {
    "wald": "wald",
    "wilson": "wilson",
    "score": "wilson",
    "wilson_corrected": "wilson_corrected",
    "agresti_coull": "agresti_coull",
    "clopper_pearson": "clopper_pearson",
    "exact": "clopper_pearson",
    "mid_p": "mid_p",
    "jeffreys": "jeffreys",
    "arcsine": "arcsine",
}

#: Said where one small study gets its interval by t.
BY_T = "one study: interval and test by t with n - 1 degrees of freedom"

#: Measures of two means, and of a change within one group.
MEANS = ("MD", "SMD", "SMDH", "ROM")
CHANGE = get_args(ChangeMeasure)


#: Intervals of contrast rows are 95% intervals.
PRINTED_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What a design gives; effects on the natural scale.

    Attributes
    ----------
    fit : Fit or None
        ``None`` where nothing was pooled on a scale of its own (exact methods, narratives).
    studies : tuple of (Estimate or None)
        One a row.
    """

    effect: Estimate | None
    k: int
    p: float | None = None
    fit: Fit | None = None
    studies: tuple[Estimate | None, ...] = ()
    by_correlation: dict[str, Estimate] | None = None
    notes: tuple[str, ...] = ()


def from_fit(fit: Fit, *, spec: AnalysisSpec, notes: Sequence[str] = ()) -> Computed:
    """Turn a fit into an answer: natural scale, p value for the sides asked for."""
    return Computed(
        effect=effect_of(fit),
        k=fit.k,
        p=fit.p if spec.sides == 2 or fit.p is None else fit.p / 2,
        fit=fit,
        studies=studies_of(fit, spec.level),
        notes=(*notes, *fit.notes),
    )


def effect_of(fit: Fit) -> Estimate | None:
    """Return the pooled effect on its natural scale."""
    centre = to_natural(fit.estimate, fit.scale)
    if centre is None:
        return None
    return Estimate(
        estimate=centre,
        ci_lb=to_natural(fit.ci_lb, fit.scale),
        ci_ub=to_natural(fit.ci_ub, fit.scale),
    )


def _tau2(spec: AnalysisSpec) -> str | None:
    """Return the estimator of a random-effects model, ``None`` for a common effect."""
    if spec.model == "common":
        return None
    return spec.tau2 or "REML"


def _method(spec: AnalysisSpec, *known: str) -> str:
    return one_of(f"method for {spec.design} rows", spec.method, known)


def _two_arm_binary(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    tables = tables_from(rows)
    method = _method(spec, "MH", "IV", "PETO", "exact")
    if method == "exact":
        return _exact(spec, rows)
    return from_fit(
        fit_tables(
            tables,
            spec.measure,
            method=method,
            tau2=_tau2(spec),
            zero_cells=spec.zero_cells,
            double_zero=spec.double_zero,
            interval=spec.interval,
            level=spec.level,
        ),
        spec=spec,
    )


def _exact(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    """Conditional odds ratio given all margins; each study a stratum."""
    if spec.measure != "OR":
        raise InputError(
            f"The exact conditional method gives an odds ratio, not {spec.measure}.",
            remedy="Use measure OR, or method MH, IV or PETO.",
        )
    tables = tables_from(rows)
    mid_p = spec.interval == "mid_p"

    def over(keep: slice) -> tuple[Estimate | None, float | None, int, tuple[str, ...]]:
        found = exact_odds_ratio(
            tables.e1[keep], n1i=tables.n1[keep], ci=tables.e2[keep], n2i=tables.n2[keep],
            mid_p=mid_p, level=spec.level,
        )  # fmt: skip
        effect, unbounded = finite(found.estimate, found.ci_lb, found.ci_ub)
        return effect, found.pval, found.k, (*found.notes, *unbounded)

    effect, p, k, notes = over(slice(None))
    if spec.sides == 1 and p is not None:
        p = p / 2
        notes = (*notes, "one-sided p value: half of the two-sided one")
    studies = tuple(over(slice(i, i + 1))[0] for i in range(len(rows)))
    return Computed(effect=effect, k=k, p=p, studies=studies, notes=notes)


def finite(
    estimate: float | None, low: float | None, high: float | None
) -> tuple[Estimate | None, tuple[str, ...]]:
    """Keep what is finite; say what is not."""
    if estimate is None:
        return None, ("the estimate is not defined",)
    if not math.isfinite(estimate):
        start = "" if low is None else f"; its interval starts at {low:.3g} and has no upper bound"
        return None, (f"the estimate is infinite{start}",)
    notes: list[str] = []
    if high is not None and not math.isfinite(high):
        high = None
        notes.append("the interval has no upper bound")
    return Estimate(estimate=estimate, ci_lb=low, ci_ub=high), tuple(notes)


def _two_arm_continuous(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    _method(spec, "IV")
    one_of("effect measure of two means", spec.measure, MEANS)
    means = means_from(rows)
    effects = escalc(
        cast("Measure", spec.measure),
        m1i=means.m1, sd1i=means.sd1, n1i=means.n1, m2i=means.m2, sd2i=means.sd2, n2i=means.n2,
    )  # fmt: skip
    fit = fit_effects(
        effects.yi, effects.vi, spec.measure,
        tau2=_tau2(spec), interval=spec.interval, level=spec.level,
    )  # fmt: skip
    return from_fit(fit, spec=spec, notes=(*means.notes, *effects.notes))


def _contrast(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    _method(spec, "IV")
    found = contrasts_from(rows, spec.measure)
    fit = fit_effects(
        found.yi, found.vi, spec.measure,
        tau2=_tau2(spec), interval=spec.interval, level=spec.level,
    )  # fmt: skip
    computed = from_fit(fit, spec=spec, notes=found.notes)
    printed = _printed_interval(spec, rows)
    return computed if printed is None else replace(computed, effect=printed, studies=(printed,))


def _printed_interval(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Estimate | None:
    """Return a single estimate with its interval as it was given, at the level it was given for.

    An interval made anew from its own width would differ from the print in the last digit.
    """
    if len(rows) != 1 or not rows[0].has("ci_lb", "ci_ub") or spec.level != PRINTED_LEVEL:
        return None
    row = rows[0]
    return Estimate(estimate=row["estimate"], ci_lb=row["ci_lb"], ci_ub=row["ci_ub"])


def _paired_binary(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    _method(spec, "paired", "exact")
    found = paired(rows, spec.measure, interval=spec.interval, level=spec.level, sides=spec.sides)
    effect, unbounded = finite(found.estimate, found.ci_lb, found.ci_ub)
    studies: list[Estimate | None] = []
    for row in rows:
        one = paired(
            [row], spec.measure, interval=spec.interval, level=spec.level, sides=spec.sides
        )
        studies.append(finite(one.estimate, one.ci_lb, one.ci_ub)[0])
    return Computed(
        effect=effect,
        k=len(rows),
        p=found.p,
        studies=tuple(studies),
        notes=(*found.notes, *unbounded),
    )


def _paired_continuous(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    _method(spec, "paired", "IV")
    one_of("effect measure of paired differences", spec.measure, ("MD",))
    found = differences_from(rows)
    if len(rows) == 1 and spec.interval in ("wald", "t"):
        fit = fit_one_by_t(found.yi, found.vi, "MD", free=found.free[0], level=spec.level)
        found = replace(found, notes=(*found.notes, BY_T))
    else:
        fit = fit_effects(
            found.yi, found.vi, "MD",
            tau2=_tau2(spec), interval=spec.interval, level=spec.level,
        )  # fmt: skip
    return from_fit(fit, spec=spec, notes=found.notes)


def _pre_post(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    """Change within one group under each assumed correlation; the middle one is shown."""
    _method(spec, "change", "IV")
    one_of("effect measure of a change", spec.measure, CHANGE)
    if not spec.correlations:
        raise InputError(
            "The SD of the change was not reported, and no correlation is assumed.",
            remedy="State correlations in the analysis, such as 0.3, 0.5 and 0.7.",
        )
    fits = {r: _change(spec, rows, r) for r in sorted(spec.correlations)}
    middle = sorted(fits)[(len(fits) - 1) // 2]
    by_correlation = {
        f"{r:g}": effect for r, fit in fits.items() if (effect := effect_of(fit)) is not None
    }
    assumed = ", ".join(by_correlation)
    notes = (
        "no comparison group: the change is not an effect of treatment",
        "the SD of the change was not reported: it follows from an assumed correlation of the two "
        f"times ({assumed}); shown is {middle:g}",
        *((BY_T,) if fits[middle].free is not None else ()),
    )
    shown = from_fit(fits[middle], spec=spec, notes=notes)
    return Computed(
        effect=shown.effect,
        k=shown.k,
        p=shown.p,
        fit=shown.fit,
        studies=shown.studies,
        by_correlation=by_correlation,
        notes=shown.notes,
    )


def _change(spec: AnalysisSpec, rows: Sequence[NumberRow], r: float) -> Fit:
    found = [
        prepost_change(
            row["mean_pre"], row["sd_pre"], row["mean_post"], row["sd_post"], row["n"],
            r=[r], measure=cast("ChangeMeasure", spec.measure), level=spec.level,
        )
        for row in rows
    ]  # fmt: skip
    yi = np.array([float(one.yi[0]) for one in found])
    vi = np.array([float(one.vi[0]) for one in found])
    if spec.measure == "MC" and len(rows) == 1 and spec.interval in ("wald", "t"):
        free = rows[0]["n"] - 1
        return fit_one_by_t(yi, vi, spec.measure, free=free, level=spec.level)
    return fit_effects(
        yi, vi, spec.measure,
        tau2=_tau2(spec), interval=spec.interval, level=spec.level,
    )  # fmt: skip


def _proportion(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    """Proportions with their intervals; several are pooled only if the method says so."""
    method = _method(spec, "proportion", "none", "IV")
    one_of("effect measure of one proportion", spec.measure, ("PR",))
    if method == "IV":
        effects = escalc("PR", xi=[row["events"] for row in rows], ni=[row["n"] for row in rows])
        fit = fit_effects(
            effects.yi, effects.vi, "PR",
            tau2=_tau2(spec), interval=spec.interval, level=spec.level,
        )  # fmt: skip
        return from_fit(fit, spec=spec, notes=effects.notes)
    name = PROPORTIONS[one_of("interval of a proportion", spec.interval, tuple(PROPORTIONS))]
    studies: list[Estimate | None] = []
    for row in rows:
        one = proportion_ci(row["events"], row["n"], method=name, level=spec.level)
        studies.append(Estimate(estimate=one.estimate, ci_lb=one.ci_lb, ci_ub=one.ci_ub))
    if len(rows) == 1:
        return Computed(effect=studies[0], k=1, studies=tuple(studies))
    return Computed(
        effect=None,
        k=len(rows),
        studies=tuple(studies),
        notes=("proportions of different studies are shown side by side, not pooled",),
    )


def _narrative(spec: AnalysisSpec, rows: Sequence[NumberRow]) -> Computed:
    """Nothing to compute: what the studies say stands in their rows."""
    return Computed(effect=None, k=len(rows), notes=("told in words: no numbers to combine",))


DESIGNS: dict[Design, Callable[[AnalysisSpec, Sequence[NumberRow]], Computed]] = {
    "two_arm_binary": _two_arm_binary,
    "two_arm_continuous": _two_arm_continuous,
    "contrast": _contrast,
    "paired_binary": _paired_binary,
    "paired_continuous": _paired_continuous,
    "pre_post": _pre_post,
    "proportion": _proportion,
    "narrative": _narrative,
}
