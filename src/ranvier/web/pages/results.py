"""What came of it: the PRISMA flow and the review document."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from ranvier.reporting.anchors import anchor
from ranvier.reporting.flow_diagram import flow_lines, flow_svg
from ranvier.reporting.numbers import Numbers
from ranvier.web.rendering import page
from ranvier.web.seats import SeatHere

__all__ = ["document_policy", "router"]

router = APIRouter(include_in_schema=False)


@router.get("/r/{review}/flow")
def flow(request: Request, seat: SeatHere) -> Response:
    """Show the PRISMA 2020 flow, counted."""
    counted = seat.flow()
    protocol = seat.protocol
    reasons = {c.id: c.text for c in protocol.criteria} if protocol else {}
    return page(
        request,
        "flow.html.j2",
        drawing=flow_svg(counted, reasons, numbers=Numbers("en"), link=_anchor),
        lines=[(anchor("count", one.field), one) for one in flow_lines(counted, reasons)],
        warnings=counted.warnings,
        ungathered=counted.reports_ungathered,
    )


@router.get("/r/{review}/document")
def document(request: Request, seat: SeatHere) -> Response:
    """Show the review document within the frame of the application."""
    return page(request, "document.html.j2")


@router.get("/r/{review}/document/page")
def document_page(seat: SeatHere) -> Response:
    """Give the review document as it is built: one page that needs nothing outside itself."""
    text = seat.document()
    headers = {
        "content-security-policy": document_policy(text),
        "x-frame-options": "SAMEORIGIN",
    }
    return HTMLResponse(text, headers=headers)


def _anchor(field: str) -> str:
    """Return where a count stands in the table below the diagram."""
    return f"#{anchor('count', field)}"


def document_policy(html: str) -> str:
    """Allow a document the scripts that are written in it, by their hashes, and nothing else.

    Styles may stand in its elements, as figures have them; no address is contacted.
    """
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", html, re.S | re.I)
    hashes = {
        "'sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() + "'"
        for s in scripts
    }
    allowed = " ".join(sorted(hashes)) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
