"""Exact methods, against brute force and against SciPy's own."""

import math
from itertools import product

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import (
    chi2_test,
    exact_odds_ratio,
    fisher_test,
    mainland_gart,
    mcnemar_test,
    paired_odds_ratio,
    paired_risk_difference,
    proportion_ci,
)
from ranvier.stats.chi2_sums import weighted_chi2_sf

cells = st.tuples(*[st.integers(0, 12)] * 4)


@settings(max_examples=60, deadline=None)
@given(cells)
def test_fisher_is_scipys_in_all_three_directions(table) -> None:
    for ours, theirs in (("two_sided", "two-sided"), ("greater", "greater"), ("less", "less")):
        expected = scipy.stats.fisher_exact(np.reshape(table, (2, 2)), theirs).pvalue
        assert fisher_test(*table, alternative=ours).pval == pytest.approx(expected, rel=1e-9)


def test_one_table_has_the_conditional_odds_ratio_of_scipy() -> None:
    for table in ((3, 1, 1, 3), (10, 2, 3, 15), (7, 12, 1, 29)):
        theirs = scipy.stats.contingency.odds_ratio(np.reshape(table, (2, 2)))
        interval = theirs.confidence_interval(0.95)
        ours = exact_odds_ratio(*table)
        assert ours.estimate == pytest.approx(theirs.statistic, rel=1e-6)
        assert (ours.ci_lb, ours.ci_ub) == pytest.approx((interval.low, interval.high), rel=1e-5)


def brute_force(tables: list[tuple[int, int, int, int]], odds_ratio: float) -> dict[int, float]:
    """Distribution of all events in group 1 by going through every combination of strata."""
    strata = []
    for a, b, c, d in tables:
        n1, n2, m = a + b, c + d, a + c
        strata.append(
            [
                (x, math.comb(n1, x) * math.comb(n2, m - x) * odds_ratio**x)
                for x in range(max(0, m - n2), min(n1, m) + 1)
            ]
        )
    total: dict[int, float] = {}
    for chosen in product(*strata):
        events = sum(x for x, _ in chosen)
        total[events] = total.get(events, 0.0) + math.prod(w for _, w in chosen)
    whole = sum(total.values())
    return {x: w / whole for x, w in total.items()}


@pytest.mark.parametrize("mid_p", [False, True])
def test_the_bounds_over_strata_leave_just_the_tails_they_should(mid_p: bool) -> None:
    tables = [(3, 2, 1, 5), (4, 6, 2, 7), (0, 3, 1, 3)]
    fit = exact_odds_ratio(*zip(*tables, strict=True), mid_p=mid_p)
    observed = sum(t[0] for t in tables)
    share = 0.5 if mid_p else 1.0
    lower, upper = brute_force(tables, fit.ci_lb), brute_force(tables, fit.ci_ub)
    above = sum(p for x, p in lower.items() if x > observed) + share * lower[observed]
    below = sum(p for x, p in upper.items() if x < observed) + share * upper[observed]
    assert (above, below) == pytest.approx((0.025, 0.025), rel=1e-8)
    at_best = brute_force(tables, fit.estimate)
    assert sum(x * p for x, p in at_best.items()) == pytest.approx(observed, rel=1e-8)
    null = brute_force(tables, 1.0)
    as_rare = sum(p for p in null.values() if p <= null[observed] * (1 + 1e-7))
    assert fit.pval == pytest.approx(as_rare - (1 - share) * null[observed], rel=1e-9)


def test_events_at_the_end_of_the_margins_bound_one_side_only() -> None:
    none = exact_odds_ratio(0, 5, 3, 2)
    assert (none.estimate, none.ci_lb) == (0.0, 0.0)
    assert none.ci_ub < math.inf
    every = exact_odds_ratio(5, 0, 2, 3)
    assert (every.estimate, every.ci_ub) == (math.inf, math.inf)
    assert every.ci_lb > 0


def test_strata_that_say_nothing_are_noted_and_change_nothing() -> None:
    one = exact_odds_ratio([3], [2], [1], [5])
    two = exact_odds_ratio([3, 0], [2, 4], [1, 0], [5, 6])
    assert two.estimate == pytest.approx(one.estimate, rel=1e-12)
    assert two.k == 1
    assert two.notes == ("study 2: says nothing about the odds ratio (an empty margin)",)
    nothing = exact_odds_ratio([0], [4], [0], [6])
    assert (nothing.estimate, nothing.pval, nothing.k) == (None, None, 0)


def test_large_strata_do_not_overflow() -> None:
    fit = exact_odds_ratio([4000, 300], [6000, 700], [3500, 250], [6500, 750])
    crude = (4000 * 6500) / (6000 * 3500)
    assert fit.estimate == pytest.approx(crude, rel=0.01)
    assert fit.ci_lb < fit.estimate < fit.ci_ub


def test_parts_of_persons_are_refused_by_exact_methods() -> None:
    with pytest.raises(InputError, match="ai must be whole numbers"):
        fisher_test(0.5, 2, 3, 4)


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(1, 30)] * 4))
def test_chi_squared_is_scipys_with_and_without_yates(table) -> None:
    for correct in (False, True):
        theirs = scipy.stats.chi2_contingency(np.reshape(table, (2, 2)), correction=correct)
        ours = chi2_test(*table, correct=correct)
        assert ours.stat == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-12)
        assert ours.pval == pytest.approx(theirs.pvalue, rel=1e-9)


