"""The deduplication queue: two records side by side, and a person says whether they are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from markupsafe import Markup, escape
from starlette.responses import Response

from ranvier.dedup.beside import Beside, Part
from ranvier.web.jobs import Job, Jobs
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import SeatHere, must
from ranvier.web.words import N_
from ranvier.workflow.doubts import Doubt

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

#: How long a page waits for the comparison before it shows that it is under way.
MOMENT = 2.0


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records, what differs marked."""

    label: str
    a: Markup
    b: Markup
    same: bool


@router.get("/r/{review}/duplicates")
def duplicates(request: Request, review: str, seat: SeatHere, skip: int = 0) -> Response:
    """Show the pair in doubt that comes next, after those that were skipped."""
    skip = max(0, skip)
    found = seat.records.doubts(limit=1, skip=skip)
    pair = found.open[0] if found.open else None
    job = _jobs(request).get(_key(review))
    return page(
        request,
        "duplicates.html.j2",
        block="queue",
        pair=pair,
        lines=_lines(pair) if pair else (),
        skip=skip,
        waiting=found.waiting,
        uncompared=seat.records.uncompared(),
        job=job,
        last=seat.records.last_match(),
    )


@router.post("/r/{review}/duplicates")
def decide(
    request: Request,
    review: str,
    seat: SeatHere,
    a: Annotated[str, Form()],
    b: Annotated[str, Form()],
    verdict: Annotated[Literal["same", "different"], Form()],
    skip: Annotated[int, Form()] = 0,
) -> Response:
    """Decide about two records; no machine overrules it.

    A page that was left open, or a colleague's, may show a pair that has been decided since: who
    sends it has not seen that decision, so it stands until it is taken back.
    """
    must(seat, "match")
    if any({one.a, one.b} == {a, b} for one in seat.records.doubts(limit=0).answers):
        said = "This pair had been decided meanwhile; that decision stands."
        return redirect(request, _address(review, skip), said=said)
    seat.records.match(a, b, verdict == "same")
    return redirect(request, _address(review, skip))


@router.post("/r/{review}/duplicates/undo")
def undo(
    request: Request,
    review: str,
    seat: SeatHere,
    client_id: Annotated[str, Form()],
    skip: Annotated[int, Form()] = 0,
) -> Response:
    """Take one's last decision about a pair back."""
    seat.records.undo_match(client_id)
    return redirect(request, _address(review, skip), said="Taken back: the pair waits again.")


@router.post("/r/{review}/duplicates/find")
def find(request: Request, review: str, seat: SeatHere) -> Response:
    """Compare what is new with all records, beside the requests."""
    must(seat, "match")

    def work(_job: Job) -> Any:
        return seat.records.deduplicate()

    _jobs(request).start(_key(review), "duplicates", work).wait(MOMENT)
    return redirect(request, f"/r/{review}/duplicates")


def _address(review: str, skip: int) -> str:
    return f"/r/{review}/duplicates" + (f"?skip={skip}" if skip > 0 else "")


def _key(review: str) -> tuple[str, str]:
    return ("deduplicate", review)


def _jobs(request: Request) -> Jobs:
    return request.app.state.jobs


#: What the pages call the fields.
FIELDS: dict[str, str] = {
    "title": N_("Title"),
    "authors": N_("Authors"),
    "journal": N_("Journal"),
    "year": N_("Year"),
    "volume": N_("Volume"),
    "issue": N_("Issue"),
    "pages": N_("Pages"),
    "doi": N_("DOI"),
    "pmid": N_("PubMed id"),
    "registration": N_("Registrations"),
    "language": N_("Language"),
    "type": N_("Type"),
    "abstract": N_("Abstract"),
}


def _lines(doubt: Doubt) -> list[Line]:
    """Lay two records out field by field; what both lack is left out."""
    lines = [
        Line(
            FIELDS[line.field],
            _marked(line, line.a),
            _marked(line, line.b),
            same=line.says in ("same", "one only"),
        )
        for line in doubt.fields
    ]
    if doubt.found_in:
        one, other = doubt.found_in
        lines.append(Line(N_("Found in"), escape(one), escape(other), same=one == other))
    return lines


def _marked(line: Beside, parts: tuple[Part, ...]) -> Markup:
    """Write one record's field, with what the other lacks in ``<mark>``."""
    said = Markup("")
    for text, lacks in parts:
        bare = text.rstrip()
        marks = lacks and line.says != "one only"
        said += Markup("<mark>{}</mark>").format(bare) if marks else escape(bare)
        said += text[len(bare) :]
    return said
