"""When a difference is no disagreement: every rule excuses what it is for, and nothing else."""

from __future__ import annotations

import math

import pytest

from ranvier.stats.qualify import CaseOutcome, qualify_case, summarise
from ranvier.stats.qualify.compare import compare, numbers_of
from ranvier.stats.qualify.remarks import by_likelihood
from ranvier.stats.qualify.tolerance import tolerance


def likelihood(ours: dict, theirs: dict) -> tuple[list[str], str | None]:
    case = {"family": "selmodel", "expected": theirs}
    left, remark = by_likelihood(case, ours, compare(ours, theirs, tolerance(case)))
    return [d.name for d in left], remark


def test_a_higher_likelihood_with_other_numbers_passes_and_says_so():
    left, remark = likelihood({"loglik": -9.0, "beta": 0.2}, {"loglik": -10.0, "beta": 0.1})
    assert left == []
    assert remark is not None
    assert "-9 is 1 above" in remark
    assert "beta: 0.2, expected 0.1" in remark


def test_a_lower_likelihood_fails_even_if_all_else_agrees():
    left, remark = likelihood({"loglik": -10.1, "beta": 0.1}, {"loglik": -10.0, "beta": 0.1})
    assert (left, remark) == (["loglik"], None)


def test_the_same_likelihood_excuses_nothing():
    left, remark = likelihood({"loglik": -10.0, "beta": 0.2}, {"loglik": -10.0, "beta": 0.1})
    assert (left, remark) == (["beta"], None)


def test_a_better_likelihood_excuses_no_other_words_or_counts():
    ours, theirs = {"loglik": -9, "names": ["a"], "d": [1]}, {"loglik": -10, "names": ["b"]}
    assert likelihood(ours, theirs | {"d": [1, 2]})[0] == ["names", "d"]


def test_agreement_within_rounding_needs_no_remark():
    assert likelihood({"loglik": -10.0 + 1e-8, "beta": 1}, {"loglik": -10.0, "beta": 1})[1] is None


RATES = {
    "id": "mantel_haenszel/x",
    "family": "mantel_haenszel",
    "function": "rma.mh",
    "options": {"measure": "IRD"},
}


def test_no_number_because_integers_overflow_passes_and_says_so():
    big = {"x1i": [30, 20], "t1i": [10**6, 10**6], "x2i": [10, 25], "t2i": [10**6, 10**6]}
    outcome = qualify_case(RATES | {"inputs": big, "expected": {"beta": [None]}})
    assert outcome.status == "passed"
    assert outcome.remark is not None
    assert "2147483647" in outcome.remark


@pytest.mark.parametrize("scale", [1000, 1e6 + 0.5])
def test_no_number_for_another_reason_is_a_disagreement(scale: float):
    """Small integers do not overflow, and what is not whole was never an integer."""
    inputs = {"x1i": [30, 20], "t1i": [scale] * 2, "x2i": [10, 25], "t2i": [scale] * 2}
    outcome = qualify_case(RATES | {"inputs": inputs, "expected": {"beta": [None]}})
    assert outcome.status == "failed"
    assert outcome.why is not None
    assert outcome.why.endswith("expected none")


def sumz(stat: float) -> CaseOutcome:
    return qualify_case(
        {
            "id": "combine_p/x",
            "family": "combine_p",
            "function": "sumz",
            "options": {},
            "inputs": {"p": [0.2, 0.999999999999998]},
            "expected": {"stat": stat},
        }
    )


def test_a_number_that_the_printed_digits_leave_open_passes_with_its_range():
    outcome = sumz(-4.97)
    assert outcome.status == "passed"
    assert outcome.remark is not None
    assert "leave stat open" in outcome.remark
    assert outcome.worst is not None
    assert outcome.worst < 3


def test_a_number_outside_of_what_the_printed_digits_leave_open_fails():
    assert (sumz(-5.0).status, sumz(-5.0).remark) == ("failed", None)


def test_a_number_passes_exactly_if_it_has_the_digits_of_its_tolerance():
    for theirs in (1e-9, 3e-4, 0.5, 700.0):
        for gap in (0.9, 1.1):
            ours = theirs + gap * max(1e-6 * theirs, 1e-8)
            found = compare(ours, theirs, 1e-6)
            assert (found.digits[0] >= 6) == (not found.differences) == (gap < 1)


def test_numbers_are_named_alike_in_both():
    ours = {"a": {"b": [1.0, math.inf]}, "c": 2.0, "names": ["x"]}
    theirs = {"a": {"b": [1.5, 7.0]}, "c": 3.0, "names": ["x"]}
    assert numbers_of(ours, theirs) == {"a.b[0]": 1.0, "a.b[1]": None, "c": 2.0}
    assert {d.name for d in compare(ours, theirs, 1e-6).differences} == {"a.b[0]", "a.b[1]", "c"}


def test_a_family_is_summed_up_without_what_was_only_remarked():
    def case(name: str, worst: float, **more: str) -> CaseOutcome:
        given = {"status": "passed", "numbers": 1} | more
        return CaseOutcome(id=name, family="peto", worst=worst, **given)

    outcomes = [case("a", 12), case("b", 8), case("c", 10), case("d", 1, remark="higher")]
    [family] = summarise([*outcomes, case("e", 0, status="failed")])
    assert (family.passed, family.remarked, family.failed) == (4, 1, 1)
    assert (family.median, family.worst, family.worst_case) == (10, 8, "b")


def test_a_case_that_lacks_something_fails_and_stops_no_other():
    lacking = {"id": "a", "family": "rma_uni", "function": "rma", "inputs": {}, "options": {},
               "expected": {"beta": [1]}}  # fmt: skip
    outcome = qualify_case(lacking)
    assert outcome.status == "failed"
    assert "does not say" in (outcome.why or "")
