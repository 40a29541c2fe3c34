"""Pool subgroups of studies, and test whether they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import Control, Method
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import Test
from ranvier.stats.printing import show_interval, show_p
from ranvier.stats.rma import RmaResult, rma, variances
from ranvier.stats.tau2 import estimate_tau2

__all__ = ["Subgroups", "subgroups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """What :func:`subgroups` found.

    Attributes
    ----------
    names : tuple of str
        In the order of their first study.
    groups : tuple of RmaResult
        Each subgroup pooled alone (with the common tau2, if asked for).
    Q, df, Qp : float
        Test of differences between subgroups under random effects.
    Q_common : float
        The same under equal effects.
    """

    names: tuple[str, ...]
    groups: tuple[RmaResult, ...]
    Q: float
    df: int
    Qp: float
    Q_common: float

    def __str__(self) -> str:
        lines: list[str] = []
        for name, g in zip(self.names, self.groups, strict=True):
            interval = show_interval(g.ci_lb, g.ci_ub)
            lines.append(f"{name} (k = {g.k}): {g.estimate:.4f} {interval}, tau2 {g.tau2:.4f}")
        lines.append(f"Differences: Q(df = {self.df}) = {self.Q:.4f}, {show_p(self.Qp)}")
        return "\n".join(lines)


def subgroups(
    yi: ArrayLike,
    vi: ArrayLike | None = None,
    *,
    by: Sequence[str],
    sei: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    common_tau2: bool = False,
    control: Control = "exact",
) -> Subgroups:
    """Pool each subgroup and test the difference.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors. Rows with a missing value are left out.
    by : sequence of str, shape (k,)
        The subgroup of each study.
    method, test, level, control
        As in :func:`rma`.
    common_tau2 : bool
        One tau2 for all, estimated within subgroups (as a meta-regression on them does); better
        where subgroups are small.

    Returns
    -------
    Subgroups

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009). Introduction to Meta-Analysis,
    chapter 19.

    Examples
    --------
    >>> found = subgroups([0.1, 0.2, 0.6, 0.7], [0.02] * 4, by=["a", "a", "b", "b"])
    >>> [round(g.estimate, 2) for g in found.groups], round(found.Q, 2)
    ([0.15, 0.65], 12.5)
    """
    y, v = as_effects(yi, variances(vi, sei))
    labels = np.asarray([str(x) for x in by])
    if len(labels) != len(y):
        raise InputError(f"by must have {len(y)} rows; it has {len(labels)}.")
    known = ~(np.isnan(y) | np.isnan(v))
    names = tuple(dict.fromkeys(str(x) for x in labels[known]))
    if len(names) < 2:
        raise InputError("A comparison of subgroups needs at least two with studies.")
    inside = [known & (labels == name) for name in names]
    tau2: float | None = None
    if common_tau2:
        X = np.column_stack([rows[known].astype(np.float64) for rows in inside])
        tau2 = float(
            estimate_tau2(Batch.of(y[known], v[known], X), method, control=control).tau2[0]
        )
    groups = tuple(
        rma(y[rows], v[rows], method=method, test=test, level=level, tau2=tau2, control=control)
        for rows in inside
    )
    equal = [rma(y[rows], v[rows], method="EE") for rows in inside]
    df = len(names) - 1
    q = _between([(g.estimate, g.se) for g in groups])
    return Subgroups(
        names=names,
        groups=groups,
        Q=q,
        df=df,
        Qp=float(chi2.sf(q, df)),
        Q_common=_between([(g.estimate, g.se) for g in equal]),
    )


def _between(pooled: list[tuple[float, float | None]]) -> float:
    """Cochran's Q of subgroup estimates."""
    if any(se is None or se == 0 for _, se in pooled):
        raise InputError("A subgroup has no standard error.", remedy="Use test z, or merge it.")
    y: Vector = np.array([estimate for estimate, _ in pooled])
    w = np.array([1 / (se or 1.0) ** 2 for _, se in pooled])
    return float(w @ (y - (w @ y) / w.sum()) ** 2)
