"""Weighted least squares for many padded data sets at once, without a k by k matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranvier.stats.arrays import Matrix, Vector

__all__ = ["Batch", "Wls", "trace_p", "trace_pdpe", "wls"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """B data sets of at most k rows and p coefficients; rows outside ``mask`` are padding.

    ``mean`` says that the model is one mean (X is a column of ones), ``full`` that nothing is
    padding, ``design`` that X is the same for all: these are only faster ways to the same numbers.
    """

    y: Matrix  # (B, k)
    v: Matrix  # (B, k)
    X: Array  # (B, k, p)
    mask: NDArray[np.bool_]  # (B, k)
    mean: bool = False
    full: bool = False
    design: Matrix | None = None  # (k, p)

    @property
    def k(self) -> Vector:
        """Rows of each data set, shape (B,)."""
        if self.full:
            return np.full(self.y.shape[0], float(self.y.shape[1]))
        return self.mask.sum(axis=1).astype(np.float64)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return self.X.shape[2]

    @classmethod
    def of(cls, y: Vector, v: Vector, X: Matrix | None = None) -> Batch:
        """Make a batch of one; without ``X``, the model is one mean."""
        design = np.ones((len(y), 1)) if X is None else X
        mask = np.ones((1, len(y)), dtype=np.bool_)
        return cls(y=y[None], v=v[None], X=design[None], mask=mask, mean=X is None, full=True)

    @classmethod
    def subsets(
        cls, y: Vector, v: Vector, mask: NDArray[np.bool_], X: Matrix | None = None
    ) -> Batch:
        """Make one data set of each row of ``mask`` (B, k), pooled as one mean without ``X``."""
        shape = mask.shape
        design = np.ones((shape[1], 1)) if X is None else X
        return cls(
            y=np.broadcast_to(y, shape),
            v=np.broadcast_to(v, shape),
            X=np.broadcast_to(design, (*shape, design.shape[1])),
            mask=mask,
            mean=X is None,
            full=bool(mask.all()),
            design=X,
        )

    def rows(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Batch:
        """Take some of the data sets, each as often as asked for."""
        y = self.y[index]
        same = self.design
        return Batch(
            y=y, v=self.v[index], mask=self.mask[index], mean=self.mean, full=self.full,
            X=self.X[index] if same is None else np.broadcast_to(same, (*y.shape, self.p)),
            design=same,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wls:
    """What :func:`wls` found; leading dimensions are those of the weights."""

    w: Array  # (..., k), 0 where padded
    beta: Array  # (..., p)
    cov: Array  # (..., p, p), inverse of X'WX
    residuals: Array  # (..., k); where padded, any finite number
    rss: Array  # (...), weighted
    logdet: Array  # (...), of X'WX
    total: Array  # (...), sum of the weights


def wls(batch: Batch, w: Array) -> Wls:
    """Fit all data sets with weights (B, k), or (B, G, k) for G weightings of each."""
    y, mask = batch.y, batch.mask
    if w.ndim == 3:
        y, mask = y[:, None, :], mask[:, None, :]
    if not batch.full:
        w = np.where(mask, w, 0.0)
    total = w.sum(axis=-1)
    if batch.mean:
        mean = np.vecdot(w, y) / total
        residuals = y - mean[..., None]
        beta, cov, logdet = mean[..., None], (1 / total)[..., None, None], np.log(total)
    elif batch.design is not None:
        inner = _middle(batch, w)
        cov = np.asarray(np.linalg.inv(inner), dtype=np.float64)
        logdet = np.asarray(np.linalg.slogdet(inner)[1], dtype=np.float64)
        beta = (cov @ ((w * y) @ batch.design)[..., None])[..., 0]
        residuals = y - beta @ batch.design.T
        if not batch.full:
            residuals = np.where(mask, residuals, 0.0)
    else:
        X = batch.X[:, None] if w.ndim == 3 else batch.X
        XtW = np.swapaxes(X * w[..., None], -1, -2)
        A = XtW @ X
        cov = np.asarray(np.linalg.inv(A), dtype=np.float64)
        logdet = np.asarray(np.linalg.slogdet(A)[1], dtype=np.float64)
        beta = (cov @ (XtW @ y[..., None]))[..., 0]
        residuals = y - (X @ beta[..., None])[..., 0]
        if not batch.full:
            residuals = np.where(mask, residuals, 0.0)
    rss = np.vecdot(w * residuals, residuals)
    return Wls(w=w, beta=beta, cov=cov, residuals=residuals, rss=rss, logdet=logdet, total=total)


def _middle(batch: Batch, d: Array) -> Array:
    """X' diag(d) X."""
    if batch.mean:
        return d.sum(axis=-1)[..., None, None]
    if batch.design is not None:
        p = batch.p
        pairs = (batch.design[:, :, None] * batch.design[:, None]).reshape(-1, p * p)
        return (d @ pairs).reshape(*d.shape[:-1], p, p)
    X = batch.X[:, None] if d.ndim == 3 else batch.X
    return np.swapaxes(X * d[..., None], -1, -2) @ X


def _trace(a: Array, b: Array) -> Array:
    """Trace of A B, for symmetric A."""
    return (a * b).sum(axis=(-2, -1))


def trace_p(batch: Batch, fit: Wls) -> Array:
    """Trace of P = W - WX (X'WX)^-1 X'W."""
    if batch.mean:
        return fit.total - np.vecdot(fit.w, fit.w) / fit.total
    return fit.total - _trace(fit.cov, _middle(batch, fit.w**2))


def trace_pdpe(batch: Batch, fit: Wls, d: Array | float, e: Array | float) -> Array:
    """Trace of P D P E for diagonal D and E, in O(k p^2)."""
    w, cov = fit.w, fit.cov
    squares = w * w
    if batch.mean and isinstance(d, float) and isinstance(e, float):
        s1, s2, s3 = fit.total, np.vecdot(w, w), np.vecdot(squares, w)
        return d * e * (s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    one, other = squares * d, squares * e
    if batch.mean:
        s = fit.total
        both = one.sum(axis=-1) * other.sum(axis=-1) / s**2
        return (one * e).sum(axis=-1) - 2 * (w * one * e).sum(axis=-1) / s + both
    cross = _trace(cov, _middle(batch, w * one * e))
    both = cov @ _middle(batch, one) @ cov @ _middle(batch, other)
    return (one * e).sum(axis=-1) - 2 * cross + np.trace(both, axis1=-2, axis2=-1)
