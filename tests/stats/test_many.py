"""Batches give, row by row, what single fits give: ragged sets, subsets, samples drawn anew."""

import numpy as np
import pytest

from ranvier.errors import InputError
from ranvier.stats import bootstrap, gosh, leave1out, meta_regression, rma, rma_many, rma_subsets

SAME = (
    "estimate", "se", "stat", "pval", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "se_tau2", "I2",
    "H2", "QE", "QEp",
)  # fmt: skip


def ragged(sets: int = 60, seed: int = 3) -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    vi = [rng.uniform(0.01, 0.5, rng.integers(1, 15)) for _ in range(sets)]
    return [rng.normal(0.2, np.sqrt(v + 0.05)) for v in vi], vi


@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
@pytest.mark.parametrize("method", ["EE", "DL", "PM", "ML", "REML", "SJ"])
def test_each_row_is_the_single_fit(method, test) -> None:
    yi, vi = ragged()
    table = rma_many(yi, vi, method=method, test=test)
    for i in range(len(yi)):
        one = rma(yi[i], vi[i], method=method, test=test)
        for name in SAME:
            single = getattr(one, name)
            row = float(getattr(table, name)[i])
            if single is None:
                assert np.isnan(row), name
            else:
                assert row == pytest.approx(single, rel=1e-9, abs=1e-10), (name, i)
        assert table.loglik[i] == pytest.approx(one.fit.loglik, rel=1e-9)
        assert table.k[i] == one.k


def test_a_long_column_and_a_list_of_arrays_are_the_same() -> None:
    yi, vi = ragged()
    long = rma_many(
        np.concatenate(yi),
        np.concatenate(vi),
        groups=np.repeat(np.arange(len(yi)) + 7, [len(y) for y in yi]),
    )
    listed = rma_many(yi, vi, labels=[str(i + 7) for i in range(len(yi))])
    np.testing.assert_array_equal(long.estimate, listed.estimate)
    assert long.labels == listed.labels
    rng = np.random.default_rng(0)
    order = rng.permutation(sum(len(y) for y in yi))
    mixed = rma_many(
        np.concatenate(yi)[order],
        sei=np.sqrt(np.concatenate(vi)[order]),
        groups=np.repeat(np.arange(len(yi)) + 7, [len(y) for y in yi])[order],
    )
    place = [mixed.labels.index(name) for name in listed.labels]
    np.testing.assert_allclose(mixed.estimate[place], listed.estimate, rtol=1e-9)


