"""Families around a pooled effect: funnel plots, predictions, p values, the R package meta."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import logit

from ranvier.stats.arrays import Vector
from ranvier.stats.blup import blup
from ranvier.stats.combine import combine_p
from ranvier.stats.effects import Measure, escalc
from ranvier.stats.fail_safe import fsn
from ranvier.stats.five_numbers import mean_from_quantiles
from ranvier.stats.funnel import begg_test, ranktest, regtest, trimfill
from ranvier.stats.heterogeneity import heterogeneity, kenward_roger
from ranvier.stats.measures.counts import Table
from ranvier.stats.meta_binary import meta_binary_effects
from ranvier.stats.mixed import critical
from ranvier.stats.printing import defined
from ranvier.stats.proportion import ProportionMethod, proportion_ci
from ranvier.stats.qualify.compare import (
    Case,
    Unsupported,
    columns,
    control_of,
    inputs_of,
    options_of,
)
from ranvier.stats.qualify.univariate import as_metafor
from ranvier.stats.rma import rma
from ranvier.stats.subgroups import subgroups
from ranvier.stats.tau2_ci import confint_tau2

__all__ = ["SECONDARY"]

#: Interval names of the R package meta, and ours.
PROPORTION: dict[str, ProportionMethod] = {
    "CP": "clopper_pearson",
    "WS": "wilson",
    "AC": "agresti_coull",
    "SA": "wald",
}
#: Scales of the R package meta, and metafor's measures.
SCALES: dict[str, Measure] = {
    "PLOGIT": "PLO",
    "PFT": "PFT",
    "PRAW": "PR",
    "PLN": "PLN",
    "PAS": "PAS",
}


def run_regtest(case: Case) -> Mapping[str, Any]:
    """Regression tests of metafor and of meta, whose Begg test gives its score."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    if case["function"] == "metabias":
        kind = options["method_bias"]
        if kind == "Begg":
            begg = begg_test(yi, vi)
            return {"stat": begg.stat, "pval": begg.pval, "est": [begg.score, begg.se]}
        model = "lm" if kind == "Egger" else "rma"
        found = regtest(yi, vi, model=model, test="t", control=control_of(case))
        return {"stat": found.stat, "pval": found.pval, "est": [found.slope, found.slope_se]}
    found = regtest(
        yi,
        vi,
        model=options["model"],
        predictor=options["predictor"],
        control=control_of(case),
    )
    return {
        "stat": found.stat,
        "pval": found.pval,
        "df": found.df,
        "est": found.limit,
        "ci_lb": found.ci_lb,
        "ci_ub": found.ci_ub,
    }


def run_ranktest(case: Case) -> Mapping[str, Any]:
    """Kendall's tau of the funnel plot."""
    tau, pval = ranktest(*columns(case, "yi", "vi"))
    return {"tau": tau, "pval": pval}


def run_trimfill(case: Case) -> Mapping[str, Any]:
    """Trim and fill."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    found = trimfill(
        yi, vi, method=options["method"], estimator=options["estimator"], control=control_of(case)
    )
    # Without anything to fill in, R hands back the fit it was given: one with a tight threshold.
    fit = found.fit if found.k0 else rma(yi, vi, method=options["method"])
    return {**as_metafor(fit), "k0": found.k0, "se_k0": found.se_k0, "side": found.side}


def run_fsn(case: Case) -> Mapping[str, Any]:
    """Fail-safe numbers."""
    yi, vi = columns(case, "yi", "vi")
    found = fsn(yi, vi, type=options_of(case)["type"], control=control_of(case))
    return {
        "fsn": found.n,
        "meanes": found.estimate,
        "target": found.target,
        "pval": found.pval,
    }


def run_combine_p(case: Case) -> Mapping[str, Any]:
    """Combined p values; ``k`` is metap's name of the degrees of freedom."""
    (p,) = columns(case, "p")
    options = options_of(case)
    found = combine_p(
        p,
        method=case["function"],
        r=options.get("r", 1),
        df=options.get("k", 1),
        truncation=options.get("ptrunc", 0.5),
    )
    return {"p": found.pval, "stat": found.stat, "df": found.df}


