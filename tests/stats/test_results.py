"""What every result can do: print itself, give columns, JSON, a call in R, and sentences."""

import dataclasses
import importlib
import json
import math
import pkgutil

import numpy as np
import pytest

import ranvier.stats
from ranvier.errors import InputError
from ranvier.stats import (
    baujat,
    bayesmeta,
    beta_binomial,
    blup,
    chi2_test,
    confint_tau2,
    contrast,
    cumul,
    exact_rate_ratio,
    gosh,
    influence,
    kenward_roger,
    leave1out,
    location_scale,
    matreg,
    meta_binary,
    meta_regression,
    permutest,
    predict_scale,
    regtest,
    rma,
    rma_glmm,
    rma_mh,
    rma_peto,
    rstudent,
    sparse_methods,
    subgroups,
    trimfill,
)
from ranvier.stats.r_code import r_value
from ranvier.stats.references import REFERENCES
from ranvier.stats.result import Result

YI = [0.1, 0.15, 0.2, 0.5, 0.8, 1.2]
VI = [0.01, 0.02, 0.01, 0.1, 0.2, 0.3]
COUNTS = ([5, 11, 5], [5, 5, 6], [1, 3, 2], [9, 13, 9])

RESULTS = {
    "rma": lambda: rma(YI, VI, measure="RR", slab=list("abcdef")),
    "equal effects": lambda: rma(YI, VI, method="EE"),
    "one study": lambda: rma([0.3], [0.1], test="knha"),
    "regression": lambda: meta_regression(YI, VI, mods=[1, 2, 3, 4, 5, 7], names=["the dose"]),
    "contrast": lambda: contrast(meta_regression(YI, VI, mods=[1, 2, 3, 4, 5, 7]), [1, 2]),
    "mh": lambda: rma_mh(*COUNTS),
    "peto": lambda: rma_peto(*COUNTS),
    "meta_binary": lambda: meta_binary(*COUNTS),
    "subgroups": lambda: subgroups(YI, VI, by=list("aabbba")),
    "leave1out": lambda: leave1out(YI, VI),
    "cumul": lambda: cumul(YI, VI, order=[3, 1, 2, 6, 5, 4]),
    "gosh": lambda: gosh(YI, VI),
    "baujat": lambda: baujat(YI, VI),
    "blup": lambda: blup(YI, VI),
    "trimfill": lambda: trimfill(YI, VI, method="EE"),
    "regtest": lambda: regtest(YI, VI),
    "confint": lambda: confint_tau2(YI, VI),
    "kenward_roger": lambda: kenward_roger(YI, VI),
    "location-scale": lambda: location_scale(YI, VI, scale="~ 1", mods=[1, 2, 3, 4, 5, 7]),
    "scale prediction": lambda: predict_scale(location_scale(YI, VI, scale="~ 1"), [1], [1]),
    "matreg": lambda: matreg([[1, 0.5, 0.3], [0.5, 1, 0.2], [0.3, 0.2, 1]], n=50),
    "bayesmeta": lambda: bayesmeta(YI, VI, tau_prior="DuMouchel"),
    "influence": lambda: influence(YI, VI),
    "permutest": lambda: permutest(YI, VI, mods=[1, 2, 3, 4, 5, 7], iterations=50),
    "rstudent": lambda: rstudent(YI, VI),
    "glmm": lambda: rma_glmm("OR", ai=[5, 11, 5], bi=[5, 5, 6], ci=[1, 3, 2], di=[9, 13, 9]),
    "beta-binomial": lambda: beta_binomial("PLO", xi=[1, 9, 2], ni=[10, 20, 30]),
    "exact rates": lambda: exact_rate_ratio([0, 2], [100, 250], [3, 5], [110, 240]),
    "sparse": lambda: sparse_methods(ai=[0, 1], n1i=[20, 30], ci=[2, 3], n2i=[25, 30]),
    "chi2": lambda: chi2_test(3, 4, 5, 6),
}


def classes() -> list[type[Result]]:
    for module in pkgutil.walk_packages(ranvier.stats.__path__, "ranvier.stats."):
        importlib.import_module(module.name)
    found, todo = list[type[Result]](), [Result]
    while todo:
        below = todo.pop().__subclasses__()
        found += below
        todo += below
    return found


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_survives_json_and_gives_columns_of_one_length(name: str) -> None:
    result = RESULTS[name]()
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False)) == result.to_dict()
    for columns in (result.tidy(), result.glance()):
        assert columns
        assert len({len(column) for column in columns.values()}) == 1
    assert all(len(column) == 1 for column in result.glance().values())


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_prints_itself_and_reports_itself_in_sentences(name: str) -> None:
    result = RESULTS[name]()
    assert "nan" not in str(result)
    assert "<ranvier" not in str(result)
    report = result.report()
    assert report.methods.endswith(".")
    assert report.results
    assert set(report.references) <= set(REFERENCES.values())


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_cannot_be_changed(name: str) -> None:
    result = RESULTS[name]()
    field = dataclasses.fields(result)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, field, None)


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_result_says_what_was_done_or_how_it_reports(kind: type[Result]) -> None:
    assert kind.DOES or kind.report is not Result.report
    assert set(kind.CITES) <= REFERENCES.keys()


def test_a_fit_is_printed_as_metafor_prints_it() -> None:
    fit = rma([0.10, 0.30, 0.35, 0.65], [0.03, 0.03, 0.05, 0.01], method="DL")
    said = str(fit)
    assert "Random-Effects Model (k = 4; tau^2 estimator: DL)" in said
    assert "Q(df = 3) = 9.0238, p = 0.0290" in said
    head, row = said.splitlines()[-2:]
    assert head.split() == ["estimate", "se", "zval", "pval", "ci.lb", "ci.ub", "pi.lb", "pi.ub"]
    assert row.split()[0] == "0.3740"


def test_a_ratio_is_reported_as_a_ratio() -> None:
    fit = rma(np.log([0.5, 0.6, 0.4]), [0.04, 0.05, 0.03], measure="OR", method="EE")
    said = fit.report().results
    assert f"OR {math.exp(fit.estimate):.2f} (95% CI {math.exp(fit.ci_lb):.2f} to" in said


def test_the_call_in_r_holds_every_digit() -> None:
    yi = [1 / 3, -2 / 7]
    said = rma(yi, [0.1, 0.2], slab=['Smith "A"', "B"], level=0.9, test="knha").as_r()
    assert f"yi = c({1 / 3!r}, {-2 / 7!r})" in said
    assert r'"Smith \"A\""' in said
    assert 'test="knha"' in said
    assert "level=90" in said
    assert r_value(float("nan")) == "NA"


def test_what_r_has_no_call_for_is_refused_and_said() -> None:
    with pytest.raises(InputError, match="no one call in R"):
        contrast(meta_regression(YI, VI, mods=[1, 2, 3, 4, 5, 7]), [1, 2]).as_r()


def test_studies_have_the_names_they_were_given() -> None:
    fit = rma([0.1, np.nan, 0.3], [0.1, 0.1, 0.1], slab=["A 2001", "B 2002", "C 2003"])
    assert fit.slab == ("A 2001", "B 2002", "C 2003")
    assert fit.notes == ("B 2002: left out, no effect or no variance",)
    assert fit.tidy(rows="all")["term"] == ["A 2001", "B 2002", "C 2003", "overall"]
    with pytest.raises(InputError, match="slab must have 3 entries"):
        rma([0.1, 0.2, 0.3], [0.1] * 3, slab=["A"])
