"""Regression from a matrix: least squares on the data it was made of."""

import numpy as np
import pytest

from ranvier.errors import InputError
from ranvier.stats import matreg

RNG = np.random.default_rng(5)
DATA = RNG.normal(size=(40, 4)) @ RNG.normal(size=(4, 4))


def test_covariances_and_means_give_least_squares():
    fit = matreg(np.cov(DATA.T), n=40, cov=True, means=DATA.mean(axis=0))
    X = np.column_stack([np.ones(40), DATA[:, 1:]])
    beta = np.linalg.lstsq(X, DATA[:, 0], rcond=None)[0]
    rest = DATA[:, 0] - X @ beta
    vcov = rest @ rest / 36 * np.linalg.inv(X.T @ X)
    np.testing.assert_allclose(fit.beta, beta, rtol=1e-10)
    np.testing.assert_allclose(fit.vcov, vcov, rtol=1e-8, atol=1e-12)
    assert fit.ddf == 36


def test_correlations_give_standardised_coefficients():
    R = np.corrcoef(DATA.T)
    raw = matreg(np.cov(DATA.T), y=2, x=[0, 3], n=40, cov=True)
    fit = matreg(R, y=2, x=[0, 3], n=40)
    s = DATA.std(axis=0, ddof=1)
    np.testing.assert_allclose(fit.beta, raw.beta * s[[0, 3]] / s[2])
    np.testing.assert_allclose(fit.R2, raw.R2)


def test_given_variances_of_the_correlations_it_matches_metafor():
    """metafor 3.8.1: matreg(y=2, x=c(1,4), R=cor(mtcars[c("mpg","cyl","disp","wt")]), V=V)."""
    R = np.array(
        [
            [1.0, -0.852161959426613, -0.847551379262479, -0.867659376517228],
            [-0.852161959426613, 1.0, 0.902032872146999, 0.782495794463241],
            [-0.847551379262479, 0.902032872146999, 1.0, 0.887979922058138],
            [-0.867659376517228, 0.782495794463241, 0.887979922058138, 1.0],
        ]
    )
    fit = matreg(R, y=1, x=[0, 3], V=0.01 * np.eye(6) + 0.002)
    np.testing.assert_allclose(fit.beta, [-0.70082981, 0.17441424], atol=5e-9)
    np.testing.assert_allclose(fit.se, [0.70077490, 0.72637384], atol=5e-9)


@pytest.mark.parametrize(
    ("R", "said"),
    [
        ([[1, 0.5], [0.4, 1]], "symmetric"),
        ([[2, 0.5], [0.5, 1]], "cov=True"),
        ([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]], "positive definite"),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(R, said):
    with pytest.raises(InputError) as caught:
        matreg(R, n=30)
    assert said in str(caught.value)
