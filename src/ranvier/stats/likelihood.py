"""The likelihood of tau2, plain or restricted, for many data sets at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Method
from ranvier.stats.least_squares import Batch, Wls, trace_p, trace_pdpe, wls

__all__ = ["information", "log_likelihood", "profile", "score", "score_and_bend", "upper_bound"]

Array = NDArray[np.float64]
LOG_2PI = math.log(2 * math.pi)


def profile(batch: Batch, t: Array, method: Method) -> Array:
    """Evaluate the (restricted) log-likelihood, maximised over beta, at t of shape (B, G)."""
    return log_likelihood(batch, wls(batch, 1 / (batch.v[:, None, :] + t[..., None])), method)


def log_likelihood(batch: Batch, fit: Wls, method: Method) -> Array:
    """Evaluate the log-likelihood of a fit by inverse variances; restricted if method is REML.

    The restricted one holds the term log|X'X| / 2, as metafor's does, so that its value does not
    depend on how the moderators are coded.
    """
    extra = (1,) * (fit.rss.ndim - 1)
    k = batch.k
    w = fit.w if batch.full else np.where(fit.w > 0, fit.w, 1.0)
    logw = np.log(w).sum(axis=-1)
    if method != "REML":
        return (-k.reshape(-1, *extra) * LOG_2PI + logw - fit.rss) / 2
    if batch.mean:
        logdet = np.log(k)
    else:
        X = np.where(batch.mask[..., None], batch.X, 0.0)
        logdet = np.linalg.slogdet(np.swapaxes(X, 1, 2) @ X)[1]
    constant = (logdet - (k - batch.p) * LOG_2PI).reshape(-1, *extra)
    return (constant + logw - fit.logdet - fit.rss) / 2


def score(batch: Batch, t: Array, method: Method) -> Array:
    """Slope of the log-likelihood (times two) at t, shape (B,) or (B, G)."""
    v = batch.v if t.ndim == 1 else batch.v[:, None, :]
    fit = wls(batch, 1 / (v + t[..., None]))
    trace = trace_p(batch, fit) if method == "REML" else fit.total
    pulled = fit.w * fit.residuals
    return np.vecdot(pulled, pulled) - trace


def score_and_bend(batch: Batch, t: Vector, method: Method) -> tuple[Vector, Vector]:
    """Evaluate the score at t, shape (B,), and its own slope.

    With P y = W (y - X beta) =: u, the quadratic form y'PPy = u'u has the slope -2 u'Pu, and tr P
    the slope -tr PP.
    """
    fit = wls(batch, 1 / (batch.v + t[:, None]))
    w, u = fit.w, fit.w * fit.residuals
    wu = w * u
    form = np.vecdot(wu, u)
    if batch.mean:
        form = form - np.vecdot(w, u) ** 2 / fit.total
    else:
        if batch.design is not None:
            pull = wu @ batch.design
        else:
            pull = (np.swapaxes(batch.X, 1, 2) @ wu[..., None])[..., 0]
        form = form - np.vecdot(pull, (fit.cov @ pull[..., None])[..., 0])
    if method == "REML":
        return np.vecdot(u, u) - trace_p(batch, fit), trace_pdpe(batch, fit, 1.0, 1.0) - 2 * form
    return np.vecdot(u, u) - fit.total, np.vecdot(w, w) - 2 * form


def information(batch: Batch, fit: Wls, method: Method) -> Vector:
    """Expected information on tau2 (times two) of a fit by inverse variances."""
    return np.vecdot(fit.w, fit.w) if method == "ML" else trace_pdpe(batch, fit, 1.0, 1.0)


def upper_bound(batch: Batch, target: Vector) -> Vector:
    """Compute a value above every root: RSS / target + max v.

    y'PPy <= RSS / (t + min v)^2 with the unweighted residual sum RSS, and tr P >= (k - p) /
    (t + max v); from this value on, the score of ML and REML is negative and Q below its target.
    """
    rss = wls(batch, np.ones(batch.v.shape)).rss
    v = batch.v if batch.full else np.where(batch.mask, batch.v, 0)
    return rss / target + v.max(axis=1)
