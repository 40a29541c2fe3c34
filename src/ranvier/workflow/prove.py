"""Proving: that each quote is in its document, for documents at hand outside the review."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ranvier.core.review import Review
from ranvier.core.rules import values_of
from ranvier.core.value import Anchor, Source, find_anchor

__all__ = ["Quote", "prove_quotes"]


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
