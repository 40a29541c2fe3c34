"""A published result recomputed from its stated rows and analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Control", "Figure", "Reproduction"]

Status = Literal["agrees", "disagrees", "not_computable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One printed figure beside ours: `ours` is rounded to the printed digits."""

    name: str
    printed: str
    ours: str
    value: float | None
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Another analysis of the same rows, and what it gives."""

    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What came of one published result.

    Attributes
    ----------
    as_expected : bool
        Whether it agrees where it should and disagrees where the print is known to be wrong,
        controls included.
    why : str
        Empty, or what does not hold and why.
    """

    id: str
    question: str
    review: str
    status: Status
    expected: Literal["agree", "disagree"]
    as_expected: bool
    analysis: str
    figures: tuple[Figure, ...]
    controls: tuple[Control, ...]
    rows_provenance: str
    provenance: str
    finding: str | None
    why: str
