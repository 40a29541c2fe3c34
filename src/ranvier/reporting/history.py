"""History and state: versions, who did what and when, and what no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from ranvier.core.event import Event
from ranvier.core.finding import Version
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.page import Page
from ranvier.reporting.texts import current_to
from ranvier.reporting.traces import actor_name

__all__ = ["Deed", "StaleThing", "Status", "deeds", "stale_things", "status", "versions"]

_WORDS = {
    "review.opened": ("review opened", "reviews opened"),
    "protocol.agreed": ("protocol agreed", "protocols agreed"),
    "source.described": ("source described", "sources described"),
    "search.run": ("search run", "searches run"),
    "records.imported": ("file of records imported", "files of records imported"),
    "records.clustered": ("clustering of records", "clusterings of records"),
    "decision.made": ("screening decision", "screening decisions"),
    "report.found": ("report found", "reports found"),
    "study.described": ("study described", "studies described"),
    "row.extracted": ("result row extracted", "result rows extracted"),
    "conflict.noted": ("contradiction noted", "contradictions noted"),
    "bias.judged": ("risk of bias judged", "risks of bias judged"),
    "analysis.recorded": ("analysis recorded", "analyses recorded"),
    "certainty.judged": ("certainty judged", "certainties judged"),
    "finding.stated": ("finding stated", "findings stated"),
    "text.written": ("text written", "texts written"),
    "published.noted": ("published result noted", "published results noted"),
    "version.published": ("version published", "versions published"),
    "thing.withdrawn": ("withdrawal", "withdrawals"),
    "event.undone": ("event undone", "events undone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Events of one kind by one actor in a row, on one day and for one reason."""

    what: str
    who: str
    kind: str
    day: str
    why: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleThing:
    """Something that no longer holds."""

    title: str
    anchor: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where the review stands: version, dates, the end of its log."""

    version: Version | None
    version_date: str
    current_to: Markup | None
    sources: tuple[tuple[str, str], ...]
    changed: str
    seq: int
    head: str
    differs: int


def deeds(page: Page) -> list[Deed]:
    """Fold the log to what a reader wants to know: runs of alike events, in order."""
    events = sorted(page.review.events.values(), key=lambda event: event.seq)
    out: list[Deed] = []
    for _, run in groupby(events, key=_alike):
        out.append(_deed(page, list(run)))
    return out


def _alike(event: Event) -> tuple[str, str, str, str]:
    return (event.type, event.actor, event.at[:10], event.reason or "")


def _deed(page: Page, run: list[Event]) -> Deed:
    """Say what a run of events did."""
    first, last = run[0], run[-1]
    one, many = _WORDS.get(first.type, (first.type, first.type))
    actor = page.review.actors.get(first.actor)
    who = actor_name(actor, first.actor)
    if first.on_behalf_of and first.on_behalf_of != first.actor:
        other = page.review.actors.get(first.on_behalf_of)
        who += f" for {actor_name(other, first.on_behalf_of)}"
    return Deed(
        what=f"{page.numbers.count(len(run))} {many}" if len(run) > 1 else f"1 {one}",
        who=who,
        kind=actor.kind if actor else "",
        day=page.numbers.date(first.at),
        why=first.reason or "",
        first=first.seq,
        last=last.seq,
    )


def stale_things(page: Page) -> list[StaleThing]:
    """List everything that no longer holds: nodes of the trace and rows of the summary."""
    out = {
        node.id: StaleThing(title=node.title, anchor=trace_anchor(node.id), reasons=node.stale)
        for node in page.nodes.values()
        if node.stale
    }
    for rows in page.book.summary.values():
        for row in rows:
            id = f"finding/{row.finding}"
            if row.stale and id not in out and id in page.nodes:
                out[id] = StaleThing(
                    title=page.nodes[id].title, anchor=trace_anchor(id), reasons=row.stale
                )
    return list(out.values())


def status(page: Page) -> Status:
    """Gather the status line."""
    review = page.review
    latest = _latest(review.versions.values())
    found = current_to(page)
    throughs = {run.source: run.searched_through or "" for run in review.searches.values()}
    several = len({day for day in throughs.values() if day}) > 1
    last = review.events[max(review.events)] if review.events else None
    return Status(
        version=latest,
        version_date=page.numbers.date(latest.date) if latest else "",
        current_to=page.link(page.numbers.date(found[0]), found[1]) if found else None,
        sources=tuple((s, page.numbers.date(d)) for s, d in throughs.items() if d)
        if several
        else (),
        changed=page.numbers.date(last.at) if last else "",
        seq=page.book.seq,
        head=page.book.head,
        differs=_since(page, latest) if latest else 0,
    )


def _since(page: Page, version: Version) -> int:
    """Count what was said after a version, its own publication left out."""
    own = page.review.event_of("version", version.name).seq
    return sum(seq > version.up_to and seq != own for seq in page.review.events)


def _latest(all_: Iterable[Version]) -> Version | None:
    """Return the version that holds most of the log."""
    return max(all_, key=lambda version: version.up_to, default=None)


def versions(page: Page) -> list[tuple[Version, str, str]]:
    """List versions, the latest first, each with its day in words and its trace."""
    held = sorted(page.review.versions.values(), key=lambda version: -version.up_to)
    return [(v, page.numbers.date(v.date), trace_anchor(f"version/{v.name}")) for v in held]
