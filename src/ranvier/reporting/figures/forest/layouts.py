"""Three journals' layouts and a plain one: what stands where, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ranvier.reporting.figures.themes import Role

__all__ = ["LAYOUTS", "Layout", "LayoutName"]

LayoutName = Literal["plain", "revman", "bmj", "jama"]
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One layout.

    Attributes
    ----------
    label : str
        Heading of the column of studies.
    arm_data : {"apart", "joined"}
        Events and total in two columns, or as ``15/133`` in one (mean and SD likewise).
    effect, weight : {"left", "right"}
        On which side of the plot they stand.
    weight_heading : str
        With or without its unit; ``percent`` is what follows each weight.
    brackets : (str, str, str)
        Before, between and after the bounds of an interval.
    favours : {"below", "above"}
        Where it is said whom the sides of the axis favour, with the verb `favour`.
    foot : {"beside", "below"}
        Whether what is said of heterogeneity stands left of the axis even if it has to be broken
        into lines, or then below it.
    bands : bool
        Whether every second study has a shaded ground.
    references : bool
        Whether a dashed line goes up from each pooled effect.
    symmetric : bool
        Whether a ratio axis has 1 in its middle.
    common, random : str
        What the models are called.
    """

    label: str
    arm_data: Literal["apart", "joined"]
    effect: Side
    weight: Side
    weight_heading: str
    percent: str
    brackets: tuple[str, str, str]
    favours: Literal["below", "above"]
    favour: str
    foot: Literal["beside", "below"]
    bands: bool
    references: bool
    symmetric: bool
    common: str
    random: str
    total: str = "Total"
    subtotal: str = "Subtotal"
    plot_heading: Literal["measure", "how", "none"] = "measure"
    axis_label: bool = False
    minor_ticks: bool = False
    diamond: Role = "ink"


LAYOUTS: Mapping[LayoutName, Layout] = MappingProxyType(
    {
        "plain": Layout(
            label="Study",
            arm_data="apart",
            effect="left",
            weight="left",
            weight_heading="Weight",
            percent="%",
            brackets=("[", ", ", "]"),
            favours="below",
            favour="Favours",
            foot="below",
            bands=False,
            references=False,
            symmetric=True,
            common="common effect",
            random="random effects",
        ),
        "revman": Layout(
            label="Study or Subgroup",
            arm_data="apart",
            effect="left",
            weight="left",
            weight_heading="Weight",
            percent="%",
            brackets=("[", ", ", "]"),
            favours="below",
            favour="Favours",
            foot="beside",
            bands=False,
            references=False,
            symmetric=True,
            common="Fixed",
            random="Random",
            plot_heading="how",
        ),
        "bmj": Layout(
            label="Study",
            arm_data="joined",
            effect="right",
            weight="right",
            weight_heading="Weight\n(%)",
            percent="",
            brackets=("(", " to ", ")"),
            favours="below",
            favour="Favours",
            foot="below",
            bands=False,
            references=True,
            symmetric=False,
            common="common effect",
            random="random effects",
            diamond="accent",
        ),
        "jama": Layout(
            label="Source",
            arm_data="joined",
            effect="left",
            weight="right",
            weight_heading="Weight,\n%",
            percent="",
            brackets=("(", "-", ")"),
            favours="above",
            favour="Favors",
            foot="below",
            bands=True,
            references=True,
            symmetric=False,
            common="common effect",
            random="random effects",
            plot_heading="none",
            axis_label=True,
            minor_ticks=True,
        ),
    }
)
