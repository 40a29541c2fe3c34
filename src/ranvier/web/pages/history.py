"""The history: who did what, when and why, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.web.labels import Label, allotment_labels, criterion_texts
from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere, names_of
from ranvier.web.words import N_
from ranvier.workflow.screen.handing_on import LogLine

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
    people, texts = names_of(seat, request), criterion_texts(seat.protocol)
    stages = seat.screening.stages()
    names = Names(people, texts, allotment_labels(stages))
    shown = [_shown(line, names) for line in lines[:LINES]]
    more = lines[LINES - 1].client_id if len(lines) > LINES else None
    return page(
        request,
        "history.html.j2",
        block="events",
        lines=shown,
        more=more,
        later=after is not None,
        people=people,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What people, criteria and allotments are called, by their ids."""

    people: Mapping[str, str]
    criteria: Mapping[str, str]
    allotments: Mapping[str, Label]

    def person(self, id: str) -> str:
        """Return the name of who acts; of who is not in the team, the id."""
        return self.people.get(id, id)


def _shown(line: LogLine, names: Names) -> dict[str, Any]:
    """Lay out one event."""
    said = json.loads(line.payload)
    return {
        "line": line,
        "deed": DEEDS.get(line.type, line.type.replace(".", ", ").replace("_", " ")),
        "detail": _detail(line.type, said, names),
        "allotment": names.allotments.get(said.get("allotment") or said.get("id"))
        if line.type.startswith("screening.")
        else None,
    }


def _detail(kind: str, said: dict[str, Any], names: Names) -> str:
    """Say in a few words what an event was about."""
    if kind == "decision.made":
        reasons = (names.criteria.get(id, id) for id in said.get("reasons", ()))
        words = (said["verdict"].replace("_", " "), *reasons, said["item"])
        return " · ".join(map(str, words))
    if kind == "records.imported":
        return f"{said['filename']}: {said['count']:,} records"
    if kind == "records.matched":
        return f"{said['verdict']}: {said['a']}, {said['b']}"
    if kind == "study.described":
        n = len(said["reports"])
        return f"{said['label']}: {n} report{'s' if n != 1 else ''}"
    if kind == "thing.withdrawn":
        return _withdrawn(said["kind"], said["id"], names)
    if kind == "team.joined":
        roles = f"{', '.join(said['roles'])} ({said.get('status', 'active')})"
        return f"{names.person(said['actor'])}: {roles}"
    if kind == "screening.allotted":
        return ", ".join(map(names.person, said["reviewers"]))
    if kind in ("screening.opened", "records.deduplicated"):
        return ""
    for name in ("title", "label", "source", "id"):
        if isinstance(said.get(name), str):
            return said[name]
    return ""


def _withdrawn(kind: str, id: str, names: Names) -> str:
    """Name what was withdrawn; a decision by its record and who made it."""
    if kind != "decision":
        return f"{kind} {id}"
    _, _, rest = id.partition("/")
    item, _, who = rest.rpartition("/")
    return f"{kind} · {item} · {names.person(who)}"
