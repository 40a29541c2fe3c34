"""The influence panel: diagnostics of every study, one small panel each, with their limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.studies import many, names_of, table_of
from ranvier.stats import Influence, RmaResult, influence

__all__ = ["influence_plot"]


@dataclass(frozen=True, slots=True, eq=False)
class _Diagnostic:
    """One panel: its name, its values, and where its limits lie."""

    name: str
    values: NDArray[np.float64]
    limits: tuple[float, ...]


def influence_plot(
    fit: Influence | RmaResult, *, dfbetas: tuple[str, ...] = (), **look: Unpack[Look]
) -> Figure:
    """Draw the deletion diagnostics of all studies, as metafor's panel of eight.

    Parameters
    ----------
    fit : Influence or RmaResult
        Diagnostics, or a fit to calculate them for.
    dfbetas : tuple of str
        Coefficients whose DFBETAS get a panel, too.
    **look
        See :class:`Look`; `height` is that of one row of panels.

    Returns
    -------
    Figure
        Influential studies are filled diamonds in a second colour and named below.

    References
    ----------
    Viechtbauer W, Cheung MW-L (2010). Outlier and influence diagnostics for meta-analysis.
    Research Synthesis Methods 1:112-125. doi:10.1002/jrsm.11

    Examples
    --------
    >>> from ranvier.stats import influence
    >>> influence_plot(influence([0.1, 0.3, 0.8, 0.2], [0.01, 0.04, 0.09, 0.02])).kind
    'influence'
    """
    made = _influence_of(fit) if isinstance(fit, RmaResult) else fit
    unknown = [name for name in dfbetas if name not in made.names]
    if unknown:
        raise InputError(
            f"The model has no coefficient {', '.join(unknown)}.",
            remedy=f"It has {', '.join(made.names)}.",
        )
    style = style_of(look, height=160)
    names = names_of(made.slab, style)
    panels = _diagnostics(made, dfbetas)
    sheet = Sheet(style)
    half, tall, k = style.width / 2, style.height, len(names)
    for row in range(0, len(panels), 2):
        top = sheet.top
        for side, shown in enumerate(panels[row : row + 2]):
            values = shown.values[np.isfinite(shown.values)]
            low, high = room_for(values, include=shown.limits, share=0.1)
            panel = sheet.panel(
                axis(0.5, k + 0.5, length=half - 60, style=style, whole=True),
                axis(high, low, length=tall - 50, style=style, upright=True),
                left=side * half,
                right=(side + 1) * half,
                top=top,
                height=tall,
                head=shown.name,
                least=34,
            )
            _draw(sheet, panel, shown, made.influential, names)
        sheet.top += 4
    sheet.legend(
        [
            Entry("Study (in the order given)", "circle", "accent"),
            Entry("Influential study", "diamond", "second"),
            Entry("Limit or reference", "line", "soft", dash="5 4"),
        ]
    )
    bold = [i for i in range(k) if made.influential[i]]
    shown_in_key = range(k) if k <= 40 or style.labels == "numbers" else bold
    if style.labels != "none":
        sheet.key([(str(i + 1), names[i]) for i in shown_in_key])
    said = ", ".join(names[i] for i in bold[:12]) + (" and others" if len(bold) > 12 else "")
    return sheet.figure(
        "influence",
        title=f"Influence diagnostics of {many(k)}",
        description=(
            f"{len(panels)} panels, one a diagnostic, over {many(k)} in their order: "
            f"{', '.join(panel.name for panel in panels)}. "
            + (f"Influential: {said}." if bold else "No study is influential.")
        ),
        table=table_of(
            ("Study", *(panel.name for panel in panels), "Influential"),
            names,
            *([style.number(float(v), 4) for v in panel.values] for panel in panels),
            ["yes" if flag else "no" for flag in made.influential],
        ),
    )


def _influence_of(fit: RmaResult) -> Influence:
    """Calculate the diagnostics of a fit."""
    return influence(fit.yi, fit.vi, method=fit.method, test=fit.test, slab=list(fit.slab))


def _diagnostics(made: Influence, dfbetas: tuple[str, ...]) -> list[_Diagnostic]:
    """List the panels with the limits of Viechtbauer and Cheung."""
    k = int(np.isfinite(made.hat).sum())
    p = len(made.names)
    z = float(ndtri(0.975))
    fits = 3 * math.sqrt(p / (k - p)) if k > p else math.nan
    bounds = (-fits, 0.0, fits) if math.isfinite(fits) else (0.0,)
    return [
        _Diagnostic("Studentised residual", made.rstudent, (-z, 0.0, z)),
        _Diagnostic("DFFITS", made.dffits, bounds),
        _Diagnostic("Cook's distance", made.cook_d, (float(chi2.ppf(0.5, p)),)),
        _Diagnostic("Covariance ratio", made.cov_r, (1.0,)),
        _Diagnostic("τ² without the study", made.tau2_del, ()),
        _Diagnostic("Q without the study", made.QE_del, ()),
        _Diagnostic("Hat value", made.hat, (p / k, 3 * p / k)),
        _Diagnostic("Weight (%)", made.weight, (100 / k,)),
        *(
            _Diagnostic(
                f"DFBETAS of {name}", made.dfbs[:, made.names.index(name)], (-1.0, 0.0, 1.0)
            )
            for name in dfbetas
        ),
    ]


def _draw(
    sheet: Sheet,
    panel: Panel,
    shown: _Diagnostic,
    influential: NDArray[np.bool_],
    names: tuple[str, ...],
) -> None:
    """Draw one panel: limits, the line from study to study, the studies."""
    box, pen = panel.box, sheet.pen
    for limit in shown.limits:
        if panel.y.holds(limit):
            y = panel.y.at(limit)
            sheet.draw(pen.line(box.left, y, box.right, y, role="soft", dash="5 4", width=0.9))
    sheet.frame(panel)
    run: list[tuple[float, float]] = []
    for i, value in enumerate([*shown.values.tolist(), math.nan]):
        if math.isfinite(value):
            run.append(panel.at(i + 1, value))
            continue
        if len(run) > 1:
            sheet.draw(pen.polyline(run, role="accent", width=0.9, opacity=0.6))
        run = []
    r = 3.2 if len(names) <= 30 else 2.3 if len(names) <= 80 else 1.6
    for i, value in enumerate(shown.values.tolist()):
        if not math.isfinite(value):
            continue
        said = f"{names[i]}: {sheet.style.number(value, 3)}"
        late = bool(influential[i])
        sheet.draw(
            pen.symbol(
                "diamond" if late else "circle",
                *panel.at(i + 1, value),
                r + 0.8 if late else r,
                role="second" if late else "accent",
                said=said,
            )
        )
