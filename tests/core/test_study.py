"""Cumulative dose."""

from __future__ import annotations

import pytest

from ranvier.core.study import Regimen, cumulative_dose


def test_dose_times_days(small):
    regimen = Regimen(drug="IVIg", dose=small.found(0.4), days=small.found(5))
    assert cumulative_dose(regimen) == pytest.approx(2.0)


def test_a_dose_that_is_not_known_gives_none(small):
    assert cumulative_dose(Regimen(drug="IVIg", dose=small.found(0.4))) is None
    assert (
        cumulative_dose(Regimen(drug="x", dose=small.found("varied"), days=small.found(5))) is None
    )
