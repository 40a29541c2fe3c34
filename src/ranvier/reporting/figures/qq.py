"""The normal quantile plot of standardised residuals, with an envelope."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from scipy.special import ndtri
from scipy.stats import beta

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.labels import Point
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Entry, Sheet
from ranvier.reporting.figures.studies import many, names_of, radius, table_of
from ranvier.stats import RegressionResult, Residuals, RmaResult, rstandard

__all__ = ["qq_plot"]


def qq_plot(
    fit: Residuals | RmaResult | RegressionResult, *, level: float = 0.95, **look: Unpack[Look]
) -> Figure:
    """Draw standardised residuals against the normal quantiles expected of them.

    Parameters
    ----------
    fit : Residuals, RmaResult or RegressionResult
        Residuals of :func:`ranvier.stats.rstandard` or :func:`~ranvier.stats.rstudent`; of a fit,
        those of ``rstandard``.
    level : float
        Of the envelope: of each order statistic of as many independent normal values.
    **look
        See :class:`Look`. Residuals outside the envelope are named unless `labels` says otherwise.

    Returns
    -------
    Figure

    References
    ----------
    Wang MC, Bushman BJ (1998). Using the normal quantile plot to explore meta-analytic data sets.
    Psychological Methods 3:46-54. doi:10.1037/1082-989X.3.1.46

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> qq_plot(rma([0.1, 0.3, 0.8], [0.01, 0.04, 0.09])).kind
    'qq'
    """
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.", remedy="Give 0.95.")
    made = fit if isinstance(fit, Residuals) else _residuals_of(fit)
    style = style_of(look)
    names = names_of(made.slab, style)
    rows = np.flatnonzero(np.isfinite(made.z))
    if not rows.size:
        raise InputError("No study has a residual.", remedy="Give at least two studies.")
    order = rows[np.argsort(made.z[rows], kind="stable")]
    z, k = made.z[order], len(order)
    rank = np.arange(1, k + 1)
    # Blom's plotting positions for few values, as R's ppoints().
    expected = ndtri((rank - 3 / 8) / (k + 1 / 4) if k <= 10 else (rank - 0.5) / k)
    lower = ndtri(beta.ppf((1 - level) / 2, rank, k - rank + 1))
    upper = ndtri(beta.ppf((1 + level) / 2, rank, k - rank + 1))
    outside = (z < lower) | (z > upper)
    low, high = style.xlim or room_for(expected, share=0.08)
    bottom, top = style.ylim or room_for(z, include=(*lower, *upper), share=0.04)
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(
            low,
            high,
            length=style.width - 90,
            style=style,
            title=style.xlab or "Normal quantile",
        ),
        axis(
            top,
            bottom,
            length=style.height - 80,
            style=style,
            title=style.ylab or "Standardised residual",
            upright=True,
        ),
    )
    edge = [panel.at(a, b) for a, b in zip(expected.tolist(), upper.tolist(), strict=True)]
    edge += [
        panel.at(a, b) for a, b in zip(expected[::-1].tolist(), lower[::-1].tolist(), strict=True)
    ]
    if k > 1:
        sheet.draw(sheet.pen.polygon(edge, fill="shade1", stroke="soft", width=0.6))
    sheet.frame(panel)
    ends = max(low, bottom), min(high, top)
    if ends[0] < ends[1]:
        a, b = (panel.at(v, v) for v in ends)
        sheet.draw(sheet.pen.line(*a, *b, role="ink", width=1.1))
    r = radius(k)
    points: list[Point] = []
    for i in range(k):
        x, y = float(expected[i]), float(z[i])
        if panel.x.holds(x) and panel.y.holds(y):
            name = names[int(order[i])]
            out = bool(outside[i])
            sheet.draw(
                sheet.pen.symbol(
                    "diamond" if out else "circle",
                    *panel.at(x, y),
                    r,
                    role="second" if out else "accent",
                    said=f"{name}: {style.number(y)}",
                )
            )
            wanted = name if out or style.labels is not None else ""
            points.append(Point(*panel.at(x, y), r, wanted, abs(y)))
    key = sheet.names(panel, points)
    entries = [
        Entry("Study", "circle", "accent"),
        Entry(f"{level * 100:g}% envelope", "area", fill="shade1"),
    ]
    if outside.any():
        entries.insert(1, Entry("Outside the envelope", "diamond", "second"))
    sheet.legend(entries)
    sheet.key(key)
    n = int(outside.sum())
    return sheet.figure(
        "qq",
        title=f"Normal quantile plot of {many(k, 'residual', 'residuals')}",
        description=(
            f"{many(k)}: standardised residuals (vertical) against normal quantiles (horizontal). "
            f"{n} lie outside the {level * 100:g}% envelope."
        ),
        table=table_of(
            ("Study", "Normal quantile", "Standardised residual"),
            [names[int(i)] for i in order],
            [style.number(float(v), 3) for v in expected],
            [style.number(float(v), 3) for v in z],
        ),
    )


def _residuals_of(fit: RmaResult | RegressionResult) -> Residuals:
    """Calculate the residuals of a fit."""
    if isinstance(fit, RmaResult):
        return rstandard(fit.yi, fit.vi, method=fit.method, test=fit.test, slab=list(fit.slab))
    mods = fit.X[:, 1:] if fit.names[0] == "intrcpt" else fit.X
    return rstandard(
        fit.yi, fit.vi, mods=mods, method=fit.method, test=fit.test, slab=list(fit.slab)
    )
