"""The figures of a published result, computed from its stated rows by its stated analysis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from ranvier.errors import InputError
from ranvier.stats import escalc
from ranvier.stats.effects import Measure
from ranvier.stats.exact import chi2_test, exact_odds_ratio, fisher_test
from ranvier.stats.prepost import mean_contrast
from ranvier.stats.proportion import proportion_ci
from ranvier.stats.rma import two_sided
from ranvier.synthesis.arrays import NumberRow, contrasts_from, means_from, tables_from
from ranvier.synthesis.designs import MEANS, PROPORTIONS
from ranvier.synthesis.fit import (
    INTERVALS,
    TABLE_MEASURES,
    TAU2,
    Fit,
    fit_effects,
    fit_tables,
    named,
    one_of,
    to_natural,
)
from ranvier.synthesis.pairs import PAIRED_TESTS, paired
from ranvier.synthesis.published import Plan, PublishedResult

__all__ = ["TESTS", "NotComputableError", "Recomputed", "recompute"]

#: Tests by design. ``z`` (and ``t``) is the test of the estimate itself.
TESTS: dict[str, tuple[str, ...]] = {
    "two_arm": ("fisher", "chi2", "chi2_corrected", "z", "t"),
    "paired": (*PAIRED_TESTS, "z"),
    "proportion": ("z",),
    "two_means": ("z", "t", "welch"),
    "estimate": ("z", "t"),
}

_COMMON = ("IV", "FE", "EE", "CE")
_DOUBLE_ZERO = ("drop", "keep")
_BACK: dict[str, Callable[[float], float]] = {
    "PR": lambda x: x,
    "PLN": math.exp,
    "PLO": lambda x: 1 / (1 + math.exp(-x)),
    "PAS": lambda x: math.sin(min(max(x, 0.0), math.pi / 2)) ** 2,
}

#: Measures of an estimate with its interval, beyond those that are pooled from counts or means.
_ESTIMATES = ("MD", "SMD", "RD", "RR", "OR", "PETO", "HR", "IRR", "IRD", "ROM", "MC", "GEN")


class NotComputableError(InputError):
    """What the file asks for is nothing we can compute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What came of it: figures by name, on their natural scale; shares and p values as 0 to 1.

    Attributes
    ----------
    undefined : tuple of str
        Figures the data do not define, such as a ratio without events.
    """

    figures: dict[str, float]
    undefined: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def recompute(result: PublishedResult, plan: Plan) -> Recomputed:
    """Compute every figure that a design and a plan give.

    Raises
    ------
    NotComputableError
        If the design, the measure, the test, the interval or their combination is unknown.
    InputError
        If the rows do not hold what the analysis needs.
    """
    design = _DESIGNS.get(result.design)
    if design is None:
        raise NotComputableError(
            f"there is no design {result.design!r}.", remedy=f"Known are {', '.join(_DESIGNS)}."
        )
    if plan.unknown:
        raise NotComputableError(
            f"the analysis says what we do not know: {'; '.join(plan.unknown)}.",
            remedy="Say it in the words of docs/methods/reproduce.md.",
        )
    if plan.measure is None and plan.test is None:
        raise NotComputableError(
            "the analysis names neither a measure nor a test.", remedy="Name at least one."
        )
    if plan.test is not None:
        _known(f"test of design {result.design!r}", plan.test, TESTS[result.design])
    rows = [
        NumberRow(name=f"{place} ({study})", study=study, numbers=numbers)
        for place, (study, numbers) in enumerate(zip(result.studies, result.rows, strict=True), 1)
    ]
    held, notes = design(rows, plan)
    figures = {name: x for name, x in held.items() if x is not None and not math.isnan(x)}
    return Recomputed(
        figures=figures,
        undefined=tuple(name for name in held if name not in figures),
        notes=named(notes, result.studies),
    )


Figures = dict[str, float | None]
_Answer = tuple[Figures, Sequence[str]]


def _known(what: str, name: str, known: Sequence[str]) -> str:
    """Like :func:`one_of`, as a reason not to compute."""
    try:
        return one_of(what, name, known)
    except InputError as error:
        raise NotComputableError(error.message, remedy=error.remedy) from error


def _pooling(plan: Plan, rows: Sequence[NumberRow], default: str) -> tuple[str, str | None]:
    """Return method (MH, IV, PETO) and estimator of tau2 (``None`` for a common effect).

    An estimator's name may stand as the method; one study needs no method at all.
    """
    method, tau2, model = plan.method, plan.tau2, plan.model
    if method == "random":
        method, model = "IV", "random"
    if method is None:
        if len(rows) > 1 and plan.measure != "PETO" and plan.model is None:
            raise NotComputableError(
                "the analysis does not say how the studies are pooled.",
                remedy="Name a method: MH, IV, PETO, or an estimator of tau2 such as DL or REML.",
            )
        method = default
    if method in TAU2:
        if tau2 not in (None, method):
            raise NotComputableError(f"method {method} and tau2 {tau2} contradict each other.")
        method, tau2 = "IV", method
    elif model is not None:
        common = ("common", "fixed", "equal")
        _known("model", model, (*common, "random"))
        if model == "random" and tau2 is None:
            tau2 = "DL" if method == "MH" else None
            if tau2 is None:
                raise NotComputableError(
                    "random effects, but no estimator of tau2.", remedy="Name one, such as DL."
                )
        if model in common and tau2 is not None:
            raise NotComputableError(f"a common effect has no tau2, but {tau2} is named.")
    if tau2 is not None:
        _known("estimator of tau2", tau2, TAU2)
    method = "IV" if method in _COMMON else method
    return _known("method", method, ("MH", "IV", "PETO")), tau2


def _one_table(rows: Sequence[NumberRow], what: str) -> tuple[float, float, float, float]:
    if len(rows) != 1:
        raise NotComputableError(
            f"{what} takes one table; there are {len(rows)} rows.",
            remedy="Give one row, or a pooled analysis.",
        )
    row = rows[0]
    e1, e2 = row["events_1"], row["events_2"]
    return e1, row["n_1"] - e1, e2, row["n_2"] - e2


def _two_arm(rows: Sequence[NumberRow], plan: Plan) -> _Answer:
    tables = tables_from(rows)
    figures: Figures = _sums(rows, ("events_1", "n_1", "events_2", "n_2"))
    for arm in ("1", "2"):
        events, n = figures[f"events_{arm}"], figures[f"n_{arm}"]
        figures[f"risk_{arm}"] = events / n if events is not None and n else None
    notes: list[str] = []
    if plan.measure is not None:
        _known("effect measure of two arms", plan.measure, TABLE_MEASURES)
        if plan.interval in ("exact", "mid_p"):
            _exact(figures, rows, plan)
        else:
            method, tau2 = _pooling(plan, rows, "PETO" if plan.measure == "PETO" else "IV")
            fit = fit_tables(
                tables,
                plan.measure,
                method=method,
                tau2=tau2,
                zero_cells=plan.zero_cells or "none",
                double_zero="drop" if _double_zero(plan) == "drop" else "keep",
                interval=_pooled_interval(plan),
                level=plan.level,
            )
            _add_fit(figures, fit, plan)
            notes += fit.notes
    if plan.test in ("fisher", "chi2", "chi2_corrected"):
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
    return _known("rule for studies without events", plan.double_zero or unsaid, _DOUBLE_ZERO)


def _pooled_interval(plan: Plan) -> str:
    """Return the interval of a pooled effect; without a word it is Wald's."""
    if plan.test == "t" and plan.interval not in ("t", "hksj", "knha", "adhoc", "hksj_floor"):
        raise NotComputableError("a t test of a pooled effect needs interval hksj or t.")
    return _known("interval of a pooled effect", plan.interval or "wald", tuple(INTERVALS))


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
    figures["stat"] = tested.stat
    figures["chi2"] = tested.stat
    figures["p"] = _sided(tested.pval, plan.sides)


