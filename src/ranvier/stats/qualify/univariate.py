"""Families of inverse-variance pooling and meta-regression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ranvier.stats.fit_table import FitTable
from ranvier.stats.formula import design
from ranvier.stats.mixed import FitStats, Test
from ranvier.stats.qualify.compare import (
    Case,
    Unsupported,
    columns,
    control_of,
    inputs_of,
    options_of,
)
from ranvier.stats.regression import RegressionResult, contrast, likelihood_ratio, meta_regression
from ranvier.stats.rma import PiMethod, RmaResult, rma
from ranvier.stats.sensitivity import baujat, cumul, gosh, leave1out
from ranvier.stats.tau2_ci import confint_tau2

__all__ = ["UNIVARIATE", "as_metafor"]

#: metafor's names of tests and prediction intervals, and ours.
TESTS: dict[str, Test] = {"z": "z", "t": "t", "knha": "knha", "hksj": "knha", "adhoc": "adhoc"}
PREDICTION: dict[str, PiMethod] = {"t": "t", "Riley": "riley"}


def _statistics(fit: FitStats) -> dict[str, Any]:
    return {name: getattr(fit, name) for name in ("loglik", "deviance", "AIC", "BIC", "AICc")}


def _prediction(fit: RmaResult) -> dict[str, Any]:
    return {
        "pred": fit.estimate,
        "se": fit.se,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "pi_lb": fit.pi_lb,
        "pi_ub": fit.pi_ub,
    }


def as_metafor(fit: RmaResult) -> dict[str, Any]:
    """Give a result metafor's names; the test of the one coefficient is its squared statistic."""
    return {
        "beta": fit.estimate,
        "se": fit.se,
        "stat": fit.stat,
        "pval": fit.pval,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "tau2": fit.tau2,
        "se_tau2": fit.se_tau2,
        "I2": fit.I2,
        "H2": fit.H2,
        "QE": fit.QE,
        "QEp": fit.QEp,
        "QM": None if fit.stat is None else fit.stat**2,
        "QMp": fit.pval,
        "k": fit.k,
        "ddf": fit.ddf,
        "vcov": None if fit.se is None else fit.se**2,
        **_statistics(fit.fit),
        "predict": _prediction(fit),
    }


def run_rma(case: Case) -> Mapping[str, Any]:
    """One pooled effect."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    weights = None
    if options.get("weights") == "1/sqrt(vi)":
        weights = 1 / np.sqrt(vi)
    elif "weights" in options:
        raise Unsupported(f"weights {options['weights']}")
    elif options.get("weighted") is False:
        weights = np.ones_like(vi)
    fit = rma(
        yi,
        vi,
        method=options.get("method", "REML"),
        test=TESTS[options.get("test", "z")],
        weights=weights,
        pi_method=PREDICTION.get(options.get("predtype", ""), "test"),
        control=control_of(case),
    )
    return _prediction(fit) if case["function"] == "predict" else as_metafor(fit)


def run_tau2_ci(case: Case) -> Mapping[str, Any]:
    """Intervals of tau2, tau, I2 and H2."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    found = confint_tau2(
        yi,
        vi,
        method=options["method"],
        type=options["type"],
        weights=1 / vi,
        control=control_of(case),
    )
    return {"tau2_tau_I2_H2": [found.tau2, found.tau, found.I2, found.H2]}


def _regression(case: Case, method: Any = None) -> RegressionResult:
    options = options_of(case)
    yi, vi = columns(case, "yi", "vi")
    return meta_regression(
        yi,
        vi,
        mods=options["mods"],
        data=inputs_of(case),
        method=method or options.get("method", "REML"),
        test=TESTS.get(options.get("test", "z"), "z"),
        control=control_of(case),
    )


