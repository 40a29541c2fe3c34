"""Values and their anchors: a quote is found where it stands, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.value import (
    PROVENANCE_ORDER,
    Anchor,
    Derivation,
    Value,
    find_anchor,
    value_problems,
    weakest,
)

TEXT = "From 85.6 (8.7) to 100.8 N; 1,234 people, p < 0.05, mean 5.65 (95% CI 2.3, 9.0)."


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("85.6 (8.7)", 5),
        ("100.8", 19),
        ("0.05", 46),
        ("2.3, 9.0", 70),
        ("1,234", 28),
        ("p < 0.05", 42),
    ],
)
def test_a_quote_is_found_where_it_stands(quote, place):
    assert find_anchor(TEXT, Anchor(source="s", quote=quote)) == (place, place + len(quote))


@pytest.mark.parametrize("quote", ["5.6 (8.7)", "5.6", "85", "00.8", "234", "05", "1", "9.00", ""])
def test_a_part_of_a_longer_number_is_not_found(quote):
    assert find_anchor(TEXT, Anchor(source="s", quote=quote)) is None


def test_a_quote_with_offsets_must_stand_exactly_there():
    assert find_anchor(TEXT, Anchor(source="s", quote="85.6", start=5)) == (5, 9)
    assert find_anchor(TEXT, Anchor(source="s", quote="85.6", start=5, end=9)) == (5, 9)
    assert find_anchor(TEXT, Anchor(source="s", quote="85.6", start=6)) is None
    assert find_anchor(TEXT, Anchor(source="s", quote="85.6", start=5, end=10)) is None
    assert find_anchor(TEXT, Anchor(source="s", quote="85.6", start=500)) is None


def test_a_quote_is_text_and_no_pattern():
    assert find_anchor("a.c", Anchor(source="s", quote="a.c")) == (0, 3)
    assert find_anchor("abc", Anchor(source="s", quote="a.c")) is None


@given(st.text(), st.text(min_size=1), st.text())
def test_what_is_found_is_the_quote(before, quote, after):
    text = before + quote + after
    place = find_anchor(text, Anchor(source="s", quote=quote))
    if place is not None:
        assert text[place[0] : place[1]] == quote
    assert find_anchor(text, Anchor(source="s", quote=quote, start=len(before))) is not None


@given(st.integers(10, 9999), st.integers(0, 99))
def test_a_number_is_never_found_inside_a_longer_one(number, digits):
    text = f"n = {number}{digits:02d}."
    assert find_anchor(text, Anchor(source="s", quote=str(number))) is None


def test_a_number_is_as_firm_as_the_weakest_value_it_was_made_from():
    assert weakest([]) == "found"
    assert weakest(["found", "derived"]) == "derived"
    assert weakest(["recalled", "judged", "found"]) == "recalled"


@given(st.lists(st.sampled_from(PROVENANCE_ORDER), min_size=1))
def test_adding_a_value_never_makes_a_number_firmer(provenances):
    order = PROVENANCE_ORDER.index
    for more in PROVENANCE_ORDER:
        assert order(weakest([*provenances, more])) >= order(weakest(provenances))


def test_each_provenance_says_what_it_owes():
    derivation = Derivation(formula="sum", inputs=("1", "2"), explanation="One and two.")
    held = [
        Value(value=3, provenance="found", source="s", printed="3"),
        Value(value=3, provenance="found", source="s", anchor=Anchor(source="s", quote="3")),
        Value(value=3, provenance="derived", derivation=derivation),
        Value(value=3, provenance="recalled"),
        Value(value=3, provenance="judged", note="Because."),
    ]
    assert [value_problems(value, name="n") for value in held] == [[]] * 5
    owing = Value(value=3, provenance="found")
    assert len(value_problems(owing, name="n")) == 2
