"""Permutation tests: against metafor, against rearranging by hand, and what must always hold."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import escalc, meta_regression, permutest, rma
from ranvier.stats.least_squares import Batch
from ranvier.stats.maximum import highest_maximum
from ranvier.stats.shared_weights import tau2_of_rearrangements

#: The first eight trials of BCG vaccine in dat.bcg of metadat.
BCG = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505],
    "n1i": [123, 306, 231, 13598, 5069, 1541, 2545, 88391],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499],
    "n2i": [139, 303, 220, 12867, 5808, 1451, 629, 88391],
}
EFFECTS = escalc("RR", **BCG)
Y, V = EFFECTS.yi, EFFECTS.vi
DATA = {
    "ablat": [44, 55, 42, 52, 13, 44, 19, 13],
    "alloc": ["random"] * 4 + ["alternate"] + ["alternate"] + ["random"] * 2,
}


def test_exact_tests_of_a_mean_are_metafors():
    """metafor 3.8.1: permutest(rma(yi, vi, test="knha"), exact=TRUE, permci=TRUE)."""
    plain = permutest(Y, V, exact=True)
    assert (plain.iterations, plain.pval[0]) == (256, 0.015625)
    fit = permutest(Y, V, test="knha", exact=True, interval=True)
    assert fit.pval[0] == 0.015625
    # R's uniroot stops at 1.2e-4 of a step function.
    assert fit.ci_lb[0] == pytest.approx(-1.5112708, abs=5e-4)
    assert fit.ci_ub[0] == pytest.approx(-0.3212448, abs=5e-4)


def test_exact_tests_of_a_factor_are_metafors():
    """metafor 3.8.1: permutest(rma(yi, vi, mods=~alloc, method="DL"), exact=TRUE)."""
    fit = permutest(Y, V, mods="~ alloc", data=DATA, method="DL", exact=True)
    assert fit.iterations == 28
    np.testing.assert_allclose(fit.pval, [0.9285714285714286, 0.5357142857142857])
    assert fit.QMp == pytest.approx(0.5357142857142857)


def test_signs_by_hand():
    y, v = np.array([0.1, 0.5, -0.2, 0.9]), np.array([0.02, 0.05, 0.03, 0.1])
    stats = [abs(rma(np.array(s) * y, v).stat) for s in product([1, -1], repeat=4)]
    expected = np.mean([s >= abs(rma(y, v).stat) - 1e-8 for s in stats])
    assert permutest(y, v).pval[0] == expected


def test_rows_of_moderators_by_hand():
    y, v = np.array([0.1, 0.5, -0.2, 0.9, 0.4]), np.array([0.02, 0.05, 0.03, 0.1, 0.04])
    x = np.array([1.0, 2.0, 2.5, 4.0, 3.0])
    fits = [meta_regression(y, v, mods=x[list(o)], test="knha") for o in permutations(range(5))]
    mine = meta_regression(y, v, mods=x, test="knha")
    found = permutest(y, v, mods=x, test="knha", exact=True)
    assert found.iterations == 120
    for j in (0, 1):
        share = np.mean([abs(f.stat[j]) >= abs(mine.stat[j]) - 1e-8 for f in fits])
        assert found.pval[j] == pytest.approx(share)
    np.testing.assert_allclose(found.QM, mine.QM)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_units_do_not_matter_and_the_seed_decides(seed, c):
    one = permutest(Y, V, exact=False, iterations=99, seed=seed)
    other = permutest(c * Y, c**2 * V, exact=False, iterations=99, seed=seed)
    assert one.pval[0] == pytest.approx(other.pval[0], abs=0.011)
    assert one.pval[0] >= 1 / 99
    assert permutest(Y, V, exact=False, iterations=99, seed=seed).pval[0] == one.pval[0]


def test_one_sided_tests_add_up():
    less, greater = (
        permutest(Y, V, alternative=a, exact=True).pval[0] for a in ("less", "greater")
    )
    assert less + greater >= 1
    assert less < 0.05 < greater


def test_a_draw_is_near_the_exact_test():
    exact = permutest(Y, V, mods="~ ablat", data=DATA, method="DL", exact=False, iterations=20_000)
    again = permutest(
        Y, V, mods="~ ablat", data=DATA, method="DL", exact=False, iterations=20_000, seed=9
    )
    np.testing.assert_allclose(exact.pval, again.pval, atol=0.015)


def test_too_many_rearrangements_or_too_few_are_refused():
    with pytest.raises(InputError, match="too many for an exact test"):
        permutest(np.arange(30) / 10, [0.1] * 30, exact=True)
    with pytest.raises(InputError, match="too few for an interval"):
        permutest([0.1, 0.2, 0.3], [0.1] * 3, interval=True)


def test_redundant_moderators_are_left_out():
    data = {"x": [1, 2, 3, 4, 5, 6, 7, 8], "z": [2, 4, 6, 8, 10, 12, 14, 16]}
    found = permutest(Y, V, mods="~ x + z", data=data, method="DL", iterations=50)
    assert found.names == ("intrcpt", "x")
    assert "z" in found.notes[0]


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 10_000), st.integers(5, 20), st.integers(1, 4), st.sampled_from(["ML", "REML"])
)
def test_rearrangements_together_have_the_maxima_each_has_alone(seed, k, p, method):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.5, k) * np.where(rng.random(k) < 0.3, 0.001, 1.0)
    y = rng.normal(size=k) * np.sqrt(v + rng.choice([0, 0.05, 1]))
    mask = np.ones((20, k), dtype=bool)
    if p == 1:
        y, X = rng.choice([-1.0, 1.0], size=mask.shape) * y, np.ones((20, k, 1))
    else:
        design = np.column_stack([np.ones(k), rng.normal(size=(k, p - 1))])
        y, X = np.broadcast_to(y, mask.shape), design[np.argsort(rng.random(mask.shape), axis=1)]
    batch = Batch(y=y, v=np.broadcast_to(v, mask.shape), X=X, mask=mask, mean=p == 1, full=True)
    together = tau2_of_rearrangements(batch, method)
    alone, _ = highest_maximum(batch, method, "numpy")
    np.testing.assert_allclose(together + v.min(), alone + v.min(), rtol=1e-7)
