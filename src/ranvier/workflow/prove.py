"""Proving: that each quote is in its document, for documents at hand outside the review."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ranvier.core.review import Review
from ranvier.core.rules import values_of
from ranvier.core.value import Anchor, Source, find_anchor
from ranvier.workflow.ports import Store

__all__ = ["Quote", "prove_quotes", "unnamed_files"]

_SHA256 = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One quote held against its document.

    Attributes
    ----------
    holder : str
        The thing that quotes, such as ``row/kuwabara2018-mrc``.
    path : str
        Where inside it.
    proved : bool or None
        Whether the quote stands where the anchor says; ``None`` if the document is not at hand.
    """

    holder: str
    path: str
    anchor: Anchor
    source: Source
    proved: bool | None


def prove_quotes(review: Review, documents: Mapping[str, bytes]) -> list[Quote]:
    """Hold every anchor of a review against the documents at hand.

    Parameters
    ----------
    documents : mapping of str to bytes
        By file name. A document is known by the hash of its bytes, not by its name.
    """
    texts = {hashlib.sha256(data).hexdigest(): data for data in documents.values()}
    quotes: list[Quote] = []
    for thing, (standing, payload) in review.things.items():
        if standing.status != "standing":
            continue
        for path, value in values_of(payload):
            if value.anchor is None:
                continue
            source = review.sources[value.anchor.source]
            data = texts.get(source.document_sha256 or "")
            proved = (
                None
                if data is None
                else find_anchor(data.decode("utf-8"), value.anchor) is not None
            )
            quotes.append(
                Quote(
                    holder=str(thing), path=path, anchor=value.anchor, source=source, proved=proved
                )
            )
    return quotes


def unnamed_files(store: Store) -> tuple[str, ...]:
    """Return the SHA-256 of stored files that no event names, in order.

    An import keeps the parts of a file as it goes and names them in one event at its end: if it is
    cut off and never gone on with, they stay. They are named here and never removed silently.
    """
    held = set(store.blobs())
    for event in store.events() if held else ():
        held.difference_update(
            found.decode() for found in _SHA256.findall(msgspec.json.encode(event.payload))
        )
        if not held:
            break
    return tuple(sorted(held))
