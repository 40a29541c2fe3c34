"""Setting the screening up: criteria and rule, giving records out, opening what was blind."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from ranvier.core.protocol import Criterion, ScreeningRule, Stage, StoppingPlan, StoppingRule
from ranvier.errors import InputError, RuleError
from ranvier.web.labels import allotment_labels
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere, members_of
from ranvier.web.words import N_

__all__ = ["STAGES", "STOPPING", "router"]

router = APIRouter(include_in_schema=False)

STAGES: dict[str, str] = {
    "title_abstract": N_("Title and abstract"),
    "full_text": N_("Full text"),
}

RULES: dict[str, str] = {
    "two_independent": N_("Two people, independently; conflicts are settled"),
    "two_and_adjudicator": N_("Two people, independently; a third settles conflicts"),
    "single": N_("One person"),
    "one_and_machine": N_("One person, with a machine check"),
}

#: When reading of titles and abstracts may end.
STOPPING: dict[str, str] = {
    "biased_urn": N_("Calibrated biased-urn test (recommended)"),
    "hypergeometric": N_("Hypergeometric test (buscar)"),
    "read_all": N_("Every record is read"),
}

Rule = Literal["two_independent", "two_and_adjudicator", "single", "one_and_machine"]


@router.get("/r/{review}/screening")
def screening(request: Request, review: str, seat: SeatHere) -> Response:
    """Show how each stage is screened, by whom, and what is given out."""
    stages = seat.screening.stages()
    return page(
        request,
        "set_up.html.j2",
        stages=stages,
        labels=allotment_labels(stages),
        protocol=seat.protocol,
        names=STAGES,
        rules=RULES,
        stopping=STOPPING,
        default=StoppingPlan(),
        members=members_of(seat, request),
        may_begin=seat.may("begin"),
        may_open=seat.may("open"),
        may_protocol=seat.may("protocol"),
    )


@router.get("/r/{review}/screening/protocol")
def protocol_form(request: Request, seat: SeatHere) -> Response:
    """Ask for criteria and rule of each stage."""
    return _protocol_page(request, seat)


@router.post("/r/{review}/screening/protocol")
def state_protocol(
    request: Request,
    review: str,
    seat: SeatHere,
    criteria_title_abstract: Annotated[str, Form()] = "",
    criteria_full_text: Annotated[str, Form()] = "",
    rule_title_abstract: Annotated[Rule, Form()] = "two_independent",
    rule_full_text: Annotated[Rule, Form()] = "two_independent",
    conflicts_title_abstract: Annotated[Literal["third", "discussion", ""], Form()] = "",
    conflicts_full_text: Annotated[Literal["third", "discussion", ""], Form()] = "",
    pilot_title_abstract: Annotated[int, Form()] = 0,
    pilot_full_text: Annotated[int, Form()] = 0,
    order_title_abstract: Annotated[Literal["own", "shared"], Form()] = "own",
    order_full_text: Annotated[Literal["own", "shared"], Form()] = "own",
    stopping: Annotated[Literal["biased_urn", "hypergeometric", "read_all", ""], Form()] = "",
    target: Annotated[float, Form()] = 95,
    confidence: Annotated[float, Form()] = 95,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Put criteria and rules into the protocol; a later change is an amendment with its reason."""
    held = {c.id: c for c in seat.protocol.criteria} if seat.protocol else {}
    taken = set(held)
    criteria = (
        *_criteria("title_abstract", criteria_title_abstract, held, taken),
        *_criteria("full_text", criteria_full_text, held, taken),
    )
    rules = (
        ScreeningRule(
            stage="title_abstract",
            rule=rule_title_abstract,
            conflicts=conflicts_title_abstract or None,
            pilot=max(0, pilot_title_abstract),
            order=order_title_abstract,
            stopping=_stopping(stopping or None, target, confidence),
        ),
        ScreeningRule(
            stage="full_text",
            rule=rule_full_text,
            conflicts=conflicts_full_text or None,
            pilot=max(0, pilot_full_text),
            order=order_full_text,
        ),
    )
    try:
        seat.screening.put_protocol(criteria=criteria, rules=rules, reason=reason.strip() or None)
    except (InputError, RuleError) as error:
        return _protocol_page(request, seat, problem=str(error))
    return redirect(request, f"/r/{review}/screening", said="The protocol says so now.")


