"""Drawing what was pooled from a spreadsheet."""

from __future__ import annotations

from typing import Literal, get_args

from ranvier.errors import InputError
from ranvier.reporting.figures import (
    Figure,
    ForestOptions,
    Look,
    baujat_plot,
    bubble_plot,
    forest_plot,
    funnel_plot,
    influence_plot,
    labbe_plot,
    qq_plot,
    radial_plot,
)
from ranvier.stats import MhResult, RegressionResult, RmaResult, Subgroups, influence
from ranvier.synthesis.sheet import Pooled

__all__ = ["FigureKind", "Layout", "draw_sheet"]

FigureKind = Literal["forest", "funnel", "radial", "labbe", "baujat", "bubble", "influence", "qq"]
Layout = Literal["plain", "revman", "bmj", "jama"]


def draw_sheet(
    pooled: Pooled,
    kind: FigureKind = "forest",
    *,
    layout: Layout = "revman",
    title: str | None = None,
    favours: tuple[str, str] | None = None,
) -> Figure:
    """Draw one figure of a pooled sheet.

    Parameters
    ----------
    kind : FigureKind
        A bubble plot needs a meta-regression; L'Abbé's, events in two groups.
    layout : Layout
        Of a forest plot; of other figures, its colours.
    title : str or None
        Drawn above the figure.
    favours : (str, str) or None
        Whom the left and the right side of a forest plot favour.

    Raises
    ------
    InputError
        If this figure cannot be drawn of this fit, with what can.
    """
    if kind not in get_args(FigureKind):
        raise InputError(
            f"there is no figure {kind!r}.", remedy=f"Known are {', '.join(get_args(FigureKind))}."
        )
    fit = pooled.fit
    look: Look = {"theme": layout}
    if title:
        look["title"] = title
    if kind == "forest":
        if isinstance(fit, RegressionResult):
            raise _cannot(kind, "a meta-regression", "bubble")
        options: ForestOptions = {
            **look,
            "data": pooled.shown,
            "measure": pooled.measure,
            "slab": pooled.columns.slab,
        }
        if favours:
            options["favours"] = favours
        if pooled.columns.groups:
            options["arms"] = pooled.columns.groups
        return forest_plot(fit, **options)
    if kind == "bubble":
        if not isinstance(fit, RegressionResult):
            raise _cannot(kind, "a fit without moderators", "forest")
        return bubble_plot(fit, **look)
    whole = fit.overall if isinstance(fit, Subgroups) else fit
    if kind == "labbe":
        return _labbe(pooled, whole, look)
    if kind == "qq" and not isinstance(whole, MhResult):
        return qq_plot(whole, **look)
    if kind == "funnel":
        return funnel_plot(whole, **look)
    if kind == "radial" and not isinstance(whole, RegressionResult):
        return radial_plot(whole, **look)
    if isinstance(whole, RmaResult):
        if kind == "baujat":
            return baujat_plot(whole, **look)
        if kind == "influence":
            deletions = influence(
                pooled.yi,
                pooled.vi,
                method=whole.method,
                test=whole.test,
                slab=pooled.columns.slab,
            )
            return influence_plot(deletions, **look)
    raise _cannot(kind, f"a {type(whole).__name__}", "forest")


def _labbe(
    pooled: Pooled,
    fit: RmaResult | MhResult | RegressionResult,
    look: Look,
) -> Figure:
    """Draw events of one group against those of the other."""
    values = pooled.shown
    if not {"ai", "n1i", "ci", "n2i"} <= set(values):
        raise _cannot("labbe", "data without events in two groups", "forest")
    drawn = None if isinstance(fit, RegressionResult) else fit
    return labbe_plot(values["ai"], values["n1i"], values["ci"], values["n2i"], fit=drawn, **look)


def _cannot(kind: str, what: str, other: str) -> InputError:
    return InputError(
        f"a {kind} plot cannot be drawn of {what}.", remedy=f"Try --figure-type {other}."
    )
