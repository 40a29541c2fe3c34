"""Where pooling is on the edge: one study, two maxima, no spread, empty cells, bad input."""

import warnings

import numpy as np
import pytest

from ranvier.errors import InputError, NumericalWarning
from ranvier.stats import (
    ZERO_CELLS,
    confint_tau2,
    cumul,
    escalc,
    gosh,
    meta_regression,
    rma,
    rma_mh,
    rma_mh_rates,
    rma_peto,
)


@pytest.mark.parametrize(
    ("yi", "vi", "tau2"),
    [
        ([0, 0, 0, 0, 1], [1, 1, 1, 1, 1 / 8], 0.0868745),
        ([0, 0, 0, 2.5, 0.25, -2], [1, 1, 1, 1.5, 0.125, 1], 0.259336),
    ],
)
def test_reml_finds_the_root_that_scoring_jumps_across(yi, vi, tau2) -> None:
    assert rma(yi, vi).tau2 == pytest.approx(tau2, rel=5e-6)


@pytest.mark.parametrize(
    ("yi", "vi", "at_zero"),
    [
        ([0.1, -0.5, -0.3, -2.2], [0.14, 0.01, 0.04, 0.27], False),
        ([2.8, -0.8, -3.1, 0.9], [2.13, 0.09, 7.18, 8.99], True),
    ],
)
def test_of_two_maxima_the_higher_is_taken_and_the_other_is_mentioned(yi, vi, at_zero) -> None:
    fit = rma(yi, vi, method="ML")
    grid = [
        rma(yi, vi, method="ML", tau2=float(t)).fit.loglik
        for t in np.r_[0, np.geomspace(1e-5, 60, 300)]
    ]
    heights = np.array(grid)
    inner = (heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:])
    assert inner.sum() + (heights[0] > heights[1]) == 2
    assert fit.fit.loglik >= heights.max() - 1e-9
    assert (fit.tau2 == 0) == at_zero
    assert fit.notes == ("the likelihood of tau2 has 2 maxima; the highest is taken",)


def test_one_study_is_itself_and_says_what_cannot_be_known() -> None:
    fit = rma([0.4], [0.04])
    assert (fit.estimate, fit.se, fit.tau2, fit.k) == (0.4, pytest.approx(0.2), 0.0, 1)
    assert fit.pi_lb is None
    assert fit.QEp == 1.0
    assert fit.notes == ("one study: tau2 cannot be estimated and is taken as 0",)
    hartung = rma([0.4], [0.04], test="knha")
    assert (hartung.se, hartung.pval, hartung.ci_lb) == (None, None, None)
    assert "no degree of freedom" in hartung.notes[-1]
    assert "–" in str(hartung)


def test_two_studies_have_a_prediction_interval_by_one_degree_of_freedom() -> None:
    fit = rma([0.0, 1.0], [0.1, 0.1], method="DL")
    assert fit.tau2 == pytest.approx(0.4)
    half = 12.706204736432095 * np.sqrt(fit.se**2 + fit.tau2)
    assert fit.pi_ub == pytest.approx(fit.estimate + half, rel=1e-9)


def test_equal_effects_have_no_spread_and_no_hartung_test() -> None:
    fit = rma([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], test="knha")
    assert (fit.tau2, fit.se, fit.stat, fit.pval) == (0.0, 0.0, None, None)
    assert any("all effects are equal" in note for note in fit.notes)


