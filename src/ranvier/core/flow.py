"""The PRISMA 2020 flow: counted from the log, never typed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ranvier.core.review import Review
from ranvier.core.screening import Decision, ItemState, screening_state

__all__ = ["Flow", "flow_of", "item_states"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Counts of the flow diagram; names follow the public PRISMA 2020 template.

    Attributes
    ----------
    records_excluded_reasons, reports_excluded_reasons : dict of str to int
        By criterion id.
    warnings : tuple of str
        Arithmetic that does not hold; reported, never mended.
    """

    database_results: int
    register_results: int
    other_results: int
    duplicates: int
    records_screened: int
    records_excluded: int
    records_excluded_reasons: dict[str, int]
    records_waiting: int
    reports_sought: int
    reports_not_retrieved: int
    reports_assessed: int
    reports_excluded: int
    reports_excluded_reasons: dict[str, int]
    reports_waiting: int
    new_studies: int
    new_reports: int
    supporting_studies: int
    ongoing_studies: int
    ongoing_reports: int
    warnings: tuple[str, ...]


#: Which of two verdicts keeps a report in the review.
_KEEPS = {"exclude": 0, "not_retrieved": 0, "maybe": 1, "include": 2}


def item_states(review: Review, stage: str) -> dict[str, ItemState]:
    """Return the screening state of every item that has a decision at `stage`."""
    protocol = review.protocol
    rules = {rule.stage: rule for rule in protocol.screening} if protocol else {}
    by_item: dict[str, dict[str, Decision]] = {}
    for decision in review.decisions.values():
        if decision.stage == stage:
            given = by_item.setdefault(review.item_of(decision.item), {})
            before = given.get(decision.reviewer)
            # One person who judged two records of one report has one voice: the one that keeps it.
            if before is None or _KEEPS[decision.verdict] >= _KEEPS[before.verdict]:
                given[decision.reviewer] = decision
    return {
        item: screening_state(given.values(), rules[stage])  # pyright: ignore[reportArgumentType]
        for item, given in by_item.items()
    }


def flow_of(review: Review) -> Flow:
    """Count the flow of a review.

    Title/abstract decisions are on records (or on the cluster that a record belongs to); full-text
    decisions are on records or clusters that went on, each standing for one report.
    """
    kinds = Counter(record.kind for record in review.records.values())
    duplicates = sum(len(records) - 1 for records in review.clusters.values())
    first = item_states(review, "title_abstract")
    second = item_states(review, "full_text")
    screened = [item for item, state in first.items() if state in ("included", "excluded")]
    unique = len(review.records) - duplicates
    included = [item for item, state in second.items() if state == "included"]
    excluded = [item for item, state in second.items() if state == "excluded"]
    missing = [item for item, state in second.items() if state == "not_retrieved"]
    sought = [item for item, state in first.items() if state == "included"]
    studies = list(review.studies.values())
    counted = {study.id for study in studies if study.role == "included"}
    reports = [report for study in studies if study.id in counted for report in study.reports]
    ongoing = [report for study in studies if study.role == "ongoing" for report in study.reports]
    warnings: list[str] = []
    if set(second) - set(sought):
        strays = sorted(set(second) - set(sought))
        warnings.append(
            f"{len(strays)} items have a full-text decision without having been included on "
            f"title and abstract: {', '.join(strays[:5])}."
        )
    in_reports = {review.item_of(report.record) for report in review.reports.values()}
    homeless = sorted(set(included) - in_reports)
    if homeless:
        warnings.append(
            f"{len(homeless)} included reports belong to no study: {', '.join(homeless[:5])}."
        )
    told = len(set(reports) | set(ongoing))
    if told != len(included) and not homeless:
        warnings.append(
            f"{len(included)} reports are included on the full text, but the included and ongoing "
            f"studies have {told}."
        )
    return Flow(
        database_results=kinds["database"],
        register_results=kinds["register"],
        other_results=kinds["other"],
        duplicates=duplicates,
        records_screened=len(screened),
        records_excluded=sum(state == "excluded" for state in first.values()),
        records_excluded_reasons=_reasons(review, "title_abstract", first),
        records_waiting=unique - len(screened),
        reports_sought=len(sought),
        reports_not_retrieved=len(missing),
        reports_assessed=len(included) + len(excluded),
        reports_excluded=len(excluded),
        reports_excluded_reasons=_reasons(review, "full_text", second),
        reports_waiting=len(set(sought) - set(included) - set(excluded) - set(missing)),
        new_studies=len(counted),
        new_reports=len(set(reports)),
        supporting_studies=sum(study.role == "supporting" for study in studies),
        ongoing_studies=sum(study.role == "ongoing" for study in studies),
        ongoing_reports=len(set(ongoing)),
        warnings=tuple(warnings),
    )


def _reasons(review: Review, stage: str, states: dict[str, ItemState]) -> dict[str, int]:
    """Count exclusions by their first reason, the most frequent first."""
    reasons = {
        review.item_of(d.item): d.reasons[0]
        for d in review.decisions.values()
        if d.stage == stage and d.verdict == "exclude" and d.reasons
    }
    counts = Counter(
        reasons.get(item, "no reason given")
        for item, state in states.items()
        if state == "excluded"
    )
    return dict(counts.most_common())
