"""What one does with a fit, in metafor's words: predict, compare, bound, weigh, profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.estimators import FIXED
from ranvier.stats.formula import Columns
from ranvier.stats.least_squares import Batch
from ranvier.stats.likelihood import profile as likelihood_at
from ranvier.stats.location_scale import LocationScale
from ranvier.stats.mantel_haenszel import MhResult
from ranvier.stats.mixed import FitStats, critical
from ranvier.stats.printing import defined, show, show_coefficients, show_p
from ranvier.stats.regression import RegressionResult, likelihood_ratio, wald
from ranvier.stats.result import Result
from ranvier.stats.rma import RmaResult
from ranvier.stats.tau2_ci import Tau2Ci, Tau2Interval, confint_tau2

__all__ = [
    "Comparison",
    "Predictions",
    "Profile",
    "WaldTest",
    "anova",
    "confint",
    "fitstats",
    "predict",
    "profile",
    "weights",
]

Transform = Callable[[Vector], Vector]
TransformName = Literal["exp", "ilogit", "ztor", "iarcsin", "isqrt"]

#: Back-transformations by metafor's names.
TRANSFORMS: Mapping[str, Transform] = {
    "exp": np.exp,
    "ilogit": expit,
    "ztor": np.tanh,
    "iarcsin": lambda x: np.sin(np.clip(x, 0, np.pi / 2)) ** 2,
    "isqrt": lambda x: np.maximum(x, 0) ** 2,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions(Result):
    """What :func:`predict` found; one entry a prediction.

    Attributes
    ----------
    pred, ci_lb, ci_ub, pi_lb, pi_ub : Vector
        Mean effect, its confidence interval and the prediction interval for a new study; nan where
        not defined.
    se : Vector
        Standard errors; nan for predictions that were transformed.
    slab : tuple of str
        What each is for.
    """

    DOES: ClassVar[str] = "Effects were predicted from the model."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010",)

    pred: Vector
    se: Vector
    ci_lb: Vector
    ci_ub: Vector
    pi_lb: Vector
    pi_ub: Vector
    slab: tuple[str, ...]

    def __str__(self) -> str:
        columns = {"pred": self.pred, "se": self.se, "ci.lb": self.ci_lb, "ci.ub": self.ci_ub}
        columns |= {"pi.lb": self.pi_lb, "pi.ub": self.pi_ub}
        shown = {
            name: [defined(x) for x in values]
            for name, values in columns.items()
            if np.isfinite(values).any()
        }
        names = self.slab if len(self.slab) > 1 else None
        return "\n".join([*(show_coefficients(shown, names) if names else show_coefficients(shown)),
                          *self.notes])  # fmt: skip


def predict(
    fit: RmaResult | RegressionResult | MhResult,
    newmods: ArrayLike | None = None,
    *,
    level: float | None = None,
    transf: Transform | TransformName | None = None,
    pi_method: Literal["t", "riley", "test"] | None = None,
) -> Predictions:
    """Predict the mean effect, and the effect in a new study.

    Parameters
    ----------
    fit : RmaResult, RegressionResult or MhResult
        What to predict from.
    newmods : array_like, shape (m, q), or (q,) for one, or (m,) of one moderator, or None
        Values of the moderators, in the order of ``fit.names`` without the intercept; None predicts
        each study of the fit.
    level : float or None
        Of the intervals; None: that of the fit.
    transf : function of an array, {"exp", "ilogit", "ztor", "iarcsin", "isqrt"}, or None
        Of predictions and bounds: metafor's names, or a function such as ``numpy.exp``.
    pi_method : {"t", "riley", "test"} or None
        As in :func:`rma`; None: that of the fit, and the distribution of the test for a regression.

    Returns
    -------
    Predictions

    Raises
    ------
    InputError
        If ``newmods`` does not have one column a moderator.

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> fit = rma([0.1, 0.3, 0.5, 0.7], [0.02] * 4, mods=[1, 2, 3, 4])
    >>> [round(float(x), 3) for x in predict(fit, [1, 2.5]).pred]
    [0.1, 0.4]
    >>> round(float(predict(rma([0.1, 0.5], [0.1, 0.1], method="EE"), transf=np.exp).pred[0]), 4)
    1.3499
    """
    share = fit.level if level is None else level
    if not 0 < share < 1:
        raise InputError(f"level must be between 0 and 1; it is {share}.")
    if not isinstance(fit, RegressionResult):
        if newmods is not None:
            raise InputError("The fit has no moderators.", remedy="Leave out newmods.")
        pred = np.array([np.nan if fit.estimate is None else fit.estimate])
        se = np.array([np.nan if fit.se is None else fit.se])
        names: tuple[str, ...] = ("overall",)
    else:
        X, names = _rows(fit, newmods)
        pred = X @ fit.beta
        se = np.sqrt(((X @ fit.vcov) * X).sum(axis=1))
    ddf = None if isinstance(fit, MhResult) else fit.ddf
    half = critical(share, ddf) * se
    wide = np.full(len(se), np.nan)
    if not isinstance(fit, MhResult) and fit.method not in FIXED and fit.k > 1:
        how = pi_method or (fit.pi_method if isinstance(fit, RmaResult) else "test")
        p = fit.p if isinstance(fit, RegressionResult) else 1
        free = {"t": fit.k - p, "riley": max(1, fit.k - p - 1), "test": ddf}[how]
        wide = critical(share, free) * np.sqrt(se**2 + fit.tau2)
    turn = _turning(transf)
    low, high = _sorted(turn(pred - half), turn(pred + half))
    pi_low, pi_high = _sorted(turn(pred - wide), turn(pred + wide))
    return Predictions(
        pred=np.asarray(turn(pred)),
        se=se if transf is None else np.full(len(se), np.nan),
        ci_lb=low, ci_ub=high, pi_lb=pi_low, pi_ub=pi_high, slab=names,
    )  # fmt: skip


def _turning(transf: Transform | TransformName | None) -> Transform:
    """Find a back-transformation by its name."""
    if transf is None:
        return _same
    if isinstance(transf, str):
        if transf not in TRANSFORMS:
            raise InputError(
                f"There is no transformation {transf!r}.",
                remedy=f"Known are {', '.join(TRANSFORMS)}; or give a function, such as numpy.exp.",
            )
        return TRANSFORMS[transf]
    return transf


def _rows(fit: RegressionResult, newmods: ArrayLike | None) -> tuple[Matrix, tuple[str, ...]]:
    """Rows of the design to predict for, and what to call them."""
    if newmods is None:
        kept = fit.rows()
        return fit.X[kept], tuple(n for n, there in zip(fit.slab, kept, strict=True) if there)
    intercept = fit.names[0] == "intrcpt"
    q = fit.p - intercept
    rows = np.atleast_1d(np.asarray(newmods, dtype=np.float64))
    if rows.ndim == 1:
        rows = rows[:, None] if q == 1 else rows[None]
    if rows.ndim != 2 or rows.shape[1] != q or not np.isfinite(rows).all():
        said = ", ".join(name for name in fit.names if name != "intrcpt")
        raise InputError(f"newmods must have {q} columns, one a moderator ({said}), and no gap.")
    X = np.column_stack([np.ones(len(rows)), rows]) if intercept else rows
    return X, tuple(str(i + 1) for i in range(len(rows)))


def _same(x: Vector) -> Vector:
    return x


def _sorted(low: Vector, high: Vector) -> tuple[Vector, Vector]:
    """A falling transformation turns bounds round."""
    return np.fmin(low, high), np.fmax(low, high)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison(Result):
    """A full and a reduced model side by side, and the likelihood ratio test between them.

    Attributes
    ----------
    LRT, pval : float
        Statistic and p value, with ``df`` degrees of freedom.
    full, reduced : FitStats
        Log-likelihoods and criteria.
    tau2 : tuple of float
        Of the full and the reduced model; ``R2`` is the percentage accounted for, None if the
        reduced one has none.
    """

    DOES: ClassVar[str] = "Nested models were compared by a likelihood ratio test."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2010",)

    df: int
    LRT: float
    pval: float
    parameters: tuple[int, int]
    full: FitStats
    reduced: FitStats
    QE: tuple[float, float]
    tau2: tuple[float, float]
    R2: float | None

    def __str__(self) -> str:
        columns: dict[str, list[float | None]] = {"df": list(map(float, self.parameters))}
        for name, key in (("AIC", "AIC"), ("BIC", "BIC"), ("AICc", "AICc"), ("logLik", "loglik")):
            columns[name] = [getattr(self.full, key), getattr(self.reduced, key)]
        columns |= {"QE": list(self.QE), "tau^2": list(self.tau2)}
        lines = show_coefficients(columns, ("Full", "Reduced"))
        lines += [f"LRT(df = {self.df}) = {show(self.LRT)}, {show_p(self.pval)}"]
        return "\n".join([*lines, *self.notes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaldTest(Result):
    """A joint test of coefficients, or of combinations of them: chi-squared, or F with ``ddf``."""

    DOES: ClassVar[str] = "Coefficients were tested together by a Wald-type test."
    CITES: ClassVar[tuple[str, ...]] = ("knapp2003",)

    QM: float | None
    QMp: float | None
    m: int
    ddf: int | None
    tested: tuple[str, ...]

    def __str__(self) -> str:
        df = f"df = {self.m}" if self.ddf is None else f"df1 = {self.m}, df2 = {self.ddf}"
        name = "QM" if self.ddf is None else "F"
        return f"{name}({df}) = {show(self.QM)}, {show_p(self.QMp)}  ({', '.join(self.tested)})"


def anova(
    full: RmaResult | RegressionResult,
    reduced: RmaResult | RegressionResult | None = None,
    *,
    btt: Sequence[int | str] | int | str | None = None,
    X: ArrayLike | None = None,
) -> Comparison | WaldTest:
    """Compare nested models by their likelihoods; or, of one regression, test coefficients.

    Parameters
    ----------
    full, reduced : RmaResult or RegressionResult
        Both fitted to the same studies by ML; by REML only if they have the same moderators, and
        differ in what they say of tau2.
    btt : name, position from 0, or a sequence of them; None
        Coefficients of ``full`` to test together; a text takes all whose name holds it. None: all
        but the intercept.
    X : array_like, shape (m, p) or (p,), or None
        Combinations of the coefficients to test together, in their place.

    Returns
    -------
    Comparison or WaldTest

    Raises
    ------
    InputError
        If the models cannot be compared, or a coefficient is not there.

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> y, v, x = [0.1, 0.3, 0.2, 0.7], [0.02] * 4, [1, 2, 3, 4]
    >>> full, reduced = rma(y, v, mods=x, method="ML"), rma(y, v, method="ML")
    >>> found = anova(full, reduced)
    >>> found.df, round(found.LRT, 3)
    (1, 4.662)
    """
    if reduced is None:
        if not isinstance(full, RegressionResult):
            raise InputError("One pooled effect has no moderators to test.",
                             remedy="Give a reduced model too, or a meta-regression.")  # fmt: skip
        return _wald(full, btt, X)
    both = (full, reduced)
    kept = [fit.yi[fit.rows()] for fit in both]
    if len(kept[0]) != len(kept[1]) or not np.array_equal(kept[0], kept[1]):
        raise InputError("The models are fitted to different studies.",
                         remedy="Leave out of both what is missing in one.")  # fmt: skip
    if (full.method == "REML") != (reduced.method == "REML"):
        raise InputError("One model is fitted by REML, the other is not: fit both by one method.")
    if full.method == "REML" and _columns(full) != _columns(reduced):
        raise InputError("Likelihoods under REML of models with different moderators do not "
                         "compare.", remedy='Fit both by method="ML".')  # fmt: skip
    counted = (_parameters(full), _parameters(reduced))
    stat, pval = likelihood_ratio(full.fit, reduced.fit, counted[0] - counted[1])
    known = reduced.tau2 > 0 and full.method not in FIXED
    return Comparison(
        df=counted[0] - counted[1], LRT=stat, pval=pval, parameters=counted,
        full=full.fit, reduced=reduced.fit, QE=(full.QE, reduced.QE),
        tau2=(full.tau2, reduced.tau2),
        R2=max(0.0, 100 * (reduced.tau2 - full.tau2) / reduced.tau2) if known else None,
    )  # fmt: skip


def _columns(fit: RmaResult | RegressionResult) -> tuple[str, ...]:
    return fit.names if isinstance(fit, RegressionResult) else ("intrcpt",)


def _parameters(fit: RmaResult | RegressionResult) -> int:
    """Coefficients, and tau2 if it was estimated."""
    given = isinstance(fit, RmaResult) and fit.given_tau2 is not None
    return len(_columns(fit)) + (fit.method not in FIXED and not given)


def _wald(
    fit: RegressionResult, btt: Sequence[int | str] | int | str | None, X: ArrayLike | None
) -> WaldTest:
    if X is not None:
        rows = np.atleast_2d(np.asarray(X, dtype=np.float64))
        if rows.shape[1] != fit.p:
            raise InputError(f"X must have {fit.p} columns: {', '.join(fit.names)}.")
        said = tuple(f"combination {i + 1}" for i in range(len(rows)))
    else:
        at = _positions(fit, btt)
        rows = np.eye(fit.p)[at]
        said = tuple(fit.names[i] for i in at)
    qm, qmp = wald(rows @ fit.beta, rows @ fit.vcov @ rows.T, fit.ddf)
    return WaldTest(QM=defined(qm), QMp=defined(qmp), m=len(rows), ddf=fit.ddf, tested=said)


def _positions(fit: RegressionResult, btt: Sequence[int | str] | int | str | None) -> list[int]:
    if btt is None:
        first = 1 if fit.names[0] == "intrcpt" and fit.p > 1 else 0
        return list(range(first, fit.p))
    asked = [btt] if isinstance(btt, int | str) else list(btt)
    found: list[int] = []
    for one in asked:
        here = [
            i for i, n in enumerate(fit.names) if (one in n if isinstance(one, str) else one == i)
        ]
        if not here:
            raise InputError(f"There is no coefficient {one!r}.",
                             remedy=f"There are: {', '.join(fit.names)}.")  # fmt: skip
        found += [i for i in here if i not in found]
    return found


def confint(
    fit: RmaResult | RegressionResult,
    *,
    type: Tau2Interval | None = None,
    level: float | None = None,
) -> Tau2Ci:
    """Calculate intervals of tau2, tau, I2 and H2 of a fit, as metafor's ``confint``.

    Parameters
    ----------
    fit : RmaResult or RegressionResult
        A random-effects fit; intervals of its coefficients are ``fit.ci_lb`` and ``fit.ci_ub``.
    type : {"QP", "PL", "GENQ"} or None
        As in :func:`confint_tau2`; None: ``GENQ`` for a fit by it, ``QP`` else.
    level : float or None
        None: that of the fit.

    Returns
    -------
    Tau2Ci

    Raises
    ------
    InputError
        If the fit has no tau2 of its own to bound.

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> print(confint(rma([0.10, 0.30, 0.35, 0.65], [0.03, 0.03, 0.05, 0.01], method="DL")))
    tau2   0.0506 [0.0000, 0.6999]
    tau    0.2249 [0.0000, 0.8366]
    I2 (%) 66.7546 [0.0000, 96.5248]
    H2     3.0079 [1.0000, 28.7754]
    """
    if fit.method in FIXED or (isinstance(fit, RmaResult) and fit.given_tau2 is not None):
        raise InputError("This fit does not estimate tau2.", remedy='Fit it by method="REML".')
    kind: Tau2Interval = type or ("GENQ" if fit.method == "GENQ" else "QP")
    return confint_tau2(fit, type=kind, level=fit.level if level is None else level)


def fitstats(*fits: RmaResult | RegressionResult | LocationScale) -> Columns:
    """Put the log-likelihood and the information criteria of fits side by side.

    Parameters
    ----------
    *fits : RmaResult, RegressionResult or LocationScale
        One column each.

    Returns
    -------
    dict of list
        ``statistic`` and ``fit1``, ``fit2``, ...: what a data frame takes as it is.

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> table = fitstats(rma([0.1, 0.3, 0.5], [0.1] * 3, method="EE"))
    >>> table["statistic"]
    ['logLik', 'deviance', 'AIC', 'BIC', 'AICc']
    """
    names = {"logLik": "loglik", "deviance": "deviance", "AIC": "AIC", "BIC": "BIC", "AICc": "AICc"}
    return {
        "statistic": list(names),
        **{
            f"fit{i + 1}": [float(getattr(fit.fit, key)) for key in names.values()]
            for i, fit in enumerate(fits)
        },
    }


def weights(fit: RmaResult | RegressionResult | MhResult) -> dict[str, float]:
    """Return the weight of each study, in percent, under its name.

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> weights(rma([0.1, 0.3], [0.1, 0.3], slab=["a", "b"], method="EE"))
    {'a': 75.0, 'b': 25.0}
    """
    return {
        name: round(float(w), 12)
        for name, w in zip(fit.slab, fit.weights, strict=True)
        if np.isfinite(w)
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile(Result):
    """The log-likelihood at values of tau2, maximised over the coefficients."""

    DOES: ClassVar[str] = "The likelihood of the between-study variance was profiled."
    CITES: ClassVar[tuple[str, ...]] = ("viechtbauer2005",)

    tau2: Vector
    ll: Vector
    maximum: float


def profile(
    fit: RmaResult | RegressionResult,
    *,
    xlim: tuple[float, float] | None = None,
    steps: int = 20,
) -> Profile:
    """Evaluate the (restricted) log-likelihood of a fit along tau2.

    Parameters
    ----------
    fit : RmaResult or RegressionResult
        By ML or REML.
    xlim : tuple of float or None
        From where to where; None: the 95% interval of tau2, around the estimate.
    steps : int
        How many values.

    Returns
    -------
    Profile

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> found = profile(rma([0.1, 0.3, 0.9], [0.05] * 3), xlim=(0, 1), steps=5)
    >>> bool(found.ll.max() <= found.maximum), found.tau2.tolist()
    (True, [0.0, 0.25, 0.5, 0.75, 1.0])
    """
    if fit.method not in ("ML", "REML"):
        raise InputError(f"A profile needs method ML or REML; the fit has {fit.method}.")
    if steps < 2:
        raise InputError("steps must be at least 2.")
    if xlim is None:
        _, low, high = confint(fit).tau2
        xlim = (min(low, fit.tau2), max(high, fit.tau2 * 4, 0.1))
    if not 0 <= xlim[0] < xlim[1]:
        raise InputError("xlim must be two values of tau2, the smaller first, none below 0.")
    kept = fit.rows()
    X = fit.X[kept] if isinstance(fit, RegressionResult) else None
    batch = Batch.of(fit.yi[kept], fit.vi[kept], X)
    grid = np.linspace(*xlim, steps)
    return Profile(
        tau2=grid, ll=likelihood_at(batch, grid[None], fit.method)[0], maximum=fit.fit.loglik
    )
