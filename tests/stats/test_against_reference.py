"""Reference tests: the numbers that other programs get.

All cases are in the files of ``RANVIER_REFERENCE`` (default: ``../shared/reference`` beside the
checkout); a pinned sample of them runs without.
"""

import json
import os
from pathlib import Path

import pytest

from ranvier.stats.qualify import qualify_case

HERE = Path(__file__).resolve()
SAMPLE = json.loads(
    (HERE.parents[1] / "reference/synthesis_sample.json").read_text(encoding="utf-8")
)
REFERENCE = Path(os.environ.get("RANVIER_REFERENCE", str(HERE.parents[3] / "shared" / "reference")))

#: The leading part of the ids of cases we disagree with, and why. The list is exact: a case that
#: begins to agree, or another that stops, fails the test.
DISAGREE: dict[str, str] = {}

#: family -> cases that are not supported.
FAMILIES = {
    "baujat": 0,
    "bayesmeta": 0,
    "blup": 0,
    "combine_p": 0,
    "convert": 0,
    "cumul": 0,
    "escalc_alpha": 0,
    "escalc_binary": 0,
    "escalc_continuous": 0,
    "escalc_correlation": 0,
    "escalc_paired_binary": 0,
    "escalc_prepost": 0,
    "escalc_proportion": 0,
    "escalc_rates": 0,
    "escalc_single_mean": 0,
    "escalc_zero_cells": 0,
    "fsn": 0,
    "glmm": 0,
    "henmi_copas": 0,
    "gosh": 0,
    "leave1out": 0,
    "location_scale": 0,
    "mantel_haenszel": 0,
    "matreg": 0,
    "meta_metagen": 0,
    "meta_metaprop": 0,
    "meta_regression": 0,
    "model_comparison": 0,
    "peto": 0,
    "profile": 0,
    "pub_bias_limit": 0,
    "ranktest": 0,
    "regtest": 0,
    "rma_uni": 0,
    "rma_uni_inference": 0,
    "selmodel": 0,
    "subgroup": 0,
    "tau2_ci": 0,
    "tes": 0,
    "trimfill": 0,
}
#: Of the largest family every so many cases: all of them take a quarter of a minute.
STRIDE = {"meta_metagen": 5}


def excused(name: str) -> bool:
    return any(name.startswith(start) for start in DISAGREE)


@pytest.mark.parametrize("family", FAMILIES)
def test_all_cases_of_a_family_agree_but_for_those_with_a_reason(family: str) -> None:
    path = REFERENCE / "synthesis" / f"{family}.json"
    if not path.exists():
        pytest.skip(f"no reference file at {path}; set RANVIER_REFERENCE to the folder")
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    outcomes = [qualify_case(case) for case in cases[:: STRIDE.get(family, 1)]]
    failed = {o.id: o.why for o in outcomes if o.status == "failed"}
    assert {name: why for name, why in failed.items() if not excused(name)} == {}
    stale = [
        start
        for start in DISAGREE
        if start.startswith(f"{family}/") and not any(name.startswith(start) for name in failed)
    ]
    assert stale == []
    assert sum(o.status == "unsupported" for o in outcomes) == FAMILIES[family]


@pytest.mark.parametrize("case", SAMPLE["cases"], ids=lambda case: case["id"])
def test_the_pinned_sample_agrees(case: dict) -> None:
    outcome = qualify_case(case)
    assert (outcome.status, outcome.why) == ("passed", None)


def test_the_pinned_sample_keeps_its_cases() -> None:
    families = {case["family"] for case in SAMPLE["cases"]}
    assert len(SAMPLE["cases"]) == 35
    assert {"rma_uni", "mantel_haenszel", "peto", "tau2_ci", "meta_regression"} <= families


def test_a_changed_number_fails_and_says_where() -> None:
    case = json.loads(json.dumps(next(c for c in SAMPLE["cases"] if c["family"] == "rma_uni")))
    case["expected"]["tau2"] = 0.9
    outcome = qualify_case(case)
    assert outcome.status == "failed"
    assert outcome.why is not None
    assert outcome.why.startswith("tau2:")
    assert outcome.worst is not None
    assert outcome.worst < 1


def test_what_is_not_supported_is_never_passed() -> None:
    assert qualify_case({"id": "x", "family": "astrology"}).status == "unsupported"
    case = json.loads(json.dumps(next(c for c in SAMPLE["cases"] if c["family"] == "rma_uni")))
    case["expected"]["a_new_number"] = 1.0
    outcome = qualify_case(case)
    assert outcome.status == "unsupported"
    assert outcome.why == "not computed: a_new_number"


def test_an_expected_gap_is_not_a_number() -> None:
    case = json.loads(
        json.dumps(next(c for c in SAMPLE["cases"] if c["id"] == "rma_uni/dat.bcg.RR/DL"))
    )
    case["expected"] = {"QE": None}
    assert qualify_case(case).status == "failed"
