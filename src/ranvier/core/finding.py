"""Findings, texts, published results to reproduce, and versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Finding", "Published", "Text", "Version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of a summary of findings: which analysis and certainty it shows.

    The numbers and the sentence are not stored: they follow from the analysis and the certainty.

    Attributes
    ----------
    analysis : str
        Id of the analysis whose numbers it shows.
    certainty : str or None
        Id of the certainty judgement; ``None`` if not assessed.
    based_on : dict of str to str
        Analysis id to the input hash that stood when the finding was stated.
    """

    id: str
    comparison: str
    outcome: str
    analysis: str
    certainty: str | None
    order: int
    based_on: dict[str, str]
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A passage people wrote, in one language.

    `body` holds paragraphs parted by an empty line. ``{finding:ID.part}`` stands for a number of a
    finding and is filled in from the data, never typed.
    """

    id: str
    section: str
    language: str
    body: str
    based_on: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published result to reproduce; `entry` follows the schema of `ranvier reproduce`."""

    id: str
    entry: dict[str, Any]
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A named, frozen state of the log.

    Attributes
    ----------
    name : str
        ``n.m``: n counts new citations, m amendments.
    event : {"NEW", "UPDATE", "AMENDMENT"}
        An update has a new search behind it; any other change is an amendment.
    up_to : int
        Last event that belongs to it.
    """

    name: str
    event: Literal["NEW", "UPDATE", "AMENDMENT"]
    date: str
    up_to: int
    head: str
    what_is_new: str
