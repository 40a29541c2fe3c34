"""Published results from means, or from estimates with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np

from ranvier.stats import escalc
from ranvier.stats.effects import Measure
from ranvier.stats.prepost import mean_contrast
from ranvier.stats.rma import two_sided
from ranvier.synthesis.arrays import NumberRow, contrasts_from, means_from
from ranvier.synthesis.designs import MEANS
from ranvier.synthesis.fit import fit_effects
from ranvier.synthesis.published.fields import Plan
from ranvier.synthesis.published.figures import (
    Answer,
    Figures,
    NotComputableError,
    add_fit,
    known,
    pooled_interval,
    pooling,
    sided,
    sums,
)

__all__ = ["estimate", "two_means"]

#: Measures of an estimate with its interval, beyond those that are pooled from counts or means.
_ESTIMATES = ("MD", "SMD", "RD", "RR", "OR", "PETO", "HR", "IRR", "IRD", "ROM", "MC", "GEN")


def two_means(rows: Sequence[NumberRow], plan: Plan) -> Answer:
    """Give differences of two means, one study or pooled."""
    measure = known("effect measure of two means", plan.measure or "MD", MEANS)
    means = means_from(rows, level=_level_of(rows))
    figures: Figures = sums(rows, ("n_1", "n_2"))
    for place in range(len(rows)) if len(rows) == 1 else ():
        figures |= {"sd_1": float(means.sd1[place]), "sd_2": float(means.sd2[place])}
    by_t = plan.test in ("t", "welch") or plan.interval in ("t", "pooled", "welch")
    if len(rows) == 1 and by_t and measure == "MD":
        _one_contrast(figures, rows[0], means_row=(means.sd1[0], means.sd2[0]), plan=plan)
        return figures, means.notes
    if plan.test in ("t", "welch"):
        raise NotComputableError(
            f"test {plan.test} is of one study's mean difference.", remedy="Name test z, or none."
        )
    method, tau2 = pooling(plan, rows, "IV")
    if method != "IV":
        raise NotComputableError(f"means are pooled by inverse variance, not by {method}.")
    effects = escalc(
        cast("Measure", measure),
        m1i=means.m1, sd1i=means.sd1, n1i=means.n1, m2i=means.m2, sd2i=means.sd2, n2i=means.n2,
    )  # fmt: skip
    fit = fit_effects(
        effects.yi, effects.vi, measure,
        tau2=tau2, interval=pooled_interval(plan), level=plan.level,
    )  # fmt: skip
    add_fit(figures, fit, plan)
    return figures, (*means.notes, *effects.notes, *fit.notes)


def _one_contrast(
    figures: Figures, row: NumberRow, *, means_row: tuple[float, float], plan: Plan
) -> None:
    """Add one study's difference of means with its t test and interval."""
    kinds: dict[str | None, Literal["welch", "pooled", "normal"]] = {
        "t": "pooled", "pooled": "pooled", "welch": "welch", "wald": "normal", "z": "normal",
    }  # fmt: skip
    tested = kinds.get(plan.test or plan.interval, "pooled")
    shown = kinds.get(plan.interval or plan.test)
    if shown is None:
        raise NotComputableError(f"there is no interval {plan.interval!r} of one difference.")

    def contrast(kind: Literal["welch", "pooled", "normal"]) -> Figures:
        found = mean_contrast(
            row["mean_1"], float(means_row[0]), row["n_1"],
            row["mean_2"], float(means_row[1]), row["n_2"],
            interval=kind, level=plan.level,
        )  # fmt: skip
        return {
            "estimate": found.estimate,
            "ci_lb": found.ci_lb,
            "ci_ub": found.ci_ub,
            "se": found.se,
            "df": found.df,
            "t": found.estimate / found.se,
            "stat": found.estimate / found.se,
            "p": sided(found.pval, plan.sides),
            "k": 1,
        }

    test = contrast(tested)
    interval = contrast(shown)
    figures |= {**interval, **{name: test[name] for name in ("t", "stat", "p", "df")}}


def _level_of(rows: Sequence[NumberRow]) -> float:
    """Return the level of the intervals in the rows: 95% unless the first row says otherwise."""
    level = rows[0].numbers.get("level", 0.95)
    return level / 100 if level > 1 else level


def estimate(rows: Sequence[NumberRow], plan: Plan) -> Answer:
    """Give the test of one estimate by its interval, or the pooled effect of several."""
    measure = known("effect measure of an estimate", plan.measure or "", _ESTIMATES)
    found = contrasts_from(rows, measure, level=_level_of(rows))
    if len(rows) == 1 and plan.test == "t":
        df = rows[0].numbers.get("df")
        if df is None:
            raise NotComputableError(
                "a t test of an estimate needs its degrees of freedom.",
                remedy="Give df in the row.",
            )
        se = float(np.sqrt(found.vi[0]))
        stat = float(found.yi[0]) / se
        p = sided(two_sided(stat, df), plan.sides)
        return {
            "estimate": rows[0]["estimate"], "se": se, "t": stat, "stat": stat, "p": p, "df": df,
        }, found.notes  # fmt: skip
    method, tau2 = pooling(plan, rows, "IV")
    if method != "IV":
        raise NotComputableError(f"estimates are pooled by inverse variance, not by {method}.")
    fit = fit_effects(
        found.yi, found.vi, measure,
        tau2=tau2, interval=pooled_interval(plan), level=plan.level,
    )  # fmt: skip
    figures: Figures = {}
    add_fit(figures, fit, plan)
    return figures, (*found.notes, *fit.notes)
