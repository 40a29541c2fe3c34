"""Published results from counts: two arms, pairs, one proportion."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

from ranvier.stats import escalc
from ranvier.stats.effects import Measure
from ranvier.stats.exact import chi2_test, exact_odds_ratio, fisher_test
from ranvier.stats.proportion import proportion_ci
from ranvier.synthesis.arrays import NumberRow, tables_from
from ranvier.synthesis.designs import PROPORTIONS
from ranvier.synthesis.fit import fit_effects
from ranvier.synthesis.pairs import paired
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
from ranvier.synthesis.tables import TABLE_MEASURES, fit_tables

__all__ = ["pairs", "proportion", "two_arm"]

_DOUBLE_ZERO = ("drop", "keep")
_BACK: dict[str, Callable[[float], float]] = {
    "PR": lambda x: x,
    "PLN": math.exp,
    "PLO": lambda x: 1 / (1 + math.exp(-x)),
    "PAS": lambda x: math.sin(min(max(x, 0.0), math.pi / 2)) ** 2,
}


def _one_table(rows: Sequence[NumberRow], what: str) -> tuple[float, float, float, float]:
    if len(rows) != 1:
        raise NotComputableError(
            f"{what} takes one table; there are {len(rows)} rows.",
            remedy="Give one row, or a pooled analysis.",
        )
    row = rows[0]
    e1, e2 = row["events_1"], row["events_2"]
    return e1, row["n_1"] - e1, e2, row["n_2"] - e2


def two_arm(rows: Sequence[NumberRow], plan: Plan) -> Answer:
    """Give effects, tests and risks of two arms."""
    tables = tables_from(rows)
    figures: Figures = sums(rows, ("events_1", "n_1", "events_2", "n_2"))
    for arm in ("1", "2"):
        events, n = figures[f"events_{arm}"], figures[f"n_{arm}"]
        figures[f"risk_{arm}"] = events / n if events is not None and n else None
    notes: list[str] = []
    if plan.measure is not None:
        known("effect measure of two arms", plan.measure, TABLE_MEASURES)
        if plan.interval in ("exact", "mid_p"):
            _exact(figures, rows, plan)
        else:
            method, tau2 = pooling(plan, rows, "PETO" if plan.measure == "PETO" else "IV")
            fit = fit_tables(
                tables,
                plan.measure,
                method=method,
                tau2=tau2,
                zero_cells=plan.zero_cells or "none",
                double_zero="drop" if _double_zero(plan) == "drop" else "keep",
                interval=pooled_interval(plan),
                level=plan.level,
            )
            add_fit(figures, fit, plan)
            notes += fit.notes
    if plan.test in ("fisher", "chi2", "chi2_corrected") or (
        plan.test == "z" and plan.measure is None
    ):
        _add_test(figures, rows, plan)
    elif plan.test is not None and plan.measure is None:
        raise NotComputableError(f"test {plan.test} needs a measure to test.")
    return figures, notes


def _double_zero(plan: Plan) -> str:
    """Return what happens to studies without events.

    Without a word they stay, except from a ratio by RevMan 5's rules, which leaves them out.
    """
    ratio = plan.measure in ("RR", "OR")
    unsaid = "drop" if ratio and plan.zero_cells == "half_also_when_pooling" else "keep"
    return known("rule for studies without events", plan.double_zero or unsaid, _DOUBLE_ZERO)


def _exact(figures: Figures, rows: Sequence[NumberRow], plan: Plan) -> None:
    """Add the conditional odds ratio; one study a stratum."""
    if plan.measure != "OR":
        raise NotComputableError(f"an exact interval is known for OR, not for {plan.measure}.")
    tables = tables_from(rows)
    found = exact_odds_ratio(
        tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2,
        mid_p=plan.interval == "mid_p", level=plan.level,
    )  # fmt: skip
    figures |= {
        "estimate": found.estimate,
        "ci_lb": found.ci_lb,
        "ci_ub": found.ci_ub,
        "p": found.pval if plan.sides == 2 else None,
        "k": found.k,
    }


def _add_test(figures: Figures, rows: Sequence[NumberRow], plan: Plan) -> None:
    a, b, c, d = _one_table(rows, f"test {plan.test}")
    if plan.test == "fisher":
        if plan.sides == 2:
            tested = fisher_test(a, b, c, d)
        else:  # in the direction that was seen
            more = a * (c + d) >= c * (a + b)
            tested = fisher_test(a, b, c, d, alternative="greater" if more else "less")
        figures["p"] = tested.pval
        return
    tested = chi2_test(a, b, c, d, correct=plan.test == "chi2_corrected")
    if (
        plan.test == "z" and tested.stat is not None
    ):  # of two proportions, with the pooled variance: the root of chi2
        figures["z"] = math.copysign(math.sqrt(tested.stat), a * (c + d) - c * (a + b))
    figures["stat"] = tested.stat
    figures["chi2"] = tested.stat
    figures["df"] = 1.0
    figures["p"] = sided(tested.pval, plan.sides)


def pairs(rows: Sequence[NumberRow], plan: Plan) -> Answer:
    """Give McNemar's test and the paired effect."""
    if plan.method not in (None, "exact", "paired", "MH", "mcnemar"):
        raise NotComputableError(f"there is no method {plan.method!r} for paired data.")
    if plan.tau2 is not None or plan.model not in (None, "common", "fixed"):
        raise NotComputableError(
            "pairs of several studies are added up; there are no random effects for them."
        )
    test = "mcnemar" if plan.test == "z" else plan.test
    measure = plan.measure
    interval = plan.interval or ("wald" if plan.test == "z" else None)
    if interval is None and test is None and measure is not None:
        interval = "mcnemar_exact"
    figures: Figures = sums(rows, ("only_1", "only_2"))
    found = paired(
        rows,
        measure or "OR",
        interval=interval or "mcnemar_exact",
        test=test,
        level=plan.level,
        sides=1 if plan.sides == 1 else 2,
    )
    figures |= {"p": found.p, "stat": found.stat, "chi2": found.stat}
    if found.stat is not None:
        figures["z"] = math.copysign(
            math.sqrt(found.stat), (figures["only_1"] or 0) - (figures["only_2"] or 0)
        )
    if measure is not None:
        figures["estimate"] = found.estimate
        if interval is not None:
            figures |= {"ci_lb": found.ci_lb, "ci_ub": found.ci_ub, "se": found.se}
    return figures, found.notes


