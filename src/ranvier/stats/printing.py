"""How numbers are shown: rounded, and a dash where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "RATIOS",
    "defined",
    "read_as",
    "show",
    "show_coefficients",
    "show_interval",
    "show_p",
    "show_range",
    "stars",
]

#: Measures held as logarithms and shown as ratios.
RATIOS = frozenset(
    {"RR", "OR", "PETO", "HR", "IRR", "ROM", "MPRR", "MPOR", "MPORC", "MPORM", "MPPETO", "PLN",
     "MNLN", "IRLN", "VR", "CVR", "SDLN", "CVLN", "ROMC", "VRC", "CVRC"}
)  # fmt: skip


#: What the figures of a measure are once turned back, where the code alone does not say it.
_WORDS = {
    "PLO": "proportion", "PLN": "proportion", "PAS": "proportion", "PR": "proportion",
    "ZCOR": "correlation", "COR": "correlation", "UCOR": "correlation", "IR": "rate",
    "IRLN": "rate", "IRS": "rate", "MN": "mean", "MNLN": "mean", "GEN": "",
}  # fmt: skip


def read_as(measure: str) -> tuple[str, Callable[[float], float]]:
    """Say what a measure is read as, and how a figure is turned back to that.

    Returns
    -------
    (str, callable)
        The word (the code itself where people know it) and the way back from the pooled scale.

    Examples
    --------
    >>> word, back = read_as("PLO")
    >>> word, back(0.0)
    ('proportion', 0.5)
    """
    word = _WORDS.get(measure, measure)
    if measure in RATIOS:
        return word, _exp
    return word, _BACK.get(measure, _same)


def _exp(x: float) -> float:
    """Turn a logarithm back; past the largest double it is infinite."""
    return math.exp(x) if x < 709 else math.inf


def _same(x: float) -> float:
    return x


_BACK: dict[str, Callable[[float], float]] = {
    "PLO": lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "PAS": lambda x: math.sin(min(max(x, 0.0), math.pi / 2)) ** 2,
    "ZCOR": math.tanh,
    "IRS": lambda x: max(x, 0.0) ** 2,
}


def defined(x: float) -> float | None:
    """Give None for what is not a finite number."""
    return float(x) if math.isfinite(x) else None


def show(x: float | None, digits: int = 4) -> str:
    """Round to ``digits`` decimals, or to as many figures where decimals would show nothing."""
    if x is None or math.isnan(x):
        return "–"
    plain = x == 0 or 10.0**-digits <= abs(x) < 1e9
    return f"{x:.{digits}f}" if plain else f"{x:.{digits}g}"


def show_interval(lower: float | None, upper: float | None, digits: int = 4) -> str:
    """Show both bounds in brackets."""
    return f"[{show(lower, digits)}, {show(upper, digits)}]"


def show_range(lower: float | None, upper: float | None, digits: int = 2) -> str:
    """Show both bounds as prose does.

    Examples
    --------
    >>> show_range(-1.067, -0.362)
    '-1.07 to -0.36'
    """
    return f"{show(lower, digits)} to {show(upper, digits)}"


def show_p(p: float | None) -> str:
    """Show a p value as it is printed: never as 0.

    Examples
    --------
    >>> show_p(0.00002), show_p(0.0206)
    ('p < 0.0001', 'p = 0.0206')
    """
    if p is None or math.isnan(p):
        return "p –"
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def stars(p: float | None) -> str:
    """Mark a p value as R does."""
    if p is None or math.isnan(p):
        return ""
    limits = ((0.001, "***"), (0.01, "**"), (0.05, "*"), (0.1, "."))
    return next((mark for limit, mark in limits if p < limit), "")


def _cell(name: str, x: float | None) -> str:
    if name == "pval" and x is not None and not math.isnan(x):
        return "<.0001" if x < 0.0001 else f"{x:.4f}"
    return f"{x:g}" if name == "df" and x is not None else show(x)


def show_coefficients(
    columns: Mapping[str, Sequence[float | None]], names: Sequence[str] = ()
) -> list[str]:
    """Lay coefficients out as metafor prints them: a head, and one line each.

    Examples
    --------
    >>> print("\\n".join(show_coefficients({"estimate": [0.374], "pval": [0.0145]})))
    estimate    pval
      0.3740  0.0145  *
    """
    cells = {
        name: [name, *(_cell("pval" if name == "pval" else name, x) for x in values)]
        for name, values in columns.items()
    }
    if "pval" in columns:
        cells[""] = ["", *(stars(p) for p in columns["pval"])]
    labels = ["", *names] if names else []
    wide = max((len(label) for label in labels), default=0)
    lines: list[str] = []
    for i, row in enumerate(zip(*cells.values(), strict=True)):
        parts = [labels[i].ljust(wide)] if names else []
        for name, cell in zip(cells, row, strict=True):
            width = max(len(x) for x in cells[name])
            parts.append(cell.rjust(width) if name else cell)
        lines.append("  ".join(parts).rstrip())
    return lines
