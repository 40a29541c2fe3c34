"""Repeat a meta-analysis on data drawn anew, from the fitted model or from the studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector
from ranvier.stats.estimators import Control, Method
from ranvier.stats.fit_table import AT_ONCE, FitTable, fit_table
from ranvier.stats.least_squares import Batch
from ranvier.stats.many import complete
from ranvier.stats.mixed import Test
from ranvier.stats.printing import show, show_interval
from ranvier.stats.result import Columns, Result
from ranvier.stats.rma import RmaResult, rma
from ranvier.stats.source import Data, takes_fit

__all__ = ["Bootstrap", "BootstrapKind", "bootstrap"]

BootstrapKind = Literal["parametric", "nonparametric"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bootstrap(Result):
    """What :func:`bootstrap` found.

    Attributes
    ----------
    fit : RmaResult
        Of the data as they are.
    estimate, tau2, I2 : tuple of float
        Each the value of ``fit`` and the bounds of its percentile interval.
    se : float
        Standard deviation of the estimates.
    table : FitTable
        The fits of the data drawn, one a row.
    """

    DOES: ClassVar[str] = "Percentile intervals were made by a bootstrap."
    CITES: ClassVar[tuple[str, ...]] = ("efron1993",)

    fit: RmaResult
    estimate: tuple[float, float, float]
    tau2: tuple[float, float, float]
    I2: tuple[float, float, float]
    se: float
    kind: BootstrapKind
    seed: int
    level: float
    table: FitTable = field(repr=False)

    def tidy(self) -> Columns:
        """Return one row a quantity, as columns under broom's names."""
        rows = {"overall": self.estimate, "tau^2": self.tau2, "I^2": self.I2}
        return {
            "term": list(rows),
            "estimate": [x[0] for x in rows.values()],
            "conf.low": [x[1] for x in rows.values()],
            "conf.high": [x[2] for x in rows.values()],
        }

    def __str__(self) -> str:
        rows = (("estimate", self.estimate), ("tau2", self.tau2), ("I2 (%)", self.I2))
        lines = [f"Bootstrap ({self.kind}, {len(self.table.k)} samples, seed {self.seed})"]
        lines += [f"{name:<8} {show(x)} {show_interval(lo, hi)}" for name, (x, lo, hi) in rows]
        return "\n".join([*lines, *self.notes])


@takes_fit()
def bootstrap(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    kind: BootstrapKind = "parametric",
    samples: int = 2000,
    seed: int = 0,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> Bootstrap:
    """Repeat a meta-analysis on data drawn anew, for intervals that need no theory.

    Parameters
    ----------
    yi, vi, sei, method, test, level, slab, control
        As in :func:`rma`.
    kind : {"parametric", "nonparametric"}
        Effects drawn from the fitted model with the same variances; or studies drawn with
        replacement.
    samples : int
        How many data sets to draw.
    seed : int
        Of the draw; the same seed gives the same samples.

    Returns
    -------
    Bootstrap

    References
    ----------
    Efron B, Tibshirani RJ (1993). An Introduction to the Bootstrap. New York: Chapman & Hall.

    Examples
    --------
    >>> found = bootstrap([0.1, 0.3, 0.8, 0.2], [0.02, 0.03, 0.04, 0.01], samples=500, seed=1)
    >>> found.estimate[1] < found.fit.estimate < found.estimate[2]
    True
    """
    if kind not in get_args(BootstrapKind):
        raise InputError(f"kind must be parametric or nonparametric, not {kind!r}.")
    if samples < 2:
        raise InputError(f"samples must be at least 2; it is {samples}.")
    y, v = complete(yi, vi, sei)
    if len(y) < 2:
        raise InputError("A bootstrap needs at least two studies.")
    fit = rma(y, v, method=method, test=test, level=level, slab=slab, control=control)
    table = fit_table(
        _drawn(y, v, fit, kind, samples, np.random.default_rng(seed)),
        method=method, test=test, level=level, control=control, slab=fit.slab,
    )  # fmt: skip

    def interval(value: float, drawn: Vector) -> tuple[float, float, float]:
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        return value, float(low), float(high)

    return Bootstrap(
        fit=fit,
        estimate=interval(fit.estimate, table.estimate),
        tau2=interval(fit.tau2, table.tau2),
        I2=interval(fit.I2, table.I2),
        se=float(table.estimate.std(ddof=1)),
        kind=kind,
        seed=seed,
        level=level,
        table=table,
        notes=fit.notes,
    )


def _drawn(
    y: Vector,
    v: Vector,
    fit: RmaResult,
    kind: BootstrapKind,
    samples: int,
    generator: np.random.Generator,
) -> Iterator[Batch]:
    """Draw data sets, as many at a time as the cache holds."""
    k = len(y)
    for start in range(0, samples, max(1, AT_ONCE // k)):
        count = min(max(1, AT_ONCE // k), samples - start)
        if kind == "parametric":
            effects = fit.estimate + generator.normal(size=(count, k)) * np.sqrt(v + fit.tau2)
            spread = np.broadcast_to(v, (count, k))
        else:
            index = generator.integers(k, size=(count, k))
            effects, spread = y[index], v[index]
        mask = np.ones((count, k), dtype=np.bool_)
        yield Batch(y=effects, v=spread, X=np.ones((count, k, 1)), mask=mask, mean=True, full=True)
