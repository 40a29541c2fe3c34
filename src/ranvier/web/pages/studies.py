"""Studies: included reports that belong together, suggested by a machine, gathered by people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from ranvier.core.study import ReportKind, StudyRole
from ranvier.dedup.link import Strength
from ranvier.errors import InputError
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere, names_of
from ranvier.web.words import N_
from ranvier.workflow.gather.acts import Gathering

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: Suggestions on one page; decided ones make room for others.
SHOWN = 20

ROLES: dict[StudyRole, tuple[str, str]] = {
    "included": (N_("Included"), N_("Counts among the studies included.")),
    "ongoing": (N_("Ongoing"), N_("Meets the criteria and has no results that can be used yet.")),
    "supporting": (N_("Supporting"), N_("Is told beside the review, and not counted.")),
}

KINDS: dict[ReportKind, str] = {
    "article": N_("Article"),
    "conference_abstract": N_("Conference abstract"),
    "registration": N_("Registration"),
    "results_page": N_("Results page"),
    "press_release": N_("Press release"),
    "other": N_("Other document"),
}

STRENGTHS: dict[Strength, tuple[str, str]] = {
    "firm": (N_("surely related"), N_("One names the other, or both name one registration.")),
    "likely": (N_("likely"), N_("The same people on the same thing, or one name of a study.")),
    "possible": (N_("possible"), N_("Alike; look before you say so.")),
}


@router.get("/r/{review}/studies")
def studies(request: Request, seat: SeatHere) -> Response:
    """Show the studies, what waits to be gathered, and what is suggested."""
    return _studies(request, seat)


@router.post("/r/{review}/studies/gather")
def gather(
    request: Request,
    seat: SeatHere,
    act: Annotated[Literal["one", "each", "add"], Form()],
    items: Annotated[list[str] | None, Form()] = None,
    shown: Annotated[list[str] | None, Form()] = None,
    study: Annotated[str, Form()] = "",
    label: Annotated[str, Form()] = "",
    suggested: Annotated[str, Form()] = "",
    main: Annotated[str, Form()] = "",
) -> Response:
    """Make one study of the ticked reports, one of each, or add them to a study there is.

    A page that was left open may show reports that somebody has gathered meanwhile: who sends it
    has not seen that, so it stands.
    """
    chosen = items or []
    # A name that was suggested for all of them is not that of some of them.
    named = label.strip() if label.strip() != suggested or chosen == (shown or chosen) else ""

    def work() -> Gathering:
        if act == "each":
            return seat.studies.gather_each(chosen)
        if act == "add" and not study:
            raise InputError("no study was chosen.", remedy="Choose the study they belong to.")
        return seat.studies.gather(
            chosen,
            study=study if act == "add" else None,
            label=(named or None) if act == "one" else None,
            main=main if main in chosen and act == "one" else None,
            moving="refused",
        )

    return _done(request, seat, work)


@router.post("/r/{review}/studies/move")
def move(
    request: Request,
    seat: SeatHere,
    item: Annotated[str, Form()],
    to: Annotated[str, Form()] = "",
) -> Response:
    """Move a report to another study, into one of its own, or out of its study."""

    def work() -> Gathering:
        if not to:
            raise InputError(
                "it was not said where the report goes.", remedy="Choose where it belongs."
            )
        if to == "out:":
            return seat.studies.take_out(item)
        return seat.studies.gather([item], study=None if to == "new:" else to)

    return _done(request, seat, work)


@router.post("/r/{review}/studies/describe")
def describe(
    request: Request,
    seat: SeatHere,
    study: Annotated[str, Form()],
    label: Annotated[str, Form()] = "",
    role: Annotated[StudyRole | None, Form()] = None,
    main: Annotated[str, Form()] = "",
) -> Response:
    """Name a study, say its role, or which of its reports is the main one."""
    return _done(
        request,
        seat,
        lambda: seat.studies.describe(study, label=label, role=role, main=main or None),
    )


@router.post("/r/{review}/studies/undo")
def undo(request: Request, seat: SeatHere, client_id: Annotated[str, Form()]) -> Response:
    """Take an act of gathering back."""
    return _done(request, seat, lambda: seat.studies.undo(client_id), said="Taken back.")


def _done(
    request: Request, seat: Seat, work: Callable[[], Gathering], *, said: str | None = None
) -> Response:
    """Do something and show the page anew, or say why it was not done."""
    try:
        done = work()
    except InputError as error:
        return _studies(request, seat, problem=error)
    address = f"/r/{request.path_params['review']}/studies"
    if said is None:
        more = len(done.labels) - 3
        named = ", ".join(done.labels[:3]) + (f" and {more} more" if more > 0 else "")
        said = f"Done: {named}." if named else "Done."
    return redirect(request, address, said=said)


def _studies(request: Request, seat: Seat, *, problem: InputError | None = None) -> Response:
    """Show the page."""
    view = seat.studies.look()
    return page(
        request,
        "studies.html.j2",
        status=200 if problem is None else 409,
        view=view,
        suggestions=view.suggestions[:SHOWN],
        more=max(0, len(view.suggestions) - SHOWN),
        counted=sum(
            study.role == "included" and any(r.stands == "included" for r in study.reports)
            for study in view.studies
        ),
        gathers=seat.may("gather"),
        opens=seat.may("open"),
        problem=f"{problem.message} {problem.remedy or ''}" if problem else None,
        people=names_of(seat, request),
        ROLES=ROLES,
        KINDS=KINDS,
        STRENGTHS=STRENGTHS,
    )
