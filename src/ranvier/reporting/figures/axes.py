"""Axes: where values lie, and which of them get a tick."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from scipy.special import ndtri

from ranvier.reporting.figures.lettering import text_width
from ranvier.reporting.figures.look import Style, said_number
from ranvier.reporting.figures.transforms import TRANSFORMS, Transform
from ranvier.reporting.numbers import Numbers

__all__ = ["Axis", "Bend", "axis", "room_for"]

#: How an axis bends what is put on it: not at all, by roots, or by the normal quantile of a
#: two-sided p value (1 at the start, small ones far away).
Bend = Literal["linear", "sqrt", "p"]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` that lies from pixel `start` to `end`.

    Attributes
    ----------
    ticks : tuple of (float, str)
        Value and label; labels do not touch.
    title : str
    bend : {"linear", "sqrt", "p"}
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    title: str = ""
    bend: Bend = "linear"

    def at(self, x: float) -> float:
        """Return the pixel of a value, kept within the axis."""
        a, b = _bent(self.low, self.bend), _bent(self.high, self.bend)
        share = (_bent(x, self.bend) - a) / (b - a)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def holds(self, x: float) -> bool:
        """Whether a value lies on the axis."""
        low, high = sorted((self.low, self.high))
        room = 1e-9 * (high - low)
        return low - room <= x <= high + room

    def placed(self, start: float, end: float) -> Axis:
        """Return the same axis at another place."""
        return replace(self, start=start, end=end)


def room_for(
    values: Iterable[float], *, include: Iterable[float] = (), share: float = 0.06
) -> tuple[float, float]:
    """Return bounds that hold all finite values and a little room on both sides.

    Examples
    --------
    >>> room_for([0.0, 1.0], share=0.1)
    (-0.1, 1.1)
    """
    # Beyond 1e100 differences of differences would overflow; nothing measured is near.
    held = [min(max(float(v), -1e100), 1e100) for v in (*values, *include) if math.isfinite(v)]
    low, high = min(held, default=0.0), max(held, default=1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        half = 0.5 * abs(low) or 1.0
        return low - half, high + half
    pad = share * (high - low)
    return low - pad, high + pad


def axis(
    low: float,
    high: float,
    *,
    length: float,
    style: Style,
    title: str = "",
    transform: Transform | None = None,
    bend: Bend = "linear",
    upright: bool = False,
    ticks: Sequence[float] | None = None,
    digits: int | None = None,
    whole: bool = False,
) -> Axis:
    """Make an axis with as many round ticks as fit.

    Parameters
    ----------
    low, high : float
        Its ends; `low` may be the larger one (an axis that runs down).
    length : float
        In pixels; the axis lies from 0 to `length` until a panel places it.
    transform : Transform or None
        How values are read; ticks are round where they are read.
    upright : bool
        Whether it is a vertical axis, on which a label takes its height.
    ticks : sequence of float or None
        Values to label, as they are read, instead of round ones.
    digits : int or None
        Decimals of the labels, instead of as many as they need.
    whole : bool
        Whether only whole numbers make sense (sample sizes).
    """
    change = transform or TRANSFORMS["none"]
    blank = Axis(low, high, 0.0, length, (), title, bend)
    wanted = digits if digits is not None else (style.digits if transform is not None else None)

    def labelled(values: Sequence[float]) -> tuple[tuple[float, str], ...]:
        said = _labels(values, style.numbers, wanted)
        placed = [(_forth(change, v), label) for v, label in zip(values, said, strict=True)]
        return tuple((x, label) for x, label in placed if x is not None and blank.holds(x))

    def fits(made: tuple[tuple[float, str], ...]) -> bool:
        size = style.theme.small
        places = sorted(
            (blank.at(x), size * 1.5 if upright else text_width(label, size) + 10)
            for x, label in made
        )
        apart = pairwise(places)
        labels = [label for _, label in made]
        return len(set(labels)) == len(labels) and all(
            b - a >= (wa + wb) / 2 for (a, wa), (b, wb) in apart
        )

    if ticks is not None:
        return replace(blank, ticks=labelled(ticks))
    a, b = sorted((change.back(low), change.back(high)))
    best: tuple[tuple[float, str], ...] = ()
    for candidate in _candidates(a, b, change, bend, whole):
        made = labelled(candidate)
        if len(made) > len(best) and len(made) <= 11 and fits(made):
            best = made
        if len(best) >= 4:
            break
    return replace(blank, ticks=best)


def _bent(x: float, bend: Bend) -> float:
    """Return a value as the axis counts."""
    if bend == "sqrt":
        return math.copysign(math.sqrt(abs(x)), x)
    if bend == "p":
        return -float(ndtri(max(min(x, 1.0), 1e-300) / 2))
    return x


def _forth(change: Transform, x: float) -> float | None:
    """Place a tick that is read as `x`; None where nothing is read so."""
    try:
        return change.forth(x)
    except (ValueError, ZeroDivisionError):
        return None


def _candidates(
    low: float, high: float, change: Transform, bend: Bend, whole: bool
) -> Iterator[list[float]]:
    """Offer sets of round numbers, dense ones first."""
    if bend == "p":
        yield [1.0, 0.5, 0.2, 0.1, 0.05, 0.01, 0.001, 1e-4, 1e-5, 1e-6]
        yield [1.0, 0.1, 0.05, 0.01, 0.001, 1e-4, 1e-6]
        yield [1.0, 0.05, 0.001, 1e-6, 1e-9]
    if change.ratio and high > max(3 * low, 1e-290):
        yield from _decades(max(low, 1e-300), high)
    if change.high == 1.0 and (low < 0.02 or high > 0.98) and change.low == 0.0:
        tails = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]
        yield tails
        yield tails[1::2]
        yield [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
    for parts in (7, 6, 5, 4, 3, 2, 1):
        step = _nice((high - low) / parts)
        if whole:
            step = max(1.0, math.ceil(step))
        yield _multiples(low, high, step)


def _decades(low: float, high: float) -> Iterator[list[float]]:
    """Offer ticks of a ratio axis: 1, 2, 5 a decade, or fewer."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1, 2, 3, 5, 7), (1, 2, 4, 7), (1, 2, 5), (1, 3)):
        if last - first <= 6:
            yield [float(f"{m}e{d}") for d in range(first, last + 1) for m in steps]
    for every in (1, 2, 3, 5, 10, 20, 50, 100):
        yield [
            float(f"1e{d}")
            for d in range(every * math.floor(first / every), last + every, every)
            if -300 <= d <= 300
        ]


def _multiples(low: float, high: float, step: float) -> list[float]:
    """List the multiples of a step from `low` to `high`."""
    if not math.isfinite(step) or step <= 0:
        return [low]
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last - first > 40:
        return []
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def _nice(x: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    if not (x > 1e-290 and math.isfinite(x)):
        return 1.0
    power = 10.0 ** math.floor(math.log10(x))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= x * 0.999999)


def _labels(values: Sequence[float], numbers: Numbers, digits: int | None) -> list[str]:
    """Write tick labels: one number of decimals where steps are equal, each its own on ratios."""
    if digits is not None:
        return [said_number(v, numbers, digits) for v in values]
    need = [_decimals(v) for v in values]
    gaps = [b - a for a, b in pairwise(values)]
    equal = len(gaps) > 1 and max(gaps) - min(gaps) <= 1e-9 * max(map(abs, gaps))
    same = max(need, default=0)
    said: Callable[[int], int] = (lambda _: same) if equal else (lambda i: need[i])
    return [said_number(v, numbers, said(i)) for i, v in enumerate(values)]


def _decimals(x: float) -> int:
    """Count the decimals a round number needs."""
    said = f"{abs(x):.10f}".rstrip("0")
    return min(6, len(said) - said.index(".") - 1)
