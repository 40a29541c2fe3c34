"""Meta-regression: effects explained by what studies are, with a variance left between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2
from scipy.stats import f as fisher_f

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects, as_vector
from ranvier.stats.estimators import FIXED, Control, Method
from ranvier.stats.formula import Columns, Design, Moderators, design, independent
from ranvier.stats.least_squares import Batch, wls
from ranvier.stats.mixed import BatchFit, FitStats, Test, critical, fit_batch, fit_statistics
from ranvier.stats.printing import defined
from ranvier.stats.r_code import RCall, RText, r_name
from ranvier.stats.regression_result import Contrasted, RegressionResult
from ranvier.stats.rma import labels, left_out, two_sided, variances
from ranvier.stats.source import Data, takes_fit

__all__ = ["Contrasted", "RegressionResult", "contrast", "likelihood_ratio", "meta_regression"]


def model_matrix(
    mods: Moderators,
    k: int,
    *,
    data: Columns | None = None,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    argument: str = "mods",
) -> Design:
    """Make the design of a formula, or of columns of numbers with an intercept before them."""
    if isinstance(mods, Design):
        if mods.X.shape[0] != k:
            raise InputError(f"{argument} must have {k} rows; it has {mods.X.shape[0]}.")
        return mods
    if isinstance(mods, str):
        made = design(mods, data if data is not None else {"": [0.0] * k})
        if made.X.shape[0] != k:
            raise InputError(f"data must have {k} rows, as yi; it has {made.X.shape[0]}.")
        return made
    try:
        columns = np.asarray(mods, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{argument} must be numbers or a formula.",
            remedy=f"For a factor, write {argument}='~ factor(x)', data={{'x': x}}.",
        ) from error
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or columns.shape[0] != k:
        raise InputError(f"{argument} must have {k} rows; its shape is {columns.shape}.")
    named = tuple(names or (f"mod{i + 1}" for i in range(columns.shape[1])))
    if len(named) != columns.shape[1]:
        raise InputError(f"names must have {columns.shape[1]} entries; it has {len(named)}.")
    if not intercept:
        return Design(X=columns, names=named, intercept=False)
    return Design(
        X=np.column_stack([np.ones(k), columns]), names=("intrcpt", *named), intercept=True
    )


#: Beyond this, squares of moderators times weights leave what a double holds.
FAR = 1e60


def without_redundant(
    made: Design, keep: NDArray[np.bool_], argument: str = "mods"
) -> tuple[Design, list[str]]:
    """Drop the columns that follow from those before them among the rows kept, and say so."""
    if np.isinf(made.X).any():
        raise InputError(f"{argument} must not be infinite.", remedy="Look at logs of 0.")
    size = np.abs(made.X[keep]).max(axis=0, initial=0.0)
    extreme = (size > FAR) | ((size > 0) & (size < 1 / FAR))
    if extreme.any():
        named = ", ".join(name for name, x in zip(made.names, extreme, strict=True) if x)
        raise InputError(
            f"{argument} are too large or too small for arithmetic: {named}.",
            remedy="Give them in another unit, nearer to 1.",
        )
    kept = independent(made.X[keep])
    if kept.all():
        return made, []
    names = tuple(name for name, stays in zip(made.names, kept, strict=True) if stays)
    dropped = [name for name, stays in zip(made.names, kept, strict=True) if not stays]
    note = (
        f"redundant, left out of {argument}: {', '.join(dropped)} (constant or follows from others)"
    )
    return Design(X=made.X[:, kept], names=names, intercept=made.intercept), [note]


@takes_fit()
def meta_regression(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    mods: Moderators,
    data: Columns | None = None,
    sei: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    measure: str = "GEN",
    control: Control = "exact",
) -> RegressionResult:
    """Fit a mixed-effects meta-regression.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Observed effects. Rows with a missing effect, variance or moderator are left out, and noted.
    vi, sei : array_like, shape (k,)
        Sampling variances, or standard errors: one of the two.
    mods : str or array_like, shape (k, q) or (k,)
        A formula in R's notation (:func:`design`), such as ``"~ ablat + factor(alloc)"``, whose
        variables are columns of ``data``; or moderators as numbers.
    data : mapping of str to column, a data frame of any make, or None
        The variables of the formula.
    names : sequence of str or None
        Of the moderators, if they are numbers.
    intercept : bool
        Put an intercept before moderators that are numbers; a formula says it itself (``- 1``).
    method, test, level, slab, measure, control
        As in :func:`rma`.

    Returns
    -------
    RegressionResult

    Raises
    ------
    InputError
        If shapes differ, a variance is not positive, a formula cannot be read, or there are
        fewer studies than coefficients.

    Notes
    -----
    A moderator that is constant or follows from those before it is left out and named in ``notes``.

    References
    ----------
    Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression with a single
    covariate. Statistics in Medicine 22:2693-2710. doi:10.1002/sim.1482

    Examples
    --------
    >>> fit = meta_regression([0.1, 0.3, 0.5, 0.7], [0.02] * 4, mods=[1, 2, 3, 4], names=["dose"])
    >>> fit.names, [round(float(b), 3) for b in fit.beta]
    (('intrcpt', 'dose'), [-0.1, 0.2])
    >>> data = {"arm": ["b", "a", "a", "b"]}
    >>> meta_regression([0.1, 0.3, 0.5, 0.7], [0.02] * 4, mods="~ arm", data=data).names
    ('intrcpt', 'armb')
    """
    y, v = as_effects(yi, variances(vi, sei))
    studies = labels(slab, len(y))
    made = model_matrix(mods, len(y), data=data, names=names, intercept=intercept)
    keep = ~(np.isnan(y) | np.isnan(v) | np.isnan(made.X).any(axis=1))
    notes = [
        n.replace("no effect or no variance", "a value is missing") for n in left_out(keep, slab)
    ]
    made, dropped = without_redundant(made, keep)
    X, named, intercept = made.X, made.names, made.intercept
    k, p = int(keep.sum()), X.shape[1]
    if p == 0 or k < p:
        raise InputError(
            f"{p} coefficients cannot be estimated from {k} studies.",
            remedy="Leave out moderators, or merge levels of a factor.",
        )
    batch = Batch.of(y[keep], v[keep], X[keep])
    fit = fit_batch(batch, method=method, test=test, control=control)
    beta, vcov = fit.beta[0], fit.vcov[0]
    ddf = None if test == "z" else k - p
    se = np.sqrt(np.diag(vcov))
    with np.errstate(divide="ignore", invalid="ignore"):
        stat = beta / se
    half = critical(level, ddf) * se
    tested = np.arange(1 if intercept and p > 1 else 0, p)
    qm, qmp = wald(beta[tested], vcov[np.ix_(tested, tested)], ddf)
    percent = np.full(len(y), np.nan)
    percent[keep] = 100 * fit.w[0] / fit.w[0].sum()
    fitted = np.full(len(y), np.nan)
    fitted[keep] = X[keep] @ beta
    return RegressionResult(
        k=k,
        p=p,
        names=named,
        beta=beta,
        se=se,
        stat=stat,
        pval=np.array([two_sided(float(s), ddf) for s in stat]),
        ci_lb=beta - half,
        ci_ub=beta + half,
        vcov=vcov,
        ddf=ddf,
        tau2=float(fit.tau2[0]),
        se_tau2=defined(fit.se_tau2[0]),
        I2=float(fit.I2[0]),
        H2=float(fit.H2[0]),
        R2=_explained(batch, fit, method, control) if intercept and p > 1 else None,
        QE=float(fit.QE[0]),
        QEp=float(chi2.sf(fit.QE[0], k - p)) if k > p else 1.0,
        QM=defined(qm),
        QMp=defined(qmp),
        fitted=fitted,
        residuals=y - fitted,
        vif=_inflation(vcov[intercept:, intercept:]),
        yi=y,
        vi=v,
        X=X,
        slab=studies,
        weights=percent,
        fit=fit_statistics(batch, fit, method, fixed_tau2=False),
        measure=measure,
        method=method,
        test=test,
        level=level,
        control=control,
        call=RCall(
            function="rma",
            columns={"yi": y, "vi": v, "slab": studies},
            others={name: X[:, i] for i, name in enumerate(named) if name != "intrcpt"},
            options={
                "mods": r_formula(named, intercept),
                "measure": None if measure == "GEN" else measure,
                "method": method,
                "test": test,
                "level": None if level == 0.95 else 100 * level,
            },
        ),
        notes=(*notes, *dropped),
    )


def r_formula(names: Sequence[str], intercept: bool) -> RText:
    """Write the columns of a design as a formula of R."""
    terms = [r_name(name) for name in names if name != "intrcpt"] or ["1"]
    return RText("~ " + " + ".join(terms) + ("" if intercept else " - 1"))


def wald(beta: Vector, vcov: Matrix, ddf: int | None) -> tuple[float, float]:
    """Test that all of some coefficients are 0: chi-squared, or F with ``ddf``."""
    m = len(beta)
    scale = np.sqrt(np.diag(vcov))
    if not np.isfinite(vcov).all() or not (scale > 0).all():
        return float("nan"), float("nan")
    # Units of the moderators must not decide what counts as singular.
    correlation, z = vcov / np.outer(scale, scale), beta / scale
    if np.linalg.matrix_rank(correlation) < m:
        return float("nan"), float("nan")
    q = float(z @ np.linalg.solve(correlation, z))
    if ddf is None:
        return q, float(chi2.sf(q, m))
    return q / m, float(fisher_f.sf(q / m, m, ddf)) if ddf > 0 else float("nan")


def _explained(batch: Batch, fit: BatchFit, method: Method, control: Control) -> float:
    """Raudenbush's share of tau2; for equal effects the adjusted R squared, weighted."""
    plain = Batch.of(batch.y[0], batch.v[0])
    k, p = batch.y.shape[1], batch.p
    if method in FIXED:
        total = float(wls(plain, 1 / batch.v).rss[0])
        if total == 0 or k == p:
            return 0.0
        return max(0.0, 100 * (1 - float(fit.QE[0]) / (k - p) / (total / (k - 1))))
    before = float(fit_batch(plain, method=method, control=control).tau2[0])
    return max(0.0, 100 * (before - float(fit.tau2[0])) / before) if before > 0 else 0.0


