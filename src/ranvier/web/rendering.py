"""From a template to an answer: whole pages, or one block of one for htmx."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal
from urllib.parse import quote, unquote

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ranvier.reporting.titles import doi_link, pubmed_link, safe_title, safe_url
from ranvier.web.navigation import entries
from ranvier.web.words import catalogue

__all__ = ["page", "piece", "redirect", "static_address"]

#: Carries one sentence over a redirect.
SAID = "said"

Theme = Literal["light", "dark"]


def page(
    request: Request,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Render a template; if htmx asks and `block` is named, that block of it only.

    Parameters
    ----------
    template : str
        Name of a file in ``templates``.
    block : str or None
        What htmx gets.
    context
        What the template names beside `visitor`, `seat`, `nav`, `theme` and `said`.
    """
    environment = _environment()
    found = environment.get_template(template)
    values = {**_shared(request), **context}
    if block is not None and "hx-request" in request.headers:
        text = "".join(found.blocks[block](found.new_context(values)))
    else:
        text = found.render(values)
    response = HTMLResponse(text, status_code=status, headers=dict(headers or {}))
    response.headers["vary"] = "HX-Request, Cookie"
    if SAID in request.cookies:
        response.delete_cookie(SAID, path="/", httponly=True, samesite="strict")
    return response


def piece(template: str, **context: Any) -> str:
    """Render a piece of a page that no page surrounds."""
    return _environment().get_template(template).render(context)


def redirect(request: Request, address: str, *, said: str | None = None) -> Response:
    """Send the reader on after something was done, with one sentence about it."""
    response = RedirectResponse(address, status_code=303)
    if said is not None:
        response.set_cookie(
            SAID,
            quote(said),
            max_age=60,
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.app.state.settings.secure,
        )
    return response


def _shared(request: Request) -> dict[str, Any]:
    """Gather what every page shows."""
    seat = getattr(request.state, "seat", None)
    key = request.path_params.get("review")
    theme = request.cookies.get("theme")
    return {
        "request": request,
        "path": request.url.path,
        "visitor": request.scope.get("ranvier.visitor"),
        "accounts": request.app.state.settings.accounts is not None,
        "seat": seat,
        "review_key": key,
        "review_title": seat.title if seat is not None else None,
        "simulated": seat.simulated if seat is not None else None,
        "base": f"/r/{key}" if key else None,
        "nav": entries(seat, f"/r/{key}", request.url.path) if seat is not None else (),
        "theme": theme if theme in ("light", "dark") else None,
        "said": unquote(request.cookies.get(SAID, "")),
    }


@cache
def static_address(name: str) -> str:
    """Return the address of a file of ours, with a mark that changes when the file does."""
    data = (resources.files("ranvier.web") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(data).hexdigest()[:10]}"


def _count(n: int) -> str:
    """Write a count with its thousands apart."""
    return f"{n:,}"


def _sentence(text: str) -> str:
    """Begin with a capital what is said in words; the name of a file stays as it is."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text if "." in first.rstrip(".,:;") else text[:1].upper() + text[1:]


_FILTERS: dict[str, Callable[..., Any]] = {
    "title": safe_title,
    "url": safe_url,
    "doi_link": doi_link,
    "pubmed_link": pubmed_link,
    "count": _count,
    "sentence": _sentence,
}


@cache
def _environment() -> Environment:
    """Set up templates: everything is escaped, and a missing name is an error."""
    made = Environment(
        loader=PackageLoader("ranvier.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue("en")
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["static"] = static_address
    made.filters.update(_FILTERS)
    return made