def run_convert(case: Case) -> Mapping[str, Any]:
    """Means from quantiles, variances from intervals."""
    if case["function"] == "conv.wald":
        out, lb, ub = (np.log(x) for x in columns(case, "out", "lb", "ub"))
        if options_of(case)["transf"] != "log":
            raise Unsupported(f"transf {options_of(case)['transf']}")
        return {"yi": out, "vi": ((ub - lb) / (2 * critical(0.95, None))) ** 2}
    if options_of(case)["dist"] != "norm":
        raise Unsupported(f"dist {options_of(case)['dist']}")
    names = {"q1": "q1", "q3": "q3", "min": "lowest", "max": "highest"}
    given = [name for name in options_of(case)["given"] if name in names]
    rows = zip(*columns(case, "n", "median", *given), strict=True)
    means: list[float | None] = []
    sds: list[float | None] = []
    for n, median, *quantiles in rows:
        q = {names[name]: float(x) for name, x in zip(given, quantiles, strict=True)}
        found = None
        if n >= 5:
            found = mean_from_quantiles(
                float(n),
                float(median),
                q1=q.get("q1"),
                q3=q.get("q3"),
                lowest=q.get("lowest"),
                highest=q.get("highest"),
            )
        means.append(None if found is None else found.mean)
        sds.append(None if found is None else found.sd)
    return {"mean": means, "sd": sds}


def run_blup(case: Case) -> Mapping[str, Any]:
    """Shrunken effects."""
    yi, vi = columns(case, "yi", "vi")
    found = blup(yi, vi, method=options_of(case)["method"], control=control_of(case))
    names = ("pred", "se", "pi_lb", "pi_ub", "ranef", "ranef_se")
    return {name: getattr(found, name) for name in names} | {"ci_lb": None, "ci_ub": None}


