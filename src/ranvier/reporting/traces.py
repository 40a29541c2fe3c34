"""The trace, laid out: an article for each node, with links down and up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ranvier.core.event import Event
from ranvier.core.review import Actor, Review
from ranvier.core.trace import Node
from ranvier.core.value import Provenance
from ranvier.reporting.anchors import anchor, trace_anchor
from ranvier.reporting.titles import safe_url

__all__ = ["Step", "TraceGroup", "TraceView", "actor_name", "trace_groups"]

#: Kinds of node, in the order they are listed, with their words for one and for many.
KINDS: dict[str, tuple[str, str]] = {
    "finding": ("Finding", "Findings"),
    "certainty": ("Certainty", "Certainty judgements"),
    "analysis": ("Analysis", "Analyses"),
    "multiverse": ("Multiverse", "Multiverses"),
    "reproduction": ("Published result", "Published results as printed"),
    "row": ("Result row", "Result rows"),
    "value": ("Value", "Values"),
    "mid": ("Important difference", "Important differences"),
    "conflict": ("Side of a contradiction", "Contradictions"),
    "bias": ("Risk of bias", "Risk-of-bias judgements"),
    "study": ("Study", "Studies"),
    "record": ("Record", "Records"),
    "source": ("Source", "Sources"),
    "text": ("Text", "Texts"),
    "flow": ("Count of the flow", "Counts of the flow"),
    "search": ("Search", "Searches"),
    "version": ("Version", "Versions"),
}

#: Details that are printed as they stand in a source.
QUOTED = frozenset({"quote", "printed"})


@dataclass(frozen=True, slots=True)
class Step:
    """A link from one node to another."""

    anchor: str
    kind: str
    title: str
    provenance: Provenance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """One node as its article shows it."""

    anchor: str
    id: str
    kind: str
    title: str
    detail: tuple[tuple[str, str, bool, str | None], ...]
    provenance: Provenance | None
    stale: tuple[str, ...]
    who: str | None
    when: str | None
    why: str | None
    seq: int | None
    below: tuple[Step, ...]
    above: tuple[Step, ...]
    home: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class TraceGroup:
    """All nodes of a kind."""

    kind: str
    title: str
    nodes: tuple[TraceView, ...]


def kind_of(node: str) -> str:
    """Return the kind of a node, the part before the first slash."""
    return node.split("/", 1)[0]


def trace_groups(review: Review, nodes: Mapping[str, Node]) -> list[TraceGroup]:
    """Lay out all nodes by kind, each with what it is made from and what is made from it."""
    above: dict[str, list[str]] = {}
    for node in nodes.values():
        for id in dict.fromkeys(node.below):
            above.setdefault(id, []).append(node.id)
    groups: dict[str, list[TraceView]] = {kind: [] for kind in KINDS}
    for node in nodes.values():
        view = _view(review, node, nodes, above.get(node.id, []))
        groups.setdefault(kind_of(node.id), []).append(view)
    return [
        TraceGroup(kind, KINDS.get(kind, (kind, kind))[1], tuple(views))
        for kind, views in groups.items()
        if views
    ]


def _view(review: Review, node: Node, nodes: Mapping[str, Node], above: list[str]) -> TraceView:
    """Lay out one node."""
    event = node.event
    return TraceView(
        anchor=trace_anchor(node.id),
        id=node.id,
        kind=KINDS.get(kind_of(node.id), (kind_of(node.id),))[0],
        title=node.title,
        detail=tuple(
            (name, said, name in QUOTED, _address(name, said)) for name, said in node.detail
        ),
        provenance=node.provenance,
        stale=node.stale,
        who=_who(review, event),
        when=event.at if event else None,
        why=event.reason if event else None,
        seq=event.seq if event else None,
        below=_steps(node.below, nodes),
        above=_steps(above, nodes),
        home=_home(node.id),
    )


#: Where in the document a kind of node is shown: prefix of its anchor, and words for the link.
_HOMES = {
    "finding": ("sof", "Its row in the summary of findings"),
    "analysis": ("analysis", "Its figure and data"),
    "multiverse": ("multiverse", "Its figure and table"),
    "study": ("study", "Its characteristics"),
}


def _home(node: str) -> tuple[str, str] | None:
    """Return where in the document a node is shown, if it has a place of its own."""
    kind, _, id = node.partition("/")
    held = _HOMES.get(kind)
    return (anchor(held[0], id), held[1]) if held else None


def _address(name: str, said: str) -> str | None:
    """Return the address a detail stands for, if it is one."""
    if name == "DOI":
        return safe_url(said)
    if name == "PMID" and said.isdigit():
        return f"https://pubmed.ncbi.nlm.nih.gov/{said}/"
    return safe_url(said.removeprefix("doi:")) if name == "where" else None


def _steps(ids: tuple[str, ...] | list[str], nodes: Mapping[str, Node]) -> tuple[Step, ...]:
    """Turn ids into links; what the trace does not hold is left out."""
    held = [nodes[id] for id in dict.fromkeys(ids) if id in nodes]
    return tuple(
        Step(
            trace_anchor(node.id),
            KINDS.get(kind_of(node.id), (kind_of(node.id),))[0],
            node.title,
            node.provenance,
        )
        for node in held
    )


def actor_name(actor: Actor | None, id: str) -> str:
    """Name an actor and say what it is: a person, a machine or a data set."""
    if actor is None:
        return id
    kind = {"dataset": "data set"}.get(actor.kind, actor.kind)
    return f"{actor.name or id} ({kind})"


def _who(review: Review, event: Event | None) -> str | None:
    """Name who an event is by, and for whom."""
    if event is None:
        return None
    who = actor_name(review.actors.get(event.actor), event.actor)
    if event.on_behalf_of and event.on_behalf_of != event.actor:
        who += f" for {actor_name(review.actors.get(event.on_behalf_of), event.on_behalf_of)}"
    return who
