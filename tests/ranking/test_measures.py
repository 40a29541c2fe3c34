"""Measures of an order, held against ASReview's own arithmetic and against algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.ranking.measures import draw_priors, mean_of, measure


def shown(labels: list[int]) -> list[int]:
    return [i + 1 for i, relevant in enumerate(labels) if relevant]


orders = st.lists(st.integers(0, 1), min_size=3, max_size=60).filter(lambda y: 0 < sum(y) < len(y))


@given(orders)
def test_loss_and_ndcg_are_those_of_a_list_of_labels(labels):
    """ASReview's own forms (asreview.metrics), written on the labels in the order shown."""
    y = np.array(labels)
    n, k = len(y), y.sum()
    loss = (k * (n - (k - 1) / 2) - np.cumsum(y).sum()) / (k * (n - k))
    gain = (y / np.log2(np.arange(2, n + 2))).sum() / (1 / np.log2(np.arange(2, k + 2))).sum()
    found = measure(shown(labels), records=n, relevant=int(k))
    assert found.loss == pytest.approx(loss, abs=1e-12)
    assert found.ndcg == pytest.approx(gain, abs=1e-12)


@given(orders)
def test_the_best_order_loses_nothing_and_the_worst_everything(labels):
    n, k = len(labels), sum(labels)
    best = measure(range(1, k + 1), records=n, relevant=k)
    worst = measure(range(n - k + 1, n + 1), records=n, relevant=k)
    assert (best.loss, best.ndcg, worst.loss) == (0, 1, 1)


def test_a_record_never_shown_counts_as_shown_last():
    assert measure([1], records=50, relevant=2).atd == pytest.approx((1 + 50) / 2 / 50)


def test_work_saved_is_counted_at_the_record_that_makes_19_of_20():
    ranks = [*range(1, 20), 100]
    assert measure(ranks, records=100, relevant=20).wss95 == pytest.approx(1 - 0.19 - 0.05)


def test_priors_are_one_of_each_and_the_same_each_time():
    labels = np.arange(100) % 7 == 0
    yes, no = draw_priors(labels, 1)
    assert labels[yes]
    assert not labels[no]
    assert draw_priors(labels, 1) == (yes, no)
    assert len({draw_priors(labels, seed) for seed in range(20)}) > 10


def test_means_count_each_measurement_once():
    one = measure([1], records=10, relevant=1)
    other = measure([10], records=10, relevant=1)
    assert mean_of([one, other, other]).loss == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("ranks", "records", "relevant"), [([1], 5, 0), ([1, 1], 5, 2), ([6], 5, 1), ([1, 2], 5, 1)]
)
def test_impossible_ranks_are_refused(ranks, records, relevant):
    with pytest.raises(InputError):
        measure(ranks, records=records, relevant=relevant)
