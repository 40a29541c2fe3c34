"""What :func:`ranvier.stats.meta_regression` found, and how it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.formula import Design
from ranvier.stats.mixed import FitStats, Test
from ranvier.stats.printing import (
    defined,
    show,
    show_coefficients,
    show_interval,
    show_p,
    show_range,
)
from ranvier.stats.references import cited
from ranvier.stats.result import Columns, Report, Result
from ranvier.stats.rma_result import estimator, heterogeneity_columns, test_column, tested
from ranvier.stats.source import Source

__all__ = ["Contrasted", "RegressionResult"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionResult(Result, Source):
    """What :func:`meta_regression` found.

    Attributes
    ----------
    k, p : int
        Studies; coefficients.
    names : tuple of str
        Of the coefficients, shape (p,), as the other vectors.
    beta, se, stat, pval, ci_lb, ci_ub : Vector
        Coefficients; nan where there is no degree of freedom.
    vcov : Matrix
        Their covariances.
    ddf : int or None
        Degrees of freedom of their tests; None for normal ones.
    tau2, se_tau2, I2, H2 : float
        What is left between studies.
    R2 : float or None
        Percent of tau2 explained, never below 0 (of the weighted variance, adjusted, for equal
        effects); None without an intercept or a moderator.
    QE, QEp, QM, QMp : float
        Heterogeneity left, and the test of all moderators (F under ``knha``, ``adhoc`` and ``t``).
    fitted, residuals : Vector
        One a row given; nan for rows left out.
    vif : Vector
        Variance inflation of each coefficient but the intercept's.
    yi, vi, X : Vector, Matrix
        What was given, row by row, with rows left out; the design has a column a coefficient.
    slab : tuple of str
        Names of the studies.
    weights : Vector
        Inverse variances in percent, one a row given; nan for rows left out.
    """

    k: int
    p: int
    names: tuple[str, ...]
    beta: Vector
    se: Vector
    stat: Vector
    pval: Vector
    ci_lb: Vector
    ci_ub: Vector
    vcov: Matrix
    ddf: int | None
    tau2: float
    se_tau2: float | None
    I2: float
    H2: float
    R2: float | None
    QE: float
    QEp: float
    QM: float | None
    QMp: float | None
    fitted: Vector = field(repr=False)
    residuals: Vector = field(repr=False)
    vif: Vector = field(repr=False)
    yi: Vector = field(repr=False)
    vi: Vector = field(repr=False)
    X: Matrix = field(repr=False)
    slab: tuple[str, ...] = field(repr=False)
    weights: Vector = field(repr=False)
    fit: FitStats = field(repr=False)
    measure: str = "GEN"
    method: Method
    test: Test
    level: float
    control: Control = "exact"

    def rows(self) -> NDArray[np.bool_]:
        """Say which of the rows given were used."""
        return ~np.isnan(self.weights)

    def arguments(self) -> Mapping[str, Any]:
        """Return the studies used and the model: what another function needs to go on from here."""
        kept = self.rows()
        intercept = self.names[0] == "intrcpt"
        return {
            "yi": self.yi[kept],
            "vi": self.vi[kept],
            "mods": Design(X=self.X[kept], names=self.names, intercept=intercept),
            "slab": [name for name, there in zip(self.slab, kept, strict=True) if there],
            "measure": self.measure,
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "control": self.control,
        }

    def __str__(self) -> str:
        fixed = self.method in FIXED
        how = "" if fixed else f"; tau^2 estimator: {self.method}"
        name = "Fixed-Effects with Moderators" if fixed else "Mixed-Effects"
        lines = [f"{name} Model (k = {self.k}{how})", ""]
        if not fixed:
            lines += [
                "tau^2 (estimated amount of residual heterogeneity):     "
                f"{show(self.tau2)} (SE = {show(self.se_tau2)})",
                "tau (square root of estimated tau^2 value):             "
                f"{show(math.sqrt(self.tau2))}",
            ]
        lines += [
            f"I^2 (residual heterogeneity / unaccounted variability): {self.I2:.2f}%",
            f"H^2 (unaccounted variability / sampling variability):   {self.H2:.2f}",
        ]
        if self.R2 is not None:
            lines += [f"R^2 (amount of heterogeneity accounted for):            {self.R2:.2f}%"]
        lines += ["", "Test for Residual Heterogeneity:"]
        lines += [f"QE(df = {self.k - self.p}) = {show(self.QE)}, {show_p(self.QEp)}", ""]
        lines += ["Test of Moderators:", f"{self._omnibus()}, {show_p(self.QMp)}", ""]
        columns = {"estimate": self.beta, "se": self.se, test_column(self.test): self.stat}
        columns |= {"pval": self.pval, "ci.lb": self.ci_lb, "ci.ub": self.ci_ub}
        shown = {name: [defined(x) for x in values] for name, values in columns.items()}
        lines += ["Model Results:", "", *show_coefficients(shown, self.names)]
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])

    def _omnibus(self) -> str:
        """The test of all moderators, as metafor writes it."""
        df = self.p - 1 if self.names[0] == "intrcpt" and self.p > 1 else self.p
        if self.ddf is None:
            return f"QM(df = {df}) = {show(self.QM)}"
        return f"F(df1 = {df}, df2 = {self.ddf}) = {show(self.QM)}"

    def tidy(self) -> Columns:
        """Return one row a coefficient, as columns under broom's names."""
        return {
            "term": list(self.names),
            "type": ["summary"] * self.p,
            "estimate": self.beta.tolist(),
            "std.error": [defined(x) for x in self.se],
            "statistic": [defined(x) for x in self.stat],
            "p.value": [defined(x) for x in self.pval],
            "conf.low": [defined(x) for x in self.ci_lb],
            "conf.high": [defined(x) for x in self.ci_ub],
        }

    def glance(self) -> Columns:
        """Return one row on the whole fit, as columns under the names of R's broom."""
        whole = heterogeneity_columns(
            self.fit, tau2=self.tau2, se_tau2=self.se_tau2, I2=self.I2, H2=self.H2, QE=self.QE,
            QEp=self.QEp, df=self.k - self.p, k=self.k, method=self.method,
        )  # fmt: skip
        return {
            **whole,
            "r.squared": [self.R2],
            "cochran.qm": [self.QM],
            "p.value.cochran.qm": [self.QMp],
        }

    def report(self) -> Report:
        """Return sentences for a paper, with references; coefficients as they were fitted."""
        model, source = estimator(self.method)
        test, more = tested(self.test)
        named = [name for name in self.names if name != "intrcpt"]
        percent = f"{100 * self.level:g}%"
        methods = (
            f"Effects were regressed on {', '.join(named) or 'no moderator'} by {model}. "
            f"Coefficients were tested, and their {percent} confidence intervals (CI) made, by "
            f"{test}; moderators were tested together by an omnibus test."
        )
        results = [f"The meta-regression held {self.k} studies: {self._omnibus()}, "
                   f"{show_p(self.QMp)}."]  # fmt: skip
        for i, name in enumerate(self.names):
            if name != "intrcpt":
                bounds = show_range(defined(self.ci_lb[i]), defined(self.ci_ub[i]), 4)
                p = show_p(defined(self.pval[i]))
                results.append(f"{name}: {show(self.beta[i])} ({percent} CI {bounds}; {p}).")
        left = f"QE = {self.QE:.2f}, df = {self.k - self.p}, {show_p(self.QEp)}"
        tau2 = "" if self.method in FIXED else f"; tau2 = {show(self.tau2)}"
        results.append(f"Residual heterogeneity: {left}; I2 = {self.I2:.1f}%{tau2}.")
        if self.R2 is not None:
            results.append(f"Moderators accounted for {self.R2:.1f}% of the heterogeneity.")
        results += [f"Note: {note}." for note in self.notes]
        return Report(
            methods=methods,
            results=" ".join(results),
            references=cited(*source, *more, "raudenbush2009", "higgins2002"),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrasted(Result):
    """A linear combination of coefficients (a prediction, a contrast), and its test."""

    DOES: ClassVar[str] = (
        "Predictions and contrasts were made as linear combinations of the coefficients."
    )
    CITES: ClassVar[tuple[str, ...]] = ("knapp2003",)

    estimate: float
    se: float
    stat: float | None
    pval: float | None
    ci_lb: float | None
    ci_ub: float | None
    pi_lb: float | None
    pi_ub: float | None

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        return f"{show(self.estimate)} {interval}, SE {show(self.se)}, {show_p(self.pval)}"