def run_regression(case: Case) -> Mapping[str, Any]:
    """A meta-regression with its predictions for the studies."""
    fit = _regression(case)
    names = ("beta", "se", "stat", "pval", "ci_lb", "ci_ub", "vcov", "ddf", "tau2", "se_tau2")
    names += ("I2", "H2", "R2", "QE", "QEp", "QM", "QMp", "k", "fitted")
    found: dict[str, Any] = {name: getattr(fit, name) for name in names}
    made = design(options_of(case)["mods"], inputs_of(case))
    kept = [made.names.index(name) for name in fit.names]
    rows = [contrast(fit, x) for x in made.X[:, kept]]
    return {
        **found,
        **_statistics(fit.fit),
        "coef_names": list(fit.names),
        "resid": fit.residuals,
        "vif": fit.vif,
        "predict": {
            "pred": [row.estimate for row in rows],
            **{
                name: [getattr(row, name) for row in rows]
                for name in ("se", "ci_lb", "ci_ub", "pi_lb", "pi_ub")
            },
        },
    }


def run_comparison(case: Case) -> Mapping[str, Any]:
    """A likelihood ratio test against no moderators, or the contrast of ones."""
    yi, vi = columns(case, "yi", "vi")
    if options_of(case)["test"] != "LRT":
        fit = _regression({**case, "options": {"mods": options_of(case)["mods"]}})
        found = contrast(fit, [1.0] * fit.p)
        return {"est": found.estimate, "se": found.se, "zval": found.stat, "pval": found.pval}
    full = _regression({**case, "options": {"mods": options_of(case)["mods"]}}, method="ML")
    reduced = rma(yi, vi, method="ML", control=control_of(case))
    stat, pval = likelihood_ratio(full.fit, reduced.fit, full.p - 1)
    less = 1 - full.tau2 / reduced.tau2 if reduced.tau2 > 0 else 0.0
    return {"LRT": stat, "pval": pval, "df": full.p - 1, "R2": max(0.0, 100 * less)}


def _table(table: FitTable) -> Mapping[str, Any]:
    return {
        "est": table.estimate,
        "se": table.se,
        "pval": table.pval,
        "ci_lb": table.ci_lb,
        "ci_ub": table.ci_ub,
        "Q": table.QE,
        "tau2": table.tau2,
        "I2": table.I2,
    }


def run_leave1out(case: Case) -> Mapping[str, Any]:
    """All studies but one."""
    yi, vi = columns(case, "yi", "vi")
    return _table(leave1out(yi, vi, method=options_of(case)["method"], control=control_of(case)))


def run_cumul(case: Case) -> Mapping[str, Any]:
    """Studies one by one, the most precise first."""
    if not options_of(case)["order"].startswith("vi ascending"):
        raise Unsupported(f"order {options_of(case)['order']}")
    yi, vi = columns(case, "yi", "vi")
    return _table(
        cumul(yi, vi, order=vi, method=options_of(case)["method"], control=control_of(case))
    )


def run_gosh(case: Case) -> Mapping[str, Any]:
    """All subsets of the first studies; estimates sorted."""
    options = options_of(case)
    yi, vi = (x[: options["first"]] for x in columns(case, "yi", "vi"))
    found: dict[str, Any] = {}
    for method in options["methods"]:
        table = gosh(yi, vi, method=method, min_size=1, control=control_of(case))
        order = np.argsort(table.estimate, kind="stable")
        found[method] = {
            "n": len(order),
            "est_sorted": table.estimate[order],
            "mean_I2": table.I2.mean(),
            "mean_QE": table.QE.mean(),
        }
    return found


def run_baujat(case: Case) -> Mapping[str, Any]:
    """Baujat's coordinates."""
    yi, vi = columns(case, "yi", "vi")
    found = baujat(yi, vi, method=options_of(case)["method"], control=control_of(case))
    return {"x": found.x, "y": found.y}


UNIVARIATE: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    "rma_uni": run_rma,
    "rma_uni_inference": run_rma,
    "tau2_ci": run_tau2_ci,
    "meta_regression": run_regression,
    "model_comparison": run_comparison,
    "leave1out": run_leave1out,
    "cumul": run_cumul,
    "gosh": run_gosh,
    "baujat": run_baujat,
}
