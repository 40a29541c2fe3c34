"""The family of mixed models of counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ranvier.stats.glmm.rma_glmm import GlmmMeasure, GlmmResult, rma_glmm
from ranvier.stats.qualify.compare import Case, Unsupported, column, inputs_of, options_of

__all__ = ["GLMM", "fit_case", "prints_modes", "table_of"]

COLUMNS = {
    "OR": ("ai", "bi", "ci", "di"),
    "IRR": ("x1i", "t1i", "x2i", "t2i"),
    "PLO": ("xi", "ni"),
    "IRLN": ("xi", "ti"),
}


def prints_modes(fit: GlmmResult) -> bool:
    """Whether metafor prints the log-likelihood at the modes for such a model."""
    return (
        fit.method == "ML"
        and fit.nAGQ > 1
        and fit.model != "UM.RS"
        and not (fit.measure == "OR" and fit.model == "CM.EL")
    )


def as_metafor(fit: GlmmResult) -> dict[str, Any]:
    """Give a result metafor's names, and its log-likelihood where it prints another one."""
    at_modes = prints_modes(fit)
    return {
        "beta": fit.estimate,
        "se": fit.se,
        "stat": fit.stat,
        "pval": fit.pval,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "tau2": fit.tau2,
        "se_tau2": fit.se_tau2,
        "sigma2": fit.sigma2,
        "rho": fit.rho,
        "loglik": fit.loglik_at_modes if at_modes else fit.fit.loglik,
        "QE_Wld": fit.QE_Wld,
        "QE_LRT": fit.QE_LRT,
        "QEp_Wld": fit.QEp_Wld,
        "QEp_LRT": fit.QEp_LRT,
        "I2": fit.I2,
        "H2": fit.H2,
        "k": fit.k,
    }


def table_of(case: Case) -> tuple[GlmmMeasure, dict[str, Any]]:
    """Return the measure of a case, and the columns it needs."""
    options, inputs = options_of(case), inputs_of(case)
    measure = options["measure"]
    named = options.get("columns") or {}
    places = {name: named.get(name, name) for name in COLUMNS[measure]}
    return measure, {name: column(inputs[at]) for name, at in places.items() if at in inputs}


def fit_case(case: Case) -> GlmmResult:
    """Fit the model of a case."""
    options = options_of(case)
    measure = options["measure"]
    if measure not in COLUMNS:
        raise Unsupported(f"a mixed model of {measure}")
    known = {"measure", "model", "method", "test", "columns", "cor", "nAGQ", "drop00", "level"}
    if not known >= set(options):
        raise Unsupported(f"options {', '.join(sorted(set(options) - known))}")
    _measure, data = table_of(case)
    chosen = {
        x: options[x] for x in ("model", "method", "test", "cor", "nAGQ", "drop00") if x in options
    }
    if "level" in options:
        chosen["level"] = options["level"] / 100
    return rma_glmm(measure, **data, **chosen)


def run_glmm(case: Case) -> Mapping[str, Any]:
    """A mixed model of counts."""
    return as_metafor(fit_case(case))


GLMM: dict[str, Callable[[Case], Mapping[str, Any]]] = {"glmm": run_glmm}
