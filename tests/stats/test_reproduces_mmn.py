"""Reproduction: the published figures of the immunoglobulin review for multifocal motor neuropathy.

Two reviews of 34 patients and a few trials' own tests. The rows and printed figures are those of
``mmn/published.json`` of the reference folder; the two headline results stand here in full, too.
"""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ranvier.stats import (
    chi2_test,
    escalc,
    fisher_test,
    mcnemar_test,
    proportion_ci,
    rma,
    rma_mh,
    rma_peto,
    se_from_ci,
)
from ranvier.stats.rma import two_sided

PUBLISHED = (
    Path(
        os.environ.get(
            "RANVIER_REFERENCE", str(Path(__file__).resolve().parents[3] / "shared" / "reference")
        )
    )
    / "mmn"
    / "published.json"
)
MCNEMAR = {
    "mcnemar_exact": "exact",
    "mcnemar": "asymptotic",
    "mcnemar_corrected": "corrected",
}

STRENGTH = {"ai": [5, 11, 5], "n1i": [5, 16, 6], "ci": [0, 0, 1], "n2i": [5, 16, 6]}
DISABILITY = {"ai": [0, 3, 4], "n1i": [5, 6, 7], "ci": [0, 0, 2], "n2i": [5, 6, 7]}


def ratio(fit: Any) -> list[float]:
    return [round(math.exp(x), 2) for x in (fit.estimate, fit.ci_lb, fit.ci_ub)]


def test_strength_is_reached_by_one_recipe_only() -> None:
    recipes = ("half_also_when_pooling", "none", "half_individual", "treatment_arm", "empirical")
    found = {name: ratio(rma_mh(**STRENGTH, measure="RR", zero_cells=name)) for name in recipes}
    assert found["half_also_when_pooling"] == [11.00, 2.86, 42.25]
    assert found["none"] == [21.00, 3.05, 144.48]
    # Groups of equal size get 0.5 in each cell by the treatment-arm rule, too.
    assert found["treatment_arm"] == found["half_also_when_pooling"]
    assert found["half_individual"] == found["none"]
    # The one study without an empty cell favours treatment: its pull is away from 1.
    assert found["empirical"][0] > found["treatment_arm"][0]


def test_revman_is_metafor_with_two_element_settings() -> None:
    by_name = rma_mh(**STRENGTH, measure="RR", zero_cells="half_also_when_pooling")
    by_hand = rma_mh(
        **STRENGTH,
        measure="RR",
        add=(0.5, 0.5),
        to=("only0", "only0"),
        drop00=(True, True),
    )
    assert by_name.estimate == by_hand.estimate
    assert by_name.notes == by_hand.notes


def test_disability_drops_the_study_without_events_and_says_so() -> None:
    fit = rma_mh(**DISABILITY, measure="RR", zero_cells="half_also_when_pooling")
    assert ratio(fit) == [3.00, 0.89, 10.12]
    assert fit.notes == (
        "study 1: left out, no events, or no non-events, in both groups",
        "study 2: 0.5 added to all four cells, also in the pooled sums",
    )
    assert np.isnan(fit.weights[0])
    assert fit.weights[1:].sum() == pytest.approx(100)


def compute(result: Mapping[str, Any], analysis: Mapping[str, Any]) -> dict[str, float]:
    """Run one analysis of published.json; ratios and percentages as they are printed."""
    rows, design = result["rows"], result["design"]
    if design == "two_arm":
        return two_arm(rows, analysis)
    if design == "paired":
        row = rows[0]
        test = mcnemar_test(
            row["only_1"],
            row["only_2"],
            method=MCNEMAR[analysis["test"]],
            sides=analysis["sides"],
        )
        return {"p": float(test.pval or 0)}
    if design == "proportion":
        row = rows[0]
        found = proportion_ci(row["events"], row["n"], method=analysis.get("interval", "wilson"))
        return {"estimate": found.estimate, "ci_lb": found.ci_lb, "ci_ub": found.ci_ub}
    if design == "estimate":
        row = rows[0]
        se = se_from_ci(row["ci_lb"], row["ci_ub"]).value
        return {"p": two_sided(row["estimate"] / se, None)}
    raise AssertionError(f"design {design} has no function here")


