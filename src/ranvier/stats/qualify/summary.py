"""Outcomes by family: how many passed, and in how many digits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from ranvier.stats.qualify.case import CaseOutcome

__all__ = ["FamilySummary", "summarise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilySummary:
    """The outcomes of one family.

    Attributes
    ----------
    passed, failed, unsupported : int
        Cases by status.
    remarked : int
        Of those passed, how many have numbers that differ for a reason that was shown.
    median, worst : float or None
        Digits in which the worst number of the middle case, and of the worst case, agrees: among
        the cases that passed without a remark. None without such a case.
    worst_case : str or None
        Its id.
    """

    family: str
    passed: int
    remarked: int
    failed: int
    unsupported: int
    median: float | None
    worst: float | None
    worst_case: str | None


def summarise(outcomes: Iterable[CaseOutcome]) -> tuple[FamilySummary, ...]:
    """Part outcomes by family, in the order of their first case.

    Examples
    --------
    >>> one = CaseOutcome(id="peto/a", family="peto", status="passed", worst=12.5, numbers=9)
    >>> [family] = summarise([one])
    >>> family.passed, family.worst, family.worst_case
    (1, 12.5, 'peto/a')
    """
    groups: dict[str, list[CaseOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.family, []).append(outcome)
    return tuple(_family(name, held) for name, held in groups.items())


def _family(name: str, held: list[CaseOutcome]) -> FamilySummary:
    passed = [o for o in held if o.status == "passed"]
    plain = {o.id: o.worst for o in passed if o.remark is None and o.worst is not None}
    lowest = min(plain, key=lambda case: plain[case]) if plain else None
    return FamilySummary(
        family=name,
        passed=len(passed),
        remarked=sum(o.remark is not None for o in passed),
        failed=sum(o.status == "failed" for o in held),
        unsupported=sum(o.status == "unsupported" for o in held),
        median=median(plain.values()) if plain else None,
        worst=None if lowest is None else plain[lowest],
        worst_case=lowest,
    )
