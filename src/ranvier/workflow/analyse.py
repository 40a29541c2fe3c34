"""Analysing: the protocol's analyses computed, and recorded as they stand."""

from __future__ import annotations

from ranvier.core.analysis import Analysis, AnalysisRecorded
from ranvier.core.event import Event
from ranvier.synthesis import analyse_all
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying, record

__all__ = ["record_analyses"]


def record_analyses(
    store: Store, *, actor: str, at: str | None = None, reason: str | None = None
) -> list[Event]:
    """Compute every planned analysis and record those whose inputs changed since the last time.

    Returns
    -------
    list of Event
        One for each analysis that is new or moved; empty if all stand as recorded.
    """
    review = load(store)
    moved: list[Saying] = []
    for id, analysis in analyse_all(review).items():
        before = review.recorded.get(id)
        if before is None or (before.inputs, before.engine) != (analysis.inputs, analysis.engine):
            moved.append(Saying(payload=recorded_form(analysis), actor=actor, at=at, reason=reason))
    return record(store, moved) if moved else []


def recorded_form(analysis: Analysis) -> AnalysisRecorded:
    """Keep of an analysis what later states are compared with."""
    effect = analysis.effect
    return AnalysisRecorded(
        id=analysis.spec.id,
        inputs=analysis.inputs,
        engine=analysis.engine,
        estimate=effect.estimate if effect else None,
        ci_lb=effect.ci_lb if effect else None,
        ci_ub=effect.ci_ub if effect else None,
    )
