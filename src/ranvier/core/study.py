"""Reports and studies: documents about an investigation, and the investigation itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ranvier.core.value import Value

__all__ = [
    "Arm",
    "Conflict",
    "Regimen",
    "Report",
    "ReportKind",
    "Study",
    "StudyRole",
    "cumulative_dose",
]

ReportKind: TypeAlias = Literal[
    "article", "conference_abstract", "registration", "results_page", "press_release", "other"
]
StudyRole: TypeAlias = Literal["included", "supporting", "ongoing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A document about a study; `record` is the record or cluster that describes it."""

    id: str
    record: str
    kind: ReportKind
    primary: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimen:
    """A drug with its dose and schedule.

    Attributes
    ----------
    dose : Value or None
        Per administration (per day, where `days` is given), in `dose_unit`.
    dose_unit : str or None
        ``g/kg``, ``mg/kg``, ``mg`` ...
    days : Value or None
        Consecutive days of one course.
    courses : Value or None
        Number of courses; text where it varied.
    interval_weeks, duration_weeks : Value or None
    """

    drug: str
    route: str | None = None
    phase: str | None = None
    dose: Value | None = None
    dose_unit: str | None = None
    days: Value | None = None
    courses: Value | None = None
    interval_weeks: Value | None = None
    duration_weeks: Value | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A group of a study, or a period of a crossover trial, and what it was given."""

    id: str
    label: str
    regimens: tuple[Regimen, ...] = ()
    n: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The investigation.

    Attributes
    ----------
    year : int or None
        Of its main report.
    design, randomised : str or None, bool or None
        None until somebody has read it in a report: a study that was just gathered has none.
    reports : tuple of str
        Ids of its reports: registration, abstract, paper ...
    facts : dict of str to Value
        Characteristics by name: ``n_randomised``, ``blinding``, ``population``, ``funding`` ...
    role : {"included", "supporting", "ongoing"}
        Included in a question, told beside it, or without results yet.
    """

    id: str
    label: str
    year: int | None
    design: str | None
    randomised: bool | None
    questions: tuple[str, ...]
    reports: tuple[str, ...]
    arms: tuple[Arm, ...]
    facts: dict[str, Value]
    role: StudyRole
    registrations: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Sources that say different things about the same; both stay, side by side.

    Attributes
    ----------
    about : str
        What they disagree on, in words.
    study : str
    sides : dict of str to Value
        What each source says, by a short label.
    rows : tuple of str
        Result rows it bears on.
    resolution : str or None
        What was done about it; ``None`` while open.
    """

    id: str
    about: str
    study: str
    sides: dict[str, Value]
    rows: tuple[str, ...] = ()
    resolution: str | None = None


def cumulative_dose(regimen: Regimen) -> float | None:
    """Return dose times days of one course, in the unit of the dose; ``None`` if not known.

    Examples
    --------
    >>> v = lambda x: Value(value=x, provenance="recalled")
    >>> cumulative_dose(Regimen(drug="IVIg", dose=v(0.4), dose_unit="g/kg", days=v(5)))
    2.0
    """
    numbers = [v.value for v in (regimen.dose, regimen.days) if v is not None]
    if len(numbers) < 2 or not all(isinstance(n, int | float) for n in numbers):
        return None
    return float(numbers[0]) * float(numbers[1])  # pyright: ignore[reportArgumentType]
