"""Weighted least squares for many padded data sets at once, without a k by k matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Matrix, Vector

__all__ = ["Batch", "Wls", "trace_p", "trace_pdpe", "wls"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """B data sets of at most k rows and p coefficients; rows outside ``mask`` are padding."""

    y: Matrix  # (B, k)
    v: Matrix  # (B, k)
    X: NDArray[np.float64]  # (B, k, p)
    mask: NDArray[np.bool_]  # (B, k)

    @property
    def k(self) -> Vector:
        """Rows of each data set, shape (B,)."""
        return self.mask.sum(axis=1).astype(np.float64)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return self.X.shape[2]

    @classmethod
    def of(cls, y: Vector, v: Vector, X: Matrix | None = None) -> Batch:
        """Make a batch of one; without ``X``, the model is one mean."""
        design = np.ones((len(y), 1)) if X is None else X
        return cls(y=y[None], v=v[None], X=design[None], mask=np.ones((1, len(y)), dtype=bool))

    @classmethod
    def subsets(cls, y: Vector, v: Vector, mask: NDArray[np.bool_]) -> Batch:
        """Make one data set, pooled as one mean, of each row of ``mask`` (B, k)."""
        shape = mask.shape
        return cls(
            y=np.broadcast_to(y, shape),
            v=np.broadcast_to(v, shape),
            X=np.ones((*shape, 1)),
            mask=mask,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wls:
    """What :func:`wls` found; leading dimensions are those of the weights."""

    w: NDArray[np.float64]  # (..., k), 0 where padded
    beta: NDArray[np.float64]  # (..., p)
    cov: NDArray[np.float64]  # (..., p, p), inverse of X'WX
    residuals: NDArray[np.float64]  # (..., k)
    rss: NDArray[np.float64]  # (...), weighted
    logdet: NDArray[np.float64]  # (...), of X'WX


def wls(batch: Batch, w: NDArray[np.float64]) -> Wls:
    """Fit all data sets with weights (B, k), or (B, G, k) for G weightings of each."""
    extra = w.ndim - 2
    shape = (batch.y.shape[0], *([1] * extra), batch.y.shape[1])
    y, mask = batch.y.reshape(shape), batch.mask.reshape(shape)
    X = batch.X.reshape(*shape, batch.p)
    w = np.where(mask, w, 0.0)
    XtW = np.swapaxes(X * w[..., None], -1, -2)
    A = XtW @ X
    if batch.p == 1:
        cov = 1 / A
        logdet = np.log(A[..., 0, 0])
    else:
        cov = np.asarray(np.linalg.inv(A), dtype=np.float64)
        logdet = np.asarray(np.linalg.slogdet(A)[1], dtype=np.float64)
    beta = (cov @ (XtW @ y[..., None]))[..., 0]
    residuals = np.where(mask, y - (X @ beta[..., None])[..., 0], 0.0)
    rss = (w * residuals**2).sum(axis=-1)
    return Wls(w=w, beta=beta, cov=cov, residuals=residuals, rss=rss, logdet=logdet)


def _middle(batch: Batch, d: NDArray[np.float64]) -> NDArray[np.float64]:
    """X' diag(d) X."""
    X = batch.X.reshape(d.shape[0], *([1] * (d.ndim - 2)), *batch.X.shape[1:])
    return np.swapaxes(X * d[..., None], -1, -2) @ X


def trace_p(batch: Batch, fit: Wls) -> NDArray[np.float64]:
    """Trace of P = W - WX (X'WX)^-1 X'W."""
    inside = np.trace(fit.cov @ _middle(batch, fit.w**2), axis1=-2, axis2=-1)
    return fit.w.sum(axis=-1) - inside


def trace_pdpe(
    batch: Batch, fit: Wls, d: NDArray[np.float64] | float, e: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Trace of P D P E for diagonal D and E, in O(k p^2)."""
    w, cov = fit.w, fit.cov
    cross = np.trace(cov @ _middle(batch, w**3 * d * e), axis1=-2, axis2=-1)
    both = cov @ _middle(batch, w**2 * d) @ cov @ _middle(batch, w**2 * e)
    return (w**2 * d * e).sum(axis=-1) - 2 * cross + np.trace(both, axis1=-2, axis2=-1)
