"""The JSON API: what a seat gives and does, for programs; the same door as the pages.

Answers are what the methods of `ranvier.api.Seat` return, field by field; OpenAPI describes them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import Response

from ranvier.core.protocol import Stage
from ranvier.core.record import RecordKind
from ranvier.core.screening import Verdict
from ranvier.errors import AccessError, InputError
from ranvier.formats import WRITERS
from ranvier.web.seats import SeatHere, must, seat_at
from ranvier.web.shelf import Shelf
from ranvier.web.signing_in import visitor_of

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/reviews", tags=["reviews"])

_ID = Field(
    default=None,
    min_length=8,
    max_length=64,
    description="A UUID of version 7, made by the caller: sent again with it, nothing is done.",
)
_LIMIT = Query(ge=1, le=1_000)

Which = Literal["all", "included", "excluded", "waiting", "conflict"]


def _json(value: object) -> Response:
    """Answer with a value as JSON."""
    return Response(msgspec.json.encode(value, enc_hook=str), media_type="application/json")


@router.get("")
def reviews(request: Request) -> Response:
    """List the reviews of which one is in the team."""
    visitor = visitor_of(request)
    shelf: Shelf = request.app.state.shelf
    shelf.look()
    found: list[dict[str, Any]] = []
    for held in shelf.reviews():
        try:
            seat = seat_at(shelf.opened(held.key), visitor)
        except AccessError:
            continue
        found.append({"review": held.key, "title": seat.title, "roles": seat.roles})
    return _json(found)


@router.get("/{review}")
def review(review: str, seat: SeatHere) -> Response:
    """Say what the review is, and one's own part in it."""
    return _json(
        {
            "review": review,
            "title": seat.title,
            "language": seat.language,
            "actor": seat.actor,
            "roles": seat.roles,
            "protocol": seat.protocol,
        }
    )


@router.get("/{review}/stages")
def stages(seat: SeatHere) -> Response:
    """Return the stages of the screening: rule, criteria, one's own share, what is given out."""
    return _json(seat.screening.stages())


@router.get("/{review}/queue/{stage}")
def queue(seat: SeatHere, stage: Stage, n: Annotated[int, Query(ge=1, le=50)] = 5) -> Response:
    """Return the next records one has to decide."""
    return _json(seat.screening.queue(stage, n=n))


@router.get("/{review}/items/{stage}")
def item(seat: SeatHere, stage: Stage, item: str) -> Response:
    """Return one record or cluster as a reviewer reads it."""
    return _json(seat.screening.card(stage, item))


@router.get("/{review}/decisions")
def decisions(
    seat: SeatHere,
    stage: Stage,
    verdict: Verdict | None = None,
    before: str | None = None,
    limit: Annotated[int, _LIMIT] = 50,
) -> Response:
    """Return one's own decisions, the latest first; `before` is the client id of the last one."""
    return _json(seat.screening.mine(stage, verdict=verdict, before=before, limit=limit))


@router.get("/{review}/conflicts/{stage}")
def conflicts(
    seat: SeatHere, stage: Stage, after: str | None = None, limit: Annotated[int, _LIMIT] = 50
) -> Response:
    """Return what is to settle, as far as one sees it."""
    return _json(seat.screening.conflicts(stage, after=after, limit=limit))


class Resolution(BaseModel):
    """What settles a conflict."""

    stage: Stage
    item: str
    verdict: Verdict
    reasons: list[str] = Field(default_factory=list)
    note: Annotated[str | None, Field(max_length=10_000)] = None
    how: Literal["third", "discussion"] | None = None
    client_id: Annotated[str | None, _ID] = None


@router.post("/{review}/conflicts")
def resolve(seat: SeatHere, said: Resolution) -> Response:
    """Settle what people disagree on."""
    done = seat.screening.resolve(
        said.stage,
        said.item,
        said.verdict,
        reasons=said.reasons,
        note=said.note,
        how=said.how,
        client_id=said.client_id,
    )
    return _json(done)


@router.get("/{review}/progress/{stage}")
def progress(seat: SeatHere, stage: Stage) -> Response:
    """Say how far one is, and the team where that is not hidden."""
    return _json(seat.screening.progress(stage))


@router.get("/{review}/stopping/{stage}")
def stopping(seat: SeatHere, stage: Stage) -> Response:
    """Say whether enough has been read, what is likely to be left, and under which condition."""
    return _json(seat.screening.stopping(stage))


@router.get("/{review}/agreement/{stage}")
def agreement(seat: SeatHere, stage: Stage) -> Response:
    """Say how far reviewers agree, on what one may see."""
    return _json(seat.screening.agreement(stage))


