"""The axis of a forest plot: how far it runs, where its ticks stand, what leaves it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.core.analysis import Estimate
from ranvier.reporting.svg import Scale

__all__ = ["Clipped", "clipped", "forest_axis", "minor_ticks", "tick_label"]

#: A ratio axis goes no further than this from its middle, whatever a sparse study says.
FURTHEST = 1000.0

#: Mantissas of the ticks of a ratio axis, from few to many.
_MANTISSAS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))

#: Bounds that a symmetric ratio axis may have, 1/s to s.
_SPANS = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Clipped:
    """An interval in pixels: its point, its ends, and which ends leave the axis.

    `x` is None where the point itself is off the axis.
    """

    x: float | None
    x_lb: float | None
    x_ub: float | None
    arrow_left: bool = False
    arrow_right: bool = False


def clipped(effect: Estimate | None, scale: Scale) -> Clipped | None:
    """Place an effect on an axis; what lies beyond stops at its edge and carries an arrow.

    Examples
    --------
    >>> axis = Scale(0.5, 2.0, 0.0, 100.0, True, (0.5, 1.0, 2.0))
    >>> clipped(Estimate(estimate=1.0, ci_lb=0.1, ci_ub=2.0), axis)
    Clipped(x=50.0, x_lb=0.0, x_ub=100.0, arrow_left=True, arrow_right=False)
    """
    if effect is None or not math.isfinite(effect.estimate):
        return None
    room = 1e-9 * (scale.high - scale.low)
    low, high = effect.ci_lb, effect.ci_ub
    inside = scale.low - room <= effect.estimate <= scale.high + room
    return Clipped(
        x=scale.at(effect.estimate) if inside else None,
        x_lb=None if low is None else scale.at(low),
        x_ub=None if high is None else scale.at(high),
        arrow_left=_beyond(low, effect.estimate, lambda x: x < scale.low - room),
        arrow_right=_beyond(high, effect.estimate, lambda x: x > scale.high + room),
    )


def _beyond(bound: float | None, estimate: float, out: Callable[[float], bool]) -> bool:
    return (bound is not None and out(bound)) or out(estimate)


def forest_axis(
    effects: Iterable[Estimate | None],
    pooled: Iterable[Estimate | None],
    *,
    kind: Literal["log", "linear"],
    null: float | None,
    limits: tuple[float, float] | None,
    symmetric: bool,
    start: float,
    end: float,
    label_width: Callable[[str], float],
) -> Scale:
    """Choose an axis that holds every point and every pooled interval; single ends may leave it.

    Parameters
    ----------
    limits : (float, float) or None
        Where it runs, on the natural scale, if the caller said so.
    symmetric : bool
        Whether a ratio axis has 1 in its middle, as RevMan draws it.
    label_width : callable
        Of a tick's label in pixels: as many ticks are drawn as have room.
    """
    single = [e for e in effects if e is not None]
    whole = [e for e in pooled if e is not None]
    points = [e.estimate for e in (*single, *whole)]
    points += [x for e in whole for x in (e.ci_lb, e.ci_ub) if x is not None]
    bounds = [x for e in single for x in (e.ci_lb, e.ci_ub) if x is not None]
    width = end - start
    if kind == "log":
        low, high = limits or _log_range(points, bounds, symmetric=symmetric)
        ticks = _log_ticks(low, high, width, label_width)
    else:
        low, high, step = _linear_range(points, bounds, null, limits, width, label_width)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        ticks = tuple(round(i * step, 12) for i in range(first, last + 1)) or (low, high)
    return Scale(low, high, start, end, kind == "log", ticks)


def _log_range(
    points: Sequence[float], bounds: Sequence[float], *, symmetric: bool
) -> tuple[float, float]:
    """Hold points and pooled intervals up to a factor of 1000, and single ends that lie near."""
    limit = math.log(FURTHEST)
    logs = [min(max(math.log(x), -limit), limit) for x in points if 0 < x < math.inf] or [0.0]
    low, high = min(*logs, 0.0), max(*logs, 0.0)
    spread = max(high - low, math.log(1.1))
    near = [math.log(x) for x in bounds if 0 < x < math.inf]
    near = [x for x in near if low - 0.75 * spread <= x <= high + 0.75 * spread]
    low, high = min([low, *near]), max([high, *near])
    if symmetric:
        need = math.exp(max(-low, high)) * 0.999
        span = next((s for s in _SPANS if s >= need), _SPANS[-1])
        return 1 / span, span
    room = max(0.04 * (high - low), 0.5 * (math.log(1.2) - (high - low)))
    return math.exp(max(low - room, -limit * 1.01)), math.exp(min(high + room, limit * 1.01))


def _log_ticks(
    low: float, high: float, width: float, label_width: Callable[[str], float]
) -> tuple[float, ...]:
    """Take as many round ticks as have room, 1 among them if it is on the axis."""
    best: tuple[float, ...] = ()
    for ticks in _families(low, high):
        if len(best) < len(ticks) <= 7 and _fit(ticks, low, high, width, label_width):
            best = ticks
    if len(best) >= 2:
        return best
    held = [t for t in (low, 1.0, high) if low <= t <= high]
    return tuple(held if _fit(held, low, high, width, label_width) else held[:1])


def _families(low: float, high: float) -> list[tuple[float, ...]]:
    """List sets of round ticks between two bounds."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    out: list[tuple[float, ...]] = []
    for mantissas in _MANTISSAS:
        ticks = sorted(float(f"{m:g}e{d}") for d in decades for m in mantissas)
        out.append(tuple(t for t in ticks if low <= t * (1 + 1e-9) and t <= high * (1 + 1e-9)))
    if high / low < 6:
        for step in (1.0, 0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01):
            if (high - low) / step <= 7:
                first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
                out.append(tuple(round(i * step, 6) for i in range(first, last + 1) if i > 0))
    return out


