"""Baujat's plot: which studies make the heterogeneity, and which of them move the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

import numpy as np

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.labels import Point
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Sheet
from ranvier.reporting.figures.studies import many, names_of, radius, table_of
from ranvier.stats import Baujat, RmaResult, baujat

__all__ = ["baujat_plot"]

#: Of more studies than a crowd, only those furthest from the origin are named.
CROWD, NAMED = 60, 25


def baujat_plot(fit: Baujat | RmaResult, **look: Unpack[Look]) -> Figure:
    """Draw the pull of each study on the estimate against its part of the heterogeneity.

    Parameters
    ----------
    fit : Baujat or RmaResult
        Coordinates, or a fit of at least two studies to calculate them for.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure

    References
    ----------
    Baujat B, Mahé C, Pignon JP, Hill C (2002). A graphical method for exploring heterogeneity in
    meta-analyses. Statistics in Medicine 21:2641-2652. doi:10.1002/sim.1221

    Examples
    --------
    >>> from ranvier.stats import baujat
    >>> baujat_plot(baujat([0.1, 0.3, 0.8], [0.01, 0.04, 0.09])).table.columns
    ('Study', 'Contribution to heterogeneity', 'Influence on the estimate')
    """
    if isinstance(fit, RmaResult):
        keep = np.isfinite(fit.yi) & np.isfinite(fit.vi)
        slab = [name for name, held in zip(fit.slab, keep, strict=True) if held]
        made = baujat(fit.yi[keep], fit.vi[keep], method=fit.method, slab=slab)
        if look.get("slab") is not None:
            given = names_of(fit.slab, style_of(look))
            look = {**look, "slab": [n for n, held in zip(given, keep, strict=True) if held]}
    else:
        made = fit
    style = style_of(look)
    names = names_of(made.slab, style)
    drawn = np.isfinite(made.x) & np.isfinite(made.y)
    if not drawn.any():
        raise InputError(
            "No study has a place in Baujat's plot.", remedy="Give at least two studies."
        )
    x, y = made.x, made.y
    xs, ys = x[drawn], y[drawn]
    low, high = style.xlim or (0.0, float(xs.max()) * 1.08 or 1.0)
    bottom, top = style.ylim or (0.0, float(ys.max()) * 1.08 or 1.0)
    named = ("Contribution to heterogeneity", "Influence on the estimate")
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(low, high, length=style.width - 90, style=style, title=style.xlab or named[0]),
        axis(
            top,
            bottom,
            length=style.height - 80,
            style=style,
            title=style.ylab or named[1],
            upright=True,
        ),
    )
    sheet.frame(panel)
    r = radius(len(xs))
    points: list[Point] = []
    for i in np.flatnonzero(drawn):
        a, b = float(x[i]), float(y[i])
        if not (panel.x.holds(a) and panel.y.holds(b)):
            continue
        at = panel.at(a, b)
        sheet.draw(sheet.pen.symbol("circle", *at, r, role="accent", opacity=0.85, said=names[i]))
        far = (a / max(high, 1e-300)) ** 2 + (b / max(top, 1e-300)) ** 2
        points.append(Point(*at, r, names[i], far))
    if len(points) > CROWD and style.labels is None:
        # What stands out is named; a crowd near the origin is what the plot shows of the rest.
        last = sorted((p.weight for p in points), reverse=True)[NAMED - 1]
        points = [p if p.weight >= last else replace(p, name="") for p in points]
    sheet.key(sheet.names(panel, points))
    worst = int(np.nanargmax(np.where(drawn, y, np.nan)))
    return sheet.figure(
        "baujat",
        title=f"Baujat plot of {many(int(drawn.sum()))}",
        description=(
            f"{many(int(drawn.sum()))}: contribution to heterogeneity (horizontal) against "
            f"influence on the estimate (vertical). {names[worst]} moves the estimate most."
        ),
        table=table_of(
            ("Study", *named),
            names,
            [style.number(v, 3) for v in x],
            [style.number(v, 3) for v in y],
        ),
    )
