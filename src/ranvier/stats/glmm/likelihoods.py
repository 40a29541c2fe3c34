"""How likely counts are: exponential families, each by its cumulant function and its derivatives.

The log-likelihood of a count y with natural parameter eta is y eta - b(eta) plus a constant. The
derivatives of b are the mean, the variance and the third central moment of y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

from ranvier.stats.arrays import Vector

__all__ = ["Binomial", "Counts", "Hypergeometric", "Poisson", "binomial_constant"]

Array = NDArray[np.float64]

#: Above this many terms the sums over a distribution are made study by study.
MOST_TERMS = 4_000_000


class Counts(Protocol):
    """A family for J groups of k studies; ``eta`` has shape (J, k, …)."""

    def mean(self, eta: Array) -> tuple[Array, Array]:
        """Return b and b'."""
        ...

    def moments(self, eta: Array) -> tuple[Array, Array, Array]:
        """Return b', b'' and b'''."""
        ...


def _spread(x: Array, like: Array) -> Array:
    return x.reshape(x.shape + (1,) * (like.ndim - x.ndim))


@dataclass(frozen=True, slots=True, eq=False)
class Binomial:
    """Events among ``n`` persons, shape (J, k); eta is the log odds."""

    n: Array

    def mean(self, eta: Array) -> tuple[Array, Array]:
        """Return b and b'."""
        n = _spread(self.n, eta)
        return n * np.logaddexp(0.0, eta), n * expit(eta)

    def moments(self, eta: Array) -> tuple[Array, Array, Array]:
        """Return b', b'' and b'''."""
        p = expit(eta)
        first = _spread(self.n, eta) * p
        second = first * (1 - p)
        return first, second, second * (1 - 2 * p)


@dataclass(frozen=True, slots=True, eq=False)
class Poisson:
    """Events in a person-time whose log is in the offset; eta is the log of the mean."""

    def mean(self, eta: Array) -> tuple[Array, Array]:
        """Return b and b'."""
        b = np.exp(np.minimum(eta, 700.0))
        return b, b

    def moments(self, eta: Array) -> tuple[Array, Array, Array]:
        """Return b', b'' and b'''."""
        b = np.exp(np.minimum(eta, 700.0))
        return b, b, b


@dataclass(frozen=True, slots=True, eq=False)
class Hypergeometric:
    """Events in group 1 given all margins; eta is the log odds ratio (J is 1).

    ``log_w`` has shape (k, S): the log weights of the possible counts ``x``, shape (k, S), which
    count from the smallest that the margins allow; -inf where there is no such count.
    """

    log_w: Array
    x: Array

    @classmethod
    def of(cls, n1: Vector, n2: Vector, events: Vector) -> Hypergeometric:
        """Build from both group sizes and the events in both together, shape (k,)."""
        low = np.maximum(0.0, events - n2)
        high = np.minimum(n1, events)
        x = low[:, None] + np.arange(int((high - low).max()) + 1)
        inside = x <= high[:, None]
        z = np.where(inside, x, low[:, None])
        n1, n2, m = n1[:, None], n2[:, None], events[:, None]
        log_w = -(gammaln(z + 1) + gammaln(n1 - z + 1))
        log_w = log_w - gammaln(m - z + 1) - gammaln(n2 - m + z + 1)
        log_w = np.where(inside, log_w - log_w.max(axis=1, keepdims=True), -np.inf)
        return cls(log_w=log_w, x=z)

    def constant(self, y: Vector) -> Vector:
        """Log weight of what was observed, shape (k,)."""
        at = np.rint(y - self.x[:, 0]).astype(np.intp)
        return self.log_w[np.arange(len(y)), at]

    def _sums(self, eta: Array, order: int) -> tuple[Array, ...]:
        flat = eta.reshape(eta.shape[1], -1)
        per_study = flat.shape[1] * self.x.shape[1]
        step = max(1, MOST_TERMS // max(per_study, 1))
        parts = [
            self._chunk(flat[i : i + step], slice(i, i + step), order)
            for i in range(0, len(flat), step)
        ]
        return tuple(np.concatenate(p).reshape(eta.shape) for p in zip(*parts, strict=True))

    def _chunk(self, eta: Array, rows: slice, order: int) -> tuple[Array, ...]:
        x = self.x[rows][:, None, :]
        t = eta[..., None] * x
        t += self.log_w[rows][:, None, :]
        top = t.max(axis=-1, keepdims=True)
        t -= top
        np.exp(t, out=t)
        total = t.sum(axis=-1)
        first = np.matmul(t, self.x[rows][:, :, None])[..., 0] / total
        if order == 1:
            return np.log(total) + top[..., 0], first
        t /= total[..., None]
        gap = x - first[..., None]
        t *= gap
        t *= gap
        return first, t.sum(axis=-1), np.einsum("kms,kms->km", t, gap)

    def mean(self, eta: Array) -> tuple[Array, Array]:
        """Return b and b'."""
        b, first = self._sums(eta, 1)
        return b, first

    def moments(self, eta: Array) -> tuple[Array, Array, Array]:
        """Return b', b'' and b'''."""
        first, second, third = self._sums(eta, 3)
        return first, second, third


def binomial_constant(y: Array, n: Array) -> float:
    """Sum of the log binomial coefficients."""
    return float((gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)).sum())
