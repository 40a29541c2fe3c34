"""The rules of a review: what a new fact must not contradict.

A `Ledger` knows what stands and answers, fact by fact, what would be wrong with the next one; the
checks for each kind of fact are the table at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from ranvier.core.allotment import Allotment, Opening
from ranvier.core.duplicates import Deduplication, Match, clusters_of
from ranvier.core.facts import ReviewOpened, Undone, Withdrawn, fact_of
from ranvier.core.finding import Finding
from ranvier.core.judgement import (
    Certainty,
    RiskOfBias,
    certainty_problems,
    risk_of_bias_problems,
)
from ranvier.core.protocol import Protocol, stopping_plan
from ranvier.core.result import ResultRow, row_problems
from ranvier.core.screening import VERDICTS, Decision, needs_reason, votes_needed
from ranvier.core.search import Clustering, Import, Retrieval
from ranvier.core.study import Conflict, Report, Study
from ranvier.core.team import ROLES, Member
from ranvier.core.value import Source, Value, value_problems

__all__ = ["MEASURES", "Ledger", "unreasoned", "values_of"]

#: Effect measures by the design of the rows they are made from (metafor's codes).
MEASURES: dict[str, frozenset[str]] = {
    "two_arm_binary": frozenset({"RR", "OR", "RD", "PETO", "AS"}),
    "two_arm_continuous": frozenset({"MD", "SMD", "SMDH", "ROM"}),
    "contrast": frozenset({"RR", "OR", "RD", "HR", "IRR", "MD", "SMD", "ROM"}),
    "paired_binary": frozenset({"OR", "RD", "RR"}),
    "paired_continuous": frozenset({"MD", "SMD"}),
    "pre_post": frozenset({"MC", "SMCC", "SMCR"}),
    "proportion": frozenset({"PR", "PLO", "PLN", "PAS", "PFT"}),
    "narrative": frozenset({"none"}),
}


@dataclass(slots=True)
class Ledger:
    """What stands while facts are checked one after the other.

    Attributes
    ----------
    things : dict of str to dict
        Payloads by kind and id.
    records : set of str
        Ids of all imported records.
    client_ids : dict of str to str
        Client id of every event in the log, and its type.
    undone : set of str
    """

    things: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    records: set[str] = field(default_factory=set[str])
    client_ids: dict[str, str] = field(default_factory=dict[str, str])
    undone: set[str] = field(default_factory=set[str])

    def problems(self, payload: object) -> list[str]:
        """List what `payload` contradicts; empty if it may be said."""
        kind = fact_of(payload).kind
        if kind != "review" and not self.of("review"):
            return ["the review was not opened yet: its first fact must be review.opened."]
        if kind == "review" and self.of("review"):
            return ["this review is open already: a log holds one review."]
        if isinstance(payload, ReviewOpened):
            return _opened(payload)
        check = _CHECKS.get(type(payload))
        return check(self, payload) if check else []

    def take(self, payload: object) -> None:
        """Count `payload` among what stands."""
        if isinstance(payload, Withdrawn):
            self.of(payload.kind).pop(payload.id, None)
        elif isinstance(payload, Undone):
            self.undone.add(payload.client_id)
        else:
            fact = fact_of(payload)
            self.of(fact.kind)[fact.key(payload)] = payload

    def of(self, kind: str) -> dict[str, Any]:
        """Return what stands of a kind, by id."""
        return self.things.setdefault(kind, {})

    def protocol(self) -> Protocol | None:
        """Return the protocol in force."""
        return self.of("protocol").get("protocol")

    def unknown(self, kind: str, id: str | None, where: str) -> list[str]:
        """Say that nothing of this kind and id is known, if so."""
        if id is None or id in self.of(kind):
            return []
        return [f"{where} names {kind} {id!r}, which is not in the review."]

    def unplanned(self, where: str, **names: str) -> list[str]:
        """Say which comparison, outcome or question the protocol does not have."""
        protocol = self.protocol()
        if protocol is None:
            return [f"{where} needs a protocol first."]
        planned = {
            "comparison": {c.id for c in protocol.comparisons},
            "outcome": {o.id for o in protocol.outcomes},
            "question": {q.id for q in protocol.questions},
            "analysis": {a.id for a in protocol.analyses},
        }
        return [
            f"{where} names {kind} {name!r}, which the protocol does not have."
            for kind, name in names.items()
            if name not in planned[kind]
        ]


def values_of(payload: object, path: str = "") -> Iterator[tuple[str, Value]]:
    """Yield every value inside a payload with its path."""
    if isinstance(payload, Value):
        yield path, payload
    elif is_dataclass(payload):
        for f in fields(payload):
            yield from values_of(getattr(payload, f.name), f"{path}.{f.name}".lstrip("."))
    elif isinstance(payload, Mapping):
        for name, item in payload.items():  # pyright: ignore[reportUnknownVariableType]
            yield from values_of(item, f"{path}.{name}")  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(payload, tuple):
        for i, item in enumerate(payload):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from values_of(item, f"{path}[{i}]")


def _opened(opened: ReviewOpened) -> list[str]:
    """Check that a review has a title, and an id that can stand in a path and an address."""
    problems = [] if opened.title.strip() else ["the review has no title."]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", opened.id):
        problems.append(
            f"the id {opened.id!r} is not up to 64 letters, digits, dots, hyphens and underscores."
        )
    if isinstance(opened.simulated, str) and not opened.simulated.strip():
        problems.append("it does not say what in it is simulated: say it, or leave it out.")
    return problems


def _sources(ledger: Ledger, payload: object, where: str) -> list[str]:
    """Check that every value holds and names sources that are known."""
    problems: list[str] = []
    for path, value in values_of(payload):
        named = {value.source, value.anchor.source if value.anchor else None} - {None}
        for source in sorted(s for s in named if s is not None):
            problems += ledger.unknown("source", source, f"{where}, {path},")
    return problems


def _protocol(ledger: Ledger, p: Protocol) -> list[str]:
    """Check that a protocol's parts name each other."""
    outcomes, comparisons = {o.id for o in p.outcomes}, {c.id for c in p.comparisons}
    questions = {q.id for q in p.questions}
    problems = [
        f"question {q.id!r} names outcome {o!r}, which the protocol does not have."
        for q in p.questions
        for o in q.outcomes
        if o not in outcomes
    ]
    problems += [
        f"comparison {c.id!r} names question {c.question!r}, which the protocol does not have."
        for c in p.comparisons
        if c.question not in questions
    ]
    for spec in p.analyses:
        where = f"analysis {spec.id!r}"
        if spec.outcome not in outcomes:
            problems.append(f"{where} names outcome {spec.outcome!r}: not in the protocol.")
        if spec.comparison not in comparisons:
            problems.append(f"{where} names comparison {spec.comparison!r}: not in the protocol.")
        if spec.measure not in MEASURES[spec.design]:
            known = ", ".join(sorted(MEASURES[spec.design]))
            problems.append(
                f"{where}: unknown measure {spec.measure!r} for {spec.design}; known are {known}."
            )
        if not 0 < spec.level < 1:
            problems.append(f"{where}: level is {spec.level:g}; it must lie between 0 and 1.")
    for rule in p.screening:
        plan = stopping_plan(rule)
        problems += [
            f"screening at {rule.stage}: {name} of the stopping rule is {level:g}; "
            "it must lie between 0 and 1."
            for name, level in (("target", plan.target), ("confidence", plan.confidence))
            if not 0 < level < 1
        ]
        if rule.stage == "full_text" and plan.rule != "read_all":
            problems.append("full texts are all read: their stopping rule can only be read_all.")
    for name, ids in (
        ("outcome", [o.id for o in p.outcomes]),
        ("comparison", [c.id for c in p.comparisons]),
        ("analysis", [a.id for a in p.analyses]),
        ("criterion", [c.id for c in p.criteria]),
    ):
        twice = sorted({id for id in ids if ids.count(id) > 1})
        problems += [f"the protocol has two of {name} {id!r}." for id in twice]
    return problems + _sources(ledger, p, "the protocol")


