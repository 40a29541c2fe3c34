"""Pool effects: one mean, with or without a variance between studies."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr, stdtr

from ranvier.errors import InputError, NumericalWarning
from ranvier.stats.arrays import Vector, as_effects, as_vector, rows_of
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixed import Test, critical, fit_batch, fit_statistics
from ranvier.stats.printing import defined
from ranvier.stats.r_code import RCall
from ranvier.stats.rma_result import PiMethod, RmaResult
from ranvier.stats.source import Data, takes_fit

__all__ = ["Control", "PiMethod", "RmaResult", "rma", "two_sided"]

#: Above this ratio of variances, sums of weights lose digits (metafor warns at the same one).
VARIANCE_RATIO = 1e7


def two_sided(stat: float, free: float | None) -> float:
    """Two-sided p value of a statistic that is t with ``free`` degrees of freedom, or z."""
    if free is None:
        return float(2 * ndtr(-abs(stat)))
    return float(2 * stdtr(free, -abs(stat))) if free > 0 else float("nan")


@takes_fit()
def rma(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    pi_method: PiMethod = "t",
    weights: ArrayLike | None = None,
    tau2: float | None = None,
    slab: Sequence[str] | None = None,
    measure: str = "GEN",
    control: Control = "exact",
) -> RmaResult:
    """Pool effects by inverse variance, with one common effect or a variance between studies.

    What :func:`ranvier.stats.rma` does without moderators; its docstring says what the arguments
    are.

    Examples
    --------
    >>> fit = rma([0.10, 0.30, 0.35, 0.65], [0.03, 0.03, 0.05, 0.01], method="DL")
    >>> f"{fit.estimate:.4f} {fit.tau2:.4f}"
    '0.3740 0.0506'
    """
    if method not in get_args(Method):
        raise InputError(f"method must be one of {', '.join(get_args(Method))}, not {method!r}.")
    if test not in get_args(Test):
        raise InputError(f"test must be one of {', '.join(get_args(Test))}, not {test!r}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    if tau2 is not None and tau2 < 0:
        raise InputError(f"tau2 must not be negative; it is {tau2}.")
    y, v = as_effects(yi, variances(vi, sei))
    names = labels(slab, len(y))
    keep = ~(np.isnan(y) | np.isnan(v))
    w = None if weights is None else user_weights(weights, keep)
    if method == "GENQ" and w is None:
        raise InputError("method GENQ needs weights.")
    notes = left_out(keep, slab)
    batch = Batch.of(y[keep], v[keep])
    fixed = None if tau2 is None or method in FIXED else np.array([tau2])
    fit = fit_batch(batch, method=method, test=test, weights=w, tau2=fixed, control=control)
    k = int(fit.k[0])
    ddf = None if test == "z" else k - 1
    estimate, se, t2 = float(fit.beta[0, 0]), float(np.sqrt(fit.vcov[0, 0, 0])), float(fit.tau2[0])
    stat = estimate / se if se > 0 else float("nan")
    half = critical(level, ddf) * se
    pi_lb, pi_ub = _prediction(estimate, se, t2, k, method, test, pi_method, level)
    percent = np.full(len(y), np.nan)
    percent[keep] = 100 * fit.w[0] / fit.w[0].sum()
    return RmaResult(
        k=k,
        estimate=estimate,
        se=defined(se),
        stat=defined(stat),
        pval=defined(two_sided(stat, ddf)),
        ci_lb=defined(estimate - half),
        ci_ub=defined(estimate + half),
        ddf=ddf,
        pi_lb=pi_lb,
        pi_ub=pi_ub,
        tau2=t2,
        se_tau2=defined(fit.se_tau2[0]),
        I2=float(fit.I2[0]),
        H2=float(fit.H2[0]),
        QE=float(fit.QE[0]),
        QEp=float(chdtrc(k - 1, fit.QE[0])) if k > 1 else 1.0,
        yi=y,
        vi=v,
        slab=names,
        weights=percent,
        fit=fit_statistics(batch, fit, method, fixed is not None),
        measure=measure,
        method=method,
        test=test,
        level=level,
        pi_method=pi_method,
        control=control,
        given_weights=None if weights is None else as_vector("weights", weights),
        given_tau2=tau2,
        notes=(*notes, *_doubts(batch, int(fit.maxima[0]), method, test, se)),
        call=r_call(
            y, v, names, method=method, test=test, level=level, weights=weights, tau2=tau2,
            measure=measure,
        ),
    )  # fmt: skip


def r_call(
    yi: Vector,
    vi: Vector,
    slab: Sequence[str],
    *,
    method: Method,
    test: Test = "z",
    level: float = 0.95,
    weights: ArrayLike | None = None,
    tau2: float | None = None,
    measure: str = "GEN",
    then: str = "",
) -> RCall:
    """Write a pooled effect as metafor's ``rma``."""
    columns: dict[str, Any] = {"yi": yi, "vi": vi, "weights": weights, "slab": slab}
    options: dict[str, Any] = {
        "measure": None if measure == "GEN" else measure,
        "method": method,
        "test": test,
        "level": None if level == 0.95 else 100 * level,
        "tau2": tau2,
    }
    return RCall(function="rma", columns=columns, options=options, then=then)


