"""OpenAlex through its API: ``/works`` with a cursor."""

from __future__ import annotations

import msgspec

from ranvier.core.search import RecordKind
from ranvier.sources.cursor import Answer, CursorSource, Request, read_as
from ranvier.sources.line import Contact
from ranvier.workflow.ports import Asked

__all__ = ["OpenAlex"]

#: Works in a page: as many as the API gives whoever asks.
SIZE = 100


class _Meta(msgspec.Struct):
    count: int
    next_cursor: str | None = None


class _Reply(msgspec.Struct):
    meta: _Meta
    results: list[msgspec.Raw]


class _Work(msgspec.Struct):
    id: str


class OpenAlex(CursorSource):
    """OpenAlex, searched in titles and abstracts.

    Examples
    --------
    >>> from ranvier.sources.line import Line
    >>> from ranvier.workflow.ports import Asked
    >>> line = Line(OpenAlex.address, every=1)
    >>> OpenAlex(line).sent(Asked(query='"neuropathy, motor" AND trial'))
    '"neuropathy  motor" AND trial'
    """

    key = "openalex"
    name = "OpenAlex"
    platform = "OpenAlex API"
    address = "https://api.openalex.org"
    key_variable = "OPENALEX_API_KEY"
    kind: RecordKind = "database"
    since_means = "published on"

    @staticmethod
    def pace(contact: Contact) -> float:
        """Return the seconds between two requests."""
        return 0.2

    def sent(self, asked: Asked) -> str:
        """Return the query as it is sent: a comma would end the filter, and means nothing in it."""
        return asked.query.replace(",", " ")

    def told(self) -> tuple[str, ...]:
        """Say what the source is told of us, without secrets."""
        told = ["searched in: title and abstract"]
        told += [f"e-mail: {self._contact.email}"] if self._contact.email else []
        told += ["your OpenAlex API key"] if self._contact.api_key else []
        return tuple(told)

    def request(self, asked: Asked, cursor: str | None, *, size: int | None = None) -> Request:
        """Write the request for a page; the first has no cursor."""
        wanted = f"title_and_abstract.search:{self.sent(asked)}"
        if asked.since:
            wanted += f",from_publication_date:{asked.since}"
        fields = {
            "filter": wanted,
            "per-page": str(size or min(SIZE, asked.most or SIZE)),
            "cursor": cursor or "*",
        }
        if self._contact.email:
            fields["mailto"] = self._contact.email
        if self._contact.api_key:
            fields["api_key"] = self._contact.api_key
        return Request(path="/works", fields=fields)

    def answer(self, body: bytes) -> Answer:
        """Read a page."""
        reply = read_as(body, _Reply)
        return Answer(items=reply.results, counted=reply.meta.count, cursor=reply.meta.next_cursor)

    def id_of(self, item: msgspec.Raw) -> str:
        """Return the source's id of a record."""
        return msgspec.json.decode(item, type=_Work).id.rpartition("/")[2]
