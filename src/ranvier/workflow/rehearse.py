"""Rehearsing: what a review's own records say of ranking and stopping, looking back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ranvier.core.flow import item_states
from ranvier.core.progress import Hindsight
from ranvier.core.record import Record
from ranvier.core.rehearsal import Rehearsal, RehearsedStop
from ranvier.core.review import Review

if TYPE_CHECKING:
    from ranvier.ranking.simulate import Simulated
    from ranvier.ranking.stopping.replay import Stop

__all__ = ["CONFIDENCE", "MOST", "SEEDS", "TARGET", "rehearse"]

#: Each draws the one relevant and the one irrelevant record that a run begins with.
SEEDS = (0, 1, 2)
#: What is asked of the stopping rule: as it was calibrated.
TARGET, CONFIDENCE = 0.95, 0.95
#: Records up to which a review is rehearsed: some seconds of work.
MOST = 5_000


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
    texts = tuple(_texts(review, settled))
    found, stops = _again(texts, tuple(settled[item] for item, _, _ in texts))
    records = found.records - 2
    return Rehearsal(
        decided=len(texts),
        relevant=relevant,
        left_out=left_out,
        titles_only=sum(not abstract for _, _, abstract in texts),
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


@lru_cache(maxsize=4)
def _again(
    texts: tuple[tuple[str, str, str], ...], relevant: tuple[bool, ...]
) -> tuple[Simulated, tuple[Stop, ...]]:
    """Screen again and ask the stopping rule; the document of an unchanged review asks once."""
    import numpy as np

    from ranvier.ranking import Text
    from ranvier.ranking.labelled import LabelledSet
    from ranvier.ranking.simulate import simulate_sets
    from ranvier.ranking.stopping.replay import RankedReview, replay

    held = LabelledSet("", tuple(Text(*text) for text in texts), np.array(relevant))
    [found] = simulate_sets([held], SEEDS).sets
    stops = tuple(
        replay(
            RankedReview(found.name, run.ranks, found.records - 2),
            "biased_urn",
            target=TARGET,
            confidence=CONFIDENCE,
        )
        for run in found.runs
    )
    return found, stops


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
