"""Taking records out: files for other programs."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from ranvier.formats import WRITERS
from ranvier.web.pages.set_up import STAGES
from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere
from ranvier.web.words import N_

__all__ = ["FORMATS", "router"]

router = APIRouter(include_in_schema=False)

WHICH: dict[str, str] = {
    "all": N_("All, one for each report"),
    "included": N_("Included"),
    "excluded": N_("Excluded"),
    "waiting": N_("Not decided yet"),
    "conflict": N_("In conflict"),
}

FORMATS: dict[str, str] = {
    "ris": "RIS (EndNote, Zotero, Covidence, Rayyan …)",
    "csv": "CSV",
    "xlsx": "Excel (XLSX)",
    "bibtex": "BibTeX",
    "csl-json": "CSL JSON",
    "endnote-xml": "EndNote XML",
    "nbib": "NBIB (PubMed)",
}

Which = Literal["all", "included", "excluded", "waiting", "conflict"]


@router.get("/r/{review}/export")
def export_form(request: Request, seat: SeatHere) -> Response:
    """Ask which records, and in which format."""
    return page(request, "export.html.j2", which=WHICH, formats=FORMATS, stages=STAGES)


@router.get("/r/{review}/export/file")
def export(
    review: str,
    seat: SeatHere,
    format: str = "ris",
    which: Which = "all",
    stage: Literal["title_abstract", "full_text"] = "title_abstract",
) -> Response:
    """Give the file."""
    data = seat.records.export(format, which, stage=stage)
    name = f"{review}-{which}{WRITERS[format].ending}"
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