def _source(ledger: Ledger, s: Source) -> list[str]:
    """Check that a document is known by its hash."""
    if s.kind == "document" and s.document_sha256 is None:
        return [f"source {s.id!r} is a document, but its SHA-256 is not given."]
    return []


def _import(ledger: Ledger, i: Import) -> list[str]:
    """Check that an import belongs to a search run."""
    return ledger.unknown("search", i.search_run, f"import {i.id!r}")


def _retrieval(ledger: Ledger, r: Retrieval) -> list[str]:
    """Check that what was fetched belongs to a search, and that its counts add up."""
    where = f"the retrieval of {r.search_run!r}"
    problems = ledger.unknown("search", r.search_run, where)
    problems += ledger.unknown("import", r.import_id, where)
    if r.received != r.known + r.imported:
        problems.append(
            f"{where}: {r.received} received are not {r.known} known and {r.imported} imported."
        )
    return problems


def _clustering(ledger: Ledger, c: Clustering) -> list[str]:
    """Check that clusters hold known records, each in one cluster only."""
    problems: list[str] = []
    home: dict[str, str] = {
        record: cluster
        for id, other in ledger.of("clustering").items()
        if id != c.id
        for cluster, records in other.clusters.items()
        for record in records
    }
    for cluster, records in c.clusters.items():
        if len(records) < 2:
            problems.append(f"cluster {cluster!r} has {len(records)} record; it needs two or more.")
        for record in records:
            if record not in ledger.records:
                problems.append(f"cluster {cluster!r} names record {record!r}: never imported.")
            elif home.setdefault(record, cluster) != cluster:
                problems.append(
                    f"record {record!r} would be in two clusters, {home[record]!r} and {cluster!r}."
                )
    return problems


