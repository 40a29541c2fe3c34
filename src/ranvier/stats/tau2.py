"""Estimators of the between-study variance tau2, for many data sets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Vector
from ranvier.stats.least_squares import Batch, Wls, trace_p, trace_pdpe, wls
from ranvier.stats.roots import find_roots

__all__ = ["Method", "Tau2", "estimate_tau2", "log_likelihood", "profile"]

Method = Literal[
    "EE", "FE", "CE", "DL", "HE", "HS", "HSk", "SJ", "SJIT", "ML", "REML", "EB", "PM", "PMM",
    "DLIT", "GENQ",
]  # fmt: skip

#: Paule and Mandel's equation; iterated DL and empirical Bayes end in the same root.
SAME_AS_PM = frozenset({"PM", "EB", "DLIT"})
#: Where the iteration of SJIT stops, in the units of tau2. Its limit is Paule and Mandel's root,
#: too, but it only creeps towards 0: how far is part of its definition.
SJIT_THRESHOLD, SJIT_STEPS = 1e-10, 10_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tau2:
    """Estimates, their standard errors, and how many maxima the likelihood had (else 1)."""

    tau2: Vector
    se: Vector
    maxima: NDArray[np.intp]


def estimate_tau2(
    batch: Batch,
    method: Method,
    weights: NDArray[np.float64] | None = None,
    threshold: float | None = None,
) -> Tau2:
    """Estimate tau2 for each data set; those with no degree of freedom get 0 and se nan.

    With a ``threshold``, ML and REML are where metafor's Fisher scoring stops.
    """
    free = batch.k - batch.p
    maxima = np.ones(len(free), dtype=np.intp)
    if method in ("EE", "FE", "CE"):
        return Tau2(tau2=np.zeros(len(free)), se=np.full(len(free), np.nan), maxima=maxima)
    enough = free > 0
    if not enough.all():
        tau2, se = np.zeros(len(free)), np.full(len(free), np.nan)
        if enough.any():
            part = Batch(
                y=batch.y[enough], v=batch.v[enough], X=batch.X[enough], mask=batch.mask[enough]
            )
            chosen = None if weights is None else weights[enough]
            found = estimate_tau2(part, method, chosen, threshold)
            tau2[enough], se[enough], maxima[enough] = found.tau2, found.se, found.maxima
        return Tau2(tau2=tau2, se=se, maxima=maxima)
    if method in ("ML", "REML"):
        if threshold is None:
            tau2, maxima = _likelihood_maximum(batch, method)
        else:
            tau2 = _fisher_scoring(batch, method, threshold)
        return Tau2(tau2=tau2, se=_likelihood_se(batch, tau2, method), maxima=maxima)
    if method in SAME_AS_PM or method in ("PMM", "SJIT"):
        target = np.asarray(chi2.ppf(0.5, free)) if method == "PMM" else free
        tau2 = _sidik_jonkman_iterated(batch) if method == "SJIT" else _q_root(batch, target)
        total = np.where(batch.mask, 1 / (batch.v + tau2[:, None]), 0.0).sum(axis=1)
        return Tau2(tau2=tau2, se=np.sqrt(2 * batch.k**2 / free) / total, maxima=maxima)
    return _moments(batch, method, weights, maxima)


def _moments(
    batch: Batch, method: Method, weights: NDArray[np.float64] | None, maxima: NDArray[np.intp]
) -> Tau2:
    """Closed forms: a quadratic form y'Py set to its expectation, (y'Py - c) / d."""
    k, free = batch.k, batch.k - batch.p
    start = np.zeros_like(k)
    match method:
        case "HE":
            w = np.ones_like(batch.v)
        case "SJ":
            start = _crude_variance(batch)
            w = 1 / (batch.v + start[:, None])
        case "GENQ" if weights is not None:
            w = weights
        case _:
            w = 1 / batch.v
    fit = wls(batch, w)
    match method:
        case "HS":
            c, d = k, fit.w.sum(axis=1)
        case "HSk":
            c, d = free, fit.w.sum(axis=1) * free / k
        case "SJ":
            with np.errstate(divide="ignore"):  # All effects equal: tau2 is 0.
                c, d = np.zeros_like(k), free / start
        case _:
            h = np.trace(fit.cov @ _xwwvx(batch, fit), axis1=1, axis2=2)
            c, d = (fit.w * batch.v).sum(axis=1) - h, trace_p(batch, fit)
    tau2 = np.maximum(0.0, (fit.rss - c) / d)
    spread = (
        trace_pdpe(batch, fit, batch.v, batch.v)
        + 2 * tau2 * trace_pdpe(batch, fit, batch.v, 1.0)
        + tau2**2 * trace_pdpe(batch, fit, 1.0, 1.0)
    )
    return Tau2(tau2=tau2, se=np.sqrt(2 * spread) / d, maxima=maxima)


def _crude_variance(batch: Batch) -> Vector:
    """Variance of the effects, with divisor k."""
    mean = np.where(batch.mask, batch.y, 0).sum(axis=1) / batch.k
    return np.where(batch.mask, (batch.y - mean[:, None]) ** 2, 0).sum(axis=1) / batch.k


def _sidik_jonkman_iterated(batch: Batch) -> Vector:
    """Repeat Sidik and Jonkman's step until tau2 stays."""
    tau2 = _crude_variance(batch)
    for _ in range(SJIT_STEPS):
        rss = wls(batch, 1 / (batch.v + tau2[:, None])).rss
        last, tau2 = tau2, tau2 * rss / (batch.k - batch.p)
        if float(np.abs(tau2 - last).max()) <= SJIT_THRESHOLD:
            return tau2
    raise ConvergenceError(
        "The iterated Sidik-Jonkman estimator did not settle.",
        last=float(tau2[0]),
        remedy="Use PM: it is the limit.",
    )


