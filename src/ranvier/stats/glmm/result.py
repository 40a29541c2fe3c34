"""What a mixed model of counts found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ranvier.stats.glmm.columns import GlmmMeasure
from ranvier.stats.glmm.models import Model
from ranvier.stats.mixed import FitStats
from ranvier.stats.printing import show, show_interval, show_p
from ranvier.stats.result import Result

__all__ = ["GlmmMethod", "GlmmResult", "GlmmTest"]

GlmmMethod = Literal["ML", "EE", "FE", "CE"]
GlmmTest = Literal["z", "t"]

NAMES = {
    "UM.FS": "unconditional, fixed study effects",
    "UM.RS": "unconditional, random study effects",
    "CM.EL": "conditional, exact likelihood",
    "CM.AL": "conditional, approximate likelihood",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlmmResult(Result):
    """What :func:`rma_glmm` found, on the log scale (log odds, log rates, logs of their ratios).

    Attributes
    ----------
    k : int
        Studies that say something about the effect.
    estimate, se, stat, pval, ci_lb, ci_ub : float or None
        The pooled effect; None where a test has no degree of freedom.
    ddf : int or None
        Degrees of freedom of the t test; None for the normal one.
    tau2, se_tau2 : float, float or None
        Variance of the effects between studies; its standard error is None where it is 0.
    sigma2, rho : float or None
        Variance of the studies' own level, and its correlation with the effect: only in ``UM.RS``,
        and ``rho`` only with ``cor``.
    I2, H2 : float or None
        From ``tau2`` and the typical sampling variance of the studies' own effects, for which 0.5
        is added to empty cells. Nothing else here rests on them.
    QE_Wld, QE_LRT, QE_df, QEp_Wld, QEp_LRT : float or None
        Two tests of whether the studies have one effect; None for one study.
    fit : FitStats
        The log-likelihood, all constants included, and criteria made of it.
    loglik_at_modes : float
        The log-likelihood of the counts with the random effects at their modes rather than
        integrated out: what metafor prints as log-likelihood where it integrates by more than one
        node.
    """

    DOES: ClassVar[str] = (
        "Counts were pooled by a generalised linear mixed model, without adding to empty cells."
    )
    CITES: ClassVar[tuple[str, ...]] = ("stijnen2010", "jackson2018")

    k: int
    estimate: float
    se: float | None
    stat: float | None
    pval: float | None
    ci_lb: float | None
    ci_ub: float | None
    ddf: int | None
    tau2: float
    se_tau2: float | None
    sigma2: float | None
    rho: float | None
    I2: float | None
    H2: float | None
    QE_Wld: float | None
    QEp_Wld: float | None
    QE_LRT: float | None
    QEp_LRT: float | None
    QE_df: int | None
    fit: FitStats
    loglik_at_modes: float = field(repr=False)
    measure: GlmmMeasure
    model: Model | None
    method: GlmmMethod
    test: GlmmTest
    nAGQ: int
    level: float

    def __str__(self) -> str:
        kind = "random effects" if self.method == "ML" else "one common effect"
        model = "" if self.model is None else f", {self.model}: {NAMES[self.model]}"
        lines = [f"Mixed model of counts ({self.measure}{model}; {kind}; k = {self.k})"]
        if self.method == "ML":
            sigma = "" if self.sigma2 is None else f"; sigma2 {self.sigma2:.4f}"
            lines.append(f"tau2 {self.tau2:.4f} (SE {show(self.se_tau2)}){sigma}")
            lines.append(f"I2 {show(self.I2, 1)}%; H2 {show(self.H2, 2)}")
        if self.QE_df is not None:
            lines.append(
                f"Q (df {self.QE_df}): Wald {show(self.QE_Wld)}, {show_p(self.QEp_Wld)}; "
                f"likelihood ratio {show(self.QE_LRT)}, {show_p(self.QEp_LRT)}"
            )
        lines.append(
            f"{show(self.estimate)} {show_interval(self.ci_lb, self.ci_ub)}, "
            f"SE {show(self.se)}, {show_p(self.pval)}"
        )
        return "\n".join([*lines, *self.notes])
