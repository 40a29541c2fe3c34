"""How the recommended rule did on labelled reviews: the numbers its sentences quote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["CalibratedRun", "calibrated_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedRun:
    """One row of ``calibrated.json``, which ``benchmarks/stopping.py --write`` makes.

    Attributes
    ----------
    sets, runs : int
        Labelled reviews, and simulated screenings of them.
    coverage, least : float
        Share of runs that reached the target: mean over reviews, and in the worst review.
    saved : float
        Share of the records left unread, mean over reviews.
    """

    target: float
    confidence: float
    sets: int
    runs: int
    coverage: float
    least: float
    saved: float


def calibrated_run(target: float, confidence: float) -> CalibratedRun | None:
    """Return what was measured at these levels, ``None`` if nothing was."""
    for run in _runs():
        if abs(run.target - target) < 1e-9 and abs(run.confidence - confidence) < 1e-9:
            return run
    return None


@cache
def _runs() -> tuple[CalibratedRun, ...]:
    text = files("ranvier.ranking.stopping").joinpath("calibrated.json").read_text("utf-8")
    return tuple(CalibratedRun(**row) for row in json.loads(text))
