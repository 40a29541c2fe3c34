"""Draw the pictures of docs/methods/figures.md anew: ``python -m tests.reporting.figures.draw``."""

from __future__ import annotations

from tests.reporting.figures.conftest import GALLERY
from tests.reporting.figures.test_gallery import GOLDEN, IMAGES

if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    GOLDEN.mkdir(exist_ok=True)
    for name, draw in GALLERY.items():
        draw().save(IMAGES / f"{name}.svg")
    for name in ("funnel-contours", "influence", "recall"):
        GALLERY[name]().save(GOLDEN / f"{name}.png", dpi=96)
