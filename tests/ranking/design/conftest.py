"""Labelled records: those of the reference data, where RANVIER_REFERENCE points to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REFERENCE = Path(
    os.environ.get("RANVIER_REFERENCE", Path(__file__).parents[4] / "shared" / "reference")
)


@pytest.fixture(scope="session")
def reference() -> Path:
    if not (REFERENCE / "screening" / "design").is_dir():
        pytest.skip(f"no labelled designs in {REFERENCE}: set RANVIER_REFERENCE")
    return REFERENCE
