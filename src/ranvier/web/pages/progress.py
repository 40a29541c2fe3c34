"""How far the screening is, with the recall curve; and how well reviewers agree."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.reporting.figures.recall_figure import recall_plot
from ranvier.reporting.recall_curve import recall_svg
from ranvier.web.pages.set_up import STAGES, STOPPING
from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere, names_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/r/{review}/progress")
def progress(request: Request, seat: SeatHere) -> Response:
    """Show one's own progress at each stage, and the team's where that is not hidden."""
    shown: list[dict[str, Any]] = []
    for view in seat.screening.stages():
        own = seat.screening.progress(view.stage)
        rule = seat.screening.stopping(view.stage)
        if rule.course is not None:
            curve = recall_plot(rule.course).html()
        else:
            curve = recall_svg(own.found_at, own.decided, id=f"curve-{view.stage}")
        shown.append({"stage": view, "own": own, "curve": curve, "rule": rule})
    return page(
        request,
        "progress.html.j2",
        stages=shown,
        names=STAGES,
        stopping=STOPPING,
        people=names_of(seat, request),
    )


@router.get("/r/{review}/agreement")
def agreement(request: Request, seat: SeatHere) -> Response:
    """Show how far reviewers agree, on what is opened."""
    shown = [(view, seat.screening.agreement(view.stage)) for view in seat.screening.stages()]
    return page(
        request, "agreement.html.j2", stages=shown, names=STAGES, people=names_of(seat, request)
    )
