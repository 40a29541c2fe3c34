"""Bayesian pooling: against plain numerical integration, known limits, priors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from ranvier.errors import InputError
from ranvier.stats import TauPrior, bayesmeta, rma, turner_prior

Y = np.array([-0.9, -0.2, 0.1, -0.6, 0.3, -1.2])
V = np.array([0.05, 0.1, 0.02, 0.2, 0.15, 0.08])
PRIORS = [
    TauPrior(kind="half-normal", scale=0.5),
    TauPrior(kind="half-Cauchy", scale=0.5),
    TauPrior(kind="half-t", scale=0.5, df=3),
    TauPrior(kind="exponential", scale=0.4),
    TauPrior(kind="log-normal", location=-1.0, scale=0.8),
    TauPrior(kind="DuMouchel"),
    TauPrior(kind="shrinkage"),
    TauPrior(kind="I2"),
]


def likelihood(mu, tau):
    return float(np.prod(norm.pdf(Y, mu, np.sqrt(V + tau**2))))


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: p.kind)
def test_the_densities_of_proper_priors_integrate_to_one(prior):
    def density(t):
        return float(np.exp(prior.log_density(np.array([t]), V))[0])

    whole = quad(density, 0, 1, limit=200)[0] + quad(density, 1, np.inf, limit=200)[0]
    assert whole == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("prior", PRIORS[:4], ids=lambda p: p.kind)
def test_the_posterior_is_that_of_plain_integration(prior):
    found = bayesmeta(Y, V, tau_prior=prior, mu_prior=(0, 2))
    tau = np.linspace(0, 12, 6001)
    mu = np.linspace(-6, 6, 601)
    p = np.exp(prior.log_density(tau, V))
    total = V + tau[:, None] ** 2
    grid = np.zeros((len(tau), len(mu)))
    for y, t in zip(Y, total.T, strict=True):
        grid += -np.log(2 * np.pi * t)[:, None] / 2 - (y - mu) ** 2 / (2 * t[:, None])
    joint = np.exp(grid) * p[:, None] * norm.pdf(mu, 0, 2)
    over_tau = np.trapezoid(joint, mu, axis=1)
    whole = np.trapezoid(over_tau, tau)
    assert found.tau.mean == pytest.approx(np.trapezoid(over_tau * tau, tau) / whole, rel=1e-4)
    over_mu = np.trapezoid(joint, tau, axis=0)
    mean = np.trapezoid(over_mu * mu, mu) / whole
    assert found.mu.mean == pytest.approx(mean, rel=1e-5)
    sd = np.sqrt(np.trapezoid(over_mu * (mu - mean) ** 2, mu) / whole)
    assert found.mu.sd == pytest.approx(sd, rel=1e-4)
    assert found.log_marginal == pytest.approx(np.log(whole), abs=1e-5)


def test_bayes_factors_compare_marginal_likelihoods():
    prior = PRIORS[0]
    found = bayesmeta(Y, V, tau_prior=prior, mu_prior=(0, 2))
    at0 = quad(lambda m: likelihood(m, 0.0) * norm.pdf(m, 0, 2), -3, 3, points=[-0.2])[0]
    assert found.bayes_factor_tau0 == pytest.approx(at0 / np.exp(found.log_marginal), rel=1e-6)

    def slice0(t):
        return likelihood(0.0, t) * float(np.exp(prior.log_density(np.array([t]), V))[0])

    null = quad(slice0, 0, 10, points=[0.5])[0]
    assert found.bayes_factor_mu0 == pytest.approx(null / np.exp(found.log_marginal), rel=1e-6)


def test_the_shortest_interval_is_no_longer_than_the_central_one():
    found = bayesmeta(Y, V, tau_prior="uniform")
    for p in (found.tau, found.mu, found.theta_new, *found.theta):
        assert p.hpd_ub - p.hpd_lb <= (p.ci_ub - p.ci_lb) * (1 + 1e-9)
        assert p.ci_lb < p.median < p.ci_ub


def test_with_no_heterogeneity_allowed_it_is_the_common_effect():
    found = bayesmeta(Y, V, tau_prior=TauPrior(kind="half-normal", scale=1e-6))
    plain = rma(Y, V, method="EE")
    assert found.mu.mean == pytest.approx(plain.estimate, abs=1e-6)
    assert found.mu.sd == pytest.approx(plain.se, rel=1e-5)
    assert found.theta[0].mean == pytest.approx(plain.estimate, abs=1e-6)


@settings(deadline=None, max_examples=10)
@given(st.floats(0.01, 100), st.floats(-5, 5))
def test_units_and_origin_change_nothing_else(c, shift):
    here = bayesmeta(Y, V, tau_prior="shrinkage")
    there = bayesmeta(c * Y + shift, c**2 * V, tau_prior="shrinkage")
    assert there.tau.median == pytest.approx(c * here.tau.median, rel=1e-6)
    assert there.mu.ci_lb == pytest.approx(c * here.mu.ci_lb + shift, rel=1e-6, abs=1e-6 * c)
    assert there.theta_new.sd == pytest.approx(c * here.theta_new.sd, rel=1e-6)


def test_a_coarse_mixture_is_near_the_exact_one():
    exact = bayesmeta(Y, V, tau_prior=PRIORS[0])
    coarse = bayesmeta(Y, V, tau_prior=PRIORS[0], mixing="direct")
    assert len(coarse.tau_nodes) < 60 < len(exact.tau_nodes)
    assert coarse.mu.ci_ub == pytest.approx(exact.mu.ci_ub, abs=5e-3)


def test_the_empirical_prior_is_half_of_that_of_tau2():
    prior = turner_prior("pain", "non-pharmacological vs pharmacological")
    assert (prior.kind, prior.location, prior.scale) == ("log-normal", -0.4, 0.625)


def test_an_improper_posterior_is_refused():
    with pytest.raises(InputError, match="no finite integral"):
        bayesmeta(Y[:2], V[:2], tau_prior="uniform")
    with pytest.raises(InputError, match="needs a scale"):
        bayesmeta(Y, V, tau_prior="half-normal")
    heavy = bayesmeta(Y[:3], V[:3], tau_prior="uniform")
    assert heavy.tau.mean == np.inf
    assert np.isfinite(heavy.tau.median)
    cauchy = bayesmeta(Y[:2], V[:2], tau_prior=PRIORS[1])
    assert np.isfinite(cauchy.tau.mean)
    assert cauchy.tau.sd == cauchy.mu.sd == np.inf
