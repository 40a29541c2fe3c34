"""Differences of effect sizes that are no disagreement; each is shown by computation, and said.

1. *Rows without input.* A case expects more rows than its columns have. Each row stands for itself
   here, so those that were given are compared, and the others cannot be.
2. *A tetrachoric correlation* is held by the log-likelihood of its table, at 1e-4
   (reference/synthesis/README.md): R searches for it by Nelder and Mead's method. With one empty
   cell it is 1 or -1, and the likelihood has no curvature there: R's variance is then the inverse
   of a rounding error.
3. *A bound of 0 or 1.* Wilson's bound for no events, or only events, is 0 or 1. On the log or logit
   scale it is infinite, in R the logit of 1 less a rounding error (36.7) where rounding leaves one.
4. *A series, summed.* The unbiased correlation is a hypergeometric series of positive terms. Summed
   with 50 digits it lies between two bounds; ours does, and the reference's does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from scipy.special import ndtri

from ranvier.stats.measures.tetrachoric import normal_corner
from ranvier.stats.qualify.compare import Case, Difference, column, compare, inputs_of, options_of
from ranvier.stats.qualify.tolerance import tolerance

__all__ = ["by_edges", "by_given_rows", "by_series", "by_table"]

#: Absolute, of the log-likelihood of a table.
SAME = 1e-4
#: Logits beyond this are of probabilities that differ from 0 or 1 by a rounding error.
ROUNDED = 36.0
#: Terms of a series, and digits they are summed with.
MOST_TERMS, DIGITS = 200_000, 50

Left = tuple[Difference, ...]
Excused = tuple[Left, str | None]


def _row(d: Difference, name: str) -> int | None:
    """Row of a difference in a column, from 0; None for another column."""
    if d.name == name:
        return 0
    if d.name.startswith(f"{name}[") and d.name.endswith("]"):
        return int(d.name[len(name) + 1 : -1])
    return None


def by_given_rows(case: Case, ours: Mapping[str, Any], left: Left) -> Excused:
    """Compare the rows that have input, where a case has rows without."""
    family = str(case.get("family"))
    if not (family.startswith("escalc_") or family == "convert"):
        return left, None
    lengths = {len(x) for x in inputs_of(case).values() if isinstance(x, list)}
    expected = case["expected"]
    rows = {len(x) for x in expected.values() if isinstance(x, list)}
    if len(lengths) != 1 or len(rows) != 1 or min(rows) <= min(lengths):
        return left, None
    given, wanted = min(lengths), min(rows)
    cut = {name: x[:given] for name, x in expected.items()}
    found = compare(ours, cut, tolerance(case))
    said = f"{wanted} rows are expected, and {given} have input: those are compared"
    return found.differences, said


def by_table(case: Case, ours: Mapping[str, Any], left: Left) -> Excused:
    """Hold tetrachoric correlations by the likelihood of their tables."""
    if options_of(case).get("measure") not in ("RTET", "ZTET") or not left:
        return left, None
    cells = [column(inputs_of(case)[name]) for name in ("ai", "bi", "ci", "di")]
    expected = column(case["expected"]["yi"])
    z = options_of(case)["measure"] == "ZTET"
    rest: list[Difference] = []
    losses, edges = list[float](), list[str]()
    for d in left:
        i, j = _row(d, "yi"), _row(d, "vi")
        if i is not None and d.kind == "value":
            loss = _loss([float(x[i]) for x in cells], np.tanh(d.theirs) if z else d.theirs)
            if loss <= SAME:
                losses.append(loss)
                continue
        if j is not None and d.kind == "lack" and abs(expected[j]) == 1:
            edges.append(d.name)
            continue
        rest.append(d)
    said: list[str] = []
    if losses:
        said.append(f"{len(losses)} of yi: their tables' likelihood is within {max(losses):.1g}")
    if edges:
        said.append(f"{', '.join(edges)}: an empty cell, so the variance has no value")
    return tuple(rest), "; ".join(said) or None


def _loss(cells: list[float], r: float) -> float:
    """How much likelihood of a table another correlation loses, its cuts kept."""
    n = sum(cells)
    row, col = (cells[0] + cells[1]) / n, (cells[0] + cells[2]) / n
    one = np.ones(1)
    corner = float(normal_corner(ndtri(row) * one, ndtri(col) * one, r * one)[0])
    p = [corner, row - corner, col - corner, 1 - row - col + corner]
    if min(p) <= 0:
        return float("inf")
    return sum(x * np.log(x / n / q) for x, q in zip(cells, p, strict=True) if x > 0)


def by_edges(case: Case, ours: Mapping[str, Any], left: Left) -> Excused:
    """Excuse bounds that are infinite but for a rounding error."""
    options = options_of(case)
    if options.get("sm") not in ("PLOGIT", "PLN") or options.get("method_ci") != "WS":
        return left, None
    xi, ni = (column(inputs_of(case)[name]) for name in ("xi", "ni"))
    gone: list[Difference] = []
    for d in left:
        low, high = _row(d, "lower"), _row(d, "upper")
        none = low is not None and xi[low] == 0
        full = high is not None and xi[high] == ni[high]
        if d.kind == "lack" and (none or full) and abs(d.theirs) > ROUNDED:
            gone.append(d)
    if not gone:
        return left, None
    said = f"{', '.join(d.name for d in gone)}: infinite but for a rounding error"
    return tuple(d for d in left if d not in gone), said


def by_series(case: Case, ours: Mapping[str, Any], left: Left) -> Excused:
    """Sum the series of unbiased correlations that differ, with bounds of what is left out."""
    if options_of(case).get("measure") != "UCOR" or not left:
        return left, None
    ri, ni = (column(inputs_of(case)[name]) for name in ("ri", "ni"))
    mine, theirs = column(list(ours["yi"])), column(case["expected"]["yi"])
    shown: set[int] = set()
    for i in {_row(d, "yi") for d in left} - {None}:
        assert i is not None
        bounds = _series(float(ri[i]), float(ni[i]))
        if bounds is None:
            continue
        slack = 1e-12 * abs(mine[i])
        inside = bounds[0] - slack <= mine[i] <= bounds[1] + slack
        if inside and not bounds[0] - slack <= theirs[i] <= bounds[1] + slack:
            shown.add(i)
    # A variance is made of the estimate.
    gone = tuple(d for d in left if _row(d, "yi") in shown or _row(d, "vi") in shown)
    if not gone:
        return left, None
    first = next(d for d in gone if _row(d, "yi") is not None)
    said = (
        f"{first}: the series, summed with {DIGITS} digits, gives ours; "
        f"{', '.join(d.name for d in gone)} of the reference rest on a sum that stops early"
    )
    return tuple(d for d in left if d not in gone), said


def _series(r: float, n: float) -> tuple[float, float] | None:
    """Bounds of r times F(1/2, 1/2; (n - 2)/2; 1 - r^2), smaller in size first."""
    if r == 0 or not abs(r) < 1 or n <= 4:
        return None
    with localcontext() as context:
        context.prec = DIGITS
        x, half = Decimal(r), Decimal("0.5")
        z, c = 1 - x * x, (Decimal(n) - 2) / 2
        term = total = Decimal(1)
        for j in range(MOST_TERMS):
            term *= (half + j) ** 2 / ((c + j) * (1 + j)) * z
            total += term
            # From here on each term is less than z times the one before, as (1/2+j)^2 < (c+j)(1+j).
            if term * z / (1 - z) < Decimal("1e-18"):
                ends = sorted((float(x * total), float(x * (total + term * z / (1 - z)))))
                return ends[0], ends[1]
    return None
