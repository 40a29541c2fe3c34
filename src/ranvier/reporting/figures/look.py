"""The options that hold in every figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, get_args

from babel.core import UnknownLocaleError

from ranvier.errors import InputError
from ranvier.reporting.figures.themes import THEMES, Theme, ThemeName
from ranvier.reporting.figures.transforms import TRANSFORMS, Transf, Transform
from ranvier.reporting.numbers import Numbers

__all__ = ["Labels", "Look", "Style", "said_number", "style_of"]

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

#: Names at the points: where they fit, else numbers with a key; always numbers; or none.
Labels = Literal["auto", "numbers", "none"]


class Look(TypedDict, total=False):
    """Options every figure takes, with the same names and the same meaning.

    Attributes
    ----------
    title : str
        Drawn above the figure; without it nothing is drawn and the file still has a title.
    xlab, ylab : str
        Names of the axes, instead of the usual ones.
    xlim, ylim : tuple of float
        Where the axes run, on the scale effects are pooled on (log for ratios).
    width, height : float
        In pixels of 1/96 inch; 640 is the 17 cm of a page. The height grows with its content.
    theme : {"plain", "revman", "bmj", "jama"}
        Colours and rules.
    digits : int
        Decimals of printed numbers; without it as many as the numbers need.
    transf : {"none", "exp", "ilogit", "ztor", "iarcsin", "isqrt"}
        How effects are read; without it by the measure of the result, where it knows one.
    language : str
        Of numbers, as a tag such as ``de``.
    labels : {"auto", "numbers", "none"}
        Names at the points.
    slab : sequence of str
        Names of the studies, instead of those of the result.
    """

    title: str
    xlab: str
    ylab: str
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    width: float
    height: float
    theme: ThemeName
    digits: int
    transf: Transf
    language: str
    labels: Labels
    slab: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A look with all choices made."""

    title: str | None
    xlab: str | None
    ylab: str | None
    xlim: tuple[float, float] | None
    ylim: tuple[float, float] | None
    width: float
    height: float
    theme: Theme
    digits: int | None
    transf: Transf
    numbers: Numbers
    labels: Labels | None
    slab: tuple[str, ...] | None

    @property
    def transform(self) -> Transform:
        """How effects are read."""
        return TRANSFORMS[self.transf]

    def number(self, x: float | None, digits: int = 2) -> str:
        """Write a number with the digits asked for, or those that are usual here."""
        wanted = digits if self.digits is None else self.digits
        if x is not None and math.isfinite(x) and abs(x) >= LARGE:
            return said_number(x, self.numbers, wanted)
        return self.numbers.fixed(x, wanted)

    def effect(self, x: float | None, digits: int = 2) -> str:
        """Write an effect as it is read."""
        return NONE if x is None or not math.isfinite(x) else self.number(self.read(x), digits)

    def read(self, x: float) -> float:
        """Turn an effect into what is read."""
        return self.transform.back(x)


NONE = "–"

#: Numbers from here on are written as powers of ten; ticks also below 1e-5.
LARGE = 1e7


def said_number(x: float, numbers: Numbers, digits: int) -> str:
    """Write a number; as a power of ten where it is very large or very small.

    Examples
    --------
    >>> said_number(0.25, Numbers(), 2), said_number(2e9, Numbers(), 0)
    ('0.25', '2×10⁹')
    """
    if x != 0 and not 1e-5 <= abs(x) < LARGE:
        power = math.floor(math.log10(abs(x)) + 1e-12)
        head = float(f"{x / 10.0**power:.3g}") if power > -300 else 1.0
        said = f"10{str(power).translate(_SUPERSCRIPT)}"
        return said if head == 1 else f"{numbers.plain(head)}×{said}"
    return numbers.fixed(x, digits)


def style_of(
    look: Look, *, height: float = 440.0, width: float = 640.0, transf: Transf = "none"
) -> Style:
    """Check the options and fill in those not given.

    Parameters
    ----------
    look : Look
        What the caller said.
    height, width, transf
        What is usual for this figure and these data.

    Returns
    -------
    Style

    Raises
    ------
    InputError
        If an option is unknown or a value is out of its range.

    Examples
    --------
    >>> style_of({"theme": "bmj"}).theme.name
    'bmj'
    >>> style_of({"colour": "red"})
    Traceback (most recent call last):
    ranvier.errors.InputError: A figure has no option colour. Options of every figure: digits, ...
    """
    unknown = sorted(set(look) - set(Look.__annotations__))
    if unknown:
        raise InputError(
            f"A figure has no option {', '.join(unknown)}.",
            remedy=f"Options of every figure: {', '.join(sorted(Look.__annotations__))}.",
        )
    _one_of("theme", look.get("theme"), tuple(THEMES))
    _one_of("transf", look.get("transf"), tuple(TRANSFORMS))
    _one_of("labels", look.get("labels"), get_args(Labels))
    digits = look.get("digits")
    if digits is not None and not 0 <= digits <= 10:
        raise InputError(f"digits must be 0 to 10; it is {digits}.", remedy="Give 2, say.")
    return Style(
        title=look.get("title"),
        xlab=look.get("xlab"),
        ylab=look.get("ylab"),
        xlim=_limits("xlim", look.get("xlim")),
        ylim=_limits("ylim", look.get("ylim")),
        width=_size("width", look.get("width", width), 240),
        height=_size("height", look.get("height", height), 160),
        theme=THEMES[look.get("theme", "plain")],
        digits=digits,
        transf=look.get("transf", transf),
        numbers=_numbers(look.get("language", "en")),
        labels=look.get("labels"),
        slab=None if "slab" not in look else tuple(map(str, look["slab"])),
    )


def _one_of(name: str, said: object, known: Sequence[str]) -> None:
    """Refuse a word that is not among the known ones."""
    if said is not None and said not in known:
        raise InputError(f"{name} {said!r} is not known.", remedy=f"Take {' or '.join(known)}.")


def _limits(name: str, said: tuple[float, float] | None) -> tuple[float, float] | None:
    """Check where an axis shall run."""
    if said is None:
        return None
    low, high = map(float, said)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(
            f"{name} must be two numbers, the lower first; it is {said}.",
            remedy="Give it on the scale effects are pooled on (log for ratios).",
        )
    return low, high


def _size(name: str, said: float, least: float) -> float:
    """Check a size in pixels."""
    if not (math.isfinite(said) and least <= said <= 10_000):
        raise InputError(
            f"{name} must be {least:g} to 10000 pixels; it is {said}.",
            remedy="A page is 640 wide.",
        )
    return float(said)


def _numbers(language: str) -> Numbers:
    """Make the writer of numbers of a language."""
    numbers = Numbers(language)
    try:
        numbers.fixed(1.5, 1)
    except (ValueError, UnknownLocaleError) as error:
        raise InputError(
            f"language {language!r} is not known.", remedy="Give a tag such as en, de or pt-BR."
        ) from error
    return numbers
