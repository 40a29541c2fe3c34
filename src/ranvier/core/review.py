"""The review as it stands: everything folded from the log, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from ranvier.core import duplicates
from ranvier.core.allotment import Allotment, Opening
from ranvier.core.analysis import AnalysisRecorded
from ranvier.core.duplicates import Deduplication, Match, clusters_of
from ranvier.core.event import Event
from ranvier.core.facts import ReviewOpened, decode
from ranvier.core.finding import Finding, Published, Text, Version
from ranvier.core.fold import Standing, Thing, fold_all
from ranvier.core.judgement import Certainty, RiskOfBias
from ranvier.core.protocol import AnalysisSpec, Comparison, Outcome, Protocol, Question
from ranvier.core.result import ResultRow
from ranvier.core.screening import Decision
from ranvier.core.search import Clustering, Import, Record, Retrieval, SearchRun
from ranvier.core.study import Conflict, Report, Study
from ranvier.core.team import Member
from ranvier.core.value import Source
from ranvier.errors import NotFoundError

__all__ = ["Actor", "Review", "review_from"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. Names and addresses are kept apart from the log, so that they can be erased.

    Attributes
    ----------
    kind : {"person", "machine", "dataset"}
        ``dataset``: decisions taken over from a data set are the data set's, not a person's.
    """

    id: str
    kind: str
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Review:
    """Everything that stands, by kind and id, in the order it was first put.

    Attributes
    ----------
    things : mapping of Thing to (Standing, payload)
    events : mapping of int to Event
        The whole log by `seq`.
    records : mapping of str to Record
        Every record of every import, by id.
    actors : mapping of str to Actor
    """

    things: Mapping[Thing, tuple[Standing, Any]]
    events: Mapping[int, Event]
    records: Mapping[str, Record] = field(default_factory=dict[str, Record])
    actors: Mapping[str, Actor] = field(default_factory=dict[str, Actor])

    def all(self, kind: str, of: type[T]) -> dict[str, T]:
        """Return what stands of a kind, by id."""
        return {
            thing.id: payload
            for thing, (standing, payload) in self.things.items()
            if thing.kind == kind and standing.status == "standing" and isinstance(payload, of)
        }

    def event_of(self, kind: str, id: str) -> Event:
        """Return the event that last changed a thing: who, when and why.

        Raises
        ------
        NotFoundError
            If the review holds no such thing.
        """
        held = self.things.get(Thing(kind, id))
        if held is None:
            raise NotFoundError(
                f"this review has no {kind} {id!r}.", remedy="`ranvier status` lists what it has."
            )
        return self.events[held[0].seq]

    @cached_property
    def opened(self) -> ReviewOpened:
        """The first fact: id, title, language."""
        for opened in self.all("review", ReviewOpened).values():
            return opened
        raise NotFoundError(
            "this review was never opened: its log is empty.",
            remedy="Making it was cut short; remove it and make it again with `ranvier new`.",
        )

    @property
    def simulated(self) -> str | None:
        """What in it is simulated, if it is a demonstration; None of a true review."""
        return self.opened.simulated or None

    @cached_property
    def protocol(self) -> Protocol | None:
        """The protocol in force."""
        return next(iter(self.all("protocol", Protocol).values()), None)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Questions of the protocol by id."""
        return {q.id: q for q in self.protocol.questions} if self.protocol else {}

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Outcomes of the protocol by id."""
        return {o.id: o for o in self.protocol.outcomes} if self.protocol else {}

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """Comparisons of the protocol by id."""
        return {c.id: c for c in self.protocol.comparisons} if self.protocol else {}

    @cached_property
    def specs(self) -> dict[str, AnalysisSpec]:
        """Planned analyses by id."""
        return {a.id: a for a in self.protocol.analyses} if self.protocol else {}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by id."""
        return self.all("source", Source)

    @cached_property
    def searches(self) -> dict[str, SearchRun]:
        """Search runs by id."""
        return self.all("search", SearchRun)

    @cached_property
    def retrievals(self) -> dict[str, Retrieval]:
        """How search runs were fetched, by the id of the search run."""
        return self.all("retrieval", Retrieval)

    @cached_property
    def imports(self) -> dict[str, Import]:
        """Imports by id."""
        return self.all("import", Import)

    @cached_property
    def deduplications(self) -> dict[str, Deduplication]:
        """Automatic deduplications by id."""
        return self.all("deduplication", Deduplication)

    @cached_property
    def matches(self) -> dict[str, Match]:
        """What people decided about pairs of records."""
        return self.all("match", Match)

    @cached_property
    def clusters(self) -> dict[str, tuple[str, ...]]:
        """Clusters of two records or more, by id."""
        clusterings = self.all("clustering", Clustering).values()
        return clusters_of(clusterings, self.deduplications.values(), self.matches.values())

    @cached_property
    def homes(self) -> dict[str, str]:
        """The cluster of each record that is in one."""
        return {record: id for id, records in self.clusters.items() for record in records}

    def item_of(self, id: str) -> str:
        """Return what a record or cluster is screened as: the cluster it is in, or itself."""
        if id in self.clusters:
            return id
        record = id.removeprefix("dup:")  # a cluster that was joined or parted since
        return self.homes.get(record, record if record in self.records else id)

    @cached_property
    def duplicate_questions(self) -> tuple[duplicates.Question, ...]:
        """Pairs of records that a machine left to a person, the most doubtful first."""
        return duplicates.open_questions(
            self.deduplications.values(), self.matches.values(), self.clusters
        )

    @cached_property
    def team(self) -> dict[str, Member]:
        """Members by actor id, with those who left; empty if one person works alone."""
        return self.all("member", Member)

    @cached_property
    def allotments(self) -> dict[str, Allotment]:
        """Which items were given out to whom, by id."""
        return self.all("allotment", Allotment)

    @cached_property
    def openings(self) -> dict[str, Opening]:
        """Allotments whose blinding was lifted, by id."""
        return self.all("opening", Opening)

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """Standing decisions: a vote for each stage, item and reviewer, and a resolution."""
        return self.all("decision", Decision)

    @cached_property
    def reports(self) -> dict[str, Report]:
        """Reports by id."""
        return self.all("report", Report)

    @cached_property
    def studies(self) -> dict[str, Study]:
        """Studies by id."""
        return self.all("study", Study)

    @cached_property
    def rows(self) -> dict[str, ResultRow]:
        """Result rows by id."""
        return self.all("row", ResultRow)

    @cached_property
    def conflicts(self) -> dict[str, Conflict]:
        """Contradictions between sources by id."""
        return self.all("conflict", Conflict)

    @cached_property
    def bias(self) -> dict[str, RiskOfBias]:
        """Risk-of-bias judgements by id."""
        return self.all("bias", RiskOfBias)

    @cached_property
    def certainty(self) -> dict[str, Certainty]:
        """Certainty judgements by id."""
        return self.all("certainty", Certainty)

    @cached_property
    def recorded(self) -> dict[str, AnalysisRecorded]:
        """Analyses as they stood when they were last recorded, by id."""
        return self.all("analysis", AnalysisRecorded)

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """Findings in the order of the summary of findings."""
        found = self.all("finding", Finding).values()
        return {f.id: f for f in sorted(found, key=lambda f: f.order)}

    @cached_property
    def texts(self) -> dict[str, Text]:
        """Texts by id."""
        return self.all("text", Text)

    @cached_property
    def published(self) -> dict[str, Published]:
        """Published results to reproduce, by id."""
        return self.all("published", Published)

    @cached_property
    def versions(self) -> dict[str, Version]:
        """Published versions by name."""
        return self.all("version", Version)


def review_from(
    events: Iterable[Event],
    *,
    records: Mapping[str, Record] | None = None,
    actors: Mapping[str, Actor] | None = None,
) -> Review:
    """Fold a log into the review as it stands."""
    log = {event.seq: event for event in events}
    folded = fold_all(log.values())
    things = {
        thing: (standing, decode(standing.type, standing.payload) if standing.type else None)
        for thing, standing in folded.items()
    }
    return Review(things=things, events=log, records=records or {}, actors=actors or {})
