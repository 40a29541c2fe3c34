"""Which studies an answer hangs on: residuals and leave-one-out diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects
from ranvier.stats.estimators import Control, Method
from ranvier.stats.formula import Columns, Design, Moderators
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import BatchFit, Test, fit_batch
from ranvier.stats.printing import defined, show
from ranvier.stats.regression import model_matrix, without_redundant
from ranvier.stats.result import Columns as Table
from ranvier.stats.result import Result
from ranvier.stats.rma import labels, left_out, variances
from ranvier.stats.source import Data, takes_fit

__all__ = ["Influence", "Residuals", "influence", "rstandard", "rstudent"]

#: Numbers a batch of deletions holds at a time: memory grows with k and not with its square.
ROOM = 300_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Residuals(Result):
    """Residuals, their standard errors, and their ratio; one a row given, nan for rows left out."""

    DOES: ClassVar[str] = "Outliers were sought by standardised residuals."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010b",)

    resid: Vector
    se: Vector
    z: Vector
    slab: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence(Result):
    """What :func:`influence` found; one number a row given, nan for rows left out.

    A row is also nan where the model cannot be fitted without that study.

    Attributes
    ----------
    rstudent : Vector
        Externally standardised residual: the effect against its prediction from all others.
    dffits : Vector
        Standard deviations that the study's own prediction moves without it.
    cook_d : Vector
        Cook's distance: how far all predictions move, as a squared Mahalanobis distance.
    cov_r : Vector
        Ratio of the generalised variances of the coefficients without and with the study.
    tau2_del, QE_del : Vector
        tau2 and the heterogeneity statistic without the study.
    hat, weight : Vector
        Leverage; share of the weight, in percent.
    dfbs : Matrix, shape (k, p)
        DFBETAS: standard deviations that each coefficient moves without the study.
    influential : ndarray of bool
        Whether |dffits| > 3 sqrt(p / (k - p)), Cook's distance is above the median of its
        chi-squared distribution, hat > 3 p / k, or some |DFBETAS| > 1.
    names : tuple of str
        Of the coefficients.
    """

    DOES: ClassVar[str] = (
        "Influential studies were sought by externally standardised residuals, DFFITS, Cook's "
        "distances, covariance ratios, leverages and DFBETAS."
    )
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010b",)

    rstudent: Vector
    dffits: Vector
    cook_d: Vector
    cov_r: Vector
    tau2_del: Vector
    QE_del: Vector
    hat: Vector
    weight: Vector
    dfbs: Matrix
    influential: NDArray[np.bool_]
    names: tuple[str, ...]
    slab: tuple[str, ...]
    method: Method
    test: Test

    def tidy(self) -> Table:
        """One row a study, as columns; DFBETAS as ``dfbs.<coefficient>``."""
        columns: dict[str, Any] = {"slab": list(self.slab)}
        for name in (
            "rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight",
        ):  # fmt: skip
            columns[name] = getattr(self, name).tolist()
        for j, name in enumerate(self.names):
            columns[f"dfbs.{name}"] = self.dfbs[:, j].tolist()
        columns["influential"] = self.influential.tolist()
        return columns

    def __str__(self) -> str:
        heads = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight")
        width = max(len(name) for name in self.slab)
        lines = [" " * width + "".join(f"{h:>10}" for h in heads) + "  influential"]
        for i, name in enumerate(self.slab):
            row = "".join(f"{show(defined(getattr(self, h)[i])):>10}" for h in heads)
            lines.append(f"{name:<{width}}{row}  {'*' if self.influential[i] else ''}".rstrip())
        return "\n".join([*lines, *self.notes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """A model and its fit to the rows kept."""

    design: Design
    keep: NDArray[np.bool_]
    batch: Batch
    fit: BatchFit
    hat: Vector
    method: Method
    test: Test
    control: Control
    notes: tuple[str, ...]
    slab: tuple[str, ...]

    @classmethod
    def of(
        cls,
        yi: Data,
        vi: ArrayLike | None,
        *,
        sei: ArrayLike | None,
        mods: Moderators | None,
        data: Columns | None,
        method: Method,
        test: Test,
        slab: Sequence[str] | None,
        control: Control,
    ) -> _Model:
        """Fit all studies."""
        y, v = as_effects(yi, variances(vi, sei))
        made = model_matrix("~ 1" if mods is None else mods, len(y), data=data)
        keep = ~(np.isnan(y) | np.isnan(v) | np.isnan(made.X).any(axis=1))
        notes = left_out(keep, slab)
        made, dropped = without_redundant(made, keep)
        X = made.X[keep]
        if X.shape[0] <= X.shape[1]:
            raise InputError(
                f"{X.shape[0]} studies are too few for diagnostics of {X.shape[1]} coefficients.",
                remedy="Leave out moderators.",
            )
        batch = Batch.of(y[keep], v[keep], X)
        fit = fit_batch(batch, method=method, test=test, control=control)
        inverse = fit.wls
        hat = inverse.w[0] * ((X @ inverse.cov[0]) * X).sum(axis=1)
        return cls(
            design=made, keep=keep, batch=batch, fit=fit, hat=hat, method=method, test=test,
            control=control, notes=(*notes, *dropped), slab=labels(slab, len(y)),
        )  # fmt: skip

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put numbers of the rows kept into their places among the rows given."""
        out = np.full((len(self.keep), *values.shape[1:]), np.nan)
        out[self.keep] = values
        return out

    def deletions(self) -> Iterator[tuple[NDArray[np.intp], BatchFit]]:
        """Fit all studies but one, some deletions at a time; not those that lose a coefficient."""
        X = self.batch.X[0]
        k = X.shape[0]
        q, _ = np.linalg.qr(X)
        possible = np.flatnonzero(1 - (q**2).sum(axis=1) > 1e-10)
        step = max(1, ROOM // (k * X.shape[1]))
        for start in range(0, len(possible), step):
            rows = possible[start : start + step]
            mask = np.ones((len(rows), k), dtype=np.bool_)
            mask[np.arange(len(rows)), rows] = False
            part = Batch.subsets(self.batch.y[0], self.batch.v[0], mask, X)
            yield rows, fit_batch(part, method=self.method, test=self.test, control=self.control)


@takes_fit()
def influence(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    mods: Moderators | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> Influence:
    """Calculate outlier and influence diagnostics of a pooled effect or a meta-regression.

    Parameters
    ----------
    yi, vi, sei, method, test, slab, control
        As in :func:`rma`; tau2 is estimated anew without each study.
    mods, data
        As in :func:`meta_regression`; None for one pooled effect.

    Returns
    -------
    Influence

    Raises
    ------
    InputError
        If there are no more studies than coefficients.

    Notes
    -----
    The k fits without one study each are one batch: O(k^2 p^2) in all, and no k by k matrix.

    References
    ----------
    Viechtbauer W, Cheung MW-L (2010). Outlier and influence diagnostics for meta-analysis.
    Research Synthesis Methods 1:112-125. doi:10.1002/jrsm.11

    Examples
    --------
    >>> found = influence([0.1, 0.3, 0.2, 1.9, 0.25], [0.05] * 5, slab=list("abcde"))
    >>> [found.slab[i] for i in np.flatnonzero(found.influential)]
    ['d']
    """
    model = _Model.of(
        yi, vi, sei=sei, mods=mods, data=data, method=method, test=test, slab=slab, control=control
    )
    X, fit, hat = model.batch.X[0], model.fit, model.hat
    y, v = model.batch.y[0], model.batch.v[0]
    k, p = X.shape
    beta, vcov = fit.beta[0], fit.vcov[0]
    precision = np.linalg.inv(vcov)
    rows = {
        name: np.full(k, np.nan)
        for name in ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del")
    }
    dfbs = np.full((k, p), np.nan)
    for at, left in model.deletions():
        tau2, scale = left.tau2, left.scale
        total = v[at] + tau2
        away = y[at] - (X[at] * left.beta).sum(axis=1)
        spread = ((X[at][:, None] @ left.vcov)[:, 0] * X[at]).sum(axis=1)
        moved = beta - left.beta
        rows["tau2_del"][at], rows["QE_del"][at] = tau2, left.QE
        rows["rstudent"][at] = away / np.sqrt(scale * total + spread)
        rows["dffits"][at] = (X[at] * moved).sum(axis=1) / np.sqrt(scale * hat[at] * total)
        rows["cook_d"][at] = ((moved @ precision) * moved).sum(axis=1)
        rows["cov_r"][at] = np.linalg.det(left.vcov) / np.linalg.det(vcov)
        w = 1 / (v + tau2[:, None])
        whole = np.linalg.inv((X.T * w[:, None, :]) @ X)
        errors = scale[:, None] * np.diagonal(whole, axis1=1, axis2=2)
        dfbs[at] = moved / np.sqrt(errors)
    with np.errstate(invalid="ignore"):
        influential = (
            (np.abs(rows["dffits"]) > 3 * np.sqrt(p / (k - p)))
            | (chi2.cdf(rows["cook_d"], p) > 0.5)
            | (hat > 3 * p / k)
            | (np.abs(dfbs) > 1).any(axis=1)
        )
    flags = np.zeros(len(model.keep), dtype=np.bool_)
    flags[model.keep] = influential
    return Influence(
        rstudent=model.spread(rows["rstudent"]),
        dffits=model.spread(rows["dffits"]),
        cook_d=model.spread(rows["cook_d"]),
        cov_r=model.spread(rows["cov_r"]),
        tau2_del=model.spread(rows["tau2_del"]),
        QE_del=model.spread(rows["QE_del"]),
        hat=model.spread(hat),
        weight=model.spread(100 * fit.w[0] / fit.w[0].sum()),
        dfbs=model.spread(dfbs),
        influential=flags,
        names=model.design.names,
        slab=model.slab,
        method=method,
        test=test,
        notes=model.notes,
    )


@takes_fit()
def rstandard(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    mods: Moderators | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> Residuals:
    """Calculate internally standardised residuals: each effect against the fit of all.

    Parameters
    ----------
    yi, vi, sei, mods, data, method, test, slab, control
        As in :func:`influence`.

    Returns
    -------
    Residuals

    Examples
    --------
    >>> [round(float(z), 2) for z in rstandard([0.1, 0.3, 0.8], [0.1] * 3, method="EE").z]
    [-1.16, -0.39, 1.55]
    """
    model = _Model.of(
        yi, vi, sei=sei, mods=mods, data=data, method=method, test=test, slab=slab, control=control
    )
    total = model.batch.v[0] + model.fit.tau2[0]
    resid = model.batch.y[0] - model.batch.X[0] @ model.fit.beta[0]
    se = np.sqrt(np.maximum(total * (1 - model.hat), 0))
    return _residuals(model, resid, se)


@takes_fit()
def rstudent(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    mods: Moderators | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    slab: Sequence[str] | None = None,
    control: Control = "exact",
) -> Residuals:
    """Calculate externally standardised residuals: each effect against the fit of all others.

    Parameters
    ----------
    yi, vi, sei, mods, data, method, test, slab, control
        As in :func:`influence`.

    Returns
    -------
    Residuals

    Examples
    --------
    >>> [round(float(z), 2) for z in rstudent([0.1, 0.3, 0.8], [0.1] * 3, method="EE").z]
    [-1.16, -0.39, 1.55]
    """
    model = _Model.of(
        yi, vi, sei=sei, mods=mods, data=data, method=method, test=test, slab=slab, control=control
    )
    X, y, v = model.batch.X[0], model.batch.y[0], model.batch.v[0]
    resid, se = np.full(len(y), np.nan), np.full(len(y), np.nan)
    for at, left in model.deletions():
        resid[at] = y[at] - (X[at] * left.beta).sum(axis=1)
        spread = ((X[at][:, None] @ left.vcov)[:, 0] * X[at]).sum(axis=1)
        se[at] = np.sqrt(left.scale * (v[at] + left.tau2) + spread)
    return _residuals(model, resid, se)


def _residuals(model: _Model, resid: Vector, se: Vector) -> Residuals:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = resid / se
    return Residuals(
        resid=model.spread(resid),
        se=model.spread(se),
        z=model.spread(z),
        slab=model.slab,
        notes=model.notes,
    )