def labels(slab: Sequence[str] | None, k: int) -> tuple[str, ...]:
    """Check the names of k studies, or number them."""
    if slab is None:
        return tuple(f"Study {i + 1}" for i in range(k))
    if len(slab) != k:
        raise InputError(f"slab must have {k} entries, one a study; it has {len(slab)}.")
    return tuple(str(name) for name in slab)


def variances(vi: ArrayLike | None, sei: ArrayLike | None) -> ArrayLike:
    """Return the sampling variances from the one of two that is given."""
    if (vi is None) == (sei is None):
        raise InputError("Give either vi or sei.")
    if sei is None:
        assert vi is not None
        return vi
    se = as_vector("sei", sei)
    if (se <= 0).any():
        raise InputError(f"sei must be positive; it is not at rows {rows_of(se <= 0)}.")
    v = se**2
    if (v == 0).any() or np.isinf(v).any():
        rows = rows_of((v == 0) | np.isinf(v))
        raise InputError(
            f"The squares of sei are 0 or infinite in a double at rows {rows}.",
            remedy="Give yi and sei in another unit.",
        )
    return v


def user_weights(weights: ArrayLike, keep: NDArray[np.bool_]) -> Vector:
    """Check weights given by the user; shape (1, k) of the rows kept."""
    w = as_vector("weights", weights)
    if len(w) != len(keep):
        raise InputError(f"weights must have {len(keep)} rows; it has {len(w)}.")
    if not (w[keep] >= 0).all() or w[keep].sum() == 0:
        raise InputError("weights must not be negative, missing or all 0.")
    return w[keep][None]


def left_out(keep: NDArray[np.bool_], slab: Sequence[str] | None = None) -> list[str]:
    """Say which rows are not used; refuse if none is left."""
    if keep.all():
        return []
    if not keep.any():
        raise InputError("No study has both an effect and a variance.")
    names = slab or [f"study {i + 1}" for i in range(len(keep))]
    return [
        f"{names[i]}: left out, no effect or no variance" for i in np.flatnonzero(~keep).tolist()
    ]


def _prediction(
    estimate: float,
    se: float,
    tau2: float,
    k: int,
    method: Method,
    test: Test,
    pi_method: PiMethod,
    level: float,
) -> tuple[float | None, float | None]:
    """Interval for the effect in a new study."""
    if method in FIXED or k < 2 or np.isnan(se):
        return None, None
    free: int | None = k - 1
    if pi_method == "riley":
        free = max(1, k - 2)
    elif pi_method == "test" and test == "z":
        free = None
    half = critical(level, free) * float(np.sqrt(se**2 + tau2))
    return estimate - half, estimate + half


def _doubts(batch: Batch, maxima: int, method: Method, test: Test, se: float) -> list[str]:
    """Say what is shaky about a fit."""
    notes: list[str] = []
    k = int(batch.k[0])
    if k == 1 and method not in FIXED:
        notes.append("one study: tau2 cannot be estimated and is taken as 0")
    if k == 1 and test != "z":
        notes.append("one study: no degree of freedom, so no standard error or interval by t")
    if se == 0:
        notes.append("all effects are equal: the Knapp-Hartung standard error is 0, no test")
    if maxima > 1:
        notes.append(f"the likelihood of tau2 has {maxima} maxima; the highest is taken")
    ratio = float(batch.v.max() / batch.v.min())
    if ratio >= VARIANCE_RATIO:
        said = f"the largest sampling variance is {ratio:.1e} times the smallest"
        warnings.warn(said, NumericalWarning, stacklevel=3)
        notes.append(said)
    return notes
