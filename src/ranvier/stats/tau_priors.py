"""Prior distributions of the heterogeneity tau, by the names the field gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import gammaln

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector

__all__ = [
    "TauPrior", "TauPriorKind", "TurnerComparison", "TurnerOutcome", "as_tau_prior", "turner_prior",
]  # fmt: skip

TauPriorKind = Literal[
    "uniform", "sqrt", "Jeffreys", "BergerDeely", "conventional", "DuMouchel", "shrinkage", "I2",
    "half-normal", "half-Cauchy", "half-t", "exponential", "log-normal", "log-t",
]  # fmt: skip
#: Priors whose integral is not finite: the data must make up for it, and no Bayes factor exists.
IMPROPER = frozenset({"uniform", "sqrt", "Jeffreys"})
SCALED = frozenset({"half-normal", "half-Cauchy", "half-t", "exponential", "log-normal", "log-t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TauPrior:
    """A prior density of tau (not of tau2).

    Parameters
    ----------
    kind : TauPriorKind
        ``uniform`` in tau, ``sqrt`` in the root of tau, ``Jeffreys``: improper. ``BergerDeely``,
        ``conventional``, ``DuMouchel``, ``shrinkage`` (uniform), ``I2`` (uniform in I2): proper,
        scaled by the sampling variances at hand. The rest take ``scale``.
    scale : float
        Of half-normal, half-Cauchy, half-t; mean of the exponential; of log tau for log-normal and
        log-t.
    df : float
        Degrees of freedom of half-t and log-t.
    location : float
        Median of log tau, for log-normal and log-t.

    Examples
    --------
    >>> prior = TauPrior(kind="half-normal", scale=0.5)
    >>> round(float(np.exp(prior.log_density(np.array([0.0]), np.array([0.1])))[0]), 4)
    1.5958
    """

    kind: TauPriorKind
    scale: float = 1.0
    df: float = 4.0
    location: float = 0.0

    @property
    def proper(self) -> bool:
        """Whether the density has a finite integral."""
        return self.kind not in IMPROPER

    def log_density(self, tau: Vector, v: Vector) -> Vector:
        """Return the log of the density at tau, given the sampling variances v.

        References
        ----------
        Roever C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
        Journal of Statistical Software 93(6):1-51. doi:10.18637/jss.v093.i06
        """
        s = self.scale
        with np.errstate(divide="ignore"):
            log_tau = np.log(tau)
        match self.kind:
            case "uniform":
                return np.zeros_like(tau)
            case "sqrt":
                return -log_tau / 2
            case "half-normal":
                return 0.5 * np.log(2 / np.pi) - np.log(s) - (tau / s) ** 2 / 2
            case "half-Cauchy":
                return np.log(2 / np.pi) - np.log(s) - np.log1p((tau / s) ** 2)
            case "half-t":
                return np.log(2) + _log_t(tau / s, self.df) - np.log(s)
            case "exponential":
                return -np.log(s) - tau / s
            case "log-normal":
                z = (log_tau - self.location) / s
                return -(z**2) / 2 - np.log(s) - 0.5 * np.log(2 * np.pi) - log_tau
            case "log-t":
                z = (log_tau - self.location) / s
                return np.where(tau > 0, _log_t(z, self.df) - np.log(s) - log_tau, -np.inf)
            case _:
                return _by_variances(self.kind, tau, log_tau, v)


def _log_t(z: Vector, df: float) -> Vector:
    """Log density of Student's t."""
    start = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(df * np.pi)
    return start - (df + 1) / 2 * np.log1p(z**2 / df)


def _by_variances(kind: TauPriorKind, tau: Vector, log_tau: Vector, v: Vector) -> Vector:
    """Priors made of the sampling variances; BergerDeely and conventional no constant."""
    total = v + tau[:, None] ** 2
    harmonic = len(v) / float((1 / v).sum())
    match kind:
        case "Jeffreys":
            with np.errstate(divide="ignore"):
                return 0.5 * np.log(((tau[:, None] / total) ** 2).sum(axis=1))
        case "BergerDeely":
            return log_tau - np.log(total).mean(axis=1)
        case "conventional":
            return log_tau - 1.5 * np.log(total).mean(axis=1)
        case "DuMouchel":
            s0 = np.sqrt(harmonic)
            return np.log(s0) - 2 * np.log(s0 + tau)
        case "I2":
            w = 1 / v
            typical = (len(v) - 1) * float(w.sum()) / float(w.sum() ** 2 - (w**2).sum())
            return np.log(2 * typical) + log_tau - 2 * np.log(typical + tau**2)
        case _:
            return np.log(2 * harmonic) + log_tau - 2 * np.log(harmonic + tau**2)


