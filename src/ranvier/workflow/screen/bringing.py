"""Bringing in: files that are dropped, and pairs of records that a person decides on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from ranvier.core.duplicates import Match
from ranvier.core.event import Event
from ranvier.core.facts import Undone
from ranvier.core.record import RecordKind
from ranvier.core.search import SearchRun
from ranvier.errors import InputError, NotFoundError
from ranvier.formats import open_records, source_of
from ranvier.workflow.collect import Collected, import_records
from ranvier.workflow.deduplicate import DuplicatesFound
from ranvier.workflow.deduplicate import deduplicate as merge_duplicates
from ranvier.workflow.doubts import Doubts, doubts
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import View, looking

__all__ = [
    "LastMatch",
    "bring",
    "deduplicate",
    "laid_beside",
    "last_match",
    "match",
    "uncompared",
    "undo_match",
]


def bring(
    desk: Desk,
    actor: str,
    data: bytes | Path,
    filename: str,
    *,
    source: str | None = None,
    kind: RecordKind | None = None,
    day: date | None = None,
    searched_through: date | None = None,
    strategy: str | None = None,
    client_id: str | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Collected:
    """Add the records of a file to the review.

    Parameters
    ----------
    source, kind : str or None
        What was searched, and the side of the PRISMA flow it counts on; as the file says of
        itself, if None.
    day : date or None
        Of the search; today, if None.
    progress : callable or None
        Told now and then how many records are kept, and what share of the file that is.

    Raises
    ------
    AccessError
        If they may not import.
    InputError
        If it is no file of records, or a search of that name and day has other details.
    """
    with looking(desk, actor) as view:
        view.must("import")
        held = dict(view.layout.review.searches)
    if source is None or kind is None:
        told, side = source_of(open_records(data, filename))
        source, kind = source or told, kind or side
    on = (day or datetime.now(UTC).date()).isoformat()
    run = SearchRun(
        id=re.sub(r"[^a-z0-9]+", "-", f"{source} {on}".lower()).strip("-"),
        source=source,
        kind=kind,
        date=on,
        searched_through=searched_through.isoformat() if searched_through else on,
        strategy=strategy,
    )
    if run.id in held and held[run.id] != run:
        raise InputError(
            f"a search of {source!r} on {on} is recorded with other details.",
            remedy="Give the same details, or another name of the source.",
        )
    known = run.id if run.id in held else run
    done = import_records(
        desk.store, known, filename, data, actor=actor, client_id=client_id, progress=progress
    )
    with desk.lock:
        desk.catch_up()
    return done


def laid_beside(view: View, limit: int | None, skip: int = 0) -> Doubts:
    """Lay pairs that a machine left to a person side by side, and say what people decided."""
    review, shelf = view.layout.review, view.desk.shelf

    def source(record: str) -> str:
        return review.searches[review.imports[shelf.import_of(record)].search_run].source

    found = doubts(review, shelf.record, limit=limit, skip=skip, source=source)
    # A number would count events that some may not see.
    return replace(found, answers=tuple(replace(answer, seq=None) for answer in found.answers))


def match(
    desk: Desk,
    actor: str,
    a: str,
    b: str,
    same: bool,
    *,
    reason: str | None = None,
    client_id: str | None = None,
) -> Event:
    """Decide that two records are one report, or are not; no machine overrules it.

    The event comes without its number and hashes, which depend on events that some may not see.
    """
    with looking(desk, actor) as view:
        view.must("match")
    said = Match(a=a, b=b, verdict="same" if same else "different")
    event = record(
        desk.store, [Saying(payload=said, actor=actor, reason=reason, client_id=client_id)]
    )[0]
    with desk.lock:
        desk.catch_up()
    return replace(event, seq=0, prev_hash="", hash="")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMatch:
    """The decision on a pair that somebody made last, and can take back."""

    client_id: str
    a: str
    b: str
    verdict: Literal["same", "different"]


def last_match(view: View) -> LastMatch | None:
    """Return the decision on a pair that somebody made last and that stands."""
    review = view.layout.review
    own = [
        (standing.seq, payload)
        for thing, (standing, payload) in review.things.items()
        if thing.kind == "match"
        and standing.status == "standing"
        and review.events[standing.seq].actor == view.viewer
    ]
    if not own:
        return None
    seq, said = max(own, key=lambda one: one[0])
    return LastMatch(
        client_id=review.events[seq].client_id, a=said.a, b=said.b, verdict=said.verdict
    )


def undo_match(desk: Desk, actor: str, client_id: str) -> None:
    """Take a decision on a pair back; the pair waits again, unless something else joins it.

    Raises
    ------
    NotFoundError
        If they made no such decision.
    """
    with looking(desk, actor) as view:
        view.must("match")
        own = any(
            e.client_id == client_id and e.actor == actor and e.type == "records.matched"
            for e in desk.layout.review.events.values()
        )
    if not own:
        raise NotFoundError(
            f"{actor!r} decided on no pair {client_id!r}.", remedy="Take back one of your own."
        )
    said = Saying(
        payload=Undone(client_id=client_id),
        actor=actor,
        reason="taken back",
        client_id=f"{client_id}/undo",
    )
    record(desk.store, [said])
    with desk.lock:
        desk.catch_up()


def deduplicate(desk: Desk, actor: str) -> DuplicatesFound:
    """Merge the records that describe one report; only what is new is compared.

    Raises
    ------
    AccessError
        If they may not decide on duplicates.
    """
    with looking(desk, actor) as view:
        view.must("match")
    found = merge_duplicates(desk.store, actor=actor, cache=desk.cache)
    with desk.lock:
        desk.catch_up()
    return replace(found, event=None)  # its number counts events that some may not see


def uncompared(view: View) -> int:
    """Count the records that no deduplication has looked at."""
    review = view.layout.review
    covered = {i for done in review.deduplications.values() for i in done.imports}
    return sum(one.count for id, one in review.imports.items() if id not in covered)
