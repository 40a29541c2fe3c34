"""Fit a structure: with one common effect, with effects that vary, with own effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.glmm.marginal import Structure, marginal
from ranvier.stats.glmm.models import (
    Data,
    Model,
    saturated,
    wald,
    with_own_effects,
    without_group_effect,
)
from ranvier.stats.glmm.newton import Maximum, maximise

__all__ = ["Heterogeneity", "fit_common", "fit_random", "heterogeneity_of"]

#: Standard deviations from which the climb may start; the likeliest is taken.
STARTS = (0.05, 0.15, 0.35, 0.7, 1.2, 2.0, 3.5)
#: A standard deviation below this is tried at 0; there it stays if nothing is lost by it.
NEARLY_0 = 0.02
#: Log-likelihood that counts as nothing.
NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Two tests of whether studies have one effect, and the saturated model's log-likelihood."""

    wald: float
    lrt: float
    loglik: float


def fit_common(m: Structure, model: Model, shared: Vector, own: Vector | None) -> Maximum:
    """Fit one common effect; UM.RS keeps the random effect of the study.

    ``shared`` and ``own`` are starts of the linear parameters. The result's ``shared`` has the
    linear parameters, in UM.RS followed by the standard deviation of the study.
    """
    places = tuple(range(m.p))
    if model != "UM.RS":
        start = np.concatenate([shared, np.zeros(m.q)])
        return maximise(m, start, own, free=places)
    study = without_group_effect(m)
    fixed = maximise(study, np.append(shared, 0.0), None, free=places)
    return _climb(study, fixed, places=(m.p,))


def fit_random(m: Structure, model: Model, common: Maximum, cor: bool) -> Maximum:
    """Let effects vary between studies, from where they do not.

    In the result, a standard deviation that is 0 is held there, and is not among the free.
    """
    if model != "UM.RS":
        return _climb(m, common, places=(m.p,))
    start = np.concatenate([common.shared, np.zeros(m.q - 1)])
    bound = Maximum(start, None, common.value, common.free, common.information, common.steps)
    return _climb(m, bound, places=tuple(range(m.p, m.p + m.q)), last=m.p + m.q - 1, cor=cor)


def _climb(
    m: Structure, bound: Maximum, *, places: tuple[int, ...], last: int | None = None,
    cor: bool = False,
) -> Maximum:  # fmt: skip
    """Climb from the likeliest of several standard deviations; stay at 0 if that is higher."""
    scanned = places[-1] if last is None else last
    columns = np.repeat(bound.shared[:, None], len(STARTS), axis=1)
    columns[scanned] = STARTS
    if last is not None and columns[places[0]].max() < 0.1:
        columns[places[0]] = 0.1  # A start at 0 exactly would never be left.
    own = None if bound.own is None else np.repeat(bound.own[:, None], len(STARTS), axis=1)
    value, _ = marginal(m, columns, own)
    best = int(np.argmax(value.sum(axis=0)))
    free = tuple(sorted({*range(m.p), *places}))
    top = maximise(m, columns[:, best], bound.own, free=free)
    if not cor:
        for place in places:
            if abs(top.shared[place]) < NEARLY_0 and place in top.free:
                start = top.shared.copy()
                start[place] = 0.0
                kept = tuple(i for i in top.free if i != place)
                held = maximise(m, start, top.own, free=kept)
                top = held if held.value >= top.value - NOTHING else top
    return bound if bound.value >= top.value - NOTHING else top


def heterogeneity_of(
    m: Structure, data: Data, model: Model, common: Maximum, constant: float
) -> Heterogeneity:
    """Compare one common effect with an effect of each study."""
    loglik = common.value + constant
    if model != "UM.RS":
        full = saturated(data, model)
        q = wald(full.effect, full.information)
        return Heterogeneity(wald=q, lrt=max(0.0, 2 * (full.loglik - loglik)), loglik=full.loglik)
    free, base = with_own_effects(m, data)
    level = data.level()
    shared = np.array([common.shared[1], 0.0])
    fixed = maximise(free, shared, level[0] - level[1], free=(0,))
    top = _climb(free, fixed, places=(1,))
    info = top.information
    assert top.own is not None
    assert info.own is not None
    assert info.cross is not None
    root = np.linalg.cholesky(np.linalg.inv(info.shared))
    known = free.y[0] > 0
    cross = np.where(known, root.T @ info.cross, 0.0)
    q = wald(np.where(known, top.own, 0.0), np.where(known, info.own, 0.0), cross)
    value = top.value + base
    return Heterogeneity(wald=q, lrt=max(0.0, 2 * (value - loglik)), loglik=value)
