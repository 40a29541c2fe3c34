"""The search for the highest likelihood under selection in steps, compiled by Numba.

Only imported where Numba is loaded (:mod:`ranvier.stats.selection.fit`). The likelihood is that of
:mod:`ranvier.stats.selection.likelihood`, with exact second derivatives; the climb is that of
:mod:`ranvier.stats.selection.climb`, one start after the other.
"""

# Numba has no stubs: what it hands back has no types for pyright.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingParameterType=false, reportMissingImports=false

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.selection.climb import GAIN, HOPE, LENGTHS, MAX_STEPS, PATIENCE, SAME, Summit
from ranvier.stats.selection.likelihood import LOG_2PI, TINY, Selected, StepChance

__all__ = ["climb_steps"]

SQRT2, SQRT2PI = math.sqrt(2.0), math.sqrt(2 * math.pi)


def climb_steps(
    data: Selected, chance: StepChance, starts: Matrix, lower: Vector, upper: Vector, scale: Vector
) -> Summit | None:
    """Climb from every start inside the bounds, as ``climb`` does; None if none has a likelihood.

    The parameters are beta, tau2 and the weights of the steps.
    """
    x, value, maxima, settled = _highest(
        np.clip(starts, lower, upper), lower, upper, scale, LENGTHS, data.y, data.v, data.X,
        np.ascontiguousarray(chance.cuts), chance.group, data.under, chance.two_sided,
    )  # fmt: skip
    if not np.isfinite(value):
        return None
    return Summit(x=x, value=float(value), maxima=int(maxima), settled=bool(settled))


@njit(cache=True, error_model="numpy")
def _loglik(x, y, v, X, cuts, group, under, two_sided, grad, H, room):
    """The log-likelihood at x; its gradient and second derivatives are written to grad and H."""
    k, p = X.shape
    C = cuts.shape[1]
    P = len(x)
    grad[:] = 0.0
    H[:] = 0.0
    total = 0.0
    tau2 = x[p]
    up, low, by_a, by_b, mass, mass_a, mass_b = room
    for i in range(k):
        mean = 0.0
        for j in range(p):
            mean += X[i, j] * x[j]
        var = v[i] + tau2
        if not var > 0:
            return -np.inf
        gap = y[i] - mean
        total += -0.5 * (LOG_2PI + math.log(var) + gap * gap / var)
        g_m, g_t = gap / var, 0.5 * (gap * gap / var - 1) / var
        h_mm, h_mt = -1 / var, -gap / (var * var)
        h_tt = 0.5 / (var * var) - gap * gap / (var * var * var)
        if under[i]:
            own = x[p + 1 + group[i]]
            if not own > 0:
                return -np.inf
            total += math.log(own)
            at = p + 1 + group[i]
            grad[at] += 1 / own
            H[at, at] -= 1 / (own * own)
            root = math.sqrt(v[i])
            a, b = mean / root, math.sqrt(var) / root
            aa = ab = bb = 0.0
            mass[:] = 0.0
            mass_a[:] = 0.0
            mass_b[:] = 0.0
            for side in range(2 if two_sided else 1):
                turn = -1.0 if side == 1 else 1.0
                for c in range(C):
                    t = (cuts[i, c] - turn * a) / b
                    density = math.exp(-0.5 * t * t) / SQRT2PI
                    up[c] = 0.5 * math.erfc(t / SQRT2)
                    low[c] = 0.5 * math.erfc(-t / SQRT2)
                    by_a[c] = turn * density / b
                    by_b[c] = density * t / b
                    drop = x[p + 1 + c] - x[p + 2 + c]
                    aa += drop * density * t / (b * b)
                    ab += turn * drop * density * (t * t - 1) / (b * b)
                    bb += drop * density * t * (t * t - 2) / (b * b)
                for j in range(C + 1):
                    high = up[j] if j < C else 1.0
                    # area difference of two tails, of those that are small.
                    if high < 0.5:
                        mass[j] += high - (up[j - 1] if j > 0 else 0.0)
                    else:
                        mass[j] += (low[j - 1] if j > 0 else 1.0) - (low[j] if j < C else 0.0)
                    mass_a[j] += (by_a[j] if j < C else 0.0) - (by_a[j - 1] if j > 0 else 0.0)
                    mass_b[j] += (by_b[j] if j < C else 0.0) - (by_b[j - 1] if j > 0 else 0.0)
            if two_sided:
                # The middle interval is what is left, and was counted from both sides.
                mass[C] -= 1.0
            area = area_a = area_b = 0.0
            for j in range(C + 1):
                area += x[p + 1 + j] * mass[j]
                area_a += x[p + 1 + j] * mass_a[j]
                area_b += x[p + 1 + j] * mass_b[j]
            area = max(area, TINY)
            total -= math.log(area)
            L_a, L_b = area_a / area, area_b / area
            aa, ab, bb = aa / area - L_a * L_a, ab / area - L_a * L_b, bb / area - L_b * L_b
            # a and b by the mean and by tau2.
            m1 = 1 / root
            t1 = 1 / (2 * b * v[i])
            t2 = -1 / (4 * b * b * b * v[i] * v[i])
            g_m -= L_a * m1
            g_t -= L_b * t1
            h_mm -= aa * m1 * m1
            h_mt -= ab * m1 * t1
            h_tt -= bb * t1 * t1 + L_b * t2
            for j in range(C + 1):
                share = mass[j] / area
                grad[p + 1 + j] -= share
                cross_m = (mass_a[j] / area - L_a * share) * m1
                for q in range(p):
                    H[q, p + 1 + j] -= cross_m * X[i, q]
                H[p, p + 1 + j] -= (mass_b[j] / area - L_b * share) * t1
                for n in range(j, C + 1):
                    H[p + 1 + j, p + 1 + n] += share * mass[n] / area
        for j in range(p):
            grad[j] += g_m * X[i, j]
            for n in range(j, p):
                H[j, n] += h_mm * X[i, j] * X[i, n]
            H[j, p] += h_mt * X[i, j]
        grad[p] += g_t
        H[p, p] += h_tt
    for j in range(P):
        for n in range(j):
            H[j, n] = H[n, j]
    return total


