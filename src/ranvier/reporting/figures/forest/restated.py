"""Results that hold no effects of studies, in the shape that all pooled results share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ranvier.errors import InputError
from ranvier.stats import BayesMeta, BetaBinomial, GlmmResult, MetaBinary
from ranvier.stats.arrays import Vector
from ranvier.stats.mixed import critical

__all__ = ["OwnEffects", "Restated", "common_of", "restated"]


@dataclass(frozen=True, slots=True)
class OwnEffects:
    """The studies' own effects, as another result or `escalc` has them."""

    yi: Vector
    vi: Vector
    slab: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A pooled result with the effects of the studies; names as in its own class."""

    yi: Vector
    vi: Vector
    slab: tuple[str, ...]
    measure: str
    level: float
    kind: Literal["common", "random"]
    how: str
    k: int
    estimate: float
    se: float | None
    ci_lb: float | None
    ci_ub: float | None
    stat: float | None = None
    pval: float | None = None
    ddf: float | None = None
    pi_lb: float | None = None
    pi_ub: float | None = None
    tau2: float | None = None
    I2: float | None = None
    QE: float | None = None
    QEp: float | None = None
    interval: Literal["CI", "CrI"] = "CI"


def common_of(result: MetaBinary) -> Restated:
    """Return the common effect of a pair of models, with its interval and test."""
    fit = result.random
    half = critical(fit.level, None) * result.se_common
    stat = result.common / result.se_common if result.se_common > 0 else math.nan
    return Restated(
        yi=fit.yi,
        vi=fit.vi,
        slab=fit.slab,
        measure=fit.measure,
        level=fit.level,
        kind="common",
        how="M-H",
        k=fit.k,
        estimate=result.common,
        se=result.se_common,
        ci_lb=result.common - half,
        ci_ub=result.common + half,
        stat=stat,
        pval=math.erfc(abs(stat) / math.sqrt(2)),
        QE=result.Q,
    )


def restated(result: GlmmResult | BetaBinomial | BayesMeta, effects: OwnEffects | None) -> Restated:
    """Put a result together with the effects of its studies.

    Raises
    ------
    InputError
        If nobody gave these effects.
    """
    if effects is None:
        raise InputError(
            f"{type(result).__name__} does not hold the effects of its studies.",
            remedy="Give effects=escalc(…), or data={…} under the names of escalc().",
        )
    if isinstance(result, BayesMeta):
        mu, new = result.mu, result.theta_new
        return Restated(
            yi=effects.yi,
            vi=effects.vi,
            slab=effects.slab,
            measure="GEN",
            level=result.level,
            kind="random",
            how="Bayes",
            k=result.k,
            estimate=mu.median,
            se=mu.sd,
            ci_lb=mu.ci_lb,
            ci_ub=mu.ci_ub,
            pi_lb=new.ci_lb,
            pi_ub=new.ci_ub,
            tau2=result.tau.median**2,
            interval="CrI",
        )
    binomial = isinstance(result, BetaBinomial)
    return Restated(
        yi=effects.yi,
        vi=effects.vi,
        slab=effects.slab,
        measure=result.measure,
        level=result.level,
        kind="random" if binomial or result.method == "ML" else "common",
        how="Beta-binomial" if binomial else "GLMM",
        k=result.k,
        estimate=result.estimate,
        se=result.se,
        ci_lb=result.ci_lb,
        ci_ub=result.ci_ub,
        stat=result.stat,
        pval=result.pval,
        ddf=None if binomial else result.ddf,
        tau2=None if binomial else result.tau2,
        I2=None if binomial else result.I2,
        QE=None if binomial else result.QE_Wld,
        QEp=None if binomial else result.QEp_Wld,
    )
