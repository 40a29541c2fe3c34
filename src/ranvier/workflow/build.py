"""Building: the whole book of a review, computed from its log."""

from __future__ import annotations

from ranvier.appraisal import summary_row
from ranvier.core.analysis import Analysis
from ranvier.core.book import Book
from ranvier.core.flow import flow_of
from ranvier.core.multiverse import Multiverse
from ranvier.core.review import Review
from ranvier.core.summary import SummaryRow
from ranvier.core.trace import trace
from ranvier.synthesis import analyse_all, multiverse, reproduce
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store

__all__ = ["book_from", "book_of"]


def book_of(store: Store) -> Book:
    """Compute everything a review document shows: a pure function of the log."""
    seq, head = store.head()
    return book_from(load(store), seq=seq, head=head)


def book_from(review: Review, *, seq: int, head: str) -> Book:
    """Compute the same from a review that was loaded, up to an event and its hash."""
    analyses = analyse_all(review)
    return Book(
        review=review,
        analyses=analyses,
        multiverses=_multiverses(review),
        summary=_summary(review, analyses),
        flow=flow_of(review),
        reproductions=tuple(reproduce(p.entry) for p in review.published.values()),
        trace=trace(review, analyses),
        seq=seq,
        head=head,
    )


def _multiverses(review: Review) -> tuple[Multiverse, ...]:
    """Compute the multiverse of every planned outcome that has one."""
    planned = dict.fromkeys((s.comparison, s.outcome) for s in review.specs.values())
    made = [multiverse(review, comparison, outcome) for comparison, outcome in planned]
    return tuple(m for m in made if m is not None)


def _summary(review: Review, analyses: dict[str, Analysis]) -> dict[str, tuple[SummaryRow, ...]]:
    """Compute the rows of the summary of findings, by comparison in the protocol's order."""
    rows = [
        summary_row(
            finding,
            outcome=review.outcomes[finding.outcome],
            analysis=analyses[finding.analysis],
            certainty=review.certainty.get(finding.certainty or ""),
            analyses=analyses,
        )
        for finding in review.findings.values()
    ]
    return {
        id: mine
        for id in review.comparisons
        if (mine := tuple(row for row in rows if row.comparison == id))
    }
