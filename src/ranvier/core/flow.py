"""The PRISMA 2020 flow: counted from the log, never typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ranvier.core.gathering import Gathered, gathered
from ranvier.core.protocol import ScreeningRule
from ranvier.core.record import RecordKind
from ranvier.core.review import Review
from ranvier.core.screening import Decision, ItemState, keeping, screening_state

__all__ = [
    "Flow",
    "Outcome",
    "count_flow",
    "flow_of",
    "item_decisions",
    "item_outcomes",
    "item_states",
    "outcome",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Counts of the flow diagram; names follow the public PRISMA 2020 template.

    Attributes
    ----------
    records_excluded_reasons, reports_excluded_reasons : dict of str to int
        By criterion id.
    reports_ungathered : int
        Included on the full text, and of no included or ongoing study yet. With `new_reports` and
        `ongoing_reports` they are all that is included.
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
    reports_ungathered: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an item at a stage.

    Attributes
    ----------
    reason : str or None
        The criterion that an exclusion counts under; None if nobody named one.
    """

    state: ItemState
    reason: str | None


def outcome(given: Sequence[Decision], rule: ScreeningRule) -> Outcome:
    """Fold the standing decisions on one item into what came of it.

    An exclusion counts under the reason of its resolution, or the first that most of those who
    excluded it named.
    """
    state = screening_state(given, rule)
    if state != "excluded":
        return Outcome(state, None)
    told = [d for d in given if d.verdict == "exclude" and d.reasons]
    resolved = [d for d in told if d.resolves]
    named = Counter(d.reasons[0] for d in sorted(resolved or told, key=lambda d: d.reviewer))
    return Outcome(state, named.most_common(1)[0][0] if named else None)


def item_states(review: Review, stage: str) -> dict[str, ItemState]:
    """Return the screening state of every item that has a decision at `stage`."""
    return {item: found.state for item, found in item_outcomes(review, stage).items()}


def item_outcomes(review: Review, stage: str) -> dict[str, Outcome]:
    """Return what came of every item that has a decision at `stage`."""
    protocol = review.protocol
    rules = {rule.stage: rule for rule in protocol.screening} if protocol else {}
    return {
        item: outcome(given, rules[stage])  # pyright: ignore[reportArgumentType]
        for item, given in item_decisions(review, stage).items()
    }


def item_decisions(review: Review, stage: str) -> dict[str, tuple[Decision, ...]]:
    """Return the decisions on every item that has one: a vote a person, and a resolution.

    Votes of people who were removed from the team are left out. Who judged two records of one
    report has one voice: the one that keeps it.
    """
    removed = {m.actor for m in review.team.values() if m.status == "removed"}
    by_item: dict[str, dict[str, Decision]] = {}
    for decision in review.decisions.values():
        if decision.stage != stage or (decision.reviewer in removed and not decision.resolves):
            continue
        given = by_item.setdefault(review.item_of(decision.item), {})
        voice = "" if decision.resolves else decision.reviewer
        before = given.get(voice)
        given[voice] = decision if before is None else keeping(before, decision)
    return {item: tuple(given.values()) for item, given in by_item.items()}


def flow_of(review: Review) -> Flow:
    """Count the flow of a review.

    Title/abstract decisions are on records (or on the cluster that a record belongs to); full-text
    decisions are on records or clusters that went on, each standing for one report.
    """
    return count_flow(
        review,
        kinds=Counter(record.kind for record in review.records.values()),
        first=item_outcomes(review, "title_abstract"),
        second=item_outcomes(review, "full_text"),
    )


def count_flow(
    review: Review,
    *,
    kinds: Mapping[RecordKind | None, int],
    first: Mapping[str, Outcome],
    second: Mapping[str, Outcome],
    item_of: Callable[[str], str] | None = None,
) -> Flow:
    """Count a flow from what came of each item, of a review whose records are not read.

    Parameters
    ----------
    kinds : mapping of str to int
        Records by the side of the flow they came from.
    first, second : mapping of str to Outcome
        What came of each item on title and abstract, and on the full text.
    item_of : callable or None
        What a record is screened as today; as the review says, if None.
    """
    duplicates = sum(len(records) - 1 for records in review.clusters.values())
    unique = sum(kinds.values()) - duplicates
    sought = {item for item, found in first.items() if found.state == "included"}
    gone = {item for item, found in first.items() if found.state == "excluded"}
    strays = sorted(second.keys() - sought)
    # A report that was decided on, and is sought no more, is in no box below the one it left by.
    assessed = {item: found.state for item, found in second.items() if item in sought}
    boxes = Counter(assessed.values())
    included = {item for item, state in assessed.items() if state == "included"}
    found = gathered(review, included, item_of=item_of)
    settled = boxes["included"] + boxes["excluded"]
    return Flow(
        database_results=kinds.get("database", 0),
        register_results=kinds.get("register", 0),
        other_results=kinds.get("other", 0),
        duplicates=duplicates,
        records_screened=len(sought) + len(gone),
        records_excluded=len(gone),
        records_excluded_reasons=_reasons(first, gone),
        records_waiting=unique - len(sought) - len(gone),
        reports_sought=len(sought),
        reports_not_retrieved=boxes["not_retrieved"],
        reports_assessed=settled,
        reports_excluded=boxes["excluded"],
        reports_excluded_reasons=_reasons(
            second, {item for item, state in assessed.items() if state == "excluded"}
        ),
        reports_waiting=len(sought) - settled - boxes["not_retrieved"],
        new_studies=len(found.counted["included"]),
        new_reports=len(found.reports["included"]),
        supporting_studies=sum(s.role == "supporting" for s in review.studies.values()),
        ongoing_studies=len(found.counted["ongoing"]),
        ongoing_reports=len(found.reports["ongoing"]),
        reports_ungathered=len(found.loose),
        warnings=tuple(_warnings(review, strays, found)),
    )


def _warnings(review: Review, strays: list[str], found: Gathered) -> Iterator[str]:
    """Say what does not add up."""
    if strays:
        yield (
            f"{len(strays)} items have a full-text decision without having been included on "
            f"title and abstract: {', '.join(strays[:5])}."
        )
    if found.loose:
        belong = "included report belongs" if len(found.loose) == 1 else "included reports belong"
        yield (
            f"{len(found.loose)} {belong} to no study: {_named(found.loose)}. "
            "They are not among the studies included until a study is described for each."
        )
    if found.left:
        label = {study.id: study.label for study in review.studies.values()}
        named = _named([f"{item} ({label[study]})" for study, item in found.left])
        stand = "report stands" if len(found.left) == 1 else "reports stand"
        yield (
            f"{len(found.left)} {stand} in a study without being included on the full text: "
            f"{named}. Such a report is not counted: take it out, or decide on it again."
        )
    if found.twice:
        yield (
            f"Two studies have the same report: {_named(found.twice)}. It is counted once: take it "
            "out of one of them."
        )


def _named(things: Sequence[str]) -> str:
    """Name the first few of many."""
    return ", ".join(things[:5]) + (", …" if len(things) > 5 else "")


def _reasons(outcomes: Mapping[str, Outcome], excluded: set[str]) -> dict[str, int]:
    """Count exclusions by one reason each, the most frequent first."""
    counts = Counter(outcomes[item].reason or "no reason given" for item in excluded)
    return dict(sorted(counts.items(), key=lambda found: (-found[1], found[0])))
