"""Reports that may be gathered: what somebody sees to be included, and everybody may know of."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from ranvier.core.gathering import Gathered, gathered
from ranvier.core.protocol import Stage
from ranvier.core.record import Record
from ranvier.core.sight import blinds_somebody
from ranvier.core.study import Report, ReportKind
from ranvier.dedup.link import stage_of
from ranvier.dedup.ties import fullest
from ranvier.workflow.screen.view import View

__all__ = ["Held", "held", "kind_of", "records_of"]


@dataclass(frozen=True, slots=True)
class Held:
    """Studies and included reports, as somebody sees them at one moment.

    Attributes
    ----------
    included : set of str
        Items they see to be included on the full text.
    known : set of str
        Those of them that everybody may know of: who may still have to decide on one, without
        knowing what a colleague decided, must not learn it from a study.
    found : Gathered
    reports : mapping of str to tuple of Report
        By item, the reports that it is: several, if they were found to be duplicates since.
    """

    included: Set[str]
    known: Set[str]
    found: Gathered
    reports: Mapping[str, tuple[Report, ...]]

    @property
    def loose(self) -> tuple[str, ...]:
        """Items that wait to be gathered: those in a supporting study have a place."""
        return tuple(i for i in self.found.loose if i in self.known and i not in self.found.homes)

    @property
    def waiting(self) -> Set[str]:
        """Items of no study that not everybody may know of yet."""
        return self.included - self.known - self.found.homes.keys()


def held(view: View) -> Held:
    """Find out what is included, and in which study."""
    review, items = view.layout.review, view.layout.items
    included = _included(view)

    def item_of(id: str) -> str:
        return items.item_of(id) or id

    reports: dict[str, tuple[Report, ...]] = {}
    for report in review.reports.values():
        item = item_of(report.record)
        reports[item] = (*reports.get(item, ()), report)
    return Held(
        included=included,
        known={item for item in included if _known(view, item)} if _blind(view) else included,
        found=gathered(review, included, item_of=item_of),
        reports=reports,
    )


def _included(view: View) -> Set[str]:
    """Return the items that went through both stages, as somebody sees it: what the flow counts."""
    stages: tuple[Stage, Stage] = ("title_abstract", "full_text")
    if not set(stages) <= set(view.stages()):
        return frozenset()
    first, second = (view.items_in(stage, "included") for stage in stages)
    return first & second


def _blind(view: View) -> bool:
    """Say whether votes on full texts are hidden from anybody who reads there."""
    protocol = view.layout.review.protocol
    rules = protocol.screening if protocol else ()
    checked: list[Stage] = [rule.stage for rule in rules if rule.rule == "one_and_machine"]
    return blinds_somebody("full_text", view.layout.shares, machine_checked=checked)


def _known(view: View, item: str) -> bool:
    """Say whether everybody may know what came of an item: it was resolved, or opened."""
    resolved = "" in view.seen("full_text", item)
    return resolved or view.layout.shares.is_open("full_text", item)


def records_of(view: View, item: str) -> tuple[Record, ...]:
    """Return the records that describe an item."""
    return tuple(view.desk.shelf.record(id) for id in view.layout.items.records_of(item))


def kind_of(item: str, records: tuple[Record, ...]) -> ReportKind:
    """Say what kind of document a report is, as its records tell it."""
    record = fullest(item, records)
    stage = stage_of(record)
    if stage == "registration":
        return "registration"
    if stage == "abstract":
        return "conference_abstract"
    told = {r.genre for r in records} - {None}
    written = {"article", "article-journal", "article-magazine", "article-newspaper", "manuscript"}
    return "article" if not told or told & written else "other"
