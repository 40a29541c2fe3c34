"""Draw the pictures of docs/methods/forest.md anew: `python tests/reporting/forest/gallery.py`."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden")
PAGE = ROOT / "docs" / "methods" / "forest.md"

#: Pictures that are also held as PNG, at so many pixels an inch.
DRAWN, DPI = ("revman", "narrow"), 48


def pictures() -> Iterator[tuple[Path, Any]]:
    """Run the examples of the page; give each picture's file with the figure made before it."""
    names: dict[str, Any] = {}
    parts = re.finditer(
        r"^```python\n(.*?)^```$|^!\[[^\]]*\]\((\S+)\)$", PAGE.read_text("utf-8"), re.M | re.S
    )
    for part in parts:
        if part[1] is not None:
            for example in doctest.DocTestParser().get_examples(part[1]):
                exec(compile(example.source, str(PAGE), "single"), names)
        else:
            yield (PAGE.parent / part[2]).resolve(), names["figure"]


if __name__ == "__main__":
    for file, figure in pictures():
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.save(file)
        if file.stem in DRAWN:
            figure.save(GOLDEN / f"{file.stem}.png", dpi=DPI)
        print(file.relative_to(ROOT))
