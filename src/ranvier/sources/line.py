"""The line to one host: slow enough, patient, and to no other host.

Every request of every connector goes through here. A host that is not the connector's own is
refused before a socket is opened, also when the host itself redirects to it.
"""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import httpx

from ranvier.errors import InputError, SourceError

__all__ = ["NOBODY", "Contact", "Incomplete", "Line", "Refused"]

T = TypeVar("T")
Fields = Mapping[str, str]

#: How often a request is sent before we give up: with the waits below, about four minutes.
ATTEMPTS = 8

#: The longest that we wait between two attempts, in seconds.
LONGEST_WAIT = 60.0

#: A host that wants us to wait longer than this, in seconds, is asked again another time.
PATIENCE = 600.0

#: An answer that is longer is no page of records.
LARGEST = 512 << 20

#: An answer that has not come whole after this many seconds is asked for again.
SLOWEST = 300.0

#: What we read in the head of an answer.
_HEARD = ("location", "retry-after")

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_GO_ON = "What was fetched is kept: the same command goes on from there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who asks, as far as a host is told.

    Attributes
    ----------
    email : str or None
        Whom it may write to if we trouble it.
    api_key : str or None
        Sent with each request; never shown, logged or kept.
    """

    email: str | None = None
    api_key: str | None = field(default=None, repr=False)


#: Who says nothing of themselves.
NOBODY = Contact()


class Incomplete(Exception):
    """An answer that is cut off or is none, though the host says that all is well."""


class Refused(Exception):
    """The host answered that it does not take this request (4xx)."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(f"{status}: {text}")


