"""A strategy finds what a plain scan of the records finds, and says why it misses a study."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.core.record import Record
from ranvier.query import MeshTree, RecordIndex, explain, parse, run
from ranvier.query.index import regex, words
from ranvier.query.tree import Near, Span, Term

RECORDS = [
    Record(id="hahn", title="A controlled trial of intravenous immunoglobulin in multifocal motor "
           "neuropathy", abstract="Forty-four adults were randomised.",
           mesh=("Polyneuropathies/*drug therapy", "Immunoglobulins, Intravenous"), year=2013),
    Record(id="piepers", title="Mycophenolate mofetil as adjunctive therapy for MMN patients",
           abstract="A randomised, controlled trial.", mesh=("Motor Neuron Disease",), year=2007),
    Record(id="bare", title="Multifocal motor neuropathy", year=1999),
]  # fmt: skip
INDEX = RecordIndex.of(RECORDS)
MESH = MeshTree.of([("Peripheral Nervous System Diseases", ["C10.668"], []),
                    ("Polyneuropathies", ["C10.668.829"], ["Polyneuropathy"])])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("immunoglobulin*.ti.", {"hahn"}),
        ("randomi?ed.ti,ab.", {"hahn", "piepers"}),
        ("random*.ti.", set()),
        ("multifocal motor neuropathy.ti.", {"hahn", "bare"}),
        ("(intravenous adj2 immunoglobulin).ti.", {"hahn"}),
        ("(immunoglobulin adj2 controlled).ti.", set()),
        ("(trial adj5 immunoglobulin*).ti.", {"hahn"}),
        ("Polyneuropathies/", {"hahn"}),
        ("exp Peripheral Nervous System Diseases/", {"hahn"}),
        ("exp Polyneuropathy/", {"hahn"}),
        ("*Polyneuropathies/", {"hahn"}),
        ("*Immunoglobulins, Intravenous/", set()),
        ("Polyneuropathies/dt", {"hahn"}),
        ("Polyneuropathies/su", set()),
        ("1. motor.ti.\n2. trial.ti,ab.\n3. 1 not 2", {"bare"}),
        ("1. motor.ti.\n2. limit 1 to yr=2000-2020", {"hahn"}),
        ("44.ti. or adults.ab.", {"hahn"}),
    ],
)
def test_a_strategy_finds_what_it_says(text, ids):
    found = run(parse(text, "ovid"), INDEX, mesh=MESH)
    assert {RECORDS[i].id for i in found.found} == ids


def test_an_explosion_without_mesh_is_noted():
    found = run(parse("exp Peripheral Nervous System Diseases/"), INDEX)
    assert not found.found
    assert "not exploded" in found.notes[0]


def test_explain_says_which_line_and_which_word_is_missing():
    text = "1. exp Polyneuropathies/\n2. (immunoglobulin* or ivig).ti,ab.\n3. 1 and 2"
    said = explain(parse(text), INDEX, 1, mesh=MESH)
    assert not said.found
    assert said.culprits == (1, 2)
    assert "the record has" not in said.steps[0].because[0]
    assert "not among its 1 headings" in said.steps[0].because[0]
    assert "not there" in said.steps[1].because[0]
    elsewhere = explain(parse("1. randomised.ti."), INDEX, 0)
    assert "it stands in ab only" in elsewhere.steps[0].because[0]
    near = explain(parse("(forty adj2 randomised).ab."), INDEX, 0)
    assert "not near enough" in near.steps[0].because[0]
    taken = explain(parse("1. motor.ti.\n2. trial.ti.\n3. 1 not 2"), INDEX, 0)
    assert "taken out by NOT 2" in taken.steps[2].because[0]


LETTERS = st.text("ab", min_size=1, max_size=3)
TEXTS = st.lists(LETTERS, min_size=0, max_size=8).map(" ".join)


@given(
    titles=st.lists(TEXTS, min_size=1, max_size=6), pattern=st.text("ab*?#", min_size=1, max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_wildcards_find_what_a_scan_finds(titles, pattern):
    index = RecordIndex.of([Record(id=str(i), title=t) for i, t in enumerate(titles)])
    if not set(pattern) & {"a", "b"}:
        return
    parsed = run(parse("x.ti.", "ovid"), index)
    assert not parsed.found
    shape = re.compile(regex(pattern))
    wanted = {i for i, t in enumerate(titles) if any(shape.fullmatch(w) for w in words(t))}
    found = set()
    for word in index.matching("ti", pattern):
        found |= set(index.places("ti", word).records().tolist())
    assert found == wanted


@given(titles=st.lists(TEXTS, min_size=1, max_size=6), a=LETTERS, b=LETTERS, n=st.integers(1, 4),
       ordered=st.booleans())  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_nearness_finds_what_a_scan_finds(titles, a, b, n, ordered):
    from ranvier.query.run import Searcher

    index = RecordIndex.of([Record(id=str(i), title=t) for i, t in enumerate(titles)])
    span = Span(1, 1, 2)
    title = frozenset({"ti"})
    parts = (Term(text=a, fields=title, span=span), Term(text=b, fields=title, span=span))
    node = Near(distance=n, ordered=ordered, children=parts, span=span)
    wanted = set()
    for i, text in enumerate(titles):
        held = words(text)
        for x, left in enumerate(held):
            for y, right in enumerate(held):
                near = 0 < (y - x) <= n if ordered else 0 < abs(y - x) <= n
                if left == a and right == b and near:
                    wanted.add(i)
    assert Searcher(index=index).records(node) == wanted


ODD = [
    "Crohn\u2019s disease and the (IFN-\u03b1) interferon", "Crohn's disease: a follow-up",
    "Guillain-Barr\u00e9 and Sj\u00f6gren syndromes", "the use of the IgG in the MMN",
    "follow up of the MMN",
    "\u591a\u7076\u6027\u904b\u52d5\u30cb\u30e5\u30fc\u30ed\u30d1\u30c1\u30fc",
    "\u591a\u7076\u6027\u8fd0\u52a8\u795e\u7ecf\u75c5", "\u03b2-blockers in CIDP_x",
    "Ma\u0142opolska \u00d8resund stra\u00dfe", "",
]  # fmt: skip


def _scan(titles: list[str], phrase: str) -> set[int]:
    """Find words side by side by looking at every place of every title."""
    wanted = words(phrase)
    return {
        i
        for i, held in enumerate(map(words, titles))
        if any(held[at : at + len(wanted)] == wanted for at in range(len(held)))
    }


@pytest.mark.parametrize(
    ("phrase", "places"),
    [
        ("crohn's disease", {0, 1}), ("Crohn\u2019s", {0, 1}), ("IFN-\u03b1", {0}),
        ("follow-up", {1, 4}), ("follow up", {1, 4}), ("guillain barre", {2}),
        ("Sj\u00f6gren", {2}), ("sjogren", {2}), ("the use of the IgG", {3}), ("of the MMN", {4}),
        ("in the MMN", {3}), ("\u904b\u52d5", {5}), ("\u8fd0\u52a8\u795e\u7ecf", {6}),
        ("\u795e\u7ecf\u8fd0\u52a8", set()), ("\u30cb\u30e5\u30fc\u30ed\u30d1\u30c1\u30fc", {5}),
        ("\u03b2-blockers", {7}), ("strasse", {8}),
    ],
)  # fmt: skip
def test_phrases_of_odd_words_are_exact(phrase, places):
    index = RecordIndex.of([Record(id=str(i), title=text) for i, text in enumerate(ODD)])
    assert run(parse(f'"{phrase}"[ti]', "pubmed"), index).found == places == _scan(ODD, phrase)


PIECES = st.sampled_from(["the", "of", "a-b", "b\u00e9", "\u03b1", "d'e", "\u904b\u52d5", "a", "b"])


@given(
    titles=st.lists(st.lists(PIECES, max_size=7).map(" ".join), min_size=1, max_size=6),
    phrase=st.lists(PIECES, min_size=1, max_size=3).map(" ".join),
)
@settings(max_examples=200, deadline=None)
def test_phrases_find_what_a_scan_finds(titles, phrase):
    index = RecordIndex.of([Record(id=str(i), title=text) for i, text in enumerate(titles)])
    assert run(parse(f'"{phrase}"[ti]', "pubmed"), index).found == _scan(titles, phrase)


def test_limits_of_years_and_languages_are_applied():
    held = [
        Record(id="a", title="pain", year=2005, languages=("eng",)),
        Record(id="b", title="pain", year=2015, languages=("German",)),
        Record(id="c", title="pain", year=2025),
    ]
    index = RecordIndex.of(held)
    text = '1. pain.ti.\n2. limit 1 to (english language and yr="2000 -Current")'
    found = run(parse(text, "ovid"), index)
    assert found.found == {0, 2}
    assert "do not say their language" in found.notes[0]
    assert run(parse("TITLE(pain) AND PUBYEAR > 2014 AND PUBYEAR < 2016"), index).found == {1}
