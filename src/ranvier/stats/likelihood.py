"""The likelihood of tau2, plain or restricted, for many data sets at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Method
from ranvier.stats.least_squares import Batch, Wls, trace_p, trace_pdpe, wls
from ranvier.stats.roots import find_roots

__all__ = [
    "highest_maximum",
    "information",
    "log_likelihood",
    "profile",
    "score",
    "upper_bound",
]


def profile(batch: Batch, t: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    """Evaluate the (restricted) log-likelihood, maximised over beta, at t of shape (B, G)."""
    return log_likelihood(batch, wls(batch, 1 / (batch.v[:, None, :] + t[..., None])), method)


def log_likelihood(batch: Batch, fit: Wls, method: Method) -> NDArray[np.float64]:
    """Evaluate the log-likelihood of a fit by inverse variances; restricted if method is REML.

    The restricted one holds the term log|X'X| / 2, as metafor's does, so that its value does not
    depend on how the moderators are coded.
    """
    extra = (1,) * (fit.rss.ndim - 1)
    k = batch.k.reshape(-1, *extra)
    logw = np.where(fit.w > 0, np.log(np.where(fit.w > 0, fit.w, 1.0)), 0.0).sum(axis=-1)
    if method != "REML":
        return (-k * np.log(2 * np.pi) + logw - fit.rss) / 2
    X = np.where(batch.mask[..., None], batch.X, 0.0)
    logdet = np.linalg.slogdet(np.swapaxes(X, 1, 2) @ X)[1].reshape(-1, *extra)
    free = k - batch.p
    return (-free * np.log(2 * np.pi) + logdet + logw - fit.logdet - fit.rss) / 2


def score(batch: Batch, t: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    """Slope of the log-likelihood (times two) at t, shape (B,) or (B, G)."""
    v = batch.v if t.ndim == 1 else batch.v[:, None, :]
    fit = wls(batch, 1 / (v + t[..., None]))
    trace = trace_p(batch, fit) if method == "REML" else fit.w.sum(axis=-1)
    return ((fit.w * fit.residuals) ** 2).sum(axis=-1) - trace


def information(batch: Batch, fit: Wls, method: Method) -> Vector:
    """Expected information on tau2 (times two) of a fit by inverse variances."""
    return (fit.w**2).sum(axis=1) if method == "ML" else trace_pdpe(batch, fit, 1.0, 1.0)


def upper_bound(batch: Batch, target: Vector) -> Vector:
    """Compute a value above every root: RSS / target + max v.

    y'PPy <= RSS / (t + min v)^2 with the unweighted residual sum RSS, and tr P >= (k - p) /
    (t + max v); from this value on, the score of ML and REML is negative and Q below its target.
    """
    rss = wls(batch, np.ones_like(batch.v)).rss
    return rss / target + np.where(batch.mask, batch.v, 0).max(axis=1)


def highest_maximum(batch: Batch, method: Method) -> tuple[Vector, NDArray[np.intp]]:
    """Find the highest of all maxima on tau2 >= 0.

    Bracketed, because Fisher scoring can jump across the root for ever (y = 0, 0, 0, 0, 1;
    v = 1, 1, 1, 1, 1/8) and, like any hill climbing, end on the lower of two maxima
    (y = 0, 0, 0, 2.5, 0.25, -2; v = 1, 1, 1, 1.5, 0.125, 1). The likelihood is a function of
    t + v, so points a factor apart in t + min v see each bend.
    """
    lowest = np.where(batch.mask, batch.v, np.inf).min(axis=1)
    upper = upper_bound(batch, batch.k - batch.p)
    points = int(np.clip(np.ceil(np.log((upper + lowest) / lowest).max() / np.log(1.25)), 16, 256))
    share = np.linspace(0, 1, points + 1)
    grid = lowest[:, None] * ((upper / lowest + 1)[:, None] ** share - 1)
    slope = score(batch, grid, method)
    top = (slope[:, :-1] > 0) & (slope[:, 1:] <= 0)
    b, g = np.nonzero(top)
    candidates: list[tuple[NDArray[np.intp], Vector]] = [
        (np.arange(len(upper)), np.zeros(len(upper)))
    ]
    if len(b):
        part = Batch(y=batch.y[b], v=batch.v[b], X=batch.X[b], mask=batch.mask[b])
        roots = find_roots(lambda t: score(part, t, method), grid[b, g], grid[b, g + 1])
        candidates.append((b, roots))
    tau2 = np.zeros(len(upper))
    best = np.full(len(upper), -np.inf)
    rows = np.concatenate([row for row, _ in candidates])
    values = np.concatenate([value for _, value in candidates])
    part = Batch(y=batch.y[rows], v=batch.v[rows], X=batch.X[rows], mask=batch.mask[rows])
    heights = profile(part, values[:, None], method)[:, 0]
    for row, value, height in zip(rows, values, heights, strict=True):
        if height > best[row]:
            best[row], tau2[row] = height, value
    maxima = top.sum(axis=1) + (slope[:, 0] <= 0)
    return tau2, np.asarray(maxima, dtype=np.intp)
