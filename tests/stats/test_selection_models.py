"""Selection models: what metafor prints, and what must hold whatever the data."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import rma, selmodel
from ranvier.stats.selection import loglik_at

rng = np.random.default_rng(20)
VI = rng.uniform(0.01, 0.2, 24)
YI = rng.normal(0.25, np.sqrt(0.04 + VI)) + 0.8 * VI
SMOOTH = ("beta", "halfnorm", "negexp", "logistic", "power", "negexppow")
STEPS = {"stepfun": (0.025, 0.5), "stepcon": (0.025, 0.5), "trunc": None}


def fit(kind: str, y=YI, v=VI, **more):
    return selmodel(y, v, type=kind, steps=STEPS.get(kind), **more)


def summary(found) -> np.ndarray:
    return np.concatenate([found.beta, found.se, [found.tau2, found.loglik, found.LRT]])


@pytest.mark.parametrize("kind", [*SMOOTH, *STEPS])
def test_less_is_greater_with_the_signs_turned(kind):
    one, other = fit(kind), fit(kind, y=-YI, alternative="less")
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-9)
    assert other.loglik == pytest.approx(one.loglik, abs=1e-9)
    np.testing.assert_allclose(other.delta, one.delta, atol=1e-7)


@pytest.mark.parametrize("kind", [*SMOOTH, "stepfun", "stepcon"])
def test_two_sided_selection_knows_no_sign(kind):
    one = fit(kind, alternative="two.sided")
    other = fit(kind, y=-YI, alternative="two.sided")
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-6)
    assert other.loglik == pytest.approx(one.loglik, abs=1e-8)


@pytest.mark.parametrize("kind", ["beta", "negexp", "stepfun"])
def test_the_order_of_the_studies_does_not_matter(kind):
    order = rng.permutation(len(YI))
    np.testing.assert_allclose(
        summary(fit(kind)), summary(fit(kind, y=YI[order], v=VI[order])), atol=1e-6
    )


@settings(max_examples=10, deadline=None)
@given(scale=st.floats(1e-3, 1e3))
@pytest.mark.parametrize("kind", ["power", "stepfun"])
def test_other_units_change_the_units_of_the_answer_and_nothing_else(kind, scale):
    one, other = fit(kind), fit(kind, y=scale * YI, v=scale**2 * VI)
    assert other.estimate == pytest.approx(scale * one.estimate, rel=1e-6)
    assert other.tau2 == pytest.approx(scale**2 * one.tau2, rel=1e-5)
    assert pytest.approx(one.LRT, abs=1e-7) == other.LRT
    np.testing.assert_allclose(other.delta, one.delta, rtol=1e-5)


@pytest.mark.parametrize("kind", [*SMOOTH, *STEPS])
def test_the_estimates_are_a_maximum(kind):
    found = fit(kind)
    assert loglik_at(found, found.beta, found.tau2, found.delta) == pytest.approx(found.loglik)
    for step in (-1e-3, 1e-3):
        assert loglik_at(found, found.beta + step, found.tau2, found.delta) <= found.loglik
        assert loglik_at(found, found.beta, found.tau2 + abs(step), found.delta) <= found.loglik
        if kind == "stepcon":
            continue  # Its steps are at the bound that one step lays on the next.
        free = np.maximum(found.delta + step * ~np.isnan(found.se_delta), 0)
        assert loglik_at(found, found.beta, found.tau2, free) <= found.loglik + 1e-12


@pytest.mark.parametrize("kind", [*SMOOTH, "stepfun", "trunc"])
def test_parameters_of_no_selection_give_the_model_without(kind):
    none = {"beta": 1.0, "stepfun": [1.0] * 3, "trunc": 1.0}.get(kind, 0.0)
    if kind == "beta":
        none = [1.0, 1.0]
    if kind == "negexppow":
        none = [0.0, 1.0]
    found, plain = fit(kind, delta=none), rma(YI, VI, method="ML")
    assert found.estimate == pytest.approx(plain.estimate, abs=1e-7)
    assert found.tau2 == pytest.approx(plain.tau2, abs=1e-7)
    assert found.loglik == pytest.approx(plain.fit.loglik, abs=1e-9)
    assert (found.LRTdf, found.LRTp) == (0, None)


def test_the_integral_of_a_selection_function_is_right_to_ten_digits():
    """Against a plain sum over two million points."""
    found = fit("logistic")
    delta, tau2, beta = float(found.delta[0]), found.tau2, found.estimate
    total = 0.0
    x = np.linspace(-12, 12, 2_000_001)
    from scipy.special import ndtr

    for y, v in zip(YI, VI, strict=True):
        at = beta + x * math.sqrt(v + tau2)
        w = 2 / (1 + np.exp(delta * ndtr(-at / math.sqrt(v))))
        area = np.trapezoid(w * np.exp(-(x**2) / 2), x) / math.sqrt(2 * math.pi)
        own = 2 / (1 + math.exp(delta * ndtr(-y / math.sqrt(v))))
        density = -0.5 * (math.log(2 * math.pi * (v + tau2)) + (y - beta) ** 2 / (v + tau2))
        total += math.log(own) + density - math.log(area)
    assert found.loglik == pytest.approx(total, abs=1e-9)


def test_truncest_finds_the_best_of_all_cutpoints():
    best = selmodel(YI, VI, type="truncest")
    tried = [selmodel(YI, VI, type="trunc", steps=float(c)).loglik for c in np.sort(YI)[:-1]]
    assert best.loglik >= max(tried) - 1e-9
    assert best.delta[1] in YI
    assert any("cutpoint" in note for note in best.notes)


def test_falling_steps_do_not_rise():
    free = selmodel(YI, VI, type="stepfun", steps=(0.1, 0.3, 0.6))
    held = selmodel(YI, VI, type="stepcon", steps=(0.1, 0.3, 0.6))
    assert (np.diff(held.delta) <= 1e-12).all()
    assert held.loglik <= free.loglik + 1e-9
    same = selmodel(YI, VI, type="stepfun", steps=(0.1, 0.3, 0.6), decreasing=True)
    assert same.loglik == pytest.approx(held.loglik, abs=1e-9)


def test_moderators_and_precision_and_a_threshold_are_known():
    found = selmodel(
        YI, VI, type="halfnorm", prec="sei", steps=0.05, mods="~ x", data={"x": np.arange(24.0)}
    )
    assert found.names == ("intrcpt", "x")
    assert found.QM is not None
    assert np.isfinite(found.se).all()


def test_an_empty_first_interval_runs_to_the_bound_and_says_so():
    y = -np.abs(YI)
    found = selmodel(y, VI, type="stepfun", steps=0.001)
    assert found.delta[1] == pytest.approx(100)
    assert any("no p value in interval 1" in note for note in found.notes)
    assert any("bound" in note for note in found.notes)


def test_studies_outside_of_selection_are_seen_anyway():
    under = np.arange(24) < 23
    one = selmodel(YI, VI, type="stepfun", steps=0.025, subset=under)
    assert sum(one.counts or ()) == 23
    assert one.k == 24


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"type": "stepfun"}, "needs steps"),
        ({"type": "trunc", "alternative": "two.sided"}, "side"),
        ({"type": "beta", "steps": 0.05}, "two p values"),
        ({"type": "beta", "prec": "sei"}, "prec"),
        ({"type": "halfnorm", "prec": "ninv"}, "ni"),
        ({"type": "stepfun", "steps": 1.5}, "between 0 and 1"),
        ({"type": "median"}, "no selection model"),
        ({"type": "stepfun", "steps": 0.05, "delta": [1.0]}, "entries"),
    ],
)
def test_what_does_not_fit_the_type_is_refused_in_words(more, said):
    with pytest.raises(InputError, match=said):
        selmodel(YI, VI, **more)


def test_too_few_studies_are_refused():
    with pytest.raises(InputError, match="cannot be estimated from 3 studies"):
        selmodel(YI[:3], VI[:3], type="beta")


def test_a_result_prints_what_it_found_and_how_metafor_would():
    found = selmodel(YI, VI, type="stepfun", steps=0.025)
    assert "test of selection: LRT(df = 1)" in str(found)
    assert 'selmodel(fit, type="stepfun", alternative="greater", steps=0.025)' in found.as_r()


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("stepfun", {"steps": 0.025}),
        ("stepfun", {"steps": (0.025, 0.5)}),
        ("stepfun", {"steps": (0.05, 0.3), "alternative": "two.sided"}),
        ("stepfun", {"steps": 0.025, "mods": np.linspace(-1, 1, 24), "method": "EE"}),
        ("stepfun", {"steps": 0.05, "subset": np.arange(24) > 3}),
        ("trunc", {}),
    ],
)
def test_the_compiled_search_finds_the_same_maximum(kind, more, monkeypatch):
    pytest.importorskip("numba")
    compiled = selmodel(YI, VI, type=kind, **more)
    monkeypatch.delitem(sys.modules, "numba")
    plain = selmodel(YI, VI, type=kind, **more)
    assert "ranvier.stats.selection.compiled" in sys.modules
    assert compiled.loglik == pytest.approx(plain.loglik, abs=1e-9)
    np.testing.assert_allclose(compiled.beta, plain.beta, atol=1e-6)
    np.testing.assert_allclose(compiled.delta, plain.delta, rtol=1e-4, atol=1e-6)
    assert compiled.maxima == plain.maxima
