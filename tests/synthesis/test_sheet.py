"""A spreadsheet's columns are recognised by their headings, and what looks wrong is said."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.synthesis.sheet import doubts, recognise

TEXT = {"study", "trial", "author", "study id", "study or subgroup", "alloc"}


def sheet_of(*headings, k=3):
    """Make a sheet with names under text headings and rising numbers under the others."""
    return {
        h: [f"S{j}" if h.lower() in TEXT else str(10 + 3 * i + j) for j in range(k)]
        for i, h in enumerate(headings)
    }


BINARY = ("ai", "n1i", "ci", "n2i")
CONTINUOUS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")


@pytest.mark.parametrize(
    ("headings", "design", "roles"),
    [
        (("trial", "tpos", "tneg", "cpos", "cneg", "ablat"), "two_arm_binary",
         dict(zip(("ai", "bi", "ci", "di"), ("tpos", "tneg", "cpos", "cneg"), strict=True))),
        (("study", "event.e", "n.e", "event.c", "n.c"), "two_arm_binary",
         dict(zip(BINARY, ("event.e", "n.e", "event.c", "n.c"), strict=True))),
        (("Study or Subgroup", "Events", "Total", "Events (2)", "Total (2)"), "two_arm_binary",
         dict(zip(BINARY, ("Events", "Total", "Events (2)", "Total (2)"), strict=True))),
        (("Study", "Control events", "Control total", "Experimental events",
          "Experimental total"), "two_arm_binary",
         {"ai": "Experimental events", "n1i": "Experimental total", "ci": "Control events",
          "n2i": "Control total"}),
        (("Study ID", "Deaths drug", "Patients drug", "Deaths placebo", "Patients placebo"),
         "two_arm_binary",
         dict(zip(BINARY, ("Deaths drug", "Patients drug", "Deaths placebo", "Patients placebo"),
                  strict=True))),
        (("study", "r1", "n1", "r2", "n2"), "two_arm_binary",
         dict(zip(BINARY, ("r1", "n1", "r2", "n2"), strict=True))),
        (("author", "nT", "meanT", "sdT", "nC", "meanC", "sdC"), "two_arm_continuous",
         dict(zip(CONTINUOUS, ("meanT", "sdT", "nT", "meanC", "sdC", "nC"), strict=True))),
        (("Study", "Mean IVIg", "SD IVIg", "N IVIg", "Mean placebo", "SE placebo", "N placebo"),
         "two_arm_continuous",
         dict(zip(("m1i", "sd1i", "n1i", "m2i", "se2i", "n2i"),
                  ("Mean IVIg", "SD IVIg", "N IVIg", "Mean placebo", "SE placebo", "N placebo"),
                  strict=True))),
        (("study", "events1", "time1", "events2", "time2"), "two_arm_rates",
         dict(zip(("x1i", "t1i", "x2i", "t2i"), ("events1", "time1", "events2", "time2"),
                  strict=True))),
        (("study", "HR", "CI lower", "CI upper"), "effects",
         dict(zip(("yi", "ci_lb", "ci_ub"), ("HR", "CI lower", "CI upper"), strict=True))),
        (("study", "TE", "seTE"), "effects", {"yi": "TE", "sei": "seTE"}),
        (("study", "yi", "vi"), "effects", {"yi": "yi", "vi": "vi"}),
        (("study", "ri", "ni"), "correlation", {"ri": "ri", "ni": "ni"}),
        (("study", "cases", "n"), "proportion", {"xi": "cases", "ni": "n"}),
        (("study", "mi", "sdi", "ni"), "mean", {"mi": "mi", "sdi": "sdi", "ni": "ni"}),
    ],
)  # fmt: skip
def test_headings_as_people_write_them_are_understood(headings, design, roles):
    found = recognise(sheet_of(*headings), file="a.csv")
    assert found.design == design
    assert dict(found.headings) == roles


def test_two_named_groups_come_in_the_order_of_the_sheet_but_a_control_comes_second():
    drugs = recognise(
        sheet_of("study", "Events IVIg", "N IVIg", "Events steroid", "N steroid"), file="a.csv"
    )
    assert drugs.groups == ("IVIg", "steroid")
    assert any("taken as group 1" in note for note in drugs.notes)
    placebo = recognise(
        sheet_of("study", "Events placebo", "N placebo", "Events IVIg", "N IVIg"), file="a.csv"
    )
    assert placebo.headings["ai"] == "Events IVIg"


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        (("Trial", "Events A", "N A", "Events B", "N B", "Events C", "N C"), "3 groups"),
        (("Study", "Deaths drug", "Events drug", "N drug", "Events placebo", "N placebo"),
         "can each be ai"),
        (("Study", "colour", "height"), "no data of studies"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_asked_not_guessed(headings, says):
    with pytest.raises(InputError, match=says) as refused:
        recognise(sheet_of(*headings), file="a.csv")
    assert "--column" in (refused.value.remedy or "")


def test_a_column_that_the_user_names_is_taken():
    sheet = sheet_of("Study", "Deaths drug", "Events drug", "N drug", "Events placebo", "N placebo")
    found = recognise(sheet, file="a.csv", given={"ai": "Deaths drug"})
    assert found.headings["ai"] == "Deaths drug"
    with pytest.raises(InputError, match="no column 'Death'"):
        recognise(sheet, file="a.csv", given={"ai": "Death"})


def test_a_measure_says_which_design_to_look_for():
    sheet = sheet_of("study", "event.e", "n.e", "event.c", "n.c", "HR", "lower", "upper")
    assert recognise(sheet, file="a.csv", measure="OR").design == "two_arm_binary"
    assert recognise(sheet, file="a.csv", measure="HR").design == "effects"
    with pytest.raises(InputError, match="no measure 'OOR'"):
        recognise(sheet, file="a.csv", measure="OOR")


def test_numbers_are_read_as_spreadsheets_write_them():
    sheet = {"study": list("abcde"), "yi": ["0,5", "\u22120.5", "", "NA", "1e-3"], "vi": ["1"] * 5}
    values = recognise(sheet, file="a.csv").values["yi"]
    assert values[:2] == (0.5, -0.5)
    assert math.isnan(values[2])
    assert math.isnan(values[3])
    assert values[4] == 0.001
    sheet["yi"][2] = "about 3"
    with pytest.raises(InputError, match="'about 3' in column 'yi' is not a number") as refused:
        recognise(sheet, file="a.csv")
    assert refused.value.row == 4


def found(columns, **more):
    sheet = {h: [str(x) for x in cells] for h, cells in columns.items()}
    return doubts(recognise(sheet, file="a.csv", **more))


def test_swapped_events_and_totals_are_seen():
    (one, two) = found({"ai": [20, 30], "n1i": [5, 8], "ci": [21, 33], "n2i": [2, 4]})
    assert one.weight == two.weight == "error"
    assert "swapped" in one.said
    assert "--column ai='n1i' --column n1i='ai'" in one.remedy


def test_a_standard_error_among_standard_deviations_is_seen():
    columns = {
        "n_t": [50, 60, 55, 64], "mean_t": [10, 11, 9, 10], "sd_t": [4.1, 4.4, 0.55, 4.0],
        "n_c": [50, 58, 54, 60], "mean_c": [12, 13, 12, 12], "sd_c": [4.3, 4.0, 4.2, 3.9],
    }  # fmt: skip
    (doubt,) = found(columns)
    assert doubt.rows == (4,)
    assert "standard error" in doubt.said
    assert doubt.weight == "warning"


@given(
    sds=st.lists(st.floats(2.0, 4.0), min_size=4, max_size=12),
    sizes=st.lists(st.integers(20, 200), min_size=12, max_size=12),
)
def test_ordinary_standard_deviations_are_not_doubted(sds, sizes):
    k = len(sds)
    columns = {
        "n_t": sizes[:k], "mean_t": [1] * k, "sd_t": sds,
        "n_c": sizes[:k], "mean_c": list(range(k)), "sd_c": sds,
    }  # fmt: skip
    assert not found(columns)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"HR": [0.8, 0.9], "lower": [0.9, 0.5], "upper": [0.5, 1.1]}, "above the upper"),
        ({"HR": [1.8, 0.9], "lower": [0.5, 0.5], "upper": [0.9, 1.1]}, "outside its interval"),
        ({"HR": [-0.1, 0.9], "lower": [-0.5, 0.5], "upper": [0.9, 1.1]}, "must be positive"),
        ({"yi": [0.1, 0.9], "vi": [0.5, 0]}, "is not positive"),
        ({"ai": [0.2, 0.3], "n1i": [10, 20], "ci": [2, 3], "n2i": [10, 20]}, "share of people"),
        ({"ai": [-2, 3], "n1i": [10, 20], "ci": [2, 3], "n2i": [10, 20]}, "is negative"),
    ],
)
def test_what_cannot_be_so_is_said(columns, says):
    assert any(says in doubt.said for doubt in found(columns))


def test_a_study_that_stands_there_twice_is_said():
    columns = {"study": ["Umapathi", "Léger", "umapathi"], "yi": [1, 2, 1], "vi": [1, 1, 1]}
    (doubt,) = found(columns)
    assert doubt.rows == (2, 4)
