"""Outlier and influence diagnostics: against metafor, and against deleting by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import influence, meta_regression, rma, rstandard, rstudent

#: metafor 3.8.1, control=list(threshold=1e-12, maxiter=10000): influence() of dat.bcg (log RR).
PINNED = json.loads(
    (Path(__file__).resolve().parents[1] / "reference/influence_bcg.json").read_text("utf-8")
)
MODELS = {
    "REML": {},
    "two moderators": {"mods": "~ ablat + alloc"},
    "PM knha": {"mods": "~ ablat", "test": "knha", "method": "PM"},
    "EE": {"method": "EE"},
    "DL knha": {"method": "DL", "test": "knha"},
}


@pytest.mark.parametrize("name", MODELS)
def test_all_numbers_are_metafors(name):
    data, theirs = PINNED["data"], PINNED["fits"][name]
    found = influence(data["yi"], data["vi"], data=data, **MODELS[name])
    for column in ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight"):
        np.testing.assert_allclose(
            getattr(found, column), theirs[column], rtol=1e-9, atol=1e-10, err_msg=column
        )
    np.testing.assert_allclose(found.dfbs, theirs["dfbs"], rtol=1e-9, atol=1e-10)
    assert found.influential.tolist() == theirs["influential"]
    standard = rstandard(data["yi"], data["vi"], data=data, **MODELS[name])
    np.testing.assert_allclose(standard.z, theirs["rstandard"], rtol=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 5), st.sampled_from(["DL", "REML", "EB"]))
def test_a_deletion_is_the_fit_without_the_study(i, method):
    y = np.array([0.1, 0.5, -0.2, 0.9, 0.3, 0.4])
    v = np.array([0.02, 0.05, 0.03, 0.1, 0.01, 0.04])
    found = influence(y, v, method=method)
    whole, left = rma(y, v, method=method), rma(np.delete(y, i), np.delete(v, i), method=method)
    assert found.tau2_del[i] == pytest.approx(left.tau2, rel=1e-8, abs=1e-12)
    assert found.QE_del[i] == pytest.approx(left.QE)
    moved = whole.estimate - left.estimate
    assert found.cook_d[i] == pytest.approx((moved / whole.se) ** 2, rel=1e-7)
    assert found.cov_r[i] == pytest.approx((left.se / whole.se) ** 2, rel=1e-7)
    away = (y[i] - left.estimate) / np.sqrt(v[i] + left.tau2 + left.se**2)
    assert rstudent(y, v, method=method).z[i] == pytest.approx(away, rel=1e-7)


@given(st.permutations(range(6)), st.floats(0.01, 100))
@settings(deadline=None, max_examples=20)
def test_order_and_units_do_not_matter(order, c):
    y = np.array([0.1, 0.5, -0.2, 0.9, 0.3, 0.4])
    v = np.array([0.02, 0.05, 0.03, 0.1, 0.01, 0.04])
    rows = list(order)
    one, other = influence(y, v), influence(c * y[rows], c**2 * v[rows])
    for name in ("rstudent", "dffits", "cook_d", "cov_r", "hat", "weight"):
        np.testing.assert_allclose(
            getattr(one, name)[rows], getattr(other, name), rtol=1e-6, atol=1e-9
        )


def test_leverages_sum_to_the_coefficients():
    mods = [1.0, 2.0, 4.0, 3.0, 7.0, 5.0]
    found = influence([0.1, 0.5, -0.2, 0.9, 0.3, 0.4], [0.05] * 6, mods=mods)
    assert found.hat.sum() == pytest.approx(2)


def test_a_study_without_which_there_is_no_model_has_no_diagnostics():
    data = {"arm": ["a", "a", "a", "a", "b"]}
    y, v = [0.1, 0.2, 0.4, 0.3, 0.9], [0.02] * 5
    found = influence(y, v, mods="~ arm", data=data, slab=list("abcde"))
    assert np.isnan(found.rstudent).tolist() == [False] * 4 + [True]
    assert found.hat[4] == pytest.approx(1)
    assert meta_regression(y, v, mods="~ arm", data=data).k == 5


def test_rows_left_out_are_nan_and_named():
    found = influence([0.1, np.nan, 0.3, 0.2, 0.5], [0.1] * 5, slab=list("abcde"))
    assert np.isnan(found.cook_d).tolist() == [False, True, False, False, False]
    assert "b" in found.notes[0]


def test_too_few_studies_are_refused():
    with pytest.raises(InputError, match="too few"):
        influence([0.1, 0.2], [0.1, 0.1], mods=[1, 2])
