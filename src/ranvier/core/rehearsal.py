"""A rehearsal: a review that was screened, screened again in the order of a ranking."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.core.progress import Hindsight

__all__ = ["Rehearsal", "RehearsedStop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedStop:
    """Where a stopping rule would have ended one run.

    Attributes
    ----------
    screened, found : int
        Records read by then, and relevant ones among them.
    reached : bool
        Whether recall was at the target.
    """

    screened: int
    found: int
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a ranking would have done to the work of a review whose records are decided.

    Attributes
    ----------
    decided : int
        Records, or clusters of them, that the screening settled, and that took part.
    relevant : int
        Included among them.
    left_out : int
        Records that are not settled, or whose text could not be retrieved.
    titles_only : int
        Of those that took part, how many have no abstract.
    past : Hindsight
        The runs; without the two records that each begins with.
    wss95 : float
        Work saved over sampling at 95% recall, mean of the runs, between -0.05 and 0.95.
    stops : tuple of RehearsedStop
        One a run.
    target, confidence : float
        What was asked of the rule, between 0 and 1.
    """

    decided: int
    relevant: int
    left_out: int
    titles_only: int
    past: Hindsight
    wss95: float
    stops: tuple[RehearsedStop, ...]
    target: float
    confidence: float
