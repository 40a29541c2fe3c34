"""The bubble plot: effects against a moderator, with the line of a meta-regression."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.labels import Point
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.studies import effect_name, many, names_of, studies_of, table_of
from ranvier.reporting.figures.themes import Role
from ranvier.reporting.figures.transforms import transf_of
from ranvier.stats import RegressionResult
from ranvier.stats.mixed import critical

__all__ = ["bubble_plot"]

#: Names R gives the column of ones.
INTERCEPTS = ("intrcpt", "(Intercept)", "Intercept")


def bubble_plot(
    fit: RegressionResult,
    *,
    mod: str | None = None,
    bands: tuple[str, ...] = ("ci", "pi"),
    **look: Unpack[Look],
) -> Figure:
    """Draw effects against one moderator; areas of the bubbles go with the weights.

    Parameters
    ----------
    fit : RegressionResult
        Of any number of moderators; the others are held at their mean.
    mod : str or None
        The coefficient on the horizontal axis; the first one that is not the intercept.
    bands : tuple of {"ci", "pi"}
        Bands to draw: of the mean effect, of the effect in a new study.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the model has no such coefficient.

    References
    ----------
    Thompson SG, Higgins JPT (2002). How should meta-regression analyses be undertaken and
    interpreted? Statistics in Medicine 21:1559-1573. doi:10.1002/sim.1187

    Examples
    --------
    >>> from ranvier.stats import meta_regression
    >>> fit = meta_regression([0.1, 0.3, 0.8, 0.6], [0.01, 0.04, 0.09, 0.02], mods=[1, 2, 4, 3])
    >>> bubble_plot(fit, bands=("ci",)).kind
    'bubble'
    """
    unknown = [band for band in bands if band not in ("ci", "pi")]
    if unknown:
        raise InputError(f"bands has no {', '.join(unknown)}.", remedy="Take ci, pi, or both.")
    column = _column(fit, mod)
    style = style_of(look, transf=transf_of(fit.measure))
    studies = studies_of(fit.yi, fit.vi, names_of(fit.slab, style))
    # The design has the rows given, or only those that were kept.
    design = fit.X if len(fit.X) != len(fit.yi) else fit.X[studies.rows]
    seen = np.asarray(np.isfinite(design).all(axis=1), dtype=np.bool_)
    values = design[:, column]
    name = effect_name(fit.measure, style.transf)
    low, high = style.xlim or room_for(values[seen])
    grid = np.linspace(low, high, 101)
    mean, se = _line(fit, column, design[seen].mean(axis=0), grid)
    crit = critical(fit.level, fit.ddf)
    half = {"ci": crit * se, "pi": crit * np.sqrt(se**2 + fit.tau2)}
    inner = np.linspace(float(values[seen].min()), float(values[seen].max()), 5)
    at, at_se = _line(fit, column, design[seen].mean(axis=0), inner)
    included = [*(at - crit * at_se).tolist(), *(at + crit * at_se).tolist()]
    bottom, top = style.ylim or room_for(studies.yi, include=included, share=0.08)
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(low, high, length=style.width - 90, style=style,
             title=style.xlab or fit.names[column]),
        axis(top, bottom, length=style.height - 80, style=style, title=style.ylab or name,
             transform=style.transform, upright=True),
    )  # fmt: skip
    entries = _bands(sheet, panel, fit, bands, grid, mean, half)
    sheet.frame(panel)
    if panel.y.holds(0.0):
        zero = panel.y.at(0.0)
        sheet.draw(
            sheet.pen.line(panel.x.start, zero, panel.x.end, zero, role="soft", dash="1.5 3")
        )
    line = [
        panel.at(x, m)
        for x, m in zip(grid.tolist(), mean.tolist(), strict=True)
        if panel.y.holds(m)
    ]
    if len(line) > 1:
        sheet.draw(sheet.pen.polyline(line, role="accent", width=2.0))
    weights = 1 / (studies.vi + fit.tau2)
    most = 13.0 if len(weights) <= 40 else 8.5
    radii = np.maximum(2.4, most * np.sqrt(weights / weights.max()))
    points: dict[int, Point] = {}
    for i in sorted(range(len(weights)), key=lambda i: -radii[i]):
        if not seen[i]:
            continue
        x, y, r = float(values[i]), float(studies.yi[i]), float(radii[i])
        if panel.x.holds(x) and panel.y.holds(y):
            said = f"{studies.slab[i]}: {style.effect(y)} at {style.numbers.plain(x)}"
            sheet.draw(
                sheet.pen.symbol("circle", *panel.at(x, y), r, role="ink", fill="accent",
                                 opacity=0.35, said=said)
            )  # fmt: skip
            points[i] = Point(*panel.at(x, y), r, studies.slab[i], r)
    key = sheet.names(panel, [points[i] for i in sorted(points)], labels="none")
    line_entry = Entry("Regression line", "line", "accent")
    bubble = Entry("Study (area: weight)", "circle", "ink", "shade3")
    sheet.legend([line_entry, *entries, bubble])
    sheet.key(key)
    slope, lb, ub = (float(v[column]) for v in (fit.beta, fit.ci_lb, fit.ci_ub))
    return sheet.figure(
        "bubble",
        title=f"{name} against {fit.names[column]} in {many(int(seen.sum()))}",
        description=(
            f"{many(int(seen.sum()))}: {name.lower()} (vertical) against {fit.names[column]} "
            f"(horizontal). The slope is {style.number(slope, 3)} ({fit.level * 100:g}% interval "
            f"{style.number(lb, 3)} to {style.number(ub, 3)})"
            f"{', on the scale effects are pooled on' if style.transf != 'none' else ''}."
        ),
        table=table_of(
            ("Study", fit.names[column], name, "Standard error", "Weight (%)"),
            studies.slab,
            [style.numbers.plain(float(x)) for x in values],
            [style.effect(float(y)) for y in studies.yi],
            [style.number(float(s), 3) for s in studies.sei],
            [style.number(float(w), 1) for w in 100 * weights / weights.sum()],
        ),
    )


def _column(fit: RegressionResult, mod: str | None) -> int:
    """Find the coefficient of the horizontal axis."""
    names = list(fit.names)
    slopes = [name for name in names if name not in INTERCEPTS]
    if not slopes:
        raise InputError("The model has no moderator.", remedy="Draw a forest plot instead.")
    if mod is None:
        return names.index(slopes[0])
    if mod not in slopes:
        raise InputError(
            f"The model has no moderator {mod}.", remedy=f"It has {', '.join(slopes)}."
        )
    return names.index(mod)


def _line(
    fit: RegressionResult, column: int, means: NDArray[np.float64], grid: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Predict along the moderator; all others at their means."""
    rows = np.tile(means, (len(grid), 1))
    rows[:, column] = grid
    mean = rows @ fit.beta
    variance = np.einsum("ij,jk,ik->i", rows, fit.vcov, rows)
    return mean, np.sqrt(np.maximum(variance, 0.0))


