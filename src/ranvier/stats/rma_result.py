"""What :func:`ranvier.stats.rma` found, and how it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.mixed import FitStats, Test, critical
from ranvier.stats.printing import read_as, show, show_coefficients, show_p, show_range
from ranvier.stats.references import cited
from ranvier.stats.result import Columns, Report, Result
from ranvier.stats.source import Source

__all__ = ["PiMethod", "RmaResult", "estimator", "heterogeneity_columns", "test_column", "tested"]

PiMethod = Literal["t", "riley", "test"]

#: Estimators of tau2 in words, and where they are from.
ESTIMATORS: dict[Method, tuple[str, str]] = {
    "DL": ("the method of DerSimonian and Laird", "dersimonian1986"),
    "HE": ("the method of Hedges and Olkin", "hedges1985"),
    "HS": ("the method of Hunter and Schmidt", "hunter2004"),
    "HSk": ("the method of Hunter and Schmidt, corrected for small k", "hunter2004"),
    "SJ": ("the method of Sidik and Jonkman", "sidik2005"),
    "SJIT": ("the method of Sidik and Jonkman, iterated", "sidik2005"),
    "ML": ("maximum likelihood (ML)", "viechtbauer2005"),
    "REML": ("restricted maximum likelihood (REML)", "viechtbauer2005"),
    "EB": ("empirical Bayes", "morris1983"),
    "PM": ("the method of Paule and Mandel", "paule1982"),
    "PMM": ("the median-unbiased method of Paule and Mandel", "paule1982"),
    "DLIT": ("the method of DerSimonian and Laird, iterated", "dersimonian2007"),
    "GENQ": ("the generalised Q statistic", "dersimonian2007"),
}
#: Tests of a pooled effect in words.
TESTS: dict[Test, str] = {
    "z": "the normal distribution",
    "t": "a t distribution with k - p degrees of freedom",
    "knha": "the method of Knapp and Hartung",
    "adhoc": "the method of Knapp and Hartung, never narrower than the normal interval",
}
PREDICTED: dict[PiMethod, str] = {
    "t": "a t distribution with k - 1 degrees of freedom",
    "riley": "a t distribution with k - 2 degrees of freedom",
    "test": "the distribution used to test the mean",
}


def estimator(method: Method) -> tuple[str, tuple[str, ...]]:
    """Say in a clause how the model treats tau2, and what to cite."""
    if method in FIXED:
        return "an equal-effects model with inverse-variance weights", ("hedges1985",)
    words, key = ESTIMATORS[method]
    return (
        "a random-effects model with inverse-variance weights, the between-study variance (tau2) "
        f"estimated by {words}",
        (key,),
    )


def tested(test: Test) -> tuple[str, tuple[str, ...]]:
    """Say in a clause how coefficients are tested, and what to cite."""
    return TESTS[test], ("knapp2003",) if test in ("knha", "adhoc") else ()


def test_column(test: Test) -> str:
    """Name the test statistic as metafor does."""
    return "zval" if test == "z" else "tval"


def heterogeneity_columns(
    fit: FitStats, *, tau2: float, se_tau2: float | None, I2: float, H2: float, QE: float,
    QEp: float, df: int, k: int, method: Method,
) -> Columns:  # fmt: skip
    """One row on a whole fit, under the names of R's broom."""
    criteria: Columns = {name: [getattr(fit, name)] for name in ("deviance", "AIC", "BIC", "AICc")}
    return {
        "i.squared": [I2],
        "h.squared": [H2],
        "tau.squared": [tau2],
        "tau.squared.se": [se_tau2],
        "cochran.qe": [QE],
        "p.value.cochran.qe": [QEp],
        "df.residual": [df],
        "logLik": [fit.loglik],
        **criteria,
        "nobs": [k],
        "method": [method],
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RmaResult(Result, Source):
    """What :func:`rma` found: floats in the units of ``yi``; ``tau2`` in those units squared.

    Attributes
    ----------
    k : int
        Studies pooled.
    estimate : float
        The pooled effect.
    se, stat, pval, ci_lb, ci_ub : float or None
        Its standard error, test statistic, p value and interval; None where there is none (one
        study under a t test, or equal effects under ``knha``).
    ddf : int or None
        Degrees of freedom of the test; None for a normal one.
    pi_lb, pi_ub : float or None
        Prediction interval; None for one common effect, or where it is not defined.
    tau2, se_tau2, I2, H2 : float or None
        Variance between studies and the measures made of it; ``I2`` in percent.
    QE, QEp : float
        Cochran's Q and its p value.
    yi, vi : Vector
        What was given, row by row, with rows left out.
    slab : tuple of str
        Names of the studies.
    weights : Vector
        Percent, one a row given; nan for rows left out.
    fit : FitStats
        Log-likelihood (restricted for REML) and information criteria.
    measure : str
        What the effects are; a label ("GEN": any).
    control : Control
        When the search for tau2 stopped.
    given_weights, given_tau2 : Vector, shape (k,), or float, or None
        What was given to use instead of inverse variances and of an estimate.
    """

    k: int
    estimate: float
    se: float | None
    stat: float | None
    pval: float | None
    ci_lb: float | None
    ci_ub: float | None
    ddf: int | None
    pi_lb: float | None
    pi_ub: float | None
    tau2: float
    se_tau2: float | None
    I2: float
    H2: float
    QE: float
    QEp: float
    yi: Vector = field(repr=False)
    vi: Vector = field(repr=False)
    slab: tuple[str, ...] = field(repr=False)
    weights: Vector = field(repr=False)
    fit: FitStats = field(repr=False)
    measure: str = "GEN"
    method: Method
    test: Test
    level: float
    pi_method: PiMethod
    control: Control = "exact"
    given_weights: Vector | None = field(default=None, repr=False)
    given_tau2: float | None = None

    def rows(self) -> NDArray[np.bool_]:
        """Say which of the rows given were pooled."""
        return ~np.isnan(self.weights)

    def arguments(self) -> Mapping[str, Any]:
        """Return the studies pooled and how: what another function needs to go on from here."""
        kept = self.rows()
        return {
            "yi": self.yi[kept],
            "vi": self.vi[kept],
            "slab": [name for name, there in zip(self.slab, kept, strict=True) if there],
            "measure": self.measure,
            "method": self.method,
            "test": self.test,
            "level": self.level,
            "pi_method": self.pi_method,
            "control": self.control,
            "weights": None if self.given_weights is None else self.given_weights[kept],
            "tau2": self.given_tau2,
        }

    def __str__(self) -> str:
        lines: list[str] = []
        if self.method in FIXED:
            lines += [f"Equal-Effects Model (k = {self.k})", ""]
            lines += [f"I^2 (total heterogeneity / total variability):  {self.I2:.2f}%"]
            lines += [f"H^2 (total variability / sampling variability): {self.H2:.2f}"]
        else:
            lines += [f"Random-Effects Model (k = {self.k}; tau^2 estimator: {self.method})", ""]
            lines += [
                "tau^2 (estimated amount of total heterogeneity): "
                f"{show(self.tau2)} (SE = {show(self.se_tau2)})",
                f"tau (square root of estimated tau^2 value):      {show(math.sqrt(self.tau2))}",
                f"I^2 (total heterogeneity / total variability):   {self.I2:.2f}%",
                f"H^2 (total variability / sampling variability):  {self.H2:.2f}",
            ]
        lines += ["", "Test for Heterogeneity:"]
        lines += [f"Q(df = {self.k - 1}) = {show(self.QE)}, {show_p(self.QEp)}", ""]
        columns: dict[str, list[float | None]] = {"estimate": [self.estimate], "se": [self.se]}
        columns[test_column(self.test)] = [self.stat]
        if self.ddf is not None:
            columns["df"] = [self.ddf]
        columns |= {"pval": [self.pval], "ci.lb": [self.ci_lb], "ci.ub": [self.ci_ub]}
        if self.pi_lb is not None:
            columns |= {"pi.lb": [self.pi_lb], "pi.ub": [self.pi_ub]}
        lines += ["Model Results:", "", *show_coefficients(columns)]
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])

    def tidy(self, *, rows: Literal["summary", "all"] = "summary") -> Columns:
        """Return the pooled effect as columns under broom's names; ``all`` puts the studies first.

        Studies have the normal interval of their own standard error.
        """
        own = self.yi.tolist() if rows == "all" else []
        errors = [math.sqrt(v) for v in self.vi.tolist()] if rows == "all" else []
        z = critical(self.level, None)
        return {
            "term": [*(self.slab if own else ()), "overall"],
            "type": [*("study" for _ in own), "summary"],
            "estimate": [*own, self.estimate],
            "std.error": [*errors, self.se],
            "statistic": [*(y / e for y, e in zip(own, errors, strict=True)), self.stat],
            "p.value": [
                *(math.erfc(abs(y / e) / math.sqrt(2)) for y, e in zip(own, errors, strict=True)),
                self.pval,
            ],
            "conf.low": [*(y - z * e for y, e in zip(own, errors, strict=True)), self.ci_lb],
            "conf.high": [*(y + z * e for y, e in zip(own, errors, strict=True)), self.ci_ub],
        }

    def glance(self) -> Columns:
        """Return one row on the whole fit, as columns under the names of R's broom."""
        return heterogeneity_columns(
            self.fit, tau2=self.tau2, se_tau2=self.se_tau2, I2=self.I2, H2=self.H2, QE=self.QE,
            QEp=self.QEp, df=self.k - 1, k=self.k, method=self.method,
        )  # fmt: skip

    def report(self) -> Report:
        """Return sentences for a paper, with references; ratios are turned back from logs."""
        model, source = estimator(self.method)
        test, more = tested(self.test)
        cites = [*source, *more, "cochran1954", "higgins2002"]
        percent = f"{100 * self.level:g}%"
        methods = [
            f"Effects were pooled by {model}.",
            f"The mean was tested, and its {percent} confidence interval (CI) made, by {test}.",
            "Heterogeneity was assessed by Cochran's Q test and I2.",
        ]
        word, back = self._scale()
        said = f"{word} {show(back(self.estimate), 2)}".lstrip()
        if self.ci_lb is not None:
            said += f" ({percent} CI {show_range(back(self.ci_lb), back(self.ci_ub))}"
            said += f"; {show_p(self.pval)})"
        studies = "study" if self.k == 1 else "studies"
        results = [f"The pooled effect of {self.k} {studies} was {said}."]
        if self.k > 1:
            q = f"Q = {self.QE:.2f}, df = {self.k - 1}, {show_p(self.QEp)}"
            tau2 = "" if self.method in FIXED else f"; tau2 = {show(self.tau2)}"
            results.append(f"Heterogeneity: {q}; I2 = {self.I2:.1f}%{tau2}.")
        if self.pi_lb is not None:
            cites.append("higgins2009")
            methods.append(
                f"A {percent} prediction interval for the effect in a new study was made by "
                f"{PREDICTED[self.pi_method]}."
            )
            interval = show_range(back(self.pi_lb), back(self.pi_ub))
            results.append(f"The {percent} prediction interval was {interval}.")
        results += [f"Note: {note}." for note in self.notes]
        return Report(
            methods=" ".join(methods), results=" ".join(results), references=cited(*cites)
        )

    def _scale(self) -> tuple[str, Callable[[float | None], float | None]]:
        """Name the effect, and say how it is turned back to be read."""
        word, back = read_as(self.measure)
        return word, lambda x: None if x is None else back(x)
