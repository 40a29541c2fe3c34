"""Small geometry for figures: elements, text widths, scales and ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

__all__ = [
    "Scale",
    "coordinate",
    "element",
    "linear_scale",
    "ratio_range",
    "text",
    "text_width",
]


def coordinate(x: float) -> str:
    """Write a coordinate with at most two decimals, always the same way.

    Examples
    --------
    >>> coordinate(12.0), coordinate(-0.004), coordinate(3.14159)
    ('12', '0', '3.14')
    """
    said = f"{x:.2f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def element(tag: str, *children: str | Markup, **attributes: str | float | None) -> Markup:
    """Build an element; an underscore in a name stands for a hyphen, a last one for nothing."""
    said = [
        f' {name.rstrip("_").replace("_", "-")}="'
        f'{coordinate(value) if isinstance(value, float | int) else escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    ]
    inner = "".join(str(escape(child)) for child in children)
    return Markup(f"<{tag}{''.join(said)}>{inner}</{tag}>")


def text(
    x: float,
    y: float,
    said: str | Markup,
    *,
    anchor: Literal["start", "middle", "end"] = "start",
    class_: str | None = None,
) -> Markup:
    """Build a line of text."""
    place = None if anchor == "start" else anchor
    return element("text", said, x=x, y=y, text_anchor=place, class_=class_)


def text_width(said: str, size: float = 13) -> float:
    """Estimate the width of a line; a little wide rather than narrow."""
    wide = sum(0.9 if c in "MWmw@%" else 0.36 if c in "iljtfI.,;:'|()[] " else 0.6 for c in said)
    return wide * size


@dataclass(frozen=True, slots=True)
class Scale:
    """From the units of a measure to pixels.

    Attributes
    ----------
    low, high : float
        Bounds of the axis, in the units of the measure.
    start, end : float
        Where they lie, in pixels; `end` may be below `start`.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool
    ticks: tuple[float, ...]

    def at(self, x: float) -> float:
        """Return the pixel of `x`, kept inside the axis."""
        share = (self._on(x) - self._on(self.low)) / (self._on(self.high) - self._on(self.low))
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def _on(self, x: float) -> float:
        """Return `x` as the axis counts: its logarithm on a ratio axis."""
        if not self.log:
            return x
        return math.log(x) if x > 0 else -math.inf


def _finite(values: list[float | None]) -> list[float]:
    return [v for v in values if v is not None and math.isfinite(v)]


def ratio_range(values: list[float | None], *, start: float, end: float) -> Scale:
    """Make a ratio axis that runs only as far as the values do, a little room on both sides."""
    logs = [math.log(v) for v in _finite(values) if v > 0] or [0.0]
    limit = math.log(10_000)
    low, high = max(min(logs), -limit), min(max(logs), limit)
    room = max(0.15 * (high - low), math.log(1.5))
    low, high = math.exp(low - room), math.exp(high + room)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high / low < 300 else (1,)
    ticks = tuple(float(f"{m}e{d}") for d in decades for m in steps)
    return Scale(low, high, start, end, True, tuple(t for t in ticks if low <= t <= high))


def linear_scale(
    values: list[float | None], *, start: float, end: float, null: float | None = 0.0
) -> Scale:
    """Make an axis with round ticks that holds all `values` and, unless ``None``, the null."""
    held = _finite(values) + ([] if null is None else [null])
    low, high = min(held, default=0.0), max(held, default=1.0)
    if high - low < 1e-12 * max(1.0, abs(high)):
        low, high = low - 1, high + 1
    step = _nice((high - low) / 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(round(i * step, 12) for i in range(first, last + 1))
    return Scale(first * step, last * step, start, end, False, ticks)


def _nice(x: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(x))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= x * 0.999999)
