"""The review document as a whole: one file, self-contained, every link leading somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from ranvier.errors import InputError
from ranvier.reporting import review_document

VOID = {"meta", "link", "br", "col", "img", "input", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parent: Element | None = None
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self) -> list[Element]:
        return [self, *(found for child in self.children for found in child.all())]


class Tree(HTMLParser):
    """Builds a tree and refuses tags that do not close as they opened."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, dict(attrs), self.at)
        self.at.children.append(made)
        if tag not in VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}> at {self.getpos()}"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        up: Element | None = self.at
        while up is not None:
            up.text += data
            up = up.parent


@pytest.fixture(scope="session")
def elements(document: str) -> list[Element]:
    tree = Tree()
    tree.feed(document)
    assert tree.at is tree.root
    return tree.root.all()


def test_two_documents_of_one_book_are_the_same(hand, document):
    assert review_document(hand.book()) == document


def test_nothing_is_loaded_from_elsewhere(document, elements):
    for element in elements:
        for name in ("src", "srcset", "poster", "data", "action", "formaction", "background"):
            assert name not in element.attributes
        href = element.attributes.get("href") or ""
        if element.tag != "a":
            assert not href
        assert not href.lower().startswith(("javascript:", "data:", "//"))
    assert not [e for e in elements if e.tag in ("link", "img", "iframe", "object", "embed")]
    styles = "".join(e.text for e in elements if e.tag == "style")
    assert "url(" not in styles
    assert "@import" not in styles
    assert "<base" not in document


def test_every_link_within_the_page_leads_somewhere(elements):
    ids = {e.attributes["id"] for e in elements if "id" in e.attributes}
    targets = [
        e.attributes["href"][1:] for e in elements if (e.attributes.get("href") or "")[:1] == "#"
    ]
    assert len(targets) > 100
    assert set(targets) <= ids


def test_ids_are_unique(elements):
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))


def test_labels_name_what_is_there(elements):
    ids = {e.attributes["id"] for e in elements if "id" in e.attributes}
    for element in elements:
        for name in (element.attributes.get("aria-labelledby") or "").split():
            assert name in ids


def test_headings_never_skip_a_level(elements):
    levels = [int(e.tag[1]) for e in elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(elements):
    tables = [e for e in elements if e.tag == "table"]
    assert tables
    for table in tables:
        assert any(e.tag == "caption" and e.text.strip() for e in table.all())
        assert all(e.attributes.get("scope") for e in table.all() if e.tag == "th")


def test_every_figure_has_a_title_a_description_and_a_table_beside_it(elements):
    figures = [e for e in elements if e.tag == "svg"]
    assert len(figures) >= 4
    for figure in figures:
        kinds = [child.tag for child in figure.children[:2]]
        assert kinds == ["title", "desc"]


def test_every_number_of_the_summary_of_findings_leads_to_its_trace(elements):
    (section,) = [e for e in elements if e.attributes.get("id") == "summary-of-findings"]
    cells = [
        e for e in section.all() if e.tag == "td" and "num" in (e.attributes.get("class") or "")
    ]
    assert len(cells) >= 8
    for cell in cells:
        linked = "".join(e.text for e in cell.all() if e.tag == "a")
        bare = cell.text
        for said in [e.text for e in cell.all() if e.tag == "a"]:
            bare = bare.replace(said, "", 1)
        bare = bare.replace("per 1000", "")
        assert not re.search(r"\d", bare), cell.text
        if re.search(r"\d", cell.text):
            assert linked


def test_marks_reach_the_summary_and_the_plain_sentence(elements):
    """Counts that were recalled make every figure built on them recalled."""
    for place in ("summary-of-findings", "plain-language", "key-findings", "results"):
        (section,) = [e for e in elements if e.attributes.get("id") == place]
        marks = [e for e in section.all() if "mark-recalled" in (e.attributes.get("class") or "")]
        assert marks, place
        assert "recalled" in marks[0].text


def test_what_was_not_assessed_is_said_plainly(elements):
    (section,) = [e for e in elements if e.attributes.get("id") == "risk-of-bias"]
    assert section.text.count("not assessed") == 2
    (section,) = [e for e in elements if e.attributes.get("id") == "summary-of-findings"]
    assert "not assessed" in section.text


def test_stale_things_are_shown_at_the_top_and_in_their_place(document, stale_book):
    assert 'id="stale"' not in document
    page = review_document(stale_book)
    assert 'id="stale"' in page
    assert page.count("Out of date:") >= 3


def test_hostile_titles_are_text(document):
    assert "<script>alert" not in document
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in document
    assert "<i>immunoglobulin</i>" in document
    assert "CO<sub>2</sub>" in document
    assert "&lt;b onclick=&#34;x&#34;&gt;" in document


def test_written_texts_are_escaped_and_filled_in(document):
    assert "people &amp; &lt;b&gt;few&lt;/b&gt; trials" in document
    assert "6 January" not in document
    assert "4 January 2026" in document


def test_a_text_of_an_unknown_section_is_kept(document):
    assert "Further notes" in document
    assert "A further note." in document


def test_an_unknown_language_names_those_there_are(book):
    with pytest.raises(InputError, match="en"):
        review_document(book, language="xx")


def test_an_empty_review_has_a_page_of_its_own(hand):
    page = review_document(hand.empty_book())
    assert "No finding has been stated yet." in page
    assert "not yet published" in page
    tree = Tree()
    tree.feed(page)
    ids = {e.attributes["id"] for e in tree.root.all() if "id" in e.attributes}
    links = [e.attributes.get("href") or "" for e in tree.root.all()]
    assert {link[1:] for link in links if link[:1] == "#"} <= ids


def test_the_order_of_sets_does_not_show(hand):
    """Another process hashes strings otherwise; the page stays the same."""
    script = (
        "import hashlib, runpy, sys; "
        f"made = runpy.run_path({hand.__file__!r});"
        "from ranvier.reporting import review_document;"
        "print(hashlib.sha256(review_document(made['book']()).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