def _xwwvx(batch: Batch, fit: Wls) -> NDArray[np.float64]:
    """X' W V W X."""
    return np.swapaxes(batch.X * (fit.w**2 * batch.v)[..., None], -1, -2) @ batch.X


def _upper_bound(batch: Batch, target: Vector) -> Vector:
    """Compute a value above every root: RSS / target + max v.

    y'PPy <= RSS / (t + min v)^2 with the unweighted residual sum RSS, and tr P >= (k - p) /
    (t + max v); from this value on, the score of ML and REML is negative and Q below its target.
    """
    rss = wls(batch, np.ones_like(batch.v)).rss
    return rss / target + np.where(batch.mask, batch.v, 0).max(axis=1)


def _q_root(batch: Batch, target: Vector) -> Vector:
    """Solve Q(tau2) = target; Q falls with tau2."""

    def excess(t: Vector) -> Vector:
        return wls(batch, 1 / (batch.v + t[:, None])).rss - target

    at_zero = excess(np.zeros_like(target)) <= 0
    upper = np.where(at_zero, 0.0, _upper_bound(batch, target))
    tau2 = find_roots(lambda t: np.where(at_zero, 0.0, excess(t)), np.zeros_like(target), upper)
    return np.where(at_zero, 0.0, tau2)


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


def _score(batch: Batch, t: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    """Slope of the log-likelihood (times two) at t, shape (B,) or (B, G)."""
    v = batch.v if t.ndim == 1 else batch.v[:, None, :]
    fit = wls(batch, 1 / (v + t[..., None]))
    trace = trace_p(batch, fit) if method == "REML" else fit.w.sum(axis=-1)
    return ((fit.w * fit.residuals) ** 2).sum(axis=-1) - trace


def _likelihood_maximum(batch: Batch, method: Method) -> tuple[Vector, NDArray[np.intp]]:
    """Find the highest of all maxima on tau2 >= 0.

    Bracketed, because Fisher scoring can jump across the root for ever (y = 0, 0, 0, 0, 1;
    v = 1, 1, 1, 1, 1/8) and, like any hill climbing, end on the lower of two maxima
    (y = 0, 0, 0, 2.5, 0.25, -2; v = 1, 1, 1, 1.5, 0.125, 1). The likelihood is a function of
    t + v, so points a factor apart in t + min v see each bend.
    """
    lowest = np.where(batch.mask, batch.v, np.inf).min(axis=1)
    upper = _upper_bound(batch, batch.k - batch.p)
    points = int(np.clip(np.ceil(np.log((upper + lowest) / lowest).max() / np.log(1.25)), 16, 256))
    share = np.linspace(0, 1, points + 1)
    grid = lowest[:, None] * ((upper / lowest + 1)[:, None] ** share - 1)
    slope = _score(batch, grid, method)
    top = (slope[:, :-1] > 0) & (slope[:, 1:] <= 0)
    b, g = np.nonzero(top)
    candidates: list[tuple[NDArray[np.intp], Vector]] = [
        (np.arange(len(upper)), np.zeros(len(upper)))
    ]
    if len(b):
        part = Batch(y=batch.y[b], v=batch.v[b], X=batch.X[b], mask=batch.mask[b])
        roots = find_roots(lambda t: _score(part, t, method), grid[b, g], grid[b, g + 1])
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


def _fisher_scoring(batch: Batch, method: Method, threshold: float) -> Vector:
    """Climb from Hedges' estimate until tau2 moves no more than the threshold, as metafor does."""
    tau2 = _moments(batch, "HE", None, np.ones(len(batch.k), dtype=np.intp)).tau2
    moving = np.ones(len(tau2), dtype=np.bool_)
    for _ in range(SJIT_STEPS):
        fit = wls(batch, 1 / (batch.v + tau2[:, None]))
        information = (
            trace_pdpe(batch, fit, 1.0, 1.0) if method == "REML" else (fit.w**2).sum(axis=1)
        )
        step = np.where(moving, _score(batch, tau2, method) / information, 0.0)
        while bool((below := tau2 + step < 0).any()):
            step = np.where(below, step / 2, step)
        tau2 = tau2 + step
        moving &= np.abs(step) > threshold
        if not moving.any():
            at = np.column_stack([np.zeros_like(tau2), tau2])
            heights = profile(batch, at, method)
            return np.where((heights[:, 0] > heights[:, 1]) & (tau2 > threshold), 0.0, tau2)
    raise ConvergenceError(
        "Fisher scoring did not settle.",
        last=float(tau2[0]),
        remedy="Leave out the threshold: the maximum is then bracketed.",
    )


def _likelihood_se(batch: Batch, tau2: Vector, method: Method) -> Vector:
    """Standard error from the expected information."""
    fit = wls(batch, 1 / (batch.v + tau2[:, None]))
    if method == "ML":
        return np.sqrt(2 / (fit.w**2).sum(axis=1))
    return np.sqrt(2 / trace_pdpe(batch, fit, 1.0, 1.0))
