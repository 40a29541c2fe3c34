"""How numbers are shown: rounded, and a dash where there is none."""

from __future__ import annotations

import math

__all__ = ["defined", "show", "show_interval", "show_p"]


def defined(x: float) -> float | None:
    """Give None for what is not a finite number."""
    return float(x) if math.isfinite(x) else None


def show(x: float | None, digits: int = 4) -> str:
    """Round to ``digits`` decimals."""
    return "–" if x is None else f"{x:.{digits}f}"


def show_interval(lower: float | None, upper: float | None, digits: int = 4) -> str:
    """Show both bounds in brackets."""
    return f"[{show(lower, digits)}, {show(upper, digits)}]"


def show_p(p: float | None) -> str:
    """Show a p value as it is printed: never as 0.

    Examples
    --------
    >>> show_p(0.00002), show_p(0.0206)
    ('p < 0.0001', 'p = 0.0206')
    """
    if p is None:
        return "p –"
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"