def run_profile(case: Case) -> Mapping[str, Any]:
    """The profile likelihood on a grid."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    grid = [float(t) for t in options["grid"]]
    fits = [rma(yi, vi, method=options["method"], tau2=t).fit.loglik for t in grid]
    return {"tau2": grid, "ll": fits}


def run_metaprop(case: Case) -> Mapping[str, Any]:
    """Proportions as the R package meta pools and shows them."""
    xi, ni = columns(case, "xi", "ni")
    options = options_of(case)
    measure = SCALES[options["sm"]]
    yi, vi = _as_metaprop(xi, ni, measure)
    method = PROPORTION[options["method_ci"]]
    fit = rma(yi, vi, control=control_of(case))
    bounds: dict[str, list[float | None]] = {"ci_lb": [], "ci_ub": []}
    for x, n in zip(xi, ni, strict=True):
        found = proportion_ci(float(x), float(n), method=method)
        for name in bounds:
            bounds[name].append(defined(_on_scale(getattr(found, name), float(n), measure)))
    return {
        "TE": yi,
        "seTE": np.sqrt(vi),
        "lower": bounds["ci_lb"],
        "upper": bounds["ci_ub"],
        "TE_random": fit.estimate,
        "se_random": fit.se,
        "tau2": fit.tau2,
        "I2": _share(fit.QE, fit.k),
    }


def _as_metaprop(xi: Vector, ni: Vector, measure: Measure) -> tuple[Vector, Vector]:
    """Effects and variances as meta makes them where a cell is empty."""
    found = escalc(measure, xi=xi, ni=ni)
    if measure == "PR":  # The variance is corrected, not the proportion.
        return escalc(measure, xi=xi, ni=ni, to="none").yi, found.vi
    if measure == "PLN":
        # 0.5 more events and persons, but for the events in the variance of a full cell
        # (Hartung & Knapp 2001, formula 18).
        add = np.where((xi == 0) | (xi == ni), 0.5, 0.0)
        events = xi + np.where(xi == ni, 0.0, add)
        return np.log((xi + add) / (ni + add)), 1 / events - 1 / (ni + add)
    return found.yi, found.vi


def _share(q: float, k: int) -> float:
    return heterogeneity(q, k).I2[0] / 100


def _on_scale(p: float, n: float, measure: str) -> float:
    """Bring a bound to the scale effects are pooled on."""
    with np.errstate(divide="ignore"):
        match measure:
            case "PLO":
                return float(logit(p))
            case "PLN":
                return float(np.log(p))
            case "PAS":
                return float(np.arcsin(np.sqrt(p)))
            case "PFT":
                x = p * n
                angles = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
                return float(angles) / 2
            case _:
                return p


def run_metagen(case: Case) -> Mapping[str, Any]:
    """Generic inverse variance as the R package meta does it, with its prediction intervals."""
    yi, vi = columns(case, "yi", "vi")
    options = options_of(case)
    method, k = options["method_tau"], len(yi)
    common = rma(yi, vi, method="EE")
    classic = rma(yi, vi, method=method, control=control_of(case))
    errors = {
        "classic": (classic.se or 0.0, None),
        "HK": (
            rma(yi, vi, method=method, test="knha", control=control_of(case)).se or 0.0,
            float(k - 1),
        ),
    }
    if method == "REML":
        kr = kenward_roger(yi, vi, control=control_of(case))
        errors["KR"] = (kr.se, kr.df)
    if options["method_random_ci"] not in errors:
        raise Unsupported(f"interval {options['method_random_ci']} with tau2 by {method}")
    se, df = errors[options["method_random_ci"]]
    half = critical(0.95, df) * se
    predictions: dict[str, tuple[str, float | None]] = {
        "HTS": ("classic", k - 2),
        "V": ("classic", k - 1),
        "HK": ("HK", k - 1),
        "HK-PR": ("HK", k - 2),
        "S": ("classic", None),
        "KR": ("KR", errors.get("KR", (0.0, None))[1]),
    }
    if options["method_predict"] not in predictions:
        raise Unsupported(f"prediction interval {options['method_predict']}")
    kind, free = predictions[options["method_predict"]]
    wide = float(np.sqrt(errors[kind][0] ** 2 + classic.tau2))
    spread = critical(0.95, free) * wide
    # Jackson's interval with weights 1 / sei goes with DL, the Q profile with REML.
    ci = confint_tau2(
        yi,
        vi,
        method=method,
        type="GENQ" if method == "DL" else "QP",
        weights=1 / np.sqrt(vi),
        control=control_of(case),
    )
    h = heterogeneity(common.QE, k)
    return {
        "TE_common": common.estimate,
        "se_common": common.se,
        "TE_random": classic.estimate,
        "se_random": se,
        "lower_random": classic.estimate - half,
        "upper_random": classic.estimate + half,
        "df_random": df,
        "tau2": classic.tau2,
        "lower_tau2": ci.tau2[1],
        "upper_tau2": ci.tau2[2],
        **dict(zip(("I2", "lower_I2", "upper_I2"), (x / 100 for x in h.I2), strict=True)),
        **dict(zip(("H", "lower_H", "upper_H"), h.H, strict=True)),
        "Q": common.QE,
        "Rb": float((classic.tau2 / (vi + classic.tau2)).mean()),
        "lower_predict": classic.estimate - spread,
        "upper_predict": classic.estimate + spread,
        "se_predict": wide,
    }


def run_subgroup(case: Case) -> Mapping[str, Any]:
    """Subgroups of 2x2 tables as the R package meta pools them."""
    inputs, options = inputs_of(case), options_of(case)
    ai, bi, ci, di = columns(case, "ai", "bi", "ci", "di")
    labels = inputs.get("grp")
    if labels is None:
        labels = ["ab"[i % 2] for i in range(len(ai))]
    yi, vi = meta_binary_effects(Table(ai=ai, bi=bi, ci=ci, di=di), options["sm"])
    found: dict[str, Any] = {}
    for name in ("tau_common", "tau_separate"):
        groups = subgroups(
            yi, vi, by=labels, common_tau2=name == "tau_common", control=control_of(case)
        )
        whole = rma(yi, vi, control=control_of(case))
        found[name] = {
            "TE_random_w": [g.estimate for g in groups.groups],
            "se_random_w": [g.se for g in groups.groups],
            "tau2_w": [g.tau2 for g in groups.groups],
            "Qb_common": groups.Q_common,
            "Qb_random": groups.Q,
            "pb_random": groups.Qp,
            "I2_w": [_share(g.QE, g.k) if g.k > 1 else None for g in groups.groups],
            "TE_random": whole.estimate,
            "tau2": whole.tau2,
        }
    return found


SECONDARY: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    "regtest": run_regtest,
    "ranktest": run_ranktest,
    "trimfill": run_trimfill,
    "fsn": run_fsn,
    "combine_p": run_combine_p,
    "convert": run_convert,
    "blup": run_blup,
    "profile": run_profile,
    "meta_metaprop": run_metaprop,
    "meta_metagen": run_metagen,
    "subgroup": run_subgroup,
}
