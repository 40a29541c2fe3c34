"""Figures as they are printed: read, compared with ours, and ours shown in the same form."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

from ranvier.errors import InputError

__all__ = [
    "Closeness",
    "Printed",
    "closeness",
    "read_interval",
    "read_printed",
    "show_like",
    "truncates_to",
]

Relation = Literal["=", "<", ">", "<=", ">="]

#: ``exact``: ours rounds to the printed figure; ``beside``: one unit in the last place next to it.
Closeness = Literal["exact", "beside", "off"]

_MINUS = str.maketrans({"−": "-", "–": "-", "‒": "-", "﹣": "-", "－": "-", "·": ".", "∙": "."})
_RELATIONS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "==": "="}
_SCIENTIFIC = re.compile(r"(?:e|[x×*]10\^?)([+-]?\d+)", re.IGNORECASE)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printed figure, taken apart.

    Attributes
    ----------
    number : Decimal
        With its printed digits: ``11.00`` keeps its two zeros.
    relation : {"=", "<", ">", "<=", ">="}
        ``<0.001`` is a bound, not a number.
    percent : bool
        Whether it carries a percent sign.
    """

    text: str
    number: Decimal
    relation: Relation = "="
    percent: bool = False

    @property
    def unit(self) -> Decimal:
        """One unit in the last printed place."""
        exponent = self.number.as_tuple().exponent
        assert isinstance(exponent, int)
        return Decimal(1).scaleb(exponent)


def read_printed(text: str) -> Printed:
    """Read a figure as papers print it.

    Known are ``78%``, ``0.46``, ``.03``, ``0·46``, ``0,46``, ``1,234``, ``<0.001``, ``p = 0.03``,
    ``>0.99``, ``5.8e-08``, ``5.8×10⁻⁸``, ``NS`` (0.05 or more), and every sign for a minus.

    Raises
    ------
    InputError
        If it is not one figure.

    Examples
    --------
    >>> read_printed("P < .001")
    Printed(text='P < .001', number=Decimal('0.001'), relation='<', percent=False)
    >>> read_printed("−1,234.50").number
    Decimal('-1234.50')
    """
    bare = text.translate(_SUPERSCRIPTS).translate(_MINUS)
    bare = re.sub(r"\s", "", bare)
    for sign, plain in _RELATIONS.items():
        bare = bare.replace(sign, plain)
    bare = re.sub(r"^[A-Za-z²τ]+\d?(?=[<>=])", "", bare)
    if re.fullmatch(r"(?i)n\.?s\.?", bare):  # "not significant": at the usual 5%
        return Printed(text=text, number=Decimal("0.05"), relation=">=")
    relation, rest = _split_relation(bare)
    percent = rest.endswith("%")
    rest = rest.removesuffix("%")
    exponent = _SCIENTIFIC.search(rest)
    mantissa = _plain_digits(rest[: exponent.start()] if exponent else rest)
    if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", mantissa) is None or (
        exponent is not None and exponent.end() != len(rest)
    ):
        raise InputError(
            f"{text!r} is not a printed figure.",
            remedy="Give one number as printed, such as '0.46', '78%' or '<0.001'.",
        )
    number = Decimal(mantissa)
    if exponent is not None:
        number = number.scaleb(int(exponent.group(1)))
    return Printed(text=text, number=number, relation=relation, percent=percent)


def read_interval(text: str) -> tuple[str, str] | None:
    """Part an interval printed as one string; ``None`` if it is not two figures.

    Examples
    --------
    >>> read_interval("[2.86, 42.25]"), read_interval("−0.5 to 1.2"), read_interval("0.46–0.88")
    (('2.86', '42.25'), ('−0.5', '1.2'), ('0.46', '0.88'))
    """
    parts = re.split(r"\s+to\s+|\s*;\s*|,\s+|(?<=[\d%])\s*[–—]\s*", text.strip(" ()[]"))
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _split_relation(bare: str) -> tuple[Relation, str]:
    """Part the relation from the number."""
    for relation in ("<=", ">=", "<", ">", "="):
        if bare.startswith(relation):
            return relation, bare[len(relation) :]
    return "=", bare


def _plain_digits(digits: str) -> str:
    """Drop thousands separators; turn a decimal comma into a point."""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", digits):
        return digits.replace(",", "")
    if re.fullmatch(r"[+-]?\d*,\d+", digits):
        return digits.replace(",", ".")
    return digits


def closeness(value: float | None, printed: Printed) -> Closeness:
    """Say how near ours is to the printed figure; both in the same unit.

    A value that lies exactly between two printable ones agrees with either, whichever way the
    authors round. A bound (``<0.001``) holds or does not.

    Examples
    --------
    >>> closeness(42.247, read_printed("42.25")), closeness(4.918, read_printed("4.91"))
    ('exact', 'beside')
    """
    if value is None or not math.isfinite(value):
        return "off"
    ours = Decimal(repr(float(value)))
    if printed.relation != "=":
        holds = {
            "<": ours < printed.number,
            ">": ours > printed.number,
            "<=": ours <= printed.number,
            ">=": ours >= printed.number,
        }[printed.relation]
        return "exact" if holds else "off"
    # What floating point may add to a value that is a tie on paper: 1e-12 of it.
    slack = abs(ours) * Decimal("1e-12")
    apart = abs(ours - printed.number)
    if apart <= printed.unit / 2 + slack:
        return "exact"
    return "beside" if apart <= printed.unit * 3 / 2 + slack else "off"


def truncates_to(value: float | None, printed: Printed) -> bool:
    """Say whether ours, cut off instead of rounded, is the printed figure."""
    if value is None or not math.isfinite(value) or printed.relation != "=":
        return False
    cut = Decimal(repr(float(value))).quantize(printed.unit, rounding=ROUND_DOWN)
    return cut == printed.number


def show_like(value: float | None, printed: Printed) -> str:
    """Show ours with the printed number of decimals.

    Beside a bound that ours does not meet, or meets with fewer digits than it has, two significant
    digits are shown.

    Examples
    --------
    >>> show_like(42.247, read_printed("42.25")), show_like(4.918, read_printed("4.91%"))
    ('42.25', '4.92%')
    >>> show_like(5.8e-8, read_printed("<0.001"))
    '<0.001'
    """
    if value is None or math.isnan(value):
        return "not estimable"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    sign = "%" if printed.percent else ""
    if printed.relation != "=":
        held = closeness(value, printed) == "exact"
        relation = printed.relation
        return f"{relation}{printed.number}{sign}" if held else f"{value:.3g}{sign}"
    ours = Decimal(repr(float(value)))
    if printed.unit > 1 or "e" in printed.text.lower():
        return f"{value:.3g}{sign}"
    rounded = ours.quantize(printed.unit, rounding=ROUND_HALF_UP)
    return f"{rounded + 0 if rounded == 0 else rounded}{sign}"
