"""Facts told one after the other, each with a moment and a client id that never change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ranvier.core.facts import encode, fact_of
from ranvier.workflow.record import Saying

__all__ = ["Teller"]

#: The day the example was written down. The seconds only keep the facts in order: they were told
#: together from files, not one by one.
BEGIN = datetime(2026, 11, 22, 4, 0, 0, tzinfo=UTC)


class Teller:
    """Gives each fact its moment and its client id, so that telling twice says the same."""

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._told = 0

    def next(self) -> tuple[str, datetime]:
        """Return the next moment, as the log writes it and as a date."""
        moment = BEGIN + timedelta(seconds=self._told)
        self._told += 1
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ"), moment

    def say(self, payload: Any, *, reason: str | None = None, actor: str | None = None) -> Saying:
        """Say one fact."""
        at, moment = self.next()
        return Saying(
            payload=payload,
            actor=actor or self._actor,
            at=at,
            reason=reason,
            client_id=client_id(moment, fact_of(payload).type, encode(payload)),
        )

    def say_all(self, payloads: Iterable[Any], *, reason: str | None = None) -> list[Saying]:
        """Say several facts in order."""
        return [self.say(payload, reason=reason) for payload in payloads]


def client_id(moment: datetime, type_: str, said: str) -> str:
    """Make a UUIDv7 from a moment and a hash of what is said (RFC 9562, section 5.7).

    Examples
    --------
    >>> client_id(BEGIN, "source.described", "{}")[14]
    '7'
    """
    milliseconds = int(moment.timestamp() * 1000)
    digest = hashlib.sha256(f"{type_}\n{said}".encode()).digest()
    number = int.from_bytes(milliseconds.to_bytes(6, "big") + digest[:10], "big")
    number = number & ~(0xF << 76) | 0x7 << 76  # version 7
    number = number & ~(0x3 << 62) | 0x2 << 62  # the variant of RFC 9562
    return str(UUID(int=number))