def _inflation(vcov: Matrix) -> Vector:
    """Diagonal of the inverse of the correlations of the coefficients."""
    if vcov.shape[0] == 0 or not np.isfinite(vcov).all() or not (np.diag(vcov) > 0).all():
        return np.full(vcov.shape[0], np.nan)
    s = np.sqrt(np.diag(vcov))
    return np.array(np.diag(np.linalg.inv(vcov / np.outer(s, s))), dtype=np.float64)


def contrast(fit: RegressionResult, x: ArrayLike) -> Contrasted:
    """Combine the coefficients linearly: predict for a study, or contrast two kinds of study.

    Parameters
    ----------
    fit : RegressionResult
        A meta-regression.
    x : array_like, shape (p,)
        One number a coefficient, the intercept's (1 for a prediction) first.

    Returns
    -------
    Contrasted
        With the prediction interval by the distribution of the fit's test.

    Examples
    --------
    >>> fit = meta_regression([0.1, 0.3, 0.5, 0.7], [0.02] * 4, mods=[1, 2, 3, 4])
    >>> round(contrast(fit, [1, 2.5]).estimate, 3)
    0.4
    """
    row = as_vector("x", x)
    if len(row) != fit.p:
        raise InputError(f"x must have {fit.p} entries, one a coefficient; it has {len(row)}.")
    estimate, se = float(row @ fit.beta), float(np.sqrt(row @ fit.vcov @ row))
    crit = critical(fit.level, fit.ddf)
    stat = estimate / se if se > 0 else float("nan")
    wide = crit * float(np.sqrt(se**2 + fit.tau2)) if fit.method not in FIXED else float("nan")
    return Contrasted(
        estimate=estimate,
        se=se,
        stat=defined(stat),
        pval=defined(two_sided(stat, fit.ddf)),
        ci_lb=defined(estimate - crit * se),
        ci_ub=defined(estimate + crit * se),
        pi_lb=defined(estimate - wide),
        pi_ub=defined(estimate + wide),
    )


def likelihood_ratio(full: FitStats, reduced: FitStats, df: int) -> tuple[float, float]:
    """Compare two nested models on the same studies, both fitted by ML.

    Parameters
    ----------
    full, reduced : FitStats
        Of the two fits.
    df : int
        Coefficients that the full model has more.

    Returns
    -------
    tuple of float
        Statistic and p value.

    Raises
    ------
    InputError
        If the reduced model has the higher likelihood: they are not nested.
    """
    stat = 2 * (full.loglik - reduced.loglik)
    if stat < -1e-6 or df < 1:
        raise InputError("The models are not nested: the reduced one fits better, or df < 1.")
    return max(0.0, stat), float(chi2.sf(max(0.0, stat), df))
