"""The shared labelled records: as good as measured, and learnt as told."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from ranvier.ranking.design import measure, read_labelled
from ranvier.ranking.design.labelled import area, specificity_at
from ranvier.ranking.design.weights import shipped_weights

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "methods" / "study-design.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["medline_pt_a", "pubmed2019_design"])
def test_the_shipped_weights_keep_their_promise(reference, name):
    found = measure(read_labelled(reference / "screening" / "design" / f"{name}.parquet"))
    assert found.sensitivity >= 0.99
    assert found.auc >= 0.98


def test_the_weights_are_small_and_hold_no_text():
    file = ROOT / "src" / "ranvier" / "ranking" / "design" / "weights.json"
    assert file.stat().st_size < 500_000
    weights = shipped_weights()
    assert not [word for word in (*weights.title, *weights.abstract) if " " in word]


def test_the_page_prints_what_was_measured():
    measured = shipped_weights().card["measured"]
    rows = [
        *measured["left out, ten parts"].items(),
        *measured["never used"].items(),
    ]
    for name, a in rows:
        kept, out = (
            f"{a[name]:.3f} ({a[f'{name}_ci'][0]:.3f} to {a[f'{name}_ci'][1]:.3f})"
            for name in ("sensitivity", "specificity")
        )
        counts = f"{name} | {a['records']} | {a['positives']} | {a['auc']:.3f}"
        row = f"| {counts} | {kept} | {out} | {a['specificity_at_99']:.3f} |"
        assert row in PAGE
    for name, rule in measured["word rule"].items():
        shares = [f"{rule[what]:.3f}" for what in ("sensitivity", "specificity", "ours")]
        gain, low, high = rule["difference"]
        row = f"| {name} | {' | '.join(shares)} | {gain:+.3f} ({low:+.3f} to {high:+.3f}) |"
        assert row in PAGE
    for name, rows in measured["traded"].items():
        kept = [f"{row['sensitivity']:.3f} ({row['of_those_that_say']:.3f})" for row in rows]
        assert f"| {name} | {' | '.join(kept)} |" in PAGE
    for name, held in measured["silent"].items():
        auc = "" if held["auc"] is None else f"{held['auc']:.3f}"
        assert f"| {name} | {held['trials']} | {held['others']} | {auc} |" in PAGE


@pytest.mark.nightly
def test_learning_again_gives_the_same_weights(reference, monkeypatch):
    folder = ROOT / "validation" / "design"
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "argv", ["learn.py", "--check"])
    learnt, _ = runpy.run_path(str(folder / "learn.py"))["learn"]()
    shipped = shipped_weights()
    assert learnt.title.keys() == shipped.title.keys()
    assert learnt.abstract.keys() == shipped.abstract.keys()
    for held in ("title", "abstract", "features"):
        ours, theirs = getattr(learnt, held), getattr(shipped, held)
        np.testing.assert_allclose([ours[k] for k in theirs], [*theirs.values()], atol=0.01)
    json.dumps(learnt.card)


def test_the_area_and_the_bound_are_what_they_say():
    scores, trials = np.array([3.0, 2, 1, 0, 2.5]), np.array([True, True, False, False, False])
    assert area(scores, trials) == pytest.approx(5 / 6)
    assert specificity_at(scores, trials, 0.99) == pytest.approx(2 / 3)
    assert specificity_at(scores, trials, 0.5) == 1
    assert area(scores[:2], trials[:2]) is None
