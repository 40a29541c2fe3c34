"""How far screening has come: what was found, what may be left, and whether a rule lets it end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Hindsight",
    "ProgressPoint",
    "Reading",
    "RecallEstimate",
    "ScreeningProgress",
    "StoppingState",
]

#: ``go_on``: the rule is not met. ``may_stop``: it is; whether to stop is for people to decide.
#: ``all_read``: there is nothing left to decide.
StoppingState = Literal["go_on", "may_stop", "all_read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallEstimate:
    """How many relevant records are still unread, as one rule sees it.

    Attributes
    ----------
    found : int
        Relevant records among those read.
    missed : float or None
        Estimate of the relevant records among those unread; ``None`` where the rule cannot say.
    missed_lb, missed_ub : int
        Its bounds; the upper one holds with confidence `level`, the lower one is 0 where a rule
        bounds from above only.
    recall : float or None
        ``found / (found + missed)``; ``None`` without an estimate or a find.
    recall_lb : float or None
        ``found / (found + missed_ub)``: recall is at least this, with confidence `level`; ``None``
        where nothing was found.
    level : float
        Between 0 and 1.
    """

    found: int
    missed: float | None
    missed_lb: int
    missed_ub: int
    recall: float | None
    recall_lb: float | None
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPoint:
    """The state after so many records were read."""

    screened: int
    estimate: RecallEstimate
    state: StoppingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far records were read, and what was found on the way.

    Attributes
    ----------
    records : int
        Read and unread together.
    screened : int
        Read so far.
    finds : tuple of int
        After how many records each relevant one was found, counted from 1, ascending.
    """

    records: int
    screened: int
    finds: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningProgress(Reading):
    """The course of screening, with what one stopping rule said along it.

    Attributes
    ----------
    points : tuple of ProgressPoint
        Where the rule was asked, ascending; the last one is now.
    rule : str
        Its name as people read it.
    target, confidence : float
        What was asked of it, between 0 and 1.
    """

    points: tuple[ProgressPoint, ...]
    rule: str
    target: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindsight:
    """A review whose relevant records are all known, read again in another order.

    Attributes
    ----------
    records, relevant : int
        How many there are to be read, and to be found.
    runs : tuple of tuple of int
        Of each run, after how many records each relevant one was found, ascending.
    met : tuple of int
        Of each run, after how many records a stopping rule was met; empty if none was asked.
    """

    records: int
    relevant: int
    runs: tuple[tuple[int, ...], ...]
    met: tuple[int, ...] = ()
