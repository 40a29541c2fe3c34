"""Families of selective publication: selection models, excess significance, limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ranvier.stats.excess_significance import tes
from ranvier.stats.henmi_copas import hc
from ranvier.stats.limit import limitmeta
from ranvier.stats.qualify.compare import Case, columns, control_of, inputs_of, options_of
from ranvier.stats.rma import rma
from ranvier.stats.selection import SelectionResult, selmodel

__all__ = ["PUBLICATION_BIAS", "fit_selection"]


def fit_selection(case: Case) -> SelectionResult:
    """Fit the selection model of a case."""
    options, inputs = options_of(case), inputs_of(case)
    yi, vi = columns(case, "yi", "vi")
    return selmodel(
        yi,
        vi,
        type=options["type"],
        alternative=options.get("alternative", "greater"),
        steps=options.get("steps"),
        prec=options.get("prec"),
        ni=inputs.get("ni"),
        delta=options.get("delta"),
        decreasing=bool(options.get("decreasing", False)),
        mods=options.get("mods"),
        data=inputs if options.get("mods") else None,
        method="EE" if options.get("method") in ("EE", "FE", "CE") else "ML",
    )


def run_selmodel(case: Case) -> Mapping[str, Any]:
    """A selection model, by metafor's names."""
    fit = fit_selection(case)
    return {
        "beta": fit.beta,
        "se": fit.se,
        "zval": fit.stat,
        "pval": fit.pval,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "vcov": fit.vcov,
        "tau2": fit.tau2,
        "se_tau2": fit.se_tau2,
        "delta": fit.delta,
        "se_delta": fit.se_delta,
        "zval_delta": fit.stat_delta,
        "pval_delta": fit.pval_delta,
        "ci_lb_delta": fit.ci_lb_delta,
        "ci_ub_delta": fit.ci_ub_delta,
        "loglik": fit.loglik,
        "LRT": fit.LRT,
        "LRTdf": fit.LRTdf,
        "LRTp": fit.LRTp,
        "LRT_tau2": fit.LRT_tau2,
        "LRTp_tau2": fit.LRTp_tau2,
        "QM": fit.QM,
        "QMp": fit.QMp,
    }


def run_tes(case: Case) -> Mapping[str, Any]:
    """Excess significance: of the common effect, or of a random-effects model."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    theta, tau2 = options.get("theta"), float(options.get("tau2", 0.0))
    method = options.get("fit", "EE")
    if theta is None and method not in ("EE", "FE", "CE"):
        fit = rma(yi, vi, method=method, control=control_of(case))
        theta, tau2 = fit.estimate, fit.tau2
    found = tes(
        yi,
        vi,
        H0=float(options.get("H0", 0.0)),
        alternative=options.get("alternative", "two.sided"),
        alpha=float(options.get("alpha", 0.05)),
        theta=theta,
        tau2=tau2,
        test=options.get("test"),
        tes_alternative=options.get("tes_alternative", "greater"),
        tes_alpha=float(options.get("tes_alpha", 0.10)),
        control=control_of(case),
    )
    return {
        "k": found.k,
        "O": found.O,
        "E": found.E,
        "OEratio": found.O / found.E,
        "X2": found.X2,
        "pval": found.pval,
        "theta": found.theta,
        "theta_lim": found.theta_lim,
        "power": found.power,
        "sig": found.significant.astype(np.float64),
    }


def run_henmi_copas(case: Case) -> Mapping[str, Any]:
    """Henmi and Copas's interval."""
    found = hc(*columns(case, "yi", "vi"), control=control_of(case))
    return {
        "beta": found.estimate,
        "se": found.se,
        "ci_lb": found.ci_lb,
        "ci_ub": found.ci_ub,
        "tau2": found.tau2,
    }


def run_limit(case: Case) -> Mapping[str, Any]:
    """A limit meta-analysis; the reference's object has DerSimonian and Laird's tau2."""
    options = options_of(case)
    found = limitmeta(
        *columns(case, "yi", "vi"),
        adjust=options.get("method_adjust", "beta0"),
        method=options.get("method_tau", "DL"),
        control=control_of(case),
    )
    return {
        "TE_adjust": found.estimate,
        "se_adjust": found.se,
        "lower_adjust": found.ci_lb,
        "upper_adjust": found.ci_ub,
        "statistic_adjust": found.stat,
        "pval_adjust": found.pval,
        "alpha_r": found.intercept,
        "beta_r": found.slope,
        "Q": found.Q,
        "Q_small": found.Q_small,
        "Q_resid": found.Q_resid,
        "G2": found.G2,
        "TE_limit": found.limit_yi,
    }


PUBLICATION_BIAS: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    "selmodel": run_selmodel,
    "tes": run_tes,
    "henmi_copas": run_henmi_copas,
    "pub_bias_limit": run_limit,
}
