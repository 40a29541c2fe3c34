"""Numbers and dates as a reader of one language writes them (CLDR, through Babel)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from ranvier.core.analysis import Estimate

__all__ = ["RATIO_MEASURES", "Numbers", "direction_of", "is_ratio"]

#: Measures whose null is 1: metafor's codes for ratios.
RATIO_MEASURES = frozenset({"RR", "OR", "PETO", "IRR", "HR", "ROM", "MPOR", "MPORC"})

#: What stands for a number that cannot be given; a reader hears it, too.
NONE = "–"


def is_ratio(measure: str) -> bool:
    """Whether a measure is a ratio: 1 means no difference, and axes are logarithmic."""
    return measure in RATIO_MEASURES


def direction_of(language: str) -> str:
    """Return ``ltr`` or ``rtl`` for a language."""
    order = Locale.parse(language.replace("-", "_")).character_order
    return "rtl" if order == "right-to-left" else "ltr"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Write numbers in one language; rounding happens here and nowhere else."""

    language: str = "en"

    @property
    def locale(self) -> Locale:
        """The conventions of the language."""
        # Days before months: the field's own journals and registers write them so.
        said = "en_GB" if self.language == "en" else self.language.replace("-", "_")
        return Locale.parse(said)

    def count(self, n: float) -> str:
        """Write a whole number."""
        return self.fixed(n, 0)

    def fixed(self, x: float | None, digits: int) -> str:
        """Write a number with a fixed count of decimals and a real minus sign."""
        if x is None or not math.isfinite(x):
            return NONE
        if round(x, digits) == 0:
            x = 0.0
        # Four digits stand together, so that "1000 per 1000" reads as one thing.
        whole = "#,##0" if abs(x) >= 10_000 else "0"
        pattern = whole + ("." + "0" * digits if digits else "")
        return format_decimal(x, format=pattern, locale=self.locale).replace("-", "−")

    def plain(self, x: float) -> str:
        """Write a stored number as it is: no decimals added, none lost below the fourth."""
        if not math.isfinite(x):
            return NONE
        whole = "#,##0" if abs(x) >= 10_000 else "0"
        text = format_decimal(round(x, 4), format=f"{whole}.####", locale=self.locale)
        return text.replace("-", "−")

    def effect(self, x: float | None, measure: str) -> str:
        """Write an effect: two decimals; fewer where the number is large."""
        if x is None or not math.isfinite(x):
            return NONE
        size = abs(x)
        digits = 2 if size < 100 else 1 if size < 1000 else 0
        if is_ratio(measure) and 0 < size < 0.095:
            digits = 3 if size >= 0.0095 else 4
        return self.fixed(x, digits)

    def interval(self, e: Estimate | None, measure: str) -> str:
        """Write an interval as ``2.86 to 42.25``; empty words where there is none."""
        if e is None or e.ci_lb is None or e.ci_ub is None:
            return NONE
        return f"{self.effect(e.ci_lb, measure)} to {self.effect(e.ci_ub, measure)}"

    def bracket(self, e: Estimate | None, measure: str) -> str:
        """Write estimate and interval as a forest plot prints them: ``11.00 [2.86, 42.25]``."""
        if e is None:
            return "Not estimable"
        text = self.effect(e.estimate, measure)
        if e.ci_lb is None or e.ci_ub is None:
            return text
        return f"{text} [{self.effect(e.ci_lb, measure)}, {self.effect(e.ci_ub, measure)}]"

    def p(self, p: float | None) -> str:
        """Write a p value with its sign: ``= 0.02``, ``< 0.001``."""
        if p is None or not math.isfinite(p):
            return NONE
        if p < 0.001:
            return f"< {self.fixed(0.001, 3)}"
        return f"= {self.fixed(p, 3 if p < 0.0995 else 2)}"

    def date(self, iso: str) -> str:
        """Write an ISO date (or the day of an ISO time) in full; anything else as it is."""
        try:
            day = date.fromisoformat(iso[:10])
        except ValueError:
            return iso
        return format_date(day, format="long", locale=self.locale)
