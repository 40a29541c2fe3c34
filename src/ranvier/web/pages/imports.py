"""Adding records: files are dropped, looked at, and added; and the searches they came from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import Response

from ranvier.core.record import RecordKind
from ranvier.formats import open_records, source_of
from ranvier.web.jobs import Job
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere, must
from ranvier.web.uploads import Told, Upload, Uploads

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: How long a page waits for a file to be read or added before it shows that it is under way.
MOMENT = 2.0


@router.get("/r/{review}/import")
def imports(request: Request, review: str, seat: SeatHere) -> Response:
    """Show the drop zone, the files that wait, and what was added before."""
    return _page(request, review, seat)


@router.post("/r/{review}/import")
def drop(request: Request, review: str, seat: SeatHere, files: list[UploadFile]) -> Response:
    """Take files and look at them; nothing of the review is changed."""
    must(seat, "import")
    uploads = _uploads(request)
    begun: list[Job] = []
    for file in files:
        if not file.filename:
            continue
        upload = uploads.keep(file.file, file.filename, review=review, actor=seat.actor)
        begun.append(_read(uploads, upload, seat))
    for job in begun:
        job.wait(MOMENT)
    return redirect(request, f"/r/{review}/import")


@router.post("/r/{review}/import/{upload}/add")
def add(
    request: Request,
    review: str,
    upload: str,
    seat: SeatHere,
    source: Annotated[str, Form()],
    kind: Annotated[RecordKind, Form()],
    day: Annotated[date, Form()],
    strategy: Annotated[str, Form()] = "",
) -> Response:
    """Add a file to the review, beside the requests; the page shows how far it is."""
    must(seat, "import")
    uploads = _uploads(request)
    held = uploads.get(upload, review=review, actor=seat.actor)

    def work(job: Job) -> Any:
        return seat.records.import_(
            held.path,
            held.name,
            source=source.strip(),
            kind=kind,
            day=day,
            strategy=strategy.strip() or None,
            progress=job.tell,
        )

    job = uploads.jobs.start(("add", review, seat.actor, upload), held.name, work)
    job.wait(MOMENT)
    return redirect(request, f"/r/{review}/import")


@router.post("/r/{review}/import/{upload}/drop")
def let_go(request: Request, review: str, upload: str, seat: SeatHere) -> Response:
    """Let a file go that was dropped."""
    uploads = _uploads(request)
    uploads.drop(uploads.get(upload, review=review, actor=seat.actor))
    return redirect(request, f"/r/{review}/import")


def _read(uploads: Uploads, upload: Upload, seat: Seat) -> Job:
    """Look at a file."""

    def work(_job: Job) -> Told:
        preview = seat.records.preview_import(upload.path, upload.name)
        source, kind = source_of(open_records(upload.path, upload.name))
        return Told(preview=preview, source=source, kind=kind)

    key = ("read", upload.review, upload.actor, upload.id)
    return uploads.jobs.get(key) or uploads.jobs.start(key, upload.name, work)


def _page(request: Request, review: str, seat: Seat) -> Response:
    uploads = _uploads(request)
    files: list[dict[str, Any]] = []
    for held in uploads.of(review, seat.actor):
        reading = _read(uploads, held, seat)
        files.append({"file": held, "reading": reading, "adding": uploads.adding(held)})
    busy = any(
        job is not None and job.state == "running"
        for one in files
        for job in (one["reading"], one["adding"])
    )
    searches = seat.records.searches()
    return page(
        request,
        "imports.html.j2",
        block="waiting",
        files=files,
        busy=busy,
        imports=seat.records.imports(),
        searches=searches,
        today=datetime.now(UTC).date().isoformat(),
        largest=request.app.state.settings.largest_upload,
    )


def _uploads(request: Request) -> Uploads:
    return request.app.state.uploads
