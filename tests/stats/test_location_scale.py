"""Location-scale models: exact derivatives, known special cases, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import location_scale, predict_scale, rma
from ranvier.stats.scale_likelihood import ScaleModel

RNG = np.random.default_rng(11)
K = 24
X = RNG.normal(size=K)
V = RNG.uniform(0.02, 0.3, size=K)
Y = 0.3 + RNG.normal(size=K) * np.sqrt(V + np.exp(-2 + 0.9 * X))
DATA = {"x": X.tolist(), "g": [("a", "b", "c")[i % 3] for i in range(K)]}


@pytest.mark.parametrize("link", ["log", "identity"])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_the_derivatives_are_those_of_the_likelihood(link, method):
    design = np.column_stack([np.ones(K), X])
    model = ScaleModel(y=Y, v=V, X=design, Z=design, link=link, method=method)
    alpha = np.array([0.2, 0.05]) if link == "identity" else np.array([-1.5, 0.7])
    gradient, hessian = (d[0] for d in model.slopes(model.at(alpha[None])))
    h = 1e-5
    for i, e in enumerate(np.eye(2)):
        up, down = model.at((alpha + h * e)[None]), model.at((alpha - h * e)[None])
        assert gradient[i] == pytest.approx((up.loglik[0] - down.loglik[0]) / (2 * h), rel=1e-6)
        bend = (model.slopes(up)[0][0] - model.slopes(down)[0][0]) / (2 * h)
        np.testing.assert_allclose(hessian[i], bend, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("link", ["log", "identity"])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_without_moderators_it_is_the_random_effects_model(link, method):
    fit = location_scale(Y, V, scale="~ 1", link=link, method=method)
    plain = rma(Y, V, method=method)
    assert fit.tau2[0] == pytest.approx(plain.tau2, rel=1e-6)
    assert fit.beta[0] == pytest.approx(plain.estimate, rel=1e-7)
    assert fit.fit.loglik == pytest.approx(plain.fit.loglik, abs=1e-9)
    assert fit.fit.AICc == pytest.approx(plain.fit.AICc, abs=1e-8)


def test_a_factor_of_both_parts_fits_each_group_alone():
    fit = location_scale(Y, V, mods="~ g - 1", scale="~ g - 1", data=DATA, method="ML")
    for i, name in enumerate("abc"):
        rows = np.array(DATA["g"]) == name
        alone = rma(Y[rows], V[rows], method="ML")
        assert fit.beta[i] == pytest.approx(alone.estimate, abs=1e-5)
        assert np.exp(fit.alpha[i]) == pytest.approx(alone.tau2, abs=1e-6)


def test_the_identity_link_gives_the_same_groups():
    one = location_scale(Y, V, scale="~ g", data=DATA)
    two = location_scale(Y, V, scale="~ g", data=DATA, link="identity")
    np.testing.assert_allclose(one.tau2, two.tau2, atol=1e-5)
    assert one.fit.loglik == pytest.approx(two.fit.loglik, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.floats(1e-4, 1e4), st.permutations(range(K)))
def test_units_and_order_change_nothing_else(c, order):
    rows = list(order)
    data = {"x": X[rows].tolist()}
    fit = location_scale(Y, V, scale="~ x", data=DATA)
    other = location_scale(c * Y[rows], c**2 * V[rows], scale="~ x", data=data)
    assert other.alpha[1] == pytest.approx(fit.alpha[1], rel=1e-4)
    assert other.alpha[0] == pytest.approx(fit.alpha[0] + 2 * np.log(c), rel=1e-4)
    np.testing.assert_allclose(other.beta, c * fit.beta, rtol=1e-5)
    shift = (K - 1) * np.log(c)
    assert other.fit.loglik + shift == pytest.approx(fit.fit.loglik, abs=1e-7)


def test_where_a_group_has_no_heterogeneity_the_result_says_so():
    y = [0.1, 0.1, 0.1, 0.9, -0.6, 0.4]
    data = {"x": [0, 0, 0, 1, 1, 1]}
    fit = location_scale(y, [0.05] * 6, scale="~ x", data=data)
    assert fit.tau2[0] < 1e-8
    assert np.isnan(fit.se_alpha).all()
    assert "runs off to -inf" in fit.notes[0]
    edge = location_scale(y, [0.05] * 6, scale="~ x", data=data, link="identity")
    assert edge.tau2[0] == pytest.approx(0, abs=1e-9)
    assert edge.tau2[3] == pytest.approx(fit.tau2[3], rel=1e-5)


def test_a_prediction_has_the_heterogeneity_of_its_kind():
    fit = location_scale(Y, V, scale="~ x", data=DATA)
    low, high = (predict_scale(fit, [1], [1, x]) for x in (-1.0, 1.0))
    assert low.tau2 < high.tau2
    assert high.pi_ub - high.pi_lb > low.pi_ub - low.pi_lb
    assert np.log(high.tau2) == pytest.approx(fit.alpha.sum())


def test_too_few_studies_are_refused():
    with pytest.raises(InputError, match="cannot be estimated"):
        location_scale([0.1, 0.2], [0.1, 0.1], mods=[1, 2], scale="~ 1")
