"""Families of pooled 2x2 tables and rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ranvier.stats.mantel_haenszel import MhResult, rma_mh, rma_mh_rates
from ranvier.stats.meta_binary import meta_binary
from ranvier.stats.peto import rma_peto
from ranvier.stats.qualify.compare import Case, columns, inputs_of, options_of

__all__ = ["BINARY"]


def as_metafor(fit: MhResult) -> dict[str, Any]:
    """Give a result metafor's names; the test of the one coefficient is its squared statistic."""
    return {
        "beta": fit.estimate,
        "se": fit.se,
        "stat": fit.stat,
        "pval": fit.pval,
        "ci_lb": fit.ci_lb,
        "ci_ub": fit.ci_ub,
        "tau2": 0.0,
        "se_tau2": None,
        "I2": fit.I2,
        "H2": fit.H2,
        "QE": fit.QE,
        "QEp": fit.QEp,
        "QM": None,
        "QMp": None,
        "k": fit.k,
        "ddf": None,
        "vcov": None if fit.se is None else fit.se**2,
        "MH": fit.tests.MH,
        "MHp": fit.tests.MHp,
        "BD": fit.tests.BD,
        "BDp": fit.tests.BDp,
        "TA": fit.tests.TA,
        "TAp": fit.tests.TAp,
    }


def run_mantel_haenszel(case: Case) -> Mapping[str, Any]:
    """Pool tables or rates; ``metabin`` cases are of the R package meta."""
    options = options_of(case)
    if case["function"] == "metabin":
        ai, bi, ci, di = columns(case, "ai", "bi", "ci", "di")
        fit = meta_binary(ai, bi, ci, di, measure=options["sm"])
        return {
            "TE_common": fit.common,
            "se_common": fit.se_common,
            "TE_random": fit.random.estimate,
            "se_random": fit.random.se,
            "tau2": fit.tau2,
            "Q": fit.Q,
        }
    if "x1i" in inputs_of(case):
        x1i, t1i, x2i, t2i = columns(case, "x1i", "t1i", "x2i", "t2i")
        return as_metafor(rma_mh_rates(x1i, t1i, x2i, t2i, measure=options["measure"]))
    ai, bi, ci, di = columns(case, "ai", "bi", "ci", "di")
    correct = bool(options.get("correct", True))
    return as_metafor(rma_mh(ai, bi, ci, di, measure=options["measure"], correct=correct))


def run_peto(case: Case) -> Mapping[str, Any]:
    """Peto's odds ratio."""
    return as_metafor(rma_peto(*columns(case, "ai", "bi", "ci", "di")))


BINARY: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    "mantel_haenszel": run_mantel_haenszel,
    "peto": run_peto,
}
