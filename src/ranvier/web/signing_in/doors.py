"""The doors of a server: who is recognised, and where a stranger is sent."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ranvier.web.rendering import page
from ranvier.web.settings import Settings
from ranvier.web.signing_in.token import TokenDoor
from ranvier.web.signing_in.visitor import Visitor

__all__ = ["Doors", "Recognise"]


class Doors:
    """Knows sessions, and gives new ones."""

    def __init__(self, settings: Settings) -> None:
        self.cookie = f"ranvier-{settings.port}"  # cookies know no ports
        self._secure = settings.secure
        self._token = TokenDoor(settings.token, actor=settings.actor) if settings.token else None

    def visitor(self, secret: str) -> Visitor | None:
        """Return whose session a cookie is, if it is one."""
        return self._token.visitor(secret) if self._token else None

    def enter(self, request: Request, token: str) -> str | None:
        """Return the secret of a session for the token in the address, if it is good."""
        return self._token.exchange(token) if self._token else None

    def keep(self, response: Response, secret: str) -> Response:
        """Give the browser its cookie."""
        response.set_cookie(
            self.cookie,
            secret,
            max_age=30 * 24 * 3600,
            path="/",
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )
        return response

    def ask(self, request: Request) -> Response:
        """Show a stranger how to come in."""
        return page(request, "stranger.html.j2", status=401)

    def close(self) -> None:
        """Let go of everything."""


class Recognise:
    """Finds out who asks, once for each request."""

    def __init__(self, app: ASGIApp, *, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the visitor beside the request."""
        if scope["type"] == "http":
            secret = _cookie(Headers(scope=scope).get("cookie", ""), self._doors.cookie)
            scope["ranvier.visitor"] = self._doors.visitor(secret) if secret else None
        await self._app(scope, receive, send)


def _cookie(header: str, name: str) -> str | None:
    """Read one cookie."""
    try:
        held = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return held.value if held else None