def proportion(rows: Sequence[NumberRow], plan: Plan) -> Answer:
    """Give a share of people and its interval; several rows are added up, or pooled by name."""
    measure = known("effect measure of one proportion", plan.measure or "PR", tuple(_BACK))
    figures: Figures = sums(rows, ("events", "n"))
    if plan.test is not None:
        raise NotComputableError("a test of one proportion needs a value to test against.")
    pooled = plan.tau2 is not None or plan.model is not None
    if pooled or plan.method not in (None, "proportion"):
        return _pooled_proportion(figures, rows, measure, plan)
    events, n = figures["events"], figures["n"]
    assert events is not None
    assert n is not None
    figures["estimate"] = events / n
    figures["k"] = len(rows)
    if plan.interval is not None:
        name = known("interval of a proportion", plan.interval, tuple(PROPORTIONS))
        found = proportion_ci(events, n, method=PROPORTIONS[name], level=plan.level)
        figures |= {"ci_lb": found.ci_lb, "ci_ub": found.ci_ub}
        figures["se"] = math.sqrt(found.estimate * (1 - found.estimate) / n)
    notes = () if len(rows) == 1 else ("events and people of all rows are added up",)
    return figures, notes


def _pooled_proportion(
    figures: Figures, rows: Sequence[NumberRow], measure: str, plan: Plan
) -> Answer:
    _, tau2 = pooling(plan, rows, "IV")
    effects = escalc(
        cast("Measure", measure),
        xi=[row["events"] for row in rows],
        ni=[row["n"] for row in rows],
        to="none" if plan.zero_cells in (None, "none") else "only0",
    )
    fit = fit_effects(
        effects.yi, effects.vi, measure,
        tau2=tau2, interval=pooled_interval(plan), level=plan.level,
    )  # fmt: skip
    add_fit(figures, fit, plan)
    for name, x in (
        ("estimate", fit.estimate), ("ci_lb", fit.ci_lb), ("ci_ub", fit.ci_ub),
        ("pi_lb", fit.pi_lb), ("pi_ub", fit.pi_ub),
    ):  # fmt: skip
        figures[name] = None if x is None else _BACK[measure](x)
    return figures, (*effects.notes, *fit.notes)
