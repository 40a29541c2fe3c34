"""The funnel plot: effects against their precision, with contours of significance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, Unpack, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import Axis, axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.labels import Point
from ranvier.reporting.figures.look import Look, Style, style_of
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.studies import (
    Pooled,
    Studies,
    effect_name,
    many,
    names_of,
    radius,
    studies_of,
    table_of,
)
from ranvier.reporting.figures.themes import Role
from ranvier.reporting.figures.transforms import transf_of
from ranvier.stats import RegressionResult, TrimFill

__all__ = ["YAxis", "funnel_plot"]

#: What stands for precision: standard error, variance, their inverses, sample size and its kin.
YAxis = Literal["sei", "vi", "seinv", "vinv", "ni", "ninv", "sqrtni", "sqrtninv"]

_NAMES: dict[YAxis, str] = {
    "sei": "Standard error",
    "vi": "Variance",
    "seinv": "Inverse standard error",
    "vinv": "Inverse variance",
    "ni": "Sample size",
    "ninv": "Inverse sample size",
    "sqrtni": "Square root of sample size",
    "sqrtninv": "Inverse square root of sample size",
}

#: Shades of the areas from the outermost inwards, for one, two and three contours.
_SHADES: dict[int, tuple[Role, ...]] = {
    1: ("shade2",),
    2: ("shade1", "shade3"),
    3: ("shade1", "shade2", "shade3"),
}


def funnel_plot(
    fit: Pooled | RegressionResult | TrimFill,
    *,
    yaxis: YAxis = "sei",
    ni: ArrayLike | None = None,
    contours: Sequence[float] = (),
    level: float | None = None,
    refline: Literal["estimate", "null"] | float = "estimate",
    **look: Unpack[Look],
) -> Figure:
    """Draw effects against their precision.

    Parameters
    ----------
    fit : RmaResult, MhResult, RegressionResult or TrimFill
        Of a regression, the residuals are drawn around 0; of trim and fill, the studies filled in
        are drawn as open circles.
    yaxis : {"sei", "vi", "seinv", "vinv", "ni", "ninv", "sqrtni", "sqrtninv"}
        The vertical axis; the precise studies are always on top.
    ni : array_like, shape (k,)
        Sample sizes, for the axes made of them.
    contours : sequence of float
        P values at which areas of significance begin, such as ``(0.10, 0.05, 0.01)``; at most
        three. They are drawn around no effect, whatever `refline` is.
    level : float or None
        Of the pseudo confidence limits around `refline`; by default that of the fit, and none
        where there are contours.
    refline : {"estimate", "null"} or float
        Where the vertical line stands, on the scale effects are pooled on.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If `ni` is missing for its axis, a contour is not between 0 and 1, or no row can be drawn.

    References
    ----------
    Sterne JAC, Egger M (2001). Funnel plots for detecting bias in meta-analysis. Journal of
    Clinical Epidemiology 54:1046-1055. doi:10.1016/S0895-4356(01)00377-8

    Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L (2008). Contour-enhanced meta-analysis
    funnel plots. Journal of Clinical Epidemiology 61:991-996. doi:10.1016/j.jclinepi.2007.11.010

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> fit = rma([0.1, 0.3, 0.8], [0.01, 0.04, 0.09])
    >>> funnel_plot(fit, contours=(0.1, 0.05, 0.01), theme="bmj").title
    'Funnel plot of 3 studies'
    """
    if yaxis not in get_args(YAxis):
        raise InputError(
            f"yaxis {yaxis!r} is not known.", remedy=f"Take {' or '.join(get_args(YAxis))}."
        )
    levels = _levels(contours)
    filled = fit if isinstance(fit, TrimFill) else None
    model = fit.fit if isinstance(fit, TrimFill) else fit
    regression = isinstance(model, RegressionResult)
    style = style_of(look, transf="none" if regression else transf_of(model.measure))
    values = model.residuals if regression else model.yi
    imputed = 0 if filled is None else filled.k0
    # The fit of trim and fill holds the studies first, the ones filled in after them.
    first = names_of(model.slab[: len(model.slab) - imputed], style)
    slab = (*first, *(f"Filled in {i + 1}" for i in range(imputed)))
    studies = studies_of(values, model.vi, slab)
    center = _center(refline, model.estimate if not isinstance(model, RegressionResult) else 0.0)
    sizes = _sizes(yaxis, ni, len(values), studies, imputed)
    heights = _heights(yaxis, studies.sei, sizes)
    shown = None if levels and level is None else (level or model.level)
    panel_y = _y_axis(yaxis, heights, style)
    name = "Residual" if regression else effect_name(model.measure, style.transf)
    reach = _reach(yaxis, panel_y, center, shown)
    if levels:
        reach += _reach(yaxis, panel_y, 0.0, 1 - levels[-1])
    low, high = style.xlim or room_for(studies.yi, include=(center, *reach))
    x = axis(
        low,
        high,
        length=style.width - 100,
        style=style,
        title=style.xlab or name,
        transform=style.transform,
    )
    sheet = Sheet(style)
    panel = sheet.panel(x, panel_y)
    entries = [*_areas(sheet, panel, yaxis, levels)]
    entries += _limits(sheet, panel, yaxis, center, shown)
    sheet.frame(panel)
    _points(sheet, panel, studies, heights, imputed)
    key = _named(sheet, panel, studies, heights)
    if imputed:
        entries = [
            Entry("Study", "circle", "accent"),
            Entry("Filled in", "ring", "second"),
            *entries,
        ]
    sheet.legend(entries)
    sheet.key(key)
    k = len(studies.yi) - imputed
    more = f" and {imputed} filled in by trim and fill" if filled is not None else ""
    line = "no effect" if center == 0 and not regression else style.effect(center)
    inside = _inside(studies, center, shown)
    table = table_of(
        ("Study", name, "Standard error", *(() if yaxis in {"sei"} else (_NAMES[yaxis],))),
        studies.slab,
        [style.effect(v) for v in studies.yi],
        [style.number(v, 3) for v in studies.sei],
        *(() if yaxis in {"sei"} else ([style.number(v, 3) for v in heights],)),
    )
    return sheet.figure(
        "funnel",
        title=f"Funnel plot of {many(k)}",
        description=(
            f"{many(k)}{more}: {name.lower()} (horizontal) against "
            f"{_NAMES[yaxis].lower()} (vertical, precise studies on top) around {line}.{inside}"
        ),
        table=table,
    )


def _levels(contours: Sequence[float]) -> tuple[float, ...]:
    """Check the contours; smallest p value first."""
    levels = tuple(sorted({float(p) for p in contours}))
    if len(levels) > 3 or not all(0 < p < 1 for p in levels):
        raise InputError(
            f"contours must be at most three p values between 0 and 1; they are {contours}.",
            remedy="Give (0.10, 0.05, 0.01), say.",
        )
    return levels


def _center(refline: Literal["estimate", "null"] | float, estimate: float | None) -> float:
    """Return where the line stands."""
    if refline == "null" or (refline == "estimate" and estimate is None):
        return 0.0
    value = estimate if refline == "estimate" else float(refline)
    assert value is not None
    if not math.isfinite(value):
        raise InputError("refline must be a finite number.", remedy="Give 0 for no effect.")
    return value


def _sizes(
    yaxis: YAxis, ni: ArrayLike | None, rows: int, studies: Studies, imputed: int
) -> NDArray[np.float64] | None:
    """Return the sample sizes of the rows drawn, where the axis is made of them."""
    if "ni" not in yaxis:
        return None
    if ni is None or imputed:
        why = "studies filled in have none" if imputed else "the result holds none"
        raise InputError(
            f"yaxis {yaxis!r} needs sample sizes; {why}.", remedy='Give ni, or take yaxis "sei".'
        )
    given = np.asarray(ni, dtype=np.float64)
    if given.shape != (rows,):
        raise InputError(f"ni must have {rows} rows; it has {given.size}.", remedy="One a study.")
    kept = given[studies.rows]
    if not (np.isfinite(kept) & (kept > 0)).all():
        raise InputError("ni must be positive for every study drawn.", remedy="Check the column.")
    return kept


def _heights(
    yaxis: YAxis, sei: NDArray[np.float64], ni: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return what the vertical axis shows of each study."""
    if ni is not None:
        return {"ni": ni, "ninv": 1 / ni, "sqrtni": np.sqrt(ni), "sqrtninv": 1 / np.sqrt(ni)}[yaxis]
    return {"sei": sei, "vi": sei**2, "seinv": 1 / sei, "vinv": 1 / sei**2}[yaxis]


