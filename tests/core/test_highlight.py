"""Words worth seeing are found whatever their case, accents and script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.highlight import WordGroup, find_words, protocol_words

#: Words, text, what is marked. The browser's own matcher is held to the same table.
CASES = (
    (["trial"], "Trials and a trial, atrial", ["trial"]),
    (["trial*"], "Trials and a TRIAL, atrial", ["Trials", "TRIAL"]),
    (["*globulin"], "Immunoglobulin G", ["Immunoglobulin"]),
    (["double-blind*"], "double blind, double‐blinded, double\u00a0blind", 3),
    (["Sjögren"], "SJOGREN and Sjo\u0308gren's", ["SJOGREN", "Sjo\u0308gren"]),
    (["免疫"], "静脉注射免疫球蛋白", ["免疫"]),
    (["グロブリン"], "免疫グロブリン療法", ["グロブリン"]),
    (["神經"], "神経", []),
    (["경련"], "열성 경련 환자", ["경련"]),
    (["تجربة"], "تَجْرِبَة عشوائية", ["تَجْرِبَة"]),
    (["*علاج"], "العلاج", ["العلاج"]),
    (["שלום"], "שָׁלוֹם", ["שָׁלוֹם"]),
    (["การรักษา"], "ประสิทธิผลของการรักษาโรค", ["การรักษา"]),
    (["<b>", "[(", "a.b", "\\"], "<b> [( a.b axb \\", ["<b> [( a.b", "\\"]),
    (["p<0.05"], "(p<0.05)", ["p<0.05"]),
    (["x"], "𝒙 😀 x", ["𝒙", "x"]),
    (["motor", "neuron"], "motor neuron, motor-neuron; neuron", 3),
    (["", " ", "*"], "anything", []),
    (["ΟΔΟΣ"], "οδος οδός", 1),
)


def marked(text: str, words: list[str]) -> list[str]:
    group = WordGroup(label="words", style=1, words=tuple(words))
    return [text[p.start : p.end] for p in find_words(text, [group])]


@pytest.mark.parametrize(("words", "text", "expected"), CASES, ids=[c[1] for c in CASES])
def test_words_are_found_as_a_reader_would(words, text, expected):
    found = marked(text, words)
    assert found == expected if isinstance(expected, list) else len(found) == expected


def test_the_earlier_group_and_the_longer_word_stand():
    groups = [
        WordGroup(label="a", style=1, words=("motor",)),
        WordGroup(label="b", style=2, words=("motor neuropathy", "neuropathy")),
    ]
    (one,) = find_words("motor neuropathy", groups)
    assert (one.group, one.start, one.end) == (1, 0, 16)


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_places_are_in_order_apart_and_within_the_text(text, words):
    places = find_words(text, [WordGroup(label="a", style=1, words=tuple(words))])
    ends = [0, *(p.end for p in places)]
    assert all(end <= p.start < p.end for end, p in zip(ends, places, strict=False))
    assert ends[-1] <= len(text)


def test_the_words_of_a_protocol_are_found_in_what_it_asks_for(small):
    groups = {g.label: g for g in protocol_words(small.protocol())}
    question = small.protocol().questions[0]
    for label, text in (("Population", question.population), ("Outcome", "strength")):
        if groups[label].words:
            assert find_words(text, [groups[label]])
    assert len({g.style for g in groups.values()}) == len(groups)
