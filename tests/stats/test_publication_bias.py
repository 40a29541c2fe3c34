"""Excess significance, Henmi and Copas, limit meta-analysis, fail-safe numbers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import fsn, hc, limitmeta, rma, tes

rng = np.random.default_rng(8)
VI = rng.uniform(0.01, 0.3, 12)
YI = rng.normal(0.3, np.sqrt(0.03 + VI)) + VI


def test_the_exact_test_adds_up_all_combinations():
    found = tes(YI, VI, test="exact")
    total = 0.0
    for chosen in itertools.product((0, 1), repeat=12):
        if sum(chosen) >= found.O:
            total += math.prod(p if c else 1 - p for p, c in zip(found.power, chosen, strict=True))
    assert found.pval == pytest.approx(total, rel=1e-12)


@given(
    st.permutations(range(12)), st.floats(0.01, 100), st.sampled_from(["exact", "chi2", "binom"])
)
def test_neither_order_nor_units_nor_sign_change_the_test(order, scale, test):
    one = tes(YI, VI, test=test)
    other = tes(-scale * YI[list(order)], scale**2 * VI[list(order)], test=test)
    assert (other.O, other.pval) == (one.O, pytest.approx(one.pval, abs=1e-10))
    assert other.theta == pytest.approx(-scale * one.theta)


def test_at_the_limit_the_test_is_just_significant():
    y = np.abs(YI) + 2 * np.sqrt(VI)
    (limit,) = tes(y, VI, theta=0.1).theta_lim
    assert limit is not None
    assert tes(y, VI, theta=limit).pval == pytest.approx(0.10, abs=1e-9)


def test_power_over_varying_effects_is_that_of_their_average():
    found = tes(YI, VI, theta=0.4, tau2=0.1)
    draws = np.random.default_rng(1).normal(0.4, math.sqrt(0.1), 400_000)
    z = draws[:, None] / np.sqrt(VI)
    from scipy.special import ndtr

    power = (ndtr(z - 1.959964) + ndtr(-z - 1.959964)).mean(axis=0)
    np.testing.assert_allclose(found.power, power, atol=2e-3)


def test_a_two_sided_test_has_two_limits():
    assert len(tes(YI, VI, tes_alternative="two.sided").theta_lim) == 2


@given(st.floats(1e-3, 1e3), st.booleans())
def test_units_and_sign_go_through_henmi_and_copas(scale, turned):
    sign = -1 if turned else 1
    one, other = hc(YI, VI), hc(sign * scale * YI, scale**2 * VI)
    ends = sorted((sign * scale * one.ci_lb, sign * scale * one.ci_ub))
    assert [other.ci_lb, other.ci_ub] == pytest.approx(ends, rel=1e-8)


def test_without_heterogeneity_henmi_and_copas_centre_on_the_common_effect():
    found, common = hc(YI, VI), rma(YI, VI, method="EE")
    assert found.estimate == pytest.approx(common.estimate)
    assert found.ci_lb < found.estimate < found.ci_ub


@given(st.floats(1e-2, 1e2))
def test_units_go_through_a_limit_meta_analysis(scale):
    one, other = limitmeta(YI, VI), limitmeta(scale * YI, scale**2 * VI)
    assert other.estimate == pytest.approx(scale * one.estimate, rel=1e-6)
    assert pytest.approx(one.G2, abs=1e-6) == other.G2
    assert pytest.approx(one.Q_small + one.Q_resid) == one.Q


@pytest.mark.parametrize("adjust", ["beta0", "betalim", "mulim"])
def test_without_a_small_study_effect_nothing_is_adjusted(adjust):
    found = limitmeta(np.full(12, 0.3), VI, adjust=adjust)
    assert found.estimate == pytest.approx(0.3)


def test_equal_studies_have_no_limit():
    with pytest.raises(InputError, match="same error"):
        limitmeta(YI, np.full(12, 0.1))


def test_the_general_number_is_the_first_that_reaches_its_target():
    exact, metafor = fsn(YI, VI, type="General"), fsn(YI, VI, type="General", control="metafor")
    assert 0 <= metafor.n - exact.n <= 1
    found = fsn(YI, VI, type="General", target=0.1)
    assert found.target == pytest.approx(0.1)
    assert found.n > 0
