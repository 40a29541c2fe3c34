"""Nodes the document adds to the trace: flow counts, searches, doses, contradictions, versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ranvier.core.book import Book
from ranvier.core.review import Review
from ranvier.core.study import Arm, Regimen
from ranvier.core.trace import Node, value_node
from ranvier.core.value import Value
from ranvier.reporting.fields import fact_words, field_order, field_words
from ranvier.reporting.flow_diagram import FIELDS

__all__ = ["REGIMEN_VALUES", "all_nodes", "arm_node", "named", "regimen_node"]

#: Fields of a regimen that hold a value, with their words.
REGIMEN_VALUES = {
    "dose": "dose",
    "days": "days of one course",
    "courses": "courses",
    "interval_weeks": "weeks between courses",
    "duration_weeks": "weeks of treatment",
}


def arm_node(study: str, arm: str) -> str:
    """Return the node of the size of an arm."""
    return f"value/{study}/arm/{arm}/n"


def regimen_node(study: str, arm: str, index: int, field: str) -> str:
    """Return the node of one value of a regimen."""
    return f"value/{study}/arm/{arm}/{index}/{field}"


def all_nodes(book: Book) -> dict[str, Node]:
    """Return the trace of the book with what the document adds to it."""
    told = (*_findings(book), *_rows(book), *_facts(book), *_notes(book))
    nodes = dict(book.trace) | {node.id: node for node in told}
    for node in (
        *_flow(book),
        *_searches(book.review),
        *_arms(book.review),
        *_conflicts(book.review),
        *_outcomes(book.review),
        *_multiverses(book),
        *_reproductions(book),
        *_versions(book.review),
    ):
        nodes.setdefault(node.id, node)
    return nodes


def _findings(book: Book) -> Iterator[Node]:
    """Say in the node of a finding what its row of the summary shows."""
    for row in (row for rows in book.summary.values() for row in rows):
        node = book.trace.get(f"finding/{row.finding}")
        if node is not None:
            level = row.certainty.replace("_", " ") if row.certainty else "not assessed"
            analysis = book.analyses.get(row.analysis)
            shown = dict(book.trace[f"analysis/{row.analysis}"].detail) if analysis else {}
            result = f"{row.measure} {shown['result']}" if "result" in shown else "not estimable"
            detail = [("result", result)]
            detail += [("people and studies", f"{row.participants} people, {row.studies} studies")]
            detail += [("certainty", level)]
            detail += [("comment", row.comment)] if row.comment else []
            stale = node.stale or row.stale
            yield replace(node, detail=tuple(detail), provenance=row.provenance, stale=stale)


def _rows(book: Book) -> Iterator[Node]:
    """Name the fields of result rows in words, in the order of their design."""
    for row in book.review.rows.values():
        node = book.trace.get(f"row/{row.id}")
        if node is None:
            continue
        comparison = book.review.comparisons[row.comparison]
        label = book.review.studies[row.study].label
        order, held = field_order(row), dict(node.detail)
        named = [(field_words(name, comparison), held[name]) for name in order if name in held]
        rest = [said for said in node.detail if said[0] not in row.values]
        below = [f"value/{row.id}/{name}" for name in order]
        more = [id for id in node.below if id not in below]
        title = f"{node.title}, {row.time}" if row.time else node.title
        yield replace(node, title=title, detail=(*named, *rest), below=(*below, *more))
        for name in order:
            value = book.trace.get(f"value/{row.id}/{name}")
            if value is not None:
                yield replace(value, title=f"{label}: {field_words(name, comparison)}")


def _facts(book: Book) -> Iterator[Node]:
    """Name the facts of studies in words."""
    for study in book.review.studies.values():
        for name in study.facts:
            node = book.trace.get(f"value/{study.id}/{name}")
            if node is not None:
                yield replace(node, title=f"{study.label}: {fact_words(name).lower()}")


def _notes(book: Book) -> Iterator[Node]:
    """Name studies in the notes of analyses as a reader knows them."""
    for analysis in book.analyses.values():
        node = book.trace.get(f"analysis/{analysis.spec.id}")
        if node is not None:
            detail = [(name, named(book.review, said)) for name, said in node.detail]
            yield replace(node, detail=tuple(detail))


def named(review: Review, note: str) -> str:
    """Put the label of a study in place of its id, or that of its row, at the start of a note."""
    id, colon, rest = note.partition(":")
    row = review.rows.get(id)
    study = review.studies.get(row.study if row else id)
    return f"{study.label}:{rest}" if study and colon else note


def _flow(book: Book) -> Iterator[Node]:
    """Say how each count of the flow came about."""
    searches = tuple(f"search/{id}" for id in book.review.searches)
    criteria = {c.id: c.text for c in book.review.protocol.criteria} if book.review.protocol else {}
    for field, (label, how) in FIELDS.items():
        count = str(getattr(book.flow, field))
        detail = (("count", count), ("counted", how), ("from", f"the log up to event {book.seq}"))
        yield Node(id=f"flow/{field}", title=label, detail=detail, below=searches)
        if field in ("records_excluded", "reports_excluded"):
            reasons: dict[str, int] = getattr(book.flow, f"{field}_reasons")
            for id, n in reasons.items():
                yield Node(
                    id=f"flow/{field}/{id}",
                    title=f"{label}: {criteria.get(id, id)}",
                    detail=(("count", str(n)), ("counted", "By the first reason of a decision.")),
                    below=(f"flow/{field}",),
                )


def _searches(review: Review) -> Iterator[Node]:
    """Say what was searched, when, and how."""
    for id, run in review.searches.items():
        detail = [("kind", run.kind), ("run on", run.date)]
        detail += [("searched through", run.searched_through)] if run.searched_through else []
        detail.append(("strategy", run.strategy or "not kept"))
        detail += [
            ("records", f"{found.count} from {found.filename}")
            for found in review.imports.values()
            if found.search_run == id
        ]
        detail += [("note", run.note)] if run.note else []
        yield Node(
            id=f"search/{id}",
            title=f"Search of {run.source}",
            detail=tuple(detail),
            event=review.event_of("search", id),
        )


def _arms(review: Review) -> Iterator[Node]:
    """Say where group sizes and doses come from."""
    for study in review.studies.values():
        for arm in study.arms:
            for id, title, value in _arm_values(study.id, arm):
                yield value_node(review, id, f"{study.label}, {title}", value, "study", study.id)


def _arm_values(study: str, arm: Arm) -> Iterator[tuple[str, str, Value]]:
    if arm.n is not None:
        yield arm_node(study, arm.id), f"{arm.label}: n", arm.n
    for i, regimen in enumerate(arm.regimens):
        for field, words in REGIMEN_VALUES.items():
            value = _field(regimen, field)
            if value is not None:
                node = regimen_node(study, arm.id, i, field)
                yield node, f"{arm.label}: {regimen.drug}, {words}", value


def _field(regimen: Regimen, field: str) -> Value | None:
    value = getattr(regimen, field)
    return value if isinstance(value, Value) else None


def _conflicts(review: Review) -> Iterator[Node]:
    """Say where each side of a contradiction comes from."""
    for id, conflict in review.conflicts.items():
        for side, value in conflict.sides.items():
            node = value_node(
                review, f"conflict/{id}/{side}", f"{conflict.about}: {side}", value, "conflict", id
            )
            yield node


def _outcomes(review: Review) -> Iterator[Node]:
    """Say where minimal important differences come from."""
    for id, outcome in review.outcomes.items():
        if outcome.mid is not None:
            title = f"{outcome.name}: minimal important difference"
            yield value_node(review, f"mid/{id}", title, outcome.mid, "protocol", "protocol")


def _multiverses(book: Book) -> Iterator[Node]:
    """Say what a multiverse was made from."""
    for made in book.multiverses:
        detail = [("analyses", str(len(made.universes))), ("summary", made.summary)]
        detail += [(name, ", ".join(choices)) for name, choices in made.dimensions.items()]
        yield Node(
            id=f"multiverse/{made.comparison}/{made.outcome}",
            title=f"Every defensible analysis: {book.review.outcomes[made.outcome].name}",
            detail=tuple(detail),
            provenance=made.provenance,
            below=tuple(f"row/{row}" for row in made.rows),
        )


def _reproductions(book: Book) -> Iterator[Node]:
    """Say what a reproduced figure was printed as and how ours was made."""
    published = book.review.published
    for made in book.reproductions:
        figures = [(f.name, f"printed {f.printed}, ours {f.ours}") for f in made.figures]
        known = published.get(made.id)
        source = known.source if known else None
        yield Node(
            id=f"reproduction/{made.id}",
            title=f"Published result: {made.question}",
            detail=(
                ("published in", made.review),
                ("analysis", made.analysis),
                *figures,
                ("rows", made.rows_provenance),
                ("printed figures", made.provenance),
                *((("why", made.why),) if made.why else ()),
            ),
            event=book.review.event_of("published", made.id) if known else None,
            below=(
                *((f"finding/{made.finding}",) if made.finding else ()),
                *((f"source/{source}",) if source else ()),
            ),
        )


def _versions(review: Review) -> Iterator[Node]:
    """Say what each version froze."""
    for name, version in review.versions.items():
        yield Node(
            id=f"version/{name}",
            title=f"Version {name}",
            detail=(
                ("date", version.date),
                ("event", version.event.lower()),
                ("what is new", version.what_is_new),
                ("log up to event", str(version.up_to)),
                ("head of the log", version.head),
            ),
            event=review.event_of("version", name),
        )
