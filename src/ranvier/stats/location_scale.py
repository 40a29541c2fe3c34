"""Location-scale models: moderators of the mean and of the heterogeneity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects_near_one, as_vector
from ranvier.stats.formula import Columns, Moderators
from ranvier.stats.least_squares import Batch, wls
from ranvier.stats.mixed import FitStats, Test, critical
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.r_code import RCall
from ranvier.stats.regression import model_matrix, r_formula, wald, without_redundant
from ranvier.stats.result import Result
from ranvier.stats.rma import left_out, two_sided, variances
from ranvier.stats.scale_likelihood import Link, ScaleModel, climb
from ranvier.stats.source import Data, takes_fit

__all__ = ["LocationScale", "ScalePrediction", "location_scale", "predict_scale"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocationScale(Result):
    """What :func:`location_scale` found.

    Attributes
    ----------
    k, p, q : int
        Studies; coefficients of the mean and of the scale.
    names, scale_names : tuple of str
        Of the coefficients, shapes (p,) and (q,).
    beta, se, stat, pval, ci_lb, ci_ub : Vector, shape (p,)
        Coefficients of the mean.
    alpha, se_alpha, stat_alpha, pval_alpha, ci_lb_alpha, ci_ub_alpha : Vector, shape (q,)
        Coefficients of log tau2 (or of tau2, under the identity link); nan where the observed
        information gives no standard error.
    vcov, vcov_alpha : Matrix
        Their covariances.
    ddf, ddf_alpha : int or None
        Degrees of freedom of their tests; None for normal ones.
    tau2 : Vector
        One a row given; nan for rows left out.
    QE, QEp, QM, QMp, QS, QSp : float or None
        Heterogeneity; the tests of all moderators of the mean, and of the scale.
    """

    DOES: ClassVar[str] = (
        "A location-scale model was fitted, in which moderators explain both the mean effect and "
        "the heterogeneity."
    )
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2022",)

    k: int
    p: int
    q: int
    names: tuple[str, ...]
    beta: Vector
    se: Vector
    stat: Vector
    pval: Vector
    ci_lb: Vector
    ci_ub: Vector
    vcov: Matrix = field(repr=False)
    ddf: int | None
    scale_names: tuple[str, ...]
    alpha: Vector
    se_alpha: Vector
    stat_alpha: Vector
    pval_alpha: Vector
    ci_lb_alpha: Vector
    ci_ub_alpha: Vector
    vcov_alpha: Matrix = field(repr=False)
    ddf_alpha: int | None
    tau2: Vector = field(repr=False)
    QE: float
    QEp: float
    QM: float | None
    QMp: float | None
    QS: float | None
    QSp: float | None
    fit: FitStats = field(repr=False)
    link: Link
    method: Literal["ML", "REML"]
    test: Test
    level: float

    def __str__(self) -> str:
        lines = [
            f"Location-scale model (k = {self.k}; method {self.method}; link {self.link}; "
            f"test {self.test})",
            f"QE(df = {self.k - self.p}) = {self.QE:.4f}, {show_p(self.QEp)}; "
            f"QM = {show(self.QM)}, {show_p(self.QMp)}; QS = {show(self.QS)}, {show_p(self.QSp)}",
        ]
        for title, names, values, lower, upper, p in (
            ("location", self.names, self.beta, self.ci_lb, self.ci_ub, self.pval),
            ("scale", self.scale_names, self.alpha, self.ci_lb_alpha, self.ci_ub_alpha,
             self.pval_alpha),
        ):  # fmt: skip
            lines.append(f"{title}:")
            width = max(len(name) for name in names)
            for i, name in enumerate(names):
                interval = show_interval(defined(lower[i]), defined(upper[i]))
                said = show_p(defined(p[i]))
                lines.append(f"  {name:<{width}}  {values[i]:.4f} {interval}, {said}")
        return "\n".join([*lines, *self.notes])


@takes_fit()
def location_scale(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    scale: Moderators,
    mods: Moderators = "~ 1",
    data: Columns | None = None,
    sei: ArrayLike | None = None,
    link: Link = "log",
    method: Literal["ML", "REML"] = "REML",
    test: Test = "z",
    level: float = 0.95,
) -> LocationScale:
    """Fit a model in which moderators explain the mean and the heterogeneity.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors. Rows with a missing value are left out.
    scale : str or array_like, shape (k, q) or (k,)
        Moderators of the heterogeneity, as a formula or as numbers (with an intercept before).
    mods : str or array_like
        Moderators of the mean, likewise; one mean by default.
    data : mapping of str to column, a data frame of any make, or None
        The variables of the formulas.
    link : {"log", "identity"}
        log tau2 = Z alpha, or tau2 = Z alpha with no tau2 below 0.
    method : {"ML", "REML"}
        Likelihood or restricted likelihood.
    test : {"z", "t", "knha", "adhoc"}
        As in :func:`rma`; all but z test alpha by t with k - q.
    level : float
        Of the intervals.

    Returns
    -------
    LocationScale

    Raises
    ------
    InputError
        If shapes differ, or there are fewer studies than coefficients.
    ConvergenceError
        If the likelihood has no finite maximum from any start.

    Notes
    -----
    The log-likelihood is maximised by Newton's steps with exact derivatives from many starts, and
    the highest end is taken; metafor climbs from one start with numerical derivatives. Standard
    errors of alpha come from the observed information, as in metafor. Where all effects of some
    kind of study are alike, log tau2 runs off to minus infinity: ``notes`` says so.

    References
    ----------
    Viechtbauer W, Lopez-Lopez JA (2022). Location-scale models for meta-analysis. Research
    Synthesis Methods 13:697-715. doi:10.1002/jrsm.1562

    Examples
    --------
    >>> y = [0.1, 0.2, 0.15, 0.9, -0.6, 0.4, 0.12, 1.3]
    >>> fit = location_scale(y, [0.01] * 8, scale="~ x", data={"x": [0, 0, 0, 1, 1, 1, 0, 1]})
    >>> [round(float(t), 3) for t in fit.tau2[[0, 3]]]
    [0.0, 0.621]
    """
    if method not in ("ML", "REML"):
        raise InputError(f"method must be ML or REML, not {method!r}.")
    if link not in ("log", "identity"):
        raise InputError(f"link must be log or identity, not {link!r}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    y, v = as_effects_near_one(yi, variances(vi, sei))
    location = model_matrix(mods, len(y), data=data)
    spread = model_matrix(scale, len(y), data=data, argument="scale")
    gaps = np.isnan(location.X).any(axis=1) | np.isnan(spread.X).any(axis=1)
    keep = ~(np.isnan(y) | np.isnan(v) | gaps)
    notes = [n.replace("no effect or no variance", "a value is missing") for n in left_out(keep)]
    location, dropped = without_redundant(location, keep)
    spread, also = without_redundant(spread, keep, "scale")
    X, Z, k = location.X[keep], spread.X[keep], int(keep.sum())
    p, q = X.shape[1], Z.shape[1]
    if k <= p or k < q or p == 0 or q == 0:
        raise InputError(
            f"{p} coefficients of the mean and {q} of the scale cannot be estimated from {k} "
            "studies.",
            remedy="Leave out moderators, or merge levels of a factor.",
        )
    top = climb(ScaleModel(y=y[keep], v=v[keep], X=X, Z=Z, link=link, method=method))
    if top.edge:
        said = "tau2 of some studies is 0" if link == "identity" else "log tau2 runs off to -inf"
        notes.append(f"{said}: the likelihood is highest at that edge, alpha has no sound test")
    if top.maxima > 1:
        notes.append(f"the climbs ended at {top.maxima} different heights; the highest is taken")
    batch = Batch.of(y[keep], v[keep], X)
    weighted = wls(batch, top.point.w)
    factor = _factor(float(weighted.rss[0]), k - p, test)
    beta, vcov = top.point.beta[0], top.point.cov[0] * factor
    ddf, ddf_alpha = (None, None) if test == "z" else (k - p, k - q)
    se, stat, pval, ci_lb, ci_ub = _tested(beta, vcov, ddf, level)
    of_alpha = _tested(top.alpha, top.vcov, ddf_alpha, level)
    qm, qmp = _joint(beta, vcov, ddf, location.intercept)
    qs, qsp = _joint(top.alpha, top.vcov, ddf_alpha, spread.intercept)
    tau2 = np.full(len(y), np.nan)
    tau2[keep] = np.maximum(top.point.tau2[0], 0.0)
    qe = float(wls(batch, 1 / batch.v).rss[0])
    return LocationScale(
        k=k, p=p, q=q, names=location.names, beta=beta, se=se, stat=stat, pval=pval,
        ci_lb=ci_lb, ci_ub=ci_ub, vcov=vcov, ddf=ddf, scale_names=spread.names, alpha=top.alpha,
        se_alpha=of_alpha[0], stat_alpha=of_alpha[1], pval_alpha=of_alpha[2],
        ci_lb_alpha=of_alpha[3], ci_ub_alpha=of_alpha[4], vcov_alpha=top.vcov,
        ddf_alpha=ddf_alpha, tau2=tau2, QE=qe, QEp=float(chi2.sf(qe, k - p)),
        QM=defined(qm), QMp=defined(qmp), QS=defined(qs), QSp=defined(qsp),
        fit=_statistics(float(top.point.loglik[0]), v[keep], p, q, method),
        link=link, method=method, test=test, level=level, notes=(*notes, *dropped, *also),
        call=RCall(
            function="rma",
            columns={"yi": y, "vi": v},
            others={
                name: column
                for made in (location, spread)
                for name, column in zip(made.names, made.X.T, strict=True)
                if name != "intrcpt"
            },
            options={
                "mods": r_formula(location.names, location.intercept),
                "scale": r_formula(spread.names, spread.intercept),
                "link": link,
                "method": method,
                "test": test,
                "level": 100 * level,
            },
        ),
    )  # fmt: skip


def _factor(rss: float, free: int, test: Test) -> float:
    """Factor on the covariances of Knapp and Hartung."""
    if test not in ("knha", "adhoc"):
        return 1.0
    return max(1.0, rss / free) if test == "adhoc" else rss / free


def _tested(
    values: Vector, vcov: Matrix, free: int | None, level: float
) -> tuple[Vector, Vector, Vector, Vector, Vector]:
    """Standard errors, statistics, p values and intervals of coefficients."""
    se = np.sqrt(np.diag(vcov))
    with np.errstate(divide="ignore", invalid="ignore"):
        stat = values / se
    half = critical(level, free) * se
    p = np.array([two_sided(float(s), free) for s in stat])
    return se, stat, p, values - half, values + half


def _joint(values: Vector, vcov: Matrix, free: int | None, intercept: bool) -> tuple[float, float]:
    """Test all coefficients but the intercept (that too, if it is alone)."""
    tested = np.arange(1 if intercept and len(values) > 1 else 0, len(values))
    return wald(values[tested], vcov[np.ix_(tested, tested)], free)


def _statistics(loglik: float, v: Vector, p: int, q: int, method: str) -> FitStats:
    """Information criteria as metafor counts them: p + q parameters, k - p rows under REML."""
    k, parms = len(v), p + q
    size = k - p if method == "REML" else k
    saturated = 0.0 if method == "REML" else float(-np.log(2 * np.pi * v).sum() / 2)
    roomy = max(size, parms + 2)
    return FitStats(
        loglik=loglik,
        deviance=-2 * (loglik - saturated),
        AIC=-2 * loglik + 2 * parms,
        BIC=-2 * loglik + parms * float(np.log(size)),
        AICc=-2 * loglik + 2 * parms * roomy / (roomy - parms - 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScalePrediction(Result):
    """The mean and the heterogeneity of one kind of study, with intervals."""

    DOES: ClassVar[str] = "The effect and the heterogeneity of one kind of study were predicted."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2022",)

    pred: float
    se: float
    ci_lb: float
    ci_ub: float
    pi_lb: float
    pi_ub: float
    tau2: float
    tau2_lb: float | None
    tau2_ub: float | None


def predict_scale(fit: LocationScale, x: ArrayLike, z: ArrayLike) -> ScalePrediction:
    """Predict for one kind of study.

    Parameters
    ----------
    fit : LocationScale
        The model.
    x, z : array_like, shapes (p,) and (q,)
        Its moderators of the mean and of the scale, a 1 for an intercept first.

    Returns
    -------
    ScalePrediction
        With the interval for the true effect of such a study, by the distribution of the fit's
        test, and its own tau2.

    Examples
    --------
    >>> y = [0.1, 0.2, 0.15, 0.9, -0.6, 0.4, 0.12, 1.3]
    >>> arm = {"x": [0, 1, 0, 1, 0, 1, 1, 0]}
    >>> found = predict_scale(location_scale(y, [0.01] * 8, scale="~ x", data=arm), [1], [1, 1])
    >>> round(found.pred, 3), round(found.tau2, 3)
    (0.374, 0.107)
    """
    row, spread = as_vector("x", x), as_vector("z", z)
    if len(row) != fit.p or len(spread) != fit.q:
        raise InputError(
            f"x must have {fit.p} entries and z {fit.q}; they have {len(row)} and {len(spread)}.",
            remedy="Give one a coefficient, the intercept's (1) first.",
        )
    crit = critical(fit.level, fit.ddf)
    pred, se = float(row @ fit.beta), float(np.sqrt(row @ fit.vcov @ row))
    eta = float(spread @ fit.alpha)
    half = critical(fit.level, fit.ddf_alpha) * float(np.sqrt(spread @ fit.vcov_alpha @ spread))
    bounds = [eta, eta - half, eta + half]
    tau2, lower, upper = np.exp(bounds) if fit.link == "log" else np.maximum(bounds, 0.0)
    wide = crit * float(np.sqrt(se**2 + tau2))
    return ScalePrediction(
        pred=pred, se=se, ci_lb=pred - crit * se, ci_ub=pred + crit * se,
        pi_lb=pred - wide, pi_ub=pred + wide, tau2=float(tau2),
        tau2_lb=defined(lower), tau2_ub=defined(upper),
    )  # fmt: skip
