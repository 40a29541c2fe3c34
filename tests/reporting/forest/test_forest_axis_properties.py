"""Geometry of the axis: whatever the data, nothing leaves it unannounced."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.analysis import Estimate
from ranvier.reporting.figures.forest.axis import clipped, forest_axis, tick_label
from ranvier.reporting.svg import coordinate, ratio_range

START, END = 9.0, 291.0

ratios = st.floats(1e-6, 1e6)
differences = st.floats(-1e6, 1e6)


@st.composite
def effects(draw: st.DrawFn, values: st.SearchStrategy[float]) -> Estimate:
    low, point, high = sorted(draw(st.tuples(values, values, values)))
    return Estimate(estimate=point, ci_lb=low, ci_ub=high)


def axis_of(held, kind, *, symmetric=False, limits=None, pooled=()):
    return forest_axis(
        held,
        pooled,
        kind=kind,
        null=1.0 if kind == "log" else 0.0,
        limits=limits,
        symmetric=symmetric,
        start=START,
        end=END,
        label_width=lambda said: 6.5 * len(said),
    )


def check(effect: Estimate, scale) -> None:
    drawn = clipped(effect, scale)
    assert drawn is not None
    assert drawn.x_lb is not None
    assert drawn.x_ub is not None
    assert START - 1e-9 <= drawn.x_lb <= drawn.x_ub <= END + 1e-9
    room = 1e-9 * (scale.high - scale.low)
    if drawn.x is not None:
        assert drawn.x_lb <= drawn.x + 1e-9
        assert drawn.x <= drawn.x_ub + 1e-9
    assert drawn.arrow_left == (effect.ci_lb < scale.low - room)
    assert drawn.arrow_right == (effect.ci_ub > scale.high + room)


def check_ticks(scale) -> None:
    ticks = scale.ticks
    assert ticks
    assert list(ticks) == sorted(set(ticks))
    assert all(START - 0.01 <= scale.at(t) <= END + 0.01 for t in ticks)
    width = [6.5 * len(tick_label(t)) for t in ticks]
    places = [scale.at(t) for t in ticks]
    for i in range(1, len(ticks)):
        assert places[i] - places[i - 1] >= (width[i] + width[i - 1]) / 2


@given(st.lists(effects(ratios), min_size=1, max_size=8), effects(ratios), st.booleans())
def test_ratios_stay_on_the_axis_and_arrows_say_where_they_leave_it(held, effect, symmetric):
    scale = axis_of(held, "log", symmetric=symmetric)
    check(effect, scale)
    check_ticks(scale)
    if symmetric:
        assert math.isclose(scale.low * scale.high, 1, rel_tol=1e-9)
        assert math.isclose(scale.at(1.0), (START + END) / 2)


@given(st.lists(st.floats(1 / 900, 900), min_size=1, max_size=8), st.booleans())
def test_a_ratio_axis_holds_every_point_up_to_a_thousandfold(points, symmetric):
    held = [Estimate(estimate=x, ci_lb=None, ci_ub=None) for x in points]
    scale = axis_of(held, "log", symmetric=symmetric)
    assert all(scale.low * 0.998 <= x <= scale.high * 1.002 for x in points)


@given(st.lists(effects(differences), min_size=1, max_size=8), effects(differences))
def test_differences_stay_on_the_axis(held, effect):
    scale = axis_of(held, "linear")
    check(effect, scale)
    assert len(scale.ticks) <= 12
    points = [e.estimate for e in held]
    room = 1e-9 * max(1.0, *map(abs, points))
    assert all(scale.low - room <= x <= scale.high + room for x in [*points, 0.0])


@given(effects(ratios), st.floats(0.01, 0.9), st.floats(1.1, 100))
def test_limits_are_kept_and_what_lies_beyond_carries_an_arrow(effect, low, high):
    scale = axis_of([effect], "log", limits=(low, high))
    assert (scale.low, scale.high) == (low, high)
    check(effect, scale)
    check_ticks(scale)


@given(st.lists(ratios, max_size=20))
def test_the_axis_of_a_curve_has_ticks_within_its_bounds(held):
    scale = ratio_range([*held, 1.0], start=START, end=END)
    assert scale.ticks
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)
    assert len(scale.ticks) <= 12


def test_what_cannot_be_estimated_is_not_drawn():
    scale = axis_of([], "log")
    assert clipped(None, scale) is None
    assert clipped(Estimate(estimate=math.nan, ci_lb=None, ci_ub=None), scale) is None


@given(st.floats(-1e7, 1e7))
def test_a_coordinate_is_short_and_never_minus_nought(x):
    said = coordinate(x)
    assert said != "-0"
    assert abs(float(said) - x) <= 0.0051
