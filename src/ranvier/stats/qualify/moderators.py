"""Families of location-scale models, of regression from matrices, and of Bayesian pooling."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ranvier.stats.bayes import BayesMeta, bayesmeta
from ranvier.stats.location_scale import location_scale
from ranvier.stats.matreg import matreg
from ranvier.stats.qualify.compare import Case, Unsupported, columns, inputs_of, options_of
from ranvier.stats.tau_priors import TauPrior, TauPriorKind

__all__ = ["MODERATORS"]

#: Names of priors in the files, each followed by its scale (and half-t by its degrees of freedom).
PRIORS: dict[str, TauPriorKind] = {
    "halfnormal": "half-normal",
    "halfcauchy": "half-Cauchy",
    "exponential": "exponential",
}
#: Names of priors that need no scale.
PLAIN: tuple[TauPriorKind, ...] = (
    "uniform", "sqrt", "Jeffreys", "BergerDeely", "conventional", "DuMouchel", "shrinkage", "I2",
)  # fmt: skip


def run_location_scale(case: Case) -> Mapping[str, Any]:
    """A model of the mean and of the heterogeneity."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    fit = location_scale(
        yi,
        vi,
        mods=options.get("mods", "~ 1"),
        scale=options["scale"],
        data=inputs_of(case),
        link=options.get("link", "log"),
        method=options.get("method", "REML"),
        test=options.get("test", "z"),
    )
    return {
        "beta": fit.beta,
        "se": fit.se,
        "zval": fit.stat,
        "pval": fit.pval,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "alpha": fit.alpha,
        "se_alpha": fit.se_alpha,
        "z_alpha": fit.stat_alpha,
        "p_alpha": fit.pval_alpha,
        "ci_lb_alpha": fit.ci_lb_alpha,
        "ci_ub_alpha": fit.ci_ub_alpha,
        "tau2": fit.tau2,
        "loglik": fit.fit.loglik,
        "deviance": fit.fit.deviance,
        "AIC": fit.fit.AIC,
        "BIC": fit.fit.BIC,
        "AICc": fit.fit.AICc,
        "QE": fit.QE,
        "QEp": fit.QEp,
        "QM": fit.QM,
        "QMp": fit.QMp,
        "QS": fit.QS,
        "QSp": fit.QSp,
        "k": fit.k,
    }


def run_matreg(case: Case) -> Mapping[str, Any]:
    """Regression from correlations; variables are counted from 1 in the files."""
    inputs, options = inputs_of(case), options_of(case)
    others = options.get("x", "all others")
    fit = matreg(
        inputs["R"],
        y=int(options.get("y", 1)) - 1,
        x=None if isinstance(others, str) else [int(i) - 1 for i in others],
        n=inputs.get("n"),
        V=inputs.get("V"),
        cov=bool(options.get("cov", False)),
    )
    return {
        "beta": fit.beta,
        "se": fit.se,
        "stat": fit.stat,
        "pval": fit.pval,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "R2": fit.R2,
        "F": fit.F,
        "Fp": fit.Fp,
        "QM": fit.QM,
        "QMp": fit.QMp,
    }


def prior_of(name: str) -> TauPrior | TauPriorKind:
    """Read the name of a prior of tau, such as HalfNormal0.5."""
    if name in PLAIN:
        return name
    found = re.fullmatch(r"([A-Za-z-]+?)\(?([\d.]+)\)?", name)
    kind = PRIORS.get(found[1].lower().replace("-", "")) if found else None
    if found is None or kind is None:
        raise Unsupported(f"prior {name} of tau")
    return TauPrior(kind=kind, scale=float(found[2]))


def run_bayesmeta(case: Case) -> Mapping[str, Any]:
    """Posterior summaries, mixed over tau as the R package does it."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    mu_prior = options.get("mu_prior")
    fit = bayesmeta(
        yi,
        vi,
        tau_prior=prior_of(options["tau_prior"]),
        mu_prior=None if mu_prior is None else (float(mu_prior[0]), float(mu_prior[1])),
        mixing="direct",
    )
    bounds = ("ci_lb", "ci_ub") if options.get("interval") == "central" else ("hpd_lb", "hpd_ub")
    return {
        "summary_rows": ["mode", "median", "mean", "sd", "lower95", "upper95"],
        **{name: _rows(fit, name, bounds) for name in ("tau", "mu", "theta_new")},
    }


def _rows(fit: BayesMeta, name: str, bounds: tuple[str, str]) -> list[float]:
    return [getattr(getattr(fit, name), row) for row in ("mode", "median", "mean", "sd", *bounds)]


MODERATORS: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    "location_scale": run_location_scale,
    "matreg": run_matreg,
    "bayesmeta": run_bayesmeta,
}
