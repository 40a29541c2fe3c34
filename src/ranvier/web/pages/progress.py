"""How far the screening is, with the recall curve; and how well reviewers agree."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.core.progress import Reading
from ranvier.reporting.figures.look import Look
from ranvier.reporting.figures.recall_figure import recall_plot
from ranvier.web.labels import allotment_labels
from ranvier.web.pages.set_up import STAGES, STOPPING
from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere, names_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: Narrow enough to be read beside the figures, and on a phone.
LOOK: Look = {"width": 460, "height": 300}


@router.get("/r/{review}/progress")
def progress(request: Request, seat: SeatHere) -> Response:
    """Show one's own progress at each stage, and the team's where that is not hidden."""
    shown: list[dict[str, Any]] = []
    for view in seat.screening.stages():
        own = seat.screening.progress(view.stage)
        rule = seat.screening.stopping(view.stage)
        course = rule.course or Reading(
            records=max(own.allotted, own.decided), screened=own.decided, finds=own.found_at
        )
        curve = recall_plot(course, **LOOK).html() if course.screened else None
        shown.append({"stage": view, "own": own, "curve": curve, "rule": rule})
    return page(
        request,
        "progress.html.j2",
        stages=shown,
        names=STAGES,
        stopping=STOPPING,
        may_end=seat.may("protocol"),
        people=names_of(seat, request),
    )


@router.get("/r/{review}/agreement")
def agreement(request: Request, seat: SeatHere) -> Response:
    """Show how far reviewers agree, on what is opened."""
    views = seat.screening.stages()
    return page(
        request,
        "agreement.html.j2",
        stages=[(view, seat.screening.agreement(view.stage)) for view in views],
        labels=allotment_labels(views),
        names=STAGES,
        people=names_of(seat, request),
    )