def _bands(
    sheet: Sheet,
    panel: Panel,
    fit: RegressionResult,
    bands: tuple[str, ...],
    grid: NDArray[np.float64],
    mean: NDArray[np.float64],
    half: dict[str, NDArray[np.float64]],
) -> list[Entry]:
    """Draw the bands, the wider first: the prediction band with dashed edges."""
    made: list[Entry] = []
    level = f"{fit.level * 100:g}%"
    shades: tuple[tuple[str, Role, str], ...] = (
        ("pi", "shade1", f"{level} prediction band"),
        ("ci", "shade3", f"{level} confidence band"),
    )
    for band, fill, said in shades:
        wide = half[band]
        if band not in bands or not np.isfinite(wide).all():
            continue
        edges = [list(zip(grid.tolist(), (mean + s * wide).tolist(), strict=True)) for s in (1, -1)]
        upper, lower = ([panel.at(*point) for point in edge] for edge in edges)
        sheet.draw(sheet.pen.polygon([*upper, *reversed(lower)], fill=fill))
        if band == "pi":
            for edge in edges:
                drawn = [panel.at(x, y) for x, y in edge if panel.y.holds(y)]
                if len(drawn) > 1:
                    sheet.draw(sheet.pen.polyline(drawn, role="soft", dash="5 4"))
        made.insert(0, Entry(said, "area", fill=fill))
    return made
