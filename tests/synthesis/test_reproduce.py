"""Published results recomputed: what agrees, what does not, and what cannot be computed."""

import copy
import json
import os
from pathlib import Path

import pytest

from ranvier.errors import InputError, RuleError
from ranvier.synthesis import parse_published, reproduce

HERE = Path(__file__).resolve()
PINNED = HERE.parents[1] / "reference" / "published.json"
REFERENCE = Path(os.environ.get("RANVIER_REFERENCE", HERE.parents[3] / "shared" / "reference"))
SHARED = REFERENCE / "mmn" / "published.json"


def entries(path=PINNED):
    return {entry["id"]: entry for entry in json.loads(path.read_text("utf-8"))["results"]}


def changed(id, **more):
    return {**copy.deepcopy(entries()[id]), **more}


def result(design, rows, analysis, printed, **more):
    return {
        "id": "x", "design": design, "rows": rows, "analysis": analysis, "printed": printed, **more,
    }  # fmt: skip


def share(events, n, printed, **more):
    rows = [{"study": "s", "events": events, "n": n}]
    return result("proportion", rows, {"measure": "PR"}, {"estimate": printed}, **more)


@pytest.mark.parametrize("entry", entries().values(), ids=entries())
def test_pinned_results_come_out_as_expected_with_their_controls(entry):
    found = reproduce(entry)
    assert found.as_expected, found.why
    assert all(figure.agrees for control in found.controls for figure in control.figures)


@pytest.mark.skipif(
    not SHARED.exists(), reason=f"no file at {SHARED}; set RANVIER_REFERENCE to its folder"
)
def test_all_results_of_the_reference_file_come_out_as_expected():
    results = parse_published(SHARED.read_bytes(), file=SHARED.name)
    found = [reproduce(one) for one in results]
    assert len(found) == 14
    assert [one.id for one in found if not one.as_expected] == []
    assert [one.id for one in found if one.status == "disagrees"] == ["tec_rate", "matsui_rate"]
    assert sum(len(one.controls) for one in found) == sum(
        len(entry.get("controls", ())) for entry in entries(SHARED).values()
    )


def test_a_wrong_print_that_nobody_announced_is_not_as_expected():
    found = reproduce(share(25, 47, "54.2%"))
    assert (found.status, found.as_expected) == ("disagrees", False)
    assert found.why.startswith("25 of 47 is 53.2%, printed 54.2%.")


def test_a_share_one_unit_beside_agrees_and_is_said_unless_announced_as_wrong():
    found = reproduce(share(3, 61, "4.91%"))
    assert (found.status, found.as_expected) == ("agrees", True)
    assert "beside: estimate (4.92% for 4.91%)" in found.why
    found = reproduce(share(3, 61, "4.91%", expect="disagree"))
    assert (found.status, found.as_expected) == ("disagrees", True)
    assert "truncated" in found.why


def test_what_the_schema_leaves_open_is_the_plain_effect_or_test():
    assert reproduce(
        result("proportion", [{"events": 6, "n": 20}], {}, {"estimate": "30%"})
    ).as_expected
    pairs = [{"only_1": 5, "only_2": 15, "n": 42}]
    assert reproduce(result("paired", pairs, {"measure": "OR"}, {"estimate": "0.33"})).as_expected
    table = [{"events_1": 5, "n_1": 20, "events_2": 12, "n_2": 21}]
    z = result("two_arm", table, {"test": "z"}, {"z": "-2.10", "p": "0.036"})
    assert reproduce(z).as_expected, reproduce(z).figures


def test_each_arm_may_give_its_spread_in_its_own_way():
    row = {"mean_1": 10.2, "sd_1": 3.1, "n_1": 20, "mean_2": 8.1, "ci_2": [6.9, 9.3], "n_2": 22}
    mixed = reproduce(result("two_means", [row], {"measure": "MD"}, {"estimate": "2.10"}))
    assert mixed.as_expected, mixed.why


def test_an_estimate_outside_its_own_interval_is_refused():
    row = {"estimate": 5, "ci_lb": 1, "ci_ub": 3}
    with pytest.raises(InputError, match="outside its interval"):
        reproduce(result("estimate", [row], {"measure": "MD", "test": "z"}, {"p": "0.001"}))


def test_a_right_print_that_is_announced_as_wrong_is_not_as_expected():
    found = reproduce(share(21, 27, "78%", expect="disagree"))
    assert (found.status, found.as_expected) == ("agrees", False)
    assert "ours are the same" in found.why


