"""What must hold of pooling, whatever the data."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ranvier.stats import leave1out, rma, rma_mh, rma_peto, rma_subsets

#: Each estimator in closed form, and the ones found as roots.
METHODS = ["EE", "DL", "HE", "HS", "SJ", "PM", "ML", "REML"]


@st.composite
def effects(draw: st.DrawFn, least: int = 3) -> tuple[np.ndarray, np.ndarray]:
    k = draw(st.integers(least, 9))
    finite = st.floats(-3, 3, allow_subnormal=False).map(lambda x: round(x, 3))
    yi = draw(st.lists(finite, min_size=k, max_size=k))
    vi = draw(st.lists(st.floats(0.01, 4), min_size=k, max_size=k))
    return np.array(yi), np.array(vi)


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    k = draw(st.integers(2, 6))
    counts = st.lists(st.integers(1, 40), min_size=k, max_size=k)
    return tuple(np.array(draw(counts)) for _ in range(4))


@settings(max_examples=40, deadline=None)
@given(effects(), st.floats(0.1, 10), st.sampled_from(METHODS))
def test_other_units_change_the_units_of_the_answer_only(data, c: float, method: str) -> None:
    yi, vi = data
    plain, scaled = rma(yi, vi, method=method), rma(c * yi, c**2 * vi, method=method)
    assert scaled.tau2 == pytest.approx(c**2 * plain.tau2, rel=1e-6, abs=1e-9 * c**2)
    assert scaled.estimate == pytest.approx(c * plain.estimate, rel=1e-6, abs=1e-8 * c)
    assert pytest.approx(plain.I2, rel=1e-6, abs=1e-6) == scaled.I2
    assert scaled.pval == pytest.approx(plain.pval, rel=1e-5, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(effects(), st.randoms(use_true_random=False), st.sampled_from(METHODS))
def test_the_order_of_studies_does_not_matter(data, random, method: str) -> None:
    yi, vi = data
    order = list(range(len(yi)))
    random.shuffle(order)
    plain, mixed = rma(yi, vi, method=method), rma(yi[order], vi[order], method=method)
    assert mixed.estimate == pytest.approx(plain.estimate, rel=1e-9, abs=1e-10)
    assert mixed.tau2 == pytest.approx(plain.tau2, rel=1e-7, abs=1e-10)
    np.testing.assert_allclose(mixed.weights, plain.weights[order], rtol=1e-7)


@settings(max_examples=40, deadline=None)
@given(effects(), st.sampled_from(METHODS))
def test_exchanging_the_groups_turns_the_sign(data, method: str) -> None:
    yi, vi = data
    plain, turned = rma(yi, vi, method=method), rma(-yi, vi, method=method)
    assert turned.estimate == pytest.approx(-plain.estimate, rel=1e-9, abs=1e-12)
    assert (turned.ci_lb, turned.ci_ub) == pytest.approx(
        (-plain.ci_ub, -plain.ci_lb), rel=1e-9, abs=1e-12
    )
    assert turned.tau2 == pytest.approx(plain.tau2, rel=1e-9, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(effects(), st.floats(-5, 5), st.sampled_from(METHODS))
def test_shifting_all_effects_shifts_the_estimate(data, shift: float, method: str) -> None:
    yi, vi = data
    plain, moved = rma(yi, vi, method=method), rma(yi + shift, vi, method=method)
    assert moved.estimate == pytest.approx(plain.estimate + shift, rel=1e-6, abs=1e-7)
    assert moved.tau2 == pytest.approx(plain.tau2, rel=1e-5, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(effects())
def test_a_study_split_in_two_halves_pools_the_same_under_equal_effects(data) -> None:
    yi, vi = data
    whole = rma(yi, vi, method="EE")
    split = rma(np.append(yi, yi[0]), np.append(np.r_[2 * vi[0], vi[1:]], 2 * vi[0]), method="EE")
    assert split.estimate == pytest.approx(whole.estimate, rel=1e-10, abs=1e-12)
    assert split.se == pytest.approx(whole.se, rel=1e-10)
    assert pytest.approx(whole.QE, rel=1e-9, abs=1e-10) == split.QE


@settings(max_examples=40, deadline=None)
@given(effects(), st.sampled_from(METHODS[1:]))
def test_without_tau2_random_effects_are_the_common_one(data, method: str) -> None:
    yi, vi = data
    fit = rma(yi, vi, method=method)
    assume(fit.tau2 == 0)
    common = rma(yi, vi, method="EE")
    assert fit.estimate == pytest.approx(common.estimate, rel=1e-10, abs=1e-13)
    assert fit.se == pytest.approx(common.se, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(effects(), st.sampled_from(["ML", "REML"]))
def test_no_tau2_is_likelier_than_the_estimate(data, method: str) -> None:
    yi, vi = data
    best = rma(yi, vi, method=method)
    top = float(np.var(yi) + vi.max()) * 4
    for tau2 in np.r_[0, np.geomspace(1e-4, top, 60)]:
        other = rma(yi, vi, method=method, tau2=float(tau2))
        assert other.fit.loglik <= best.fit.loglik + 1e-9


@settings(max_examples=40, deadline=None)
@given(effects())
def test_paule_and_mandel_make_q_its_expectation(data) -> None:
    yi, vi = data
    tau2 = rma(yi, vi, method="PM").tau2
    w = 1 / (vi + tau2)
    q = float(w @ (yi - w @ yi / w.sum()) ** 2)
    if tau2 > 0:
        assert q == pytest.approx(len(yi) - 1, rel=1e-8)
    else:
        assert q <= len(yi) - 1 + 1e-9


@settings(max_examples=40, deadline=None)
@given(effects(), st.sampled_from(METHODS))
def test_adhoc_is_never_narrower_than_knapp_and_hartung_or_normal_errors(data, method) -> None:
    yi, vi = data
    adhoc = rma(yi, vi, method=method, test="adhoc")
    for test in ("knha", "t"):
        assert adhoc.se >= rma(yi, vi, method=method, test=test).se * (1 - 1e-12)


@settings(max_examples=30, deadline=None)
@given(effects(), st.sampled_from(["EE", "DL", "REML", "PM", "SJ"]))
def test_a_batch_of_many_is_many_single_fits(data, method: str) -> None:
    yi, vi = data
    table = leave1out(yi, vi, method=method)
    for i in range(len(yi)):
        single = rma(np.delete(yi, i), np.delete(vi, i), method=method)
        assert table.estimate[i] == pytest.approx(single.estimate, rel=1e-9, abs=1e-11)
        assert table.tau2[i] == pytest.approx(single.tau2, rel=1e-6, abs=1e-10)
        assert table.I2[i] == pytest.approx(single.I2, rel=1e-6, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(effects())
def test_a_single_study_in_a_batch_is_itself(data) -> None:
    yi, vi = data
    table = rma_subsets(yi, vi, subset=np.eye(len(yi), dtype=bool), method="REML")
    np.testing.assert_allclose(table.estimate, yi, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(table.se**2, vi, rtol=1e-12)
    np.testing.assert_array_equal(table.tau2, 0)


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from(["OR", "RR", "RD"]))
def test_exchanging_groups_turns_a_mantel_haenszel_estimate(counts, measure: str) -> None:
    a, b, c, d = counts
    plain, turned = rma_mh(a, b, c, d, measure=measure), rma_mh(c, d, a, b, measure=measure)
    assert turned.estimate == pytest.approx(-plain.estimate, rel=1e-9, abs=1e-12)
    assert turned.se == pytest.approx(plain.se, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_exchanging_events_and_non_events_turns_odds_ratios(counts) -> None:
    a, b, c, d = counts
    for pool in (rma_mh, rma_peto):
        plain, turned = pool(a, b, c, d), pool(b, a, d, c)
        assert turned.estimate == pytest.approx(-plain.estimate, rel=1e-9, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from(["OR", "RR", "RD"]))
def test_equal_strata_pool_to_the_effect_of_one(counts, measure: str) -> None:
    a, b, c, d = (np.full(3, x[0]) for x in counts)
    fit = rma_mh(a, b, c, d, measure=measure)
    assert fit.estimate == pytest.approx(float(fit.effects.yi[0]), rel=1e-9, abs=1e-12)
    assert pytest.approx(0, abs=1e-9) == fit.QE
