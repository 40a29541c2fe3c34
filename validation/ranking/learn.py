"""Learn the weights of words that tell inclusion across reviews: ``ranking/prior.npz``.

Run ``python validation/ranking/learn.py [--out FOLDER]`` with ``RANVIER_REFERENCE`` set. A logistic
regression on the words of all labelled sets, each centred within its set, so that topics cancel;
each set counts by the root of its relevant records, relevant and irrelevant ones the same. Words
are used that are in at least three records of at least eight sets. :func:`learnt` leaves sets out,
which ``benchmarks/screening.py`` does for every family of reviews it measures. The same is learnt
on the reviews of diagnostic accuracy alone (``diagnostic.npz``), and how usual words are in the
records of a review (``usual.npz``).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from ranvier.ranking.labelled import LabelledSet, find_sets, read_set
from ranvier.ranking.prior import RARE, Prior
from ranvier.ranking.question import asks_for_accuracy
from ranvier.ranking.words import BITS, HALF, count_words

ROOT = Path(__file__).parents[2]
#: The penalty on weights, chosen among 0.03, 0.1 and 0.3 by the area under the ROC curve of sets
#: left out.
PENALTY = 10.0


def learnt(sets: Sequence[LabelledSet]) -> Prior:
    """Learn weights on these sets."""
    held = [count_words(f"{t.title} {t.abstract}" for t in s.texts) for s in sets]
    spread = np.zeros(1 << BITS, dtype=np.int16)
    for counts in held:
        spread += np.bincount(counts.columns, minlength=1 << BITS) >= 3
    columns = np.flatnonzero(spread >= min(8, len(sets) // 2)).astype(np.int32)
    number = np.zeros(1 << BITS, dtype=np.int32)
    number[columns] = np.arange(1, len(columns) + 1)
    blocks, weights, labels = [], [], []
    for s, counts in zip(sets, held, strict=True):
        sizes = np.diff(counts.starts)
        rows = np.repeat(np.arange(len(counts)), sizes)
        at = number[counts.columns] - 1
        kept = at >= 0
        values = (3 / np.sqrt(np.maximum(sizes, 1)))[rows[kept]]
        block = sparse.csr_matrix(
            (values, (rows[kept], at[kept])), shape=(len(counts), len(columns))
        )
        y, yes = s.relevant, int(s.relevant.sum())
        blocks.append((block, np.asarray(block.mean(axis=0)).ravel()))
        labels.append(np.where(y, 1.0, -1.0))
        weights.append(np.where(y, 0.5 / yes, 0.5 / (len(y) - yes)) * np.sqrt(yes))
    whole = 1000 / sum(w.sum() for w in weights)

    def cost(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.5 * PENALTY * (w[:-1] @ w[:-1]), PENALTY * w
        slope[-1] = 0
        for (block, mean), y, weight in zip(blocks, labels, weights, strict=True):
            margin = y * (block @ w[:-1] - mean @ w[:-1] + w[-1])
            total += whole * (weight @ np.logaddexp(0, -margin))
            pull = -whole * weight * y / (1 + np.exp(margin))
            slope[:-1] += block.T @ pull - mean * pull.sum()
            slope[-1] += pull.sum()
        return total, slope

    found = minimize(cost, np.zeros(len(columns) + 1), jac=True, method="L-BFGS-B").x[:-1]
    return Prior(columns, (3 * found).astype(np.float32))


def usual(sets: Sequence[LabelledSet]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find in what share of the records of a review words are, on average; and which words."""
    shares = np.zeros(HALF)
    for s in sets:
        columns = count_words(f"{t.title} {t.abstract}" for t in s.texts).columns
        held = np.bincount(columns[columns < HALF], minlength=HALF)
        shares += held / len(s.texts) / len(sets)
    columns = np.flatnonzero(shares >= RARE).astype(np.int32)
    return columns, shares[columns].astype(np.float32)


def about_tests(sets: Sequence[LabelledSet]) -> list[LabelledSet]:
    """Choose the reviews whose title is that of a question about a test."""
    return [s for s in sets if s.title and asks_for_accuracy(s.title)]


def labelled_sets() -> list[LabelledSet]:
    """Read the labelled sets; of two that are one review, the first."""
    pool = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))
    twice = {"synergy_Chou_2004", "synergy_Nelson_2002"}
    sets = [read_set(file) for file in find_sets([pool / "screening"]) if file.stem not in twice]
    return [s for s in sets if s.relevant.sum() >= 10]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "src/ranvier/ranking")
    out, sets = parser.parse_args().out, labelled_sets()
    prior, tests, (words, shares) = learnt(sets), learnt(about_tests(sets)), usual(sets)
    for name, columns, weights in (
        ("prior", prior.columns, prior.weights),
        ("diagnostic", tests.columns, tests.weights),
        ("usual", words, shares),
    ):
        np.savez_compressed(out / f"{name}.npz", columns=columns, weights=weights)
        print(f"{name}: {len(columns)} words")


if __name__ == "__main__":
    main()