@pytest.mark.parametrize(
    ("printed", "agrees"), [("11.00", True), ("11.01", True), ("11.02", False), ("10.98", False)]
)
def test_a_pooled_estimate_may_be_one_unit_beside_and_no_more(printed, agrees):
    entry = changed("strength_2005", printed={"estimate": printed})
    found = reproduce(entry)
    assert found.as_expected is agrees
    assert ("beside" in found.why) == (printed == "11.01")


def test_a_share_that_lies_between_two_prints_agrees_with_both():
    assert reproduce(share(1, 8, "12%")).as_expected
    assert reproduce(share(1, 8, "13%")).as_expected
    assert "beside" not in reproduce(share(1, 8, "13%")).why
    assert not reproduce(share(1, 8, "15%")).as_expected


def test_a_control_that_gives_something_else_is_named():
    entry = changed("strength_2005")
    entry["controls"][0]["gives"]["estimate"] = "20.00"
    found = reproduce(entry)
    assert (found.status, found.as_expected) == ("agrees", False)
    assert "should be 20.00, ours is 21.00" in found.why


@pytest.mark.parametrize(
    "analysis",
    [
        {"measure": "XY", "method": "MH"},
        {"measure": "RR", "method": "MAGIC"},
        {"measure": "RR", "method": "MH", "interval": "bogus"},
        {"measure": "RR", "method": "MH", "zero_cells": "bogus"},
        {"measure": "RR", "method": "MH", "double_zero": "bogus"},
        {"measure": "RR", "method": "MH", "test": "bogus"},
        {"measure": "RR", "method": "MH", "shrinkage": "yes"},
        {"measure": "RR", "method": "random"},
        {"measure": "RR"},
        {"measure": "SMD", "method": "IV"},
        {"measure": "RR", "method": "DL", "tau2": "REML"},
        {"measure": "RR", "method": "IV", "model": "common", "tau2": "DL"},
    ],
    ids=str,
)
def test_what_nobody_knows_is_not_computable_and_never_passed(analysis):
    for expect in ("agree", "disagree"):
        found = reproduce(changed("strength_2005", analysis=analysis, expect=expect, controls=[]))
        assert (found.status, found.as_expected) == ("not_computable", False)
        assert found.why.startswith("Not computable: ")


def test_an_unknown_design_or_figure_is_not_computable():
    assert reproduce(changed("tec_rate", design="survival")).status == "not_computable"
    found = reproduce(changed("tec_rate", printed={"hazard": "0.5"}))
    assert (found.status, found.as_expected) == ("not_computable", False)
    found = reproduce(share(14, 20, "70%") | {"printed": {"ci_lb": "0.46"}})
    assert "Name the interval" in found.why


def test_a_ratio_that_does_not_exist_disagrees_and_says_not_estimable():
    rows = [{"study": "s", "events_1": 3, "n_1": 9, "events_2": 0, "n_2": 9}]
    analysis = {"measure": "RR", "method": "MH", "zero_cells": "none"}
    found = reproduce(result("two_arm", rows, analysis, {"estimate": "7.00"}))
    assert (found.status, found.figures[0].ours) == ("disagrees", "not estimable")
    assert "with 0.5 added" in found.why or "Suggestion" not in found.why


