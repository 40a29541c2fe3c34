"""Order labelled reviews by a plain linear ranking, for ``benchmarks/stopping.py --orders``.

Run ``python validation/stopping/order_linear.py FOLDER OUT [--seeds 100]`` in an environment of its
own with ``pip install scikit-learn==1.9.1 pyarrow numpy``. FOLDER holds the Parquet files of the
reference (title, abstract, label_title_abstract, label_included). The ranking is what ASReview's
default is made of (TF-IDF of words and pairs, linear SVM, relevant records weighted 9.8), fitted
after each of the first 20 decisions and then whenever 4% more were made; so that a hundred
beginnings of every review can be had in half an hour. OUT gets one ``.npz`` a review: ``ranks`` of
the relevant records, one row a seed, and ``records``, both without the two known beforehand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

WEIGHT, C = 9.8, 0.11


def target(table: dict[str, list]) -> np.ndarray:
    """Choose the target as the reference's README does."""
    included = np.array([bool(x) for x in table["label_included"]])
    screened = table.get("label_title_abstract", [None])
    if included.sum() < 10 and None not in screened and sum(screened) >= 10:
        return np.array(screened, dtype=bool)
    return included


def order(words, relevant: np.ndarray, seed: int) -> np.ndarray:
    """Return the relevance of records in the order shown, without the two known beforehand."""
    draw = np.random.RandomState(seed)
    read = [draw.choice(np.flatnonzero(relevant)), draw.choice(np.flatnonzero(~relevant))]
    left = np.ones(len(relevant), dtype=bool)
    left[read] = False
    while left.any():
        labels = relevant[read].astype(int)
        model = LinearSVC(C=C, dual="auto", max_iter=300, tol=1e-2)
        model.fit(words[read], labels, sample_weight=np.where(labels, WEIGHT, 1.0))
        scores = np.where(left, model.decision_function(words), -np.inf)
        batch = 1 if len(read) < 20 else max(1, int(0.04 * len(read)))
        shown = np.argsort(-scores, kind="stable")[: min(batch, int(left.sum()))]
        read += shown.tolist()
        left[shown] = False
    return relevant[read[2:]]


def main() -> None:
    """Order every review for every seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, default=100)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(given.folder.glob("*.parquet")):
        table = pq.read_table(path).to_pydict()
        relevant = target(table)
        texts = [f"{t} {a}" for t, a in zip(table["title"], table["abstract"], strict=True)]
        counted = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_df=0.9)
        words = counted.fit_transform(texts)
        runs = [np.flatnonzero(order(words, relevant, seed)) + 1 for seed in range(given.seeds)]
        np.savez_compressed(
            given.out / f"{path.stem}.npz", ranks=np.array(runs), records=len(relevant) - 2
        )
        print(path.stem, len(relevant), int(relevant.sum()), flush=True)


if __name__ == "__main__":
    main()
