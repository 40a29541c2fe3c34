"""Whether small studies differ: regression and rank tests, trim and fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kendalltau

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.arrays import Vector, as_effects
from ranvier.stats.estimators import Control, Method
from ranvier.stats.formula import Columns, Design, Moderators, independent
from ranvier.stats.least_squares import Batch, wls
from ranvier.stats.mixed import Test, critical
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.regression import meta_regression, model_matrix, without_redundant
from ranvier.stats.result import Result
from ranvier.stats.rma import RmaResult, labels, r_call, rma, two_sided, variances
from ranvier.stats.source import Data, takes_fit

__all__ = [
    "BeggTest",
    "FunnelTest",
    "TrimFill",
    "begg_test",
    "complete",
    "ranktest",
    "regtest",
    "trimfill",
]

#: metafor takes the exact distribution of Kendall's tau if there are no ties, and R has it below
#: this many pairs: beyond, the factorial is more than a double holds.
EXACT_BELOW = 171
TOO_FEW = "fewer than 10 studies: tests of asymmetry have little power (Cochrane Handbook 13.3.5.4)"


def complete(yi: Data, vi: ArrayLike | None, sei: ArrayLike | None) -> tuple[Vector, Vector]:
    """Give the effects and variances of the studies that have both."""
    y, v = as_effects(yi, variances(vi, sei))
    known = ~(np.isnan(y) | np.isnan(v))
    return y[known], v[known]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelTest(Result):
    """What :func:`regtest` found.

    ``slope`` and ``slope_se`` belong to the predictor; ``limit`` is the effect of a study without
    error, with its interval.
    """

    DOES: ClassVar[str] = (
        "Asymmetry of the funnel plot was tested by regression on the size of the studies."
    )
    CITES: ClassVar[tuple[str, ...]] = ("egger1997",)

    k: int
    slope: float
    slope_se: float
    stat: float | None
    pval: float | None
    df: int | None
    limit: float | None
    ci_lb: float | None
    ci_ub: float | None

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub)
        test = f"asymmetry: {show(self.stat)}, {show_p(self.pval)}"
        limit = "" if self.limit is None else f"; limit {self.limit:.4f} {interval}"
        return "\n".join([f"{test}{limit}", *self.notes])


@takes_fit()
def regtest(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    model: Literal["rma", "lm"] = "rma",
    predictor: Literal["sei", "vi"] = "sei",
    mods: Moderators | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    control: Control = "exact",
) -> FunnelTest:
    """Test a funnel plot for asymmetry by regression on the standard error or variance.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors. At least three studies.
    model : {"rma", "lm"}
        Meta-regression with ``method`` and ``test``; or Egger's weighted regression, whose spread
        is a factor (multiplicative), tested by t with k - 2.
    predictor : {"sei", "vi"}
        What stands for the size of a study.
    mods, data
        Moderators of the effects, as in :func:`meta_regression`; the effect of a study without
        error is then not one number, and ``limit`` is None.
    method, test, control
        As in :func:`rma`, for ``model="rma"``. Thompson and Sharp's test is ``test="t"``.

    Returns
    -------
    FunnelTest

    References
    ----------
    Egger M, Davey Smith G, Schneider M, Minder C (1997). Bias in meta-analysis detected by a
    simple, graphical test. BMJ 315:629-634. doi:10.1136/bmj.315.7109.629

    Sterne JAC, Egger M (2005). Regression methods to detect publication and other bias in
    meta-analysis. In: Publication Bias in Meta-Analysis, 99-110.

    Examples
    --------
    >>> found = regtest([0.9, 0.5, 0.3, 0.2], [0.4, 0.2, 0.05, 0.02], model="lm")
    >>> round(found.slope, 3), round(found.pval, 4)
    (1.239, 0.0171)
    """
    y, v = as_effects(yi, variances(vi, sei))
    made = model_matrix(np.empty((len(y), 0)) if mods is None else mods, len(y), data=data)
    keep = ~(np.isnan(y) | np.isnan(v) | np.isnan(made.X).any(axis=1))
    made, dropped = without_redundant(made, keep)
    y, v, others = y[keep], v[keep], made.X[keep]
    k, p = len(y), others.shape[1] + 1
    if k < 3 or k < p:
        raise InputError(f"A test for asymmetry needs at least three studies; there are {k}.")
    x = np.sqrt(v) if predictor == "sei" else v
    if np.ptp(x) == 0:
        raise InputError("All studies have the same error: there is no funnel to look at.")
    notes = (*dropped, TOO_FEW) if k < 10 else tuple(dropped)
    X = np.column_stack([others, x])
    if not independent(X).all():
        raise InputError("The size of the studies follows from the moderators: leave some out.")
    named = Design(X=X, names=(*made.names, predictor), intercept=made.intercept)
    call = None
    if model == "rma":
        fit = meta_regression(y, v, mods=named, method=method, test=test, control=control)
        beta, se, ddf = fit.beta, fit.se, fit.ddf
    else:
        plain = wls(Batch.of(y, v, X), 1 / v[None])
        beta, ddf = plain.beta[0], k - p
        se = np.sqrt(np.diag(plain.cov[0]) * float(plain.rss[0]) / ddf)
    if mods is None:
        then = f'regtest(fit, model="{model}", predictor="{predictor}")'
        call = r_call(y, v, labels(None, k), method=method, test=test, then=then)
    stat = float(beta[-1] / se[-1]) if se[-1] > 0 else float("nan")
    half = critical(0.95, ddf) * float(se[0])
    limit = float(beta[0]) if mods is None else float("nan")
    return FunnelTest(
        k=k,
        slope=float(beta[-1]),
        slope_se=float(se[-1]),
        stat=defined(stat),
        pval=defined(two_sided(stat, ddf)),
        df=ddf,
        limit=defined(limit),
        ci_lb=defined(limit - half),
        ci_ub=defined(limit + half),
        notes=notes,
        call=call,
    )


@takes_fit()
def ranktest(
    yi: Data, vi: ArrayLike | None = None, *, sei: ArrayLike | None = None
) -> tuple[float, float]:
    """Test a funnel plot by the rank correlation of standardised effects and variances.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.

    Returns
    -------
    tuple of float
        Kendall's tau (b) and its p value: exact below 171 studies without ties, else normal.

    References
    ----------
    Begg CB, Mazumdar M (1994). Operating characteristics of a rank correlation test for
    publication bias. Biometrics 50:1088-1101. doi:10.2307/2533446

    Examples
    --------
    >>> tau, pval = ranktest([0.9, 0.5, 0.3, 0.25], [0.4, 0.2, 0.05, 0.02])
    >>> round(tau, 3), round(pval, 3)
    (1.0, 0.083)
    """
    y, v = complete(yi, vi, sei)
    if len(y) < 3:
        raise InputError(f"A test for asymmetry needs at least three studies; there are {len(y)}.")
    centred = _standardised(y, v)
    ties = len(np.unique(centred)) < len(y) or len(np.unique(v)) < len(y)
    exact = len(y) < EXACT_BELOW and not ties
    found = kendalltau(centred, v, method="exact" if exact else "asymptotic")
    tau, pval = np.asarray(found, dtype=np.float64)
    return float(tau), float(pval)


def _standardised(y: Vector, v: Vector) -> Vector:
    """Deviations from the common effect, over their standard errors."""
    w = 1 / v
    return (y - (w @ y) / w.sum()) / np.sqrt(v - 1 / w.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class BeggTest(Result):
    """Concordant minus discordant pairs, its standard error, and the normal test."""

    DOES: ClassVar[str] = "Asymmetry of the funnel plot was tested by rank correlation."
    CITES: ClassVar[tuple[str, ...]] = ("begg1994",)

    score: float
    se: float
    stat: float
    pval: float


@takes_fit()
def begg_test(yi: Data, vi: ArrayLike | None = None, *, sei: ArrayLike | None = None) -> BeggTest:
    """Test a funnel plot as :func:`ranktest` does, always by the normal distribution.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.

    Returns
    -------
    BeggTest
        Without a continuity correction; the variance allows for ties.

    Examples
    --------
    >>> begg_test([0.9, 0.5, 0.3, 0.25], [0.4, 0.2, 0.05, 0.02]).score
    6.0
    """
    y, v = complete(yi, vi, sei)
    if len(y) < 3:
        raise InputError(f"A test for asymmetry needs at least three studies; there are {len(y)}.")
    z, n = _standardised(y, v), len(y)
    score = float(np.sign(np.subtract.outer(z, z) * np.subtract.outer(v, v)).sum() / 2)
    ties = [np.unique(x, return_counts=True)[1].astype(np.float64) for x in (z, v)]
    full = [float((t * (t - 1) * (2 * t + 5)).sum()) for t in ties]
    pairs = [float((t * (t - 1)).sum()) for t in ties]
    triples = [float((t * (t - 1) * (t - 2)).sum()) for t in ties]
    variance = (n * (n - 1) * (2 * n + 5) - sum(full)) / 18
    variance += pairs[0] * pairs[1] / (2 * n * (n - 1))
    variance += triples[0] * triples[1] / (9 * n * (n - 1) * (n - 2))
    if not variance > 0:
        raise InputError(
            "All variances, or all deviations, are the same: there is nothing to rank.",
            remedy="A funnel plot of studies alike in size shows no asymmetry; leave the test out.",
        )
    se = float(np.sqrt(variance))
    return BeggTest(score=score, se=se, stat=score / se, pval=two_sided(score / se, None))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrimFill(Result):
    """What :func:`trimfill` found.

    ``k0`` studies are said to be missing on ``side``; ``fit`` pools the studies there are with the
    mirror images ``filled_yi, filled_vi``. A sensitivity analysis, never the answer.
    """

    DOES: ClassVar[str] = (
        "Studies missing from a symmetric funnel plot were filled in by trim and fill, as a "
        "sensitivity analysis."
    )
    CITES: ClassVar[tuple[str, ...]] = ("duval2000",)

    k0: int
    se_k0: float
    side: Literal["left", "right"]
    filled_yi: Vector
    filled_vi: Vector
    fit: RmaResult

    def __str__(self) -> str:
        return f"{self.k0} studies (SE {self.se_k0:.2f}) filled in on the {self.side}\n{self.fit}"


@takes_fit()
def trimfill(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    estimator: Literal["L0", "R0", "Q0"] = "L0",
    side: Literal["left", "right"] | None = None,
    control: Control = "exact",
) -> TrimFill:
    """Fill in the studies that a symmetric funnel plot would have.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.
    method, control
        As in :func:`rma`.
    estimator : {"L0", "R0", "Q0"}
        Of the number of missing studies.
    side : {"left", "right"} or None
        Where they are missing; None: opposite to the slope of a regression on the standard
        error.

    Returns
    -------
    TrimFill

    Raises
    ------
    ConvergenceError
        If the number goes round in circles.

    References
    ----------
    Duval S, Tweedie R (2000). Trim and fill: a simple funnel-plot-based method of testing and
    adjusting for publication bias in meta-analysis. Biometrics 56:455-463.
    doi:10.1111/j.0006-341X.2000.00455.x

    Examples
    --------
    >>> effects = [0.1, 0.15, 0.2, 0.5, 0.8, 1.2]
    >>> found = trimfill(effects, [0.01, 0.02, 0.01, 0.1, 0.2, 0.3], method="EE")
    >>> found.k0, found.side
    (2, 'left')
    """
    y, v = complete(yi, vi, sei)
    if len(y) < 3:
        raise InputError(f"Trim and fill needs at least three studies; there are {len(y)}.")
    if side is None:
        leaning = meta_regression(y, v, mods=np.sqrt(v), method=method, control=control).beta
        if len(leaning) < 2:
            raise InputError(
                "All studies are equally precise: the funnel leans to no side.",
                remedy='Say which one lacks studies: side="left" or side="right".',
            )
        side = "right" if leaning[1] < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    x, w = sign * y[order], v[order]
    k0, se_k0, center = _trim(x, w, method, estimator, control)
    filled_y = sign * (2 * center - x[len(x) - k0 :])
    filled_v = w[len(x) - k0 :]
    fit = rma(
        np.concatenate([y, filled_y]),
        np.concatenate([v, filled_v]),
        method=method,
        control=control,
    )
    return TrimFill(
        k0=k0, se_k0=se_k0, side=side, filled_yi=filled_y, filled_vi=filled_v, fit=fit,
        call=r_call(
            y, v, labels(None, len(y)), method=method,
            then=f'trimfill(fit, side="{side}", estimator="{estimator}")',
        ),
    )  # fmt: skip


def _trim(
    x: Vector,
    v: Vector,
    method: Method,
    estimator: Literal["L0", "R0", "Q0"],
    control: Control,
) -> tuple[int, float, float]:
    """Repeat: pool without the k0 largest, rank around that, estimate k0 anew."""
    k, k0, last = len(x), 0, -1
    se_k0 = center = 0.0
    for _ in range(100):
        if k0 == last:
            return k0, se_k0, center
        last = k0
        center = rma(x[: k - k0], v[: k - k0], method=method, control=control).estimate
        centred = x - center
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
        signed = np.sign(centred) * ranks
        if estimator == "R0":
            missing = float(k - np.max(-signed[signed < 0], initial=0)) - 1
            se_k0 = float(np.sqrt(2 * max(0.0, missing) + 2))
        else:
            missing, se_k0 = _from_rank_sum(float(signed[signed > 0].sum()), k, estimator)
        k0 = min(max(0, round(missing)), k - 1)
    raise ConvergenceError("The number of missing studies did not settle.", last=float(k0))


def _from_rank_sum(s: float, k: int, estimator: Literal["L0", "Q0"]) -> tuple[float, float]:
    """Duval and Tweedie's L0 and Q0, and their standard errors."""
    if estimator == "L0":
        k0 = (4 * s - k * (k + 1)) / (2 * k - 1)
        scale = 4 / (2 * k - 1)
    else:
        k0 = k - 0.5 - float(np.sqrt(max(0.0, 2 * k**2 - 4 * s + 0.25)))
        scale = 2 / float(np.sqrt((k - 0.5) ** 2 - k0 * (2 * k - k0 - 1)))
    variance = k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0
    variance += -18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    return k0, scale * float(np.sqrt(max(0.0, variance / 24)))
