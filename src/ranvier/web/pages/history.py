"""The history: who did what, when and why, in words."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere, names_of
from ranvier.web.words import N_

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: Events on one page.
LINES = 100

#: What each kind of event is called.
DEEDS: dict[str, str] = {
    "review.opened": N_("opened the review"),
    "protocol.agreed": N_("agreed the protocol"),
    "source.cited": N_("added a source"),
    "search.run": N_("recorded a search"),
    "search.retrieved": N_("fetched a search"),
    "records.imported": N_("imported records"),
    "records.clustered": N_("joined records"),
    "records.deduplicated": N_("looked for duplicates"),
    "records.matched": N_("decided about a pair of records"),
    "team.joined": N_("changed the team"),
    "screening.allotted": N_("gave out records to screen"),
    "screening.opened": N_("lifted the blinding"),
    "decision.made": N_("decided"),
    "report.found": N_("added a report"),
    "study.described": N_("described a study"),
    "row.extracted": N_("extracted results"),
    "event.undone": N_("took something back"),
    "thing.withdrawn": N_("withdrew something"),
}


@router.get("/r/{review}/history")
def history(request: Request, seat: SeatHere, after: str | None = None) -> Response:
    """Show the log as far as one may see it, a hundred events a page."""
    lines = seat.log(after=after, limit=LINES + 1)
    shown = [_shown(line) for line in lines[:LINES]]
    more = lines[LINES - 1].client_id if len(lines) > LINES else None
    return page(
        request,
        "history.html.j2",
        block="events",
        lines=shown,
        more=more,
        later=after is not None,
        people=names_of(seat, request),
    )


def _shown(line: Any) -> dict[str, Any]:
    """Lay out one event."""
    said = json.loads(line.payload)
    return {
        "line": line,
        "deed": DEEDS.get(line.type, line.type.replace(".", ", ").replace("_", " ")),
        "detail": _detail(line.type, said),
    }


def _detail(kind: str, said: dict[str, Any]) -> str:
    """Say in a few words what an event was about."""
    if kind == "decision.made":
        return " · ".join(str(x) for x in (said["verdict"], *said.get("reasons", ()), said["item"]))
    if kind == "records.imported":
        return f"{said['filename']}: {said['count']:,} records"
    if kind == "records.matched":
        return f"{said['verdict']}: {said['a']}, {said['b']}"
    if kind == "study.described":
        n = len(said["reports"])
        return f"{said['label']}: {n} report{'s' if n != 1 else ''}"
    if kind == "thing.withdrawn":
        return f"{said['kind']} {said['id']}"
    if kind == "team.joined":
        return f"{', '.join(said['roles'])} ({said.get('status', 'active')})"
    for name in ("title", "label", "source", "id", "allotment"):
        if isinstance(said.get(name), str):
            return said[name]
    return ""
