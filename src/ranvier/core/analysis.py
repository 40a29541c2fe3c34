"""The analysis: a specification, the hash of what went in, and what came out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import msgspec
import rfc8785

from ranvier.core.protocol import AnalysisSpec
from ranvier.core.result import ResultRow
from ranvier.core.value import Provenance

__all__ = [
    "ENGINE",
    "Analysis",
    "AnalysisRecorded",
    "Estimate",
    "StudyEffect",
    "input_hash",
]

#: Name and version of what computes. A new version makes recorded analyses stale.
ENGINE = "ranvier.stats 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A point with its interval, on the natural scale of the measure (ratios as ratios)."""

    estimate: float
    ci_lb: float | None
    ci_ub: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffect:
    """One line of a forest plot; `effect` is ``None`` where it cannot be estimated."""

    row: str
    study: str
    effect: Estimate | None
    weight: float | None  # percent
    provenance: Provenance
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a specification gave on the rows at hand.

    Attributes
    ----------
    effect : Estimate or None
        Pooled (or only) estimate on the natural scale.
    se : float or None
        On the scale of pooling: log for ratios.
    prediction : Estimate or None
        Prediction interval; its estimate is the pooled one.
    by_correlation : dict of str to Estimate
        For pre/post changes: the result under each assumed correlation.
    totals : dict of str to float
        Sums of counts over the rows that entered, such as ``events_1`` and ``n_1``.
    provenance : Provenance
        The weakest among all values that entered.
    notes : tuple of str
        Every exclusion and correction.
    """

    spec: AnalysisSpec
    inputs: str
    engine: str
    rows: tuple[str, ...]
    k: int
    participants: int
    effect: Estimate | None
    se: float | None
    p: float | None
    studies: tuple[StudyEffect, ...]
    totals: dict[str, float]
    provenance: Provenance
    notes: tuple[str, ...]
    tau2: float | None = None
    I2: float | None = None  # percent
    QE: float | None = None
    QE_df: int | None = None
    QE_p: float | None = None
    prediction: Estimate | None = None
    by_correlation: dict[str, Estimate] | None = None
    scale: Literal["log", "natural"] = "natural"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRecorded:
    """That an analysis was run and looked at: what stood there then."""

    id: str
    inputs: str
    engine: str
    estimate: float | None
    ci_lb: float | None
    ci_ub: float | None


def input_hash(spec: AnalysisSpec, rows: tuple[ResultRow, ...]) -> str:
    """Hash everything that decides an analysis: specification, rows and engine."""
    said = msgspec.to_builtins({"engine": ENGINE, "rows": list(rows), "spec": spec})
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()
