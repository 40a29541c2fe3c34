"""Planned analyses: rows in, every field of an analysis out."""

import dataclasses
from dataclasses import replace

import pytest

from ranvier.core.analysis import input_hash
from ranvier.errors import InputError
from ranvier.synthesis import analyse, analyse_all


def by_id(rows):
    return {row.id: row for row in rows}


def three(effect):
    return [
        None if x is None else round(x, 2) for x in (effect.estimate, effect.ci_lb, effect.ci_ub)
    ]


def test_the_published_recipe_gives_the_published_result(small):
    rows = by_id(small.STRENGTH)
    found = analyse(small.PUBLISHED, rows)
    assert three(found.effect) == [11.0, 2.86, 42.25]
    assert found.rows == ("azulay1994", "federico2000", "vandenberg1995")
    assert found.inputs == input_hash(small.PUBLISHED, small.STRENGTH[:3])
    assert (found.k, found.provenance) == (3, "derived")
    assert found.totals == {"events_1": 21, "n_1": 27, "events_2": 1, "n_2": 27}
    assert round(found.QE, 3) == 0.994
    assert sum(study.weight for study in found.studies) == pytest.approx(100)
    assert "azulay1994: 0.5 added to all four cells, also in the pooled sums" in found.notes
    assert found.scale == "log"


@pytest.mark.parametrize(("groups", "participants"), [("separate", 54), ("same_people", 27)])
def test_people_who_are_in_both_groups_count_once(small, groups, participants):
    rows = {id: replace(row, groups=groups) for id, row in by_id(small.STRENGTH).items()}
    assert analyse(small.PUBLISHED, rows).participants == participants


def test_a_study_without_events_is_left_out_of_a_ratio_and_said_so(small):
    found = analyse(small.PUBLISHED, by_id(small.DISABILITY))
    assert three(found.effect) == [3.0, 0.89, 10.12]
    assert found.k == 2
    assert found.studies[0].effect is None
    assert "left out" in found.studies[0].note


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"measure": "PETO", "method": "PETO"}, [5.09, 1.05, 24.73]),
        ({"measure": "RD", "double_zero": "keep"}, [0.28, 0.03, 0.53]),
        ({"method": "IV", "zero_cells": "half_individual"}, [2.53, 0.76, 8.43]),
        (
            {"method": "IV", "zero_cells": "half_individual", "model": "random", "tau2": "DL"},
            [2.53, 0.76, 8.43],
        ),
        ({"measure": "OR", "method": "exact", "interval": "exact"}, [5.98, 0.79, 79.40]),
    ],
    ids=str,
)
def test_each_recipe_gives_its_own_result(small, more, expected):
    assert three(analyse(small.spec(**more), by_id(small.DISABILITY)).effect) == expected


def test_random_effects_have_a_prediction_interval_and_tau2(small):
    rows = by_id([small.table("a", 4, 20, 8, 20), small.table("b", 9, 30, 6, 30),
                  small.table("c", 2, 25, 12, 25)])  # fmt: skip
    found = analyse(small.spec(method="IV", model="random", interval="hksj"), rows)
    assert found.tau2 > 0
    assert found.prediction.ci_lb < found.effect.estimate < found.prediction.ci_ub
    assert found.QE_df == 2


def test_pairs_give_an_odds_ratio_and_an_exact_test(small):
    row = small.row("hahn2013", "paired_binary", only_1=5, only_2=15, n=42)
    plan = {"design": "paired_binary", "measure": "OR", "method": "paired"}
    two = analyse(small.spec(**plan, interval="mcnemar_exact"), {row.id: row})
    one = analyse(small.spec(**plan, interval="mcnemar_exact", sides=1), {row.id: row})
    assert (round(two.p, 4), round(one.p, 4)) == (0.0414, 0.0207)
    assert three(two.effect) == [0.33, 0.09, 0.96]
    assert two.participants == 42


def test_pairs_without_an_event_under_one_condition_have_no_finite_ratio(small):
    row = small.row("a", "paired_binary", only_1=5, only_2=0, n=5)
    plan = small.spec(design="paired_binary", measure="OR", method="paired",
                      interval="mcnemar_exact")  # fmt: skip
    found = analyse(plan, {row.id: row})
    assert found.effect is None
    assert any("interval starts at" in note for note in found.notes)


def test_a_change_is_given_under_each_assumed_correlation(small):
    row = small.row(
        "kuwabara2018", "pre_post", mean_pre=85.6, sd_pre=8.7, mean_post=90.6, sd_post=12.8, n=11
    )
    plan = {"design": "pre_post", "measure": "MC", "method": "change"}
    found = analyse(small.spec(**plan, correlations=(0.3, 0.5, 0.7)), {row.id: row})
    assert list(found.by_correlation) == ["0.3", "0.5", "0.7"]
    assert found.effect == found.by_correlation["0.5"]
    assert round(found.effect.estimate, 6) == 5.0
    widths = [e.ci_ub - e.ci_lb for e in found.by_correlation.values()]
    assert widths == sorted(widths, reverse=True)
    assert any("not reported" in note for note in found.notes)
    with pytest.raises(InputError, match="State correlations"):
        analyse(small.spec(**plan), {row.id: row})


