"""The facts a log can hold: each event type with its payload and the thing it is about.

This table *is* the vocabulary. A type that puts a thing supersedes what was said of it before;
``thing.withdrawn`` takes it out; ``event.undone`` makes as if one event had never been.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import rfc8785

from ranvier.core.allotment import Allotment, Opening
from ranvier.core.analysis import AnalysisRecorded
from ranvier.core.duplicates import Deduplication, Match
from ranvier.core.finding import Finding, Published, Text, Version
from ranvier.core.judgement import Certainty, RiskOfBias
from ranvier.core.protocol import Protocol
from ranvier.core.result import ResultRow
from ranvier.core.screening import Decision, decision_key
from ranvier.core.search import Clustering, Import, Retrieval, SearchRun
from ranvier.core.study import Conflict, Report, Study
from ranvier.core.team import Member
from ranvier.core.value import Source
from ranvier.errors import InputError

__all__ = ["FACTS", "Fact", "ReviewOpened", "Undone", "Withdrawn", "decode", "encode", "fact_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOpened:
    """The first fact of every review.

    Attributes
    ----------
    simulated : str
        Of a demonstration: what in it is simulated, and how, in a sentence or two that every page
        shows. A true review has none.
    """

    id: str
    title: str
    language: str = "en"
    summary: str | None = None
    simulated: str | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A thing no longer stands; what was said of it stays in the log."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The compensating event: the event with this client id no longer counts."""

    client_id: str


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One event type: the kind of thing it is about, its payload, and the thing's id."""

    type: str
    kind: str
    payload: type[T]
    key: Callable[[T], str]


_ALL: tuple[Fact[Any], ...] = (
    Fact("review.opened", "review", ReviewOpened, lambda p: p.id),
    Fact("protocol.agreed", "protocol", Protocol, lambda p: "protocol"),
    Fact("source.described", "source", Source, lambda p: p.id),
    Fact("search.run", "search", SearchRun, lambda p: p.id),
    Fact("search.fetched", "retrieval", Retrieval, lambda p: p.search_run),
    Fact("records.imported", "import", Import, lambda p: p.id),
    Fact("records.clustered", "clustering", Clustering, lambda p: p.id),
    Fact("records.deduplicated", "deduplication", Deduplication, lambda p: p.id),
    Fact("records.matched", "match", Match, lambda p: "=".join(sorted((p.a, p.b)))),
    Fact("team.joined", "member", Member, lambda p: p.actor),
    Fact("screening.allotted", "allotment", Allotment, lambda p: p.id),
    Fact("screening.opened", "opening", Opening, lambda p: p.allotment),
    Fact("decision.made", "decision", Decision, decision_key),
    Fact("report.found", "report", Report, lambda p: p.id),
    Fact("study.described", "study", Study, lambda p: p.id),
    Fact("row.extracted", "row", ResultRow, lambda p: p.id),
    Fact("conflict.noted", "conflict", Conflict, lambda p: p.id),
    Fact("bias.judged", "bias", RiskOfBias, lambda p: p.id),
    Fact("analysis.recorded", "analysis", AnalysisRecorded, lambda p: p.id),
    Fact("certainty.judged", "certainty", Certainty, lambda p: p.id),
    Fact("finding.stated", "finding", Finding, lambda p: p.id),
    Fact("text.written", "text", Text, lambda p: p.id),
    Fact("published.noted", "published", Published, lambda p: p.id),
    Fact("version.published", "version", Version, lambda p: p.name),
    Fact("thing.withdrawn", "withdrawal", Withdrawn, lambda p: f"{p.kind}/{p.id}"),
    Fact("event.undone", "undo", Undone, lambda p: p.client_id),
)

FACTS: dict[str, Fact[Any]] = {fact.type: fact for fact in _ALL}

_BY_PAYLOAD: dict[type, Fact[Any]] = {fact.payload: fact for fact in _ALL}


def fact_of(payload: object) -> Fact[Any]:
    """Return the fact a payload object belongs to."""
    return _BY_PAYLOAD[type(payload)]


def encode(payload: object) -> str:
    """Write a payload as canonical JSON (RFC 8785).

    Raises
    ------
    InputError
        If it holds what JSON cannot: not-a-number, an infinity, an unknown type of object.
    """
    try:
        return rfc8785.dumps(msgspec.to_builtins(payload)).decode("utf-8")
    except (rfc8785.CanonicalizationError, TypeError) as error:
        raise InputError(f"{type(payload).__name__}: {error}.") from error


def decode(type_: str, payload: str) -> Any:
    """Read a payload of an event type.

    Raises
    ------
    InputError
        If the type is unknown or the payload does not fit it; the message names the field.
    """
    fact = FACTS.get(type_)
    if fact is None:
        raise InputError(
            f"unknown event type {type_!r}.", remedy="Use a newer Ranvier to read this review."
        )
    try:
        return msgspec.json.decode(payload, type=fact.payload)
    except msgspec.ValidationError as error:
        raise InputError(f"{type_}: {error}.") from error
    except msgspec.DecodeError as error:
        raise InputError(f"{type_}: the payload is not JSON: {error}.") from error
