"""What every design shares when a published result is recomputed: pooling, intervals, figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ranvier.errors import InputError
from ranvier.synthesis.arrays import NumberRow
from ranvier.synthesis.fit import INTERVALS, TAU2, Fit, one_of, to_natural
from ranvier.synthesis.published.fields import Plan

__all__ = [
    "Answer",
    "Figures",
    "NotComputableError",
    "add_fit",
    "known",
    "pooled_interval",
    "pooling",
    "sided",
    "sums",
]

_COMMON = ("IV", "FE", "EE", "CE")


class NotComputableError(InputError):
    """What the file asks for is nothing we can compute."""


Figures = dict[str, float | None]
Answer = tuple[Figures, Sequence[str]]


def known(what: str, name: str, names: Sequence[str]) -> str:
    """Like :func:`one_of`, as a reason not to compute."""
    try:
        return one_of(what, name, names)
    except InputError as error:
        raise NotComputableError(error.message, remedy=error.remedy) from error


def pooling(plan: Plan, rows: Sequence[NumberRow], default: str) -> tuple[str, str | None]:
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
        known("model", model, (*common, "random"))
        if model == "random" and tau2 is None:
            tau2 = "DL" if method == "MH" else None
            if tau2 is None:
                raise NotComputableError(
                    "random effects, but no estimator of tau2.", remedy="Name one, such as DL."
                )
        if model in common and tau2 is not None:
            raise NotComputableError(f"a common effect has no tau2, but {tau2} is named.")
    if tau2 is not None:
        known("estimator of tau2", tau2, TAU2)
    method = "IV" if method in _COMMON else method
    return known("method", method, ("MH", "IV", "PETO")), tau2


def pooled_interval(plan: Plan) -> str:
    """Return the interval of a pooled effect; without a word it is Wald's."""
    if plan.test == "t" and plan.interval not in ("t", "hksj", "knha", "adhoc", "hksj_floor"):
        raise NotComputableError("a t test of a pooled effect needs interval hksj or t.")
    return known("interval of a pooled effect", plan.interval or "wald", tuple(INTERVALS))


def sided(p: float | None, sides: int) -> float | None:
    """Halve a two-sided p value of a symmetric test for one side."""
    return p if p is None or sides == 2 else p / 2


def add_fit(figures: Figures, fit: Fit, plan: Plan) -> None:
    """Add everything a pooled effect says; what its kind does not have is not there at all."""
    natural = {
        "estimate": fit.estimate,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
    }
    if fit.tau2 is not None:
        natural |= {"pi_lb": fit.pi_lb, "pi_ub": fit.pi_ub}
        figures |= {"tau2": fit.tau2, "tau": math.sqrt(fit.tau2)}
    figures |= {name: to_natural(x, fit.scale) for name, x in natural.items()}
    figures |= {"se": fit.se, "stat": fit.stat, "p": sided(fit.p, plan.sides), "k": fit.k}
    figures["z" if fit.free is None else "t"] = fit.stat
    if fit.QE is not None:
        figures |= {
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


def sums(rows: Sequence[NumberRow], fields: Sequence[str]) -> Figures:
    """Add up counts over the rows."""
    return {field: sum(row[field] for row in rows) for field in fields}
