"""The GOSH plot: the pooled effect and the heterogeneity of very many subsets of the studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import DataTable, Figure
from ranvier.reporting.figures.look import Look, Style, style_of
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.studies import names_of, table_of
from ranvier.reporting.figures.themes import Role
from ranvier.reporting.svg import coordinate, element
from ranvier.stats import FitTable, RmaResult, gosh

__all__ = ["GoshAxis", "gosh_plot"]

GoshAxis = Literal["I2", "QE", "tau2"]

_NAMES: dict[GoshAxis, str] = {"I2": "I² (%)", "QE": "Cochran's Q", "tau2": "τ²"}

#: Side of the cells that subsets are counted in, and room for the bars, in pixels.
CELL, BARS = 2.5, 54.0

#: Without a table, all subsets of up to 13 studies are fitted, else this many are drawn.
DRAWN = 10_000


def gosh_plot(
    fit: FitTable | RmaResult,
    *,
    yaxis: GoshAxis = "I2",
    highlight: str | Sequence[str] = (),
    **look: Unpack[Look],
) -> Figure:
    """Draw the fits of many subsets: estimate against heterogeneity, with bars along both.

    Parameters
    ----------
    fit : FitTable or RmaResult
        The table of :func:`ranvier.stats.gosh`; of a fit, all subsets are fitted, or 10,000 drawn
        where there are more.
    yaxis : {"I2", "QE", "tau2"}
        The measure of heterogeneity.
    highlight : str or sequence of str
        Names of studies: subsets with any of them are drawn as plus signs in a second colour,
        all others as dots.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure
        Subsets are counted in small cells; darker cells hold more of them.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA (2012). GOSH: a graphical display of study heterogeneity.
    Research Synthesis Methods 3:214-223. doi:10.1002/jrsm.1053

    Examples
    --------
    >>> from ranvier.stats import gosh
    >>> gosh_plot(gosh([0.1, 0.3, 0.8, 0.2], [0.01, 0.04, 0.09, 0.02])).title
    'GOSH plot of 11 subsets of 4 studies'
    """
    if yaxis not in get_args(GoshAxis):
        raise InputError(f"yaxis {yaxis!r} is not known.", remedy="Take I2 or QE or tau2.")
    if isinstance(fit, RmaResult):
        from ranvier.reporting.figures.transforms import transf_of

        look = {"transf": transf_of(fit.measure), **look}
        table = _fitted(fit)
        slab = [n for n, w in zip(fit.slab, fit.weights, strict=True) if np.isfinite(w)]
    else:
        table, slab = fit, list(fit.slab)
    style = style_of(look, height=480)
    names = names_of(slab, style) if style.slab is None or len(style.slab) == len(slab) else slab
    wanted = (highlight,) if isinstance(highlight, str) else tuple(highlight)
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise InputError(
            f"No study is called {', '.join(unknown)}.",
            remedy=f"The studies are {', '.join(list(names)[:8])}{' …' if len(names) > 8 else ''}.",
        )
    heights = {"I2": table.I2, "QE": table.QE, "tau2": table.tau2}[yaxis]
    # One study has no heterogeneity to show.
    keep = np.isfinite(table.estimate) & np.isfinite(heights) & (table.k > 1)
    if not keep.any():
        raise InputError("No subset of two studies or more.", remedy="Give at least two studies.")
    x, y = table.estimate[keep], heights[keep]
    if wanted and table.subset.shape[1] != len(names):
        raise InputError(
            "These fits are of no subsets, so none can be highlighted.", remedy="Take gosh()."
        )
    held = table.subset[keep][:, [list(names).index(n) for n in wanted]]
    chosen = np.asarray(held.any(axis=1), dtype=np.bool_)
    sheet = Sheet(style)
    top = sheet.top
    low, high = style.xlim or room_for(x)
    bottom, upper = style.ylim or _bounds(yaxis, y)
    panel = sheet.panel(
        axis(
            low,
            high,
            length=style.width - 100 - BARS,
            style=style,
            title=style.xlab or "Pooled effect",
            transform=style.transform,
        ),
        axis(
            upper,
            bottom,
            length=style.height - 80 - BARS,
            style=style,
            title=style.ylab or _NAMES[yaxis],
            upright=True,
        ),
        right=style.width - BARS,
        top=top + BARS,
        height=style.height - BARS,
    )
    groups: list[tuple[NDArray[np.bool_], Role]] = [(~chosen, "accent"), (chosen, "second")]
    for mask, role in groups:
        _cloud(sheet, panel, x[mask], y[mask], role)
    _bars(sheet, panel, [(x[mask], y[mask], role) for mask, role in groups])
    sheet.frame(panel)
    middle = float(np.median(x))
    if wanted:
        said = ", ".join(wanted)
        sheet.legend(
            [Entry(f"With {said}", "plus", "second"), Entry("Without", "circle", "accent")]
        )
    n = len(table.slab)
    return sheet.figure(
        "gosh",
        title=f"GOSH plot of {style.numbers.count(len(x))} subsets of {n} studies",
        description=_described(style, table, x, y, chosen, wanted, middle, yaxis),
        table=_table(style, x, y, chosen, wanted, yaxis),
    )


def _fitted(fit: RmaResult) -> FitTable:
    """Fit the subsets of the studies of a fit."""
    keep = np.isfinite(fit.weights)
    y, v = fit.yi[keep], fit.vi[keep]
    return gosh(y, v, method=fit.method, subsets=None if len(y) <= 13 else DRAWN, min_size=2)


def _bounds(yaxis: GoshAxis, y: NDArray[np.float64]) -> tuple[float, float]:
    """Let the axis begin at nought, and percent end at 100 where they come near."""
    high = float(y.max()) * 1.06 or 1.0
    # A little below nought, where many subsets lie, so that they do not hide in the axis.
    return -0.03 * high, min(103.0, high) if yaxis == "I2" else high


def _cloud(
    sheet: Sheet, panel: Panel, x: NDArray[np.float64], y: NDArray[np.float64], role: Role
) -> None:
    """Draw cells with subsets in them, in four steps from light to full by their number.

    Subsets of the first kind are dots, of the second kind plus signs in larger cells.
    """
    dots = role == "accent"
    side = CELL if dots else 2 * CELL
    counts: dict[tuple[int, int], int] = {}
    inside = (x >= panel.x.low) & (x <= panel.x.high) & (y >= panel.y.high) & (y <= panel.y.low)
    for a, b in zip(x[inside].tolist(), y[inside].tolist(), strict=True):
        px, py = panel.at(a, b)
        cell = int(px // side), int(py // side)
        counts[cell] = counts.get(cell, 0) + 1
    if not counts:
        return
    most = np.log1p(max(counts.values()))
    steps: dict[int, list[str]] = {}
    for (i, j), n in sorted(counts.items()):
        step = min(3, int(4 * np.log1p(n) / most)) if max(counts.values()) > 1 else 2
        px, py, d = (i + 0.5) * side, (j + 0.5) * side, 0.44 * side
        said = (
            f"M{coordinate(px)},{coordinate(py)}h0"
            if dots
            else (
                f"M{coordinate(px - d)},{coordinate(py)}h{coordinate(2 * d)}"
                f"M{coordinate(px)},{coordinate(py - d)}v{coordinate(2 * d)}"
            )
        )
        steps.setdefault(step, []).append(said)
    for step, drawn in sorted(steps.items()):
        sheet.draw(
            element(
                "path",
                d="".join(drawn),
                class_=f"s-{role}",
                stroke=sheet.style.theme.colours[role],
                stroke_width=1.2 * CELL if dots else 1.2,
                stroke_linecap="round",
                stroke_opacity=(0.3, 0.5, 0.75, 1.0)[step],
                fill="none",
            )
        )


def _bars(
    sheet: Sheet, panel: Panel, groups: list[tuple[NDArray[np.float64], NDArray[np.float64], Role]]
) -> None:
    """Draw how many subsets lie where, above and beside the panel."""
    box, room = panel.box, BARS - 14
    wide, tall = (box.right - box.left) / 60, (box.bottom - box.top) / 40
    xs, ys = (panel.x.low, panel.x.high), (panel.y.high, panel.y.low)
    across = [np.histogram(x, bins=60, range=xs)[0] for x, _, _ in groups]
    beside = [np.histogram(y, bins=40, range=ys)[0] for _, y, _ in groups]
    most_across = max(1, *(int(n.max()) for n in across))
    most_beside = max(1, *(int(n.max()) for n in beside))
    for over, side, (x, _, role) in zip(across, beside, groups, strict=True):
        if not len(x):
            continue
        line, edge = [(box.left, box.top - 4)], [(box.right + 6, box.bottom)]
        for i, n in enumerate(over.tolist()):
            level = box.top - 4 - room * n / most_across
            line += [(box.left + i * wide, level), (box.left + (i + 1) * wide, level)]
        for i, n in enumerate(side.tolist()):
            level = box.right + 6 + room * n / most_beside
            edge += [(level, box.bottom - i * tall), (level, box.bottom - (i + 1) * tall)]
        line.append((box.right, box.top - 4))
        edge.append((box.right + 6, box.top))
        for shape in (line, edge):
            sheet.draw(sheet.pen.polygon(shape, fill=role, stroke=role, width=0.8, opacity=0.25))


def _described(
    style: Style,
    table: FitTable,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    wanted: Sequence[str],
    middle: float,
    yaxis: GoshAxis,
) -> str:
    """Say what the cloud shows."""
    low, high = np.quantile(x, (0.025, 0.975)).tolist()
    said = (
        f"{len(x)} subsets of {len(table.slab)} studies: pooled effect (horizontal) against "
        f"{_NAMES[yaxis]} (vertical). The median of the pooled effects is {style.effect(middle)}; "
        f"95% lie between {style.effect(low)} and {style.effect(high)}."
    )
    if wanted and chosen.any() and not chosen.all():
        with_, without = float(np.median(x[chosen])), float(np.median(x[~chosen]))
        said += (
            f" With {', '.join(wanted)} the median is {style.effect(with_)}, without "
            f"{style.effect(without)}."
        )
    return said


def _table(
    style: Style,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    wanted: Sequence[str],
    yaxis: GoshAxis,
) -> DataTable:
    """Give quantiles: ten thousand rows help nobody."""
    groups = [("All subsets", np.ones(len(x), dtype=np.bool_))]
    if wanted:
        groups += [(f"With {', '.join(wanted)}", chosen), ("Without", ~chosen)]
    rows = [(name, x[mask], y[mask]) for name, mask in groups if mask.any()]
    return table_of(
        ("Subsets", "Number", "Median effect", "2.5% to 97.5%", f"Median {_NAMES[yaxis]}"),
        [name for name, _, _ in rows],
        [style.numbers.count(len(a)) for _, a, _ in rows],
        [style.effect(float(np.median(a))) for _, a, _ in rows],
        [
            " to ".join(style.effect(q) for q in np.quantile(a, (0.025, 0.975)).tolist())
            for _, a, _ in rows
        ],
        [style.number(float(np.median(b))) for _, _, b in rows],
    )
