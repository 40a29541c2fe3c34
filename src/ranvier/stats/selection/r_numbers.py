"""The likelihood of a selection model elsewhere than at its maximum, and as R integrates it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import IntegrationWarning, quad

from ranvier.stats.arrays import IntVector, Matrix, Vector, as_vector
from ranvier.stats.estimators import UNIROOT
from ranvier.stats.selection.fit import STEP_NONE, TAU2_NONE
from ranvier.stats.selection.likelihood import LOG_2PI, SmoothChance
from ranvier.stats.selection.result import SelectionResult

__all__ = ["loglik_at", "r_covariance"]

SQRT2, SQRT2PI = math.sqrt(2.0), math.sqrt(2 * math.pi)
#: metafor's choice of the number of Richardson's refinements; the others are numDeriv's own.
REFINEMENTS, RELATIVE, ABSOLUTE, ZERO = 6, 0.1, 1e-4, 1.78e-5


def loglik_at(fit: SelectionResult, beta: ArrayLike, tau2: float, delta: ArrayLike) -> float:
    """Evaluate the log-likelihood of a selection model at other parameters.

    Parameters
    ----------
    fit : SelectionResult
        The model, with its data.
    beta, tau2, delta
        Coefficients, variance between studies, parameters of selection: as ``fit`` has them.

    Examples
    --------
    >>> from ranvier.stats.selection import selmodel
    >>> fit = selmodel([0.5, 0.4, 0.3, 0.1], [0.04, 0.03, 0.02, 0.01], type="negexp")
    >>> abs(loglik_at(fit, fit.beta, fit.tau2, fit.delta) - fit.loglik) < 1e-9
    True
    """
    sign = -1.0 if fit.alternative == "less" else 1.0
    weights = as_vector("delta", delta)
    if fit.type in ("trunc", "truncest"):
        weights = np.array([1.0, weights[0]])
    value, _ = fit.problem.selected(
        sign * as_vector("beta", beta)[None], np.array([tau2]), weights[None]
    )
    return float(value[0])


def r_covariance(
    fit: SelectionResult, beta: ArrayLike, tau2: float, delta: ArrayLike
) -> Vector | None:
    """Standard errors as metafor has them: second differences of integrals known to 1e-4.

    R's ``integrate`` and SciPy's ``quad`` are the same routine of QUADPACK, and numDeriv's
    ``hessian`` is Richardson's extrapolation from steps of a tenth of each parameter: so noise and
    all can be repeated.

    Returns
    -------
    Vector or None
        Of beta, tau2 and delta; nan where a parameter is held. None where the differences are not
        positive definite, or the selection function is not integrated.
    """
    problem = fit.problem
    chance = problem.selected.chance
    if not isinstance(chance, SmoothChance):
        return None
    sign = -1.0 if fit.alternative == "less" else 1.0
    x = np.concatenate([sign * as_vector("beta", beta), [tau2], as_vector("delta", delta)])
    p = problem.selected.X.shape[1]
    tau2_none = min(TAU2_NONE, float(problem.selected.v.min()) / 10)
    known = np.concatenate(
        [
            np.ones(p, dtype=np.bool_),
            [problem.heterogeneous and tau2 >= tau2_none],
            problem.free & ~(problem.stepwise & (x[p + 1 :] < STEP_NONE)),
        ]
    )
    two_sided = fit.alternative == "two.sided"

    def f(moved: Vector) -> float:
        at = np.where(known, moved, x)
        return -_r_loglik(fit, chance, at[:p], max(0.0, float(at[p])), at[p + 1 :], two_sided)

    # Both ends of a pair of steps are on one diagonal: R's, where signs of effects are not turned.
    turned = np.concatenate([np.full(p, sign), np.ones(len(x) - p)])
    H = _richardson(f, x, turned, np.flatnonzero(known))
    if not np.isfinite(H).all():
        return None
    try:
        np.linalg.cholesky(H)
    except np.linalg.LinAlgError:
        return None
    error = np.full(len(x), np.nan)
    error[known] = np.sqrt(np.diag(np.linalg.inv(H)))
    return error


def _r_loglik(
    fit: SelectionResult,
    chance: SmoothChance,
    beta: Vector,
    tau2: float,
    delta: Vector,
    two_sided: bool,
) -> float:
    """The log-likelihood with each integral by adaptive quadrature to metafor's tolerance."""
    data = fit.problem.selected
    seen, _ = chance.log_seen(delta[None])
    mean = data.X @ beta
    var = data.v + tau2
    total = float((-0.5 * (LOG_2PI + np.log(var) + (data.y - mean) ** 2 / var)).sum())
    for i in np.flatnonzero(data.under):
        prec = float(chance.prec[0] if len(chance.prec) == 1 else chance.prec[i])
        m, s, root = float(mean[i]), math.sqrt(float(var[i])), math.sqrt(float(data.v[i]))
        weight = _weight(fit, chance, delta, prec)

        def integrand(
            y: float, m: float = m, s: float = s, root: float = root,
            weight: Callable[[float], float] = weight,
        ) -> float:  # fmt: skip
            z = (y - m) / s
            u = y / root
            p = math.erfc(abs(u) / SQRT2) if two_sided else 0.5 * math.erfc(u / SQRT2)
            return weight(p) * math.exp(-0.5 * z * z) / (s * SQRT2PI)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IntegrationWarning)
            area = quad(integrand, -np.inf, np.inf, epsabs=UNIROOT, epsrel=UNIROOT, limit=100)[0]
        if not area > 0:
            return -math.inf
        total += float(seen[0, i]) - math.log(area)
    return total


