"""What a record looks like, and that the words shown are the words that stand there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.core.record import Record
from ranvier.ranking.design import classify, classify_records, probabilities
from ranvier.ranking.design.signs import read

TRIALS = [
    ("Zinc for colds: a randomised controlled trial", ""),
    ("Zinc for colds", "Adults were randomly assigned to zinc or placebo for 5 days."),
    ("Zinc for colds", "In a double-blind, placebo-controlled crossover trial, adults took zinc."),
    ("Zinc for colds", "METHODS: Patients were randomized to zinc (n = 20) or nothing."),
    ("Zinc for colds", "Patients, allocated at random to two groups, received zinc or usual care."),
]  # fmt: skip
OTHERS = [
    ("Zinc for colds: a systematic review of randomized trials",
     "We searched MEDLINE and Embase; 12 trials were included."),
    ("Common colds in Norway", "A random sample of households was asked in a survey."),
    ("Zinc in rats", "Rats were fed zinc. Randomly selected fields of tissue were examined."),
    ("Predicting colds", "A random forest was trained on hospital records of 2,000 adults."),
    ("Genes and zinc", "A Mendelian randomization study in a biobank cohort."),
    ("Zinc and anosmia: a case report", "We report a 50-year-old woman."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "abstract"), TRIALS)
def test_a_trial_is_seen_as_one(title, abstract):
    assert classify(title, abstract).sensitive
    assert classify(title, abstract).probability > 0.05
    assert max(span.weight for span in classify(title, abstract).evidence) > 0


@pytest.mark.parametrize(("title", "abstract"), OTHERS)
def test_other_uses_of_the_word_are_not_taken_for_trials(title, abstract):
    assert not classify(title, abstract).precise
    assert classify(title, abstract).probability < 0.05


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        ("patients were randomly allocated to zinc", {"chance", "mention"}),
        ("a nonrandomized comparison", set()),
        ("fields were randomly selected", set()),
        ("a random sample of adults", set()),
        ("quasi-randomized groups", {"mention"}),
        ("a sham-controlled study", {"blinding"}),
        ("previous randomized trials were included studies", {"mention", "review"}),
    ],
)
def test_chance_is_read_in_its_context(words, groups):
    assert {s.group for s in read("", words).sightings} == groups


def test_the_type_that_medline_gives_settles_it():
    plain = classify("Zinc for colds", "Zinc was given.")
    tagged = classify(
        "Zinc for colds", "Zinc was given.", ["Journal Article", "Randomized Controlled Trial"]
    )
    assert tagged.precise
    assert not plain.precise
    assert [s.words for s in tagged.evidence if s.field == "publication_types"] == [
        "Randomized Controlled Trial"
    ]
    review = classify("Zinc for colds", "Zinc was given.", ["Review"])
    assert review.probability < plain.probability


text = st.text(
    alphabet=st.sampled_from("aeRr randomised placebo\n-–İß1.,()"), max_size=80
) | st.lists(
    st.sampled_from(
        ["randomly allocated", "to", "Placebo", "or", "RCTs", "double–blind", "rats", "review"]
    )
).map(" ".join)


@given(text, text)
def test_every_span_stands_where_it_says(title, abstract):
    found = classify(title, abstract)
    assert 0 <= found.probability <= 1
    assert found.sensitive >= found.precise
    for span in found.evidence:
        held = title if span.field == "title" else abstract
        assert held[span.start : span.end] == span.words


@given(st.lists(st.tuples(text, text), max_size=5))
def test_many_at_once_are_as_one_by_one(texts):
    assert probabilities(texts).tolist() == pytest.approx(
        [classify(*each).probability for each in texts]
    )


def test_records_are_classified_with_their_types():
    record = Record(id="a", title="Zinc", types=("Randomized Controlled Trial",))
    [(same, found)] = classify_records([record])
    assert same is record
    assert found.precise
    assert "looks like a randomized trial" in str(found)


def test_spans_are_right_where_letters_are_longer_in_lower_case():
    # "İ" has two characters in lower case, "ß" two in upper case, and dashes are not hyphens.
    said = "İzmir – Straße: 40 patients were randomly allocated, double‐blind."
    found = classify("Ä–Ω", said)
    phrases = {span.words for span in found.evidence if span.field == "abstract"}
    assert {"randomly allocated", "double‐blind"} <= phrases
    assert all(said[s.start : s.end] == s.words for s in found.evidence if s.field == "abstract")


def test_types_of_many_records_count_as_those_of_one():
    texts = [("Zinc", ""), ("Zinc", ""), ("Zinc", "")]
    kinds = [("Randomized Controlled Trial",), ("Review",)]
    each = [classify(*text, types) for text, types in zip(texts, [*kinds, ()], strict=True)]
    assert probabilities(texts, kinds).tolist() == pytest.approx([e.probability for e in each])
