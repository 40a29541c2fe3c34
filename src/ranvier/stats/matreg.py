"""Regression from a matrix of correlations or covariances, known or itself pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2
from scipy.stats import f as fisher_f

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.mixed import critical
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.result import Result
from ranvier.stats.rma import two_sided

__all__ = ["MatrixRegression", "matreg"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatrixRegression(Result):
    """What :func:`matreg` found.

    Attributes
    ----------
    names : tuple of str
        Of the predictors (``intrcpt`` first, if means are given).
    beta, se, stat, pval, ci_lb, ci_ub : Vector
        Coefficients; standardised ones for a matrix of correlations.
    ddf : int or None
        Degrees of freedom of their t tests; None if the variances of the matrix are given.
    R2 : float
        Share of the variance of the outcome explained, from 0 to 1.
    F, Fp, QM, QMp : float or None
        Joint test of all predictors: F with a sample size, chi-squared with variances.
    """

    DOES: ClassVar[str] = "Regression coefficients were calculated from a matrix of correlations."
    CITES: ClassVar[tuple[str, ...]] = ("becker1992",)

    names: tuple[str, ...]
    beta: Vector
    se: Vector
    stat: Vector
    pval: Vector
    ci_lb: Vector
    ci_ub: Vector
    vcov: Matrix = field(repr=False)
    ddf: int | None
    R2: float
    F: float | None
    Fp: float | None
    QM: float | None
    QMp: float | None
    level: float

    def __str__(self) -> str:
        whole = f"QM = {show(self.QM)}, {show_p(self.QMp)}"
        if self.F is not None:
            whole = f"F = {show(self.F)}, {show_p(self.Fp)}"
        lines = [f"Regression from a matrix: R2 {100 * self.R2:.1f}%; {whole}"]
        width = max(len(name) for name in self.names)
        for i, name in enumerate(self.names):
            interval = show_interval(defined(self.ci_lb[i]), defined(self.ci_ub[i]))
            p = show_p(defined(self.pval[i]))
            lines.append(f"{name:<{width}}  {self.beta[i]:.4f} {interval}, {p}")
        return "\n".join(lines)


def matreg(
    R: ArrayLike,
    *,
    y: int | str = 0,
    x: Sequence[int] | Sequence[str] | None = None,
    n: int | None = None,
    V: ArrayLike | None = None,
    cov: bool = False,
    means: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> MatrixRegression:
    """Regress one variable on others, given only their correlations or covariances.

    Parameters
    ----------
    R : array_like, shape (m, m)
        Correlations (or covariances, with ``cov``).
    y : int or str
        The outcome: its place, from 0, or its name.
    x : sequence of int or str, or None
        The predictors; None takes all others.
    n : int or None
        Size of the sample that R is of. Give this or ``V``.
    V : array_like or None
        Covariances of the entries below the diagonal of R, column by column (with the diagonal,
        if ``cov``), as when R was pooled by a meta-analysis.
    cov : bool
        R holds covariances: coefficients are in the units of the variables.
    means : array_like or None
        Means of the variables, for an intercept; with ``cov`` and ``n``.
    names : sequence of str or None
        Of the variables.
    level : float
        Of the intervals.

    Returns
    -------
    MatrixRegression

    Raises
    ------
    InputError
        If R is not symmetric and positive definite, shapes differ, or there are too few people.

    Notes
    -----
    With correlations, t has n - q degrees of freedom, as in metafor; with covariances, n - q - 1,
    as in least squares with an intercept.

    References
    ----------
    Becker BJ (1992). Using results from replicated studies to estimate linear models. Journal of
    Educational Statistics 17:341-362. doi:10.3102/10769986017004341

    Examples
    --------
    >>> fit = matreg([[1, 0.5, 0.3], [0.5, 1, 0.2], [0.3, 0.2, 1]], n=50)
    >>> [round(float(b), 4) for b in fit.beta], round(fit.R2, 4)
    ([0.4583, 0.2083], 0.2917)
    """
    try:
        S = np.asarray(R, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("R must be a matrix of numbers.", remedy="Fill in both halves.") from error
    m = S.shape[0] if S.ndim else 0
    if S.ndim != 2 or S.shape != (m, m) or not np.allclose(S, S.T, rtol=1e-8, atol=1e-12):
        raise InputError("R must be a symmetric matrix.", remedy="Fill in both halves.")
    if not cov and not np.allclose(np.diag(S), 1):
        raise InputError("R has no ones on its diagonal.", remedy="Say cov=True for covariances.")
    if (n is None) == (V is None):
        raise InputError("Give either n, the sample size, or V, the variances of R's entries.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    labels = tuple(str(name) for name in (names or range(m)))
    if len(labels) != m:
        raise InputError(f"names must have {m} entries; it has {len(labels)}.")
    outcome = _place(y, labels)
    others = [i for i in range(m) if i != outcome] if x is None else [_place(i, labels) for i in x]
    if not others or outcome in others or len(set(others)) != len(others):
        raise InputError("x must name at least one variable, each once, and not the outcome.")
    used = np.ix_([outcome, *others], [outcome, *others])
    if np.linalg.eigvalsh(S[used]).min() <= 1e-12 * float(np.trace(S[used])):
        raise InputError(
            "R is not positive definite.", remedy="Leave out a predictor, or check its entries."
        )
    inverse = np.asarray(np.linalg.inv(S[np.ix_(others, others)]), dtype=np.float64)
    beta = inverse @ S[others, outcome]
    R2 = float(beta @ S[others, outcome] / S[outcome, outcome])
    named = tuple(labels[i] for i in others)
    q = len(others)
    if V is not None:
        if means is not None:
            raise InputError("An intercept needs n, not V.", remedy="Leave out means.")
        vcov = _spread(np.asarray(V, dtype=np.float64), inverse, beta, outcome, others, m, cov)
        qm = float(beta @ np.linalg.solve(vcov, beta))
        joint: dict[str, float | None] = {"QM": qm, "QMp": float(chi2.sf(qm, q))}
        return _result(named, beta, vcov, None, R2, joint, level)
    assert n is not None
    free = n - q - (1 if cov else 0)
    if free < 1:
        raise InputError(f"{n} people are too few for {q} predictors.", remedy="Use fewer.")
    error = S[outcome, outcome] * (1 - R2) / free
    vcov = error * inverse
    f = R2 / q / ((1 - R2) / free)
    joint = {"F": f, "Fp": float(fisher_f.sf(f, q, free))}
    if means is not None:
        beta, vcov = _with_intercept(means, cov, beta, vcov, error, outcome, others, n, m)
        named = ("intrcpt", *named)
    return _result(named, beta, vcov, free, R2, joint, level)


def _place(which: int | str, labels: tuple[str, ...]) -> int:
    """Find a variable by place or by name."""
    if isinstance(which, str) and which in labels:
        return labels.index(which)
    if isinstance(which, int) and 0 <= which < len(labels):
        return which
    raise InputError(f"There is no variable {which!r}.", remedy=f"There are: {', '.join(labels)}.")


def _with_intercept(
    means: ArrayLike, cov: bool, beta: Vector, vcov: Matrix, error: float, outcome: int,
    others: list[int], n: int, m: int,
) -> tuple[Vector, Matrix]:  # fmt: skip
    """Put the intercept first, with its covariances."""
    centre = np.asarray(means, dtype=np.float64)
    if not cov or centre.shape != (m,):
        raise InputError(f"means needs cov=True, and {m} entries.")
    at = centre[others]
    first = float(centre[outcome] - at @ beta)
    cross = -vcov @ at
    corner = error * (n - 1) / n + float(at @ vcov @ at)
    top = np.concatenate([[corner], cross])
    return np.concatenate([[first], beta]), np.vstack([top, np.column_stack([cross, vcov])])


def _spread(
    V: Matrix, inverse: Matrix, beta: Vector, outcome: int, others: list[int], m: int, cov: bool
) -> Matrix:
    """Covariances by the delta method: d beta = R_xx^-1 (d R_xy - d R_xx beta)."""
    pairs = [(i, j) for j in range(m) for i in range(j if cov else j + 1, m)]
    if V.shape != (len(pairs), len(pairs)):
        raise InputError(f"V must be {len(pairs)} by {len(pairs)}, one row an entry of R.")
    full = np.zeros(m)
    full[others] = -beta
    full[outcome] = 1.0
    place = {variable: i for i, variable in enumerate(others)}
    slopes = np.zeros((len(others), len(pairs)))
    for column, (i, j) in enumerate(pairs):
        if i in place:
            slopes[place[i], column] += full[j]
        if j in place and i != j:
            slopes[place[j], column] += full[i]
    J = inverse @ slopes
    return J @ V @ J.T


def _result(
    names: tuple[str, ...], beta: Vector, vcov: Matrix, free: int | None, R2: float,
    joint: dict[str, float | None], level: float,
) -> MatrixRegression:  # fmt: skip
    se = np.sqrt(np.diag(vcov))
    half = critical(level, free) * se
    stat = beta / se
    return MatrixRegression(
        names=names, beta=beta, se=se, stat=stat, ci_lb=beta - half, ci_ub=beta + half,
        pval=np.array([two_sided(float(s), free) for s in stat]), vcov=vcov, ddf=free, R2=R2,
        F=joint.get("F"), Fp=joint.get("Fp"), QM=joint.get("QM"), QMp=joint.get("QMp"), level=level,
    )  # fmt: skip