def _weight(
    fit: SelectionResult, chance: SmoothChance, delta: Vector, c: float
) -> Callable[[float], float]:
    """The selection function of one p value: plain arithmetic, because it is called so often."""
    d, a = [float(x) for x in delta], chance.threshold
    low = 1e-5 if fit.type in ("beta", "power") else 0.0
    high = 1 - low
    if fit.type == "beta" and fit.steps:
        low, high = max(low, fit.steps[0]), min(high, fit.steps[1])

    def shape(p: float) -> float:
        match fit.type:
            case "beta":
                return p ** (d[0] - 1) * (1 - p) ** (d[1] - 1)
            case "halfnorm":
                return math.exp(-d[0] * c * p * p)
            case "negexp":
                return math.exp(-d[0] * c * p)
            case "logistic":
                return 2 / (1 + math.exp(min(d[0] * c * p, 700.0)))
            case "power":
                return (1 - p) ** (c * d[0])
            case _:
                return math.exp(-d[0] * c * p ** min(1e4, 1 / max(d[1], 1e-8)))

    at_threshold = shape(a) if a > 0 and fit.type != "beta" else 1.0

    def weight(p: float) -> float:
        if fit.type != "beta" and a > 0 and p <= a:
            return 1.0
        return shape(min(max(p, low), high)) / at_threshold

    return weight


def _richardson(
    f: Callable[[Vector], float], x: Vector, turned: Vector, known: IntVector
) -> Matrix:
    """Second derivatives by central differences, refined as numDeriv's ``hessian`` does."""
    n = len(known)
    first = turned * (np.abs(RELATIVE * x) + ABSOLUTE * (np.abs(x) < ZERO))
    middle = f(x)
    H = np.zeros((n, n))
    for a, i in enumerate(known):
        rows: list[float] = []
        for r in range(REFINEMENTS):
            h = np.zeros_like(x)
            h[i] = first[i] / 2**r
            rows.append((f(x + h) - 2 * middle + f(x - h)) / float(h[i]) ** 2)
        H[a, a] = _refined(rows)
    for a, i in enumerate(known):
        for b, j in enumerate(known[:a]):
            rows = []
            for r in range(REFINEMENTS):
                h = np.zeros_like(x)
                h[i], h[j] = first[i] / 2**r, first[j] / 2**r
                both = f(x + h) - 2 * middle + f(x - h)
                both -= H[a, a] * float(h[i]) ** 2 + H[b, b] * float(h[j]) ** 2
                rows.append(both / (2 * float(h[i] * h[j])))
            H[a, b] = H[b, a] = _refined(rows)
    return H


def _refined(rows: list[float]) -> float:
    values = np.array(rows)
    for m in range(1, len(values)):
        values = (values[1:] * 4.0**m - values[:-1]) / (4.0**m - 1)
    return float(values[0])
