"""The trace: from a sentence to the words in the source, each step with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ranvier.core.analysis import Analysis
from ranvier.core.event import Event
from ranvier.core.finding import Finding
from ranvier.core.result import ResultRow, row_provenance
from ranvier.core.review import Review
from ranvier.core.value import Provenance, Value, firmness
from ranvier.errors import NotFoundError

__all__ = [
    "Node",
    "analysis_is_stale",
    "node_at",
    "said_by",
    "stale_reasons",
    "trace",
    "trace_lines",
    "value_node",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a trace.

    Attributes
    ----------
    id : str
        ``finding/ID``, ``analysis/ID``, ``row/ID``, ``value/ROW/FIELD``, ``source/ID``,
        ``certainty/ID``, ``bias/ID``, ``study/ID``, ``record/ID``, ``text/ID`` ...
    title : str
        What it is, in a line.
    detail : tuple of (str, str)
        Names and what they hold.
    provenance : Provenance or None
    stale : tuple of str
        Why it no longer holds; empty if it does.
    event : Event or None
        Who said it last, when and why.
    below : tuple of str
        Ids of what it is made from.
    """

    id: str
    title: str
    detail: tuple[tuple[str, str], ...] = ()
    provenance: Provenance | None = None
    stale: tuple[str, ...] = ()
    event: Event | None = None
    below: tuple[str, ...] = ()


def stale_reasons(based_on: Mapping[str, str], analyses: Mapping[str, Analysis]) -> tuple[str, ...]:
    """Say which analyses changed since something was based on them."""
    reasons: list[str] = []
    for id, inputs in based_on.items():
        now = analyses.get(id)
        if now is None:
            reasons.append(f"analysis {id!r} no longer exists")
        elif now.inputs != inputs:
            reasons.append(f"the data or the method of analysis {id!r} changed since")
    return tuple(reasons)


def analysis_is_stale(review: Review, analysis: Analysis) -> tuple[str, ...]:
    """Say why an analysis is not the one that was last recorded; empty if it is, or never was."""
    recorded = review.recorded.get(analysis.spec.id)
    if recorded is None:
        return ()
    if recorded.engine != analysis.engine:
        return (f"recorded with {recorded.engine}, now {analysis.engine}",)
    if recorded.inputs != analysis.inputs:
        return ("its data or its method changed since it was recorded",)
    return ()


def trace(review: Review, analyses: Mapping[str, Analysis]) -> dict[str, Node]:
    """Lay out every step, from findings and texts down to sources and records, by node id."""
    nodes: list[Node] = []
    nodes += [_finding(review, f, analyses) for f in review.findings.values()]
    nodes += [_analysis(review, a) for a in analyses.values()]
    for row in review.rows.values():
        nodes.append(_row(review, row))
        nodes += [_value(review, row, name, value) for name, value in row.values.items()]
    nodes += list(_judgements(review, analyses))
    nodes += list(_texts(review, analyses))
    nodes += list(_studies(review))
    nodes += list(_sources(review))
    return {node.id: node for node in nodes}


def node_at(nodes: Mapping[str, Node], id: str) -> Node:
    """Return the node of an id.

    Raises
    ------
    NotFoundError
        Naming ids that look alike.
    """
    if id in nodes:
        return nodes[id]
    near = sorted(n for n in nodes if id.split("/")[-1] in n)[:5]
    hint = f"Did you mean {', '.join(near)}?" if near else "`ranvier status` lists the findings."
    raise NotFoundError(f"nothing in this review has the id {id!r}.", remedy=hint)


def _finding(review: Review, finding: Finding, analyses: Mapping[str, Analysis]) -> Node:
    """Say what a finding shows."""
    outcome = review.outcomes[finding.outcome]
    comparison = review.comparisons[finding.comparison]
    below = [f"analysis/{finding.analysis}"]
    if finding.certainty is not None:
        below.append(f"certainty/{finding.certainty}")
    made_from = analyses.get(finding.analysis)
    return Node(
        id=f"finding/{finding.id}",
        title=f"{outcome.name}: {comparison.label}",
        detail=(("certainty", "not assessed" if finding.certainty is None else "see below"),),
        provenance=made_from.provenance if made_from else None,
        stale=stale_reasons(finding.based_on, analyses),
        event=review.event_of("finding", finding.id),
        below=tuple(below),
    )