def _deduplication(ledger: Ledger, d: Deduplication) -> list[str]:
    """Check that an automatic deduplication is of known imports and known records."""
    where = f"deduplication {d.id!r}"
    problems: list[str] = []
    for imported in d.imports:
        problems += ledger.unknown("import", imported, where)
    pairs = (*d.merges, *d.questions)
    strays = {id for pair in pairs for id in (pair.a, pair.b)} - ledger.records
    if strays:
        problems.append(f"{where} names record {min(strays)!r}: never imported.")
    return problems


def _match(ledger: Ledger, m: Match) -> list[str]:
    """Check that a decision is on two records, and that no other decision says otherwise."""
    where = f"the decision on {m.a!r} and {m.b!r}"
    problems = [
        f"{where}: there is no record {id!r}." for id in (m.a, m.b) if id not in ledger.records
    ]
    if m.a == m.b:
        problems.append(f"{where}: a record is always the same as itself.")
    others = [o for o in ledger.of("match").values() if {o.a, o.b} != {m.a, m.b}]
    joined = clusters_of((), (), [o for o in (*others, m) if o.verdict == "same"])
    for o in (*others, m):
        if o.verdict == "different" and any({o.a, o.b} <= set(c) for c in joined.values()):
            problems.append(
                f"{where}: other decisions call {o.a!r} and {o.b!r} "
                f"{'different' if m.verdict == 'same' else 'the same, one step at a time'}."
            )
    return problems


def _is_item(ledger: Ledger, id: str) -> bool:
    """Say whether this can be screened or be a report: a record, or a cluster of records."""
    if id.removeprefix("dup:") in ledger.records:
        return True
    return any(id in c.clusters for c in ledger.of("clustering").values())


def _decision(ledger: Ledger, d: Decision) -> list[str]:
    """Check that a decision is on a known item, under a rule, for known reasons."""
    where = f"the decision of {d.reviewer!r} on {d.item!r}"
    protocol = ledger.protocol()
    if protocol is None:
        return [f"{where} needs a protocol first."]
    problems: list[str] = []
    if not _is_item(ledger, d.item):
        problems.append(f"{where}: no such record or cluster.")
    if d.verdict not in VERDICTS:
        problems.append(f"{where}: verdict {d.verdict!r} is none of {', '.join(VERDICTS)}.")
    if d.stage not in {rule.stage for rule in protocol.screening}:
        problems.append(f"{where}: the protocol has no screening rule for stage {d.stage!r}.")
    if d.verdict == "not_retrieved" and d.stage != "full_text":
        problems.append(f"{where}: only a full text can be not_retrieved.")
    known = {c.id for c in protocol.criteria}
    problems += [
        f"{where}: reason {reason!r} is not a criterion of the protocol."
        for reason in d.reasons
        if reason not in known
    ]
    return problems + ledger.unknown("source", d.source, where)


