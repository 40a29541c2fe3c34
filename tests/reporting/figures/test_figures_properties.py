"""Whatever the data: nothing undefined, nothing outside, no word on another."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reporting.figures.geometry import assert_sound

from ranvier.errors import InputError, NumericalWarning
from ranvier.reporting import figures as f
from ranvier.reporting.figures.axes import axis, room_for
from ranvier.reporting.figures.labels import Box, Point, place_or_number
from ranvier.reporting.figures.lettering import clip, printable, text_width, wrap
from ranvier.reporting.figures.look import style_of
from ranvier.reporting.figures.transforms import TRANSFORMS
from ranvier.stats import gosh, meta_regression, rma, trimfill

pytestmark = pytest.mark.filterwarnings(f"ignore::{NumericalWarning.__module__}.NumericalWarning")

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

names = st.text(max_size=60) | st.sampled_from(
    [
        "",
        "漢字の研究 2001",
        "<script>&\"'",
        "دراسة ٢٠٢٠",
        "a" * 300,
        "é" * 40,
        "\x00\x1b",
        "🙂 et al.",
    ]
)


@st.composite
def data(draw, most: int = 200, least: int = 1):
    """Effects, variances and names of `least` to `most` studies, wild or all alike."""
    k = draw(st.integers(least, 12) | st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    scale = draw(st.sampled_from([0.0, 1e-3, 0.3, 3.0, 40.0]))
    spread = draw(st.sampled_from([0.0, 0.5, 3.0]))
    rng = np.random.default_rng(seed)
    yi = scale * rng.standard_normal(k)
    vi = (max(scale, 1e-3) * np.exp(spread * rng.standard_normal(k))) ** 2
    if k > 3 and draw(st.booleans()):
        yi[rng.integers(k)] = math.nan
    slab = [draw(names) if i < 8 else f"Study {i}" for i in range(k)]
    return yi, vi, slab


def drawn(make, *args, **options):
    """Draw; None for a figure that these data cannot have (one study has no residual)."""
    try:
        return make(*args, **options)
    except InputError:
        return None


@few
@given(data(), st.sampled_from(["plain", "revman", "bmj", "jama"]), st.sampled_from(["RR", "SMD"]))
def test_figures_of_a_fit_are_sound(made, theme, measure):
    yi, vi, slab = made
    fit = rma(yi, vi, method="DL", measure=measure, slab=slab)
    assert_sound(f.funnel_plot(fit, theme=theme, labels="auto"))
    assert_sound(f.funnel_plot(fit, theme=theme, contours=(0.1, 0.05), yaxis="seinv"))
    assert_sound(f.radial_plot(fit, theme=theme, labels="auto"))
    assert_sound(f.drapery_plot(fit, theme=theme))
    for make in (f.baujat_plot, f.influence_plot, f.qq_plot):
        figure = drawn(make, fit, theme=theme)
        assert figure is None or assert_sound(figure) is None


@few
@given(data(most=40, least=2))
def test_the_profile_is_sound_and_highest_at_the_estimate(made):
    yi, vi, slab = made
    fit = rma(yi, vi, slab=slab)
    figure = drawn(f.profile_plot, fit)
    if figure is not None:
        assert_sound(figure)


@few
@given(data(most=60, least=3))
def test_filled_funnels_are_sound(made):
    yi, vi, _ = made
    keep = np.isfinite(yi)
    if keep.sum() >= 3:
        filled = trimfill(yi[keep], vi[keep], method="DL", side="left")
        assert_sound(f.funnel_plot(filled, contours=(0.05,)))


def test_trim_and_fill_of_equally_precise_studies_asks_for_the_side():
    with pytest.raises(InputError, match="side="):
        trimfill([0.1, 0.2, 0.6], [0.04, 0.04, 0.04])


@few
@given(data(most=9, least=2))
def test_gosh_plots_are_sound(made):
    yi, vi, _ = made
    keep = np.isfinite(yi)
    if keep.sum() >= 2:
        assert_sound(f.gosh_plot(gosh(yi[keep], vi[keep]), highlight="Study 1"))


@few
@given(data(least=4), st.booleans())
def test_bubble_plots_are_sound(made, factor):
    yi, vi, slab = made
    mod = np.arange(len(yi)) % 2 if factor else np.linspace(-5, 900, len(yi))
    try:
        fit = meta_regression(yi, vi, mods=mod.astype(float), method="DL", slab=slab)
    except InputError:
        return
    assert_sound(f.bubble_plot(fit, labels="auto"))


@few
@given(st.integers(1, 200), st.integers(0, 2**32 - 1), st.sampled_from(["linear", "sqrt"]))
def test_labbe_plots_are_sound(k, seed, scale):
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(1, 5000, k), rng.integers(1, 5000, k)
    a, c = rng.binomial(n1, rng.random(k)), rng.binomial(n2, rng.random(k))
    assert_sound(f.labbe_plot(a, n1, c, n2, scale=scale, labels="auto"))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9), st.sampled_from(sorted(TRANSFORMS)))
def test_ticks_are_on_their_axis_in_order_and_do_not_touch(values, transf):
    style = style_of({})
    change = TRANSFORMS[transf]
    low, high = room_for(values)
    made = axis(low, high, length=500, style=style, transform=change)
    places = [(made.at(x), text_width(label, style.theme.small)) for x, label in made.ticks]
    assert places == sorted(places)
    assert all(0 <= x <= 500 for x, _ in places)
    for (a, wa), (b, wb) in pairwise(places):
        assert b - a >= (wa + wb) / 2
    if transf == "none":
        assert len(places) >= 2


@given(st.floats(-30, 30), st.floats(0.05, 10))
def test_a_ratio_axis_has_ticks_wherever_it_runs(low, length):
    made = axis(low, low + length, length=500, style=style_of({}), transform=TRANSFORMS["exp"])
    assert made.ticks


@pytest.mark.parametrize("transf", sorted(TRANSFORMS))
def test_transformations_undo_themselves(transf):
    change = TRANSFORMS[transf]
    for x in (0.1, 0.4, 0.7):
        assert change.forth(change.back(x)) == pytest.approx(x)


@given(st.text(max_size=80), st.floats(5, 300), st.floats(6, 20))
def test_a_clipped_line_fits_its_room(said, room, size):
    kept = clip(said, room, size)
    assert text_width(kept, size) <= max(room, text_width("…", size)) + 1e-9
    assert kept == said or kept.endswith("…")
    assert all(text_width(line, size) <= max(room, size) + 1e-9 for line in wrap(said, room, size))


@given(st.text(max_size=80))
def test_printable_text_is_xml(said):
    import xml.etree.ElementTree as ET

    from markupsafe import escape

    ET.fromstring(f"<t>{escape(printable(said))}</t>")


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 300)), min_size=1, max_size=120),
    st.sampled_from(["auto", "numbers"]),
)
def test_labels_stay_in_their_room_and_off_points_and_each_other(places, labels):
    points = [Point(x, y, 4, f"Author {i} 2001") for i, (x, y) in enumerate(places)]
    room = Box(-10, -10, 560, 310)
    placed, key = place_or_number(points, room, 10, labels=labels)
    boxes: list[Box] = []
    for label in placed:
        wide = text_width(label.said, 10)
        shift = {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
        boxes.append(Box(label.x - shift, label.y - 7, label.x - shift + wide, label.y))
    for i, box in enumerate(boxes):
        assert box.within(room)
        assert not any(box.meets(other) for other in boxes[i + 1 :])
    assert not key or sorted(n for n, _ in key) == sorted(label.said for label in placed)
    assert all(name == f"Author {int(n) - 1} 2001" for n, name in key)
    if labels == "auto" and not key:
        assert len(placed) in (0, len(points))


def test_widths_are_those_of_the_typeface():
    from fontTools.ttLib import TTFont

    from ranvier.reporting.figures.lettering import FONTS

    for face in ("regular", "bold", "italic"):
        with TTFont(FONTS / f"LiberationSans-{face.capitalize()}.ttf") as font:
            glyphs, advances = font.getBestCmap(), font["hmtx"]
            for code in (*range(32, 127), *range(0xA0, 0x180), *range(0x391, 0x3C9), 0x2212):
                if code in glyphs:
                    assert text_width(chr(code), 2048, face) == advances[glyphs[code]][0]
