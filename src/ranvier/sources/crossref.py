"""Crossref through its REST API: ``/works`` with a cursor, retractions and corrections included.

Crossref has no Boolean search: it ranks all works by how well they fit the words, and counts every
work with one of them. So ask for the first few thousand at most.
"""

from __future__ import annotations

import msgspec

from ranvier.core.search import RecordKind
from ranvier.sources.cursor import Answer, CursorSource, Request, read_as
from ranvier.sources.line import Contact, Incomplete
from ranvier.workflow.ports import Asked

__all__ = ["Crossref"]

#: Works in a page; the API gives no more than 1,000.
SIZE = 500


class _Message(msgspec.Struct, rename="kebab"):
    total_results: int
    items: list[msgspec.Raw]
    next_cursor: str | None = None


class _Reply(msgspec.Struct):
    message: _Message


class _Work(msgspec.Struct):
    doi: str = msgspec.field(name="DOI")


class Crossref(CursorSource):
    """Crossref, searched in what a reference names: titles, authors, journals, years."""

    key = "crossref"
    name = "Crossref"
    platform = "Crossref REST API"
    address = "https://api.crossref.org"
    key_variable = None
    kind: RecordKind = "database"
    since_means = "registered with Crossref on"

    @staticmethod
    def pace(contact: Contact) -> float:
        """Return the seconds between two requests: who gives an address is served faster."""
        return 0.5 if contact.email else 1.0

    def told(self) -> tuple[str, ...]:
        """Say what the source is told of us, without secrets."""
        ranked = "searched in: query.bibliographic, ranked by fit; not a Boolean search"
        return (ranked, f"e-mail: {self._contact.email}") if self._contact.email else (ranked,)

    def request(self, asked: Asked, cursor: str | None, *, size: int | None = None) -> Request:
        """Write the request for a page; the first has no cursor."""
        fields = {
            "query.bibliographic": self.sent(asked),
            "rows": str(size or min(SIZE, asked.most or SIZE)),
            "cursor": cursor or "*",
        }
        if asked.since:
            fields["filter"] = f"from-created-date:{asked.since}"
        if self._contact.email:
            fields["mailto"] = self._contact.email
        return Request(path="/works", fields=fields)

    def answer(self, body: bytes) -> Answer:
        """Read a page."""
        message = read_as(body, _Reply).message
        if message.items and message.next_cursor is None:
            raise Incomplete("works and no cursor")
        return Answer(
            items=message.items, counted=message.total_results, cursor=message.next_cursor
        )

    def id_of(self, item: msgspec.Raw) -> str:
        """Return the source's id of a record."""
        return msgspec.json.decode(item, type=_Work).doi.lower()