def _sided(p: float | None, sides: int) -> float | None:
    """Halve a two-sided p value of a symmetric test for one side."""
    return p if p is None or sides == 2 else p / 2


def _add_fit(figures: Figures, fit: Fit, plan: Plan) -> None:
    """Add everything a pooled effect says."""
    natural = {
        name: to_natural(x, fit.scale)
        for name, x in (
            ("estimate", fit.estimate), ("ci_lb", fit.ci_lb), ("ci_ub", fit.ci_ub),
            ("pi_lb", fit.pi_lb), ("pi_ub", fit.pi_ub),
        )
    }  # fmt: skip
    figures |= natural
    figures |= {
        "se": fit.se,
        "stat": fit.stat,
        "z": fit.stat if fit.free is None else None,
        "t": fit.stat if fit.free is not None else None,
        "p": _sided(fit.p, plan.sides),
        "k": fit.k,
        "tau2": fit.tau2,
        "tau": None if fit.tau2 is None else math.sqrt(fit.tau2),
        "I2": fit.I2,
        "H2": fit.H2,
        "Q": fit.QE,
        "Q_df": fit.QE_df,
        "Q_p": fit.QE_p,
    }
    for place, weight in enumerate(fit.weights, start=1):
        figures[f"weight_{place}"] = float(weight)
    if fit.measure == "RD" and fit.estimate:
        figures["nnt"] = 1 / abs(fit.estimate)


def _sums(rows: Sequence[NumberRow], fields: Sequence[str]) -> Figures:
    return {field: sum(row[field] for row in rows) for field in fields}


def _paired(rows: Sequence[NumberRow], plan: Plan) -> _Answer:
    if plan.method not in (None, "exact", "paired", "MH", "mcnemar"):
        raise NotComputableError(f"there is no method {plan.method!r} for paired data.")
    test = "mcnemar" if plan.test == "z" else plan.test
    interval = plan.interval or ("wald" if plan.test == "z" else None)
    measure = plan.measure
    figures: Figures = _sums(rows, ("only_1", "only_2"))
    if measure is not None and interval is None and test is None:
        raise NotComputableError(
            "the analysis names no interval for the paired effect.",
            remedy="Name one, such as mcnemar_exact, wald or newcombe.",
        )
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


