"""Bayesian random-effects meta-analysis by integration over tau, without sampling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects_near_one
from ranvier.stats.direct_grid import direct_grid
from ranvier.stats.least_squares import Batch
from ranvier.stats.mixtures import NormalMixture, Posterior, TauGrid, integrate_over_tau, summarise
from ranvier.stats.printing import defined, show
from ranvier.stats.result import Result
from ranvier.stats.rma import left_out, variances
from ranvier.stats.source import Data, takes_fit
from ranvier.stats.tau2 import estimate_tau2
from ranvier.stats.tau_priors import TauPrior, TauPriorKind, as_tau_prior

__all__ = ["BayesMeta", "bayesmeta"]

#: A power of the tail of tau is known to this much; -2 itself has no mean, -3 no variance.
SLACK = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BayesMeta(Result):
    """What :func:`bayesmeta` found.

    Attributes
    ----------
    k : int
        Studies.
    tau, mu, theta_new : Posterior
        Heterogeneity; mean effect; effect in a new study.
    theta : tuple of Posterior or None
        Effect of each study, shrunken towards the mean; None for rows left out.
    mu_positive : float
        Posterior probability that the mean effect is above 0.
    log_marginal : float or None
        Log of the marginal likelihood; None unless both priors are proper.
    bayes_factor_tau0, bayes_factor_mu0 : float or None
        Evidence for tau = 0 and for mu = 0 against what else the priors allow; above 1 the data
        speak for 0. None unless the priors are proper.
    tau_nodes, tau_weights : Vector
        Nodes and weights that integrate over the posterior of tau.
    """

    DOES: ClassVar[str] = (
        "Effects were pooled in a Bayesian normal-normal hierarchical model, its posteriors "
        "integrated numerically."
    )
    CITES: ClassVar[tuple[str, ...]] = ("roever2020",)

    k: int
    tau: Posterior
    mu: Posterior
    theta_new: Posterior
    theta: tuple[Posterior | None, ...] = field(repr=False)
    mu_positive: float
    log_marginal: float | None
    bayes_factor_tau0: float | None
    bayes_factor_mu0: float | None
    tau_nodes: Vector = field(repr=False)
    tau_weights: Vector = field(repr=False)
    tau_prior: TauPrior
    mu_prior: tuple[float, float] | None
    level: float

    def __str__(self) -> str:
        mu = "uniform"
        if self.mu_prior is not None:
            mu = f"N({self.mu_prior[0]:g}, {self.mu_prior[1]:g}^2)"
        lines = [
            f"Bayesian random-effects meta-analysis (k = {self.k}; prior of tau "
            f"{self.tau_prior.kind}; of mu {mu})"
        ]
        for name in ("tau", "mu", "theta_new"):
            found: Posterior = getattr(self, name)
            numbers = ", ".join(
                f"{label} {show(defined(getattr(found, label)))}"
                for label in ("mode", "median", "mean", "sd")
            )
            lines.append(
                f"{name}: {numbers}; {100 * self.level:g}% shortest [{found.hpd_lb:.4f}, "
                f"{found.hpd_ub:.4f}], central [{found.ci_lb:.4f}, {found.ci_ub:.4f}]"
            )
        return "\n".join([*lines, *self.notes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """The normal-normal model, with a normal prior of mu or none."""

    y: Vector
    v: Vector
    mean: float
    precision: float  # of the prior of mu; 0 for none

    def given(self, tau: Vector) -> tuple[Vector, Vector, Vector]:
        """Conditional mean and variance of mu, and log likelihood with mu integrated out."""
        total = self.v + tau[:, None] ** 2
        w = 1 / total
        precision = w.sum(axis=1) + self.precision
        centre = (w @ self.y + self.precision * self.mean) / precision
        rss = (w * (self.y - centre[:, None]) ** 2).sum(axis=1)
        rss = rss + self.precision * (self.mean - centre) ** 2
        logs = -np.log(2 * np.pi * total).sum(axis=1)
        own = np.log(self.precision) if self.precision > 0 else np.log(2 * np.pi)
        return centre, 1 / precision, (logs - np.log(precision) + own - rss) / 2

    def shrunken(self, tau: Vector, centre: Vector, spread: Vector) -> tuple[Matrix, Matrix]:
        """Conditional mean and standard deviation of each study's effect, shapes (k, B)."""
        share = tau**2 / (self.v[:, None] + tau**2)  # of a study's own effect
        mean = share * self.y[:, None] + (1 - share) * centre
        return mean, np.sqrt(share * self.v[:, None] + (1 - share) ** 2 * spread)

    def moments(self, tau: Vector) -> tuple[Matrix, Matrix]:
        """Conditional means and standard deviations of mu, a new effect, and each study's."""
        centre, spread, _ = self.given(tau)
        mean, sd = self.shrunken(tau, centre, spread)
        sds = np.vstack([np.sqrt(spread), np.sqrt(spread + tau**2), sd])
        return np.vstack([centre, centre, mean]), sds

    def at_mu(self, mu: float, tau: Vector) -> Vector:
        """Log likelihood at one mu."""
        total = self.v + tau[:, None] ** 2
        return -(np.log(2 * np.pi * total) + (self.y - mu) ** 2 / total).sum(axis=1) / 2