@router.post("/r/{review}/screening/begin")
def begin(
    request: Request,
    review: str,
    seat: SeatHere,
    stage: Annotated[Stage, Form()],
    reviewers: Annotated[list[str] | None, Form()] = None,
    votes: Annotated[int | None, Form()] = None,
    kind: Annotated[Literal["main", "pilot"], Form()] = "main",
    size: Annotated[int | None, Form()] = None,
) -> Response:
    """Give out what nobody was given yet."""
    if not reviewers:
        raise InputError("nobody was chosen to screen.", remedy="Choose one or more reviewers.")
    made = seat.screening.begin(stage, reviewers=reviewers, votes=votes, kind=kind, size=size)
    what = "The pilot has begun" if made.kind == "pilot" else "Screening has begun"
    return redirect(request, f"/r/{review}/screening", said=f"{what}: {STAGES[stage].lower()}.")


@router.post("/r/{review}/screening/open")
def open_(
    request: Request, review: str, seat: SeatHere, allotment: Annotated[str, Form()]
) -> Response:
    """Lift the blinding of an allotment."""
    seat.screening.open(allotment)
    said = "Opened: its reviewers see each other's decisions from now on."
    return redirect(request, f"/r/{review}/screening", said=said)


@router.post("/r/{review}/screening/end")
def end(request: Request, review: str, seat: SeatHere, stage: Annotated[Stage, Form()]) -> Response:
    """Put how reading ended into the review document."""
    seat.screening.end(stage)
    said = "The review document says now how reading ended."
    return redirect(request, f"/r/{review}/progress", said=said)


def _protocol_page(request: Request, seat: Seat, *, problem: str | None = None) -> Response:
    protocol = seat.protocol
    rules: dict[str, Any] = {r.stage: r for r in protocol.screening} if protocol else {}
    said = protocol.criteria if protocol else ()
    criteria = {stage: "\n".join(c.text for c in said if c.stage == stage) for stage in STAGES}
    plan = rules["title_abstract"].stopping if "title_abstract" in rules else None
    return page(
        request,
        "protocol.html.j2",
        status=422 if problem else 200,
        problem=problem,
        names=STAGES,
        rules=RULES,
        held=rules,
        stopping=STOPPING,
        plan=plan or None,
        default=StoppingPlan(),
        criteria=criteria,
        amends=protocol is not None,
        may_protocol=seat.may("protocol"),
    )


def _stopping(
    rule: StoppingRule | None, target: float, confidence: float
) -> StoppingPlan | msgspec.UnsetType:
    """Make the plan of a form, whose levels are percent; nothing if the default is left."""
    if rule is None:
        return msgspec.UNSET
    if rule == "read_all":
        return StoppingPlan(rule=rule)
    return StoppingPlan(rule=rule, target=target / 100, confidence=confidence / 100)


def _criteria(
    stage: Stage, text: str, held: dict[str, Criterion], taken: set[str]
) -> list[Criterion]:
    """Make criteria of lines; one whose words are known keeps its id, which decisions name.

    New ids are added to those `taken`: both stages may have a criterion in the same words.
    """
    known = {(c.stage, c.text): c.id for c in held.values()}
    found: list[Criterion] = []
    for line in dict.fromkeys(one.strip(" \t-*•") for one in text.splitlines()):
        if not line:
            continue
        id = known.get((stage, line))
        if id is None:
            plain = re.sub(r"[^a-z0-9]+", "_", line.lower()).strip("_")[:40]
            id = _free(plain or "criterion", taken)
            taken.add(id)
        found.append(Criterion(id=id, stage=stage, text=line))
    return found


def _free(id: str, taken: set[str]) -> str:
    """Return an id that no other criterion has or had."""
    number, free = 2, id
    while free in taken:
        number, free = number + 1, f"{id}_{number}"
    return free
