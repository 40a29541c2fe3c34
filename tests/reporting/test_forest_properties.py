"""Geometry of the figures: whatever the data, nothing leaves its axis unannounced."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.analysis import Estimate
from ranvier.reporting.forest import LARGEST, SMALLEST, draw_interval, square_side
from ranvier.reporting.svg import coordinate, linear_scale, log_scale, ratio_range

START, END = 9.0, 291.0

ratios = st.floats(1e-6, 1e6)
differences = st.floats(-1e6, 1e6)


@st.composite
def effects(draw: st.DrawFn, values: st.SearchStrategy[float]) -> Estimate:
    low, point, high = sorted(draw(st.tuples(values, values, values)))
    return Estimate(estimate=point, ci_lb=low, ci_ub=high)


def check(effect: Estimate, scale) -> None:
    drawn = draw_interval(effect, scale)
    assert drawn is not None
    assert drawn.x_lb is not None
    assert drawn.x_ub is not None
    assert START <= drawn.x_lb <= drawn.x <= drawn.x_ub <= END
    assert drawn.arrow_left == (effect.ci_lb < scale.low)
    assert drawn.arrow_right == (effect.ci_ub > scale.high)


@given(st.lists(ratios, min_size=1, max_size=8), effects(ratios))
def test_ratios_stay_on_the_axis_and_arrows_say_where_they_leave_it(held, effect):
    scale = log_scale([*held], start=START, end=END)
    check(effect, scale)
    assert math.isclose(scale.low * scale.high, 1, rel_tol=1e-9)
    assert all(scale.low <= t * (1 + 1e-9) and t <= scale.high * (1 + 1e-9) for t in scale.ticks)


@given(st.lists(st.floats(1 / 900, 900), min_size=1, max_size=8))
def test_a_ratio_axis_holds_every_value_up_to_a_thousandfold(held):
    scale = log_scale([*held], start=START, end=END)
    assert all(scale.low * 0.998 <= x <= scale.high * 1.002 for x in held)
    assert math.isclose(scale.at(1.0), (START + END) / 2)


@given(st.lists(differences, min_size=1, max_size=8), effects(differences))
def test_differences_stay_on_the_axis(held, effect):
    scale = linear_scale([*held], start=START, end=END)
    check(effect, scale)
    assert 2 <= len(scale.ticks) <= 12
    room = 1e-9 * max(1.0, *map(abs, held))
    assert all(scale.low - room <= x <= scale.high + room for x in [*held, 0.0])


@given(st.lists(ratios, max_size=20))
def test_the_axis_of_a_curve_has_ticks_within_its_bounds(held):
    scale = ratio_range([*held, 1.0], start=START, end=END)
    assert scale.ticks
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)
    assert len(scale.ticks) <= 12


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_squares_follow_the_weights_and_fit_their_row(weights):
    heaviest = max(weights)
    sides = [square_side(w, heaviest) for w in weights]
    assert all(SMALLEST <= side <= LARGEST for side in sides)
    ordered = [side for _, side in sorted(zip(weights, sides, strict=True))]
    assert ordered == sorted(ordered)


def test_what_cannot_be_estimated_is_not_drawn():
    scale = log_scale([1.0], start=START, end=END)
    assert draw_interval(None, scale) is None
    assert draw_interval(Estimate(estimate=math.nan, ci_lb=None, ci_ub=None), scale) is None


@given(st.floats(-1e7, 1e7))
def test_a_coordinate_is_short_and_never_minus_nought(x):
    said = coordinate(x)
    assert said != "-0"
    assert abs(float(said) - x) <= 0.0051
