"""Pool 2x2 tables by Peto's one-step odds ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import as_counts
from ranvier.stats.effects import escalc, table_from
from ranvier.stats.mantel_haenszel import MhResult, MhTests, assemble
from ranvier.stats.r_code import RCall

__all__ = ["rma_peto"]


def rma_peto(
    ai: ArrayLike,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    *,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    level: float = 0.95,
    slab: Sequence[str] | None = None,
) -> MhResult:
    """Pool 2x2 tables by Peto's method: sum of (O - E) over sum of V.

    Parameters
    ----------
    ai, bi, ci, di : array_like, shape (k,)
        Events and non-events in group 1, then in group 2.
    n1i, n2i : array_like, shape (k,)
        Group sizes, in place of ``bi`` and ``di``.
    level : float
        Of the interval, between 0 and 1.
    slab : sequence of str or None
        Names of the studies.

    Returns
    -------
    MhResult
        Log odds ratio. Studies without events, or without non-events, have no effect and a weight
        of 0; nothing is ever added.

    Raises
    ------
    InputError
        If a count is missing or negative, or no study has both events and non-events.

    Notes
    -----
    Cells are not corrected for the studies' own effects either (metafor adds 0.5 there, which
    changes its Q, not its estimate). As in metafor, a study with an empty group counts in the
    degrees of freedom of Q, though not in Q. Biased where effects are large or groups of
    unequal size.

    References
    ----------
    Yusuf S, Peto R, Lewis J, Collins R, Sleight P (1985). Beta blockade during and after
    myocardial infarction. Progress in Cardiovascular Diseases 27:335-371.
    doi:10.1016/S0033-0620(85)80003-7

    Examples
    --------
    >>> fit = rma_peto([5, 11, 5], n1i=[5, 16, 6], ci=[0, 0, 1], n2i=[5, 16, 6])
    >>> round(float(np.exp(fit.estimate)), 2)
    19.35
    """
    given = {"ai": ai, "bi": bi, "ci": ci, "di": di, "n1i": n1i, "n2i": n2i}
    t = table_from("PETO", as_counts({n: x for n, x in given.items() if x is not None}))
    n = t.n1i + t.n2i
    v = np.zeros_like(n)
    some = n > 1
    spread = (t.ai + t.ci) * (t.bi + t.di) * t.n1i * t.n2i
    v[some] = spread[some] / (n[some] ** 2 * (n[some] - 1))
    if v.sum() == 0:
        raise InputError("No study has both events and non-events: nothing to compare.")
    o_e = t.ai - (t.ai + t.ci) * t.n1i / np.where(n > 0, n, 1)
    effects = escalc("PETO", ai=t.ai, bi=t.bi, ci=t.ci, di=t.di, to="none")
    estimate = float(o_e.sum() / v.sum())
    notes = tuple(
        f"study {i + 1}: no events, or no non-events; weight 0" for i in np.flatnonzero(v == 0)
    )
    return assemble(
        estimate, float(1 / v.sum()), v, np.ones(len(v), dtype=bool), effects, "PETO", level,
        tests=MhTests(MH=None, MHp=None), method="PETO", notes=notes, slab=slab,
        tables=int(np.sum((t.ai + t.ci > 0) & (t.bi + t.di > 0))),
        call=RCall(
            function="rma.peto",
            columns={"ai": t.ai, "bi": t.bi, "ci": t.ci, "di": t.di, "slab": slab},
            options={"level": None if level == 0.95 else 100 * level},
        ),
    )  # fmt: skip
