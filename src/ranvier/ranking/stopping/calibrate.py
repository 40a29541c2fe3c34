"""Do stopping rules keep their promise, and what do they save? Simulated on labelled reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ranvier.errors import InputError
from ranvier.ranking.stopping.calibrated import CalibratedRun
from ranvier.ranking.stopping.replay import PLANS, Plan, RankedReview, replay
from ranvier.ranking.stopping.rules import RULES, Rule, RuleFacts

__all__ = ["Calibration", "PlanOnSet", "PlanOverall", "calibrate"]

#: A review with fewer relevant records says little on a target in percent. One of them is known
#: beforehand in every simulation and is not in its order.
FEWEST = 10 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOnSet:
    """What one plan did on one review.

    Attributes
    ----------
    coverage : float
        Share of its runs in which recall was at the target.
    saved : float
        Mean share of the records left unread.
    recall, least_recall : float
        Mean and least recall over its runs.
    counted : bool
        Whether the review has relevant records enough to count in the mean.
    """

    name: str
    records: int
    relevant: int
    plan: Plan
    runs: int
    coverage: float
    saved: float
    recall: float
    least_recall: float
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOverall:
    """What one plan did over all reviews that count, each with the same weight.

    Attributes
    ----------
    sets, runs : int
    coverage, least : float
        Mean over reviews, and the worst of them.
    saved, recall : float
        Means over reviews.
    """

    plan: Plan
    sets: int
    runs: int
    coverage: float
    least: float
    saved: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """All plans on all reviews."""

    target: float
    confidence: float
    on_sets: tuple[PlanOnSet, ...]
    overall: tuple[PlanOverall, ...]

    def quoted(self, plan: Plan = "biased_urn") -> CalibratedRun:
        """Return the row that the sentences of a judgement quote."""
        made = next(row for row in self.overall if row.plan == plan)
        return CalibratedRun(
            target=self.target,
            confidence=self.confidence,
            sets=made.sets,
            runs=made.runs,
            coverage=made.coverage,
            least=made.least,
            saved=made.saved,
        )


def calibrate(
    orders: Iterable[RankedReview],
    *,
    plans: Sequence[Plan] = PLANS,
    target: float = 0.95,
    confidence: float = 0.95,
    rules: Mapping[Rule, RuleFacts] = RULES,
) -> Calibration:
    """Replay every order under every plan.

    Parameters
    ----------
    orders : iterable of RankedReview
        Those of one name are runs of one review from different beginnings.
    plans : sequence of Plan
    target, confidence : float
    rules : mapping
        Instead of our own, to try other constants.

    Returns
    -------
    Calibration
        Reviews with fewer than 10 relevant records are listed and not averaged.

    Raises
    ------
    InputError
        If there is no order.

    Examples
    --------
    >>> ranks = np.arange(1, 41)
    >>> orders = [RankedReview("made", ranks * 2, 1000), RankedReview("made", ranks, 1000)]
    >>> made = calibrate(orders, plans=["biased_urn", "hypergeometric"])
    >>> [(row.plan, row.coverage, round(row.saved, 2)) for row in made.overall]
    [('biased_urn', 1.0, 0.63), ('hypergeometric', 1.0, 0.35)]
    """
    held: dict[str, list[RankedReview]] = defaultdict(list)
    for order in orders:
        held[order.name].append(order)
    if not held:
        raise InputError("There is no order to replay.", remedy="Simulate a labelled review first.")
    on_sets = [
        _on_set(name, runs, plan, target, confidence, rules)
        for name, runs in held.items()
        for plan in plans
    ]
    return Calibration(
        target=target,
        confidence=confidence,
        on_sets=tuple(on_sets),
        overall=tuple(_overall(plan, on_sets) for plan in plans),
    )


def _on_set(
    name: str,
    runs: Sequence[RankedReview],
    plan: Plan,
    target: float,
    confidence: float,
    rules: Mapping[Rule, RuleFacts],
) -> PlanOnSet:
    """Replay the runs of one review."""
    stops = [
        replay(order, plan, target=target, confidence=confidence, seed=seed, rules=rules)
        for seed, order in enumerate(runs)
    ]
    recalls = [stop.found / stop.relevant if stop.relevant else 1.0 for stop in stops]
    left = [1 - stop.screened / order.records for stop, order in zip(stops, runs, strict=True)]
    relevant = len(runs[0].ranks)
    return PlanOnSet(
        name=name,
        records=runs[0].records,
        relevant=relevant,
        plan=plan,
        runs=len(runs),
        coverage=float(np.mean([stop.reached for stop in stops])),
        saved=float(np.mean(left)),
        recall=float(np.mean(recalls)),
        least_recall=min(recalls),
        counted=relevant >= FEWEST,
    )


def _overall(plan: Plan, on_sets: Sequence[PlanOnSet]) -> PlanOverall:
    """Average over the reviews that count."""
    rows = [row for row in on_sets if row.plan == plan and row.counted]

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values)) if values else float("nan")

    return PlanOverall(
        plan=plan,
        sets=len(rows),
        runs=sum(row.runs for row in rows),
        coverage=mean([row.coverage for row in rows]),
        least=min((row.coverage for row in rows), default=float("nan")),
        saved=mean([row.saved for row in rows]),
        recall=mean([row.recall for row in rows]),
    )