def unreasoned(ledger: Ledger, d: Decision) -> list[str]:
    """Check that an exclusion which is being made names its reason, where it must.

    It is no problem of decisions that stand: a protocol that is amended asks it from then on.
    """
    protocol = ledger.protocol()
    if protocol is None or d.verdict != "exclude" or d.reasons:
        return []
    if not needs_reason(protocol, d.stage):
        return []
    known = ", ".join(c.id for c in protocol.criteria if c.stage == d.stage)
    where = f"the decision of {d.reviewer!r} on {d.item!r}"
    return [f"{where}: an exclusion here names its reason, one of {known}."]


def _member(ledger: Ledger, m: Member) -> list[str]:
    """Check that a member has roles that there are, and that an owner is left."""
    where = f"member {m.actor!r}"
    problems = [
        f"{where}: role {role!r} is none of {', '.join(ROLES)}."
        for role in m.roles
        if role not in ROLES
    ]
    if not m.actor.strip():
        problems.append("a member has no id.")
    team = {**ledger.of("member"), m.actor: m}
    if not any("owner" in o.roles and o.status == "active" for o in team.values()):
        problems.append(f"{where}: the review would have no owner.")
    return problems


def _allotment(ledger: Ledger, a: Allotment) -> list[str]:
    """Check that what is given out is known, and that enough people read it."""
    where = f"allotment {a.id!r}"
    protocol = ledger.protocol()
    rule = next((r for r in protocol.screening if r.stage == a.stage), None) if protocol else None
    if rule is None:
        return [f"{where}: the protocol has no screening rule for stage {a.stage!r}."]
    problems: list[str] = []
    held = ledger.of("allotment").get(a.id)
    if held is not None and held != a:
        problems.append(f"{where} is made already; an allotment is never changed.")
    if a.kind != "substitute" and bool(a.items) == bool(a.imports):
        problems.append(f"{where} names items, or imports, and not both.")
    for imported in a.imports:
        problems += ledger.unknown("import", imported, where)
    strays = [item for item in (*a.items, *a.besides) if not _is_item(ledger, item)]
    if strays:
        problems.append(f"{where} names {strays[0]!r}: no such record or cluster.")
    team = ledger.of("member")
    if team:
        problems += [
            f"{where} names {reviewer!r}, who is not in the team."
            for reviewer in a.reviewers
            if reviewer not in team
        ]
    if len(set(a.reviewers)) != len(a.reviewers):
        problems.append(f"{where} names a reviewer twice.")
    needed = 1 if a.kind == "substitute" else votes_needed(rule)
    if not needed <= a.votes <= len(a.reviewers):
        problems.append(
            f"{where}: {a.votes} of {len(a.reviewers)} reviewers decide each item; the rule "
            f"{rule.rule!r} asks for {needed}."
        )
    if a.kind == "substitute" or a.within is not None:
        main = ledger.of("allotment").get(a.within or "")
        if (
            a.kind != "substitute"
            or main is None
            or (main.stage, main.kind == "substitute") != (a.stage, False)
            or a.instead_of is None
            or a.items
            or a.imports
        ):
            problems.append(f"{where} is no substitute within an allotment of its stage.")
    return problems


def _opening(ledger: Ledger, o: Opening) -> list[str]:
    """Check that what is opened was allotted, and belongs to no other allotment."""
    main = ledger.of("allotment").get(o.allotment)
    if main is None:
        return [f"there is no allotment {o.allotment!r} to open."]
    if main.within is not None:
        return [f"allotment {o.allotment!r} is opened with the one it belongs to, {main.within!r}."]
    return []


def _report(ledger: Ledger, r: Report) -> list[str]:
    """Check that a report is described by one record that no other report has."""
    problems: list[str] = []
    if not _is_item(ledger, r.record):
        problems.append(f"report {r.id!r} names record {r.record!r}: never imported.")
    problems += [
        f"record {r.record!r} would describe two reports, {id!r} and {r.id!r}."
        for id, other in ledger.of("report").items()
        if id != r.id and other.record == r.record
    ]
    return problems


