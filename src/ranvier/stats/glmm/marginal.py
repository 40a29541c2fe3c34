"""The likelihood of each study with its random effects integrated out, and its gradient.

The random effects of a study are standard normal, u; the natural parameter of its group j is

    eta_j = offset_j + X_j theta + N_j alpha + Z_j u,    Z_j = sum over q of sd_q G_qj

with parameters theta and sd that all studies share and, where the model has one, an intercept
alpha of the study's own. The integral is Laplace's around the mode of u, or adaptive
Gauss-Hermite around it (Pinheiro & Chao 2006). The gradient is that of the approximation, through
mode and curvature too, so that an optimiser ends where the approximation is highest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from ranvier.stats.arrays import Vector
from ranvier.stats.glmm.likelihoods import Counts

__all__ = ["Structure", "conditional", "marginal"]

Array = NDArray[np.float64]

#: Steps of the search for the mode. None moves a natural parameter by more than LONGEST: from where
#: a group is all but sure, Newton's step would jump to the other side and back for ever.
MODE_STEPS = 200
LONGEST = 1.5
#: The mode is exact to rounding one step after the last step was this short.
MODE_DONE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Structure:
    """A model: what was counted, and how parameters enter the natural parameters.

    Attributes
    ----------
    y, offset : Array, shape (J, k)
        Counts and offsets of J groups in k studies.
    counts : Counts
        Their family.
    X : Array, shape (J, p)
        Of the shared linear parameters.
    N : Array, shape (J,), or None
        Of each study's own parameter.
    G : Array, shape (Q, J, d)
        Of the standard deviations: loads of d random effects.
    nodes : int
        Of the quadrature in each dimension; 1 is Laplace's approximation.
    """

    y: Array
    offset: Array
    counts: Counts
    X: Array
    G: Array
    N: Array | None = None
    nodes: int = 7

    @property
    def k(self) -> int:
        """Number of studies."""
        return self.y.shape[1]

    @property
    def p(self) -> int:
        """Number of shared linear parameters."""
        return self.X.shape[1]

    @property
    def q(self) -> int:
        """Number of parameters of the random effects."""
        return self.G.shape[0]


@cache
def _rule(nodes: int) -> tuple[Vector, Vector]:
    """Nodes of Gauss-Hermite quadrature, and log weights with the normal density taken out."""
    x, w = hermegauss(nodes)
    return x, np.log(w / np.sqrt(2 * np.pi)) + x**2 / 2


def marginal(m: Structure, shared: Array, own: Array | None) -> tuple[Array, Array]:
    """Calculate the log-likelihood of each study at M sets of parameters, and its gradient.

    Parameters
    ----------
    m : Structure
        The model.
    shared : Array, shape (p + Q, M)
        Linear parameters, then standard deviations (any sign).
    own : Array, shape (k, M), or None
        The studies' own parameters.

    Returns
    -------
    tuple
        Values, shape (k, M), without the constants of the counts; gradients, shape
        (p + Q + 1, k, M) with the studies' own parameter last (without it: p + Q).
    """
    base = m.offset[:, :, None] + (m.X @ shared[: m.p])[:, None, :]
    if own is not None and m.N is not None:
        base = base + m.N[:, None, None] * own[None]
    if m.G.shape[2] == 1:
        return _one(m, shared, base)
    return _two(m, shared, base)


def _mode(m: Structure, base: Array, z: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Find the mode of one random effect; with it residuals, curvature, and two moments."""
    y = m.y[:, :, None]
    u = np.zeros(base.shape[1:])
    b1, b2, b3 = m.counts.moments(base)
    for _ in range(MODE_STEPS):
        curve = 1 + (z * z * b2).sum(axis=0)
        du = ((z * (y - b1)).sum(axis=0) - u) / curve
        du /= np.maximum(1.0, np.abs(z * du).max(axis=0) / LONGEST)
        u = u + du
        b1, b2, b3 = m.counts.moments(base + z * u)
        if float(np.abs(du).max()) < MODE_DONE:
            break
    return u, y - b1, 1 + (z * z * b2).sum(axis=0), b2, b3


def conditional(m: Structure, shared: Vector, own: Vector | None) -> float:
    """Log-likelihood of the counts given one random effect at its mode, without constants."""
    base = m.offset[:, :, None] + (m.X @ shared[: m.p, None])[:, None, :]
    if own is not None and m.N is not None:
        base = base + m.N[:, None, None] * own[None, :, None]
    z = (m.G[:, :, 0].T @ shared[m.p :, None])[:, None, :]
    eta = base + z * _mode(m, base, z)[0]
    return float((m.y[:, :, None] * eta - m.counts.mean(eta)[0]).sum())