@pytest.mark.parametrize(
    ("entry", "suggestion"),
    [
        (share(25, 47, "54.2%"), "26 of 48 would give the printed figure"),
        (share(2, 3, "66%", expect="disagree"), "truncated, not rounded"),
        (
            result("paired", [{"only_1": 5, "only_2": 15, "n": 42}],
                   {"test": "mcnemar_exact", "sides": 2}, {"p": "0.021"}),
            "equals the one-sided test",
        ),
        (
            changed("disability_2005", controls=[],
                    printed={"estimate": "0.33", "ci_lb": "0.10", "ci_ub": "1.12"}),
            "equals the comparison the other way round",
        ),
        (
            changed("strength_2005", printed={"estimate": "19.35", "ci_ub": "56.22"}, controls=[]),
            "equals the Peto odds ratio",
        ),
        (
            changed("leger2008_responders", printed={"ci_lb": "0.48", "ci_ub": "0.85"}),
            "equals the interval wilson",
        ),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_the_one_slip_that_explains_a_print_is_suggested(entry, suggestion):
    found = reproduce(entry)
    assert (found.status, found.as_expected) == ("disagrees", "expect" in entry)
    assert f"Suggestion: {suggestion}." in found.why


HARBO = {
    "mean_1": 3.6,
    "ci_1": [-3.6, 10.9],
    "n_1": 9,
    "mean_2": 4.3,
    "ci_2": [-1.3, 10.0],
    "n_2": 9,
}
BY_SD = {"mean_1": 5.0, "sd_1": 2.0, "n_1": 25, "mean_2": 4.0, "sd_2": 2.0, "n_2": 25}


@pytest.mark.parametrize("names", [None, "ci_lb_1 ci_ub_1", "ci_1_lb ci_1_ub", "lower_1 upper_1"])
def test_standard_deviations_follow_from_intervals_by_t(names):
    row = dict(HARBO)
    if names is not None:
        for group in ("1", "2"):
            low, high = (name.replace("1", group) for name in names.split())
            row[low], row[high] = row.pop(f"ci_{group}")
    printed = {"estimate": "−0.70", "sd_1": "9.43", "sd_2": "7.35", "p": "0.86"}
    found = reproduce(result("two_means", [row], {"measure": "MD", "test": "t"}, printed))
    assert found.as_expected, found.why


@pytest.mark.parametrize(
    ("analysis", "printed"),
    [
        ({"measure": "MD", "method": "IV"}, {"estimate": "1.00", "ci_lb": "-0.11", "se": "0.566"}),
        ({"measure": "MD", "test": "t"}, {"t": "1.77", "df": "48", "p": "0.08"}),
        ({"measure": "SMD", "method": "IV"}, {"estimate": "0.49"}),
    ],
    ids=str,
)
def test_two_means_give_difference_standardised_difference_and_t_test(analysis, printed):
    found = reproduce(result("two_means", [BY_SD], analysis, printed))
    assert found.as_expected, found.why


def test_a_ratio_with_its_interval_is_tested_on_the_log_scale():
    rows = [{"study": "s", "estimate": 0.5, "ci_lb": 0.25, "ci_ub": 1.0}]
    analysis = {"measure": "HR", "test": "z", "sides": 2}
    printed = {"p": "0.05", "z": "-1.96", "se": "0.354"}
    assert reproduce(result("estimate", rows, analysis, printed)).as_expected


def test_several_estimates_are_pooled_with_random_effects_by_name():
    rows = [
        {"study": s, "estimate": y, "se": v**0.5}
        for s, y, v in (("a", 0.10, 0.03), ("b", 0.30, 0.03), ("c", 0.35, 0.05), ("d", 0.65, 0.01))
    ]
    printed = {"estimate": "0.3740", "tau2": "0.0506", "k": "4"}
    for analysis in ({"method": "DL"}, {"method": "IV", "model": "random", "tau2": "DL"}):
        found = reproduce(result("estimate", rows, {"measure": "MD"} | analysis, printed))
        assert found.as_expected, found.why
    wider = reproduce(
        result("estimate", rows, {"measure": "MD", "method": "DL", "interval": "hksj"}, printed)
    )
    assert wider.as_expected


@pytest.mark.parametrize(
    ("analysis", "printed"),
    [
        ({"test": "fisher"}, {"p": "0.039"}),
        ({"test": "fisher", "sides": 1}, {"p": "0.0196"}),
        ({"test": "chi2"}, {"p": "0.019", "chi2": "5.49"}),
        ({"test": "chi2_corrected"}, {"p": "0.040", "stat": "4.20"}),
        ({"measure": "RD", "method": "IV"}, {"estimate": "33.3%", "nnt": "3", "risk_1": "75%"}),
        (
            {"measure": "OR", "interval": "exact"},
            {"estimate": "4.07", "ci_lb": "1.06", "ci_ub": "17.47", "p": "0.039"},
        ),
    ],
    ids=str,
)
def test_one_table_has_its_tests(analysis, printed):
    """Numbers by scipy.stats: fisher_exact, chi2_contingency, contingency.odds_ratio."""
    rows = [{"study": "s", "events_1": 18, "n_1": 24, "events_2": 10, "n_2": 24}]
    found = reproduce(result("two_arm", rows, analysis, printed))
    assert found.as_expected, found.why


def test_percent_and_share_are_told_apart():
    rows = [{"study": "s", "events": 14, "n": 20}]
    analysis = {"measure": "PR", "interval": "clopper_pearson"}
    for printed in (
        {"estimate": "70%", "ci_lb": "0.46", "ci_ub": "0.88"},
        {"estimate": "70", "ci_lb": "45.7", "ci_ub": "88.1"},
        {"estimate": "0.70", "ci": ["0.46", "0.88"]},
        {"estimate": "70%", "ci": "0.46 to 0.88"},
        {"estimate": "70%", "ci": "(46%–88%)"},
        {"estimate": "70 %", "ci_lb": "46 %", "ci_ub": "88 %"},
    ):
        assert reproduce(result("proportion", rows, analysis, printed)).as_expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no list 'results'"),
        (b'{"results": {}}', "no list 'results'"),
    ],
    ids=["cut", "bytes", "deep", "list", "object"],
)
def test_a_file_that_is_none_is_refused(data, said):
    with pytest.raises(InputError, match=said) as caught:
        parse_published(data, file="mine.json")
    assert "mine.json" in str(caught.value)


