"""Conversions and change: there and back, and against formulas worked otherwise."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import (
    FORMULAS,
    change_correlation,
    combine_groups,
    mean_contrast,
    prepost_change,
    sd_from_ci,
    sd_from_se,
    sd_of_change,
    se_from_ci,
    se_from_p,
)
from ranvier.stats.measures.correlation_bias import unbiased_correlation

positive = st.floats(0.1, 50)


@settings(max_examples=50, deadline=None)
@given(st.floats(-20, 20), positive, st.integers(2, 200))
def test_an_interval_by_t_gives_its_standard_deviation_back(m: float, sd: float, n: int) -> None:
    low, high = scipy.stats.t.interval(0.95, n - 1, loc=m, scale=sd / np.sqrt(n))
    assert sd_from_ci(low, high, n).value == pytest.approx(sd, rel=1e-7)
    assert sd_from_se(sd / np.sqrt(n), n).value == pytest.approx(sd, rel=1e-12)


def test_the_handbooks_example_of_an_interval() -> None:
    """Handbook 6.5.2.2: 30.0 to 34.2 in 25 persons, t with 24 degrees of freedom (2.0639)."""
    found = sd_from_ci(30.0, 34.2, 25)
    assert found.value == pytest.approx(5 * 4.2 / (2 * 2.0639), rel=1e-4)
    assert found.formula == "sd_from_ci_t"
    # Read as normal, the same interval would speak of a wider spread.
    assert sd_from_ci(30.0, 34.2, 25, distribution="z").value > found.value


@settings(max_examples=50, deadline=None)
@given(st.floats(-5, 5), st.floats(0.05, 3), st.floats(0.5, 0.99))
def test_a_normal_interval_gives_its_standard_error_back(y: float, se: float, level: float) -> None:
    low, high = scipy.stats.norm.interval(level, loc=y, scale=se)
    assert se_from_ci(low, high, level=level).value == pytest.approx(se, rel=1e-7)


def test_a_p_value_gives_its_standard_error_back() -> None:
    p = 2 * scipy.stats.t.sf(3.8 / 1.37, 47)
    assert se_from_p(3.8, p, df=47).value == pytest.approx(1.37, rel=1e-9)
    p = 2 * scipy.stats.norm.sf(2.5)
    assert se_from_p(-0.5, p).value == pytest.approx(0.2, rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(positive, positive, st.floats(-0.9, 0.9))
def test_change_and_correlation_are_each_others_inverse(a: float, b: float, r: float) -> None:
    change = sd_of_change(a, b, r).value
    assert change_correlation(a, b, change).value == pytest.approx(r, abs=1e-7)


def test_three_standard_deviations_that_cannot_belong_together_are_refused() -> None:
    with pytest.raises(InputError, match="No correlation fits"):
        change_correlation(5, 5, 20)


def test_two_groups_taken_as_one_are_what_their_persons_are() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(5, 2, 13), rng.normal(8, 3, 20)
    found = combine_groups(13, a.mean(), a.std(ddof=1), 20, b.mean(), b.std(ddof=1))
    both = np.concatenate([a, b])
    assert (found.n, found.mean, found.sd) == pytest.approx((33, both.mean(), both.std(ddof=1)))


@pytest.mark.parametrize(
    "call",
    [
        lambda: sd_from_se(-1, 5),
        lambda: sd_from_ci(3, 2, 5),
        lambda: sd_from_ci(2, 3, 1),
        lambda: sd_from_ci(2, 3, 5, level=95),
        lambda: se_from_p(0, 0.5),
        lambda: se_from_p(1, 0),
        lambda: sd_of_change(1, 1, 1.5),
        lambda: combine_groups(0, 1, 1, 5, 1, 1),
        lambda: prepost_change(1, 1, 2, 1, 1),
        lambda: prepost_change(1, 0, 2, 1, 10),
        lambda: mean_contrast(1, 1, 1, 2, 1, 10),
        lambda: mean_contrast(1, 0, 10, 2, 0, 10),
    ],
)
def test_what_no_study_can_report_is_refused(call) -> None:
    with pytest.raises(InputError):
        call()


def test_each_formula_says_where_it_stands() -> None:
    assert all("Handbook" in text for text in FORMULAS.values())


def test_a_change_is_a_paired_t_interval_at_the_true_correlation() -> None:
    rng = np.random.default_rng(5)
    before = rng.normal(20, 4, 25)
    after = before * 0.7 + rng.normal(9, 2, 25)
    r = float(np.corrcoef(before, after)[0, 1])
    found = prepost_change(
        before.mean(), before.std(ddof=1), after.mean(), after.std(ddof=1), 25, r=r
    )
    theirs = scipy.stats.ttest_rel(after, before).confidence_interval(0.95)
    assert found.yi[0] == pytest.approx((after - before).mean())
    assert (found.ci_lb[0], found.ci_ub[0]) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize("measure", ["MC", "SMCC", "SMCR"])
def test_a_rise_is_positive_and_errors_fall_with_the_correlation(measure) -> None:
    found = prepost_change(20, 5, 24, 6, 16, r=[0.1, 0.5, 0.9], measure=measure)
    assert (found.yi > 0).all()
    if measure != "SMCC":  # The standardiser shrinks with r, so its error need not.
        assert (np.diff(found.vi) < 0).all()
    turned = prepost_change(-20, 5, -24, 6, 16, r=[0.1, 0.5, 0.9], measure=measure)
    np.testing.assert_allclose(turned.yi, -found.yi)


def test_a_standardised_change_uses_the_spread_before() -> None:
    found = prepost_change(20, 5, 24, 50, 1000, r=0.5, measure="SMCR")
    assert found.yi[0] == pytest.approx(4 / 5, rel=1e-3)


def test_a_grid_says_if_the_correlation_decides() -> None:
    decided = prepost_change(20, 5, 22, 5, 16, r=[0.1, 0.9])
    assert decided.notes[-1] == "whether the interval holds 0 depends on the correlation"
    assert len(prepost_change(20, 5, 40, 5, 16, r=[0.1, 0.9]).notes) == 1


@pytest.mark.parametrize(("interval", "equal"), [("welch", False), ("pooled", True)])
def test_contrasts_are_scipys_t_tests(interval, equal: bool) -> None:
    rng = np.random.default_rng(9)
    a, b = rng.normal(5, 2, 13), rng.normal(8, 3, 20)
    theirs = scipy.stats.ttest_ind(a, b, equal_var=equal)
    found = mean_contrast(
        a.mean(), a.std(ddof=1), 13, b.mean(), b.std(ddof=1), 20, interval=interval
    )
    low, high = theirs.confidence_interval(0.95)
    assert (found.pval, found.ci_lb, found.ci_ub) == pytest.approx((theirs.pvalue, low, high))


def test_the_unbiased_correlation_is_the_sum_of_its_series() -> None:
    """r = -0.04 in 12 persons: R's gsl, used by metafor, gives -0.04259; the series -0.042567."""
    r, n = -0.04, 12
    term, total = 1.0, 0.0
    for j in range(200_000):
        total += term
        term *= (0.5 + j) ** 2 / (((n - 2) / 2 + j) * (j + 1)) * (1 - r**2)
    found = unbiased_correlation(np.array([r]), np.array([float(n)]))
    assert found[0] == pytest.approx(r * total, rel=1e-10)