class _OnlyHost(httpx.BaseTransport):
    """A transport that opens no connection to any other origin."""

    def __init__(self, origin: tuple[str, str, int | None], inner: httpx.BaseTransport) -> None:
        self._origin = origin
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or refuse it."""
        if _origin(str(request.url)) != self._origin:
            raise SourceError(
                f"a connector for {self._origin[1]} may not contact {request.url.host}.",
                remedy="Nothing was sent there. If the database has moved, name its new address "
                "with --server.",
            )
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class Line:
    """Requests to one host.

    Parameters
    ----------
    address : str
        Address that the paths are added to; https, or http on this very machine.
    every : float
        Seconds from the beginning of one request to that of the next, at least.
    contact : str or None
        E-mail address that the host may write to if we trouble it.
    remark : callable or None
        Told why we wait.
    timeout : float
        Seconds without a sign of life after which a request is given up.
    """

    def __init__(
        self,
        address: str,
        *,
        every: float,
        contact: str | None = None,
        remark: Callable[[str], None] | None = None,
        timeout: float = 60.0,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(address)
        if parts.hostname is None or not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        ):
            raise InputError(
                f"{address!r} is no address that can be asked safely.",
                remedy="Write https://HOST/PATH; http is for this machine (127.0.0.1) only.",
            )
        self.host = parts.hostname
        self._address = address.rstrip("/")
        self._every = every
        self._remark = remark
        self._attempts = attempts
        self._sleep = sleep
        self._last = float("-inf")
        about = f"mailto:{contact}" if contact else "https://pypi.org/project/ranvier"
        self._agent = f"ranvier/{version('ranvier')} ({about})"
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, 20.0))
        self._client: httpx.Client | None = None

    def ask(
        self,
        path: str,
        fields: Fields,
        read: Callable[[bytes], T],
        *,
        method: Literal["GET", "POST"] = "GET",
    ) -> T:
        """Send a request until its answer is whole, and return what `read` makes of it.

        Parameters
        ----------
        fields : mapping
            The query of a GET, the form of a POST.
        read : callable
            Raises :class:`Incomplete` where the answer is cut off; then it is asked again.

        Raises
        ------
        Refused
            If the host does not take the request.
        SourceError
            If it does not answer, or not whole, however often it is asked.
        """
        why, wait = "", 0.0
        for attempt in range(self._attempts):
            if attempt:
                self._wait(wait, why)
            wait = min(LONGEST_WAIT, 2.0**attempt) * random.uniform(0.75, 1.25)
            try:
                answer = self._send(method, f"{self._address}{path}", fields)
                if answer.status_code == 200:
                    return read(answer.content)
            except Incomplete as error:
                why = f"its answer was not whole ({error})"
                continue
            except (httpx.TransportError, httpx.DecodingError) as error:
                why = _said(error)
                continue
            status = answer.status_code
            if status not in (408, 425, 429) and status < 500:
                raise Refused(status, _words(answer.text))
            why = f"it answered {status}"
            wait = self._told(answer, wait)
        raise SourceError(
            f"{self.host} did not serve: {why}, after {self._attempts} attempts.",
            remedy=f"Try again later. {_GO_ON}",
        )

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _send(self, method: str, address: str, fields: Fields) -> httpx.Response:
        """Send one request, following the host as long as it points to itself."""
        for _ in range(4):
            self._pace()
            answer = self._fetched(method, address, fields)
            if answer.status_code not in (301, 302, 303, 307, 308):
                return answer
            target = str(answer.url.join(answer.headers.get("location", "")))
            if _origin(target) != _origin(self._address):
                raise SourceError(
                    f"{self.host} sends us on to {urlsplit(target).hostname}, another host.",
                    remedy="Nothing was sent there. Check that nothing stands between you and the "
                    "database, such as a login page of your network.",
                )
            if method == "POST" and answer.status_code in (301, 302, 303):
                raise SourceError(
                    f"{self.host} wants the search at another address of its own.",
                    remedy="Name that address with --server.",
                )
            address, fields = target, fields if method == "POST" else {}
        raise SourceError(f"{self.host} sends us in circles.", remedy="Try again later.")

    def _fetched(self, method: str, address: str, fields: Fields) -> httpx.Response:
        """Send one request and take its answer in, as long as it is neither endless nor huge."""
        client = self._opened()
        held = {"params": dict(fields) or None} if method == "GET" else {"data": dict(fields)}
        began = time.monotonic()
        with client.stream(method, address, **held) as answer:  # pyright: ignore[reportArgumentType]
            parts: list[bytes] = []
            size = 0
            for part in answer.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST:
                    raise Incomplete(f"more than {LARGEST >> 20} MB")
                if time.monotonic() - began > SLOWEST:
                    raise Incomplete(f"not all of it came in {SLOWEST:.0f} s")
            heard = {name: answer.headers[name] for name in _HEARD if name in answer.headers}
            return httpx.Response(
                answer.status_code,
                headers=heard,
                content=b"".join(parts),
                request=answer.request,
            )

    def _opened(self) -> httpx.Client:
        """Open the line when it is first needed, never before."""
        if self._client is None:
            self._client = httpx.Client(
                transport=_OnlyHost(_origin(self._address), httpx.HTTPTransport()),
                headers={"user-agent": self._agent},
                timeout=self._timeout,
                follow_redirects=False,
            )
        return self._client

    def _pace(self) -> None:
        """Wait until the next request may begin."""
        left = self._last + self._every - time.monotonic()
        if left > 0:
            self._sleep(left)
        self._last = time.monotonic()

    def _wait(self, seconds: float, why: str) -> None:
        """Wait before another attempt, and say why."""
        if self._remark is not None:
            self._remark(f"{self.host}: {why}; trying again in {seconds:.0f} s")
        self._sleep(seconds)

    def _told(self, answer: httpx.Response, wait: float) -> float:
        """Return how long to wait: as long as the host says, if it says so."""
        told = _seconds(answer.headers.get("retry-after"))
        if told is None:
            return wait
        if told > PATIENCE:
            raise SourceError(
                f"{self.host} asks us to come back in {told / 60:.0f} minutes.",
                remedy=f"Run it again then. {_GO_ON}",
            )
        return max(told, wait)


def _origin(address: str) -> tuple[str, str, int | None]:
    """Return what makes an address the same host."""
    parts = urlsplit(address)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _seconds(told: str | None) -> float | None:
    """Read Retry-After: seconds, or a date."""
    if not told:
        return None
    if told.strip().isdigit():
        return float(told)
    try:
        until = email.utils.parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(until.tzinfo or UTC)).total_seconds())


def _said(error: Exception) -> str:
    """Say what went wrong on the way, without addresses: they may hold a key."""
    if isinstance(error, httpx.TimeoutException):
        return "it did not answer in time"
    if isinstance(error, httpx.ConnectError):
        return "it could not be reached"
    if isinstance(error, httpx.RemoteProtocolError):
        return "it broke off its answer"
    return f"the connection failed ({type(error).__name__})"


def _words(text: str) -> str:
    """Shorten what a host says to a sentence."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)).strip()[:300] or "without a word"