@njit(cache=True, error_model="numpy")
def _highest(
    starts, lower, upper, scale, lengths, y, v, X, cuts, group, under, two_sided
):  # fmt: skip
    """Climb from each start; return the highest summit, how many there are, if it is settled."""
    S, P = starts.shape
    C = cuts.shape[1]
    width = np.empty((7, C + 1))
    room = (width[0], width[1], width[2], width[3], width[4], width[5], width[6])
    ends = np.empty((S, P))
    heights = np.full(S, -np.inf)
    over = np.zeros(S, dtype=np.bool_)
    grad, H = np.empty(P), np.empty((P, P))
    g_trial, H_trial = np.empty(P), np.empty((P, P))
    g_best, H_best, best = np.empty(P), np.empty((P, P)), np.empty(P)
    top = -np.inf
    for s in range(S):
        x = starts[s].copy()
        value = _loglik(x, y, v, X, cuts, group, under, two_sided, grad, H, room)
        if not np.isfinite(value):
            ends[s] = x
            continue
        damping = 1e-2
        for count in range(MAX_STEPS):
            free = np.ones(P, dtype=np.bool_)
            for j in range(P):
                slope = grad[j] * scale[j]
                free[j] = not (
                    lower[j] == upper[j]
                    or (x[j] <= lower[j] and slope < 0)
                    or (x[j] >= upper[j] and slope > 0)
                )
            curved = np.zeros((P, P))
            for i in range(P):
                for j in range(P):
                    if free[i] and free[j] and np.isfinite(H[i, j]):
                        curved[i, j] = -H[i, j] * scale[i] * scale[j]
                if not free[i]:
                    curved[i, i] = 1.0
            w, V = np.linalg.eigh(curved)
            w = np.abs(w)
            floor = 1e-12 * w.max()
            step = np.zeros(P)
            gain = 0.0
            for j in range(P):
                size = max(w[j], floor)
                along = 0.0
                for i in range(P):
                    if free[i]:
                        along += V[i, j] * grad[i] * scale[i]
                gain += 0.5 * along * along / size
                for i in range(P):
                    step[i] += V[i, j] * along / (size + damping * (1e-3 + size))
            height = -np.inf
            for length in lengths:
                trial = x + length * step * scale
                for j in range(P):
                    trial[j] = min(max(trial[j], lower[j]), upper[j])
                at = _loglik(trial, y, v, X, cuts, group, under, two_sided, g_trial, H_trial, room)
                if at > height:
                    height = at
                    best[:] = trial
                    g_best[:] = g_trial
                    H_best[:] = H_trial
                else:
                    break
                # Where the promise was kept the hill is a parabola: longer steps lead down.
                if 0.9 * gain < height - value < 1.1 * gain:
                    break
            small = gain < GAIN * (1 + abs(value)) or damping > 1e12
            if height >= value - 1e-12 * abs(value):
                x[:] = best
                value = height
                grad[:] = g_best
                H[:] = H_best
                damping = damping / 10
                if damping < 1e-9:
                    damping = 0.0
            else:
                damping = max(8 * damping, 1e-4)
            if small:
                over[s] = True
                break
            follows = False
            for other in range(s):
                if over[other] and heights[other] >= value:
                    near = True
                    for j in range(P):
                        near = near and abs(x[j] - ends[other, j]) < SAME * scale[j]
                    follows = follows or near
            if follows or (count >= PATIENCE and value + HOPE * gain < top - 1):
                break
        ends[s] = x
        heights[s] = value
        top = max(top, value)
    if not np.isfinite(top):
        return starts[0], -np.inf, 0, False
    best_of = 0
    for s in range(S):
        if heights[s] > heights[best_of]:
            best_of = s
    different = np.zeros(S, dtype=np.bool_)
    maxima = 0
    for s in range(S):
        if not over[s] or heights[s] <= top - 50:
            continue
        new = True
        for other in range(s):
            if different[other]:
                near = True
                for j in range(P):
                    near = near and abs(ends[s, j] - ends[other, j]) < 10 * SAME * scale[j]
                new = new and not near
        if new:
            different[s] = True
            maxima += 1
    return ends[best_of], heights[best_of], max(1, maxima), over[best_of]
