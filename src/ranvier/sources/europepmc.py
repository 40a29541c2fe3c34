"""Europe PMC through its RESTful service: ``search`` with a cursor mark."""

from __future__ import annotations

import msgspec

from ranvier.core.search import RecordKind
from ranvier.sources.cursor import Answer, CursorSource, Request, read_as
from ranvier.sources.line import Contact
from ranvier.workflow.ports import Asked

__all__ = ["EuropePmc"]

#: Records in a page; the service gives no more than 1,000.
SIZE = 500

#: A query longer than this does not fit into an address everywhere.
LONG = 1_500


class _Results(msgspec.Struct):
    result: list[msgspec.Raw] = []


class _Reply(msgspec.Struct, rename="camel"):
    hit_count: int
    result_list: _Results = msgspec.field(default_factory=_Results)
    next_cursor_mark: str | None = None


class _Hit(msgspec.Struct):
    id: str
    source: str


class EuropePmc(CursorSource):
    """Europe PMC, searched in its own words."""

    key = "europepmc"
    name = "Europe PMC"
    platform = "Europe PMC RESTful web service"
    address = "https://www.ebi.ac.uk/europepmc/webservices/rest"
    key_variable = None
    kind: RecordKind = "database"
    since_means = "first indexed by Europe PMC (FIRST_IDATE) on"

    @staticmethod
    def pace(contact: Contact) -> float:
        """Return the seconds between two requests."""
        return 0.2

    def sent(self, asked: Asked) -> str:
        """Return the query as it is sent."""
        if asked.since is None:
            return asked.query
        return f"({asked.query}) AND (FIRST_IDATE:[{asked.since} TO 3000-12-31])"

    def told(self) -> tuple[str, ...]:
        """Say what the source is told of us, without secrets."""
        synonyms = "no synonyms are added (synonym=false)"
        return (synonyms, f"e-mail: {self._contact.email}") if self._contact.email else (synonyms,)

    def request(self, asked: Asked, cursor: str | None, *, size: int | None = None) -> Request:
        """Write the request for a page; the first has no cursor."""
        query = self.sent(asked)
        fields = {
            "query": query,
            "format": "json",
            "resultType": "core",
            "synonym": "false",
            "pageSize": str(size or min(SIZE, asked.most or SIZE)),
            "cursorMark": cursor or "*",
        }
        if self._contact.email:
            fields["email"] = self._contact.email
        if len(query) > LONG:
            return Request(path="/searchPOST", fields=fields, method="POST")
        return Request(path="/search", fields=fields)

    def answer(self, body: bytes) -> Answer:
        """Read a page."""
        reply = read_as(body, _Reply)
        return Answer(
            items=reply.result_list.result,
            counted=reply.hit_count,
            cursor=reply.next_cursor_mark,
        )

    def id_of(self, item: msgspec.Raw) -> str:
        """Return the source's id of a record."""
        hit = msgspec.json.decode(item, type=_Hit)
        return f"{hit.source}:{hit.id}"
