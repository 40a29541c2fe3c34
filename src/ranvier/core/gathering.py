"""Gathering: which reports are of which study, held against what was included on the full text.

A study is described by people, and names its reports; what is included follows from decisions, and
may change. Both are kept apart, so that neither quietly changes the other: what follows here is
where they meet, and where they do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from ranvier.core.review import Review
from ranvier.core.study import Study, StudyRole

__all__ = ["Gathered", "gathered", "reports_of"]

#: Roles of studies whose reports are included ones; others are told beside them.
_COUNTED: tuple[StudyRole, ...] = ("included", "ongoing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Studies and what is included, side by side.

    Attributes
    ----------
    items : mapping of str to tuple of str
        By study, what its reports are screened as today, each once.
    homes : mapping of str to tuple of str
        By item, the studies it is in.
    counted : mapping of str to tuple of str
        By role, the studies that have an included report.
    reports : mapping of str to frozenset of str
        By role, the included items of its studies; each item under one role.
    loose : tuple of str
        Included items that are of no included or ongoing study, in order of their ids.
    left : tuple of (str, str)
        Study and item that is not, or no longer, included.
    twice : tuple of str
        Items in two studies: their records were found to be duplicates since.
    """

    items: Mapping[str, tuple[str, ...]]
    homes: Mapping[str, tuple[str, ...]]
    counted: Mapping[StudyRole, tuple[str, ...]]
    reports: Mapping[StudyRole, frozenset[str]]
    loose: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    twice: tuple[str, ...]


def gathered(
    review: Review, included: Set[str], *, item_of: Callable[[str], str] | None = None
) -> Gathered:
    """Hold the studies of a review against the items that are included on the full text.

    In a review whose protocol has no full-text screening, every report of a study counts.

    Parameters
    ----------
    included : set of str
    item_of : callable or None
        What a record is screened as today; as the review says, if None.
    """
    items = {
        study.id: reports_of(review, study, item_of=item_of) for study in review.studies.values()
    }
    homes: dict[str, tuple[str, ...]] = {}
    for study, held in items.items():
        for item in held:
            homes[item] = (*homes.get(item, ()), study)
    rules = review.protocol.screening if review.protocol else ()
    if not included and all(rule.stage != "full_text" for rule in rules):
        included = homes.keys()
    counted: dict[StudyRole, tuple[str, ...]] = {}
    reports: dict[StudyRole, frozenset[str]] = {}
    seen: frozenset[str] = frozenset()
    left: list[tuple[str, str]] = []
    for role in _COUNTED:
        studies = [s.id for s in review.studies.values() if s.role == role]
        counted[role] = tuple(id for id in studies if included & set(items[id]))
        held = frozenset(item for id in studies for item in items[id])
        reports[role] = (held & included) - seen
        seen |= reports[role]
        left += [(id, item) for id in studies for item in items[id] if item not in included]
    inside = Counter(item for held in items.values() for item in held)
    return Gathered(
        items=items,
        homes=homes,
        counted=counted,
        reports=reports,
        loose=tuple(sorted(included - seen)),
        left=tuple(left),
        twice=tuple(sorted(item for item, n in inside.items() if n > 1)),
    )


def reports_of(
    review: Review, study: Study, *, item_of: Callable[[str], str] | None = None
) -> tuple[str, ...]:
    """Return what the reports of a study are screened as today, each once, in their order."""
    there = item_of or review.item_of
    held = (review.reports.get(id) for id in study.reports)
    return tuple(dict.fromkeys(there(report.record) for report in held if report is not None))
