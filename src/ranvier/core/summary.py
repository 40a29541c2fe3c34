"""One row of the summary of findings, computed: every cell of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.core.analysis import Estimate
from ranvier.core.judgement import CertaintyLevel
from ranvier.core.value import Provenance

__all__ = ["EffectDirection", "EffectSize", "SummaryRow"]

EffectSize = Literal["large", "important", "small", "trivial", "unclear"]
EffectDirection = Literal["better", "worse", "either"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """The cells of one finding.

    Attributes
    ----------
    risk_1, risk_2 : Estimate or None
        Risk per 1000 in the experimental and the comparator group (binary outcomes).
    difference : Estimate or None
        Absolute difference: per 1000 for binary outcomes, in units for continuous ones.
    relative : Estimate or None
        Relative effect on its natural scale; ``None`` for differences.
    certainty : CertaintyLevel or None
        ``None``: not assessed.
    certainty_source : str or None
        Whose judgement it is.
    size, direction
        Category of the effect against the minimal important difference (or GRADE's usual bounds),
        and whether it is better or worse for people; ``either`` where the interval holds both.
    stale : tuple of str
        Why the row no longer holds.
    """

    finding: str
    comparison: str
    outcome: str
    analysis: str
    measure: str
    risk_1: Estimate | None
    risk_2: Estimate | None
    difference: Estimate | None
    relative: Estimate | None
    participants: int
    studies: int
    certainty: CertaintyLevel | None
    certainty_source: str | None
    size: EffectSize
    direction: EffectDirection
    provenance: Provenance
    stale: tuple[str, ...]
    comment: str | None
