"""`ranvier analyse`: from a spreadsheet to a forest plot in one command."""

import json
import math

import pytest
from click.testing import CliRunner

from ranvier.cli.app import cli
from ranvier.stats import escalc, rma, rma_mh

SHEET = """Study,Year,Events IVIg,Total IVIg,Events placebo,Total placebo,Design
Azulay,1994,3,5,0,5,crossover
Federico,2000,11,16,2,16,crossover
Leger,2001,14,19,2,9,parallel
Van den Berg,1995,5,6,0,6,crossover
"""
EVENTS = {"ai": [3, 11, 14, 5], "n1i": [5, 16, 19, 6], "ci": [0, 2, 2, 0], "n2i": [5, 16, 9, 6]}


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


def analyse(*args, **more):
    return CliRunner().invoke(cli, ["analyse", *map(str, args)], **more)


def fit_of(*args):
    done = analyse(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_numbers_are_those_of_the_library(sheet):
    found = fit_of(sheet)
    es = escalc("RR", **EVENTS)
    fit = rma(es.yi, es.vi, test="adhoc")
    assert found["measure"] == "RR"
    assert found["fit"]["estimate"] == pytest.approx(fit.estimate, abs=1e-12)
    assert found["fit"]["ci_ub"] == pytest.approx(fit.ci_ub, abs=1e-12)
    assert "Azulay: 0.5 added to all four cells" in found["notes"]
    pooled = fit_of(sheet, "--model", "mh", "--measure", "or")
    expected = rma_mh(**EVENTS, measure="OR").estimate
    assert pooled["fit"]["estimate"] == pytest.approx(expected, abs=1e-12)


def test_a_sheet_can_come_from_standard_input_and_from_xlsx(sheet, tmp_path):
    from openpyxl import Workbook

    piped = analyse("-", "--json", input=SHEET)
    assert piped.exit_code == 0, piped.output
    book = Workbook()
    for line in SHEET.splitlines():
        book.active.append([int(c) if c.isdigit() else c for c in line.split(",")])
    book.save(tmp_path / "trials.xlsx")
    packed = fit_of(tmp_path / "trials.xlsx")
    assert json.loads(piped.stdout)["fit"]["estimate"] == packed["fit"]["estimate"]


def test_hazard_ratios_with_intervals_are_pooled_on_the_log_scale(tmp_path):
    path = tmp_path / "hr.csv"
    path.write_text("study;HR;CI low;CI high\nA;0,5;0,25;1,0\nB;0,8;0,4;1,6\n", encoding="utf-8")
    found = fit_of(path, "--test", "z")
    assert math.exp(found["fit"]["estimate"]) == pytest.approx(math.sqrt(0.4), abs=1e-9)
    assert any("logarithms" in note for note in found["notes"])


@pytest.mark.parametrize(
    "kind", ["forest", "funnel", "radial", "labbe", "baujat", "influence", "qq"]
)
def test_every_figure_is_drawn(sheet, tmp_path, kind):
    path = tmp_path / f"{kind}.svg"
    done = analyse(sheet, "--figure", path, "--figure-type", kind, "--layout", "bmj")
    assert done.exit_code == 0, done.output
    drawn = path.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert 'role="img"' in drawn


def test_subgroups_and_moderators_reach_the_figure(sheet, tmp_path):
    path = tmp_path / "a.svg"
    done = analyse(sheet, "--by", "Design", "--figure", path, "--favours", "placebo", "IVIg")
    assert done.exit_code == 0, done.output
    drawn = path.read_text(encoding="utf-8")
    assert "parallel" in drawn
    assert "Favours IVIg" in drawn
    done = analyse(sheet, "--mods", "~ Year", "--figure", path, "--figure-type", "bubble")
    assert done.exit_code == 0, done.output


def test_the_call_in_r_and_the_report_are_printed(sheet):
    assert "rma.mh(" in analyse(sheet, "--model", "mh", "--as-r").stdout
    said = analyse(sheet, "--report").stdout
    assert "restricted maximum likelihood" in said
    assert "RR 4.81 (95% CI 1.26 to 18.39" in said


@pytest.mark.parametrize(
    ("text", "args", "says"),
    [
        ("study,events_t,n_t,events_c,n_c\nA,30,20,1,20\nB,2,20,3,20\n", (), "row 2: more events"),
        ("a,b\nx,y\n", (), "no data of studies"),
        (SHEET, ("--measure", "MD"), "cannot be calculated|no data of studies"),
        (SHEET, ("--column", "ai=Deaths"), "no column 'Deaths'"),
        (SHEET, ("--by", "design"), "no column 'design'"),
        (SHEET, ("--model", "peto"), "Peto's method gives odds ratios"),
        (SHEET, ("--by", "Design", "--mods", "~ Year"), "two ways to ask the same"),
        (SHEET, ("--figure", "a.gif"), "no format of a figure"),
        (SHEET, ("--mods", "~ Year", "--figure", "a.svg"), "cannot be drawn of a meta-regression"),
        ("study,OR,SE\nA,0.5,0.2\nB,0.7,0.3\n", (), "ratio or to its logarithm"),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_a_remedy(tmp_path, text, args, says):
    import re

    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    done = analyse(path, *args)
    assert done.exit_code == 1, done.output
    assert re.search(says, done.stderr)
    assert len(done.stderr.strip().splitlines()) > 1, "no remedy"


def test_a_doubt_is_a_warning_and_does_not_stop(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "study,n_t,mean_t,sd_t,n_c,mean_c,sd_c\nA,50,10,4.1,50,12,4.3\nB,60,11,4.4,58,13,4.0\n"
        "C,55,9,0.55,54,12,4.2\nD,64,10,4.0,60,12,3.9\n",
        encoding="utf-8",
    )
    done = analyse(path)
    assert done.exit_code == 0, done.output
    assert "row 4: 'sd_t' is far smaller" in done.stderr
