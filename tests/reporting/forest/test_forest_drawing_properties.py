"""Whatever the studies, their names and the options: all is inside, and no words overlap."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.reporting.figures.forest import forest_pages, forest_plot
from ranvier.reporting.figures.lettering import text_width
from ranvier.stats import cumul, leave1out, rma, rma_mh

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Box:
    said: str
    x: float
    y: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether two lines of words run into each other by more than a hair."""
        across = min(self.right, other.right) - max(self.x, other.x)
        down = min(self.bottom, other.bottom) - max(self.y, other.y)
        return across > 0.6 and down > 0.6


def texts(figure) -> list[Box]:
    """Where the words of a figure stand: between the baseline and the height of capitals."""
    out: list[Box] = []

    def walk(node, dx, dy):
        moved = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform", ""))
        if moved:
            dx, dy = dx + float(moved[1]), dy + float(moved[2])
        if node.tag == f"{SVG}text" and node.text:
            size = float(node.get("font-size"))
            weight = "bold" if node.get("font-weight") == "bold" else "regular"
            width = text_width(node.text, size, weight)
            x = float(node.get("x")) + dx
            y = float(node.get("y")) + dy
            x -= {"end": width, "middle": width / 2}.get(node.get("text-anchor"), 0.0)
            out.append(Box(node.text, x, y - 0.73 * size, x + width, y))
        for child in node:
            walk(child, dx, dy)

    walk(ET.fromstring(figure.svg()), 0.0, 0.0)
    return out


def check(figure) -> None:
    svg = figure.svg()
    assert not re.search(r'="[^"]*\b(nan|inf|-inf)\b', svg)
    boxes = texts(figure)
    for box in boxes:
        assert box.x >= -0.01, box
        assert box.right <= figure.width + 0.01, (box, figure.width)
        assert box.y >= 0, box
        assert box.bottom <= figure.height, box
    for number in re.findall(r'(?:cx|x1|x2)="([-\d.]+)"', svg):
        assert -20 <= float(number) <= figure.width + 20
    boxes.sort(key=lambda b: b.y)
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            if other.y > one.bottom:
                break
            assert not one.overlaps(other), (one, other)


#: Letters of several scripts, marks that combine, signs of XML, spaces, long words.
names = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="abc déßжλ中文한 אبت&<>\"'/-.,", max_size=120),
    st.text(alphabet="abcdefgh", min_size=30, max_size=90),
    st.builds(lambda n: f"Smith {n}", st.integers(1950, 2030)),
)


@st.composite
def plots(draw):
    k = draw(st.one_of(st.integers(1, 12), st.integers(1, 40)))
    spread = draw(st.sampled_from([0.01, 0.5, 3.0, 8.0]))
    yi = draw(st.lists(st.floats(-spread, spread), min_size=k, max_size=k))
    vi = draw(st.lists(st.floats(0.001, 20.0), min_size=k, max_size=k))
    slab = draw(st.lists(names, min_size=k, max_size=k))
    measure = draw(st.sampled_from(["RR", "SMD", "GEN", "ZCOR", "PLO", "MD"]))
    fit = rma(yi, vi, measure=measure, slab=slab, method=draw(st.sampled_from(["EE", "DL"])))
    other = rma(yi, vi, measure=measure, slab=slab, method="EE")
    result = draw(st.sampled_from([fit, [fit, other]]))
    options = {
        "theme": draw(st.sampled_from(["plain", "revman", "bmj", "jama"])),
        "layout": draw(st.sampled_from(["plain", "revman", "bmj", "jama"])),
        "sort": draw(st.sampled_from(["given", "label", "effect", "weight", "precision"])),
        "form": draw(st.sampled_from(["table", "narrow"])),
        "density": draw(st.sampled_from(["auto", "normal", "close", "dense"])),
        "prediction": draw(st.sampled_from(["show", "all", "hide"])),
        "overall": draw(st.sampled_from(["show", "hide"])),
        "weights": draw(st.sampled_from(["show", "hide"])),
        "heterogeneity": draw(st.sampled_from(["show", "hide"])),
        "tests": draw(st.sampled_from(["show", "hide"])),
        "references": draw(st.sampled_from(["show", "hide"])),
        "language": draw(st.sampled_from(["en", "de", "fr"])),
    }
    column = st.lists(names, min_size=k, max_size=k)
    if draw(st.booleans()):
        options["by"] = draw(st.lists(st.sampled_from(["a", "b b", "中"]), min_size=k, max_size=k))
    if draw(st.booleans()):
        options["left"] = {draw(names): draw(column)}
    if draw(st.booleans()):
        options["right"] = {
            f"{draw(names)}x": draw(st.lists(st.floats(-1e6, 1e6), min_size=k, max_size=k))
        }
    if draw(st.booleans()):
        n = st.lists(st.integers(1, 10**6), min_size=k, max_size=k)
        options["data"] = {"n1i": draw(n), "n2i": draw(n)}
        options["arms"] = (draw(names), draw(names))
    if draw(st.booleans()):
        level = st.sampled_from(["low", "some concerns", "high", "critical", None])
        held = st.lists(level, min_size=k, max_size=k)
        options["bias"] = {f"{draw(names)}{i}": draw(held) for i in range(draw(st.integers(1, 8)))}
    if draw(st.booleans()):
        options["favours"] = (draw(names), draw(names))
    if draw(st.booleans()):
        options["title"] = draw(names)
    if draw(st.booleans()):
        options["xlab"] = draw(names)
    if draw(st.booleans()):
        low = draw(st.floats(-3, 1))
        options["xlim"] = (low, low + draw(st.floats(0.1, 5)))
    return result, options


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(plots())
def test_every_option_in_every_layout_keeps_words_apart_and_inside(plot):
    result, options = plot
    check(forest_plot(result, **options))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(plots(), st.floats(320, 1400))
