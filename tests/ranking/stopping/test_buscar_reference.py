"""The hypergeometric test gives the numbers of its authors' program."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ranvier.ranking.stopping.history import Tally
from ranvier.ranking.stopping.hypergeometric import p_hypergeometric
from ranvier.ranking.stopping.judge import allowed_missed

BUSCAR = json.loads((Path(__file__).parents[2] / "reference" / "buscar.json").read_text("utf-8"))

#: Both evaluate SciPy's hypergeometric distribution; versions of it differ in the last digits.
RTOL = 1e-8


def tally_of(case: dict) -> Tally:
    relevant = np.zeros(case["screened"], dtype=bool)
    relevant[np.array(case["finds"], dtype=int) - 1] = True
    return Tally(relevant, np.zeros_like(relevant), left=case["records"] - case["screened"])


def test_no_case_has_vanished():
    assert BUSCAR["program"] == "buscarpy 0.0.2"
    assert len(BUSCAR["cases"]) == 162
    assert sum(0 < case["p"] < 0.05 for case in BUSCAR["cases"]) > 20


@pytest.mark.parametrize("case", BUSCAR["cases"], ids=lambda c: f"{c['records']}-{c['screened']}")
def test_matches_buscarpy(case):
    made = tally_of(case)
    missed = allowed_missed(made.found, case["target"]) + 1
    assert p_hypergeometric(made, missed) == pytest.approx(case["p"], rel=RTOL, abs=1e-14)
