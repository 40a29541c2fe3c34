"""The mixed-effects model behind all inverse-variance pooling, for many data sets at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.least_squares import Batch, Wls, trace_p, wls
from ranvier.stats.likelihood import log_likelihood
from ranvier.stats.scaling import rescaled_wls, scaled
from ranvier.stats.tau2 import estimate_tau2

__all__ = ["BatchFit", "FitStats", "Test", "critical", "fit_batch", "fit_statistics"]

Test = Literal["z", "t", "knha", "adhoc"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitStats:
    """Log-likelihood and the criteria made of it."""

    loglik: float
    deviance: float
    AIC: float
    BIC: float
    AICc: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BatchFit:
    """What :func:`fit_batch` found for each of B data sets."""

    k: Vector
    beta: NDArray[np.float64]  # (B, p)
    vcov: NDArray[np.float64]  # (B, p, p), with the Knapp-Hartung factor
    tau2: Vector
    se_tau2: Vector
    maxima: NDArray[np.intp]
    w: NDArray[np.float64]  # (B, k)
    scale: Vector  # Knapp-Hartung factor, 1 for z and t
    QE: Vector
    I2: Vector  # percent
    H2: Vector
    vt: Vector  # the "typical" sampling variance of Higgins and Thompson
    wls: Wls  # by inverse variances


def critical(level: float, free: float | None) -> float:
    """Two-sided critical value, of t with ``free`` degrees of freedom or of z."""
    if free is None:
        return float(ndtri((1 + level) / 2))
    return float(stdtrit(free, (1 + level) / 2)) if free > 0 else float("nan")


def fit_batch(
    batch: Batch,
    *,
    method: Method = "REML",
    test: Test = "z",
    weights: NDArray[np.float64] | None = None,
    tau2: Vector | None = None,
    control: Control = "exact",
) -> BatchFit:
    """Fit the model to each data set.

    ``weights`` (B, k) replace the inverse variances in the coefficients; ``GENQ`` uses them for
    tau2, too. A given ``tau2`` (B,) is not estimated.
    """
    changed = scaled(batch)
    if changed is not None:
        near, unit = changed
        fit = fit_batch(
            near, method=method, test=test, weights=weights, control=control,
            tau2=None if tau2 is None else tau2 / unit / unit,
        )  # fmt: skip
        return _rescaled(fit, unit, batch.p, weights is not None)
    free = batch.k - batch.p
    inverse: Wls | None = None
    if tau2 is None:
        found = estimate_tau2(batch, method, weights, control)
        tau2, se_tau2, maxima, inverse = found.tau2, found.se, found.maxima, found.fit
    else:
        se_tau2, maxima = np.full_like(tau2, np.nan), np.ones(len(tau2), dtype=np.intp)
    if inverse is None:
        inverse = wls(batch, 1 / (batch.v + tau2[:, None]))
    if weights is None:
        fit, vcov = inverse, inverse.cov
    else:
        fit = wls(batch, weights)
        spread = fit.w**2 * (batch.v + tau2[:, None])
        middle = np.swapaxes(batch.X * spread[..., None], -1, -2) @ batch.X
        vcov = fit.cov @ middle @ fit.cov
    scale = _knapp_hartung(inverse, free, test)
    QE, vt, I2, H2 = _heterogeneity(batch, free, tau2, method)
    return BatchFit(
        k=batch.k,
        beta=fit.beta,
        vcov=vcov * scale[:, None, None],
        tau2=tau2,
        se_tau2=se_tau2,
        maxima=maxima,
        w=fit.w,
        scale=scale,
        QE=QE,
        I2=I2,
        H2=H2,
        vt=vt,
        wls=inverse,
    )


def _rescaled(fit: BatchFit, unit: Vector, p: int, weighted: bool) -> BatchFit:
    """Turn the fit of scaled effects back to their own units; given weights have none."""
    one = unit[:, None]
    return replace(
        fit,
        beta=fit.beta * one,
        vcov=fit.vcov * one[..., None] * one[..., None],
        tau2=fit.tau2 * unit * unit,
        se_tau2=fit.se_tau2 * unit * unit,
        w=fit.w if weighted else fit.w / one / one,
        vt=fit.vt * unit * unit,
        wls=rescaled_wls(fit.wls, unit, p),
    )


def _heterogeneity(
    batch: Batch, free: Vector, tau2: Vector, method: Method
) -> tuple[Vector, Vector, Vector, Vector]:
    """Q, the typical variance (Higgins & Thompson 2002), I2 and H2; 0 and 1 if none can be."""
    plain = wls(batch, 1 / batch.v)
    q = np.where(free > 0, plain.rss, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        vt = np.where(free > 0, free / trace_p(batch, plain), np.nan)
        if method in FIXED:
            i2 = np.where(q > 0, np.maximum(0, 100 * (q - free) / q), 0.0)
            return q, vt, i2, np.where(free > 0, q / free, 1.0)
        i2 = np.where(free > 0, 100 * tau2 / (vt + tau2), 0.0)
        return q, vt, i2, np.where(free > 0, tau2 / vt + 1, 1.0)


def _knapp_hartung(fit: Wls, free: Vector, test: Test) -> Vector:
    """Factor on the variance; nan without a degree of freedom."""
    if test not in ("knha", "adhoc"):
        return np.ones_like(free)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(free > 0, fit.rss / free, np.nan)
    # Equal effects: what is left of rounding is no spread.
    factor = np.where(fit.rss <= np.finfo(np.float64).eps, factor * 0, factor)
    return np.maximum(factor, 1.0) if test == "adhoc" else factor


def fit_statistics(batch: Batch, fit: BatchFit, method: Method, fixed_tau2: bool) -> FitStats:
    """Log-likelihood, deviance, AIC, BIC and AICc of a batch of one, as metafor defines them."""
    ll = float(log_likelihood(batch, fit.wls, method)[0])
    k, p = int(fit.k[0]), batch.p
    size = k - p if method == "REML" else k
    parms = p + (0 if method in FIXED or fixed_tau2 else 1)
    deviance = -2 * ll
    if method != "REML":
        # Against the saturated model, whose density has its mode at each effect.
        saturated = float(-np.log(2 * np.pi * batch.v[0]).sum() / 2)
        deviance = -2 * (ll - saturated)
    roomy = max(size, parms + 2)
    return FitStats(
        loglik=ll,
        deviance=deviance,
        AIC=-2 * ll + 2 * parms,
        BIC=-2 * ll + parms * float(np.log(size)) if size > 0 else float("nan"),
        AICc=-2 * ll + 2 * parms * roomy / (roomy - parms - 1),
    )
