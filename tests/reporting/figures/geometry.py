"""Reads a drawn SVG back: where its words and points are, and whether they are legible."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations

from ranvier.reporting.figures import Figure
from ranvier.reporting.figures.labels import Box
from ranvier.reporting.figures.lettering import text_width

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PLACES = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "points", "d")


def parsed(figure: Figure) -> ET.Element:
    return ET.fromstring(figure.svg())


def words(figure: Figure) -> list[tuple[Box, str]]:
    """Every line of text with the box it fills; upright ones as they stand."""
    made: list[tuple[Box, str]] = []
    for node in parsed(figure).iter(f"{SVG}text"):
        said = node.text or ""
        x, y, size = (float(node.get(name, "0")) for name in ("x", "y", "font-size"))
        weight = "bold" if node.get("font-weight") == "bold" else "regular"
        wide = text_width(said, size, weight)
        left = {"start": 0.0, "middle": wide / 2, "end": wide}[node.get("text-anchor", "start")]
        # Digits and capitals reach 0.72 of the size above the line; nothing counts below it.
        if node.get("transform"):
            made.append((Box(x - 0.72 * size, y - left, x, y - left + wide), said))
        else:
            made.append((Box(x - left, y - 0.72 * size, x - left + wide, y), said))
    return made


def assert_sound(figure: Figure) -> None:
    """Well-formed, accessible, nothing undefined, all inside, and no word on another."""
    root = parsed(figure)
    assert root.get("role") == "img"
    assert (root.findtext(f"{SVG}title") or "").strip()
    assert (root.findtext(f"{SVG}desc") or "").strip()
    text = figure.svg()
    assert "nan" not in re.sub(r">[^<]*<", "><", text).lower()
    assert not re.search(r'="[^"]*\binf\b', text)
    sheet = Box(0, 0, figure.width, figure.height)
    for node in root.iter():
        if node.tag in {f"{SVG}line", f"{SVG}polyline", f"{SVG}polygon", f"{SVG}circle"}:
            for x, y in _points(node):
                assert -1 <= x <= figure.width + 1, ET.tostring(node)
                assert -1 <= y <= figure.height + 1, ET.tostring(node)
    held = words(figure)
    for box, said in held:
        assert box.within(Box(-0.5, -0.5, sheet.right + 0.5, sheet.bottom + 0.5)), (said, box)
    for (one, a), (other, b) in combinations(held, 2):
        assert not one.meets(other), (a, b, one, other)
    assert figure.table.columns
    assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)


def _points(node: ET.Element) -> list[tuple[float, float]]:
    if node.tag == f"{SVG}circle":
        return [(float(node.get("cx", "0")), float(node.get("cy", "0")))]
    if node.tag == f"{SVG}line":
        ends = [[float(node.get(f"{axis}{i}", "0")) for axis in "xy"] for i in (1, 2)]
        return [(x, y) for x, y in ends]
    numbers = [float(n) for n in NUMBER.findall(node.get("points", ""))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
