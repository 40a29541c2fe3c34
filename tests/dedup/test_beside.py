"""Two records side by side: what is said of each field, and which words are marked."""

from __future__ import annotations

import pytest

from ranvier.core.record import Record
from ranvier.dedup.beside import beside

ONE = Record(
    id="a",
    title="Immunoglobulin for neuropathy in adults: a trial",
    authors=("Léger, Jean-Marc", "Chassande, B"),
    year=2001,
    journal="Journal of Neurology",
    volume="124",
    pages="145-153",
    doi="10.1093/brain/124.1.145",
)


def said(**changed: object) -> dict[str, tuple[str, str, str]]:
    """Give of each field what is said, and the marked words of either record."""
    other = Record(id="b", **({"title": ONE.title, "authors": ONE.authors} | changed))  # pyright: ignore[reportArgumentType]
    return {
        line.field: (
            line.says,
            *("".join(text for text, lacks in side if lacks).strip() for side in (line.a, line.b)),
        )
        for line in beside(ONE, other)
    }


@pytest.mark.parametrize(
    ("field", "changed", "found"),
    [
        ("pages", {"pages": "145-53"}, ("same", "", "")),
        ("pages", {"pages": "145"}, ("same", "", "")),
        ("pages", {"pages": "733-741"}, ("differs", "145-153", "733-741")),
        ("pages", {}, ("one only", "145-153", "")),
        ("year", {"year": 2002}, ("alike", "2001", "2002")),
        ("year", {"year": 2009}, ("differs", "2001", "2009")),
        ("journal", {"journal": "J Neurol"}, ("same", "", "")),
        ("doi", {"doi": "https://doi.org/10.1093/BRAIN/124.1.145"}, ("same", "", "")),
        ("doi", {"doi": "10.1016/x"}, ("differs", "10.1093/brain/124.1.145", "10.1016/x")),
        ("title", {"title": ONE.title.upper() + "."}, ("same", "", "")),
        ("authors", {"authors": ("Leger JM", "Chassande B")}, ("same", "", "")),
        ("authors", {"authors": ("Bo, A.",)}, ("differs", "; ".join(ONE.authors), "Bo, A.")),
        ("type", {"type": "erratum"}, ("one only", "", "erratum")),
        ("language", {"languages": ("French",)}, ("one only", "", "French")),
        ("title", {"title": f"<i>{ONE.title}</i>"}, ("same", "", "")),
    ],
)  # fmt: skip
def test_each_field_says_what_the_comparison_sees(field, changed, found):
    assert said(**changed)[field] == found


def test_only_the_words_that_differ_are_marked():
    title = "Immunoglobulin for neuropathy in children: a trial"
    assert said(title=title)["title"][1:] == ("adults:", "children:")


def test_a_field_that_neither_gives_is_left_out():
    assert "issue" not in said()


def test_nothing_of_a_text_is_lost():
    other = Record(id="b", title="A trial of plasma exchange  in adults", abstract="Background")
    lines = {line.field: line for line in beside(ONE, other)}
    assert "".join(text for text, _ in lines["title"].a) == ONE.title
    assert "".join(text for text, _ in lines["title"].b) == "A trial of plasma exchange in adults"
    assert lines["abstract"].a == ()
