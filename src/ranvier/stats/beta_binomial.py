"""Beta-binomial models: risks that vary between studies, and no study left out.

The events of a group are binomial given its risk; the risk is beta distributed over studies with
mean mu and correlation rho between two persons of one group and study. With phi = rho / (1 - rho)
the likelihood is a product of terms mu + j phi, 1 - mu + j phi and 1 + j phi, which needs no gamma
function and holds at phi = 0, the binomial, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, gammaln, logit

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.arrays import Matrix, Vector, as_counts, rows_of
from ranvier.stats.effects import table_from
from ranvier.stats.mixed import FitStats, critical
from ranvier.stats.printing import defined, show, show_interval, show_p
from ranvier.stats.result import Result
from ranvier.stats.rma import two_sided

__all__ = ["BetaBinomial", "BetaBinomialMeasure", "beta_binomial"]

BetaBinomialMeasure = Literal["OR", "RR", "RD", "PLO"]

#: Starts of phi; the likeliest at the pooled risks is taken.
STARTS = (1e-4, 1e-3, 0.01, 0.05, 0.2, 1.0)
MOST_STEPS = 200
ENOUGH = 1e-13
#: Beyond this phi, studies have only events or none: rho is 1.
LARGEST = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BetaBinomial(Result):
    """What :func:`beta_binomial` found; ratios on the log scale.

    Attributes
    ----------
    k : int
        Studies, those without events included.
    estimate, se, stat, pval, ci_lb, ci_ub : float or None
        The effect: of the mean risks, not of a typical study.
    risks : tuple of float
        Mean risk of group 1 and of group 2; of one group for ``PLO``.
    rho : float
        Correlation within a group of a study, 0 to 1; 0 is the binomial.
    se_rho : float or None
        None where rho is 0.
    fit : FitStats
        Log-likelihood, all constants included, and criteria made of it.
    """

    DOES: ClassVar[str] = (
        "Counts were pooled by a beta-binomial model, without adding to empty cells and without "
        "leaving out studies without events."
    )
    CITES: ClassVar[tuple[str, ...]] = ("kuss2015",)

    k: int
    estimate: float
    se: float | None
    stat: float | None
    pval: float | None
    ci_lb: float | None
    ci_ub: float | None
    risks: tuple[float, ...]
    rho: float
    se_rho: float | None
    fit: FitStats
    measure: BetaBinomialMeasure
    level: float

    def __str__(self) -> str:
        risks = " and ".join(f"{100 * x:.2f}%" for x in self.risks)
        return "\n".join(
            [
                f"Beta-binomial model ({self.measure}; k = {self.k})",
                f"mean risk {risks}; rho {self.rho:.4f} (SE {show(self.se_rho)})",
                f"{show(self.estimate)} {show_interval(self.ci_lb, self.ci_ub)}, "
                f"SE {show(self.se)}, {show_p(self.pval)}",
                *self.notes,
            ]
        )


def beta_binomial(
    measure: BetaBinomialMeasure,
    *,
    ai: ArrayLike | None = None,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    xi: ArrayLike | None = None,
    mi: ArrayLike | None = None,
    ni: ArrayLike | None = None,
    level: float = 0.95,
) -> BetaBinomial:
    """Compare two groups, or pool proportions, by beta-binomial models.

    Parameters
    ----------
    measure : {"OR", "RR", "RD", "PLO"}
        Log odds ratio, log risk ratio or risk difference of the two mean risks, which share one
        rho; or the log odds of the mean risk of one group.
    ai, bi, ci, di, n1i, n2i : array_like, shape (k,)
        Events and non-events in group 1, then in group 2; sizes in place of the non-events.
    xi, mi, ni : array_like, shape (k,)
        For ``PLO``: events, and non-events or persons.
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    BetaBinomial

    Raises
    ------
    InputError
        If counts are missing or not whole, or a group has no events, or only events.
    ConvergenceError
        If every study has only events or none, so that rho is 1.

    Notes
    -----
    The two groups of a study are independent here: the model borrows nothing from their being in
    one study, does not protect randomisation where allocation ratios differ between studies, and
    uses studies without events in both groups. Kuss (2015) recommends it for such data.

    References
    ----------
    Kuss O (2015). Statistical methods for meta-analyses including information from studies without
    any events - add nothing to nothing and succeed nevertheless. Statistics in Medicine
    34:1097-1116. doi:10.1002/sim.6383

    Griffiths DA (1973). Maximum likelihood estimation for the beta-binomial distribution and an
    application to the household distribution of the total number of cases of a disease.
    Biometrics 29:637-648. doi:10.2307/2529131

    Examples
    --------
    >>> fit = beta_binomial("OR", ai=[0, 2, 1, 4], n1i=[40, 60, 35, 80], ci=[0, 5, 4, 6],
    ...                     n2i=[40, 60, 35, 80])
    >>> f"{fit.estimate:.4f} {fit.rho:.4f}"
    '-0.8014 0.0000'
    """
    if measure not in get_args(BetaBinomialMeasure):
        raise InputError(
            f"measure must be one of {', '.join(get_args(BetaBinomialMeasure))}, not {measure!r}."
        )
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    given = {
        name: x
        for name, x in (
            ("ai", ai), ("bi", bi), ("ci", ci), ("di", di), ("n1i", n1i), ("n2i", n2i),
            ("xi", xi), ("mi", mi), ("ni", ni),
        )
        if x is not None
    }  # fmt: skip
    groups = _groups(measure, as_counts(given))
    k = len(groups[0][0])
    tails = [_Tails.of(x, n) for x, n in groups]
    theta, value = _maximum(tails)
    constant = sum(
        float((gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)).sum()) for x, n in groups
    )
    return _result(measure, tails, theta, value + constant, k, level)


def _groups(measure: str, c: dict[str, Vector]) -> list[tuple[Vector, Vector]]:
    """Events and sizes of each group, checked."""
    if measure == "PLO":
        if "xi" not in c or not {"mi", "ni"} & set(c):
            raise InputError("PLO needs xi, and mi or ni.")
        groups = [(c["xi"], c["xi"] + c["mi"] if "mi" in c else c["ni"])]
    else:
        t = table_from(measure, c)
        groups = [(t.ai, t.n1i), (t.ci, t.n2i)]
    for x, n in groups:
        for bad, what in (
            ((x != np.round(x)) | (n != np.round(n)), "must be whole numbers"),
            (x > n, "must not be more events than persons"),
        ):
            if bad.any():
                raise InputError(
                    f"Counts {what}; they are not at rows {rows_of(bad)}.",
                    remedy="Give counts as observed, without a constant for empty cells.",
                )
        if x.sum() in (0, n.sum()):
            raise InputError(
                "One group has no events at all, or only events: its mean risk is 0 or 1.",
                remedy="exact_odds_ratio gives an interval that has one finite end.",
            )
    return groups


@dataclass(frozen=True, slots=True, eq=False)
class _Tails:
    """How many studies have more than j events, non-events, persons; j, and those counts."""

    j: Vector
    events: Vector
    others: Vector
    persons: Vector

    @classmethod
    def of(cls, x: Vector, n: Vector) -> _Tails:
        length = int(n.max())

        def more_than(v: Vector) -> Vector:
            counts = np.bincount(v.astype(np.intp), minlength=length)
            return (len(v) - np.cumsum(counts)[:length]).astype(np.float64)

        j = np.arange(length, dtype=np.float64)
        return cls(j, *(more_than(v) for v in (x, n - x, n)))

    def at(self, mu: float, phi: float) -> tuple[float, Vector, Matrix]:
        """Log-likelihood, gradient and Hessian in mu and phi."""
        j = self.j
        # Terms no study has would be 0 times an infinite logarithm.
        up = np.where(self.events > 0, mu + j * phi, 1.0)
        down = np.where(self.others > 0, 1 - mu + j * phi, 1.0)
        all_ = 1 + j * phi
        value = self.events @ np.log(up) + self.others @ np.log(down) - self.persons @ np.log(all_)
        a, b, c = self.events / up, self.others / down, self.persons / all_
        aa, bb, cc = a / up, b / down, c / all_
        g = np.array([a.sum() - b.sum(), j @ (a + b - c)])
        cross = -float(j @ (aa - bb))
        h = np.array([[-float((aa + bb).sum()), cross], [cross, -float((j * j) @ (aa + bb - cc))]])
        return float(value), g, h


def _evaluate(tails: list[_Tails], theta: Vector, free: bool) -> tuple[float, Vector, Matrix]:
    """Log-likelihood, gradient and Hessian in the logits of the risks and the log of phi."""
    m = len(tails)
    phi = float(np.exp(theta[-1])) if free else 0.0
    value, g, h = 0.0, np.zeros(m + 1), np.zeros((m + 1, m + 1))
    for i, t in enumerate(tails):
        mu = float(expit(theta[i]))
        part, gi, hi = t.at(mu, phi)
        s, curve = mu * (1 - mu), mu * (1 - mu) * (1 - 2 * mu)
        value += part
        g[i] = gi[0] * s
        g[-1] += gi[1] * phi
        h[i, i] = hi[0, 0] * s * s + gi[0] * curve
        h[i, -1] = h[-1, i] = hi[0, 1] * s * phi
        h[-1, -1] += hi[1, 1] * phi * phi + gi[1] * phi
    return (value, g, h) if free else (value, g[:-1], h[:-1, :-1])


def _climb(tails: list[_Tails], theta: Vector, free: bool) -> tuple[Vector, float]:
    """Newton's method, turned uphill where the surface is not concave."""
    value, g, h = _evaluate(tails, theta, free)
    for _ in range(MOST_STEPS):
        values, vectors = np.linalg.eigh(-h)
        floor = 1e-10 * max(1.0, float(np.abs(values).max()))
        step = vectors @ ((vectors.T @ g) / np.maximum(np.abs(values), floor))
        if float(g @ step) <= ENOUGH * max(1.0, abs(value)):
            return theta, value
        share = min(1.0, 1.5 / float(np.abs(step).max()))
        for _ in range(40):
            new = theta.copy()
            new[: len(step)] += share * step
            if free and (new[-1] > np.log(LARGEST)):
                raise ConvergenceError(
                    "Every study has only events or none: rho is 1.",
                    last=1.0,
                    remedy="Count studies, not persons: exact_odds_ratio, one table of studies.",
                )
            found = _evaluate(tails, new, free)
            if np.isfinite(found[0]) and found[0] >= value - 1e-12 * abs(value):
                break
            share /= 4
        else:
            return theta, value
        theta = new
        value, g, h = found
        if free and theta[-1] < np.log(1e-12):
            return theta, value
    raise ConvergenceError(
        "The beta-binomial likelihood still rises after many steps.",
        last=float(theta[-1]),
        remedy="Look for groups with very few events; exact_odds_ratio needs no iteration.",
    )


