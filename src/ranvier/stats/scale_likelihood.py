"""The likelihood of a model of both the mean and the heterogeneity, and its highest point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ranvier.errors import ConvergenceError
from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.least_squares import Batch
from ranvier.stats.tau2 import estimate_tau2

__all__ = ["Climb", "Link", "ScaleModel", "climb"]

Link = Literal["log", "identity"]
Method = Literal["ML", "REML"]

#: Newton's steps at most, and the gain in log-likelihood below which a climb has arrived.
STEPS, GAIN = 400, 1e-13
#: No step moves a log of tau2 by more than this in root mean square.
LONGEST = 2.0
#: Expectation of the log of a chi-squared variable with one degree of freedom, negated.
LOG_CHI2 = 1.2703628454614782
#: A tau2 below this share of the smallest sampling variance is 0 in all but name.
NOTHING = 1e-9
#: Information on a log of tau2, a study, below which the likelihood is flat.
FLAT = 1e-8
#: Two ends whose log-likelihoods differ by less are one maximum.
SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """The likelihood at S settings of alpha."""

    tau2: Matrix  # (S, k)
    w: Matrix  # (S, k)
    cov: NDArray[np.float64]  # (S, p, p), inverse of X'WX
    beta: Matrix  # (S, p)
    residuals: Matrix  # (S, k)
    loglik: Vector  # (S,); -inf where a variance is not positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleModel:
    """Effects y with variances v, mean X beta, and tau2 = exp(Z alpha) or Z alpha."""

    y: Vector
    v: Vector
    X: Matrix  # (k, p)
    Z: Matrix  # (k, q)
    link: Link
    method: Method

    def at(self, alpha: Matrix) -> Point:
        """Evaluate the log-likelihood, maximised over beta, at alpha (S, q)."""
        X, y = self.X, self.y
        k, p = X.shape
        eta = alpha @ self.Z.T
        tau2 = np.exp(np.minimum(eta, 700)) if self.link == "log" else eta
        total = self.v + tau2
        sound = np.logical_and((total > 0).all(axis=1), np.isfinite(total).all(axis=1))
        w = 1 / np.where(sound[:, None], total, 1.0)
        XtW = X.T * w[:, None, :]
        A = XtW @ X
        cov = np.asarray(np.linalg.inv(A), dtype=np.float64)
        beta = (cov @ (XtW @ y)[..., None])[..., 0]
        residuals = y - beta @ X.T
        loglik = np.log(w).sum(axis=1) - (w * residuals**2).sum(axis=1)
        size = k
        if self.method == "REML":
            size = k - p
            plain = float(np.linalg.slogdet(X.T @ X)[1])
            loglik = loglik + plain - np.asarray(np.linalg.slogdet(A)[1], dtype=np.float64)
        loglik = (loglik - size * np.log(2 * np.pi)) / 2
        return Point(
            tau2=tau2, w=w, cov=cov, beta=beta, residuals=residuals,
            loglik=np.where(sound & np.isfinite(loglik), loglik, -np.inf),
        )  # fmt: skip

    def slopes(self, point: Point) -> tuple[Matrix, NDArray[np.float64]]:
        """Gradient (S, q) and Hessian (S, q, q) in alpha, in O(k (p + q)^2).

        With P = W - W X (X'WX)^-1 X'W and D_a = diag(d tau2 / d alpha_a), the gradient is
        (y'P D_a P y - tr P D_a) / 2, and the Hessian tr(P D_a P D_b) / 2 - y'P D_a P D_b P y and,
        under the log link, the gradient's own share; under ML, W stands for P in the traces.
        """
        X, Z, w, cov = self.X, self.Z, point.w, point.cov
        u = w * point.residuals
        D = Z * (point.tau2 if self.link == "log" else np.ones_like(point.tau2))[..., None]
        leverage = ((X @ cov) * X).sum(axis=-1) if self.method == "REML" else np.zeros_like(w)
        each = (u**2 - w + w**2 * leverage) / 2  # slope in each study's tau2
        gradient = (each[..., None] * D).sum(axis=1)
        U = D * u[..., None]
        Dt, Ut = np.swapaxes(D, 1, 2), np.swapaxes(U, 1, 2)
        XtWU = (X.T * w[:, None, :]) @ U
        bent = Ut @ (w[..., None] * U) - np.swapaxes(XtWU, 1, 2) @ cov @ XtWU
        traces = Dt @ ((w**2 - 2 * w**3 * leverage)[..., None] * D)
        if self.method == "REML":
            M = np.einsum("skq,sk,kp,kr->sqpr", D, w**2, X, X, optimize=True)
            CM = cov[:, None] @ M
            traces = traces + np.einsum("sapr,sbrp->sab", CM, CM)
        hessian = traces / 2 - bent
        if self.link == "log":
            hessian = hessian + np.swapaxes(Z * (each * point.tau2)[..., None], 1, 2) @ Z
        return gradient, hessian

    def rotated(self) -> tuple[ScaleModel, Matrix]:
        """Give the model with scale columns of equal size at right angles, and the way back."""
        _, R = np.linalg.qr(self.Z)
        back = np.linalg.inv(R) * np.sqrt(len(self.y))
        turned = ScaleModel(
            y=self.y, v=self.v, X=self.X, Z=self.Z @ back, link=self.link, method=self.method
        )
        return turned, back


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Climb:
    """The highest point found.

    Attributes
    ----------
    alpha : Vector, shape (q,)
        Coefficients of the scale.
    vcov : Matrix, shape (q, q)
        Inverse of the observed information; nan for coefficients it does not bound.
    maxima : int
        Different ends the climbs came to.
    edge : bool
        Whether some tau2 is 0 there, or the likelihood still rises as it goes to 0.
    """

    alpha: Vector
    vcov: Matrix
    maxima: int
    edge: bool
    point: Point


def climb(model: ScaleModel) -> Climb:
    """Maximise the likelihood from several starts.

    Raises
    ------
    ConvergenceError
        If no climb came to an end.
    """
    turned, back = model.rotated()
    starts = _starts(turned)
    ends = _newton(turned, starts) if model.link == "log" else _inside(turned, starts)
    point = turned.at(ends)
    best = int(np.argmax(point.loglik))
    if not np.isfinite(point.loglik[best]):
        raise ConvergenceError(
            "The likelihood of the scale model has no finite value at any start.",
            last=float("nan"),
            remedy="Look at the moderators of the scale: a value may be far too large.",
        )
    near = point.loglik[point.loglik > -np.inf]
    heights = np.sort(near)[::-1]
    maxima = 1 + int((np.abs(np.diff(heights)) > SAME).sum())
    alpha = back @ ends[best]
    found = model.at(alpha[None])
    _, hessian = turned.slopes(turned.at(ends[best][None]))
    edge = bool((found.tau2[0] <= NOTHING * float(model.v.min())).any())
    return Climb(
        alpha=alpha, vcov=_inverse(-hessian[0], back, len(model.y), model.link),
        maxima=maxima, edge=edge, point=found,
    )  # fmt: skip


def _inverse(information: Matrix, back: Matrix, k: int, link: Link) -> Matrix:
    """Covariances; nan for coefficients that move along a direction nothing is known of."""
    values, vectors = np.linalg.eigh(information)
    least = FLAT * (k if link == "log" else float(np.abs(values).max()))
    flat = values <= least
    turned = back @ vectors
    vcov = (turned[:, ~flat] / values[~flat]) @ turned[:, ~flat].T
    size = np.abs(turned).max(axis=1)
    lost = (np.abs(turned[:, flat]) > 1e-6 * size[:, None]).any(axis=1)
    vcov[lost], vcov[:, lost] = np.nan, np.nan
    return vcov


def _starts(model: ScaleModel) -> Matrix:
    """Propose settings: one tau2 for all, several sizes of it, and what the residuals say."""
    batch = Batch.of(model.y, model.v, model.X)
    tau2 = float(estimate_tau2(batch, model.method).tau2[0])
    typical = float(np.median(model.v))
    k = len(model.y)
    w = 1 / (model.v + tau2)
    beta = np.linalg.lstsq(model.X * np.sqrt(w)[:, None], model.y * np.sqrt(w), rcond=None)[0]
    squares = (model.y - model.X @ beta) ** 2
    sizes = np.array([max(tau2, 0.01 * typical)]) * np.array([1.0, 0.05, 5.0])
    if model.link == "log":
        floor = 1e-3 * typical
        targets = [np.full(k, np.log(size)) for size in sizes]
        targets.append(np.log(np.maximum(squares, 1e-3 * floor)) + LOG_CHI2)
        targets.append(np.log(np.maximum(squares - model.v, floor)))
    else:
        targets = [np.full(k, size) for size in sizes]
        targets.append(np.maximum(squares - model.v, 0))
    made = np.array([model.Z.T @ t / k for t in targets])  # the columns are at right angles
    if model.link == "identity":
        return made
    first = made[0]
    turns = [first + sign * 2.0 * e for e in np.eye(len(first)) for sign in (-1, 1)]
    return np.vstack([made, *turns])


def _newton(model: ScaleModel, starts: Matrix) -> Matrix:
    """Climb from all starts at once by Newton's steps, turned uphill and damped where needed."""
    alpha = starts.copy()
    damping = np.full(len(alpha), 1e-3)
    active = np.ones(len(alpha), dtype=np.bool_)
    still = np.zeros(len(alpha), dtype=np.intp)
    height = model.at(alpha).loglik
    for _ in range(STEPS):
        rows = np.flatnonzero(active)
        if not len(rows):
            break
        gradient, hessian = model.slopes(model.at(alpha[rows]))
        values, vectors = np.linalg.eigh(hessian)
        size = np.abs(values)
        along = (np.swapaxes(vectors, 1, 2) @ gradient[..., None])[..., 0]
        curve = size + damping[rows, None] * size.max(axis=1, keepdims=True) + 1e-300
        step = (vectors @ (along / curve)[..., None])[..., 0]
        length = np.linalg.norm(step, axis=1)
        step *= np.minimum(1, LONGEST / np.maximum(length, 1e-300))[:, None]
        tried = alpha[rows] + step
        reached = model.at(tried).loglik
        gain = reached - height[rows]
        better = gain >= 0
        up = rows[better]
        alpha[up], height[up] = tried[better], reached[better]
        damping[rows] = np.where(better, damping[rows] / 10, damping[rows] * 10)
        damping[rows] = np.maximum(damping[rows], 1e-15)
        small = np.where(better, gain <= GAIN * (1 + np.abs(reached)), length <= 1e-9)
        still[rows] = np.where(small, still[rows] + 1, 0)
        active[rows] = (still[rows] < 3) & (damping[rows] < 1e12)
    return alpha


def _inside(model: ScaleModel, starts: Matrix) -> Matrix:
    """Climb with all tau2 kept at 0 or above; then to the last digit along the edges reached."""
    Z = np.unique(model.Z, axis=0)
    unit = float(np.median(model.v))
    ends: list[Vector] = []

    def down(a: Vector) -> tuple[float, Vector]:
        point = model.at(a[None] * unit)
        if not np.isfinite(point.loglik[0]):
            return 1e10, np.zeros_like(a)
        return -float(point.loglik[0]), -model.slopes(point)[0][0] * unit

    def room(a: Vector) -> Vector:
        return Z @ a

    def room_slopes(a: Vector) -> Matrix:
        return Z

    for start in starts:
        lift = max(0.0, -float((Z @ start).min()))
        level = np.linalg.lstsq(Z, np.ones(len(Z)), rcond=None)[0]
        first = (start + lift * level) / unit
        done = minimize(
            down, first, jac=True, method="SLSQP",
            constraints=[{"type": "ineq", "fun": room, "jac": room_slopes}],
            options={"maxiter": 500, "ftol": 1e-14},
        )  # fmt: skip
        ends.append(_along_edges(model, Z, np.asarray(done.x, dtype=np.float64) * unit, unit))
    return np.array(ends)


def _along_edges(model: ScaleModel, Z: Matrix, alpha: Vector, unit: float) -> Vector:
    """Newton's steps within the edges where tau2 is 0; the start, if they lead out or down."""
    tight = Z[Z @ alpha <= 1e-6 * unit]
    if len(tight):
        _, s, vt = np.linalg.svd(tight)
        rank = int((s > 1e-10 * s[0]).sum())
        free = vt[rank:].T
    else:
        free = np.eye(len(alpha))
    now = free @ (free.T @ alpha)
    if not free.shape[1]:
        return now
    for _ in range(50):
        point = model.at(now[None])
        if not np.isfinite(point.loglik[0]):
            return alpha
        gradient, hessian = model.slopes(point)
        inner = free.T @ hessian[0] @ free
        if np.linalg.eigvalsh(inner).max() >= 0:
            return alpha
        step = -free @ np.linalg.solve(inner, free.T @ gradient[0])
        now = now + step
        if float(np.abs(Z @ step).max()) <= 1e-13 * unit:
            break
    clipped = model.at(np.array([now, alpha]))
    inside = bool((Z @ now >= -1e-9 * unit).all())
    return now if inside and clipped.loglik[0] >= clipped.loglik[1] - 1e-9 else alpha
