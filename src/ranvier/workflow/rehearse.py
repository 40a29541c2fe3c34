"""Rehearsing: what a review's own records say of ranking and stopping, looking back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ranvier.core.flow import item_states
from ranvier.core.progress import Hindsight
from ranvier.core.record import Record
from ranvier.core.rehearsal import Rehearsal, RehearsedStop
from ranvier.core.review import Review

__all__ = ["CONFIDENCE", "MOST", "SEEDS", "TARGET", "rehearse"]

#: Each draws the one relevant and the one irrelevant record that a run begins with.
SEEDS = (0, 1, 2)
#: What is asked of the stopping rule: as it was calibrated.
TARGET, CONFIDENCE = 0.95, 0.95
#: Records up to which every record is compared with every other; a longer review is not rehearsed.
MOST = 15_000


def rehearse(review: Review) -> Rehearsal | None:
    """Screen the settled records of a review again, in the order Ranvier would have shown.

    A record is relevant if its last stage included it: full texts where somebody decided on full
    texts, titles and abstracts otherwise.

    Returns
    -------
    Rehearsal or None
        None if fewer than two records are relevant or irrelevant, or there are more than `MOST`.
    """
    settled, left_out = _settled(review)
    relevant = sum(settled.values())
    if relevant < 2 or len(settled) - relevant < 2 or len(settled) > MOST:
        return None
    import numpy as np

    from ranvier.ranking import Text
    from ranvier.ranking.labelled import LabelledSet
    from ranvier.ranking.simulate import simulate_sets
    from ranvier.ranking.stopping.replay import RankedReview, replay

    texts = [Text(item, title, abstract) for item, title, abstract in _texts(review, settled)]
    label = np.array([settled[text.id] for text in texts])
    [found] = simulate_sets([LabelledSet(review.opened.id, tuple(texts), label)], SEEDS).sets
    records = found.records - 2
    stops = tuple(
        replay(
            RankedReview(found.name, run.ranks, records),
            "biased_urn",
            target=TARGET,
            confidence=CONFIDENCE,
        )
        for run in found.runs
    )
    return Rehearsal(
        decided=len(texts),
        relevant=relevant,
        left_out=left_out,
        titles_only=sum(not text.abstract for text in texts),
        past=Hindsight(
            records=records,
            relevant=relevant - 1,
            runs=tuple(tuple(int(rank) for rank in run.ranks) for run in found.runs),
            met=tuple(stop.screened for stop in stops if stop.screened < records),
        ),
        wss95=found.mean.wss95,
        stops=tuple(
            RehearsedStop(screened=stop.screened, found=stop.found, reached=stop.reached)
            for stop in stops
        ),
        target=TARGET,
        confidence=CONFIDENCE,
    )


def _settled(review: Review) -> tuple[Mapping[str, bool], int]:
    """Say of every settled item whether it is relevant; count those that are not settled."""
    first, second = item_states(review, "title_abstract"), item_states(review, "full_text")
    held = {review.item_of(id) for id in review.records}
    settled: dict[str, bool] = {}
    for item in sorted(held & (first.keys() | second.keys())):
        state = second.get(item) or first[item]
        on_to_full_text = second and item not in second and state == "included"
        if state in ("included", "excluded") and not on_to_full_text:
            settled[item] = state == "included"
    return settled, len(held) - len(settled)


def _texts(review: Review, items: Mapping[str, bool]) -> Iterator[tuple[str, str, str]]:
    """Yield item, title and abstract: of its record with the longest abstract."""
    fullest: dict[str, Record] = {}
    for id, record in review.records.items():
        item = review.item_of(id)
        before = fullest.get(item)
        if before is None or _length(record) > _length(before):
            fullest[item] = record
    for item in items:
        yield item, fullest[item].title, fullest[item].abstract or ""


def _length(record: Record) -> tuple[int, int]:
    """Return how much a record says."""
    return len(record.abstract or ""), len(record.title)