def _se_at(yaxis: YAxis, height: float) -> float | None:
    """Return the standard error at a height; None where the axis does not tell."""
    if "ni" in yaxis:
        return None
    if yaxis in {"sei", "vi"}:
        return height if yaxis == "sei" else math.sqrt(max(height, 0.0))
    if height <= 0:
        return math.inf
    return 1 / height if yaxis == "seinv" else 1 / math.sqrt(height)


def _y_axis(yaxis: YAxis, heights: NDArray[np.float64], style: Style) -> Axis:
    """Make the vertical axis: its start, the top of the panel, is where studies are precise."""
    if style.ylim is not None:
        low, high = style.ylim
    elif yaxis in {"sei", "vi", "ninv", "sqrtninv"}:
        low, high = 0.0, float(heights.max()) * 1.06
    else:
        low, high = room_for(heights)
        low = max(low, float(heights.min()) * 0.5)
    top, bottom = (low, high) if yaxis in {"sei", "vi", "ninv", "sqrtninv"} else (high, low)
    return axis(
        top,
        bottom,
        length=style.height - 80,
        style=style,
        title=style.ylab or _NAMES[yaxis],
        upright=True,
        whole=yaxis == "ni",
    )


def _reach(yaxis: YAxis, y: Axis, center: float, level: float | None) -> tuple[float, ...]:
    """Return how far the limits reach at the foot of the funnel, for the width of the axis."""
    se = _se_at(yaxis, y.high)
    if level is None or se is None or not math.isfinite(se):
        return ()
    half = float(ndtri((1 + level) / 2)) * se
    return center - half, center + half


