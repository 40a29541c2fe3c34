"""The doors of a server: who is recognised, and how one comes in."""

from __future__ import annotations

import secrets
import threading
import time
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ranvier.bootstrap import keep_accounts
from ranvier.web.settings import Settings
from ranvier.web.signing_in.visitor import Visitor
from ranvier.workflow.accounts import Account

__all__ = ["Doors", "Recognise"]

#: How long a session that was found is not looked up again, in seconds.
FRESH = 15.0


class Doors:
    """Knows sessions, and gives new ones.

    Parameters
    ----------
    settings : Settings

    Attributes
    ----------
    accounts : Accounts
        Without accounts there is one, of the person who started the server.
    cookie : str
        Name of the cookie.
    """

    def __init__(self, settings: Settings) -> None:
        self.cookie = f"ranvier-{settings.port}"  # cookies know no ports
        self.accounts = keep_accounts(settings.accounts or settings.sessions)
        self._secure = settings.secure
        self._found: dict[str, tuple[float, Visitor]] = {}
        self._turn = threading.Lock()
        self._alone = None
        self._token = None
        if settings.accounts is None:
            self._alone = self.accounts.seat_alone(settings.actor)
            self._token = settings.token

    def visitor(self, secret: str) -> Visitor | None:
        """Return whose session a cookie is, if it is one."""
        now = time.monotonic()
        held = self._found.get(secret)
        if held is not None and held[0] > now:
            return held[1]
        account = self.accounts.of_session(secret)
        if account is None or (self._alone is not None) != (account.id == "alone"):
            self._found.pop(secret, None)
            return None
        visitor = Visitor(
            actor=account.actor,
            name=account.name,
            account=None if self._alone else account,
            keeper=account.keeper,
            secret=secret,
        )
        if len(self._found) > 10_000:
            self._found.clear()
        self._found[secret] = (now + FRESH, visitor)
        return visitor

    def exchange(self, token: str) -> str | None:
        """Return the secret of a session for the token in the address; it serves once."""
        with self._turn:
            if self._alone is None or self._token is None:
                return None
            if not secrets.compare_digest(token.encode(), self._token.encode()):
                return None
            self._token = None
            return self.accounts.begin_session(self._alone)

    def forget(self) -> None:
        """Look every session up again: one has ended, or an account has changed."""
        self._found.clear()

    def let_in(self, response: Response, secret: str) -> Response:
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

    def let_out(self, response: Response, visitor: Visitor) -> Response:
        """End a session and take the cookie back."""
        self.accounts.sign_out(visitor.secret)
        self.forget()
        response.delete_cookie(
            self.cookie, path="/", httponly=True, samesite="strict", secure=self._secure
        )
        return response

    def begin(self, account: Account) -> str:
        """Begin a session for somebody who has just shown who they are."""
        return self.accounts.begin_session(account)

    def close(self) -> None:
        """Let go of the accounts."""
        self.accounts.close()


class Recognise:
    """Finds out who asks, once for each request."""

    def __init__(self, app: ASGIApp, *, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the visitor beside the request."""
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
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
