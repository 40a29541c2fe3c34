"""Numbers, anchors, titles, addresses, placeholders and catalogues."""

from __future__ import annotations

import string
from dataclasses import replace
from html import unescape
from importlib import resources
from io import BytesIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.finding import Text
from ranvier.core.fold import Thing
from ranvier.errors import InputError
from ranvier.reporting import languages, review_document
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.catalogues import catalogue
from ranvier.reporting.marks import LEGEND
from ranvier.reporting.numbers import Numbers, direction_of
from ranvier.reporting.sentences import CERTAINTY_WORDS, GRID
from ranvier.reporting.titles import doi_link, register_link, safe_title, safe_url


def test_numbers_are_written_as_the_field_writes_them():
    en = Numbers("en")
    assert en.effect(11, "RR") == "11.00"
    assert en.effect(144.48, "RR") == "144.5"
    assert en.effect(-0.7, "MD") == "−0.70"
    assert en.effect(0.034, "OR") == "0.034"
    assert en.p(0.0004) == "< 0.001"
    assert en.p(0.0213) == "= 0.021"
    assert en.count(1000) == "1000"
    assert en.count(12345) == "12,345"
    assert en.fixed(-0.001, 2) == "0.00"
    assert en.date("2021-04-20") == "20 April 2021"
    assert en.date("spring") == "spring"


def test_numbers_follow_the_language():
    assert Numbers("de").effect(11.5, "RR") == "11,50"
    assert Numbers("de").date("2021-04-20") == "20. April 2021"
    assert direction_of("ar") == "rtl"
    assert direction_of("de") == "ltr"


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_nodes_never_share_an_anchor(a, b):
    assert (trace_anchor(a) == trace_anchor(b)) == (a == b)


@given(st.text())
def test_an_anchor_needs_no_escaping(id):
    allowed = set(string.ascii_letters + string.digits + "_.-:~")
    assert set(trace_anchor(id)) <= allowed


@given(st.text(alphabet="<>/ibsuptx \"'&="))
def test_a_title_keeps_its_words_and_only_four_tags(title):
    said = str(safe_title(title))
    bare = said
    for tag in ("i", "b", "sub", "sup"):
        assert said.count(f"<{tag}>") == said.count(f"</{tag}>")
        bare = bare.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in bare
    assert ">" not in bare
    assert len(unescape(bare)) <= len(title)


@pytest.mark.parametrize(
    "said",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "file:///etc/passwd",
        "",
        None,
        "a b",
    ],
)
def test_only_web_addresses_become_links(said):
    assert safe_url(said) is None


def test_what_looks_like_an_address_is_completed():
    assert safe_url("pubmed.ncbi.nlm.nih.gov/1") == "https://pubmed.ncbi.nlm.nih.gov/1"
    assert safe_url("10.1212/wnl.44") == "https://doi.org/10.1212/wnl.44"
    assert doi_link('10.1/a"b') == "https://doi.org/10.1/a%22b"
    assert register_link("NCT00666263") == "https://clinicaltrials.gov/study/NCT00666263"
    assert register_link("EUCTR2009-013841-27") is None


def with_text(book, body: str, section: str = "background", language: str = "en"):
    text = Text(id="new", section=section, language=language, body=body, based_on={})
    held = dict(book.review.things)
    standing, _ = held[Thing("text", "t1")]
    held[Thing("text", "new")] = (replace(standing, thing=Thing("text", "new")), text)
    review = type(book.review)(
        things=held,
        events=book.review.events,
        records=book.review.records,
        actors=book.review.actors,
    )
    return replace(book, review=review)


@pytest.mark.parametrize(
    "placeholder",
    [
        "{finding:nothing.estimate}",
        "{finding:f-strength.nothing}",
        "{analysis:strength}",
        "{row:adam-strength.nothing}",
        "{flow:nothing}",
        "{search:nothing}",
        "{unknown:x}",
        "{}",
    ],
)
def test_a_placeholder_of_nothing_names_text_and_remedy(book, placeholder):
    with pytest.raises(InputError) as caught:
        review_document(with_text(book, f"It is {placeholder}."))
    assert "'new'" in str(caught.value)
    assert placeholder in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("placeholder", "shown"),
    [
        ("{finding:f-strength.k}", "2"),
        ("{finding:f-strength.participants}", "42"),
        ("{finding:f-strength.certainty}", "low certainty"),
        ("{finding:f-strength.risk_2}", "48"),
        ("{analysis:strength.estimate}", "11.00"),
        ("{analysis:strength.p}", "0.003"),
        ("{row:beta-strength.events_1}", "11"),
        ("{flow:new_studies}", "3"),
        ("{search:current_to}", "4 January 2026"),
    ],
)
def test_a_placeholder_becomes_a_linked_number(book, placeholder, shown):
    page = review_document(with_text(book, f"So it is {placeholder} then"))
    start = page.index("So it is ")
    assert f'">{shown}</a>' in page[start : start + 200]


def messages() -> set[str]:
    """Every message that the room marks for its catalogues."""
    room = str(resources.files("ranvier.reporting"))
    found = extract_from_dir(room, method_map=[("**.py", "python")], keywords={"N_": None})
    return {message for _, _, message, _, _ in found}


def test_every_sentence_is_marked_for_the_catalogues():
    grid = {said for cells in GRID.values() for said in cells.values()}
    assert {*grid, *CERTAINTY_WORDS.values(), *LEGEND.values()} <= messages()


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_a_catalogue_is_complete_and_keeps_every_placeholder(language):
    file = resources.files("ranvier.reporting.catalogues") / f"{language}.po"
    held = read_po(BytesIO(file.read_bytes()), locale=language)
    ids = {id for m in held if m.id for id in ([m.id] if isinstance(m.id, str) else m.id)}
    assert messages() == ids
    for message in held:
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        names = {n for o in originals for _, n, _, _ in string.Formatter().parse(o) if n}
        for text in said:
            assert text, message.id
            assert {n for _, n, _, _ in string.Formatter().parse(text) if n} == names


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_the_summary_speaks_the_language_and_keeps_the_numbers(book, language):
    page = review_document(book, language=language)
    start = page.index('id="plain-language"')
    summary = page[start : page.index('id="summary-of-findings"')]
    assert f'lang="{language}"' in summary
    for english in ("What did we find?", "studies that met", "may be much better", "certainty)"):
        assert english not in summary
    assert ">524</a>" in summary


def test_a_glossary_says_the_words_of_the_protocol(book):
    held = with_text(book, "immunoglobulin = Immunglobulin\nplacebo = Placebo", "glossary", "de")
    page = review_document(held, language="de")
    assert "Immunglobulin" in page


def test_a_catalogue_of_no_language_is_refused():
    with pytest.raises(InputError, match="en"):
        catalogue("tlh")
