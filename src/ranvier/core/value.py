"""The value: one datum with its origin: found in a source, derived, recalled, or judged.

A value that was *found* names its source and quotes the figure as printed there; where the source
is a document we hold, the anchor says where the quote stands (W3C text quote and text position
selectors). A *derived* value names the formula and what went in. A *recalled* value is one for
which no source was seen: it may be used, but wherever it is used, it is shown as recalled. A
*judged* value is somebody's reading, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "PROVENANCE_ORDER",
    "Anchor",
    "Derivation",
    "Provenance",
    "Source",
    "Value",
    "find_anchor",
    "firmness",
    "value_problems",
    "weakest",
]

Provenance = Literal["found", "derived", "judged", "recalled"]

#: From the firmest to the weakest; a number is as firm as the weakest value it was made from.
PROVENANCE_ORDER: tuple[Provenance, ...] = ("found", "derived", "judged", "recalled")

SourceKind = Literal["document", "page", "citation", "dataset", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something was read.

    Attributes
    ----------
    id : str
        Short name used by anchors and values.
    label : str
        As a reader would cite it.
    kind : {"document", "page", "citation", "dataset", "none"}
        ``document``: a text we hold or held, known by its hash; ``page``: a public page that was
        seen but not kept; ``citation``: a bibliographic reference; ``dataset``: a file of facts;
        ``none``: no source was seen.
    locator : str or None
        Address, DOI or similar.
    document_sha256 : str or None
        Hash of the document's bytes, for ``document``.
    """

    id: str
    label: str
    kind: SourceKind
    locator: str | None = None
    document_sha256: str | None = None
    document_name: str | None = None
    language: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where in a document a quote stands.

    Attributes
    ----------
    source : str
        Id of the source.
    quote : str
        The figure exactly as printed: a number or a short figure, never a sentence.
    start, end : int or None
        Character offsets in the document's text (UTF-8 decoded), end exclusive.
    page : int or None
    """

    source: str
    quote: str
    start: int | None = None
    end: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How a value was made from others.

    Attributes
    ----------
    formula : str
        Its name (``sd_from_ci``, ``difference``, ``exhaustive_search`` ...).
    inputs : tuple of str
        What went in, each readable by itself, such as ``"published RR 11.00 (2.86 to 42.25)"``.
    explanation : str
        One sentence for the reader.
    rests_on : {"found", "derived", "judged", "recalled"}
        The weakest of the inputs: what is worked out from a recalled figure is no firmer than it.
    """

    formula: str
    inputs: tuple[str, ...]
    explanation: str
    rests_on: Provenance = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One datum.

    Attributes
    ----------
    value : float, str or None
        The number (or words); ``None`` where the source gives none.
    provenance : {"found", "derived", "judged", "recalled"}
    printed : str or None
        As the source prints it, such as ``"85.6 (8.7)"``.
    source : str or None
        Id of the source; required for found values.
    anchor : Anchor or None
    derivation : Derivation or None
        Required for derived values.
    unit, note : str or None
    """

    value: float | int | str | None
    provenance: Provenance
    printed: str | None = None
    source: str | None = None
    anchor: Anchor | None = None
    derivation: Derivation | None = None
    unit: str | None = None
    note: str | None = None


def weakest(values: list[Provenance]) -> Provenance:
    """Return the weakest of several provenances; ``found`` if there are none."""
    return PROVENANCE_ORDER[max(map(PROVENANCE_ORDER.index, values), default=0)]


def firmness(value: Value) -> Provenance:
    """Return how firm a value is: as the weaker of its own provenance and what it rests on."""
    rests_on = value.derivation.rests_on if value.derivation else "found"
    return weakest([value.provenance, rests_on])


def value_problems(value: Value, *, name: str) -> list[str]:
    """List what is missing for the provenance that `value` claims; empty if it holds."""
    problems: list[str] = []
    if value.provenance == "found" and value.source is None:
        problems.append(f"{name} is said to be found, but names no source.")
    if value.provenance == "found" and value.printed is None and value.anchor is None:
        problems.append(f"{name} is said to be found, but does not quote the printed figure.")
    if value.provenance == "derived" and value.derivation is None:
        problems.append(f"{name} is said to be derived, but does not say how.")
    if value.provenance == "recalled" and value.anchor is not None:
        problems.append(f"{name} is said to be recalled, but has an anchor: is it found?")
    if value.provenance == "judged" and value.note is None:
        problems.append(f"{name} is a judgement without a reason: say why in its note.")
    if value.anchor is not None and value.source not in (None, value.anchor.source):
        problems.append(
            f"{name} names source {value.source!r}, its anchor {value.anchor.source!r}."
        )
    return problems


def find_anchor(text: str, anchor: Anchor) -> tuple[int, int] | None:
    """Find the quote of `anchor` in `text`; ``None`` if it is not there.

    Where offsets are given the quote must stand exactly there. Otherwise its first place counts at
    which it is not part of a longer number: ``5.6`` is not found in ``85.6``.

    Examples
    --------
    >>> find_anchor("a mean of 85.6 (8.7)", Anchor(source="s", quote="5.6 (8.7)")) is None
    True
    >>> find_anchor("a mean of 85.6 (8.7)", Anchor(source="s", quote="85.6 (8.7)"))
    (10, 20)
    """
    if anchor.start is not None:
        end = anchor.start + len(anchor.quote) if anchor.end is None else anchor.end
        return (anchor.start, end) if text[anchor.start : end] == anchor.quote else None
    before = r"(?<![\d])(?<!\d[.,])" if anchor.quote[:1].isdigit() else ""
    after = r"(?![.,]?\d)" if anchor.quote[-1:].isdigit() else ""
    match = re.search(before + re.escape(anchor.quote) + after, text) if anchor.quote else None
    return match.span() if match else None
