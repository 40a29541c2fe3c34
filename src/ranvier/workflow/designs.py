"""Study designs: which reports of a review look like randomized trials; nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ranvier.core.record import Record
from ranvier.ranking.design import DesignSuggestion, classify_records
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store

__all__ = ["SuggestedDesign", "designs"]


@dataclass(frozen=True, slots=True)
class SuggestedDesign:
    """A report, described by its fullest record, and what it looks like to a machine.

    Attributes
    ----------
    record : Record
        Its id is the report's; its publication types are those of all records of the report.
    """

    record: Record
    suggestion: DesignSuggestion


def designs(store: Store) -> list[SuggestedDesign]:
    """Suggest which reports are of randomized trials, the likeliest first."""
    review = load(store)
    reports: list[Record] = [r for id, r in review.records.items() if id not in review.homes]
    for id, held in review.clusters.items():
        members = [review.records[record] for record in held]
        fullest = max(members, key=lambda r: len(r.abstract or ""))
        types = tuple(dict.fromkeys(t for r in members for t in r.types))
        reports.append(replace(fullest, id=id, types=types))
    found = [SuggestedDesign(*each) for each in classify_records(reports)]
    return sorted(found, key=lambda d: (-d.suggestion.probability, d.record.id))