def _analysis(review: Review, analysis: Analysis) -> Node:
    """Say how an analysis was made and what it gave."""
    spec = analysis.spec
    detail = [("measure", spec.measure), ("method", spec.method), ("model", spec.model)]
    detail += [("tau2 estimator", spec.tau2)] if spec.tau2 else []
    detail += [("interval", spec.interval)]
    if spec.design == "two_arm_binary":
        detail += [("zero cells", spec.zero_cells), ("double zero", spec.double_zero)]
    if analysis.effect is not None:
        detail.append(("result", _estimate(analysis)))
    detail += [("studies", str(analysis.k)), ("participants", str(analysis.participants))]
    detail += [("note", note) for note in analysis.notes]
    detail += [("engine", analysis.engine), ("input hash", analysis.inputs)]
    recorded = spec.id in review.recorded
    kind, id = ("analysis", spec.id) if recorded else ("protocol", "protocol")
    return Node(
        id=f"analysis/{spec.id}",
        title=spec.label,
        detail=tuple(detail),
        provenance=analysis.provenance,
        stale=analysis_is_stale(review, analysis),
        event=review.event_of(kind, id),
        below=tuple(f"row/{row}" for row in analysis.rows),
    )


def _estimate(analysis: Analysis) -> str:
    """Write estimate, interval and p with four significant digits."""
    effect = analysis.effect
    if effect is None:
        return "not estimable"
    text = f"{effect.estimate:.4g}"
    if effect.ci_lb is not None and effect.ci_ub is not None:
        text += f" ({effect.ci_lb:.4g} to {effect.ci_ub:.4g})"
    return text if analysis.p is None else f"{text}; p = {analysis.p:.3g}"


def _row(review: Review, row: ResultRow) -> Node:
    """Say what a result row holds."""
    study = review.studies[row.study]
    outcome = review.outcomes[row.outcome]
    detail = [(name, _shown(value)) for name, value in row.values.items()]
    detail += [("time", row.time)] if row.time else []
    detail += [("instead of", row.alternative_to)] if row.alternative_to else []
    detail += [("note", row.note)] if row.note else []
    values = [f"value/{row.id}/{name}" for name in row.values]
    return Node(
        id=f"row/{row.id}",
        title=f"{study.label}: {outcome.name}",
        detail=tuple(detail),
        provenance=row_provenance(row),
        event=review.event_of("row", row.id),
        below=(*values, f"study/{row.study}"),
    )


def _shown(value: Value) -> str:
    """Write a value as a reader should meet it: with its unit, and marked unless found."""
    text = "not given" if value.value is None else str(value.value)
    text += f" {value.unit}" if value.unit else ""
    return text if firmness(value) == "found" else f"{text} ({firmness(value)})"


def value_node(review: Review, id: str, title: str, value: Value, kind: str, holder: str) -> Node:
    """Say where one value comes from: the quote, the derivation, the judgement or nothing."""
    detail = [("value", _shown(value))]
    detail += [("printed", value.printed)] if value.printed else []
    if value.anchor is not None:
        detail.append(("quote", value.anchor.quote))
        if value.anchor.start is not None:
            end = value.anchor.start + len(value.anchor.quote)
            detail.append(("place", f"characters {value.anchor.start} to {end}"))
    if value.derivation is not None:
        detail.append(("derived by", value.derivation.formula))
        detail += [("from", source) for source in value.derivation.inputs]
        detail.append(("how", value.derivation.explanation))
    if value.provenance == "recalled":
        detail.append(("origin", "recalled: no source was seen for this figure"))
    detail += [("note", value.note)] if value.note else []
    source = value.anchor.source if value.anchor else value.source
    return Node(
        id=id,
        title=title,
        detail=tuple(detail),
        provenance=firmness(value),
        event=review.event_of(kind, holder),
        below=(f"source/{source}",) if source else (),
    )


def _value(review: Review, row: ResultRow, name: str, value: Value) -> Node:
    """Say where one field of a result row comes from."""
    label = review.studies[row.study].label
    return value_node(review, f"value/{row.id}/{name}", f"{label}: {name}", value, "row", row.id)