def _study(ledger: Ledger, s: Study) -> list[str]:
    """Check that a study's reports are known and are of no other study."""
    where = f"study {s.id!r}"
    problems: list[str] = []
    for question in s.questions:
        problems += ledger.unplanned(where, question=question)
    for report in s.reports:
        problems += ledger.unknown("report", report, where)
        problems += [
            f"report {report!r} would be in two studies, {id!r} and {s.id!r}."
            for id, other in ledger.of("study").items()
            if id != s.id and report in other.reports
        ]
    for path, value in values_of(s):
        problems += value_problems(value, name=f"{where}, {path}")
    return problems + _sources(ledger, s, where)


def _row(ledger: Ledger, r: ResultRow) -> list[str]:
    """Check that a result row can be, and names what is known."""
    where = f"result row {r.id!r}"
    known = ", ".join(sorted(MEASURES["contrast"]))
    unknown = r.design == "contrast" and r.measure not in MEASURES["contrast"]
    return [
        *row_problems(r),
        *([f"{where}: unknown measure {r.measure!r}; known are {known}."] if unknown else []),
        *ledger.unknown("study", r.study, where),
        *ledger.unplanned(where, comparison=r.comparison, outcome=r.outcome),
        *ledger.unknown("row", r.alternative_to, where),
        *_sources(ledger, r, where),
    ]


def _conflict(ledger: Ledger, c: Conflict) -> list[str]:
    """Check that a contradiction has two sides at least."""
    where = f"conflict {c.id!r}"
    problems = [] if len(c.sides) > 1 else [f"{where} has fewer than two sides."]
    problems += ledger.unknown("study", c.study, where)
    for row in c.rows:
        problems += ledger.unknown("row", row, where)
    return problems + _sources(ledger, c, where)


def _bias(ledger: Ledger, b: RiskOfBias) -> list[str]:
    """Check a risk-of-bias judgement."""
    where = f"judgement {b.id!r}"
    problems = risk_of_bias_problems(b) + ledger.unknown("study", b.study, where)
    return problems + _sources(ledger, b, where)


def _certainty(ledger: Ledger, c: Certainty) -> list[str]:
    """Check a certainty judgement."""
    where = f"certainty {c.id!r}"
    problems = certainty_problems(c)
    problems += ledger.unplanned(where, comparison=c.comparison, outcome=c.outcome)
    return problems + _sources(ledger, c, where)


def _finding(ledger: Ledger, f: Finding) -> list[str]:
    """Check that a finding shows a planned analysis of its own outcome and comparison."""
    where = f"finding {f.id!r}"
    problems = ledger.unplanned(
        where, comparison=f.comparison, outcome=f.outcome, analysis=f.analysis
    )
    problems += ledger.unknown("certainty", f.certainty, where)
    protocol = ledger.protocol()
    for spec in protocol.analyses if protocol else ():
        if spec.id == f.analysis and (spec.comparison, spec.outcome) != (f.comparison, f.outcome):
            problems.append(
                f"{where} is on {f.outcome!r} of {f.comparison!r}, but analysis {f.analysis!r} is "
                f"on {spec.outcome!r} of {spec.comparison!r}."
            )
    return problems


def _withdrawn(ledger: Ledger, w: Withdrawn) -> list[str]:
    """Check that what is withdrawn stands."""
    return ledger.unknown(w.kind, w.id, "the withdrawal")


def _undone(ledger: Ledger, u: Undone) -> list[str]:
    """Check that what is undone was said, is not undone yet and can be undone."""
    type_ = ledger.client_ids.get(u.client_id)
    if type_ is None:
        return [f"there is no event with client id {u.client_id!r} to undo."]
    if type_ in ("review.opened", "records.imported", "version.published"):
        return [f"a {type_} event cannot be undone: too much stands on it."]
    if u.client_id in ledger.undone:
        return [f"event {u.client_id!r} is undone already: undo that undo to bring it back."]
    return []


_CHECKS: dict[type, Callable[[Ledger, Any], list[str]]] = {
    Protocol: _protocol,
    Source: _source,
    Import: _import,
    Retrieval: _retrieval,
    Clustering: _clustering,
    Deduplication: _deduplication,
    Match: _match,
    Member: _member,
    Allotment: _allotment,
    Opening: _opening,
    Decision: _decision,
    Report: _report,
    Study: _study,
    ResultRow: _row,
    Conflict: _conflict,
    RiskOfBias: _bias,
    Certainty: _certainty,
    Finding: _finding,
    Withdrawn: _withdrawn,
    Undone: _undone,
}
