"""The log-likelihood of effects that were selected, and its gradient, for many parameters at once.

A study's effect is normal with mean X b and variance v + tau2, times the chance w of being seen,
over its integral A: ``log w(p) + log N(y; Xb, v + tau2) - log A``. Everything is for selection of
large positive effects (``greater``) or of either sign; for ``less`` the signs of y and b are
turned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.selection.functions import Nodes, Points, SmoothType, log_weights

__all__ = ["Chance", "Selected", "SmoothChance", "StepChance"]

LOG_2PI = float(np.log(2 * np.pi))
#: So small an integral of a selection function is as good as none.
TINY = 1e-300
Values = tuple[NDArray[np.float64], NDArray[np.float64]]


class Chance(Protocol):
    """The chance of being seen: its log at the observed p values, and the log of its mean."""

    def log_seen(self, delta: Matrix) -> Values:
        """Log w of each study (B, k), and its derivatives (d, B, k)."""
        ...

    def log_mean(self, a: Matrix, b: Matrix, delta: Matrix) -> Values:
        """Log A of each study (B, k), and its derivatives by a, b and delta (2 + d, B, k).

        The effect over its standard error is normal with mean ``a`` and standard deviation ``b``.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothChance:
    """A selection function that is smooth in p, integrated numerically."""

    type: SmoothType
    observed: Points  # (k,)
    threshold: float
    prec: Vector  # (k,), or (1,) where it does not count
    nodes: Nodes

    def log_seen(self, delta: Matrix) -> Values:
        """See :class:`Chance`."""
        log_w, grad = log_weights(self.type, self.observed, delta, self.threshold, self.prec)
        if len(self.prec) == 1:
            return log_w[:, 0], grad[:, :, 0]
        own = np.arange(len(self.prec))
        return log_w[:, own, own], grad[:, :, own, own]

    def log_mean(self, a: Matrix, b: Matrix, delta: Matrix) -> Values:
        """See :class:`Chance`."""
        at = self.nodes
        log_w, grad = log_weights(self.type, at.points, delta, self.threshold, self.prec)
        n = len(at.u)
        t_left, t_right = (at.left - a) / b, (at.right - a) / b
        log_left, log_right = log_ndtr(t_left), log_ndtr(-t_right)
        # d log Phi(t) / dt, which never overflows in this form.
        slope_left = np.exp(-0.5 * t_left**2 - 0.5 * LOG_2PI - log_left)
        slope_right = np.exp(-0.5 * t_right**2 - 0.5 * LOG_2PI - log_right)
        inside, top = self._inside(a, b, log_w[..., :n], grad[..., :n])
        left = np.exp(log_w[..., n] + log_left - top)
        right = np.exp(log_w[..., n + 1] + log_right - top)
        total = inside[..., 0] + left + right
        if not (total > TINY).all():
            ends = np.maximum(log_w[..., n] + log_left, log_w[..., n + 1] + log_right)
            top = np.maximum(self._highest(a, b, log_w[..., :n]), ends)
            inside, top = self._inside(a, b, log_w[..., :n], grad[..., :n], top)
            left = np.exp(log_w[..., n] + log_left - top)
            right = np.exp(log_w[..., n + 1] + log_right - top)
            total = inside[..., 0] + left + right
        # Moments of u give those of t = (u - a) / b.
        mass, first, second = (inside[..., j] for j in range(3))
        t1 = (first - a * mass) / b
        t2 = (second - 2 * a * first + a**2 * mass) / b**2
        by_a = (t1 - left * slope_left + right * slope_right) / b
        by_b = (t2 - mass - left * slope_left * t_left + right * slope_right * t_right) / b
        by_delta = [
            inside[..., 3 + j] + left * g[..., n] + right * g[..., n + 1]
            for j, g in enumerate(grad)
        ]
        return top + np.log(total), np.stack([by_a, by_b, *by_delta]) / total

    def _inside(
        self,
        a: Matrix,
        b: Matrix,
        log_w: NDArray[np.float64],
        grad: NDArray[np.float64],
        top: Matrix | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Integrate w, w u, w u^2 and the derivatives of w by delta, all over exp(top).

        The weights are scaled by their own maximum, unless each study's ``top`` is given: for
        effects so far from where the weight is that the product would underflow.
        """
        u = self.nodes.u
        weight = log_w + self.nodes.log_weight
        t = u - a[..., None]
        t /= b[..., None]
        np.square(t, out=t)
        t *= -0.5
        over = np.log(b) + 0.5 * LOG_2PI
        if top is None:
            highest = weight.max(axis=(1, 2), keepdims=True)
            height, w = highest[..., 0] - over, np.exp(weight - highest)
        else:
            t = t + weight - (top + over)[..., None]
            height, w = top, np.ones_like(weight)
        density = np.exp(t, out=t)
        columns = np.stack([w, w * u, w * u**2, *(w * g for g in grad)], axis=-1)
        if columns.shape[1] == 1:
            return density @ columns[:, 0], height
        return np.einsum("bkn,bknm->bkm", density, columns), height

    def _highest(self, a: Matrix, b: Matrix, log_w: NDArray[np.float64]) -> Matrix:
        """The largest log of density times weight of each study."""
        t = (self.nodes.u - a[..., None]) / b[..., None]
        inside = -0.5 * t**2 + log_w + self.nodes.log_weight
        return inside.max(axis=-1) - np.log(b) - 0.5 * LOG_2PI


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepChance:
    """A selection function of steps: weight delta_j in the j-th interval, from the largest u down.

    Attributes
    ----------
    cuts : Matrix, shape (k, J - 1)
        Where the intervals of u end, falling, for each study.
    group : shape (k,)
        The interval of each study.
    two_sided : bool
        The intervals are of the absolute value of u.
    """

    cuts: Matrix
    group: NDArray[np.intp]
    two_sided: bool

    def log_seen(self, delta: Matrix) -> Values:
        """See :class:`Chance`."""
        own = delta[:, self.group]
        there = own > 0
        sound = np.where(there, own, 1.0)
        mine = np.equal(self.group, np.arange(delta.shape[1])[:, None, None]) & there
        return np.where(there, np.log(sound), -np.inf), np.where(mine, 1 / sound, 0.0)

    def log_mean(self, a: Matrix, b: Matrix, delta: Matrix) -> Values:
        """See :class:`Chance`."""
        mass, by_a, by_b = self._masses(a, b, self.cuts)
        if self.two_sided:
            other, other_a, other_b = self._masses(-a, b, self.cuts)
            # The middle interval is what is left, and must not be counted from both sides.
            mass, by_a, by_b = mass + other, by_a - other_a, by_b + other_b
            mass[..., -1] -= 1
        weights = delta[:, None, :]
        total = np.maximum((mass * weights).sum(axis=-1), TINY)
        grads = [(by_a * weights).sum(axis=-1) / total, (by_b * weights).sum(axis=-1) / total]
        grads += list(np.moveaxis(mass / total[..., None], -1, 0))
        return np.log(total), np.stack(grads)

    @staticmethod
    def _masses(a: Matrix, b: Matrix, cuts: Matrix) -> tuple[NDArray[np.float64], ...]:
        """Probabilities of the intervals (B, k, J), and their derivatives by a and b."""
        t = (cuts - a[..., None]) / b[..., None]
        density = np.exp(-0.5 * t**2 - 0.5 * LOG_2PI)
        edge = np.zeros_like(t[..., :1])
        above, below = ndtr(-t), ndtr(t)
        # A difference of two tails, of those that are small.
        low = np.concatenate([edge, above], axis=-1)
        high = np.concatenate([above, edge + 1], axis=-1)
        low_c = np.concatenate([edge + 1, below], axis=-1)
        high_c = np.concatenate([below, edge], axis=-1)
        mass = np.where(high < 0.5, high - low, low_c - high_c)
        falling = np.concatenate([edge, density], axis=-1), np.concatenate([density, edge], axis=-1)
        tilted = (
            np.concatenate([edge, density * t], axis=-1),
            np.concatenate([density * t, edge], axis=-1),
        )
        return (
            mass,
            (falling[1] - falling[0]) / b[..., None],
            (tilted[1] - tilted[0]) / b[..., None],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selected:
    """Effects with their design, and how they were selected.

    Attributes
    ----------
    under : shape (k,)
        Which studies had to pass the selection; the others were seen anyway.
    """

    y: Vector
    v: Vector
    X: Matrix
    chance: Chance
    under: NDArray[np.bool_]

    def __call__(self, beta: Matrix, tau2: Vector, delta: Matrix) -> Values:
        """Return the log-likelihood (B,) and its gradient by beta, tau2, delta (B, p + 1 + d)."""
        p, d = self.X.shape[1], delta.shape[1]
        root = np.sqrt(self.v)
        mean = beta @ self.X.T
        var = self.v + tau2[:, None]
        bad: NDArray[np.bool_] = np.any(var <= 0, axis=1)
        var = np.where(bad[:, None], self.v, var)
        gap = self.y - mean
        spread = np.sqrt(var) / root
        seen, seen_grad = self.chance.log_seen(delta)
        log_mean, mean_grad = self.chance.log_mean(mean / root, spread, delta)
        ll = -0.5 * (LOG_2PI + np.log(var) + gap**2 / var)
        ll = ll + np.where(self.under, seen - log_mean, 0.0)
        by_mean = gap / var - np.where(self.under, mean_grad[0] / root, 0.0)
        by_tau2 = 0.5 * (gap**2 / var - 1) / var
        by_tau2 -= np.where(self.under, mean_grad[1] / (2 * spread * self.v), 0.0)
        by_delta = np.where(self.under, seen_grad - mean_grad[2:], 0.0)
        grad = np.empty((len(tau2), p + 1 + d))
        grad[:, :p] = by_mean @ self.X
        grad[:, p] = by_tau2.sum(axis=1)
        grad[:, p + 1 :] = by_delta.sum(axis=-1).T
        return np.where(bad, -np.inf, ll.sum(axis=1)), grad
