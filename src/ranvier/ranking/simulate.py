"""Screening an old review again: how soon would its relevant records have been shown?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.ranking.descent import ROUGH
from ranvier.ranking.labelled import LabelledSet
from ranvier.ranking.machine import Machine
from ranvier.ranking.measures import Measures, draw_priors, mean_of, measure
from ranvier.ranking.ranker import Ranker

__all__ = [
    "Benchmarked",
    "Run",
    "Simulated",
    "simulate",
    "simulate_set",
    "simulate_sets",
    "warm_up",
]

#: Share of the decided records that is read before the next fit: each of the first two hundred is
#: followed by one, then each hundredth part. Fitting after every record gives the same figures.
BATCH = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One simulation.

    Attributes
    ----------
    shown : array of int
        Records in the order they were shown, without those known beforehand, up to the last
        relevant one.
    ranks : array of int
        Where in it the relevant records are, from 1.
    """

    shown: NDArray[np.intp]
    ranks: NDArray[np.intp]
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """What came of all seeds of one set.

    Attributes
    ----------
    cpu_seconds : float
        Of one simulation, texts to last record; without embeddings.
    embedding_seconds : float
        CPU seconds that sentence embeddings took, once for all seeds; 0 without them.
    """

    name: str
    records: int
    relevant: int
    seeds: tuple[int, ...]
    runs: tuple[Run, ...]
    each: tuple[Measures, ...]
    mean: Measures
    cpu_seconds: float
    embedding_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Benchmarked:
    """What came of several sets.

    Attributes
    ----------
    mean : Measures
        Each set counts the same.
    cpu_seconds : float
        Of one simulation, on average over the sets.
    embedding_seconds : float
        Of one set, on average, apart from its simulations.
    skipped : tuple of (str, str)
        Sets that cannot be measured, and why.
    """

    sets: tuple[Simulated, ...]
    mean: Measures
    cpu_seconds: float
    embedding_seconds: float
    skipped: tuple[tuple[str, str], ...]


def _best(scores: NDArray[np.float64], count: int) -> list[int]:
    """Return the places of the highest scores, best first."""
    if count == 1:
        return [int(np.argmax(scores))]
    places = (
        np.argpartition(-scores, count)[:count] if count < len(scores) else np.arange(len(scores))
    )
    best = places[np.argsort(-scores[places], kind="stable")]
    return [int(i) for i in best if np.isfinite(scores[i])]


def simulate(ranker: Ranker, relevant: NDArray[np.bool_], known: Iterable[int]) -> Run:
    """Screen records in the order of a ranker, one decision at a time, until all are found.

    Parameters
    ----------
    relevant : array of bool, shape (n,)
        Of the records in the ranker's own order.
    known : iterable of int
        Records that are decided beforehand.
    """
    begun = time.process_time()
    learner = ranker.learner(settled=ROUGH)
    waiting = np.ones(len(relevant), dtype=bool)
    for i in known:
        learner.tell(i, bool(relevant[i]))
        waiting[i] = False
    left = int((relevant & waiting).sum())
    shown: list[int] = []
    while left:
        scores = np.where(waiting, learner.scores(), -np.inf)
        for best in _best(scores, max(1, int(BATCH * learner.told))):
            if not left:
                break
            learner.tell(best, bool(relevant[best]))
            waiting[best] = False
            left -= int(relevant[best])
            shown.append(best)
    order = np.array(shown, dtype=np.intp)
    ranks = np.flatnonzero(relevant[order]) + 1
    return Run(order, ranks, time.process_time() - begun)


def simulate_set(labelled: LabelledSet, seeds: Sequence[int]) -> Simulated:
    """Simulate a labelled set from one relevant and one irrelevant record, for several seeds.

    Each seed begins with the texts, so that its time is that of a whole simulation.

    Raises
    ------
    InputError
        If fewer than two records are relevant, or none is irrelevant.
    """
    runs: list[Run] = []
    records, relevant = len(labelled.texts), int(labelled.relevant.sum())
    begun = time.process_time()
    for seed in seeds:
        known = draw_priors(labelled.relevant, seed)
        ranker = Ranker.of(labelled.texts, meanings=labelled.meanings)
        runs.append(simulate(ranker, labelled.relevant, known))
    spent = time.process_time() - begun
    each = [measure(run.ranks, records=records - 2, relevant=relevant - 1) for run in runs]
    return Simulated(
        name=labelled.name,
        records=records,
        relevant=relevant,
        seeds=tuple(seeds),
        runs=tuple(runs),
        each=tuple(each),
        mean=mean_of(each),
        cpu_seconds=spent / len(runs),
        embedding_seconds=labelled.embedding_seconds,
    )


def warm_up() -> None:
    """Compile, or load what was compiled: that is no part of any simulation."""
    rows, nobody, nothing = np.empty((1, 1), dtype=np.float32), np.empty(0, np.intp), np.empty(0)
    Machine(1, settled=1.0).fit(rows, nobody, nothing, nothing)


def simulate_sets(sets: Iterable[LabelledSet], seeds: Sequence[int]) -> Benchmarked:
    """Simulate several sets; those with fewer than two relevant records are named as skipped.

    Raises
    ------
    InputError
        If not one set can be measured.
    """
    warm_up()
    done: list[Simulated] = []
    skipped: list[tuple[str, str]] = []
    for labelled in sets:
        relevant, records = int(labelled.relevant.sum()), len(labelled.relevant)
        if relevant < 2 or records - relevant < 2:
            why = f"{relevant} of {records} records are relevant: one is known and none is left"
            skipped.append((labelled.name, why))
        else:
            done.append(simulate_set(labelled, seeds))
    if not done:
        raise InputError(
            f"no set can be measured: {'; '.join(': '.join(pair) for pair in skipped)}.",
            remedy="A set needs two relevant and two irrelevant records.",
        )
    return Benchmarked(
        sets=tuple(done),
        mean=mean_of(s.mean for s in done),
        cpu_seconds=float(np.mean([s.cpu_seconds for s in done])),
        embedding_seconds=float(np.mean([s.embedding_seconds for s in done])),
        skipped=tuple(skipped),
    )
