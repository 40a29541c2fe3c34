"""Estimators of the between-study variance tau2, for many data sets at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import FIXED, SAME_AS_PM, Control, Method, r_stops
from ranvier.stats.least_squares import Batch, Wls, trace_p, trace_pdpe, wls
from ranvier.stats.likelihood import information, upper_bound
from ranvier.stats.maximum import highest_maximum
from ranvier.stats.r_stops import fisher_scoring, q_root_by_uniroot
from ranvier.stats.roots import find_roots

__all__ = ["Control", "Method", "Tau2", "estimate_tau2"]

#: Where the iteration of SJIT stops, in the units of tau2. Its limit is Paule and Mandel's root,
#: too, but it only creeps towards 0: how far is part of its definition.
SJIT_THRESHOLD, SJIT_STEPS = 1e-10, 10_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tau2:
    """Estimates, their standard errors, and how many maxima the likelihood had (else 1)."""

    tau2: Vector
    se: Vector
    maxima: NDArray[np.intp]
    fit: Wls | None = None  # by inverse variances at the estimate, where it was made anyway


def estimate_tau2(
    batch: Batch,
    method: Method,
    weights: NDArray[np.float64] | None = None,
    control: Control = "exact",
) -> Tau2:
    """Estimate tau2 for each data set; those with no degree of freedom get 0 and se nan."""
    stops = r_stops(control)
    free = batch.k - batch.p
    maxima = np.ones(len(free), dtype=np.intp)
    if method in FIXED:
        return Tau2(tau2=np.zeros(len(free)), se=np.full(len(free), np.nan), maxima=maxima)
    enough = free > 0
    if not enough.all():
        tau2, se = np.zeros(len(free)), np.full(len(free), np.nan)
        if enough.any():
            part = batch.rows(enough)
            chosen = None if weights is None else weights[enough]
            found = estimate_tau2(part, method, chosen, control)
            tau2[enough], se[enough], maxima[enough] = found.tau2, found.se, found.maxima
        return Tau2(tau2=tau2, se=se, maxima=maxima)
    if method in ("ML", "REML"):
        if stops is None:
            tau2, maxima = highest_maximum(batch, method)
        else:
            tau2 = fisher_scoring(batch, method, _moments(batch, "HE", None, maxima).tau2, stops)
        known = information(batch, wls(batch, 1 / (batch.v + tau2[:, None])), method)
        return Tau2(
            tau2=tau2,
            # Where variances are too far apart for the sums, rounding leaves no information.
            se=np.sqrt(2 / np.where(known > 0, known, np.nan)),
            maxima=maxima,
        )
    if method in SAME_AS_PM or method in ("PMM", "SJIT"):
        target = np.asarray(chdtri(free, 0.5)) if method == "PMM" else free
        if method == "SJIT":
            tau2 = _sidik_jonkman_iterated(batch)
        elif stops is None or method == "DLIT":
            tau2 = _q_root(batch, target)
        elif method == "EB":
            tau2 = fisher_scoring(batch, method, _moments(batch, "HE", None, maxima).tau2, stops)
        else:
            tau2 = q_root_by_uniroot(batch, target, stops)
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


def _q_root(batch: Batch, target: Vector) -> Vector:
    """Solve Q(tau2) = target; Q falls with tau2."""

    def excess(t: Vector) -> Vector:
        return wls(batch, 1 / (batch.v + t[:, None])).rss - target

    at_zero = excess(np.zeros_like(target)) <= 0
    upper = np.where(at_zero, 0.0, upper_bound(batch, target))
    tau2 = find_roots(lambda t: np.where(at_zero, 0.0, excess(t)), np.zeros_like(target), upper)
    return np.where(at_zero, 0.0, tau2)
