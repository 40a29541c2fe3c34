"""Each rule against exact arithmetic, and the promises of the random ones by simulation."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import nchypergeom_wallenius, poisson

from ranvier.ranking.stopping.audit import p_audit
from ranvier.ranking.stopping.history import Tally
from ranvier.ranking.stopping.hypergeometric import p_hypergeometric, p_hypergeometric_random
from ranvier.ranking.stopping.pace import p_carried_on, p_pace, p_unseen
from ranvier.ranking.stopping.process import expected_missed
from ranvier.ranking.stopping.quantile import p_quantile, positives_needed
from ranvier.ranking.stopping.rules import RULES, Rule
from ranvier.ranking.stopping.urn import p_biased_urn, p_calibrated


def ranked(relevant: np.ndarray, left: int) -> Tally:
    return Tally(relevant.astype(bool), np.zeros(len(relevant), dtype=bool), left)


@st.composite
def tallies(draw) -> Tally:
    n = draw(st.integers(1, 80))
    bits = st.lists(st.booleans(), min_size=n, max_size=n)
    relevant, random = np.array(draw(bits)), np.array(draw(bits))
    return Tally(relevant, random, draw(st.integers(0, 80)))


def test_every_rule_is_in_the_table():
    assert set(RULES) == set(get_args(Rule))


@settings(deadline=None)
@given(tallies(), st.sampled_from(sorted(RULES)), st.integers(1, 60))
def test_a_p_value_is_one_and_falls_with_the_number_missed(made, rule, missed):
    p, q = RULES[rule].p(made, missed), RULES[rule].p(made, missed + 1)
    assert 0 <= q <= 1 + 1e-12
    assert q <= p + 1e-9


@settings(deadline=None)
@given(tallies(), st.sampled_from(sorted(RULES)))
def test_what_is_not_there_cannot_be_missed(made, rule):
    assert RULES[rule].p(made, made.left + 1) == 0


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 5))
def test_without_finds_in_the_sample_it_is_a_product(read, left, missed):
    """No relevant one in the first ``read`` of N records: choose(left, m) / choose(N, m)."""
    made = ranked(np.zeros(read), left)
    wanted = math.comb(left, missed) / math.comb(read + left, missed)
    assert p_hypergeometric(made, missed) == pytest.approx(wanted, rel=1e-9, abs=1e-300)
    random = Tally(made.relevant, np.ones(read, dtype=bool), left)
    assert p_hypergeometric_random(random, missed) == pytest.approx(wanted, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("omega", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("found", [0, 2, 6])
@pytest.mark.parametrize("missed", [1, 4])
def test_the_urn_is_near_that_of_wallenius(monkeypatch, omega, found, missed):
    """One sample, one omega: independent records at the pace of the irrelevant come near."""
    from ranvier.ranking.stopping import urn

    # All weight on one omega, and the one sample that begins at the beginning.
    monkeypatch.setattr(urn, "_EXCESS", np.array([omega - 1.0]))
    monkeypatch.setattr(urn, "_SHARE", np.array([1.0]))
    monkeypatch.setattr(urn, "_windows", lambda count: np.array([count]))
    relevant = np.zeros(400, dtype=bool)
    relevant[: found or None] = bool(found)
    made = ranked(relevant, 200)
    # While nothing was found nothing was learnt: omega is 1.
    omega = omega if found else 1.0
    exact = nchypergeom_wallenius.cdf(found, 600, found + missed, 400, omega)
    assert p_biased_urn(made, missed, mean_excess=1) == pytest.approx(exact, rel=0.05, abs=0.003)


@settings(deadline=None)
@given(tallies(), st.integers(1, 5))
def test_trusting_the_ranking_more_never_asks_for_more_reading(made, missed):
    ps = [p_biased_urn(made, missed, mean_excess=m) for m in (0.0, 1.0, 2.0, 6.0)]
    assert all(a >= b - 1e-9 for a, b in pairwise(ps))


@pytest.mark.parametrize("left", [30, 480])
@pytest.mark.parametrize("missed", [1, 3, 12])
def test_what_is_unseen_is_a_poisson_count_averaged_over_what_the_late_finds_leave_likely(
    left, missed
):
    """The closed form against the integral it stands for."""
    relevant = np.arange(600) < 60
    relevant |= np.arange(600) % 75 == 74
    made = ranked(relevant, left)
    late, window = int(relevant[300:].sum()), 300 / made.records
    ahead, mean = left / made.records, 0.1 * made.found

    def weight(blind: float) -> float:
        return math.exp(-blind / mean - blind * window) * blind**late

    def chance(blind: float) -> float:
        return weight(blind) * float(poisson.sf(missed - 1, blind * ahead))

    exact = quad(chance, 0, 300, limit=200)[0] / quad(weight, 0, 300, limit=200)[0]
    assert p_unseen(made, missed, blind=0.1) == pytest.approx(exact, rel=1e-6, abs=1e-12)


def test_where_finds_come_in_bursts_the_urn_alone_does_not_decide():
    """One in five of the second half, then a lull: the urn takes it for the end."""
    relevant = (np.arange(1000) < 200) | ((np.arange(1000) >= 500) & (np.arange(1000) % 5 == 0))
    gone = ranked(np.concatenate([relevant, np.zeros(120)]), 1500)
    missed = 16
    assert p_biased_urn(gone, missed) < 0.05 < p_pace(gone, missed)
    assert p_calibrated(gone, missed) > 0.05


def test_a_late_pace_that_goes_on_is_a_poisson_count():
    relevant = (np.arange(1000) < 200) | (np.arange(1000) % 40 == 0)
    made = ranked(np.concatenate([relevant, np.zeros(120)]), 480)
    # 11 came in the last 560 records, so 480 * 11 / 560 are to be expected among the unread.
    expected = 480 * 11 / 560
    fewer = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(12))
    assert p_carried_on(made, 12) == pytest.approx(1 - fewer, rel=1e-9)


@settings(deadline=None)
@given(tallies(), st.integers(1, 20))
def test_the_recommended_rule_never_asks_for_more_reading_than_buscar(made, missed):
    assert p_calibrated(made, missed) <= p_hypergeometric(made, missed)


@settings(deadline=None)
@given(tallies(), st.integers(1, 5))
def test_to_think_more_records_invisible_never_asks_for_less_reading(made, missed):
    ps = [p_pace(made, missed, blind=share) for share in (0.005, 0.02, 0.1, 0.5)]
    assert all(a <= b + 1e-9 for a, b in pairwise(ps))


def test_records_drawn_at_random_count_as_no_more_than_that():
    relevant = np.arange(300) < 20
    blind = Tally(relevant, np.arange(300) >= 20, left=200)
    assert p_biased_urn(blind, 2) == pytest.approx(p_hypergeometric_random(blind, 2), rel=0.02)
    assert p_biased_urn(ranked(relevant, 200), 2) < p_biased_urn(blind, 2)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_audit_needs_no_more_than_twice_the_evidence_of_one_look(seed):
    """Half the prior lies on nothing unread: the stake is at least half the likelihood ratio."""
    n = int(np.random.default_rng(seed).integers(10, 200))
    made = Tally(np.zeros(n, dtype=bool), np.ones(n, dtype=bool), left=60)
    once = p_hypergeometric_random(made, 2)
    assert once <= p_audit(made, 2) <= 2 * once + 1e-12


@pytest.mark.parametrize("unread", [1, 12])
@pytest.mark.parametrize("start", ["blind", "after_ranking", "mixed"])
def test_the_audit_rarely_rejects_what_is_true_however_often_one_looks(unread, start):
    """Exact at any time: false alarms in at most 5% of audits, with a look after every draw."""
    draw = np.random.default_rng([unread, len(start)])
    runs, alarms, pool = 200, 0, 100
    for _ in range(runs):
        tail = draw.permutation(pool) < unread
        head = np.array([True] * (0 if start == "blind" else 8))
        relevant = np.concatenate([head, tail])
        random = np.arange(len(relevant)) >= len(head)
        if start == "mixed":
            random &= np.arange(len(relevant)) % 3 > 0
        total = relevant.sum()
        for n in range(len(head) + 5, len(relevant), 5):
            made = Tally(relevant[:n], random[:n], len(relevant) - n)
            if total > made.found and p_audit(made, int(total - made.found)) < 0.05:
                alarms += 1
                break
    # Binomial: 200 audits at 5% give more than 20 alarms once in a thousand times.
    assert alarms <= 20


def test_the_quantile_bound_is_the_binomial_one():
    sample = np.ones(100, dtype=bool)
    made = Tally(sample, sample, left=5000, reached=98)
    # 100 found and 5 missed: recall 100 / 105; at least 98 of 100 reached.
    p = 100 / 105
    wanted = sum(math.comb(100, k) * p**k * (1 - p) ** (100 - k) for k in (98, 99, 100))
    assert p_quantile(made, 5) == pytest.approx(wanted, rel=1e-10)
    assert positives_needed(0.8, 0.9) == math.ceil(math.log(0.1) / math.log(0.8))


def test_the_curve_of_finds_that_thin_out_gives_back_what_is_to_come():
    """100 finds at the quantiles of an exponential decline over 2000 records; stop at 1000."""
    b = 1 / 300
    whole = 1 - math.exp(-b * 2000)
    ranks = np.round(-np.log1p(-(np.arange(100) + 0.5) / 100 * whole) / b).astype(int)
    relevant = np.isin(np.arange(1, 1001), ranks)
    expected = expected_missed(ranked(relevant, 1000))
    assert expected == pytest.approx(int((ranks > 1000).sum()), abs=1.5)


def test_too_few_finds_give_no_curve():
    assert expected_missed(ranked(np.arange(50) < 4, 50)) is None
