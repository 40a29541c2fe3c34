"""The highest maximum of the likelihood: found by each engine, bracketed, and never a lower one."""

import subprocess
import sys

import numpy as np
import pytest

from ranvier.stats import rma
from ranvier.stats.least_squares import Batch
from ranvier.stats.likelihood import profile, score, score_and_bend
from ranvier.stats.maximum import Engine, engine_for, highest_maximum


def batch(sets: int = 400, k: int = 9, p: int = 1, seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 1, (sets, k)) ** 2
    y = rng.normal(0, 0.4, (sets, k)) + rng.normal(size=(sets, k)) * np.sqrt(v)
    X = np.concatenate([np.ones((sets, k, 1)), rng.normal(size=(sets, k, p - 1))], axis=2)
    mask = rng.random((sets, k)) < 0.8
    mask[:, : p + 1] = True
    return Batch(y=y, v=v, X=X, mask=mask, mean=p == 1)


@pytest.fixture(params=["numpy", "compiled"])
def engine(request) -> Engine:
    if request.param == "compiled":
        pytest.importorskip("numba")
    return request.param


@pytest.mark.parametrize("p", [1, 3])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_no_point_of_a_fine_grid_is_higher(engine: Engine, method, p: int) -> None:
    many = batch(p=p)
    tau2, _ = highest_maximum(many, method, engine)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 30, 400)])
    heights = profile(many, np.broadcast_to(grid, (len(tau2), len(grid))), method)
    best = profile(many, tau2[:, None], method)[:, 0]
    assert (best >= heights.max(axis=1) - 1e-10).all()


@pytest.mark.parametrize("p", [1, 3])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_inside_the_score_is_0_to_the_last_digits(engine: Engine, method, p: int) -> None:
    many = batch(p=p)
    tau2, _ = highest_maximum(many, method, engine)
    inside = tau2 > 0
    assert 50 < inside.sum() < len(tau2)
    f, bend = score_and_bend(many, tau2, method)
    assert (np.abs(f / bend)[inside] < 1e-12 * (1 + tau2[inside])).all()


def test_the_slope_of_the_score_is_its_difference_quotient() -> None:
    for p, method in ((1, "REML"), (1, "ML"), (3, "REML"), (3, "ML")):
        many = batch(sets=50, p=p)
        t = np.random.default_rng(1).uniform(0.05, 1, 50)
        f, bend = score_and_bend(many, t, method)
        np.testing.assert_allclose(f, score(many, t, method), rtol=1e-10, atol=1e-9)
        h = 1e-5
        quotient = (score(many, t + h, method) - score(many, t - h, method)) / (2 * h)
        np.testing.assert_allclose(bend, quotient, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("p", [1, 3])
def test_the_engines_agree_to_the_last_digits(p: int) -> None:
    pytest.importorskip("numba")
    for method in ("ML", "REML"):
        a, b = (highest_maximum(batch(p=p), method, e) for e in ("numpy", "compiled"))
        np.testing.assert_allclose(a[0], b[0], rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(a[1], b[1])


def test_of_two_maxima_each_engine_takes_the_higher(engine: Engine) -> None:
    y = np.array([[0.1, -0.5, -0.3, -2.2], [2.8, -0.8, -3.1, 0.9]])
    v = np.array([[0.14, 0.01, 0.04, 0.27], [2.13, 0.09, 7.18, 8.99]])
    both = Batch(y=y, v=v, X=np.ones((2, 4, 1)), mask=np.ones((2, 4), bool), mean=True, full=True)
    tau2, maxima = highest_maximum(both, "ML", engine)
    assert maxima.tolist() == [2, 2]
    assert tau2[0] > 0
    assert tau2[1] == 0


def test_a_mean_and_a_column_of_ones_are_the_same_model() -> None:
    plain = batch()
    ones = Batch(y=plain.y, v=plain.v, X=plain.X, mask=plain.mask)
    a, b = (highest_maximum(many, "REML", "numpy")[0] for many in (plain, ones))
    np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_one_fit_is_a_row_of_the_batch() -> None:
    many = batch()
    tau2, _ = highest_maximum(many, "REML", "numpy")
    for i in range(0, 400, 40):
        rows = many.mask[i]
        assert rma(many.y[i, rows], many.v[i, rows]).tau2 == pytest.approx(tau2[i], rel=1e-12)


def test_little_work_loads_no_compiler() -> None:
    code = (
        "import sys; from ranvier.stats import rma; rma([0.1, 0.2, 0.9], [0.1] * 3); "
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    if "ranvier.stats.compiled" not in sys.modules:
        assert engine_for(batch(sets=3)) == "numpy"
