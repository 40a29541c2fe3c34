"""The pictures of the documentation are golden: what is drawn is what is kept, letter by letter."""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from ranvier.reporting.figures.export import rendered
from ranvier.reporting.figures.forest import ForestOptions
from ranvier.reporting.figures.look import Look

HERE = Path(__file__).parent
#: Mean difference of a pixel, of 255, that another version of the renderer may make.
TOLERANCE = 1.5


def _gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("forest_gallery", HERE / "gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pictures():
    return dict(_gallery().pictures())


def test_every_picture_is_what_its_example_draws(pictures):
    assert len(pictures) >= 7
    for file, figure in pictures.items():
        assert file.read_text("utf-8") == figure.svg(), (
            f"{file.name} is drawn differently: look at it, then run {HERE / 'gallery.py'}"
        )


def test_no_picture_is_left_over(pictures):
    folder = HERE.parents[2] / "docs" / "images" / "forest"
    assert {p.name for p in folder.iterdir()} == {file.name for file in pictures}


@pytest.mark.parametrize("name", _gallery().DRAWN)
def test_the_png_shows_the_same(pictures, name):
    figure = next(figure for file, figure in pictures.items() if file.stem == name)
    made = rendered(
        figure.svg(), "png", width=figure.width, height=figure.height, dpi=_gallery().DPI
    )
    kept = np.asarray(Image.open(HERE / "golden" / f"{name}.png").convert("L"), dtype=float)
    drawn = np.asarray(Image.open(io.BytesIO(made)).convert("L"), dtype=float)
    assert drawn.shape == kept.shape
    assert np.abs(drawn - kept).mean() < TOLERANCE


def test_every_option_is_documented():
    page = (HERE.parents[2] / "docs" / "methods" / "forest.md").read_text("utf-8")
    own = ForestOptions.__annotations__.keys() - Look.__annotations__.keys()
    assert not [name for name in own if f"`{name}`" not in page]
    assert not [name for name in own if not re.search(rf"\b{name}\b", ForestOptions.__doc__ or "")]
