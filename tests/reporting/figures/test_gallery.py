"""Every figure in every look: sound, and as it was when someone last looked at it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.reporting.figures.conftest import FIT, GALLERY, SLAB
from tests.reporting.figures.geometry import assert_sound, parsed, words

from ranvier.errors import InputError
from ranvier.reporting.figures import PAGE_STYLE
from ranvier.reporting.figures.export import rendered
from ranvier.reporting.figures.themes import DARK, SERIES, THEMES, contrast

GOLDEN = Path(__file__).with_name("golden")
IMAGES = Path(__file__).parents[3] / "docs" / "images" / "figures"

#: Of a channel, on average over a picture: what another build of the renderer may change.
TOLERANCE = 1.5


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=float)


LOOKS = {
    "revman": {"theme": "revman", "title": "A title", "width": 520.0},
    "bmj": {"theme": "bmj", "language": "de", "digits": 3, "height": 380.0},
    "jama": {"theme": "jama", "xlab": "Across <&>", "ylab": "Up", "labels": "numbers"},
    "named": {"labels": "auto", "slab": [f"Étude n° {i + 1} 漢字" for i in range(13)]},
    "none": {"labels": "none", "transf": "none"},
}


def test_every_figure_is_sound(draw):
    assert_sound(draw())


@pytest.mark.parametrize("look", LOOKS)
def test_every_option_works_in_every_figure(draw, look):
    figure = draw(**LOOKS[look])
    assert_sound(figure)
    said = [word for _, word in words(figure)]
    if look == "revman":
        assert said[0] == "A title"
        assert figure.title == "A title"
        assert figure.width == 520
    if look == "jama" and figure.kind != "influence":
        assert "Across <&>" in said
        assert "Up" in said
    if look == "named" and figure.kind not in {"gosh", "drapery", "profile", "recall"}:
        assert any("漢字" in row[0] for row in figure.table.rows)
    if look == "bmj":
        assert any("," in cell for row in figure.table.rows for cell in row)


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_a_figure_is_what_was_looked_at(name):
    kept = (IMAGES / f"{name}.svg").read_text("utf-8")
    assert GALLERY[name]().svg() == kept, "look at it, then: python -m tests.reporting.figures.draw"


@pytest.mark.parametrize("name", ["funnel-contours", "influence", "recall"])
def test_a_png_looks_as_it_did(name):
    figure = GALLERY[name]()
    drawn = rendered(figure.svg(), "png", width=figure.width, height=figure.height, dpi=96)
    now = pixels(drawn)
    before = pixels((GOLDEN / f"{name}.png").read_bytes())
    assert now.shape == before.shape
    assert np.abs(now - before).mean() < TOLERANCE
    assert now.std() > 5


def test_files_are_written_by_their_ending_and_the_same_each_time(tmp_path):
    figure = GALLERY["funnel"]()
    svg = figure.save(tmp_path / "a.svg")
    assert svg.read_text("utf-8") == figure.svg()
    for kind, magic in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        one, two = (figure.save(tmp_path / f"{n}.{kind}", dpi=150) for n in "ab")
        assert one.read_bytes() == two.read_bytes()
        assert one.read_bytes().startswith(magic)
    assert b"LiberationSans" in (tmp_path / "a.pdf").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width == round(figure.width / 96 * 150)


@pytest.mark.parametrize(("name", "said"), [("a.gif", "End the name"), ("no/a.svg", "folder")])
def test_a_file_that_cannot_be_written_says_what_to_do(tmp_path, name, said):
    with pytest.raises(InputError, match=said):
        GALLERY["funnel"]().save(tmp_path / name)


def test_without_the_renderer_the_error_names_the_remedy(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=r"ranvier\[figures\]"):
        GALLERY["funnel"]().save(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ({"colour": "red"}, "no option colour"),
        ({"theme": "lancet"}, "plain or revman or bmj or jama"),
        ({"transf": "log"}, "none or exp"),
        ({"language": "xx-notone"}, "tag such as"),
        ({"slab": ["one"]}, "slab must have 13"),
        ({"xlim": (1.0, 0.0)}, "lower first"),
        ({"width": 10}, "240"),
        ({"digits": 99}, "digits"),
    ],
)
def test_a_wrong_option_says_what_is_right(look, said):
    with pytest.raises(InputError, match=said):
        GALLERY["funnel"](**look)


@pytest.mark.parametrize("theme", THEMES)
def test_colours_can_be_told_from_the_paper(theme):
    for colours in (THEMES[theme].colours, DARK):
        paper = colours["paper"]
        assert contrast(colours["ink"], paper) >= 7
        assert contrast(colours["soft"], paper) >= 4.5
        for role in ("accent", "second", *SERIES):
            assert contrast(colours[role], paper) >= 3, role
        for shade in ("shade1", "shade2", "shade3"):
            assert contrast(colours["ink"], colours[shade]) >= 4.5


def test_every_colour_of_a_figure_turns_dark_on_a_page(draw):
    for node in parsed(draw()).iter():
        classes = (node.get("class") or "").split()
        if (node.get("fill") or "none") != "none":
            assert [c for c in classes if c.startswith("f-") and f".{c} " in PAGE_STYLE]
        if (node.get("stroke") or "none") != "none":
            assert [c for c in classes if c.startswith("s-") and f".{c} " in PAGE_STYLE]


def test_a_page_gets_the_drawing_and_the_table():
    block = GALLERY["funnel"]().html(table="open")
    assert block.startswith("<figure")
    assert 'xmlns="' not in block
    assert block.count("<tr>") == 14
    assert "Ferguson &amp; Simes 1949" in block
    assert "<details" not in GALLERY["funnel"]().html(table="none")


def test_the_table_holds_the_numbers_of_the_fit():
    rows = GALLERY["funnel"]().table.rows
    assert [row[0] for row in rows] == SLAB
    assert [float(row[1]) for row in rows] == pytest.approx(np.exp(FIT.yi), abs=0.0051)
    assert [float(row[2]) for row in rows] == pytest.approx(np.sqrt(FIT.vi), abs=0.00051)
