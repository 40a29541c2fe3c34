"""2x2 tables as the R package meta pools them: RevMan's "M-H, Random" and its common effect.

meta and metafor agree on the Mantel-Haenszel estimate, but not on the studies' own effects where a
cell is empty (whether the constant is added once or twice to a group's size, and whether a risk
difference is corrected at all), nor on the Q that tau2 is estimated from: meta and RevMan take it
around the Mantel-Haenszel estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_counts
from ranvier.stats.effects import escalc, table_from
from ranvier.stats.mantel_haenszel import rma_mh
from ranvier.stats.measures.counts import Table, corrected_table, double_zero
from ranvier.stats.r_code import RCall
from ranvier.stats.result import Result
from ranvier.stats.rma import RmaResult, rma

__all__ = ["MetaBinary", "meta_binary", "meta_binary_effects"]

BinaryMeasure = Literal["OR", "RR", "RD"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetaBinary(Result):
    """Common effect (Mantel-Haenszel), Q around it, and the random-effects pool made from it."""

    DOES: ClassVar[str] = (
        "Tables were pooled by Mantel and Haenszel's method and by a random-effects model "
        "with DerSimonian and Laird's tau2, its Q taken around the Mantel-Haenszel estimate."
    )
    CITES: ClassVar[tuple[str, ...]] = ("mantel1959", "dersimonian1986")

    common: float
    se_common: float
    Q: float
    tau2: float
    random: RmaResult


def meta_binary_effects(table: Table, measure: BinaryMeasure) -> tuple[Vector, Vector]:
    """Calculate effects and variances as meta does; nan for ratios without events in both groups.

    0.5 is added to the cells of a study with an empty one; in a risk ratio the group's size grows
    by 0.5 only (Pettigrew et al. 1986), and a risk difference keeps its observed risks.
    """
    add = np.where(table.has_zero, 0.5, 0.0)
    t = corrected_table(table, table.has_zero, 0.5)
    if measure == "RD":
        observed = escalc("RD", ai=table.ai, bi=table.bi, ci=table.ci, di=table.di, to="none")
        spread = escalc("RD", ai=t.ai, bi=t.bi, ci=t.ci, di=t.di, to="none")
        return observed.yi, spread.vi
    gone = np.where(double_zero(table), np.nan, 0.0)
    if measure == "RR":
        t = Table(ai=t.ai, bi=t.bi - add, ci=t.ci, di=t.di - add)
    found = escalc(measure, ai=t.ai, bi=t.bi, ci=t.ci, di=t.di, to="none")
    return found.yi + gone, found.vi + gone


def meta_binary(
    ai: ArrayLike, bi: ArrayLike, ci: ArrayLike, di: ArrayLike, *, measure: BinaryMeasure = "RR"
) -> MetaBinary:
    """Pool 2x2 tables as ``metabin(method = "MH", method.tau = "DL")`` of the R package meta does.

    Parameters
    ----------
    ai, bi, ci, di : array_like, shape (k,)
        Events and non-events in group 1, then in group 2.
    measure : {"OR", "RR", "RD"}
        Effect measure; ratios as logs.

    Returns
    -------
    MetaBinary
        Its ``random`` part is what RevMan 5 calls "M-H, Random".

    Examples
    --------
    >>> fit = meta_binary([15, 12, 29], [118, 57, 215], [9, 11, 10], [124, 54, 231])
    >>> round(fit.common, 4), round(fit.random.estimate, 4)
    (0.6016, 0.5424)
    """
    c = as_counts({"ai": ai, "bi": bi, "ci": ci, "di": di})
    table = table_from(measure, c)
    yi, vi = meta_binary_effects(table, measure)
    zeros = corrected_table(table, table.has_zero, 0.5)
    if measure == "RD":
        # Observed risks, weighed by the corrected sizes; Greenland and Robins' variance.
        w = zeros.n1i * zeros.n2i / np.maximum(zeros.n1i + zeros.n2i, 1.0)
        if not w.sum() > 0:
            raise InputError(
                "No study has two groups with patients.", remedy="Check n.e and n.c of each row."
            )
        common = float((w @ yi) / w.sum())
        se = rma_mh(
            zeros.ai, zeros.bi, zeros.ci, zeros.di, measure="RD", add=(0, 0),
            drop00=(False, False), rd_variance="greenland_robins",
        ).se  # fmt: skip
    else:
        pooled = rma_mh(ai, bi, ci, di, measure=measure, zero_cells="half_also_when_pooling")
        common = float("nan") if pooled.estimate is None else pooled.estimate
        se = pooled.se
    keep = ~(np.isnan(yi) | np.isnan(vi))
    y, w = yi[keep], 1 / vi[keep]
    q = float((w * (y - common) ** 2).sum())
    free = float(w.sum() - (w @ w) / w.sum()) if len(y) > 1 else 0.0
    tau2 = max(0.0, (q - (len(y) - 1)) / free) if free > 0 else 0.0
    return MetaBinary(
        common=common,
        se_common=float("nan") if se is None else se,
        Q=q,
        tau2=tau2,
        random=rma(yi, vi, method="DL", tau2=tau2, measure=measure),
        call=RCall(
            package="meta",
            function="metabin",
            columns={
                "event.e": table.ai, "n.e": table.n1i, "event.c": table.ci, "n.c": table.n2i,
            },
            options={"sm": measure, "method": "MH", "method.tau": "DL"},
        ),
    )  # fmt: skip