@takes_fit()
def bayesmeta(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    tau_prior: TauPrior | TauPriorKind,
    sei: ArrayLike | None = None,
    mu_prior: tuple[float, float] | None = None,
    level: float = 0.95,
    mixing: Literal["exact", "direct"] = "exact",
) -> BayesMeta:
    """Pool effects in the Bayesian way, by deterministic integration over tau.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors. Rows with a missing value are left out.
    tau_prior : TauPrior or str
        Prior of tau: ``TauPrior(kind="half-normal", scale=0.5)``, :func:`turner_prior`, or the
        name of one that needs no scale.
    mu_prior : tuple of float or None
        Mean and standard deviation of a normal prior of mu; None is uniform.
    level : float
        Of the credible intervals.
    mixing : {"exact", "direct"}
        How posteriors of effects are mixed over tau: exactly, or over the few values of tau that
        the R package bayesmeta chooses (to reproduce its digits; it leaves out a probability of
        0.0001 at the upper end, so standard deviations of heavy tails come out too small).

    Returns
    -------
    BayesMeta

    Raises
    ------
    InputError
        If a prior is not known, or the posterior of an improper one has no finite integral.

    Notes
    -----
    Given tau, all is normal; so each posterior is a mixture of normals over the posterior of tau,
    which is integrated by Gauss-Legendre panels halved until the integral stays to 13 digits. The
    R package bayesmeta agrees in tau to its printed digits, and in effects to two or three.

    References
    ----------
    Roever C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package. Journal
    of Statistical Software 93(6):1-51. doi:10.18637/jss.v093.i06

    Examples
    --------
    >>> found = bayesmeta([0.1, 0.4, 0.7], [0.04, 0.05, 0.03], mu_prior=(0, 4),
    ...                   tau_prior=TauPrior(kind="half-normal", scale=0.5))
    >>> round(found.mu.median, 3), round(found.tau.median, 3)
    (0.414, 0.284)
    """
    y, v = as_effects_near_one(yi, variances(vi, sei))
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    if mu_prior is not None and not (mu_prior[1] > 0 and np.isfinite(mu_prior).all()):
        raise InputError("mu_prior must be a mean and a positive standard deviation, or None.")
    keep = ~(np.isnan(y) | np.isnan(v))
    notes = left_out(keep)
    prior = as_tau_prior(tau_prior, v[keep])
    mean, precision = (0.0, 0.0) if mu_prior is None else (mu_prior[0], mu_prior[1] ** -2)
    model = _Model(y=y[keep], v=v[keep], mean=float(mean), precision=float(precision))

    def log_density(tau: Vector) -> Vector:
        return model.given(tau)[2] + prior.log_density(tau, model.v)

    dl = float(estimate_tau2(Batch.of(model.y, model.v), "DL").tau2[0])
    unit = float(np.sqrt(dl + np.median(model.v)))
    grid = integrate_over_tau(log_density, unit)
    return _results(model, grid, prior, mu_prior, level, keep, notes, mixing)