def test_a_width_is_kept_or_refused_with_a_remedy(plot, width):
    result, options = plot
    try:
        figure = forest_plot(result, width=width, **options)
    except InputError as refused:
        said = str(refused)
    else:
        said = ""
    if said:
        assert "form='narrow'" in said
        return
    assert math.isclose(figure.width, width, abs_tol=1.0)
    check(figure)


@pytest.mark.parametrize("k", [1, 2, 50, 200])
@pytest.mark.parametrize("theme", ["plain", "revman", "bmj", "jama"])
@pytest.mark.parametrize("form", ["table", "narrow"])
def test_from_one_to_two_hundred_studies(k, theme, form):
    yi = [0.2 * math.sin(7 * i) for i in range(k)]
    vi = [0.01 + 0.1 * (i % 7) for i in range(k)]
    check(
        forest_plot(rma(yi, vi, measure="OR"), theme=theme, form=form, favours=("one", "the other"))
    )


def test_pages_hold_every_study_once_and_share_their_axis():
    k = 120
    fit = rma([math.sin(i) for i in range(k)], [0.1 + i / k for i in range(k)], measure="RR")
    by = ["first" if i % 3 else "second" for i in range(k)]
    pages = forest_pages(fit, by=by, per_page=40)
    shown = [row[0] for page in pages for row in page.table.rows if row[0].startswith("Study ")]
    assert sorted(shown) == sorted(f"Study {i + 1}" for i in range(k))
    assert len({page.width for page in pages}) == 1
    ticks = [sorted(b.said for b in texts(p) if re.fullmatch(r"[\d.]+", b.said))[:1] for p in pages]
    assert all(tick == ticks[0] for tick in ticks)
    for page in pages:
        check(page)
    assert [p.title.rpartition("(")[2] for p in pages] == [
        f"{i + 1} of {len(pages)})" for i in range(len(pages))
    ]


@pytest.mark.parametrize("theme", ["plain", "revman", "bmj", "jama"])
@pytest.mark.parametrize("form", ["table", "narrow"])
@pytest.mark.parametrize("steps", [leave1out, cumul])
def test_steps_in_every_layout(theme, form, steps):
    yi, vi = [0.1, 0.4, -0.3, 0.2], [0.1, 0.2, 0.15, 0.3]
    result = [steps(yi, vi), rma(yi, vi, measure="OR")]
    bias = {"Randomisation": ["low", "high", "?", None]}
    check(forest_plot(result, theme=theme, form=form, bias=bias, right={"Year": [1, 2, 3, 4]}))


@pytest.mark.parametrize("theme", ["plain", "revman", "bmj", "jama"])
@pytest.mark.parametrize("form", ["table", "narrow"])
def test_empty_tables_in_every_layout(theme, form):
    data = {"ai": [0, 3, 2], "n1i": [10, 12, 30], "ci": [0, 1, 5], "n2i": [11, 12, 30]}
    table = {"ai": [0, 3, 2], "bi": [10, 9, 28], "ci": [0, 1, 5], "di": [11, 11, 25]}
    fit = rma_mh(**table, measure="OR")
    figure = forest_plot(fit, data=data, theme=theme, form=form, by=["a", "a", "b"])
    assert "Not estimable" in figure.svg()
    check(figure)