def _fit(
    ticks: Sequence[float],
    low: float,
    high: float,
    width: float,
    label_width: Callable[[str], float],
) -> bool:
    """Whether the labels of ticks on a ratio axis stand clear of each other."""
    span = math.log(high / low)
    at = [math.log(t / low) / span * width for t in ticks]
    half = [label_width(tick_label(t)) / 2 for t in ticks]
    return all(b - a >= p + q + 9 for a, b, p, q in zip(at, at[1:], half, half[1:], strict=False))


def _linear_range(
    points: Sequence[float],
    bounds: Sequence[float],
    null: float | None,
    limits: tuple[float, float] | None,
    width: float,
    label_width: Callable[[str], float],
) -> tuple[float, float, float]:
    """Choose bounds and the step of ticks, so that labels have room."""
    if limits is not None:
        low, high = limits
    else:
        held = [x for x in points if math.isfinite(x)] + ([] if null is None else [null])
        low, high = min(held, default=0.0), max(held, default=1.0)
        spread = high - low
        near = [x for x in bounds if math.isfinite(x)]
        if spread > 0:
            near = [x for x in near if low - 2 * spread <= x <= high + 2 * spread]
        low, high = min([low, *near]), max([high, *near])
    if high - low <= 1e-12 * max(1.0, abs(high), abs(low)):
        low, high = low - 1, high + 1
    for parts in (5, 4, 3, 2, 1):
        step = _nice((high - low) / parts)
        first, last = low, high
        if limits is None:
            first, last = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
        widest = max(label_width(tick_label(round(x, 12))) for x in (first, last, first + step))
        if step / (last - first) * width >= widest + 7:
            return first, last, step
    return low, high, high - low


def _nice(x: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(x))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= x * 0.999999)


def tick_label(x: float) -> str:
    """Write a tick: no decimals it does not need, a real minus sign.

    Examples
    --------
    >>> tick_label(0.1), tick_label(-2.0), tick_label(1000.0), tick_label(25000.0)
    ('0.1', '−2', '1000', '25 000')
    """
    said = f"{0.0 if x == 0 else x:.6g}"
    if "e" not in said and abs(x) >= 10_000:
        said = f"{x:,.0f}".replace(",", " ")
    return said.replace("-", "−")


def minor_ticks(scale: Scale) -> tuple[float, ...]:
    """List the ticks without labels of a ratio axis: the whole numbers within each decade."""
    if not scale.log:
        return ()
    decades = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
    ticks = (float(f"{m}e{d}") for d in decades for m in range(1, 10))
    return tuple(t for t in ticks if scale.low <= t <= scale.high and t not in scale.ticks)
