"""Pooling 2x2 tables: by Mantel-Haenszel, Peto or inverse variance, zero cells by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from ranvier.errors import InputError
from ranvier.stats import escalc, rma_mh, rma_peto
from ranvier.stats.arrays import Vector
from ranvier.stats.effects import Measure
from ranvier.stats.mantel_haenszel import MhResult
from ranvier.stats.printing import RATIOS
from ranvier.stats.zero_cells import ZERO_CELLS, ZeroCellsName
from ranvier.synthesis.fit import Fit, fit_effects, one_of

__all__ = ["TABLE_MEASURES", "Tables", "fit_tables"]

#: Measures of a 2x2 table.
TABLE_MEASURES = (
    "RR", "OR", "RD", "PETO", "AS", "PHI", "ZPHI", "YUQ", "YUY", "PBIT", "OR2D", "OR2DL", "OR2DN",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """2x2 tables as arrays: events and sizes of group 1, then of group 2."""

    e1: Vector
    n1: Vector
    e2: Vector
    n2: Vector

    def __len__(self) -> int:
        return len(self.e1)


def fit_tables(
    tables: Tables,
    measure: str,
    *,
    method: str,
    tau2: str | None = None,
    zero_cells: str = "none",
    double_zero: Literal["drop", "keep"] = "drop",
    interval: str = "wald",
    level: float = 0.95,
) -> Fit:
    """Pool 2x2 tables.

    Parameters
    ----------
    method : {"MH", "IV", "PETO"}
    tau2 : str or None
        Estimator of the variance between studies; ``None`` for one common effect.
    zero_cells, double_zero
        The zero-cell convention by name, and whether studies without events are left out.
    interval : str
        A name of :data:`INTERVALS`.

    Raises
    ------
    InputError
        If a name is unknown, a combination does not exist, or nothing is left to pool.
    """
    one_of("effect measure of two arms", measure, TABLE_MEASURES)
    one_of("zero-cell convention", zero_cells, tuple(ZERO_CELLS))
    one_of("method", method, ("MH", "IV", "PETO"))
    if method == "PETO" or measure == "PETO":
        return _peto(tables, measure, method, tau2, interval, level)
    if method == "MH":
        return _mantel_haenszel(tables, measure, tau2, zero_cells, double_zero, interval, level)
    convention = cast("ZeroCellsName", zero_cells)
    drop = double_zero == "drop"
    effects = escalc(
        cast("Measure", measure),
        ai=tables.e1,
        n1i=tables.n1,
        ci=tables.e2,
        n2i=tables.n2,
        to=_half_only(convention),
        drop00=drop,
    )
    fit = fit_effects(effects.yi, effects.vi, measure, tau2=tau2, interval=interval, level=level)
    return replace(fit, notes=(*effects.notes, *fit.notes))


def _half_only(convention: ZeroCellsName) -> Literal["only0", "none"]:
    """Return which studies get 0.5 for their own effect."""
    if convention in ("treatment_arm", "empirical"):
        raise InputError(
            f"Zero cells by {convention!r} are for Mantel-Haenszel.",
            remedy="Use 'none' or 'half_individual' with inverse variance.",
        )
    return "none" if convention == "none" else "only0"


def _peto(
    tables: Tables, measure: str, method: str, tau2: str | None, interval: str, level: float
) -> Fit:
    if measure not in ("PETO", "OR") or method == "MH":
        raise InputError(
            f"Peto's method gives an odds ratio, not {measure} by {method}.",
            remedy="Use measure PETO with method PETO.",
        )
    if tau2 is not None or interval != "wald" or method == "IV":
        return fit_effects(
            *_peto_effects(tables), "PETO", tau2=tau2, interval=interval, level=level
        )
    found = rma_peto(tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, level=level)
    return _from_mh(found, "PETO")


def _peto_effects(tables: Tables) -> tuple[Vector, Vector]:
    effects = escalc("PETO", ai=tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, to="none")
    return effects.yi, effects.vi


def _mantel_haenszel(
    tables: Tables,
    measure: str,
    tau2: str | None,
    zero_cells: str,
    double_zero: str,
    interval: str,
    level: float,
) -> Fit:
    if measure not in ("RR", "OR", "RD"):
        raise InputError(
            f"Mantel-Haenszel pools RR, OR and RD, not {measure}.",
            remedy="Use method IV for other measures.",
        )
    convention = ZERO_CELLS[cast("ZeroCellsName", zero_cells)]
    drop = double_zero == "drop"
    to = convention.to if measure != "RD" else (convention.to[0], "none")
    if tau2 is None and interval != "wald":
        raise InputError(
            f"Mantel-Haenszel has a normal interval, not {interval!r}.",
            remedy="Use interval wald, or method IV.",
        )
    # RevMan 5 takes Greenland and Robins' variance of the risk difference, metafor Sato's.
    revman = zero_cells == "half_also_when_pooling"
    rd_variance: Literal["sato", "greenland_robins"] = "greenland_robins" if revman else "sato"
    if convention.size != "half":
        found = rma_mh(
            tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, measure=measure,
            zero_cells=convention.name, rd_variance=rd_variance, level=level,
        )  # fmt: skip
    else:
        found = rma_mh(
            tables.e1, n1i=tables.n1, ci=tables.e2, n2i=tables.n2, measure=measure,
            add=(0.5, 0.5), to=to, drop00=(drop, drop), rd_variance=rd_variance, level=level,
        )  # fmt: skip
    if tau2 is None:
        return _from_mh(found, measure)
    if tau2 != "DL":
        raise InputError(
            f"Mantel-Haenszel with random effects estimates tau2 by DL, not {tau2}.",
            remedy="Use method IV for other estimators.",
        )
    return _revman_random(found, measure, interval, level)


def _revman_random(found: MhResult, measure: str, interval: str, level: float) -> Fit:
    """Pool as RevMan 5 does by "M-H, random": tau2 by DL from the Q around its own estimate."""
    w = 1 / found.effects.vi[np.isfinite(found.effects.vi) & (found.effects.vi > 0)]
    spread = float(w.sum() - (w @ w) / w.sum()) if len(w) else 0.0
    between = max(0.0, (found.QE - (len(w) - 1)) / spread) if len(w) > 1 else 0.0
    fit = fit_effects(
        found.effects.yi, found.effects.vi, measure,
        tau2="DL", interval=interval, level=level, between=between,
    )  # fmt: skip
    return replace(
        fit, QE=found.QE, QE_p=found.QEp, I2=found.I2, H2=found.H2,
        notes=(*found.effects.notes, *fit.notes),
    )  # fmt: skip


def _from_mh(found: MhResult, measure: str) -> Fit:
    own = int((np.isfinite(found.effects.vi) & (found.effects.vi > 0)).sum())
    silent = [
        f"study {i + 1}: no effect of its own (an empty cell); it counts in the pooled sums"
        for i in found.effects.dropped
        if not any(note.startswith(f"study {i + 1}:") for note in found.notes)
    ]
    return Fit(
        measure=measure,
        scale="log" if measure in RATIOS else "natural",
        k=found.k if found.method == "MH" else int((found.weights > 0).sum()),
        yi=found.effects.yi,
        vi=found.effects.vi,
        weights=found.weights,
        estimate=found.estimate,
        se=found.se,
        ci_lb=found.ci_lb,
        ci_ub=found.ci_ub,
        stat=found.stat,
        p=found.pval,
        I2=found.I2 if own > 1 else None,
        H2=found.H2 if own > 1 else None,
        QE=found.QE if own > 1 else None,
        QE_df=own - 1 if own > 1 else None,
        QE_p=found.QEp if own > 1 else None,
        notes=(*found.notes, *silent),
    )
