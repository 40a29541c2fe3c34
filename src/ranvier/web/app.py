"""Put the application together: state, guard, doors, routes, and what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import ranvier
from ranvier.errors import AccessError, InputError, NotFoundError, RanvierError, StorageError
from ranvier.web import api_v1
from ranvier.web.guard import Guard
from ranvier.web.jobs import Jobs
from ranvier.web.pages import ROUTERS
from ranvier.web.rendering import page
from ranvier.web.settings import Settings
from ranvier.web.shelf import Shelf
from ranvier.web.signing_in.doors import Doors, Recognise
from ranvier.web.signing_in.visitor import NotSignedIn
from ranvier.web.uploads import Uploads

__all__ = ["RouteOf", "make_app", "routes_of"]


def make_app(settings: Settings) -> FastAPI:
    """Make the application of a server; nothing is opened before somebody asks.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    NotFoundError
        If a place is not there.
    """
    shelf = Shelf(settings.places)
    doors = Doors(settings)
    jobs = Jobs()
    uploads = Uploads(jobs)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        jobs.close()
        uploads.close()
        shelf.close()
        doors.close()

    app = FastAPI(
        title="Ranvier",
        version=ranvier.__version__,
        summary="Systematic reviews, every number followed back to its source.",
        lifespan=lifespan,
        docs_url=None,  # it would load scripts from another host
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        middleware=[
            Middleware(
                Guard,
                hosts=settings.hosts,
                origins=settings.origins,
                largest=settings.largest_upload,
                secure=settings.secure,
            ),
            Middleware(Recognise, doors=doors),
        ],
    )
    app.state.settings = settings
    app.state.shelf = shelf
    app.state.doors = doors
    app.state.jobs = jobs
    app.state.uploads = uploads
    for router in (*ROUTERS, api_v1.router):
        app.include_router(router)
    app.mount("/static", _Static(directory=Path(str(resources.files("ranvier.web"))) / "static"))
    _translate_errors(app, settings)
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOf:
    """A route of the application: what a test on all routes goes through.

    Attributes
    ----------
    path : str
        With the names of its parameters, such as ``/r/{review}/team``.
    """

    method: str
    path: str
    name: str


def routes_of(app: FastAPI) -> tuple[RouteOf, ...]:
    """List every route of an application but the static files, by path and method."""
    return tuple(sorted(_routes(app.routes, ""), key=lambda r: (r.path, r.method)))


def _routes(routes: list[BaseRoute], prefix: str) -> list[RouteOf]:
    found: list[RouteOf] = []
    for route in routes:
        inner: Any = getattr(route, "original_router", None)
        if isinstance(route, Route):
            found += [
                RouteOf(method=method, path=prefix + route.path, name=route.name)
                for method in sorted(route.methods or ())
                if method != "HEAD"
            ]
        elif inner is not None:
            found += _routes(inner.routes, prefix)
        elif isinstance(route, Mount) and not isinstance(route.app, StaticFiles):
            found += _routes(list(route.routes or ()), prefix + route.path)
    return found


class _Static(StaticFiles):
    """Our own files; their addresses change with them, so they may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file."""
        response = await super().get_response(path, scope)
        marked = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if marked else "no-cache"
        )
        return response


def _translate_errors(app: FastAPI, settings: Settings) -> None:
    """Turn errors of ours into pages (or JSON under ``/api``); a bug stays a bug."""

    def wrong(request: Request, error: Exception) -> Response:
        status = _status(error)
        message = error.message if isinstance(error, RanvierError) else str(error)
        remedy = error.remedy if isinstance(error, RanvierError) else None
        if isinstance(error, HTTPException):
            message = "There is no such page." if status == 404 else str(error.detail)
        if request.url.path.startswith("/api/"):
            kind = type(error).__name__
            told = {"error": kind, "message": message, "remedy": remedy}
            return JSONResponse(told, status_code=status)
        return page(request, "wrong.html.j2", status=status, message=message, remedy=remedy)

    def unfit(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        where = "; ".join(f"{one['loc'][-1]}: {one['msg'].lower()}" for one in error.errors())
        return wrong(
            request, InputError(f"this does not fit ({where}).", remedy="Go back and mend it.")
        )

    def stranger(request: Request, _error: Exception) -> Response:
        if request.url.path.startswith("/api/"):
            told = {"error": "NotSignedIn", "message": "Nobody has signed in.", "remedy": None}
            return JSONResponse(told, status_code=401)
        if settings.accounts is None:
            return page(request, "stranger.html.j2", status=401)
        back = quote(request.url.path) if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?next={back}", status_code=303)

    app.add_exception_handler(RanvierError, wrong)
    app.add_exception_handler(HTTPException, wrong)
    app.add_exception_handler(RequestValidationError, unfit)
    app.add_exception_handler(NotSignedIn, stranger)


def _status(error: Exception) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, AccessError):
        return 403
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, InputError):
        return 422
    return 503 if isinstance(error, StorageError) else 500