@router.get("/{review}/studies")
def studies(seat: SeatHere) -> Response:
    """Lay out the studies, the reports that wait to be gathered, and what is suggested."""
    return _json(seat.studies.look())


@router.get("/{review}/flow")
def flow(seat: SeatHere) -> Response:
    """Count the PRISMA flow, in the names of its public template."""
    return _json(seat.flow())


class Beginning(BaseModel):
    """Records to give out."""

    stage: Stage
    reviewers: list[str] | None = None
    votes: Annotated[int | None, Field(ge=1)] = None
    kind: Literal["main", "pilot"] = "main"
    size: Annotated[int | None, Field(ge=1)] = None
    client_id: Annotated[str | None, _ID] = None


@router.post("/{review}/allotments")
def begin(seat: SeatHere, said: Beginning) -> Response:
    """Give out what nobody was given yet."""
    made = seat.screening.begin(
        said.stage,
        reviewers=said.reviewers,
        votes=said.votes,
        kind=said.kind,
        size=said.size,
        client_id=said.client_id,
    )
    return _json(made)


@router.post("/{review}/allotments/{allotment}/open")
def open_(seat: SeatHere, allotment: str) -> Response:
    """Lift the blinding of an allotment; it cannot be closed again."""
    seat.screening.open(allotment)
    return _json({"opened": allotment})


@router.get("/{review}/searches")
def searches(seat: SeatHere) -> Response:
    """Return the search runs by id."""
    return _json(seat.records.searches())


@router.get("/{review}/imports")
def imports(seat: SeatHere) -> Response:
    """Return the files that were imported."""
    return _json(
        [
            {
                "id": one.id,
                "search": one.search_run,
                "filename": one.filename,
                "records": one.count,
                "odd": one.problems,
            }
            for one in seat.records.imports()
        ]
    )


@router.post("/{review}/imports")
def import_(
    seat: SeatHere,
    file: UploadFile,
    source: Annotated[str | None, Form()] = None,
    kind: Annotated[RecordKind | None, Form()] = None,
    day: Annotated[date | None, Form()] = None,
    strategy: Annotated[str | None, Form()] = None,
) -> Response:
    """Add the records of a file; what is not given is taken from the file itself."""
    must(seat, "import")
    name = (file.filename or "file").replace("\\", "/").rpartition("/")[2]
    done = seat.records.import_(
        file.file.read(), name, source=source, kind=kind, day=day, strategy=strategy
    )
    return _json(done)


@router.get("/{review}/duplicates")
def duplicates(seat: SeatHere, limit: Annotated[int, _LIMIT] = 20) -> Response:
    """Return pairs of records that are left to a person, side by side, the most doubtful first."""
    found = seat.records.doubts(limit)
    return _json({"waiting": found.waiting, "pairs": found.open})


class Pair(BaseModel):
    """What somebody says of two records."""

    a: str
    b: str
    same: bool
    reason: Annotated[str | None, Field(max_length=10_000)] = None
    client_id: Annotated[str | None, _ID] = None


@router.post("/{review}/duplicates")
def match(seat: SeatHere, said: Pair) -> Response:
    """Decide that two records are one report, or are not."""
    event = seat.records.match(
        said.a, said.b, said.same, reason=said.reason, client_id=said.client_id
    )
    return _json({"client_id": event.client_id})


@router.post("/{review}/duplicates/find")
def deduplicate(seat: SeatHere) -> Response:
    """Compare what is new with all records, and merge what is surely one report."""
    return _json(seat.records.deduplicate())


@router.get("/{review}/team")
def team(seat: SeatHere) -> Response:
    """Return the members; addresses only to an owner."""
    return _json(seat.team.members())


@router.get("/{review}/log")
def log(seat: SeatHere, after: str | None = None, limit: Annotated[int, _LIMIT] = 100) -> Response:
    """Return who did what, oldest first, as far as one may see it."""
    return _json(seat.log(after=after, limit=limit))


@router.get("/{review}/export")
def export(
    seat: SeatHere, format: str = "ris", which: Which = "all", stage: Stage = "title_abstract"
) -> Response:
    """Give records as a file."""
    if format not in WRITERS:
        raise InputError(
            f"records cannot be written as {format!r}.",
            remedy=f"Choose one of {', '.join(WRITERS)}.",
        )
    return Response(
        seat.records.export(format, which, stage=stage), media_type="application/octet-stream"
    )


@router.get("/{review}/document")
def document(seat: SeatHere) -> Response:
    """Give the review document: one HTML page that needs nothing outside itself."""
    return _json({"html": seat.document()})