def test_proportions_of_several_studies_stand_side_by_side(small):
    rows = [
        small.row("a", "proportion", events=14, n=20),
        small.row("b", "proportion", events=3, n=4),
    ]
    plan = small.spec(design="proportion", measure="PR", method="proportion",
                      interval="clopper_pearson")  # fmt: skip
    one = analyse(plan, by_id(rows[:1]))
    assert three(one.effect) == [0.7, 0.46, 0.88]
    both = analyse(plan, by_id(rows))
    assert both.effect is None
    assert three(both.studies[0].effect) == [0.7, 0.46, 0.88]


def test_spreads_are_derived_from_intervals_and_p_values(small):
    rows = [
        small.row("harbo2009", "two_arm_continuous", mean_1=3.6, ci_lb_1=-3.6, ci_ub_1=10.9, n_1=9,
                  mean_2=4.3, ci_lb_2=-1.3, ci_ub_2=10.0, n_2=9),
        small.row("hahn2013", "paired_continuous", mean_difference=35.13, p=0.005, n=42),
        small.row("page", "contrast", estimate=22.3, ci_lb=9.92, ci_ub=34.67, measure="MD"),
    ]  # fmt: skip
    means = analyse(small.spec(design="two_arm_continuous", measure="MD", method="IV"), by_id(rows))
    assert three(means.effect) == [-0.7, -8.51, 7.11]
    assert any("by t with n - 1" in note for note in means.notes)
    pairs = analyse(small.spec(design="paired_continuous", measure="MD", method="IV"), by_id(rows))
    assert pairs.p == pytest.approx(0.005)
    assert pairs.effect.ci_lb > 0
    page = analyse(small.spec(design="contrast", measure="MD", method="IV"), by_id(rows))
    assert round(page.se, 3) == 6.314
    assert page.p < 0.001


def test_a_narrative_has_no_numbers(small):
    row = small.row("a", "narrative", finding="no difference", provenance="found")
    found = analyse(small.spec(design="narrative", measure="none", method="none"), {"a": row})
    assert found.effect is None
    assert found.provenance == "found"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"measure": "XY"}, "There is no effect measure of two arms 'XY'. Known are RR, OR, RD"),
        ({"method": "IV", "interval": "bogus"}, "Known are wald"),
        ({"method": "IV", "model": "random", "tau2": "bogus"}, "Known are DL"),
        ({"measure": "SMD", "design": "paired_continuous", "method": "IV"}, "has no rows"),
        ({"rows": ("nobody",)}, "rows that do not exist: nobody"),
        ({"rows": ("azulay1994:pairs",)}, "of design paired_binary"),
        ({"measure": "RR", "method": "exact"}, "gives an odds ratio"),
        ({"measure": "RR", "method": "PETO"}, "gives an odds ratio"),
        ({"method": "paired"}, "Known are MH, IV, PETO, exact"),
        ({"interval": "hksj"}, "Use interval wald, or method IV"),
        ({"outcome": "x"}, "has no rows"),
    ],
    ids=str,
)
def test_what_cannot_be_computed_says_why_and_what_to_do(small, plan, said):
    plan = {"design": "two_arm_binary", **plan}
    spec = small.spec(**{k: v for k, v in plan.items() if k != "outcome"})
    if "outcome" in plan:
        spec = dataclasses.replace(spec, outcome=plan["outcome"])
    with pytest.raises(InputError, match="'a'") as caught:
        analyse(spec, by_id(small.STRENGTH))
    assert said in str(caught.value)


def test_a_row_that_lacks_a_number_is_named(small):
    row = small.row("a", events_1=1, n_1=2, events_2=1)
    with pytest.raises(InputError, match="row 'a' has no number 'n_2'"):
        analyse(small.spec(), {"a": row})


def test_estimates_of_different_measures_are_not_mixed(small):
    row = small.row("a", "contrast", estimate=0.5, ci_lb=0.2, ci_ub=0.9, measure="HR")
    with pytest.raises(InputError, match="gives a HR"):
        analyse(small.spec(design="contrast", measure="RR", method="IV"), {"a": row})


def test_all_planned_analyses_run_in_order_and_those_without_rows_wait(small):
    specs = (small.PUBLISHED, small.spec("other"), small.spec("none", design="contrast"))
    found = analyse_all(small.review(small.STRENGTH, specs))
    assert list(found) == ["published", "other"]
    assert found["published"].participants == 54
    parallel = analyse_all(small.review(small.STRENGTH, specs, design="parallel groups"))
    assert parallel["published"].participants == 54


def test_a_single_estimate_keeps_the_interval_that_was_printed(small):
    row = small.row("x", "contrast", estimate=22.3, ci_lb=9.92, ci_ub=34.67, measure="MD")
    found = analyse(small.spec(design="contrast", measure="MD", method="IV"), by_id([row]))
    assert (found.effect.estimate, found.effect.ci_lb, found.effect.ci_ub) == (22.3, 9.92, 34.67)
    assert found.studies[0].effect == found.effect
