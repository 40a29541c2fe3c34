"""The choices an analyst may defend, as data: for each design every specification that exists.

What is left out is left out for a reason that stands beside it, so that the number of analyses says
something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ranvier.core.protocol import Design
from ranvier.core.result import ResultRow, number
from ranvier.stats.prepost import USUAL_R

__all__ = ["CHOICES", "Choice"]

#: Estimators of tau2: RevMan 5's, today's default, and the one the Handbook names beside it.
TAU2 = ("DL", "REML", "PM")

#: Fewer studies give Hartung and Knapp's interval no degrees of freedom to speak of.
HKSJ_FROM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to analyse: fields of an analysis specification, and their names for readers."""

    fields: dict[str, Any]
    named: dict[str, str]


def _choice(measure: str, method: str, **more: Any) -> Choice:
    """Name a choice by its fields."""
    fields = {"measure": measure, "method": method, **more}
    named = {"measure": measure, "method": method, "model": more.get("model", "common")}
    for field, name in (
        ("tau2", "tau2"),
        ("interval", "interval"),
        ("zero_cells", "zero cells"),
        ("double_zero", "studies without events"),
    ):
        if field in more:
            named[name] = str(more[field]).replace("_", " ")
    return Choice(fields=fields, named=named)


def _counts(rows: Sequence[ResultRow]) -> list[tuple[float, float, float, float]]:
    names = ("events_1", "n_1", "events_2", "n_2")
    found = [tuple(number(row, name) for name in names) for row in rows]
    return [(a or 0, m or 0, c or 0, n or 0) for a, m, c, n in found]


def two_arm_binary(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield measure x method x model x tau2 x zero-cell rule x interval.

    Left out: Mantel-Haenszel with 0.5 for the studies' own effects only, which pools the same
    counts as without; methods that are the same for one study; risk ratios and odds ratios of
    studies without events, which hold no information on a ratio. A risk difference by inverse
    variance needs 0.5 where a study has no variance otherwise (5 of 5 against 0 of 5).
    """
    tables = _counts(rows)
    empty = [a + c == 0 or (a == m and c == n) for a, m, c, n in tables]
    informative = len(tables) - sum(empty)
    zero = any(
        not none and 0 in (a, m - a, c, n - c)
        for none, (a, m, c, n) in zip(empty, tables, strict=True)
    )
    if informative == 0:
        yield _choice("RD", "MH", double_zero="keep", interval="wald")
        return
    own = "half_individual" if zero else "none"
    for measure in ("RR", "OR"):
        if informative > 1:
            yield _choice(measure, "MH", zero_cells="none", interval="wald")
            if zero:
                yield _choice(measure, "MH", zero_cells="half_also_when_pooling", interval="wald")
        yield from _inverse_variance(measure, informative, zero_cells=own)
    yield _choice("PETO", "PETO", interval="wald")
    for interval in ("exact", "mid_p"):
        yield _choice("OR", "exact", interval=interval)
    if informative > 1 or any(empty):
        yield _choice("RD", "MH", double_zero="keep", interval="wald")
    if any(empty) and informative > 1:
        yield _choice("RD", "MH", double_zero="drop", interval="wald")
    yield from _inverse_variance("RD", informative, zero_cells=own, double_zero="drop")


def _inverse_variance(measure: str, k: int, **more: Any) -> Iterator[Choice]:
    """Yield one common effect; with two studies or more also random effects."""
    yield _choice(measure, "IV", interval="wald", **more)
    if k < 2:
        return
    for tau2 in TAU2:
        intervals = ("wald", "hksj", "hksj_floor") if k >= HKSJ_FROM else ("wald",)
        for interval in intervals:
            yield _choice(measure, "IV", model="random", tau2=tau2, interval=interval, **more)


def two_arm_continuous(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield differences in the units of the outcome and in standard deviations."""
    for measure in ("MD", "SMD"):
        yield from _inverse_variance(measure, len(rows))


def contrast(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield the models for estimates of one measure; several measures cannot be pooled."""
    measures = {row.measure for row in rows if row.measure is not None}
    if len(measures) == 1:
        yield from _inverse_variance(measures.pop(), len(rows))


def paired_binary(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield effects that keep the pairing, each with the intervals there are for it."""
    for interval in ("mcnemar_exact", "mcnemar_mid_p", "wald"):
        yield _choice("OR", "paired", interval=interval)
    sizes = all(number(row, "n") is not None for row in rows)
    concordant = sizes and all(
        number(row, "both") is not None or number(row, "neither") is not None for row in rows
    )
    if concordant:
        yield _choice("RR", "paired", interval="wald")
        yield _choice("RD", "paired", interval="newcombe")
    if sizes:
        yield _choice("RD", "paired", interval="agresti_min")
        yield _choice("RD", "paired", interval="wald")


def paired_continuous(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield the models for mean differences within people."""
    yield from _inverse_variance("MD", len(rows))


def pre_post(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield one change a correlation of the two times, over a range."""
    for r in USUAL_R:
        made = _choice("MC", "change", correlations=(r,))
        yield Choice(fields=made.fields, named={**made.named, "correlation": f"{r:g}"})


def proportion(rows: Sequence[ResultRow]) -> Iterator[Choice]:
    """Yield the intervals of one proportion; proportions of several studies are not pooled."""
    if len(rows) == 1:
        for interval in ("clopper_pearson", "mid_p", "wilson", "agresti_coull", "jeffreys"):
            yield _choice("PR", "proportion", interval=interval)


#: The choices of each design; a narrative has none.
CHOICES: dict[Design, Callable[[Sequence[ResultRow]], Iterator[Choice]]] = {
    "two_arm_binary": two_arm_binary,
    "two_arm_continuous": two_arm_continuous,
    "contrast": contrast,
    "paired_binary": paired_binary,
    "paired_continuous": paired_continuous,
    "pre_post": pre_post,
    "proportion": proportion,
}
