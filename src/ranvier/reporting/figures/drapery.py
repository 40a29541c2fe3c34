"""The drapery plot: p value functions of every study, of the pooled effect and of a new study."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Literal, Unpack

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import t as student

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.look import Look
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.studies import (
    Pooled,
    effect_name,
    many,
    names_of,
    pooled_style,
    studies_of,
    table_of,
)
from ranvier.stats import RmaResult

__all__ = ["drapery_plot"]

#: From z values to two-sided p values.
PFunction = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def drapery_plot(fit: Pooled, *, scale: Literal["z", "p"] = "z", **look: Unpack[Look]) -> Figure:
    """Draw the p value of every possible effect, study by study and pooled.

    Parameters
    ----------
    fit : RmaResult or MhResult
        A prediction interval is drawn, as a function, where the fit has one.
    scale : {"z", "p"}
        Whether the vertical axis is bent by the normal quantile, which makes draperies of straight
        lines and shows small p values, or plain.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure

    References
    ----------
    Rücker G, Schwarzer G (2021). Beyond the forest plot: the drapery plot. Research Synthesis
    Methods 12:13-19. doi:10.1002/jrsm.1410

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> drapery_plot(rma([0.1, 0.3, 0.8], [0.01, 0.04, 0.09])).kind
    'drapery'
    """
    if scale not in ("z", "p"):
        raise InputError(f"scale {scale!r} is not known.", remedy="Take z or p.")
    style = pooled_style(fit, look)
    studies = studies_of(fit.yi, fit.vi, names_of(fit.slab, style))
    level = fit.level
    reach = 1.96 * float(np.median(studies.sei))
    included = [float(v) for v in studies.yi]
    wide = [float(y + s * reach) for y in (studies.yi.min(), studies.yi.max()) for s in (-1, 1)]
    low, high = style.xlim or room_for(included, include=(0.0, *wide), share=0.03)
    least = 0.001 if scale == "z" else 0.0
    bottom, top = style.ylim or (least, 1.0)
    name = effect_name(fit.measure, style.transf)
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(
            low,
            high,
            length=style.width - 90,
            style=style,
            title=style.xlab or name,
            transform=style.transform,
        ),
        axis(
            top,
            bottom,
            length=style.height - 80,
            style=style,
            title=style.ylab or "p value (two-sided)",
            upright=True,
            bend="p" if scale == "z" else "linear",
            ticks=(1, 0.5, 0.2, 0.1, 0.05, 0.01, 0.001) if scale == "z" and style.ylim is None
            else None,
        ),
    )  # fmt: skip
    # A panel runs down from its start: p = 1, what a study found, belongs on top.
    box = panel.box
    alpha = 1 - level
    if panel.y.holds(alpha):
        y = panel.y.at(alpha)
        sheet.draw(sheet.pen.line(box.left, y, box.right, y, role="soft", dash="1.5 3"))
    if panel.x.holds(0.0):
        x = panel.x.at(0.0)
        sheet.draw(sheet.pen.line(x, box.top, x, box.bottom, role="soft"))
    thin = 0.9 if len(studies.yi) <= 40 else 0.6
    for y, s in zip(studies.yi.tolist(), studies.sei.tolist(), strict=True):
        curve = _curve(panel, y, s, lambda z: 2 * ndtr(-z))
        if len(curve) > 1:
            drawn = sheet.pen.polyline(curve, role="soft", width=thin, opacity=0.7)
            sheet.draw(drawn)
    entries = [Entry("Study", "line", "soft")]
    entries += _pooled(sheet, panel, fit)
    sheet.frame(panel)
    entries.append(
        Entry(f"p = {style.numbers.plain(round(alpha, 6))}", "line", "soft", dash="1.5 3")
    )
    sheet.legend(entries)
    k = len(studies.yi)
    bounds = ""
    if fit.ci_lb is not None and fit.ci_ub is not None:
        bounds = f" ({style.effect(fit.ci_lb)} to {style.effect(fit.ci_ub)})"
    p0 = 2 * ndtr(-np.abs(studies.yi / studies.sei))
    return sheet.figure(
        "drapery",
        title=f"Drapery plot of {many(k)}",
        description=(
            f"P value functions of {many(k)} and of the pooled {name.lower()}, "
            f"{style.effect(fit.estimate)}{bounds}: for each effect (horizontal) the p value "
            "(vertical) of the data if it were true."
        ),
        table=table_of(
            ("Study", name, "p value of no effect"),
            studies.slab,
            [style.effect(float(v)) for v in studies.yi],
            [style.numbers.p(float(p)).removeprefix("= ") for p in p0],
        ),
    )


def _curve(
    panel: Panel,
    center: float,
    se: float,
    p_of: PFunction,
) -> list[tuple[float, float]]:
    """Return the part of a p value function that the panel holds."""
    xs = set(np.linspace(panel.x.low, panel.x.high, 181).tolist())
    xs |= {center + se * z for z in np.linspace(-4, 4, 129).tolist()}
    if panel.y.high > 0:
        edge = -float(ndtri(panel.y.high / 2)) * (1 - 1e-9)
        xs |= {center - se * edge, center + se * edge}
    places = np.array(sorted(xs))
    heights = p_of(np.abs(places - center) / se)
    return _thinned(
        [
            panel.at(x, p)
            for x, p in zip(places.tolist(), heights.tolist(), strict=True)
            if panel.x.holds(x) and panel.y.holds(p)
        ]
    )


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out points that lie on the line of their neighbours: most do on the bent axis."""
    kept = points[:1]
    for (x, y), (x2, y2) in pairwise(points[1:]):
        x0, y0 = kept[-1]
        long = math.hypot(x2 - x0, y2 - y0)
        off = abs((x2 - x0) * (y0 - y) - (x0 - x) * (y2 - y0)) / long if long else 0.0
        if off > 0.02:
            kept.append((x, y))
    return kept + points[-1:] if len(points) > 1 else kept


def _pooled(sheet: Sheet, panel: Panel, fit: Pooled) -> list[Entry]:
    """Draw the functions of the pooled effect and of a new study."""
    if fit.estimate is None or fit.se is None or not fit.se > 0:
        return []
    free = fit.ddf if isinstance(fit, RmaResult) else None
    made = [Entry("Pooled effect", "line", "accent")]

    def p_of(df: int | None) -> PFunction:
        return lambda z: 2 * (ndtr(-z) if df is None else student.sf(z, df))

    if isinstance(fit, RmaResult) and fit.pi_lb is not None:
        ddf = {"t": fit.k - 1, "riley": max(1, fit.k - 2), "test": free}[fit.pi_method]
        spread = math.sqrt(fit.se**2 + fit.tau2)
        curve = _curve(panel, fit.estimate, spread, p_of(ddf))
        if len(curve) > 1:
            sheet.draw(sheet.pen.polyline(curve, role="second", width=1.8, dash="7 4"))
        made.append(Entry("Effect in a new study", "line", "second", dash="7 4"))
    curve = _curve(panel, fit.estimate, fit.se, p_of(free))
    if len(curve) > 1:
        sheet.draw(sheet.pen.polyline(curve, role="accent", width=2.4))
    return made
