"""What is known: the ledger of a store, kept between acts and brought up to date from the log.

Reading the whole log for each decision would make a long review slow; so the ledger of an open
store is kept, and only the events that came since are added to it. It may be thrown away at any
time: an act that fails, or takes something back, does so.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

import msgspec

from ranvier.core.event import Event
from ranvier.core.facts import Undone, Withdrawn, decode
from ranvier.core.fold import undone_ids
from ranvier.core.rules import Ledger
from ranvier.core.search import Import, Record
from ranvier.workflow.ports import Store

__all__ = ["appended", "forget", "is_on_decision", "known", "learn", "read_records", "record_ids"]


@dataclass(slots=True)
class _Kept:
    """A ledger, and the event up to which it has been brought."""

    lock: Lock = field(default_factory=Lock)
    ledger: Ledger | None = None
    seq: int = 0


_KEPT: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = Lock()


@contextmanager
def known(store: Store) -> Generator[Ledger]:
    """Lend the ledger of a store to one caller at a time, up to date.

    What the caller takes into it stays; if the caller fails, the ledger is thrown away.
    """
    with _KEPT_LOCK:
        kept = _KEPT.setdefault(store, _Kept())
    with kept.lock:
        if kept.ledger is not None:
            _catch_up(store, kept, kept.ledger)
        if kept.ledger is None:
            kept.ledger, kept.seq = _read(store)
        try:
            yield kept.ledger
        except BaseException:
            kept.ledger = None
            raise


def forget(store: Store) -> None:
    """Throw the ledger of a store away: the next caller reads it anew."""
    with _KEPT_LOCK:
        kept = _KEPT.setdefault(store, _Kept())
    with kept.lock:
        kept.ledger = None


def appended(store: Store, events: Sequence[Event]) -> None:
    """Note that decisions which the ledger took are in the log: they need not be read back."""
    with _KEPT_LOCK:
        kept = _KEPT.setdefault(store, _Kept())
    with kept.lock:
        for event in events:
            if event.type != "decision.made" or event.seq != kept.seq + 1:
                return
            kept.seq = event.seq


def learn(store: Store, ledger: Ledger, payload: object, *, client_id: str, type_: str) -> None:
    """Take a fact into a ledger, with the records it brings."""
    ledger.take(payload)
    ledger.client_ids[client_id] = type_
    if isinstance(payload, Import):
        ledger.records.update(record_ids(store, payload))


def is_on_decision(ledger: Ledger, payload: Undone | Withdrawn) -> bool:
    """Say whether what is taken back is a screening decision: nothing stands on one.

    Reviewers take back decisions all day; the ledger may then hold one that stands no more, which
    no rule asks about.
    """
    if isinstance(payload, Withdrawn):
        return payload.kind == "decision"
    return ledger.client_ids.get(payload.client_id) == "decision.made"


def read_records(store: Store, imported: Import) -> Iterator[Record]:
    """Read the records of an import back from its blobs, part by part."""
    for lines in _lines(store, imported):
        for line in lines:
            yield msgspec.json.decode(line, type=Record)


def record_ids(store: Store, imported: Import) -> Iterator[str]:
    """Give the ids of an import's records; those that were numbered need not be read."""
    if imported.numbering == "given":
        yield from (f"{imported.id}/r{n:06d}" for n in range(1, imported.count + 1))
        return
    for record in read_records(store, imported):
        yield record.id


def _lines(store: Store, imported: Import) -> Iterator[list[bytes]]:
    """Give the records of an import as lines."""
    if not imported.parts:
        yield store.blob(imported.records_sha256).splitlines()
        return
    for part in imported.parts:
        if part.records_sha256 is not None:
            yield zlib.decompress(store.blob(part.records_sha256)).splitlines()


def _catch_up(store: Store, kept: _Kept, ledger: Ledger) -> None:
    """Add what came since; give up the ledger where something was taken back."""
    for event in store.events(after=kept.seq):
        kept.seq = event.seq
        payload = decode(event.type, event.payload)
        if isinstance(payload, Undone | Withdrawn) and not is_on_decision(ledger, payload):
            kept.ledger = None
            return
        if event.client_id not in ledger.client_ids:
            learn(store, ledger, payload, client_id=event.client_id, type_=event.type)


def _read(store: Store) -> tuple[Ledger, int]:
    """Load what stands, from the projection, and every client id, from the log."""
    ledger = Ledger()
    undos: list[Event] = []
    seq = 0
    for event in store.events():
        seq = event.seq
        ledger.client_ids[event.client_id] = event.type
        if event.type == "event.undone":
            undos.append(event)
    ledger.undone = set(undone_ids(undos))
    for standing in store.standing():
        if standing.status == "standing":
            ledger.take(decode(standing.type, standing.payload))
    for imported in ledger.of("import").values():
        ledger.records.update(record_ids(store, imported))
    return ledger, seq
