"""Agreement of raters: published values, R's, and what must hold of any ratings."""

import csv
import itertools
import os
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import agreement

REFERENCE = Path(
    os.environ.get(
        "RANVIER_REFERENCE", str(Path(__file__).resolve().parents[3] / "shared" / "reference")
    )
)
RATINGS = REFERENCE / "screening" / "ratings"
needs_ratings = pytest.mark.skipif(
    not RATINGS.exists(), reason=f"no ratings in {RATINGS}; set RANVIER_REFERENCE"
)

NONE = None
#: Krippendorff's four observers with gaps, and what the R package irrCAC 1.0 says of them.
FOUR = {
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    "C": [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
}


def test_four_raters_with_gaps_give_the_numbers_of_r():
    found = agreement(FOUR).coefficients
    for name, estimate, se in (
        ("percent", 0.81818, 0.12561),
        ("ac", 0.77544, 0.14295),
        ("fleiss", 0.76117, 0.15302),
    ):
        assert found[name].estimate == pytest.approx(estimate, abs=5e-6)
        assert found[name].se == pytest.approx(se, abs=5e-6)
    assert found["alpha"].estimate == pytest.approx(0.74342, abs=5e-6)


def test_a_table_of_two_raters_gives_the_numbers_of_r():
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(table[i][j])]
    found = agreement({"one": [a for a, _ in pairs], "two": [b for _, b in pairs]}).coefficients
    for name, estimate in (
        ("kappa", 0.7964094), ("fleiss", 0.7962397), ("ac", 0.8493305), ("pabak", 0.835),
        ("alpha", 0.7972585), ("percent", 0.89),
    ):  # fmt: skip
        assert found[name].estimate == pytest.approx(estimate, abs=5e-8)
    assert found["kappa"].se == pytest.approx(0.05891072, abs=5e-9)


@needs_ratings
def test_the_eight_published_kappas_and_their_intervals_come_out():
    rows = duckdb.sql(
        f"select criterion, rater_1, rater_2 from '{RATINGS}/pubmed2019_two_raters.parquet'"
    ).fetchall()
    with (RATINGS / "pubmed2019_published_kappas.csv").open(encoding="utf-8") as file:
        published = {row["type"]: row for row in csv.DictReader(file)}
    by_criterion = defaultdict(list)
    for criterion, one, two in rows:
        by_criterion[criterion].append((one, two))
    assert len(by_criterion) == len(published) == 8
    for criterion, pairs in by_criterion.items():
        kappa = agreement(
            {"one": [a for a, _ in pairs], "two": [b for _, b in pairs]}
        ).coefficients["kappa"]
        said = published[criterion]
        assert len(pairs) == int(said["n"])
        for ours, theirs in (
            (kappa.estimate, said["kappaMean"]),
            (kappa.ci_lb, said["kappaLower"]),
            (kappa.ci_ub, said["kappaUpper"]),
        ):
            assert ours == pytest.approx(float(theirs), abs=5.01e-4)


@needs_ratings
def test_five_of_many_raters_with_gaps_agree_with_a_count_of_all_pairs():
    rows = duckdb.sql(
        f"select pmid, rater, q1 from '{RATINGS}/proton_beam_crowd5.parquet' where q1 is not null"
    ).fetchall()
    items, raters = sorted({r[0] for r in rows}), sorted({r[1] for r in rows})
    index = {pmid: i for i, pmid in enumerate(items)}
    ratings = {rater: [None] * len(items) for rater in raters}
    for pmid, rater, answer in rows:
        ratings[rater][index[pmid]] = answer
    found = agreement(ratings)
    assert found.raters == 29
    # Krippendorff's own recipe: a table of coincidences, pair by pair.
    coincidences: Counter[tuple[str, str]] = Counter()
    for i in range(len(items)):
        given_here = [ratings[r][i] for r in raters if ratings[r][i] is not None]
        for a, b in itertools.permutations(range(len(given_here)), 2):
            coincidences[given_here[a], given_here[b]] += 1 / (len(given_here) - 1)
    margins: Counter[str] = Counter()
    for (a, _), n in coincidences.items():
        margins[a] += n
    total = sum(margins.values())
    apart = sum(n for (a, b), n in coincidences.items() if a != b)
    by_chance = sum(margins[a] * margins[b] for a, b in itertools.permutations(margins, 2))
    alpha = 1 - apart / (by_chance / (total - 1))
    assert found.coefficients["alpha"].estimate == pytest.approx(alpha, abs=1e-9)
    assert found.coefficients["alpha"].ci_lb < alpha < found.coefficients["alpha"].ci_ub


answers = st.lists(
    st.tuples(*[st.sampled_from(["in", "out", "maybe", None])] * 3), min_size=4, max_size=40
)


@given(answers)
def test_neither_the_order_of_raters_nor_one_who_rated_nothing_matters(rows):
    assume(any(sum(x is not None for x in row) > 1 for row in rows))
    raters = {name: [row[i] for row in rows] for i, name in enumerate("abc")}
    turned = dict(reversed(raters.items())) | {"idle": [None] * len(rows)}
    ours, theirs = agreement(raters), agreement(turned)
    for name, found in ours.coefficients.items():
        other = theirs.coefficients[name]
        assert (found.estimate is None) == (other.estimate is None)
        if found.estimate is not None:
            assert found.estimate == pytest.approx(other.estimate, abs=1e-12)
            assert found.estimate <= 1 + 1e-12
        if found.se is not None:
            assert found.se == pytest.approx(other.se, abs=1e-12)
            assert found.ci_lb <= found.estimate + 1e-12


def test_where_all_use_one_category_chance_corrected_coefficients_are_undefined():
    found = agreement({"a": ["out"] * 5, "b": ["out"] * 5})
    assert found.coefficients["percent"].estimate == 1
    assert found.coefficients["kappa"].estimate is None
    assert found.coefficients["alpha"].estimate is None
    assert any("only one category" in note for note in found.notes)


def test_a_rare_category_is_pointed_out():
    a = ["out"] * 97 + ["in", "in", "out"]
    b = ["out"] * 97 + ["in", "out", "in"]
    found = agreement({"a": a, "b": b})
    assert any("under 5%" in note for note in found.notes)
    assert found.coefficients["kappa"].estimate < 0.5 < found.coefficients["ac"].estimate


@pytest.mark.parametrize(
    ("ratings", "says"),
    [
        ({"a": [1, 2]}, "two or more raters"),
        ({"a": [1, 2], "b": [1]}, "same items"),
        ({"a": [1, None], "b": [None, 2]}, "no item was rated by two"),
    ],
)
def test_what_cannot_be_compared_is_refused(ratings, says):
    with pytest.raises(InputError, match=says):
        agreement(ratings)


def test_a_category_that_was_not_announced_is_refused():
    with pytest.raises(InputError, match="'x' is none of the categories"):
        agreement({"a": ["x", "y"], "b": ["y", "y"]}, categories=["y", "z"])


def test_no_interval_of_a_share_goes_below_nothing():
    found = agreement({"A": [1, 2, 1, 2, 1], "B": [1, 1, 2, 2, 1]}).coefficients
    assert found["percent"].ci_lb == 0
    assert found["pabak"].ci_lb < 0