def _judgements(review: Review, analyses: Mapping[str, Analysis]) -> list[Node]:
    """Lay out certainty and risk-of-bias judgements."""
    nodes: list[Node] = []
    for id, certainty in review.certainty.items():
        node = value_node(
            review, f"certainty/{id}", "Certainty (GRADE)", certainty.level, "certainty", id
        )
        reasons = [(d, f"{r.steps:+d}: {r.reason}") for d, r in certainty.domains.items()]
        nodes.append(
            replace(
                node,
                detail=(*node.detail, *reasons),
                stale=stale_reasons(certainty.based_on, analyses),
            )
        )
    for id, bias in review.bias.items():
        title = f"Risk of bias, {review.studies[bias.study].label}: {bias.domain}"
        nodes.append(value_node(review, f"bias/{id}", title, bias.level, "bias", id))
    return nodes


def _texts(review: Review, analyses: Mapping[str, Analysis]) -> list[Node]:
    """Lay out the passages people wrote."""
    return [
        Node(
            id=f"text/{id}",
            title=f"{text.section} ({text.language})",
            stale=stale_reasons(text.based_on, analyses),
            event=review.event_of("text", id),
            below=tuple(f"analysis/{a}" for a in text.based_on),
        )
        for id, text in review.texts.items()
    ]


def _studies(review: Review) -> list[Node]:
    """Lay out studies with their characteristics, reports and records."""
    nodes: list[Node] = []
    for study in review.studies.values():
        facts = [f"value/{study.id}/{name}" for name in study.facts]
        reports = [f"record/{r.record}" for i in study.reports if (r := review.reports.get(i))]
        nodes.append(
            Node(
                id=f"study/{study.id}",
                title=study.label,
                detail=(
                    *((("design", study.design),) if study.design else ()),
                    *(("uncertain", u) for u in study.uncertain),
                ),
                event=review.event_of("study", study.id),
                below=(*facts, *reports),
            )
        )
        nodes += [
            value_node(review, f"value/{study.id}/{n}", f"{study.label}: {n}", v, "study", study.id)
            for n, v in study.facts.items()
        ]
    return nodes


def _sources(review: Review) -> list[Node]:
    """Lay out sources and the records of reports."""
    nodes: list[Node] = []
    for id, source in review.sources.items():
        detail = [("kind", source.kind)]
        detail += [("where", source.locator)] if source.locator else []
        detail += [("SHA-256", source.document_sha256)] if source.document_sha256 else []
        detail += [("note", source.note)] if source.note else []
        nodes.append(
            Node(
                id=f"source/{id}",
                title=source.label,
                detail=tuple(detail),
                event=review.event_of("source", id),
            )
        )
    imports = next(iter(review.imports), None)
    for report in review.reports.values():
        for id in review.clusters.get(report.record, (report.record,)):
            record = review.records[id]
            cited = [("authors", "; ".join(record.authors)), ("year", str(record.year or ""))]
            cited += [("journal", record.journal or ""), ("DOI", record.doi or "")]
            cited += [("PMID", record.pmid or ""), ("registration", record.registry_id or "")]
            cited += [("note", record.note or "")]
            cited += [("recalled: no source was seen for", ", ".join(record.recalled))]
            nodes.append(
                Node(
                    id=f"record/{id}",
                    title=record.title,
                    detail=tuple((name, said) for name, said in cited if said),
                    provenance=record.provenance,
                    event=review.event_of("import", imports) if imports else None,
                )
            )
    return nodes


def trace_lines(nodes: Mapping[str, Node], id: str) -> list[tuple[int, str]]:
    """Write a trace as indented lines, each step before what it is made from.

    A step that was written before is only named.
    """
    lines: list[tuple[int, str]] = []
    written: set[str] = set()

    def write(node_id: str, depth: int) -> None:
        node = nodes.get(node_id)
        if node is None or node_id in written:
            lines.append((depth, f"{node_id} (see above)" if node else node_id))
            return
        written.add(node_id)
        mark = "" if node.provenance in (None, "found") else f"  [{node.provenance}]"
        lines.append((depth, f"{node.id}: {node.title}{mark}"))
        lines.extend((depth + 1, f"! stale: {why}") for why in node.stale)
        lines.extend((depth + 1, f"{name}: {said}") for name, said in node.detail)
        if node.event is not None:
            lines.append((depth + 1, said_by(node.event)))
        for below in node.below:
            write(below, depth + 1)

    write(id, 0)
    return lines


def said_by(event: Event) -> str:
    """Say who said an event, when and why."""
    who = event.actor + (f" for {event.on_behalf_of}" if event.on_behalf_of else "")
    why = f": {event.reason}" if event.reason else ""
    return f"event {event.seq}, {event.at}, {who}{why}"
