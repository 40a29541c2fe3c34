"""The profile plot: the likelihood over values of tau2, with the interval it gives."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Entry, Sheet
from ranvier.reporting.figures.studies import many, names_of, studies_of, table_of
from ranvier.stats import RmaResult, Tau2Ci, confint_tau2
from ranvier.stats.least_squares import Batch
from ranvier.stats.likelihood import profile

__all__ = ["profile_plot"]


def profile_plot(fit: RmaResult, *, interval: Tau2Ci | None = None, **look: Unpack[Look]) -> Figure:
    """Draw the (restricted) log-likelihood as tau2 is held at one value after another.

    Parameters
    ----------
    fit : RmaResult
        By method ML or REML.
    interval : Tau2Ci or None
        Bounds to draw; by default those of the profile likelihood, where the curve crosses the
        line that a chi-squared test at the level of the fit draws.
    **look
        See :class:`Look`; `xlim` is of tau2.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the fit is by another method, or of fewer than two studies.

    References
    ----------
    Hardy RJ, Thompson SG (1996). A likelihood approach to meta-analysis with random effects.
    Statistics in Medicine 15:619-629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> profile_plot(rma([0.1, 0.3, 0.8], [0.01, 0.04, 0.09])).kind
    'profile'
    """
    method = fit.method
    if method not in ("ML", "REML"):
        raise InputError(
            f"A fit by {method} maximises no likelihood.", remedy='Fit with method="REML" or "ML".'
        )
    style = style_of(look)
    studies = studies_of(fit.yi, fit.vi, names_of(fit.slab, style))
    if len(studies.yi) < 2:
        raise InputError("One study says nothing on tau2.", remedy="Give at least two studies.")
    bounds = interval or confint_tau2(
        studies.yi, studies.vi, method=method, type="PL", level=fit.level
    )
    estimate, lower, upper = bounds.tau2
    ends = [v for v in (estimate, upper, fit.tau2) if np.isfinite(v)]
    right = 1.15 * max(ends, default=0.0) or 2 * float(np.median(studies.vi))
    low, high = style.xlim or (0.0, right)
    low = max(low, 0.0)
    grid = np.unique(np.concatenate([np.linspace(low, high, 201), [fit.tau2]]))
    batch = Batch.of(studies.yi, studies.vi)
    heights = profile(batch, np.atleast_2d(np.append(grid, fit.tau2)), method)[0]
    curve, peak = heights[:-1], float(heights[-1])
    cut = peak - float(chi2.ppf(bounds.level, 1)) / 2
    inside = (grid >= low) & (grid <= high) & np.isfinite(curve)
    grid, curve = grid[inside], curve[inside]
    # The curve falls without end near 0; what counts is around the cut.
    seen = np.maximum(curve, peak - 3 * (peak - cut))
    bottom, top = style.ylim or room_for(seen, include=(cut, peak), share=0.08)
    sheet = Sheet(style)
    word = "Restricted log-likelihood" if method == "REML" else "Log-likelihood"
    panel = sheet.panel(
        axis(low, high, length=style.width - 90, style=style, title=style.xlab or "τ²"),
        axis(
            top,
            bottom,
            length=style.height - 80,
            style=style,
            title=style.ylab or word,
            upright=True,
        ),
    )
    box, pen = panel.box, sheet.pen
    sheet.frame(panel)
    level = f"{bounds.level * 100:g}%"
    y = panel.y.at(cut)
    sheet.draw(pen.line(box.left, y, box.right, y, role="soft", dash="1.5 3"))
    for bound in (lower, upper):
        if np.isfinite(bound) and panel.x.holds(bound):
            x = panel.x.at(bound)
            sheet.draw(pen.line(x, box.top, x, box.bottom, role="second", dash="5 4", width=1.2))
    points = zip(grid.tolist(), curve.tolist(), strict=True)
    line = [panel.at(a, b) for a, b in points if panel.y.holds(b)]
    if len(line) > 1:
        sheet.draw(pen.polyline(line, role="accent", width=2.0))
    if panel.x.holds(fit.tau2):
        x, y = panel.at(fit.tau2, peak)
        sheet.draw(pen.line(x, y, x, box.bottom, role="ink", width=1.1))
        sheet.draw(pen.symbol("circle", x, y, 4.5, role="accent", said="Estimate"))
    shown = f"τ² = {style.number(fit.tau2, 4)}"
    spread = f"{style.number(lower, 4)} to {style.number(upper, 4)}"
    sheet.legend(
        [
            Entry(shown, "circle", "accent"),
            Entry(f"{level} interval, {spread}", "line", "second", dash="5 4"),
            Entry("Height of the interval by profile likelihood", "line", "soft", dash="1.5 3"),
        ]
    )
    picked = np.unique(np.linspace(0, len(grid) - 1, 21).astype(int))
    return sheet.figure(
        "profile",
        title=f"Profile likelihood of τ² in {many(len(studies.yi))}",
        description=(
            f"{word} (vertical) over τ² (horizontal) of {many(len(studies.yi))}. It is highest at "
            f"{shown}; the {level} interval runs from {spread}."
        ),
        table=table_of(
            ("τ²", word),
            [style.number(float(t), 4) for t in grid[picked]],
            [style.number(float(v), 4) for v in curve[picked]],
        ),
    )
