"""Bring effects near 1 before they are squared: units of 1e-150 or 1e150 are units like others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.least_squares import Batch, Wls

__all__ = ["rescaled_wls", "scaled"]

#: Within these, third powers of weights and squares of effects are far from the ends of a double.
SMALL, LARGE = 1e-60, 1e60
#: Variances, or effects squared and variances, that are further apart cannot be added in a double.
FURTHEST = 1e100


def scaled(batch: Batch) -> tuple[Batch, Vector] | None:
    """Divide each data set by a power of 2 near its standard errors; None if there is no need.

    Powers of 2 change no digit.

    Raises
    ------
    InputError
        If variances, or effects and standard errors, are too far apart for arithmetic.
    """
    v, y = batch.v, batch.y
    if v.min() > SMALL and v.max() < LARGE and y.min() > -1e30 and y.max() < 1e30:
        return None
    mask = batch.mask
    low = np.where(mask, v, np.inf).min(axis=1)
    high = np.where(mask, v, 0.0).max(axis=1)
    exponent = np.round(np.log2(low) / 4 + np.log2(high) / 4)
    unit = np.ldexp(1.0, exponent.astype(np.int64))
    near = np.where(mask, y / unit[:, None], 0.0)
    spread = np.abs(near).max(axis=1)
    if (high / unit / (low / unit) > FURTHEST).any() or (spread > FURTHEST**0.5).any():
        raise InputError(
            "Effects or variances are more than 50 orders of magnitude apart.",
            remedy="Look for a wrong unit or decimal in yi, vi or sei.",
        )
    variances = np.where(mask, v / unit[:, None] / unit[:, None], 1.0)
    return replace(batch, y=near, v=variances), unit


def rescaled_wls(fit: Wls, unit: Vector, p: int) -> Wls:
    """Turn a fit of scaled effects back to their own units."""
    one = unit[:, None]
    return Wls(
        w=fit.w / one / one,
        beta=fit.beta * one,
        cov=fit.cov * one[..., None] * one[..., None],
        residuals=fit.residuals * one,
        rss=fit.rss,
        logdet=fit.logdet - 2 * p * np.log(unit),
        total=fit.total / unit / unit,
    )