def _one(m: Structure, shared: Array, base: Array) -> tuple[Array, Array]:
    """One random effect: adaptive Gauss-Hermite with any number of nodes."""
    z = (m.G[:, :, 0].T @ shared[m.p :])[:, None, :]
    y = m.y[:, :, None]
    u, r, curve, b2, b3 = _mode(m, base, z)
    s = 1 / np.sqrt(curve)
    x, log_w = _rule(m.nodes)
    at = u[..., None] + s[..., None] * x
    eta = base[..., None] + z[..., None] * at
    b, b1q = m.counts.mean(eta)
    f = (y[..., None] * eta - b).sum(axis=0) - at * at / 2 + log_w
    top = f.max(axis=-1, keepdims=True)
    p = np.exp(f - top)
    total = p.sum(axis=-1)
    value = np.log(total) + top[..., 0] + np.log(s)
    p /= total[..., None]
    rq = (y[..., None] - b1q) * p
    mean_r, mean_ru = rq.sum(axis=-1), (rq * at).sum(axis=-1)
    slope = (z[..., None] * rq).sum(axis=0) - at * p
    e0, e1 = slope.sum(axis=-1), (slope * x).sum(axis=-1)
    slots = _slots(m)
    gradient = np.empty((len(slots), *u.shape))
    for i, (linear, load) in enumerate(slots):
        if load is None:
            d_eta = linear[:, None, None]
            direct = (d_eta * mean_r).sum(axis=0)
            d_u = -(b2 * d_eta * z).sum(axis=0) / curve
            d_curve = (b3 * z * z * (d_eta + z * d_u)).sum(axis=0)
        else:
            g = load[:, 0, None, None]
            direct = (g * mean_ru).sum(axis=0)
            d_u = (g * r - b2 * z * g * u).sum(axis=0) / curve
            d_curve = (b3 * z * z * (g * u + z * d_u) + 2 * b2 * z * g).sum(axis=0)
        d_log_s = -d_curve / (2 * curve)
        gradient[i] = direct + e0 * d_u + (e1 * s + 1) * d_log_s
    return value, gradient


def _two(m: Structure, shared: Array, base: Array) -> tuple[Array, Array]:
    """Two random effects: Laplace's approximation."""
    z = np.einsum("qjd,qm->djm", m.G, shared[m.p :])[:, :, None, :]
    y = m.y[:, :, None]
    u = np.zeros((2, *base.shape[1:]))
    eta = base
    b1, b2, b3 = m.counts.moments(eta)
    a = _curvature(z, b2)
    for _ in range(MODE_STEPS):
        du = _solve(a, (z * (y - b1)).sum(axis=1) - u)
        longest = np.abs(z[0] * du[0] + z[1] * du[1]).max(axis=0)
        du /= np.maximum(1.0, longest / LONGEST)
        u = u + du
        eta = base + z[0] * u[0] + z[1] * u[1]
        b1, b2, b3 = m.counts.moments(eta)
        a = _curvature(z, b2)
        if float(np.abs(du).max()) < MODE_DONE:
            break
    value = (y * eta - m.counts.mean(eta)[0]).sum(axis=0)
    value -= (u * u).sum(axis=0) / 2 + np.log(a[0] * a[2] - a[1] * a[1]) / 2
    r = y - b1
    w = _solve((a[0][None], a[1][None], a[2][None]), z)  # A^-1 Z_j
    h = (w * z).sum(axis=0)  # Z_j' A^-1 Z_j
    slots = _slots(m)
    gradient = np.empty((len(slots), *u.shape[1:]))
    for i, (linear, load) in enumerate(slots):
        if load is None:
            d_eta = np.broadcast_to(linear[:, None, None], base.shape)
            right = -(b2 * d_eta * z).sum(axis=1)
            twist = 0.0
        else:
            g = load.T[:, :, None, None]
            d_eta = g[0] * u[0] + g[1] * u[1]
            right = (r * g - b2 * d_eta * z).sum(axis=1)
            twist = (2 * b2 * (w * g).sum(axis=0)).sum(axis=0)
        d_u = _solve(a, right)
        whole = d_eta + z[0] * d_u[0] + z[1] * d_u[1]
        gradient[i] = (r * d_eta).sum(axis=0) - ((b3 * whole * h).sum(axis=0) + twist) / 2
    return value, gradient


def _slots(m: Structure) -> list[tuple[Array, Array | None]]:
    """Each parameter's part in the natural parameters: linear, or a load of random effects."""
    found: list[tuple[Array, Array | None]] = [(m.X[:, i], None) for i in range(m.p)]
    found += [(m.X[:, 0], m.G[i]) for i in range(m.q)]
    return found if m.N is None else [*found, (m.N, None)]


def _curvature(z: Array, b2: Array) -> tuple[Array, Array, Array]:
    """Minus the Hessian in u: its three entries."""
    return (
        1 + (z[0] * z[0] * b2).sum(axis=0),
        (z[0] * z[1] * b2).sum(axis=0),
        1 + (z[1] * z[1] * b2).sum(axis=0),
    )


def _solve(a: tuple[Array, Array, Array], right: Array) -> Array:
    """Solve with the 2 x 2 curvature."""
    a11, a12, a22 = a
    first, second = a22 * right[0] - a12 * right[1], a11 * right[1] - a12 * right[0]
    return np.stack([first, second]) / (a11 * a22 - a12 * a12)