def test_missing_studies_are_left_out_and_empty_sets_are_nan_and_named() -> None:
    table = rma_many([[0.1, np.nan, 0.3], [np.nan], [0.5]], [[0.1, 0.1, 0.1], [0.1], [0.2]])
    assert table.k.tolist() == [2, 0, 1]
    assert np.isnan(table.estimate[1])
    assert table.estimate[2] == 0.5
    assert table.notes == (
        "2 studies left out, no effect or no variance",
        "no study in data sets 2: nan",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"yi": [[1, 2]], "vi": [[1]]}, "same number of studies"),
        ({"yi": [[1, 2]]}, "either vi or sei"),
        ({"yi": [1.0, 2.0], "vi": [1.0, 2.0]}, "groups="),
        ({"yi": [["a"]], "vi": [[1]]}, "arrays of numbers"),
        ({"yi": [1, 2], "vi": [1, 1], "groups": ["a"]}, "groups must have 2 rows"),
        ({"yi": [[1, 2]], "vi": [[1, -1]]}, "vi must be positive"),
        ({"yi": [[np.nan]], "vi": [[1]]}, "No study has both"),
    ],
)
def test_bad_input_is_refused(arguments, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rma_many(**arguments)


def test_large_and_small_sets_stand_together() -> None:
    rng = np.random.default_rng(5)
    vi = [rng.uniform(0.01, 0.2, k) for k in (3, 70_000, 5)]
    yi = [rng.normal(0.1, np.sqrt(v + 0.02)) for v in vi]
    table = rma_many(yi, vi)
    assert table.k.tolist() == [3, 70_000, 5]
    assert table.estimate[1] == pytest.approx(rma(yi[1], vi[1]).estimate, rel=1e-9)


def test_subsets_with_a_moderator_are_regressions_of_those_studies() -> None:
    yi, vi = np.array([0.1, 0.4, 0.2, 0.9, 0.5]), np.array([0.1, 0.2, 0.05, 0.1, 0.3])
    x = [1.0, 1.0, 2.0, 3.0, 5.0]
    table = gosh(yi, vi, mods=x, method="REML")
    assert len(table.k) == 26
    assert "told apart in 1 subsets" in table.notes[0]
    for i in range(len(table.k)):
        rows = table.subset[i]
        if np.isnan(table.estimate[i]):
            assert rows.tolist() == [True, True, False, False, False]
            continue
        fit = meta_regression(yi[rows], vi[rows], mods=np.array(x)[rows])
        assert table.beta[i] == pytest.approx(fit.beta, rel=1e-8, abs=1e-10)
        assert table.tau2[i] == pytest.approx(fit.tau2, rel=1e-8, abs=1e-10)


def test_leaving_one_out_is_the_fit_without_it() -> None:
    yi, vi = ragged(seed=8)[0][0:1][0], ragged(seed=8)[1][0:1][0]
    yi, vi = np.r_[yi, 0.2, 0.9, -0.3], np.r_[vi, 0.1, 0.2, 0.1]
    table = leave1out(yi, vi, test="knha")
    for i in range(len(yi)):
        one = rma(np.delete(yi, i), np.delete(vi, i), test="knha")
        assert table.ci_lb[i] == pytest.approx(one.ci_lb, rel=1e-8)
    assert table.labels[0] == "without Study 1"


def test_an_empty_subset_is_refused() -> None:
    with pytest.raises(InputError, match="no empty row"):
        rma_subsets([1, 2], [1, 1], subset=[[0, 0], [1, 1]])


@pytest.mark.parametrize("kind", ["parametric", "nonparametric"])
def test_a_bootstrap_is_seeded_and_close_to_theory_where_theory_holds(kind) -> None:
    rng = np.random.default_rng(11)
    vi = rng.uniform(0.01, 0.05, 60)
    yi = rng.normal(0.3, np.sqrt(vi + 0.04))
    found, again, other = (bootstrap(yi, vi, kind=kind, samples=3000, seed=s) for s in (1, 1, 2))
    assert found.estimate == again.estimate != other.estimate
    assert found.se == pytest.approx(found.fit.se, rel=0.15)
    assert found.estimate[1] == pytest.approx(found.fit.ci_lb, abs=0.02)
    assert found.tau2[1] < found.fit.tau2 < found.tau2[2]
    with pytest.raises(InputError, match="kind must be"):
        bootstrap(yi, vi, kind="magic")


@pytest.mark.parametrize("c", [1e-150, 1e-70, 1e70, 1e150])
@pytest.mark.parametrize("method", ["EE", "DL", "PM", "ML", "REML"])
def test_any_unit_a_double_holds_is_as_good_as_another(c: float, method) -> None:
    yi, vi = np.array([-0.9, -1.6, -1.3, -1.4, -0.2]), np.array([0.33, 0.19, 0.42, 0.02, 0.05])
    plain = rma(yi, vi, method=method, test="knha")
    scaled = rma(c * yi, c * c * vi, method=method, test="knha")
    assert scaled.estimate == pytest.approx(c * plain.estimate, rel=1e-9)
    assert scaled.tau2 == pytest.approx(c * c * plain.tau2, rel=1e-8)
    assert scaled.pval == pytest.approx(plain.pval, rel=1e-8)
    assert pytest.approx(plain.I2, rel=1e-8) == scaled.I2


def test_what_arithmetic_cannot_hold_is_an_error_with_a_remedy() -> None:
    with pytest.raises(InputError, match="wrong unit or decimal"):
        rma([1e150, 2.0], [1.0, 1.0])
    with pytest.raises(InputError, match="another unit"):
        rma([1.0, 2.0], sei=[1e-170, 1e-170])
