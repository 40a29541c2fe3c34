"""The moderators of a reference case: R formulas of sums, factors by treatment coding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ranvier.stats.qualify.compare import Unsupported, column

__all__ = ["design"]


def design(formula: str, inputs: Mapping[str, Any]) -> tuple[np.ndarray, list[str]]:
    """Build the columns of ``~ a + factor(b)`` without the intercept, and name them as R does."""
    right = formula.replace(" ", "").removeprefix("~")
    if re.search(r"[-*:^|()]", re.sub(r"factor\((\w+)\)", r"\1", right)):
        raise Unsupported(f"formula {formula}")
    parts: list[np.ndarray] = []
    names: list[str] = []
    for term in right.split("+"):
        variable = re.sub(r"factor\((\w+)\)", r"\1", term)
        if variable == "1":
            continue
        values = inputs[variable]
        if variable == term and not any(isinstance(x, str) for x in values):
            parts.append(column(values))
            names.append(term)
            continue
        levels = sorted(set(values))
        for level in levels[1:]:
            parts.append(np.array([float(x == level) for x in values]))
            names.append(
                f"{term}{level:g}" if isinstance(level, (int, float)) else f"{term}{level}"
            )
    return np.column_stack(parts), names