def _results(
    model: _Model,
    grid: TauGrid,
    prior: TauPrior,
    mu_prior: tuple[float, float] | None,
    level: float,
    keep: NDArray[np.bool_],
    notes: list[str],
    mixing: Literal["exact", "direct"],
) -> BayesMeta:
    """Summarise each posterior."""
    fall = _fall(grid)
    used = grid.weight > 1e-18
    tau, weight = grid.tau[used], grid.weight[used] / grid.weight[used].sum()
    first = float(weight @ tau) if fall < -2 - SLACK else float("inf")
    second = float(np.sqrt(weight @ (tau - first) ** 2)) if fall < -3 - SLACK else float("inf")
    if mixing == "direct":
        tau, weight = direct_grid(grid, model.moments)
        fall = -np.inf
    centre, spread, _ = model.given(tau)
    mu = NormalMixture(weight=weight, mean=centre, sd=np.sqrt(spread))
    new = NormalMixture(weight=weight, mean=centre, sd=np.sqrt(spread + tau**2))
    thetas = iter(
        _of_mixture(NormalMixture(weight=weight, mean=m, sd=s), level, -4.0)
        for m, s in zip(*model.shrunken(tau, centre, spread), strict=True)
    )
    proper = prior.proper and mu_prior is not None
    constant = _log_constant(prior, model) if prior.proper else 0.0
    zero = np.zeros(1)
    bf_tau = bf_mu = None
    if prior.proper:
        bf_tau = float(np.exp(model.given(zero)[2][0] - (grid.log_total - constant)))
    if proper:
        at_null = integrate_over_tau(
            lambda t: model.at_mu(0.0, t) + prior.log_density(t, model.v), grid.unit
        )
        bf_mu = float(np.exp(at_null.log_total - grid.log_total))
    return BayesMeta(
        k=len(model.y),
        tau=summarise(
            density=lambda t: float(grid.density(np.array([t]))[0]), quantile=grid.quantile,
            mean=first, sd=second, level=level, floor=0.0,
        ),
        mu=_of_mixture(mu, level, fall),
        theta_new=_of_mixture(new, level, fall),
        theta=tuple(next(thetas) if there else None for there in keep),
        mu_positive=1 - mu.cdf(0.0),
        log_marginal=grid.log_total - constant if proper else None,
        bayes_factor_tau0=bf_tau,
        bayes_factor_mu0=bf_mu,
        tau_nodes=tau,
        tau_weights=weight,
        tau_prior=prior,
        mu_prior=mu_prior,
        level=level,
        notes=tuple(notes),
    )  # fmt: skip


def _of_mixture(mixture: NormalMixture, level: float, fall: float) -> Posterior:
    mean, sd = mixture.moments(fall)
    return summarise(
        density=mixture.density, quantile=mixture.quantile, mean=mean, sd=sd, level=level
    )


def _fall(grid: TauGrid) -> float:
    """Power with which the posterior density of tau falls far out."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = grid.log_density(grid.unit * np.array([1e8, 1e9]))
        slope = float((ends[1] - ends[0]) / np.log(10))
    return slope if np.isfinite(slope) else -np.inf


def _log_constant(prior: TauPrior, model: _Model) -> float:
    """Log of the integral of a proper prior as it is written (1 for those with a constant)."""
    if prior.kind not in ("BergerDeely", "conventional"):
        return 0.0
    unit = float(np.sqrt(np.median(model.v)))
    return integrate_over_tau(lambda t: prior.log_density(t, model.v), unit).log_total
