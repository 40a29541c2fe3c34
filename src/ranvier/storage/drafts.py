"""Drafts at the door: what cannot be kept is refused before it reaches the writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from ranvier.core.event import Draft, Event
from ranvier.core.facts import Undone, decode
from ranvier.core.fold import Thing, subject_of
from ranvier.core.search import Import, Retrieval
from ranvier.errors import InputError

__all__ = ["Checked", "blobs_of", "check", "check_text", "read", "same"]

#: Bytes that an indexed name may have: PostgreSQL's B-tree holds 2,704 a row.
LONGEST_NAME = 1_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that was read: what it is about, undoes, and refers to."""

    draft: Draft
    thing: Thing | None
    undoes: str | None
    blobs: tuple[str, ...]


def check(draft: Draft) -> Checked:
    """Read the payload of a draft and check that both engines can keep every field.

    Raises
    ------
    InputError
        If the type is unknown, the payload does not fit it, or a field cannot be kept.
    """
    payload, thing = read(draft)
    return Checked(
        draft=draft,
        thing=thing,
        undoes=payload.client_id if isinstance(payload, Undone) else None,
        blobs=blobs_of(payload),
    )


def read(said: Draft | Event) -> tuple[Any, Thing | None]:
    """Read what is said and about what; raise what :func:`check` raises."""
    for name in ("type", "payload", "actor", "on_behalf_of", "at", "client_id", "reason"):
        check_text(getattr(said, name), name=name)
    if not said.client_id:
        raise InputError("client_id is empty.", remedy="Give each draft a UUIDv7 of its own.")
    try:
        payload = decode(said.type, said.payload)
    except msgspec.DecodeError as error:
        raise InputError(f"{said.type}: the payload is not JSON: {error}.") from error
    thing = subject_of(said.type, payload)
    for name in (said.client_id, *((thing.kind, thing.id) if thing else ())):
        if len(name) > LONGEST_NAME // 4 and len(name.encode()) > LONGEST_NAME:
            raise InputError(
                f"the id {name[:60]!r}... is longer than {LONGEST_NAME} bytes.",
                remedy="Use a short id, and a field of the payload for the words.",
            )
    return payload, thing


def blobs_of(payload: object) -> tuple[str, ...]:
    """Return the blobs that a payload says are kept."""
    if isinstance(payload, Import) and payload.parts:
        held = (blob for p in payload.parts for blob in (p.file_sha256, p.records_sha256))
        return tuple(blob for blob in held if blob is not None)
    if isinstance(payload, Import):
        return (payload.file_sha256, payload.records_sha256)
    if isinstance(payload, Retrieval):
        return (payload.ids_sha256,)
    return ()


def check_text(text: str | None, *, name: str) -> None:
    """Refuse text that UTF-8 or PostgreSQL cannot hold."""
    if text is None:
        return
    if "\0" in text:
        raise InputError(f"{name} holds a NUL character.", remedy="Remove it.")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"{name} holds half a character (a lone surrogate) at offset {error.start}.",
                remedy="Read the text with its right encoding.",
            ) from error


def same(draft: Draft, event: Event) -> bool:
    """Whether a draft says what an event of its client id says; the clock may have moved on."""
    return (
        draft.type == event.type
        and draft.schema_version == event.schema_version
        and draft.payload == event.payload
        and draft.actor == event.actor
        and draft.on_behalf_of == event.on_behalf_of
        and draft.reason == event.reason
    )