def _maximum(tails: list[_Tails]) -> tuple[Vector, float]:
    """The highest point; log phi is minus infinity where the binomial is as likely."""
    pooled = np.array([logit(t.events.sum() / t.persons.sum()) for t in tails])
    plain = np.append(pooled, -np.inf)
    at_0, _g, _h = _evaluate(tails, plain, False)
    starts = [np.append(pooled, np.log(phi)) for phi in STARTS]
    best = max(starts, key=lambda theta: _evaluate(tails, theta, True)[0])
    theta, value = _climb(tails, best, True)
    return (plain, at_0) if at_0 >= value - 1e-10 else (theta, value)


def _result(
    measure: BetaBinomialMeasure, tails: list[_Tails], theta: Vector, value: float, k: int,
    level: float,
) -> BetaBinomial:  # fmt: skip
    free = bool(np.isfinite(theta[-1]))
    _value, _g, h = _evaluate(tails, theta, free)
    vcov = np.linalg.inv(-h)
    mu = expit(theta[:-1])
    if measure == "PLO":
        estimate, slope = float(theta[0]), np.array([1.0])
    elif measure == "OR":
        estimate, slope = float(theta[0] - theta[1]), np.array([1.0, -1.0])
    elif measure == "RR":
        estimate, slope = float(np.log(mu[0] / mu[1])), np.array([1 - mu[0], mu[1] - 1])
    else:
        estimate = float(mu[0] - mu[1])
        slope = np.array([mu[0] * (1 - mu[0]), -mu[1] * (1 - mu[1])])
    m = len(mu)
    se = float(np.sqrt(slope @ vcov[:m, :m] @ slope))
    half = critical(level, None) * se
    phi = float(np.exp(theta[-1])) if free else 0.0
    rho = phi / (1 + phi)
    p, n = m + 1, m * k
    larger = max(n, p + 2)
    return BetaBinomial(
        k=k,
        estimate=estimate,
        se=defined(se),
        stat=defined(estimate / se),
        pval=defined(two_sided(estimate / se, None)),
        ci_lb=defined(estimate - half),
        ci_ub=defined(estimate + half),
        risks=tuple(float(x) for x in mu),
        rho=rho,
        se_rho=defined(rho * (1 - rho) * float(np.sqrt(vcov[-1, -1]))) if free else None,
        fit=FitStats(
            loglik=value,
            deviance=float("nan"),
            AIC=-2 * value + 2 * p,
            BIC=-2 * value + p * float(np.log(n)),
            AICc=-2 * value + 2 * p * larger / (larger - p - 1),
        ),
        measure=measure,
        level=level,
        notes=() if free else ("rho is 0: the risks vary no more than by chance (binomial)",),
    )
