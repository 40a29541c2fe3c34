"""Selection functions: how likely a study with some p value is to be seen, and its integral.

A p value is that of ``u = y / sqrt(v)``: one-sided (large u, small p) or two-sided. On the scale of
u the effect of a study is normal with a standard deviation of 1 or more, whatever its size: so a
few nodes, the same for all studies, integrate any smooth function of p to the last digits. They
part where the function has a kink.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, ndtr, ndtri

from ranvier.stats.arrays import Vector

__all__ = ["SMOOTH", "Nodes", "Points", "Smooth", "SmoothType", "log_weights", "nodes"]

SmoothType = Literal["beta", "halfnorm", "negexp", "logistic", "power", "negexppow"]
Cube = NDArray[np.float64]

#: Beyond this, p is 0 or 1 to the last digit of a double.
EDGE = 8.5
#: A small power of p is not 0 before p itself is no number any more.
FAR_EDGE = 37.5
#: Nodes a panel, and its greatest width: together some 1e-14 of a standard normal density.
PER_PANEL, WIDTH = 12, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Smooth:
    """What is to be known of a selection function that is smooth in p.

    Attributes
    ----------
    none : tuple of float
        Its parameters where nothing is selected.
    starts : tuple of tuple of float
        Parameters to start a search from: mild to strong selection.
    lower : float
        The least value of each parameter.
    censored : float
        p values are held at least this far from 0 and 1, because the function ends there.
    """

    none: tuple[float, ...]
    starts: tuple[tuple[float, ...], ...]
    lower: float = 0.0
    censored: float = 0.0


SMOOTH: Mapping[SmoothType, Smooth] = {
    "beta": Smooth(
        none=(1.0, 1.0),
        starts=((1.0, 1.0), (0.4, 1.0), (1.0, 3.0), (0.6, 0.5)),
        lower=1e-5,
        censored=1e-5,
    ),
    "halfnorm": Smooth(none=(0.0,), starts=((0.3,), (3.0,), (30.0,))),
    "negexp": Smooth(none=(0.0,), starts=((0.3,), (3.0,), (30.0,))),
    "logistic": Smooth(none=(0.0,), starts=((0.3,), (3.0,), (30.0,))),
    "power": Smooth(none=(0.0,), starts=((0.3,), (2.0,), (15.0,)), censored=1e-5),
    "negexppow": Smooth(
        none=(0.0, 0.0),
        starts=(
            (1.0, 1.0),
            (3.0, 0.3),
            (3.0, 5.0),
            (30.0, 1.0),
            (60.0, 0.005),
            (10.0, 1e-4),
            (40.0, 50.0),
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """p values with the logarithms of p and 1 - p, each to its last digit; shape (n,)."""

    p: Vector
    log_p: Vector
    log_q: Vector

    @classmethod
    def at(cls, u: Vector, two_sided: bool, censored: float, steps: tuple[float, ...]) -> Points:
        """Find the p values of test statistics, held away from 0 and 1."""
        if two_sided:
            tail = -np.abs(u)
            p, log_p = 2 * ndtr(tail), np.log(2.0) + log_ndtr(tail)
            # 1 - p = 1 - 2 Phi(-|u|), without a difference of two ones near u = 0.
            log_q = np.log(np.maximum(_inside(np.abs(u)), np.finfo(np.float64).tiny))
        else:
            p, log_p, log_q = ndtr(-u), log_ndtr(-u), log_ndtr(u)
        low = max(censored, steps[0] if len(steps) == 2 else 0.0)
        high = min(1 - censored, steps[1] if len(steps) == 2 else 1.0)
        if low > 0:
            p, log_p = np.maximum(p, low), np.maximum(log_p, np.log(low))
            log_q = np.minimum(log_q, np.log1p(-low))
        if high < 1:
            p, log_p = np.minimum(p, high), np.minimum(log_p, np.log(high))
            log_q = np.maximum(log_q, np.log1p(-high))
        return cls(p=p, log_p=log_p, log_q=log_q)


def _inside(u: Vector) -> Vector:
    """Chance of a standard normal between -u and u."""
    from scipy.special import erf

    return erf(u / np.sqrt(2.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nodes:
    """Where a selection function is evaluated: nodes u with weights, and p beyond both ends.

    ``points`` are those of the nodes, then of the left and of the right end.
    """

    u: Vector
    log_weight: Vector
    left: float
    right: float
    points: Points


def nodes(type: SmoothType, two_sided: bool, steps: tuple[float, ...]) -> Nodes:
    """Lay panels of Gauss-Legendre nodes between the kinks of a selection function."""
    censored = SMOOTH[type].censored
    limits = (censored, *steps) if type == "beta" or not steps else (censored, steps[0])
    at: set[float] = set()
    for limit in limits:
        for p in (limit, 1 - limit) if limit == censored else (limit,):
            if 0 < p < 1:
                at.add(float(-ndtri(p / 2)) if two_sided else float(-ndtri(p)))
    if two_sided:
        # Near 1 - p = 0 powers of 1 - p change by the decade.
        if censored:
            at |= {1.25331e-5 * 10.0**j for j in range(1, 6)}
        at |= {-u for u in at} | {0.0}
    right = float(-ndtri(censored / (2 if two_sided else 1))) if censored else EDGE
    left = -right
    if type == "negexppow":
        right = FAR_EDGE
        left = -FAR_EDGE if two_sided else -EDGE
    cuts = sorted({left, right, *(u for u in at if left < u < right)})
    x, w = np.polynomial.legendre.leggauss(PER_PANEL)
    u: list[Vector] = []
    weight: list[Vector] = []
    for a, b in pairwise(cuts):
        count = int(np.ceil((b - a) / WIDTH))
        for j in range(count):
            low, high = a + (b - a) * j / count, a + (b - a) * (j + 1) / count
            u.append((low + high) / 2 + (high - low) / 2 * x)
            weight.append((high - low) / 2 * w)
    places = np.concatenate(u)
    ends = np.array([left - 1.0, right + 1.0])
    if not censored:
        ends = np.array([-np.inf, np.inf])
    return Nodes(
        u=places,
        log_weight=np.log(np.concatenate(weight)),
        left=left,
        right=right,
        points=Points.at(np.concatenate([places, ends]), two_sided, censored, _clip(type, steps)),
    )


def _clip(type: SmoothType, steps: tuple[float, ...]) -> tuple[float, ...]:
    return steps if type == "beta" else ()


def log_weights(
    type: SmoothType, at: Points, delta: NDArray[np.float64], threshold: float, prec: Vector
) -> tuple[Cube, Cube]:
    """Return log w, and its derivatives, for B sets of parameters.

    Parameters
    ----------
    at : Points
        n p values.
    delta : shape (B, d)
        Parameters.
    threshold : float
        Below it everything is published alike; 0 for none.
    prec : shape (m,)
        What the selection grows with: 1 for all studies, or one number a study.

    Returns
    -------
    tuple
        Shapes (B, m, n) and (d, B, m, n).
    """
    p = at.p
    c = prec[None, :, None]
    d1 = delta[:, 0, None, None]
    match type:
        case "beta":
            log_w = (d1 - 1) * at.log_p + (delta[:, 1, None, None] - 1) * at.log_q
            return log_w, np.stack(np.broadcast_arrays(log_w * 0 + at.log_p, at.log_q + log_w * 0))
        case "halfnorm":
            slope = -c * (p**2 - threshold**2)
            log_w = d1 * slope
            grad = np.broadcast_to(slope, log_w.shape)[None]
        case "negexp":
            slope = -c * (p - threshold)
            log_w = d1 * slope
            grad = np.broadcast_to(slope, log_w.shape)[None]
        case "power":
            slope = c * (at.log_q - np.log1p(-threshold))
            log_w = d1 * slope
            grad = np.broadcast_to(slope, log_w.shape)[None]
        case "logistic":
            x, x0 = d1 * c * p, d1 * c * threshold
            log_w = -x - np.logaddexp(0, -x) + x0 + np.logaddexp(0, -x0)
            grad = (-c * p * expit(x) + c * threshold * expit(x0))[None]
        case "negexppow":
            power = 1 / np.maximum(delta[:, 1, None, None], 1e-8)
            base, base0 = np.exp(power * at.log_p), threshold**power
            log_base = np.where(base > 0, base * np.maximum(at.log_p, -1e4), 0.0)
            log_base0 = base0 * np.log(threshold) if threshold > 0 else 0.0
            log_w = -d1 * c * (base - base0)
            grad = np.stack(
                [-c * (base - base0) + 0 * log_w, d1 * c * power**2 * (log_base - log_base0)]
            )
    if threshold > 0:
        free = p <= threshold
        log_w, grad = np.where(free, 0.0, log_w), np.where(free, 0.0, grad)
    return log_w, grad