def as_tau_prior(prior: TauPrior | TauPriorKind, v: Vector) -> TauPrior:
    """Check a prior, or make one of its name; a name alone must need no scale."""
    if isinstance(prior, str):
        if prior not in get_args(TauPriorKind):
            raise InputError(
                f"tau_prior must be a TauPrior or one of {', '.join(get_args(TauPriorKind))}, "
                f"not {prior!r}."
            )
        if prior in SCALED:
            raise InputError(
                f"The {prior} prior needs a scale.",
                remedy=f'Write TauPrior(kind="{prior}", scale=0.5).',
            )
        prior = TauPrior(kind=prior)
    if not (prior.scale > 0 and prior.df > 0):
        raise InputError("scale and df of a prior must be positive.")
    if prior.kind == "I2" and len(v) < 2:
        raise InputError("A uniform prior of I2 needs at least two studies.")
    return prior


TurnerComparison = Literal[
    "pharmacological vs placebo", "pharmacological vs pharmacological",
    "non-pharmacological vs placebo", "non-pharmacological vs pharmacological",
    "non-pharmacological vs non-pharmacological",
]  # fmt: skip
TurnerOutcome = Literal[
    "all-cause mortality", "obstetric", "cause-specific mortality or major morbidity",
    "resource use", "surgical success or failure", "withdrawals", "internal or structural",
    "general physical health", "adverse events", "infection or new disease",
    "signs or symptoms of continuing disease", "pain", "quality of life", "mental health",
    "biological markers", "subjective, various",
]  # fmt: skip


def _table(text: str) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(x) for x in line.split()) for line in text.strip().splitlines())


#: Table IV of Turner et al. (2015): log tau2 of log odds ratios is normal with mean -M, sd S; a
#: row a comparison, a column an outcome, in the order of the two lists above.
M = _table(
    """
    3.95 3.52 3.71 2.34 2.14 2.99 2.71 2.29 1.87 2.49 2.06 1.83 2.54 2.12 1.77 2.70
    4.18 3.75 3.95 2.58 2.37 3.23 2.94 2.53 2.10 2.73 2.29 2.06 2.78 2.35 2.00 2.93
    4.17 3.74 3.93 2.56 2.36 3.21 2.93 2.51 2.10 2.71 2.28 2.05 2.77 2.34 1.99 2.92
    2.92 2.49 2.68 1.31 1.11 1.96 1.67 1.26 0.84 1.46 1.03 0.80 1.51 1.09 0.74 1.67
    3.50 3.08 3.27 1.90 1.69 2.55 2.26 1.85 1.43 2.05 1.61 1.38 2.10 1.67 1.33 2.26
    """
)
S = _table(
    """
    1.34 1.74 1.74 1.74 1.74 1.74 1.74 1.53 1.52 1.52 1.51 1.52 1.54 1.53 1.52 1.52
    1.41 1.79 1.79 1.79 1.79 1.79 1.79 1.58 1.58 1.58 1.58 1.58 1.60 1.60 1.58 1.58
    1.55 1.91 1.91 1.91 1.91 1.91 1.92 1.72 1.71 1.71 1.71 1.71 1.73 1.72 1.71 1.71
    1.02 1.50 1.51 1.50 1.50 1.51 1.51 1.25 1.24 1.24 1.24 1.25 1.27 1.27 1.24 1.25
    1.26 1.68 1.68 1.68 1.68 1.68 1.68 1.46 1.45 1.45 1.45 1.45 1.47 1.47 1.45 1.45
    """
)


def turner_prior(outcome: TurnerOutcome, comparison: TurnerComparison) -> TauPrior:
    """Return the empirical prior of Turner et al. for the heterogeneity of log odds ratios.

    Parameters
    ----------
    outcome : TurnerOutcome
        Kind of outcome.
    comparison : TurnerComparison
        What is compared; a control counts as placebo.

    Returns
    -------
    TauPrior
        Log-normal: half the mean and half the standard deviation that the paper gives for tau2.

    References
    ----------
    Turner RM, Jackson D, Wei Y, Thompson SG, Higgins JPT (2015). Predictive distributions for
    between-study heterogeneity and simple methods for their application in Bayesian
    meta-analysis. Statistics in Medicine 34:984-998. doi:10.1002/sim.6381

    Examples
    --------
    >>> prior = turner_prior("all-cause mortality", "pharmacological vs placebo")
    >>> prior.location, prior.scale
    (-1.975, 0.67)
    """
    rows, named = get_args(TurnerComparison), get_args(TurnerOutcome)
    if outcome not in named or comparison not in rows:
        raise InputError(
            f"{outcome!r}, {comparison!r} is not in the table.",
            remedy=f"Outcomes: {'; '.join(named)}. Comparisons: {'; '.join(rows)}.",
        )
    i, j = rows.index(comparison), named.index(outcome)
    return TauPrior(kind="log-normal", location=-M[i][j] / 2, scale=S[i][j] / 2)
