"""ClinicalTrials.gov through version 2 of its API: ``/studies`` with a page token."""

from __future__ import annotations

import msgspec

from ranvier.core.search import RecordKind
from ranvier.sources.cursor import Answer, CursorSource, Request, read_as
from ranvier.sources.line import Contact
from ranvier.workflow.ports import Asked

__all__ = ["ClinicalTrials"]

#: Studies in a page; the API gives no more than 1,000, and studies are long.
SIZE = 200


class _Reply(msgspec.Struct, rename="camel"):
    studies: list[msgspec.Raw]
    total_count: int | None = None
    next_page_token: str | None = None


class _Identification(msgspec.Struct, rename="camel"):
    nct_id: str


class _Protocol(msgspec.Struct, rename="camel"):
    identification_module: _Identification


class _Study(msgspec.Struct, rename="camel"):
    protocol_section: _Protocol


class ClinicalTrials(CursorSource):
    """ClinicalTrials.gov, searched in its own words (Essie)."""

    key = "clinicaltrials"
    name = "ClinicalTrials.gov"
    platform = "ClinicalTrials.gov API v2"
    address = "https://clinicaltrials.gov/api/v2"
    key_variable = None
    kind: RecordKind = "register"
    since_means = "first posted (StudyFirstPostDate) on"

    @staticmethod
    def pace(contact: Contact) -> float:
        """Return the seconds between two requests: the register wants 50 a minute at most."""
        return 1.25

    def told(self) -> tuple[str, ...]:
        """Say what the source is told of us, without secrets."""
        return (f"e-mail: {self._contact.email}",) if self._contact.email else ()

    def request(self, asked: Asked, cursor: str | None, *, size: int | None = None) -> Request:
        """Write the request for a page; the first has no cursor."""
        fields = {
            "query.term": self.sent(asked),
            "format": "json",
            "countTotal": "true",
            "pageSize": str(size or min(SIZE, asked.most or SIZE)),
        }
        if asked.since:
            fields["filter.advanced"] = f"AREA[StudyFirstPostDate]RANGE[{asked.since},MAX]"
        if cursor:
            fields["pageToken"] = cursor
        return Request(path="/studies", fields=fields)

    def answer(self, body: bytes) -> Answer:
        """Read a page."""
        reply = read_as(body, _Reply)
        return Answer(items=reply.studies, counted=reply.total_count, cursor=reply.next_page_token)

    def id_of(self, item: msgspec.Raw) -> str:
        """Return the source's id of a record."""
        return msgspec.json.decode(item, type=_Study).protocol_section.identification_module.nct_id
