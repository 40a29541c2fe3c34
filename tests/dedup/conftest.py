"""Labelled sets: a sample in the repository, the whole where RANVIER_REFERENCE points to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REFERENCE = Path(
    os.environ.get("RANVIER_REFERENCE", Path(__file__).parents[3] / "shared" / "reference")
)


@pytest.fixture(scope="session")
def labelled() -> list[Path]:
    found = sorted((REFERENCE / "dedup").glob("*.csv.gz"))
    if not found:
        pytest.skip(f"no labelled sets in {REFERENCE / 'dedup'}: set RANVIER_REFERENCE")
    return found