def test_an_empty_margin_has_no_chi_squared() -> None:
    found = chi2_test(0, 5, 0, 5)
    assert (found.stat, found.pval) == (None, None)
    assert found.notes == ("a margin is empty: no test",)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_exact_is_a_binomial_test(b: int, c: int) -> None:
    expected = scipy.stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar_test(b, c).pval == pytest.approx(expected, rel=1e-9)
    assert mcnemar_test(b, c).pval == mcnemar_test(c, b).pval
    if b != c:
        assert mcnemar_test(b, c, method="mid_p").pval < mcnemar_test(b, c).pval


def test_no_discordant_pair_is_not_an_error() -> None:
    assert mcnemar_test(0, 0, method="asymptotic").pval == 1.0
    found = paired_odds_ratio(0, 0)
    assert (found.estimate, found.ci_ub) == (None, None)
    assert "not defined" in found.notes[0]


def test_the_interval_of_discordant_pairs_agrees_with_the_exact_test() -> None:
    """The 95% interval holds 1 just when the two-sided exact p is above 0.05."""
    for b, c in product(range(0, 25, 3), range(1, 20, 3)):
        found = paired_odds_ratio(b, c)
        assert (found.ci_lb > 1 or found.ci_ub < 1) == (found.pval < 0.05)


def test_newcombe_gives_its_papers_examples() -> None:
    """Newcombe (1998), Table III, method 10: paired data with continuity-corrected phi."""
    found = paired_risk_difference(20, 12, 2, 16)
    assert (round(found.ci_lb, 4), round(found.ci_ub, 4)) == (0.0562, 0.3292)


@pytest.mark.parametrize("method", ["newcombe", "agresti_min", "wald"])
def test_a_paired_difference_turns_with_its_conditions(method) -> None:
    one = paired_risk_difference(9, 7, 2, 12, method=method)
    two = paired_risk_difference(9, 2, 7, 12, method=method)
    assert (one.estimate, one.ci_lb) == pytest.approx((-two.estimate, -two.ci_ub))
    assert one.ci_lb < one.estimate < one.ci_ub


def test_mainland_gart_is_fishers_test_of_sequence_by_period() -> None:
    found = mainland_gart(9, 1, 2, 8)
    assert found.test.pval == pytest.approx(fisher_test(9, 1, 2, 8).pval)
    assert found.odds_ratio.estimate**2 == pytest.approx(exact_odds_ratio(9, 1, 2, 8).estimate)


def test_a_pure_period_effect_is_no_treatment_effect() -> None:
    """All events fall in period 1 whatever the sequence: McNemar over all pairs sees the same."""
    found = mainland_gart(12, 3, 12, 3)
    assert found.test.pval == pytest.approx(1.0)
    assert found.odds_ratio.estimate == pytest.approx(1.0)
    assert found.period_odds_ratio.ci_lb > 1


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("clopper_pearson", "exact"), ("wilson", "wilson"), ("wilson_corrected", "wilsoncc")],
)
@pytest.mark.parametrize(("x", "n"), [(0, 7), (3, 9), (14, 20), (9, 9), (1, 300)])
def test_intervals_of_a_proportion_are_scipys(ours, theirs, x: int, n: int) -> None:
    found = proportion_ci(x, n, method=ours)
    expected = scipy.stats.binomtest(x, n).proportion_ci(method=theirs)
    assert (found.ci_lb, found.ci_ub) == pytest.approx((expected.low, expected.high), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.data())
def test_every_interval_holds_the_estimate_and_turns_with_the_event(n: int, data) -> None:
    x = data.draw(st.integers(0, n))
    for method in ("wilson", "agresti_coull", "clopper_pearson", "mid_p", "jeffreys", "arcsine"):
        found, other = proportion_ci(x, n, method=method), proportion_ci(n - x, n, method=method)
        assert 0 <= found.ci_lb <= x / n <= found.ci_ub <= 1
        assert found.ci_lb == pytest.approx(1 - other.ci_ub, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.floats(0.001, 0.999), st.floats(0.01, 100))
def test_equal_weights_make_a_scaled_chi_squared(n: int, p: float, weight: float) -> None:
    q = float(scipy.stats.chi2.isf(p, n)) * weight
    assert weighted_chi2_sf(q, np.full(n, weight)) == pytest.approx(p, abs=1e-9)


def test_unequal_weights_agree_with_rubens_series() -> None:
    weights = np.array([0.4, 0.7, 1.0, 1.9, 3.0])
    b, n = float(weights.min()), len(weights)
    ratio = 1 - b / weights
    terms = [float(np.prod(np.sqrt(b / weights)))]
    for k in range(1, 400):
        terms.append(sum((ratio**j).sum() * terms[k - j] for j in range(1, k + 1)) / (2 * k))
    assert sum(terms) == pytest.approx(1, abs=1e-12)
    for q in (0.5, 4.0, 12.0, 30.0):
        series = sum(t * scipy.stats.chi2.sf(q / b, n + 2 * k) for k, t in enumerate(terms))
        assert weighted_chi2_sf(q, weights) == pytest.approx(series, abs=1e-10)
