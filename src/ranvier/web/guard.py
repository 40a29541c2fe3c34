"""What holds for every request and answer: the host, the origin, the size, and the headers."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PAGE_POLICY", "Guard"]

#: Nothing but our own files, and nothing written into a page: a title with a script in it stays a
#: title.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers would then send our own forms with `Origin: null`. To other
    # hosts nothing is sent with this, either.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "cache-control": "no-store",
}


class TooLarge(Exception):
    """A request whose body is larger than it may be."""


class Guard:
    """Stands before the application.

    Parameters
    ----------
    hosts, origins : frozenset of str
        What a request may call the server, and where a request that changes something may come
        from.
    largest : int
        The largest body, in bytes.
    secure : bool
        Whether browsers shall keep to TLS.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        origins: frozenset[str],
        largest: int,
        secure: bool,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._largest = largest
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        answered = False

        async def sending(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                self._dress(MutableHeaders(scope=message))
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, sending)
            return
        taken = 0

        async def receiving() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._largest:
                raise TooLarge
            return message

        try:
            await self._app(scope, receiving, sending)
        except TooLarge:
            if not answered:
                await self._too_large()(scope, receive, sending)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Say why a request is not let through, if it is not."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse(
                "This server is not known by that name. Start it with --address to add one.\n",
                status_code=421,
            )
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._largest:
            return self._too_large()
        if scope["method"] not in _SAFE and not self._is_ours(headers):
            return PlainTextResponse(
                "This request comes from another site, so nothing was done. Open the page here and "
                "try again; a program sends the header Origin with the server's address.\n",
                status_code=403,
            )
        return None

    def _is_ours(self, headers: Headers) -> bool:
        """Say whether a request that changes something comes from one of our pages."""
        site = headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        return headers.get("origin", "").lower() in self._origins

    def _too_large(self) -> PlainTextResponse:
        """Refuse a body that is too large."""
        return PlainTextResponse(
            f"This is more than the {self._largest:,} bytes that are taken at once. Split the "
            "file, or import it with `ranvier import`.\n",
            status_code=413,
        )

    def _dress(self, headers: MutableHeaders) -> None:
        """Add the headers that every answer bears, but for those it has already."""
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._secure:
            headers.setdefault("strict-transport-security", "max-age=31536000")
