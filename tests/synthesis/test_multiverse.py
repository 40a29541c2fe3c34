"""The multiverse: what the MMN facts say whatever is chosen, and what depends on the choice."""

import dataclasses

import pytest

from ranvier.errors import InputError
from ranvier.synthesis import multiverse
from ranvier.synthesis.universes.verdict import decides


def estimates(found, measure, subset=None):
    return [
        u.effect.estimate
        for u in found.universes
        if u.effect and u.choices["measure"] == measure and subset in (None, u.choices["subset"])
    ]


def test_strength_holds_up_everywhere_while_its_size_depends_on_the_recipe(small):
    found = multiverse(small.review(small.STRENGTH), "c", "o")
    known = [u for u in found.universes if u.effect is not None]
    assert len(known) > 100
    assert all(u.favours == 1 for u in known)
    ratios = estimates(found, "RR", "all")
    assert min(ratios) == pytest.approx(8.63, abs=0.005)
    assert max(ratios) == pytest.approx(21.0)
    assert any(x == pytest.approx(11.0) for x in ratios)
    assert found.summary.startswith(f"All {len(known)} estimates favour IVIg.")
    assert "With all studies (RR 8.63 to 21) it depends most on the zero-cell rule" in found.summary


def test_whether_disability_is_significant_depends_on_the_effect_measure(small):
    found = multiverse(small.review(small.DISABILITY), "c", "o")
    with_all = [u for u in found.universes if u.choices["subset"] == "all"]
    said = {m: [u.excludes_null for u in with_all if u.choices["measure"] == m]
            for m in ("RR", "OR", "PETO", "RD")}  # fmt: skip
    assert not any(said["RR"])
    assert not any(said["OR"])
    assert all(said["RD"])
    assert all(said["PETO"])
    shares = {
        name: decides(found.universes, name, lambda u: float(u.excludes_null))
        for name in found.dimensions
    }
    assert max(shares, key=shares.get) == "measure"
    assert "depends most on the effect measure" in found.summary


def test_the_published_analysis_is_marked_once(small):
    found = multiverse(small.review(small.STRENGTH), "c", "o")
    marked = [u for u in found.universes if u.matches]
    assert [u.matches for u in marked] == [("published",)]
    assert marked[0].choices["zero cells"] == "half also when pooling"
    assert marked[0].effect.estimate == pytest.approx(11.0)


def test_a_planned_analysis_outside_the_choices_is_added(small):
    rows = [small.row("hahn2013", "paired_binary", only_1=5, only_2=15, n=42)]
    plan = {"design": "paired_binary", "measure": "OR", "method": "paired"}
    specs = [small.spec("two", **plan, interval="mcnemar_exact"),
             small.spec("one", **plan, interval="mcnemar_exact", sides=1)]  # fmt: skip
    found = multiverse(small.review(rows, specs, outcome=small.lower_is_better()), "c", "o")
    marks = {match: u for u in found.universes for match in u.matches}
    assert round(marks["two"].p, 3) == 0.041
    assert round(marks["one"].p, 3) == 0.021
    assert marks["one"].choices["sides"] == "one-sided"
    assert all(u.favours == 1 for u in found.universes)


def test_no_two_universes_have_the_same_choices_and_each_choice_is_listed(small):
    for rows in (small.STRENGTH, small.DISABILITY):
        found = multiverse(small.review(rows), "c", "o")
        chosen = [tuple(u.choices.items()) for u in found.universes]
        assert len(set(chosen)) == len(chosen)
        for name, choices in found.dimensions.items():
            assert {u.choices[name] for u in found.universes if name in u.choices} == set(choices)


def test_studies_are_left_out_one_by_one_and_other_sources_take_their_place(small):
    found = multiverse(small.review(small.STRENGTH), "c", "o")
    assert set(found.dimensions["subset"]) == {
        "all",
        "without azulay1994",
        "without federico2000",
        "without vandenberg1995",
        "with vandenberg1995: vandenberg1995:response",
    }
    assert set(found.dimensions["data"]) == {"two groups", "pairs"}


def test_weak_figures_are_left_out_in_one_choice(small):
    rows = [small.table("a", 4, 20, 8, 20, provenance="found"),
            small.table("b", 3, 20, 9, 20, provenance="found"),
            small.table("c", 2, 20, 9, 20, provenance="recalled")]  # fmt: skip
    found = multiverse(small.review(rows), "c", "o")
    # Leaving out what is recalled is the same as leaving out c: one choice, under its first name.
    assert "without c" in found.dimensions["subset"]
    assert found.provenance == "recalled"


def test_a_single_proportion_varies_by_interval_and_denominator(small):
    enrolled = small.row("k", "proportion", events=11, n=13)
    completed = small.row("k:completers", "proportion", events=11, n=11, alternative_to="k")
    rows = [enrolled, completed]
    plan = small.spec("p", design="proportion", measure="PR", method="proportion",
                      interval="clopper_pearson")  # fmt: skip
    found = multiverse(small.review(rows, [plan]), "c", "o")
    assert set(found.dimensions) == {"interval", "subset"}
    assert "without a comparison" in found.summary
    assert not any(u.excludes_null or u.favours for u in found.universes)


def test_a_change_varies_by_correlation(small):
    rows = [
        small.row("k", "pre_post", mean_pre=85.6, sd_pre=8.7, mean_post=90.6, sd_post=12.8, n=11)
    ]
    plan = small.spec("c", design="pre_post", measure="MC", method="change", correlations=(0.5,))
    found = multiverse(small.review(rows, [plan]), "c", "o")
    assert found.dimensions == {"correlation": ("0.3", "0.5", "0.7", "0.9")}
    assert [u.matches for u in found.universes] == [(), ("c",), (), ()]


def test_there_is_none_where_nothing_can_be_varied(small):
    rows = [small.row("a", "narrative", finding="no difference", provenance="found")]
    plan = small.spec("n", design="narrative", measure="none", method="none")
    assert multiverse(small.review(rows, [plan]), "c", "o") is None
    assert multiverse(small.review([], []), "c", "o") is None
    with pytest.raises(InputError, match="no outcome 'x'"):
        multiverse(small.review(rows, [plan]), "c", "x")


def test_turning_the_direction_turns_the_side_and_nothing_else(small):
    one = multiverse(small.review(small.DISABILITY), "c", "o")
    other = multiverse(small.review(small.DISABILITY, outcome=small.lower_is_better()), "c", "o")
    turned = [dataclasses.replace(u, favours=-u.favours) for u in other.universes]
    assert turned == list(one.universes)
    assert "favour placebo" in other.summary
