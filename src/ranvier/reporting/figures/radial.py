"""The radial (Galbraith) plot: standardised effects against precision, with an arc of effects."""

from __future__ import annotations

import math
from typing import Unpack

import numpy as np
from scipy.special import ndtri

from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.labels import Box, Point
from ranvier.reporting.figures.lettering import text_width
from ranvier.reporting.figures.look import Look
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.studies import (
    Pooled,
    effect_name,
    many,
    names_of,
    pooled_style,
    radius,
    studies_of,
    table_of,
)

__all__ = ["radial_plot"]

#: Room on the right for the arc and its labels, in pixels.
ARC = 62.0


def radial_plot(fit: Pooled, *, level: float | None = None, **look: Unpack[Look]) -> Figure:
    """Draw each study's z value against its precision, and read its effect on an arc.

    Parameters
    ----------
    fit : RmaResult or MhResult
        Variances are those of the model: tau2 is added for random effects.
    level : float or None
        Of the band of two lines; by default that of the fit.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure

    References
    ----------
    Galbraith RF (1988). Graphical display of estimates having differing standard errors.
    Technometrics 30:271-281. doi:10.1080/00401706.1988.10488400

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> radial_plot(rma([0.1, 0.3, 0.8], [0.01, 0.04, 0.09], method="EE")).title
    'Radial plot of 3 studies'
    """
    style = pooled_style(fit, look)
    studies = studies_of(fit.yi, fit.vi, names_of(fit.slab, style))
    tau2 = getattr(fit, "tau2", 0.0)
    s = np.sqrt(studies.vi + tau2)
    precision, z = 1 / s, studies.yi / s
    estimate = fit.estimate
    said = fit.level if level is None else level
    crit = float(ndtri((1 + said) / 2))
    right = float(precision.max()) * 1.05
    low, high = style.xlim or (0.0, right)
    reach = () if estimate is None else (estimate * high - crit, estimate * high + crit)
    bottom, top = style.ylim or room_for(z, include=(-crit, crit, *reach))
    name = effect_name(fit.measure, style.transf)
    root = "1 / √(v + τ²)" if tau2 > 0 else "1 / √v"
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(
            low,
            high,
            length=style.width - 90 - ARC,
            style=style,
            title=style.xlab or f"Precision, {root}",
        ),
        axis(
            top,
            bottom,
            length=style.height - 80,
            style=style,
            title=style.ylab or "z value",
            upright=True,
        ),
        right=style.width - ARC,
    )
    if estimate is not None:
        _band(sheet, panel, estimate, crit)
    sheet.frame(panel)
    zero = panel.y.at(0.0)
    if panel.y.holds(0.0):
        sheet.draw(
            sheet.pen.line(panel.x.start, zero, panel.x.end, zero, role="soft", dash="1.5 3")
        )
    r = radius(len(z))
    points: list[Point] = []
    for i, label in enumerate(studies.slab):
        a, b = float(precision[i]), float(z[i])
        if panel.x.holds(a) and panel.y.holds(b):
            tip = f"{label}: {style.effect(float(studies.yi[i]))}"
            sheet.draw(
                sheet.pen.symbol(
                    "circle", *panel.at(a, b), r, role="accent", opacity=0.85, said=tip
                )
            )
            points.append(Point(*panel.at(a, b), r, label))
    taken = _arc(sheet, panel, [float(y) for y in studies.yi], estimate)
    key = sheet.names(panel, points, labels="none", taken=taken)
    entries = [Entry(f"{said * 100:g}% of studies are expected in the band", "area", fill="shade1")]
    if estimate is not None:
        entries.insert(0, Entry(f"Pooled: {style.effect(estimate)}", "line", "accent"))
        sheet.legend(entries)
    sheet.key(key)
    outside = 0 if estimate is None else int((np.abs(z - estimate * precision) > crit).sum())
    return sheet.figure(
        "radial",
        title=f"Radial plot of {many(len(z))}",
        description=(
            f"{many(len(z))}: z value (vertical) against precision (horizontal); the slope from "
            f"the origin is the {name.lower()}. {outside} lie outside the {said * 100:g}% band."
        ),
        table=table_of(
            ("Study", name, "Precision", "z value"),
            studies.slab,
            [style.effect(float(v)) for v in studies.yi],
            [style.number(float(v), 3) for v in precision],
            [style.number(float(v), 3) for v in z],
        ),
    )


def _band(sheet: Sheet, panel: Panel, estimate: float, crit: float) -> None:
    """Draw the pooled effect as a line from the origin, and the band around it."""
    xs = np.linspace(panel.x.low, panel.x.high, 101).tolist()
    upper = [panel.at(x, estimate * x + crit) for x in xs]
    lower = [panel.at(x, estimate * x - crit) for x in xs]
    sheet.draw(sheet.pen.polygon([*upper, *reversed(lower)], fill="shade1"))
    for side in (crit, -crit):
        line = [(x, estimate * x + side) for x in xs]
        drawn = [panel.at(a, b) for a, b in line if panel.y.holds(b)]
        if len(drawn) > 1:
            sheet.draw(sheet.pen.polyline(drawn, role="soft", dash="5 4"))
    line = [panel.at(x, estimate * x) for x in xs if panel.y.holds(estimate * x)]
    if len(line) > 1:
        sheet.draw(sheet.pen.polyline(line, role="accent", width=1.6))


def _arc(sheet: Sheet, panel: Panel, effects: list[float], estimate: float | None) -> list[Box]:
    """Draw the arc on which a line from the origin through a study meets its effect.

    Return where its words stand.
    """
    if panel.x.low != 0 or not panel.y.holds(0.0):
        return []
    style, box = sheet.style, panel.box
    across = (panel.x.end - panel.x.start) / panel.x.high
    up = (box.bottom - box.top) / (panel.y.low - panel.y.high)
    size = style.theme.small
    origin = panel.x.start, panel.y.at(0.0)
    radius_px = panel.x.end - panel.x.start + 12

    def on(effect: float, beyond: float = 0.0) -> tuple[float, float]:
        angle = math.atan2(effect * up, across)
        length = radius_px + beyond
        return origin[0] + length * math.cos(angle), origin[1] - length * math.sin(angle)

    included = [*effects] if estimate is None else [*effects, estimate]
    low, high = room_for(included, share=0.02)
    steps = [low + (high - low) * i / 160 for i in range(161)]
    line = [on(e) for e in steps]
    kept = [(x, y) for x, y in line if box.top <= y <= box.bottom]
    if len(kept) < 2:
        return []
    sheet.draw(sheet.pen.polyline(kept, role="ink"))
    taken: list[Box] = []
    ticks = axis(low, high, length=box.bottom - box.top, style=style, transform=style.transform,
                 upright=True).ticks  # fmt: skip
    for effect, label in ticks:
        (x, y), (x2, y2), (tx, ty) = on(effect), on(effect, 5), on(effect, 9)
        here = Box(tx, ty - size / 2, tx + text_width(label, size), ty + size / 2)
        inside = box.top <= y2 <= box.bottom and here.right <= style.width - 2
        if inside and not any(here.meets(t) for t in taken):
            taken.append(here)
            sheet.draw(
                sheet.pen.line(x, y, x2, y2), sheet.pen.text(tx, ty + 0.36 * size, label, size=size)
            )
    return taken
