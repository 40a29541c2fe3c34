"""L'Abbé's plot: the risk in one group against the risk in the other."""

from __future__ import annotations

import math
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.labels import Point
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Entry, Sheet
from ranvier.reporting.figures.studies import Pooled, effect_name, many, names_of, table_of
from ranvier.reporting.figures.transforms import transf_of

__all__ = ["labbe_plot"]

#: Measures whose pooled effect is a curve in the square of two risks.
_CURVES = ("RR", "OR", "PETO", "RD", "AS")


def labbe_plot(
    ai: ArrayLike,
    n1i: ArrayLike,
    ci: ArrayLike,
    n2i: ArrayLike,
    *,
    fit: Pooled | None = None,
    scale: Literal["linear", "sqrt"] = "linear",
    **look: Unpack[Look],
) -> Figure:
    """Draw the risk in the treated group against the risk in the control group.

    Parameters
    ----------
    ai, n1i, ci, n2i : array_like, shape (k,)
        Events and people of the treated and the control group, as in :func:`ranvier.stats.escalc`;
        rows with a missing value are left out.
    fit : RmaResult or MhResult or None
        Its pooled effect (RR, OR, PETO, RD or AS) is drawn as a curve beside that of no effect, and
        its study names are used.
    scale : {"linear", "sqrt"}
        Of both axes; roots spread out small risks.
    **look
        See :class:`Look`. Areas of the points go with the number of people.

    Returns
    -------
    Figure

    References
    ----------
    L'Abbé KA, Detsky AS, O'Rourke K (1987). Meta-analysis in clinical research. Annals of Internal
    Medicine 107:224-233. doi:10.7326/0003-4819-107-2-224

    Examples
    --------
    >>> labbe_plot([4, 6], [123, 306], [11, 29], [139, 303]).title
    "L'Abbé plot of 2 studies"
    """
    if scale not in ("linear", "sqrt"):
        raise InputError(f"scale {scale!r} is not known.", remedy="Take linear or sqrt.")
    columns = [np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (ai, n1i, ci, n2i)]
    a, n1, c, n2 = columns
    if len({len(x) for x in columns}) > 1:
        raise InputError(
            "ai, n1i, ci and n2i must have the same length.", remedy="One row a study."
        )
    keep = np.isfinite(a) & np.isfinite(c) & (n1 > 0) & (n2 > 0)
    if not keep.any():
        raise InputError("No study has events and people in both groups.", remedy="Check ai, n1i.")
    wrong = np.flatnonzero(keep & ((a < 0) | (a > n1) | (c < 0) | (c > n2))) + 1
    if wrong.size:
        raise InputError(
            f"Events must be 0 to the number of people; they are not at rows {wrong.tolist()}.",
            remedy="Did you swap the columns of events and people?",
        )
    measure = None if fit is None else fit.measure
    if measure is not None and measure not in _CURVES:
        raise InputError(
            f"A pooled {measure} has no curve in L'Abbé's plot.",
            remedy=f"Pool {' or '.join(_CURVES)}, or leave out fit.",
        )
    style = style_of(look, height=520, transf=transf_of(measure))
    slab = [f"Study {i + 1}" for i in range(len(a))] if fit is None else list(fit.slab)
    names = names_of(slab, style)
    if len(names) != len(a):
        raise InputError(f"There are {len(a)} rows and {len(names)} names.", remedy="One a row.")
    p1, p2 = a / np.where(n1 > 0, n1, np.nan), c / np.where(n2 > 0, n2, np.nan)
    top = min(1.0, room_for([*p1[keep], *p2[keep]], include=(0.0,), share=0.1)[1])
    low_x, high_x = style.xlim or (0.0, top)
    low_y, high_y = style.ylim or (0.0, top)
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(
            low_x,
            high_x,
            length=style.height - 90,
            style=style,
            title=style.xlab or "Risk in the control group",
            bend=scale,
        ),
        axis(
            high_y,
            low_y,
            length=style.height - 90,
            style=style,
            title=style.ylab or "Risk in the treated group",
            upright=True,
            bend=scale,
        ),
        # A square: equal risks lie on its diagonal.
        right=min(style.width, style.height + 20),
    )
    sheet.frame(panel)
    low, high = max(low_x, low_y), min(high_x, high_y)
    if low < high:
        sheet.draw(sheet.pen.line(*panel.at(low, low), *panel.at(high, high), role="soft"))
    entries = [Entry("No effect", "line", "soft")]
    words = ""
    if fit is not None and fit.estimate is not None:
        grid = np.linspace(max(low_x, 0.0) ** 0.5, max(high_x, 0.0) ** 0.5, 301) ** 2
        curve = [
            panel.at(float(x), y)
            for x in grid
            if panel.y.holds(y := _against(float(x), fit.estimate, fit.measure))
        ]
        if len(curve) > 1:
            sheet.draw(sheet.pen.polyline(curve, role="accent", width=1.8, dash="7 4"))
        words = f"{effect_name(fit.measure, style.transf)}: {style.effect(fit.estimate)}"
        entries.append(Entry(words, "line", "accent", dash="7 4"))
    radii = _radii(n1 + n2, keep)
    points: dict[int, Point] = {}
    # The largest first, so that small ones stay in sight.
    for i in sorted(np.flatnonzero(keep).tolist(), key=lambda i: -radii[i]):
        x, y, r = float(p2[i]), float(p1[i]), float(radii[i])
        if panel.x.holds(x) and panel.y.holds(y):
            said = f"{names[i]}: {a[i]:g}/{n1[i]:g} against {c[i]:g}/{n2[i]:g}"
            mark = sheet.pen.symbol(
                "circle", *panel.at(x, y), r, role="accent", fill="shade3", opacity=0.7, said=said
            )
            sheet.draw(mark)
            points[i] = Point(*panel.at(x, y), r, names[i], r)
    key = sheet.names(panel, [points[i] for i in sorted(points)], labels="none")
    sheet.legend([*entries, Entry("Study (area: number of people)", "circle", "accent", "shade3")])
    sheet.key(key)
    k = int(keep.sum())
    above = int((p1[keep] > p2[keep]).sum())
    return sheet.figure(
        "labbe",
        title=f"L'Abbé plot of {many(k)}",
        description=(
            f"{many(k)}: risk in the control group (horizontal) against risk in the treated group "
            f"(vertical). {above} lie above the line of equal risks.{f' {words}.' if words else ''}"
        ),
        table=table_of(
            ("Study", "Events / people, treated", "Events / people, control", "Risks"),
            names,
            [f"{x:g}/{n:g}" for x, n in zip(a, n1, strict=True)],
            [f"{x:g}/{n:g}" for x, n in zip(c, n2, strict=True)],
            [
                f"{style.number(x, 3)} against {style.number(y, 3)}"
                for x, y in zip(p1, p2, strict=True)
            ],
        ),
    )


def _against(p2: float, estimate: float, measure: str) -> float:
    """Return the treated group's risk that the pooled effect makes of the control group's."""
    if measure == "RR":
        return p2 * math.exp(estimate)
    if measure == "RD":
        return p2 + estimate
    if measure == "AS":
        root = math.asin(math.sqrt(p2)) + estimate
        return math.sin(min(max(root, 0.0), math.pi / 2)) ** 2
    if p2 >= 1:
        return 1.0
    odds = p2 / (1 - p2) * math.exp(estimate)
    return odds / (1 + odds)


def _radii(sizes: NDArray[np.float64], keep: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Make areas go with sizes, between what can be seen and what hides others."""
    largest = float(sizes[keep].max())
    most = 14.0 if int(keep.sum()) <= 40 else 9.0
    return np.maximum(2.6, most * np.sqrt(np.where(keep, sizes, 0.0) / largest))
