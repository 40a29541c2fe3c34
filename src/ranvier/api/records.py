"""The records of a review, as one person brings them in, compares them and takes them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

from ranvier.core.event import Event
from ranvier.core.protocol import Stage
from ranvier.core.record import RecordKind
from ranvier.core.search import Import, SearchRun
from ranvier.workflow.collect import Collected, Preview, preview_records
from ranvier.workflow.deduplicate import DuplicatesFound
from ranvier.workflow.doubts import Doubts
from ranvier.workflow.screen import bringing, handing_on
from ranvier.workflow.screen.bringing import LastMatch
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import looking

__all__ = ["Records"]


class Records:
    """Searches, files, pairs of records in doubt, and what is handed on: `Seat.records`."""

    def __init__(self, desk: Desk, actor: str) -> None:
        self._desk = desk
        self._actor = actor

    def searches(self) -> dict[str, SearchRun]:
        """Return the search runs by id."""
        with looking(self._desk, self._actor) as view:
            return dict(view.layout.review.searches)

    def imports(self) -> tuple[Import, ...]:
        """Return the files that were imported, in their order."""
        with looking(self._desk, self._actor) as view:
            return tuple(view.layout.review.imports.values())

    def preview_import(self, data: bytes | Path, filename: str) -> Preview:
        """Say what a file would give, changing nothing."""
        with looking(self._desk, self._actor) as view:
            view.must("import")
        return preview_records(data, name=filename)

    def import_(
        self,
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
        """Add the records of a file; what is not given is taken from the file itself."""
        return bringing.bring(
            self._desk,
            self._actor,
            data,
            filename,
            source=source,
            kind=kind,
            day=day,
            searched_through=searched_through,
            strategy=strategy,
            client_id=client_id,
            progress=progress,
        )

    def export(
        self,
        format: str,
        which: Literal["all", "included", "excluded", "waiting", "conflict"] = "all",
        *,
        stage: Stage = "title_abstract",
    ) -> bytes:
        """Write records as a file: all, or those in a state at a stage, as far as one sees it."""
        with looking(self._desk, self._actor) as view:
            view.must("export")
            items = handing_on.wanted(view, which, stage)
        return handing_on.export(view, format, items)

    def deduplicate(self) -> DuplicatesFound:
        """Merge the records that describe one report; only what is new is compared."""
        return bringing.deduplicate(self._desk, self._actor)

    def uncompared(self) -> int:
        """Count the records that no deduplication has looked at."""
        with looking(self._desk, self._actor) as view:
            return bringing.uncompared(view)

    def duplicates_waiting(self) -> int:
        """Count the pairs of records that a machine left to a person."""
        with looking(self._desk, self._actor) as view:
            return len(view.layout.review.duplicate_questions)

    def doubts(self, limit: int | None = None, *, skip: int = 0) -> Doubts:
        """Lay pairs that a machine left to a person side by side, and say what people decided.

        The most doubtful pair comes first; so many are passed over as `skip` says.
        """
        with looking(self._desk, self._actor) as view:
            return bringing.laid_beside(view, limit, skip)

    def match(
        self,
        a: str,
        b: str,
        same: bool,
        *,
        reason: str | None = None,
        client_id: str | None = None,
    ) -> Event:
        """Decide that two records are one report, or are not."""
        return bringing.match(
            self._desk, self._actor, a, b, same, reason=reason, client_id=client_id
        )

    def last_match(self) -> LastMatch | None:
        """Return the decision on a pair that one made last, to take it back."""
        with looking(self._desk, self._actor) as view:
            return bringing.last_match(view)

    def undo_match(self, client_id: str) -> None:
        """Take a decision of one's own on a pair back."""
        bringing.undo_match(self._desk, self._actor, client_id)
