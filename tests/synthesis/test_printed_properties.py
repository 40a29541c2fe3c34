"""Properties: what must hold of printed figures and recomputed results, whatever the numbers."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.synthesis import parse_published, reproduce
from ranvier.synthesis.published.printed import closeness, read_printed, show_like

numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


@pytest.mark.parametrize(
    ("text", "number", "relation", "percent"),
    [
        ("78%", "78", "=", True), ("4.91 %", "4.91", "=", True), (".03", "0.03", "=", False),
        ("p = 0.03", "0.03", "=", False), ("P<.001", "0.001", "<", False),
        (">0.99", "0.99", ">", False), ("≤ 0.05", "0.05", "<=", False),
        ("−1.5", "-1.5", "=", False),
        ("1,234", "1234", "=", False), ("1,234.50", "1234.50", "=", False),
        ("0,46", "0.46", "=", False), ("0·46", "0.46", "=", False), ("+2", "2", "=", False),
        ("5.8×10⁻⁸", "5.8E-8", "=", False), ("5.77e-08", "5.77E-8", "=", False),
        ("τ² = 0.31", "0.31", "=", False),
        ("NS", "0.05", ">=", False),
        ("n.s.", "0.05", ">=", False),
    ],
)  # fmt: skip
def test_printed_forms_are_read(text, number, relation, percent):
    read = read_printed(text)
    assert (str(read.number), read.relation, read.percent) == (number, relation, percent)


@pytest.mark.parametrize("text", ["", "%", "<", "about 5", "1.2.3", "1 to 2", "nan", "5%%", "--3"])
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(InputError):
        read_printed(text)


@given(numbers, st.integers(0, 6))
def test_a_number_agrees_with_its_own_print(x, digits):
    printed = read_printed(f"{x:.{digits}f}")
    assert closeness(x, printed) == "exact"
    assert closeness(float(show_like(x, printed)), printed) in ("exact", "beside")


@given(numbers, st.integers(0, 6), st.integers(2, 50))
def test_a_print_two_units_off_never_agrees(x, digits, off):
    assert closeness(x, read_printed(f"{x + off / 10**digits:.{digits + 2}f}")) != "exact"
    shifted = f"{round(x, digits) + (off + 1) / 10**digits:.{digits}f}"
    assert closeness(x, read_printed(shifted)) == "off"


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_but_never_breaks(text):
    with contextlib.suppress(InputError):
        assert read_printed(text).number.is_finite()


counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
keys = st.sampled_from(
    ["id", "design", "rows", "analysis", "printed", "controls", "expect", "gives", "events", "n"]
)


@given(st.dictionaries(keys, json_values))
def test_a_hostile_entry_is_refused_by_name_or_read(entry):
    with contextlib.suppress(InputError):
        for one in parse_published({"results": [{"id": "x", **entry}]}):
            reproduce(one)


@given(counts, st.integers(0, 3))
def test_a_share_agrees_with_its_own_percentage(pair, digits):
    events, n = pair
    printed = f"{100 * events / n:.{digits}f}%"
    entry = {
        "id": "x", "design": "proportion", "rows": [{"events": events, "n": n}],
        "analysis": {"measure": "PR"}, "printed": {"estimate": printed},
    }  # fmt: skip
    assert reproduce(entry).as_expected


@given(counts, counts)
def test_the_other_way_round_gives_the_reciprocal(one, two):
    (a, n), (c, m) = one, two
    if 0 in (a, c):
        return

    def found(e1, n1, e2, n2):
        entry = {
            "id": "x", "design": "two_arm", "analysis": {"measure": "RR", "method": "MH"},
            "rows": [{"events_1": e1, "n_1": n1, "events_2": e2, "n_2": n2}],
            "printed": {"estimate": "1.0"},
        }  # fmt: skip
        return reproduce(entry).figures[0].value

    assert math.isclose(found(a, n, c, m) * found(c, m, a, n), 1, rel_tol=1e-9)