def _curve(panel: Panel, yaxis: YAxis, z: float) -> list[tuple[float, float]]:
    """Return (half width, height) along the funnel of one z value."""
    made: list[tuple[float, float]] = []
    for height in np.linspace(panel.y.low, panel.y.high, 121):
        se = _se_at(yaxis, float(height))
        if se is not None:
            made.append((min(z * se, 1e100), float(height)))
    return made


def _areas(sheet: Sheet, panel: Panel, yaxis: YAxis, levels: tuple[float, ...]) -> list[Entry]:
    """Shade where a study is significant: outside first, the white middle last."""
    if not levels:
        return []
    if _se_at(yaxis, 1.0) is None:
        raise InputError(
            f"Contours need a standard error at every height; yaxis {yaxis!r} has none.",
            remedy='Take yaxis "sei", "vi", "seinv" or "vinv".',
        )
    shades = _SHADES[len(levels)]
    box = panel.box
    sheet.draw(
        sheet.pen.rect(
            box.left, box.top, box.right - box.left, box.bottom - box.top, fill=shades[0]
        )
    )
    fills: tuple[Role, ...] = (*shades[1:], "paper")
    for p, fill in zip(levels, fills, strict=True):
        curve = _curve(panel, yaxis, -float(ndtri(p / 2)))
        edge = [panel.at(-half, height) for half, height in curve]
        edge += [panel.at(half, height) for half, height in reversed(curve)]
        sheet.draw(sheet.pen.polygon(edge, fill=fill, stroke="soft", width=0.6))
    said = sheet.style.numbers
    words = [f"p < {said.plain(levels[0])}"]
    words += [f"{said.plain(a)} ≤ p < {said.plain(b)}" for a, b in pairwise(levels)]
    words.append(f"p ≥ {said.plain(levels[-1])}")
    return [
        Entry(word, "area", fill=fill) for word, fill in zip(words, (*shades, "paper"), strict=True)
    ]


def _limits(
    sheet: Sheet, panel: Panel, yaxis: YAxis, center: float, level: float | None
) -> list[Entry]:
    """Draw the vertical line and the pseudo confidence limits."""
    box = panel.box
    x = panel.x.at(center)
    made: list[Entry] = []
    if level is not None and _se_at(yaxis, 1.0) is not None:
        for side in (-1, 1):
            curve = _curve(panel, yaxis, float(ndtri((1 + level) / 2)))
            line = [(center + side * half, height) for half, height in curve]
            drawn = [panel.at(a, b) for a, b in line if panel.x.holds(a)]
            if len(drawn) > 1:
                sheet.draw(sheet.pen.polyline(drawn, role="soft", dash="5 4", width=1.1))
        made.append(Entry(f"{level * 100:g}% pseudo confidence limits", "line", "soft", dash="5 4"))
    if panel.x.holds(center):
        sheet.draw(sheet.pen.line(x, box.top, x, box.bottom, role="ink", width=1.1))
        said = "No effect" if center == 0 else f"Estimate: {sheet.style.effect(center)}"
        made.insert(0, Entry(said, "line", "ink"))
    return made


def _points(
    sheet: Sheet, panel: Panel, studies: Studies, heights: NDArray[np.float64], imputed: int
) -> None:
    """Draw the studies; those filled in as rings."""
    k = len(studies.yi)
    r = radius(k)
    for i in range(k):
        y, h = float(studies.yi[i]), float(heights[i])
        if not (panel.x.holds(y) and panel.y.holds(h)):
            continue
        said = f"{studies.slab[i]}: {sheet.style.effect(y)}"
        late = i >= k - imputed
        sheet.draw(
            sheet.pen.symbol(
                "ring" if late else "circle",
                *panel.at(y, h),
                r,
                role="second" if late else "accent",
                opacity=None if late else 0.85,
                said=said,
            )
        )


def _named(
    sheet: Sheet, panel: Panel, studies: Studies, heights: NDArray[np.float64]
) -> tuple[tuple[str, str], ...]:
    """Name the points, where names are asked for."""
    points = [
        Point(*panel.at(float(y), float(h)), radius(len(studies.yi)), name)
        for y, h, name in zip(studies.yi, heights, studies.slab, strict=True)
    ]
    return sheet.names(panel, points, labels="none")


def _inside(studies: Studies, center: float, level: float | None) -> str:
    """Say how many studies lie inside the limits."""
    if level is None:
        return ""
    z = float(ndtri((1 + level) / 2))
    n = int((np.abs(studies.yi - center) <= z * studies.sei).sum())
    return f" {n} of {len(studies.yi)} lie inside the {level * 100:g}% pseudo confidence limits."
