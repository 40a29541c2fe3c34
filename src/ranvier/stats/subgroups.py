"""Pool subgroups of studies, and test whether they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import Test
from ranvier.stats.printing import show_interval, show_p
from ranvier.stats.r_code import RCall
from ranvier.stats.references import cited
from ranvier.stats.result import Columns, Report, Result
from ranvier.stats.rma import RmaResult, rma, variances
from ranvier.stats.rma import labels as labels_of
from ranvier.stats.source import Data, takes_fit
from ranvier.stats.tau2 import estimate_tau2

__all__ = ["Subgroups", "subgroups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups(Result):
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
    overall : RmaResult
        All studies pooled without regard to subgroups.
    by : tuple of str
        The subgroup of each study given.
    """

    DOES: ClassVar[str] = (
        "Subgroups of studies were pooled and compared by a test of the difference between "
        "their estimates."
    )
    CITES: ClassVar[tuple[str, ...]] = ("borenstein2009",)

    names: tuple[str, ...]
    groups: tuple[RmaResult, ...]
    Q: float
    df: int
    Qp: float
    Q_common: float
    overall: RmaResult
    by: tuple[str, ...]

    def __str__(self) -> str:
        lines: list[str] = []
        for name, g in zip(self.names, self.groups, strict=True):
            interval = show_interval(g.ci_lb, g.ci_ub)
            lines.append(f"{name} (k = {g.k}): {g.estimate:.4f} {interval}, tau2 {g.tau2:.4f}")
        lines.append(f"Differences: Q(df = {self.df}) = {self.Q:.4f}, {show_p(self.Qp)}")
        return "\n".join([*lines, *self.notes])

    def tidy(self) -> Columns:
        """Return one row a subgroup, as columns under broom's names."""
        rows = [group.tidy() for group in self.groups]
        joined = {name: [row[name][0] for row in rows] for name in rows[0]}
        return {**joined, "term": list(self.names), "tau.squared": [g.tau2 for g in self.groups]}

    def glance(self) -> Columns:
        """Return the test of differences between subgroups."""
        return {
            "cochran.qb": [self.Q],
            "df": [self.df],
            "p.value.cochran.qb": [self.Qp],
            "nobs": [sum(g.k for g in self.groups)],
            "method": [self.groups[0].method],
        }

    def report(self) -> Report:
        """Return sentences for a paper, with references."""
        whole = self.overall.report()
        parts = [
            f"{name}: {group.report().results}"
            for name, group in zip(self.names, self.groups, strict=True)
        ]
        test = f"Difference between subgroups: Q = {self.Q:.2f}, df = {self.df}, {show_p(self.Qp)}."
        return Report(
            methods=f"{whole.methods} {self.DOES}",
            results=" ".join([whole.results, *parts, test]),
            references=tuple(sorted({*whole.references, *cited(*self.CITES)})),
        )


@takes_fit()
def subgroups(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    by: Sequence[str],
    sei: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    measure: str = "GEN",
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
    method, test, level, slab, measure, control
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
    studies = labels_of(slab, len(y))
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
        rma(
            y[rows],
            v[rows],
            method=method,
            # A study alone has no degree of freedom, but a normal interval of its own.
            test=test if rows.sum() > 1 else "z",
            level=level,
            tau2=tau2,
            control=control,
            slab=[studies[i] for i in np.flatnonzero(rows).tolist()],
            measure=measure,
        )
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
        overall=rma(
            y,
            v,
            method=method,
            test=test,
            level=level,
            slab=slab,
            measure=measure,
            control=control,
        ),
        by=tuple(str(x) for x in labels),
        notes=(
            *(
                f"subgroup {name} is one study: its interval is normal"
                for name, rows in zip(names, inside, strict=True)
                if rows.sum() == 1 and test != "z"
            ),
            *(note for g in groups for note in g.notes),
        ),
        call=RCall(
            package="meta",
            function="metagen",
            columns={"TE": y, "seTE": np.sqrt(v), "subgroup": labels.tolist(), "studlab": studies},
            options={
                "sm": None if measure == "GEN" else measure,
                "method.tau": method if method not in FIXED else None,
                "random": False if method in FIXED else None,
                "method.random.ci": "HK" if test == "knha" else None,
                "tau.common": common_tau2,
                "level": None if level == 0.95 else level,
            },
        ),
    )


def _between(pooled: list[tuple[float, float | None]]) -> float:
    """Cochran's Q of subgroup estimates."""
    if any(se is None or se == 0 for _, se in pooled):
        raise InputError("A subgroup has no standard error.", remedy="Use test z, or merge it.")
    y: Vector = np.array([estimate for estimate, _ in pooled])
    w = np.array([1 / (se or 1.0) ** 2 for _, se in pooled])
    return float(w @ (y - (w @ y) / w.sum()) ** 2)
