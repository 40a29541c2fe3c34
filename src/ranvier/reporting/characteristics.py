"""Characteristics of studies: design, people, groups with regimens and doses, reports."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.study import Arm, Regimen, Study, cumulative_dose
from ranvier.reporting.additions import arm_node, regimen_node
from ranvier.reporting.anchors import anchor, trace_anchor
from ranvier.reporting.fields import fact_place, fact_words
from ranvier.reporting.marks import mark
from ranvier.reporting.page import Page
from ranvier.reporting.references import Reference, references_of
from ranvier.reporting.titles import register_link

__all__ = ["ArmView", "StudyView", "study_views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmView:
    """A group of a study and what it was given."""

    label: str
    n: Markup | None
    regimens: tuple[Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """One study as its table shows it."""

    anchor: str
    trace: str
    study: Study
    questions: tuple[str, ...]
    facts: tuple[tuple[str, Markup], ...]
    arms: tuple[ArmView, ...]
    outcomes: tuple[str, ...]
    registrations: tuple[tuple[str, str | None], ...]
    reports: tuple[Reference, ...]
    uncertain: tuple[str, ...]


#: Facts that the reports and registrations of a study show already.
ELSEWHERE = frozenset({"registration"})


def study_views(page: Page, role: str) -> list[StudyView]:
    """Lay out all studies of a role."""
    return [_study(page, s) for s in page.review.studies.values() if s.role == role]


def _study(page: Page, study: Study) -> StudyView:
    """Lay out one study."""
    outcomes = dict.fromkeys(r.outcome for r in page.review.rows.values() if r.study == study.id)
    known = page.review.outcomes
    return StudyView(
        anchor=anchor("study", study.id),
        trace=trace_anchor(f"study/{study.id}"),
        study=study,
        questions=tuple(
            page.review.questions[q].title if q in page.review.questions else q
            for q in study.questions
        ),
        facts=tuple(
            (fact_words(name), page.value(value, f"value/{study.id}/{name}"))
            for name, value in sorted(study.facts.items(), key=lambda fact: fact_place(fact[0]))
            if name not in ELSEWHERE
        ),
        arms=tuple(_arm(page, study, arm) for arm in study.arms),
        outcomes=tuple(known[id].name if id in known else id for id in outcomes),
        registrations=tuple((id, register_link(id)) for id in study.registrations),
        reports=tuple(references_of(page, study)),
        uncertain=study.uncertain,
    )


def _arm(page: Page, study: Study, arm: Arm) -> ArmView:
    """Lay out one group."""
    return ArmView(
        label=arm.label,
        n=page.value(arm.n, arm_node(study.id, arm.id)) if arm.n is not None else None,
        regimens=tuple(
            _regimen(page, study.id, arm.id, i, regimen) for i, regimen in enumerate(arm.regimens)
        ),
    )


def _regimen(page: Page, study: str, arm: str, index: int, regimen: Regimen) -> Markup:
    """Write a regimen: drug, dose, schedule, and the dose of one course where both are known."""

    def part(field: str, before: str, after: str) -> list[Markup]:
        value = getattr(regimen, field)
        if value is None or value.value is None:
            return []
        said = page.value(value, regimen_node(study, arm, index, field))
        return [Markup("{}{}{}").format(before, said, after)]

    has_unit = regimen.dose is not None and regimen.dose.unit
    said_unit = (regimen.dose.unit if regimen.dose else None) or regimen.dose_unit or ""
    unit = f" {regimen.dose_unit}" if regimen.dose_unit and not has_unit else ""
    per_day = " a day" if regimen.days is not None and "day" not in said_unit else ""
    parts = part("dose", "", f"{unit}{per_day}")
    parts += part("days", "for ", " days" if not _is_words(regimen.days) else "")
    parts += part("courses", "courses: ", "")
    parts += part(
        "interval_weeks", "every ", " weeks" if not _is_words(regimen.interval_weeks) else ""
    )
    parts += part(
        "duration_weeks", "over ", " weeks" if not _is_words(regimen.duration_weeks) else ""
    )
    total = cumulative_dose(regimen)
    if total is not None and regimen.dose is not None and regimen.days is not None:
        shown = (
            f"{page.numbers.plain(total)} {regimen.dose_unit or regimen.dose.unit or ''}".strip()
        )
        node = regimen_node(study, arm, index, "dose")
        said = page.link(shown, node) + mark("derived", page.words.gettext)
        parts.append(Markup("one course: {}").format(said))
    head = ", ".join(said for said in (regimen.drug, regimen.route, regimen.phase) if said)
    out = Markup("<b>{}</b>").format(head)
    if parts:
        out += Markup(": ") + Markup(", ").join(parts)
    if regimen.words:
        out += Markup(' <span class="aside">{}</span>').format(regimen.words)
    return out


def _is_words(value: object) -> bool:
    """Whether a value is given in words, which bring their own unit."""
    return isinstance(getattr(value, "value", None), str)