def two_arm(rows: list[dict[str, Any]], analysis: Mapping[str, Any]) -> dict[str, float]:
    table = {
        "ai": [r["events_1"] for r in rows],
        "n1i": [r["n_1"] for r in rows],
        "ci": [r["events_2"] for r in rows],
        "n2i": [r["n_2"] for r in rows],
    }
    measure = analysis["measure"]
    if analysis["method"] == "MH":
        fit = rma_mh(**table, measure=measure, zero_cells=analysis["zero_cells"])
    elif analysis["method"] == "PETO":
        fit = rma_peto(**table)
    else:
        drop00 = analysis.get("double_zero") == "drop"
        to = "none" if analysis["zero_cells"] == "none" else "only0"
        effects = escalc(measure, **table, drop00=drop00, to=to)
        fit = rma(effects.yi, effects.vi, method="EE")
    shown = (lambda x: x) if measure == "RD" else math.exp
    return {name: shown(getattr(fit, name)) for name in ("estimate", "ci_lb", "ci_ub")}


def agrees(value: float, printed: str) -> bool:
    """Rounded to the printed decimals it is the printed figure, or one unit beside it."""
    if printed.startswith("<"):
        return value < float(printed[1:])
    percent = printed.endswith("%")
    text = printed.rstrip("%")
    decimals = len(text.partition(".")[2])
    unit = 10.0**-decimals
    ours = round(100 * value if percent else value, decimals)
    return abs(ours - float(text)) < 1.5 * unit


def published() -> list[dict[str, Any]]:
    if not PUBLISHED.exists():
        return []
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))["results"]


#: 4.92 was printed as 4.91 (cut off, not rounded): one unit beside, so the rule alone lets it pass.
CUT_OFF = {"tec_rate"}


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"no file at {PUBLISHED}; set RANVIER_REFERENCE")
@pytest.mark.parametrize("result", published(), ids=lambda r: r["id"])
def test_each_published_figure_is_reached_or_is_wrong_as_found(result: dict[str, Any]) -> None:
    ours = compute(result, result["analysis"])
    exact = all(
        agrees(ours[name], text) and (result["id"] not in CUT_OFF or exactly(ours[name], text))
        for name, text in result["printed"].items()
    )
    assert exact == (result.get("expect") != "disagree"), ours


def exactly(value: float, printed: str) -> bool:
    text = printed.rstrip("%")
    return round(100 * value, len(text.partition(".")[2])) == float(text)


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"no file at {PUBLISHED}; set RANVIER_REFERENCE")
@pytest.mark.parametrize(
    ("result", "control"),
    [(r, c) for r in published() for c in r.get("controls", [])],
    ids=lambda x: x.get("id", "") if isinstance(x, dict) else "",
)
def test_the_other_analyses_give_what_they_are_said_to(
    result: dict[str, Any], control: dict[str, Any]
) -> None:
    ours = compute(result, control["analysis"])
    for name, text in control["gives"].items():
        assert agrees(ours[name], text), (name, ours[name], text)
        # Where the digits allow it, a control is another number than the printed one.
    if "estimate" in control["gives"] and control["gives"]["estimate"] != result["printed"].get(
        "estimate"
    ):
        assert not agrees(ours["estimate"], result["printed"]["estimate"])


def test_hahn_reported_a_one_sided_p() -> None:
    """5 worse on immunoglobulin only, 15 on placebo only; p = 0.021 in the paper."""
    assert round(mcnemar_test(5, 15, sides=1).pval or 0, 3) == 0.021
    assert round(mcnemar_test(5, 15, sides=2).pval or 0, 3) == 0.041
    assert round(mcnemar_test(5, 15, method="asymptotic").pval or 0, 3) == 0.025
    assert round(mcnemar_test(5, 15, method="corrected").pval or 0, 3) == 0.044


def test_small_tables_have_an_exact_test_beside_the_chi_squared() -> None:
    """Harbo 2009, side effects in 3 of 9 against 6 of 9."""
    ways = [math.comb(9, x) * math.comb(9, 9 - x) for x in range(10)]
    as_rare = sum(w for w in ways if w <= ways[3]) / math.comb(18, 9)
    assert fisher_test(3, 6, 6, 3).pval == pytest.approx(as_rare, rel=1e-12)
    assert chi2_test(3, 6, 6, 3).stat == pytest.approx(2.0, rel=1e-12)