def test_rows_without_an_effect_are_left_out_by_name() -> None:
    fit = rma([0.1, np.nan, 0.5], [0.1, 0.1, np.nan], method="EE")
    assert (fit.k, fit.estimate) == (1, pytest.approx(0.1))
    assert fit.notes == (
        "study 2: left out, no effect or no variance",
        "study 3: left out, no effect or no variance",
    )
    np.testing.assert_array_equal(np.isnan(fit.weights), [False, True, True])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"yi": [1, 2], "vi": [1, -1]}, "vi must be positive; it is not at rows 2"),
        ({"yi": [1, 2], "vi": [1, 0]}, "Did you pass sei or N?"),
        ({"yi": [1, 2, 3], "vi": [1, 1]}, "same number of rows"),
        ({"yi": [1, np.inf], "vi": [1, 1]}, "infinite at rows 2"),
        ({"yi": [1, 2]}, "either vi or sei"),
        ({"yi": [1, 2], "vi": [1, 1], "sei": [1, 1]}, "either vi or sei"),
        ({"yi": [1, 2], "sei": [1, -1]}, "sei must be positive"),
        ({"yi": [np.nan], "vi": [1]}, "No study has both"),
        ({"yi": [1, 2], "vi": [1, 1], "level": 95}, "level must be between 0 and 1"),
        ({"yi": [1, 2], "vi": [1, 1], "method": "MAGIC"}, "method must be one of"),
        ({"yi": [1, 2], "vi": [1, 1], "test": "f"}, "test must be one of"),
        ({"yi": [1, 2], "vi": [1, 1], "method": "GENQ"}, "needs weights"),
        ({"yi": [1, 2], "vi": [1, 1], "weights": [1, -1]}, "weights must not be negative"),
        ({"yi": ["a", 2], "vi": [1, 1]}, "yi must be numbers"),
    ],
)
def test_bad_input_is_refused_with_what_and_where(arguments, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        rma(**arguments)


def test_variances_far_apart_are_warned_about_and_kept_as_a_note() -> None:
    with pytest.warns(NumericalWarning, match="times the smallest"):
        fit = rma([0.1, 0.2, 0.3], [1e-5, 1.0, 1e3], method="DL")
    assert any("times the smallest" in note for note in fit.notes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rma([0.1, 0.2, 0.3], [1e-3, 1.0, 1e3], method="DL")


def test_equal_weights_give_the_plain_mean() -> None:
    fit = rma([0.0, 1.0, 5.0], [0.1, 1.0, 3.0], method="EE", weights=[1, 1, 1])
    assert fit.estimate == pytest.approx(2.0)
    assert fit.se == pytest.approx(np.sqrt(4.1) / 3)


def test_percent_weights_sum_to_a_hundred() -> None:
    assert rma([0.1, 0.9, 0.3], [0.1, 0.2, 0.3]).weights.sum() == pytest.approx(100)


def test_an_empty_margin_leaves_a_pooled_ratio_undefined_not_infinite() -> None:
    fit = rma_mh([3, 2], [7, 8], [0, 0], [10, 10], measure="RR")
    assert (fit.estimate, fit.se, fit.ci_lb, fit.pval) == (None, None, None, None)
    assert any("not defined" in note for note in fit.notes)
    assert "–" in str(fit)


def test_only_double_zero_studies_cannot_be_pooled() -> None:
    with pytest.raises(InputError, match="all are without events"):
        rma_mh([0, 0], [5, 5], [0, 0], [5, 5], measure="RR", zero_cells="half_also_when_pooling")
    with pytest.raises(InputError, match="nothing to compare"):
        rma_peto([0, 0], [5, 5], [0, 0], [5, 5])


def test_a_risk_difference_keeps_studies_without_events() -> None:
    for name in ZERO_CELLS:
        fit = rma_mh([0, 4], [20, 16], [0, 2], [20, 18], measure="RD", zero_cells=name)
        assert fit.estimate == pytest.approx(0.05)
        assert fit.k == 2


def test_every_convention_says_what_it_does_in_a_sentence() -> None:
    for name, convention in ZERO_CELLS.items():
        assert convention.name == name
        assert len(convention.says.split()) > 8
        assert convention.says.endswith(".")


def test_greenland_and_robins_and_sato_differ_for_risk_differences() -> None:
    counts = ([0, 3, 4], [5, 3, 3], [0, 0, 2], [5, 6, 5])
    sato = rma_mh(*counts, measure="RD")
    revman = rma_mh(*counts, measure="RD", rd_variance="greenland_robins")
    assert sato.estimate == revman.estimate
    assert round(sato.ci_lb, 3) == 0.027  # published control of the review
    assert revman.se < sato.se


def test_peto_gives_weight_zero_to_studies_without_events() -> None:
    fit = rma_peto([0, 3], [5, 3], [0, 1], [5, 5])
    assert fit.weights.tolist() == [0.0, 100.0]
    assert fit.notes == ("study 1: no events, or no non-events; weight 0",)


def test_rates_with_an_empty_count_are_corrected_for_their_own_effect_only() -> None:
    fit = rma_mh_rates([0, 4], [10, 10], [3, 8], [10, 10])
    assert fit.estimate == pytest.approx(np.log(4 / 11))
    assert fit.notes == ("study 1: 0.5 added to both counts, for its own effect",)


def test_counts_cannot_be_negative_missing_or_larger_than_the_group() -> None:
    with pytest.raises(InputError, match="ai must not be negative; it is at rows 1"):
        rma_mh([-1, 2], [5, 5], [1, 1], [5, 5])
    with pytest.raises(InputError, match="ci is missing at rows 2"):
        rma_mh([1, 2], [5, 5], [1, np.nan], [5, 5])
    with pytest.raises(InputError, match="ai must not exceed n1i"):
        rma_mh([6], n1i=[5], ci=[1], n2i=[5])


def test_an_interval_of_tau2_that_nothing_fits_is_empty_and_said_so() -> None:
    found = confint_tau2([0.5, 0.5001, 0.5, 0.5001, 0.5], [1.0] * 5, method="DL")
    assert found.tau2 == (0.0, 0.0, 0.0)
    assert "empty interval" in found.notes[0]


def test_moderators_that_follow_from_others_are_left_out_by_name() -> None:
    fit = meta_regression([1, 2, 3, 5], [1] * 4, mods=[[1, 2], [2, 4], [3, 6], [4, 8]])
    alone = meta_regression([1, 2, 3, 5], [1] * 4, mods=[1, 2, 3, 4])
    assert fit.beta.tolist() == alone.beta.tolist()
    assert any("redundant" in note and "mod2" in note for note in fit.notes)
    with pytest.raises(InputError, match="mods must be numbers"):
        meta_regression([1, 2, 3], [1] * 3, mods=["a", "b", "c"])


def test_a_regression_without_residual_studies_has_no_knapp_hartung_error() -> None:
    fit = meta_regression([1, 2], [1, 1], mods=[0, 1], test="knha")
    assert np.isnan(fit.se).all()
    assert fit.QEp == 1.0
    assert fit.QMp is None


def test_a_moderator_missing_in_a_row_leaves_that_row_out() -> None:
    fit = meta_regression([1, 2, 3, 9], [1] * 4, mods=[0, 1, 2, np.nan], method="EE")
    assert fit.k == 3
    assert fit.notes == ("study 4: left out, a value is missing",)
    assert fit.beta == pytest.approx([1, 1])
    assert np.isnan(fit.fitted[3])


def test_subsets_are_drawn_by_chance_but_reproducibly() -> None:
    yi, vi = np.linspace(0, 1, 30), np.full(30, 0.1)
    with pytest.raises(InputError, match="subsets"):
        gosh(yi, vi)
    a, b, c = (gosh(yi, vi, subsets=50, seed=seed) for seed in (1, 1, 2))
    assert a.estimate.tolist() == b.estimate.tolist() != c.estimate.tolist()
    assert len(a.k) == 50


def test_cumulative_pooling_ends_with_all() -> None:
    yi, vi = [0.1, 0.5, 0.9], [0.1, 0.2, 0.1]
    last = cumul(yi, vi, order=["2001", "1999", "2003"], test="knha")
    assert last.k.tolist() == [1, 2, 3]
    assert np.isnan(last.se[0])
    assert last.estimate[-1] == pytest.approx(rma(yi, vi).estimate)


def test_effects_note_each_correction_and_each_gap() -> None:
    found = escalc("OR", ai=[0, 1, 0], bi=[5, 4, 5], ci=[0, 2, 1], di=[5, 3, np.nan], drop00=True)
    assert found.corrected == ()
    assert found.dropped == (0, 2)
    assert found.notes == (
        "study 1: left out, no events, or no non-events, in both groups",
        "study 3: left out, a value is missing",
    )
    kept = escalc("OR", ai=[0, 1], bi=[5, 4], ci=[0, 2], di=[5, 3])
    assert kept.corrected == (0,)
    assert kept.yi[0] == pytest.approx(0.0)


def test_each_kind_of_correction_reaches_the_rows_it_names() -> None:
    counts = {"ai": [0, 4], "bi": [5, 4], "ci": [2, 2], "di": [3, 6]}
    assert escalc("RR", **counts, to="only0").corrected == (0,)
    assert escalc("RR", **counts, to="all").corrected == (0, 1)
    assert escalc("RR", **counts, to="if0all").corrected == (0, 1)
    assert escalc("RR", **counts, to="none").dropped == (0,)
    assert escalc("AS", **counts).corrected == ()
    assert escalc("AS", **counts, add=0.5).corrected == (0,)


@pytest.mark.parametrize(
    ("measure", "columns", "said"),
    [
        ("XX", {}, "There is no measure"),
        ("RR", {"ai": [1]}, "RR needs ci"),
        ("MD", {"m1i": [1], "sd1i": [1]}, "MD needs n1i, m2i, sd2i and n2i"),
        ("SMD", {"m1i": 1, "sd1i": -1, "n1i": 9, "m2i": 1, "sd2i": 1, "n2i": 9}, "sd1i must not"),
        ("MC", {"m1i": 1, "sd1i": 1, "m2i": 1, "sd2i": 1, "ri": 1.2, "ni": 9}, "ri must be in"),
        ("MN", {"mi": [1], "sdi": [1], "ni": [0]}, "ni must be positive"),
    ],
)
def test_a_measure_asks_for_what_it_needs(measure, columns, said: str) -> None:
    with pytest.raises(InputError, match=said):
        escalc(measure, **columns)
    with pytest.raises(InputError, match="vtype of PR"):
        escalc("PR", xi=1, ni=5, vtype="HO")