GOOD = share(3, 61, "4.91%")
BROKEN = {
    "no object": ("x", "not an object"),
    "no id": ({k: v for k, v in GOOD.items() if k != "id"}, "has no id"),
    "no design": ({k: v for k, v in GOOD.items() if k != "design"}, "has no design"),
    "no rows": ({**GOOD, "rows": []}, "has no rows"),
    "row no object": ({**GOOD, "rows": [3]}, "is not an object"),
    "no analysis": ({**GOOD, "analysis": None}, "has no analysis"),
    "no printed": ({**GOOD, "printed": {}}, "no printed figures"),
    "number printed": ({**GOOD, "printed": {"estimate": 4.91}}, "write it as a string"),
    "words printed": ({**GOOD, "printed": {"estimate": "about 5"}}, "not a printed figure"),
    "too many events": (share(62, 61, "1%"), "more than n"),
    "negative": (share(-1, 61, "1%"), "whole number, 0 or more"),
    "half a person": (share(1.5, 61, "1%"), "whole number, 0 or more"),
    "nobody": (share(0, 0, "1%"), "leave out"),
    "text count": (share("3", 61, "1%"), "without quotes"),
    "not finite": (share(float("nan"), 61, "1%"), "not a finite number"),
    "huge": (share(10**400, 61, "1%"), "not a finite number"),
    "true": (share(True, 61, "1%"), "not a number"),
    "lacks n": ({**GOOD, "rows": [{"events": 3}]}, "lacks n"),
    "unknown field": ({**GOOD, "rows": [{"events": 3, "n": 61, "foo": 1}]}, "does not know 'foo'"),
    "expects": ({**GOOD, "expect": "maybe"}, "'agree' or 'disagree'"),
    "bad sides": ({**GOOD, "analysis": {"measure": "PR", "sides": 3}}, "sides is 3"),
    "bad measure": ({**GOOD, "analysis": {"measure": 3}}, "measure is 3"),
    "controls": ({**GOOD, "controls": {}}, "controls are not a list"),
    "control empty": ({**GOOD, "controls": [{}]}, "needs an analysis"),
    "interval upside down": (
        result("estimate", [{"estimate": 1, "ci_lb": 2, "ci_ub": 0.5}],
               {"measure": "RR", "test": "z"}, {"p": "0.5"}),
        "is not below",
    ),
    "no spread": (
        result("two_means", [{"mean_1": 1, "n_1": 5, "mean_2": 2, "n_2": 5}], {"measure": "MD"},
               {"estimate": "-1"}),
        "has no spread",
    ),
    "pairs above n": (
        result("paired", [{"only_1": 5, "only_2": 5, "n": 9}], {"test": "mcnemar"}, {"p": "1"}),
        "more than n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_result_is_named_with_file_and_remedy(entry, said):
    with pytest.raises(RuleError, match=said) as caught:
        parse_published({"results": [GOOD | {"id": "good"}, entry]}, file="mine.json")
    assert "mine.json" in str(caught.value)
    assert "'x'" in str(caught.value) or "result 2" in str(caught.value)


def test_two_results_of_one_name_are_refused_and_all_problems_are_listed_at_once():
    with pytest.raises(RuleError) as caught:
        parse_published({"results": [GOOD, GOOD, share(9, 5, "1%") | {"id": "y"}]})
    assert len(caught.value.problems) == 2
