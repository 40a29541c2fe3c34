"""Loading: the review as it stands, folded from its log."""

from __future__ import annotations

from dataclasses import replace

from ranvier.core.review import Review, review_from
from ranvier.workflow.known import read_records
from ranvier.workflow.ports import Store

__all__ = ["load"]


def load(store: Store) -> Review:
    """Fold the log of a store into the review as it stands, with its records and actors."""
    review = review_from(store.events(), actors=store.actors())
    records = {
        record.id: record if record.kind else replace(record, kind=run.kind)
        for imported in review.imports.values()
        for run in [review.searches[imported.search_run]]
        for record in read_records(store, imported)
    }
    return replace(review, records=records)
