"""Two conditions on the same people, a yes-or-no outcome: test, effect and interval by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ranvier.errors import InputError
from ranvier.stats import escalc
from ranvier.stats.paired import (
    McNemarMethod,
    mcnemar_test,
    paired_odds_ratio,
    paired_risk_difference,
)
from ranvier.synthesis.arrays import NumberRow
from ranvier.synthesis.fit import fit_effects, one_of, to_natural

__all__ = ["PAIRED_TESTS", "Paired", "paired"]

#: McNemar's test by name.
PAIRED_TESTS: dict[str, McNemarMethod] = {
    "mcnemar_exact": "exact",
    "mcnemar_mid_p": "mid_p",
    "mcnemar_midp": "mid_p",
    "mcnemar": "asymptotic",
    "mcnemar_corrected": "corrected",
}

#: Interval of a paired effect by name; a test's name stands for the interval that goes with it.
_INTERVALS: dict[str, McNemarMethod] = {
    **PAIRED_TESTS,
    "exact": "exact",
    "clopper_pearson": "exact",
    "mid_p": "mid_p",
    "wald": "asymptotic",
    "newcombe": "exact",
    "agresti_min": "asymptotic",
}
_RATIOS = frozenset({"OR", "MPORC"})
_DIFFERENCES = frozenset({"RD", "MPRD"})
_MARGINAL = {"RR": "MPRR", "MPRR": "MPRR", "MPOR": "MPOR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Effect of condition 1 against 2 on its natural scale, and the p value of the test."""

    estimate: float | None
    ci_lb: float | None
    ci_ub: float | None
    p: float | None
    stat: float | None
    se: float | None = None
    notes: tuple[str, ...] = ()


def paired(
    rows: Sequence[NumberRow],
    measure: str,
    *,
    interval: str = "mcnemar_exact",
    test: str | None = None,
    level: float = 0.95,
    sides: Literal[1, 2] = 2,
) -> Paired:
    """Compute a paired effect and McNemar's test.

    Parameters
    ----------
    rows : sequence of NumberRow
        Discordant pairs ``only_1`` and ``only_2``; ``n``, ``both`` and ``neither`` where the
        measure needs them. Each pair is a stratum of its own, so that pairs of several studies
        add up.
    measure : {"OR", "RD", "RR", "MPORC", "MPRD", "MPRR", "MPOR"}
        Conditional odds ratio, difference of risks, ratio of risks; also by metafor's codes.
    interval : str
        ``mcnemar_exact`` (or ``exact``), ``mcnemar_mid_p``, ``wald`` (or ``mcnemar``); for a
        difference of risks also ``newcombe`` and ``agresti_min``.
    test : str or None
        A name of :data:`PAIRED_TESTS`; by default the test that goes with the interval.

    Raises
    ------
    InputError
        If a word is unknown, or a count that the measure needs is missing.
    """
    one_of("interval of a paired effect", interval, tuple(_INTERVALS))
    known = (*_RATIOS, *_DIFFERENCES, *_MARGINAL)
    one_of("effect measure of paired yes-or-no data", measure, tuple(sorted(known)))
    only_1 = int(sum(row["only_1"] for row in rows))
    only_2 = int(sum(row["only_2"] for row in rows))
    method = _INTERVALS[interval] if test is None else PAIRED_TESTS[test]
    tested = mcnemar_test(only_1, only_2, method=method, sides=sides)
    notes = list(tested.notes)
    if len(rows) > 1:
        notes.append("discordant pairs of the studies are added up: each pair is its own stratum")
    if measure in _RATIOS and _INTERVALS[interval] in ("exact", "mid_p"):
        mid_p = _INTERVALS[interval] == "mid_p"
        ratio = paired_odds_ratio(only_1, only_2, level=level, mid_p=mid_p)
        found = ratio.estimate, ratio.ci_lb, ratio.ci_ub, None
        notes += ratio.notes
    elif measure in _DIFFERENCES:
        found = _difference(rows, only_1, only_2, interval, level)
    else:
        found = _wald(rows, "MPORC" if measure in _RATIOS else _MARGINAL[measure], level)
    estimate, low, high, se = found
    return Paired(
        estimate=estimate, ci_lb=low, ci_ub=high, p=tested.pval, stat=tested.stat, se=se,
        notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


_Found = tuple[float | None, float | None, float | None, float | None]


def _cells(rows: Sequence[NumberRow], measure: str) -> tuple[list[float], list[float]]:
    """Return the concordant pairs: with the event twice, and never."""
    both: list[float] = []
    neither: list[float] = []
    for row in rows:
        rest = row["only_1"] + row["only_2"]
        if row.has("both", "neither"):
            both.append(row["both"])
            neither.append(row["neither"])
        elif row.has("both", "n"):
            both.append(row["both"])
            neither.append(row["n"] - rest - row["both"])
        elif row.has("neither", "n"):
            both.append(row["n"] - rest - row["neither"])
            neither.append(row["neither"])
        else:
            raise InputError(
                f"row {row.name!r}: {measure} needs the pairs with the event twice.",
                remedy="Give both (and neither or n), or use the conditional odds ratio, OR.",
            )
    return both, neither


def _difference(
    rows: Sequence[NumberRow], only_1: int, only_2: int, interval: str, level: float
) -> _Found:
    """Difference of risks; Newcombe's interval needs to know the concordant pairs."""
    if interval == "newcombe":
        both, neither = _cells(rows, "Newcombe's interval")
        together, never = int(sum(both)), int(sum(neither))
        method: Literal["newcombe", "agresti_min", "wald"] = "newcombe"
    else:
        # Wald's interval depends on the discordant pairs and on n alone.
        together, never = 0, int(sum(row["n"] for row in rows)) - only_1 - only_2
        method = "agresti_min" if interval == "agresti_min" else "wald"
    found = paired_risk_difference(together, only_1, only_2, never, method=method, level=level)
    return found.estimate, found.ci_lb, found.ci_ub, None


def _wald(rows: Sequence[NumberRow], measure: str, level: float) -> _Found:
    """Ratios on the log scale with a normal interval, from the summed pairs."""
    if measure == "MPORC":
        both, neither = [0.0], [0.0]
    else:
        both, neither = _cells(rows, measure)
    effects = escalc(
        "MPORC" if measure == "MPORC" else "MPRR" if measure == "MPRR" else "MPOR",
        ai=[sum(both)],
        bi=[sum(row["only_1"] for row in rows)],
        ci=[sum(row["only_2"] for row in rows)],
        di=[sum(neither)],
        to="none",
    )
    if not np.isfinite(effects.vi).all():
        return None, None, None, None
    fit = fit_effects(effects.yi, effects.vi, measure, level=level)
    natural = [to_natural(x, "log") for x in (fit.estimate, fit.ci_lb, fit.ci_ub)]
    return natural[0], natural[1], natural[2], fit.se