def _proportion(rows: Sequence[NumberRow], plan: Plan) -> _Answer:
    measure = _known("effect measure of one proportion", plan.measure or "PR", tuple(_BACK))
    figures: Figures = _sums(rows, ("events", "n"))
    if plan.test is not None:
        raise NotComputableError("a test of one proportion needs a value to test against.")
    if plan.method is not None and plan.method != "proportion":
        return _pooled_proportion(figures, rows, measure, plan)
    events, n = figures["events"], figures["n"]
    assert events is not None
    assert n is not None
    figures["estimate"] = events / n
    figures["k"] = len(rows)
    if plan.interval is not None:
        name = _known("interval of a proportion", plan.interval, tuple(PROPORTIONS))
        found = proportion_ci(events, n, method=PROPORTIONS[name], level=plan.level)
        figures |= {"ci_lb": found.ci_lb, "ci_ub": found.ci_ub}
        figures["se"] = math.sqrt(found.estimate * (1 - found.estimate) / n)
    notes = () if len(rows) == 1 else ("events and people of all rows are added up",)
    return figures, notes


def _pooled_proportion(
    figures: Figures, rows: Sequence[NumberRow], measure: str, plan: Plan
) -> _Answer:
    _, tau2 = _pooling(plan, rows, "IV")
    effects = escalc(
        cast("Measure", measure),
        xi=[row["events"] for row in rows],
        ni=[row["n"] for row in rows],
        to="none" if plan.zero_cells in (None, "none") else "only0",
    )
    fit = fit_effects(
        effects.yi, effects.vi, measure,
        tau2=tau2, interval=_pooled_interval(plan), level=plan.level,
    )  # fmt: skip
    _add_fit(figures, fit, plan)
    for name, x in (
        ("estimate", fit.estimate), ("ci_lb", fit.ci_lb), ("ci_ub", fit.ci_ub),
        ("pi_lb", fit.pi_lb), ("pi_ub", fit.pi_ub),
    ):  # fmt: skip
        figures[name] = None if x is None else _BACK[measure](x)
    return figures, (*effects.notes, *fit.notes)


def _two_means(rows: Sequence[NumberRow], plan: Plan) -> _Answer:
    measure = _known("effect measure of two means", plan.measure or "MD", MEANS)
    means = means_from(rows, level=_level_of(rows))
    figures: Figures = _sums(rows, ("n_1", "n_2"))
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
    method, tau2 = _pooling(plan, rows, "IV")
    if method != "IV":
        raise NotComputableError(f"means are pooled by inverse variance, not by {method}.")
    effects = escalc(
        cast("Measure", measure),
        m1i=means.m1, sd1i=means.sd1, n1i=means.n1, m2i=means.m2, sd2i=means.sd2, n2i=means.n2,
    )  # fmt: skip
    fit = fit_effects(
        effects.yi, effects.vi, measure,
        tau2=tau2, interval=_pooled_interval(plan), level=plan.level,
    )  # fmt: skip
    _add_fit(figures, fit, plan)
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
            "p": _sided(found.pval, plan.sides),
            "k": 1,
        }

    test = contrast(tested)
    interval = contrast(shown)
    figures |= {**interval, **{name: test[name] for name in ("t", "stat", "p", "df")}}


def _level_of(rows: Sequence[NumberRow]) -> float:
    """Return the level of the intervals in the rows: 95% unless the first row says otherwise."""
    level = rows[0].numbers.get("level", 0.95)
    return level / 100 if level > 1 else level


def _estimate(rows: Sequence[NumberRow], plan: Plan) -> _Answer:
    measure = _known("effect measure of an estimate", plan.measure or "", _ESTIMATES)
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
        p = _sided(two_sided(stat, df), plan.sides)
        return {
            "estimate": rows[0]["estimate"], "se": se, "t": stat, "stat": stat, "p": p, "df": df,
        }, found.notes  # fmt: skip
    method, tau2 = _pooling(plan, rows, "IV")
    if method != "IV":
        raise NotComputableError(f"estimates are pooled by inverse variance, not by {method}.")
    fit = fit_effects(
        found.yi, found.vi, measure,
        tau2=tau2, interval=_pooled_interval(plan), level=plan.level,
    )  # fmt: skip
    figures: Figures = {}
    _add_fit(figures, fit, plan)
    return figures, (*found.notes, *fit.notes)


_DESIGNS: dict[str, Callable[[Sequence[NumberRow], Plan], _Answer]] = {
    "two_arm": _two_arm,
    "paired": _paired,
    "proportion": _proportion,
    "two_means": _two_means,
    "estimate": _estimate,
}
