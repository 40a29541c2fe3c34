"""The looks a figure may have: colours by their role, sizes of type, how a panel is framed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["DARK", "SERIES", "THEMES", "Role", "Theme", "ThemeName", "contrast"]

ThemeName = Literal["plain", "revman", "bmj", "jama"]

#: What a colour is for. `ink` letters and points, `soft` secondary words, `rule` grid lines,
#: `accent` estimates, `second` what stands against it (outliers, imputed studies), `shade1` to
#: `shade3` areas from light to dark, `series1` to `series6` groups (each with a symbol of its own).
Role = Literal[
    "paper",
    "ink",
    "soft",
    "rule",
    "accent",
    "second",
    "shade1",
    "shade2",
    "shade3",
    "series1",
    "series2",
    "series3",
    "series4",
    "series5",
    "series6",
]

#: The colours of groups, in their order.
SERIES: tuple[Role, ...] = ("series1", "series2", "series3", "series4", "series5", "series6")

#: Okabe and Ito's palette, darkened until each colour has 3:1 against white: told apart by people
#: with any of the usual colour vision deficiencies.
_GROUPS: Mapping[Role, str] = {
    "series1": "#0b5560",
    "series2": "#b4500a",
    "series3": "#5a4a8a",
    "series4": "#2f7d4f",
    "series5": "#a3336f",
    "series6": "#7a6a00",
}


def _colours(**said: str) -> Mapping[Role, str]:
    return MappingProxyType({**_GROUPS, **said})  # pyright: ignore[reportReturnType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One look.

    Attributes
    ----------
    colours : mapping
        From role to ``#rrggbb``.
    size : float
        Of ordinary text, in pixels (1/96 inch); `small` of ticks and keys, `large` of titles.
    frame : {"box", "axes"}
        Lines on all four sides of a panel, or on the two with axes.
    grid : bool
        Whether faint lines run from the ticks across the panel.
    ticks : float
        Length of a tick in pixels.
    stroke : float
        Width of ordinary lines.
    """

    name: ThemeName
    colours: Mapping[Role, str]
    size: float = 12.0
    small: float = 11.0
    large: float = 14.0
    frame: Literal["box", "axes"] = "axes"
    grid: bool = False
    ticks: float = 5.0
    stroke: float = 1.0


THEMES: Mapping[ThemeName, Theme] = MappingProxyType(
    {
        "plain": Theme(
            name="plain",
            colours=_colours(
                paper="#ffffff",
                ink="#1b1f24",
                soft="#565d66",
                rule="#e2e0da",
                accent="#0b5560",
                second="#b4500a",
                shade1="#eef1f3",
                shade2="#dbe1e5",
                shade3="#c3ccd2",
            ),
        ),
        "revman": Theme(
            name="revman",
            colours=_colours(
                paper="#ffffff",
                ink="#000000",
                soft="#404040",
                rule="#d9d9d9",
                accent="#0000c8",
                second="#b30000",
                shade1="#f0f0f0",
                shade2="#dedede",
                shade3="#c8c8c8",
                series1="#0000c8",
                series2="#007a00",
            ),
            frame="box",
        ),
        "bmj": Theme(
            name="bmj",
            colours=_colours(
                paper="#ffffff",
                ink="#1a1a1a",
                soft="#4d5560",
                rule="#c7dcec",
                accent="#1f5f99",
                second="#c0392b",
                shade1="#eaf3fa",
                shade2="#d3e5f2",
                shade3="#b7d3e8",
                series1="#1f5f99",
            ),
            grid=True,
        ),
        "jama": Theme(
            name="jama",
            colours=_colours(
                paper="#ffffff",
                ink="#000000",
                soft="#4a4a4a",
                rule="#dddddd",
                accent="#00456b",
                second="#a8541c",
                shade1="#f2f2f0",
                shade2="#e3e3df",
                shade3="#cfcfc9",
                series1="#00456b",
            ),
            size=11.5,
            small=10.5,
            large=13.0,
            stroke=0.9,
        ),
    }
)

#: The colours of every theme on a dark page.
DARK: Mapping[Role, str] = MappingProxyType(
    {
        "paper": "#14171a",
        "ink": "#e8e6e1",
        "soft": "#a8aeb5",
        "rule": "#343a41",
        "accent": "#86cdd6",
        "second": "#f0b48c",
        "shade1": "#1f2429",
        "shade2": "#2b3238",
        "shade3": "#3a434b",
        "series1": "#86cdd6",
        "series2": "#f0b48c",
        "series3": "#c3b4f2",
        "series4": "#97d3b0",
        "series5": "#f0a6cd",
        "series6": "#d9c96a",
    }
)


def contrast(one: str, other: str) -> float:
    """Calculate the contrast of two colours as WCAG 2 defines it: 1 (none) to 21.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
