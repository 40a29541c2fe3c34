"""The trace: from a sentence to the words in the source, each step with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ranvier.core.analysis import Analysis
from ranvier.core.event import Event
from ranvier.core.finding import Finding
from ranvier.core.result import ResultRow, row_provenance
from ranvier.core.review import Review
from ranvier.core.value import Provenance, Value
from ranvier.errors import NotFoundError

__all__ = ["Node", "analysis_is_stale", "stale_reasons", "trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a trace.

    Attributes
    ----------
    id : str
        ``finding/ID``, ``analysis/ID``, ``row/ID``, ``value/ROW/FIELD``, ``source/ID``,
        ``certainty/ID``, ``bias/ID``, ``study/ID``, ``record/ID``, ``text/ID`` ...
    title : str
        What it is, in a line.
    detail : tuple of (str, str)
        Names and what they hold.
    provenance : Provenance or None
    stale : tuple of str
        Why it no longer holds; empty if it does.
    event : Event or None
        Who said it last, when and why.
    below : tuple of str
        Ids of what it is made from.
    """

    id: str
    title: str
    detail: tuple[tuple[str, str], ...] = ()
    provenance: Provenance | None = None
    stale: tuple[str, ...] = ()
    event: Event | None = None
    below: tuple[str, ...] = ()


def stale_reasons(based_on: Mapping[str, str], analyses: Mapping[str, Analysis]) -> tuple[str, ...]:
    """Say which analyses changed since something was based on them."""
    reasons: list[str] = []
    for id, inputs in based_on.items():
        now = analyses.get(id)
        if now is None:
            reasons.append(f"analysis {id!r} no longer exists")
        elif now.inputs != inputs:
            reasons.append(f"the data or the method of analysis {id!r} changed since")
    return tuple(reasons)


def analysis_is_stale(review: Review, analysis: Analysis) -> tuple[str, ...]:
    """Say why an analysis is not the one that was last recorded; empty if it is, or never was."""
    recorded = review.recorded.get(analysis.spec.id)
    if recorded is None:
        return ()
    if recorded.engine != analysis.engine:
        return (f"recorded with {recorded.engine}, now {analysis.engine}",)
    if recorded.inputs != analysis.inputs:
        return ("its data or its method changed since it was recorded",)
    return ()
