"""Coming in with a token, and the look of the pages."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.post("/theme")
def choose_theme(request: Request, theme: Annotated[Literal["light", "dark", "auto"], Form()]):
    """Keep whether pages are light or dark, or as the system is."""
    back = urlsplit(request.headers.get("referer", "/")).path or "/"
    response: Response = RedirectResponse(back, status_code=303)
    secure = request.app.state.settings.secure
    if theme == "auto":
        response.delete_cookie("theme", path="/", samesite="strict", secure=secure)
    else:
        response.set_cookie(
            "theme", theme, max_age=31536000, path="/", samesite="strict", secure=secure
        )
    return response
