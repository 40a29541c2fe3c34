"""What sources have in common that answer in JSON and say with each page how to ask for the next.

A source is one slice. Where its cursor is no longer known (they live for minutes on some), the
slice is begun again: records are told apart by their ids, so none is counted or kept twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import msgspec

from ranvier.core.search import RecordKind
from ranvier.errors import InputError, SourceError
from ranvier.sources.line import NOBODY, Contact, Incomplete, Line, Refused
from ranvier.workflow.ports import Asked, Page, Place

__all__ = ["Answer", "CursorSource", "Request", "read_as"]

T = TypeVar("T")

#: How often a search is begun again whose cursor is no longer known.
RESTARTS = 3

_ALL = "all"
_KEY_REMEDY = "Check the API key in your environment, or get one; see docs/reference/sources.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent for one page."""

    path: str
    fields: dict[str, str]
    method: Literal["GET", "POST"] = "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one page holds.

    Attributes
    ----------
    items : sequence of msgspec.Raw
        Records as they came.
    counted : int or None
        Hits, if this page says so.
    cursor : str or None
        How to ask for the next page; ``None`` at the end.
    """

    items: Sequence[msgspec.Raw]
    counted: int | None
    cursor: str | None


class CursorSource(ABC):
    """A source of one slice, page by page.

    Parameters
    ----------
    line : Line
        The line to its host.
    contact : Contact
        What it is told of who asks.
    """

    key: str
    name: str
    platform: str
    address: str
    key_variable: str | None
    kind: RecordKind
    ending = ".jsonl"
    #: What ``since`` is held against, to be followed by a day.
    since_means: str

    def __init__(self, line: Line, contact: Contact = NOBODY) -> None:
        self._line = line
        self._contact = contact

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._line.close()

    @property
    def host(self) -> str:
        """The one host that is contacted."""
        return self._line.host

    @staticmethod
    @abstractmethod
    def pace(contact: Contact) -> float:
        """Return the seconds between two requests."""

    @abstractmethod
    def request(self, asked: Asked, cursor: str | None, *, size: int | None = None) -> Request:
        """Write the request for a page; the first has no cursor."""

    @abstractmethod
    def answer(self, body: bytes) -> Answer:
        """Read a page.

        Raises
        ------
        Incomplete
            If it is cut off, or no page of this source.
        """

    @abstractmethod
    def id_of(self, item: msgspec.Raw) -> str:
        """Return the source's id of a record."""

    def sent(self, asked: Asked) -> str:
        """Return the query as it is sent."""
        return asked.query

    def limits(self, asked: Asked) -> tuple[str, ...]:
        """Say what narrows the search beside the query."""
        return (f"{self.since_means} {asked.since} or later",) if asked.since else ()

    @abstractmethod
    def told(self) -> tuple[str, ...]:
        """Say what the source is told of us, without secrets."""

    def says(self, asked: Asked) -> tuple[str, ...]:
        """Say what is sent beside the query, one thing a line, without secrets."""
        return (*self.limits(asked), *self.told())

    def count(self, asked: Asked) -> int:
        """Ask how many hits there are."""
        try:
            counted = self._asked(self.request(asked, None, size=1))[1].counted
        except Refused as refused:
            raise self._refusal(refused) from None
        if counted is None:
            raise SourceError(
                f"{self.name} does not say how many hits there are.", remedy="Try again later."
            )
        return counted

    def start(self, asked: Asked) -> Place:
        """Return where to begin."""
        return Place(slice=_ALL)

    def page(self, asked: Asked, place: Place) -> Page:
        """Ask for one page."""
        try:
            body, answer = self._asked(self.request(asked, place.cursor))
        except Refused as refused:
            if place.cursor is None or refused.status in (401, 403):
                raise self._refusal(refused) from None
            return self._begin_again(place)
        ids = tuple(map(self.id_of, answer.items))
        ended = answer.cursor is None or not ids or answer.cursor == place.cursor
        more = replace(place, at=place.at + len(ids), cursor=answer.cursor)
        return Page(body=body, ids=ids, next=() if ended else (more,), counted=answer.counted)

    def again(self, missing: Sequence[str]) -> tuple[Place, ...]:
        """Nothing is listed beforehand, so nothing can be asked for by its id."""
        return ()

    def items(self, body: bytes) -> Iterator[tuple[str, bytes]]:
        """Part a page into records: the source's id of each, and its bytes on one line."""
        if body:
            for item in self.answer(body).items:
                yield self.id_of(item), msgspec.json.format(bytes(item), indent=-1)

    def file(self, items: Iterator[bytes]) -> Iterator[bytes]:
        """Put records together into a file: one a line."""
        for item in items:
            yield item + b"\n"

    def _asked(self, request: Request) -> tuple[bytes, Answer]:
        """Send a request; return the page as it came, and read."""
        return self._line.ask(
            request.path, request.fields, lambda b: (b, self.answer(b)), method=request.method
        )

    def _begin_again(self, place: Place) -> Page:
        """Begin again where a cursor is no longer known."""
        if place.tries >= RESTARTS:
            raise SourceError(
                f"{self.name} has forgotten where we were {RESTARTS} times.",
                remedy="Run it again later: what was fetched is kept.",
            )
        return Page(body=b"", next=(Place(slice=place.slice, tries=place.tries + 1),))

    def _refusal(self, refused: Refused) -> InputError | SourceError:
        """Say what the source does not take."""
        if refused.status in (401, 403):
            return SourceError(
                f"{self.name} does not let us in: {refused.text}.", remedy=_KEY_REMEDY
            )
        return InputError(
            f"{self.name} does not take this search: {refused.text}.",
            remedy=f"Mend it as {self.name} writes searches, and run it again.",
        )


def read_as(body: bytes, kind: type[T]) -> T:
    """Read JSON of a known form.

    Raises
    ------
    Incomplete
        If it is cut off or of another form.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        said = body[:150].decode("utf-8", "replace")
        raise Incomplete(f"another form than expected: {error}: {said}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Incomplete("no whole JSON") from None
