"""Learn the classifier of study designs, and write src/ranvier/ranking/design/weights.json.

Run ``python validation/design/learn.py [--check]`` with the reference data where
``RANVIER_REFERENCE`` says. With ``--check`` nothing is written: what was measured is printed.

1. Weak labels. Records of reviews without a label are called trials where they state it (a phrase
   of chance, no sign of a review, no animals) or come from a corpus of trials; and no trials where
   nothing of chance or blinding is said, or a review or animals speak. The rest is left out.
2. Words. With every word of chance, blinding and trial struck out, a ridge logistic regression
   learns which other words go with the label: each record once whole and once with its title only,
   so that titles alone can be judged. A word counts if it occurs in many sources, so that topics
   do not speak. No labelled record takes part.
3. Signs. On the labelled records a second ridge regression weighs the signs and the score of the
   words; a third, with these held, the publication types that name another design.
4. Bounds, from the scores that each labelled record got when its part was left out (ten parts,
   parted anew `SEEDS` times, median of the bounds). The sensitive one lies halfway between those
   that keep 99% and 99.5% of the trials of each source; the precise one is the lowest that keeps
   out `OTHERS_OUT` of all other records.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from ranvier.ranking.design.labelled import (
    DesignAgreement,
    LabelledRecords,
    agreement,
    area,
    clopper_pearson,
    measure,
    pooled,
    specificity_at,
)
from ranvier.ranking.design.signs import FEATURES, Reading, read
from ranvier.ranking.design.weights import FEW_WORDS, Weights, word_score
from sources import Text, gold, held_out, unlabelled

Vector = NDArray[np.float64]

TARGET = Path(__file__).parents[2] / "src" / "ranvier" / "ranking" / "design" / "weights.json"

#: Words that state the design: the second stage reads them as signs.
STRUCK = re.compile(
    r"(?:random\w*|placebo\w*|blind\w*|mask\w*|trials?|rcts?|controlled|double|crossover|cross|sham|"
    r"allocat\w*|assign\w*|nonrandom\w*|cochrane|abstract|nct|isrctn|registration|doi|[a-z])"
)
#: Records that a word must occur in, in titles and in abstracts, and sources.
OFTEN = {"title": 40, "abstract": 80}
SOURCES = 16
#: Ridge: on the words; on the signs, of which the score of the words pays less.
RIDGE_WORDS = 1.0
RIDGE_SIGNS = 3.0
CHEAP = 0.1
#: What a record with its abstract taken away counts.
TITLE_ONLY = 0.5
PARTS = 10
SEEDS = 9
#: A bound that just keeps 99% of the trials it was set on keeps fewer of others: halfway to more.
KEPT = (0.99, 0.995)
OTHERS_OUT = 0.99
#: Of the bootstrap beside the rule of words.
RESAMPLES = 2000

OTHER_TYPES = (
    "biography", "case reports", "editorial", "guideline", "historical article", "interview",
    "meta-analysis", "news", "observational study", "practice guideline", "review",
    "review, academic", "review, tutorial", "systematic review",
)  # fmt: skip


def ridge(
    x: sparse.csr_matrix | Vector,
    y: Vector,
    penalty: Vector,
    *,
    weight: Vector | None = None,
    offset: Vector | None = None,
) -> tuple[Vector, float]:
    """Fit a logistic regression with a ridge penalty for each coefficient and none for the bias."""
    sign = 2 * y - 1
    counts = np.ones(len(y)) if weight is None else weight
    known = np.zeros(len(y)) if offset is None else offset

    def loss(b: Vector) -> tuple[float, Vector]:
        margin = sign * (x @ b[:-1] + b[-1] + known)
        pull = -sign * counts / (1 + np.exp(np.clip(margin, -500, 500)))
        value = counts @ np.logaddexp(0, -margin) + 0.5 * (penalty @ b[:-1] ** 2)
        return float(value), np.append(x.T @ pull + penalty * b[:-1], pull.sum())

    start = np.zeros(x.shape[1] + 1)
    options = {"maxiter": 5000, "maxfun": 9000, "ftol": 1e-11, "gtol": 1e-4}
    b = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return b[:-1], float(b[-1])


def weak_labels(texts: Sequence[Text], readings: Sequence[Reading]) -> NDArray[np.int8]:
    """Return 1, 0, or -1 where it is left open."""
    labels = np.full(len(texts), -1, np.int8)
    for i, (text, reading) in enumerate(zip(texts, readings, strict=True)):
        held = dict(zip(FEATURES, reading.features(), strict=True))
        spoken = not held["silent"] or held["mention only"]
        stated = held["chance"] or held["blinding twice"]
        apart = held["review"] or reading.animals
        in_title = any(s.group == "chance" and s.field == "title" for s in reading.sightings)
        if text.trial == 1:
            labels[i] = 1 if spoken or text.source != "ebm_nlp" else -1
        elif text.trial == 0 or not spoken or (apart and not in_title):
            labels[i] = 0
        elif stated and not apart:
            labels[i] = 1
    return labels


def learn_words(texts: Sequence[Text], readings: Sequence[Reading]) -> dict[str, Any]:
    """Learn the words (steps 1 and 2)."""
    labels = weak_labels(texts, readings)
    fields = {
        "title": [_kept(r.title_words) for r in readings],
        "abstract": [_kept(r.abstract_words) for r in readings],
    }
    columns: dict[tuple[str, str], int] = {}
    for name, found in fields.items():
        count = Counter(w for held in found for w in held)
        often = {w for w, n in count.items() if n >= OFTEN[name]}
        sources: dict[str, set[str]] = defaultdict(set)
        for text, held in zip(texts, found, strict=True):
            for g in held & often:
                sources[g].add(text.source)
        for g in sorted(g for g in often if len(sources[g]) >= SOURCES):
            columns[name, g] = len(columns)
    titles = _matrix([{("title", g) for g in f} for f in fields["title"]], columns)
    abstracts = _matrix([{("abstract", g) for g in f} for f in fields["abstract"]], columns)
    use = np.flatnonzero(labels >= 0)
    whole = np.array([len(texts[i].abstract) > 100 for i in use])
    bare = np.array([not readings[i].abstract_words for i in use], float)
    x = sparse.vstack([_scaled(titles[use] + abstracts[use]), _scaled(titles[use[whole]])])
    x = sparse.hstack([x, np.append(bare, np.ones(whole.sum()))[:, None]]).tocsr()
    y = np.append(labels[use], labels[use[whole]]).astype(float)
    weight = np.append(np.ones(len(use)), np.full(int(whole.sum()), TITLE_ONLY))
    b, bias = ridge(x, y, np.full(x.shape[1], RIDGE_WORDS), weight=weight)
    words: dict[str, dict[str, float]] = {"title": {}, "abstract": {}}
    for (name, gram), i in columns.items():
        words[name][gram] = round(float(b[i]), 3)
    return {
        **words,
        "word_bias": round(bias, 3),
        "no_abstract": round(float(b[-1]), 3),
        "called": {"trials": int((labels == 1).sum()), "no trials": int((labels == 0).sum())},
    }


def _kept(found: set[str]) -> set[str]:
    """Return the words that do not state the design."""
    return {word for word in found if not STRUCK.fullmatch(word)}


def _matrix(rows: Sequence[set[Any]], columns: dict[Any, int]) -> sparse.csr_matrix:
    at = [(i, columns[g]) for i, row in enumerate(rows) for g in row if g in columns]
    r, c = np.array(at).T
    return sparse.csr_matrix((np.ones(len(at)), (r, c)), shape=(len(rows), len(columns)))


def _scaled(x: sparse.csr_matrix) -> sparse.csr_matrix:
    """Divide each row by the root of its number of words."""
    n = np.maximum(FEW_WORDS, np.asarray(x.sum(axis=1)).ravel())
    return sparse.diags(1 / np.sqrt(n)) @ x


def _card(
    pool: Sequence[Text],
    called: dict[str, int],
    texts: dict[str, list[Text]],
    measured: dict[str, Any],
) -> dict[str, Any]:
    """Say what was learnt from what, and what was measured."""
    return {
        "suggests": "a report of a randomized controlled trial in people, protocols included",
        "use": "to order and to point out; never to exclude a record by itself",
        "words learnt from": {
            "records": len(pool),
            "called trials": called["trials"],
            "called no trials": called["no trials"],
            "sources": dict(sorted(Counter(t.source for t in pool).items())),
        },
        "signs learnt from": {
            name: {"records": len(held), "trials": sum(t.trial == 1 for t in held)}
            for name, held in texts.items()
        },
        "texts": "none is part of this file: single words and numbers only",
        "measured": measured,
    }


def table(readings: Sequence[Reading], weights: Weights) -> Vector:
    """Return the features of records: the signs, the words, the words where silent."""
    rows = []
    for reading in readings:
        signs = reading.features()
        words = word_score(reading, weights)
        rows.append([*signs, words, words if signs[FEATURES.index("silent")] else 0.0])
    return np.array(rows, float)


PENALTY = np.append(np.full(len(FEATURES), RIDGE_SIGNS / 2), np.full(2, RIDGE_SIGNS * CHEAP))


Fit = tuple[Vector, float]


def fit_signs(x: dict[str, Vector], y: dict[str, Vector]) -> Fit:
    """Weigh the signs on the records of some sources."""
    return ridge(np.vstack([*x.values()]), np.concatenate([*y.values()]), PENALTY)


def scored(x: Vector, fit: Fit) -> Vector:
    """Return log odds."""
    return x @ fit[0] + fit[1]


def left_out(x: dict[str, Vector], y: dict[str, Vector], *, seed: int) -> dict[str, Vector]:
    """Score each record by a fit on the parts that it is not in."""
    rng = np.random.default_rng(seed)
    parts = {name: rng.permutation(len(y[name])) % PARTS for name in y}
    scores = {name: np.zeros(len(y[name])) for name in y}
    for part in range(PARTS):
        held = {name: parts[name] != part for name in y}
        fit = fit_signs({n: x[n][held[n]] for n in y}, {n: y[n][held[n]] for n in y})
        for name in y:
            scores[name][~held[name]] = scored(x[name][~held[name]], fit)
    return scores


def bounds(scores: dict[str, Vector], y: dict[str, Vector]) -> tuple[float, float]:
    """Return the sensitive and the precise bound that one parting gives."""
    yes = {name: np.sort(found[y[name] == 1]) for name, found in scores.items()}
    kept = np.mean([min(held[int((1 - k) * len(held))] for held in yes.values()) for k in KEPT])
    others = np.sort(np.concatenate([found[y[name] == 0] for name, found in scores.items()]))
    return float(kept), float(others[int(np.ceil(OTHERS_OUT * len(others))) - 1])


def weigh_types(texts: Sequence[Text], scores: Vector, y: Vector) -> float:
    """Weigh the publication types that name another design, with the rest held."""
    named = [{t.casefold() for t in text.types} for text in texts]
    other = np.array([[float(not names.isdisjoint(OTHER_TYPES))] for names in named])
    return float(ridge(other, y, np.ones(1), offset=scores)[0][0])


def learn() -> tuple[Weights, dict[str, Any]]:
    """Learn all; return the weights, and what each labelled record scored when left out."""
    pool = unlabelled()
    words = learn_words(pool, [read(t.title, t.abstract) for t in pool])
    called = words.pop("called")
    texts = gold()
    bare = Weights(
        version="", card={}, bias=0.0, features={}, words=0.0, words_where_silent=0.0,
        other_type=0.0, other_types=OTHER_TYPES, sensitive=0.0, precise=0.0, **words,
    )  # fmt: skip
    x = {n: table([read(t.title, t.abstract) for t in held], bare) for n, held in texts.items()}
    y = {n: np.array([t.trial for t in held], float) for n, held in texts.items()}
    fit = fit_signs(x, y)
    apart = [left_out(x, y, seed=seed) for seed in range(SEEDS)]
    sensitive, precise = np.median([bounds(scores, y) for scores in apart], axis=0)
    *signs, slope, slope_silent = (round(float(b), 3) for b in fit[0])
    weights = replace(
        bare,
        version=f"{len(FEATURES)} signs, {len(words['title'])} + {len(words['abstract'])} words",
        bias=round(fit[1], 3),
        features=dict(zip(FEATURES, signs, strict=True)),
        words=slope,
        words_where_silent=slope_silent,
        other_type=round(weigh_types(texts["medline_a"], apart[0]["medline_a"], y["medline_a"]), 3),
        sensitive=round(float(sensitive), 3),
        precise=round(float(precise), 3),
    )
    crossed = {
        (a, b): scored(x[b], fit_signs({a: x[a]}, {a: y[a]})) for a in x for b in x if a != b
    }
    measured = _measured(weights, apart[0], crossed, y)
    return replace(weights, card=_card(pool, called, texts, measured)), measured


def _measured(
    weights: Weights,
    apart: dict[str, Vector],
    crossed: dict[tuple[str, str], Vector],
    y: dict[str, Vector],
) -> dict[str, Any]:
    """Measure on records that took no part in the scores they got."""
    trials = {name: held == 1 for name, held in y.items()}
    found = [agreement(n, scores, trials[n], weights=weights) for n, scores in apart.items()]
    held = measure(
        LabelledRecords(
            "medline_b",
            tuple((t.title, t.abstract) for t in held_out()),
            np.array([t.trial == 1 for t in held_out()]),
        ),
        weights=weights,
    )
    across = {
        f"{a} to {b}": {
            "auc": _rounded(area(scores, trials[b])),
            "specificity_at_99": _rounded(specificity_at(scores, trials[b], 0.99)),
        }
        for (a, b), scores in crossed.items()
    }
    told = {n: (scores, trials[n]) for n, scores in apart.items()}
    told[held.name] = (held.scores, held.trials)
    said = {
        name: spoken([read(t.title, t.abstract) for t in texts])
        for name, texts in {**gold(), held.name: held_out()}.items()
    }
    return {
        "left out, ten parts": {a.name: _said(a) for a in (*found, pooled(found, weights=weights))},
        "learnt on one source, measured on the other": across,
        "never used": {held.name: _said(held)},
        "word rule": {
            **{name: word_rule(texts, apart[name]) for name, texts in gold().items()},
            held.name: word_rule(held_out(), held.scores),
        },
        "traded": {n: traded(*told[n], said[n]) for n in told},
        "silent": {n: silence(*told[n], said[n]) for n in told},
        "calibration": {n: calibration(scores, trials[n]) for n, scores in apart.items()},
    }


RULE = re.compile(r"randomi[sz]ed|placebo|randomly", re.IGNORECASE)


def word_rule(texts: Sequence[Text], scores: Vector) -> dict[str, Any]:
    """Measure the rule to beat, and our specificity where we are as sensitive.

    ``difference`` is ours less the rule's, with the interval of a bootstrap in which both are
    measured on the same records, trials and others drawn apart.
    """
    hit = np.array([bool(RULE.search(f"{t.title} {t.abstract}")) for t in texts])
    trial = np.array([t.trial == 1 for t in texts])
    rng = np.random.default_rng(0)
    yes, no = np.flatnonzero(trial), np.flatnonzero(~trial)
    drawn = [
        np.append(rng.choice(yes, len(yes)), rng.choice(no, len(no))) for _ in range(RESAMPLES)
    ]
    gains = [np.subtract(*_beside(hit[i], trial[i], scores[i])[1:]) for i in drawn]
    ours, rule = _beside(hit, trial, scores)[1:]
    return {
        "sensitivity": round(float(hit[trial].mean()), 4),
        "specificity": round(rule, 4),
        "ours": round(ours, 4),
        "difference": [
            round(float(v), 4) for v in (ours - rule, *np.quantile(gains, (0.025, 0.975)))
        ],
    }


def _beside(
    hit: NDArray[np.bool_], trial: NDArray[np.bool_], scores: Vector
) -> tuple[float, float, float]:
    """Return the sensitivity of the rule, our specificity there, and the rule's."""
    sensitivity = float(hit[trial].mean())
    ours = specificity_at(scores, trial, sensitivity)
    assert ours is not None  # both kinds were drawn
    return sensitivity, ours, float((~hit[~trial]).mean())


def spoken(readings: Sequence[Reading]) -> NDArray[np.bool_]:
    """Return whether anything of chance, blinding or placebo is said."""
    silent, mention = FEATURES.index("silent"), FEATURES.index("mention only")
    held = [reading.features() for reading in readings]
    return np.array([not signs[silent] or signs[mention] for signs in held])


def traded(
    scores: Vector, trial: NDArray[np.bool_], said: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Return the sensitivity that each of some specificities leaves, with its interval.

    ``of_those_that_say`` is that among trials with a word of chance, blinding or placebo.
    """
    others, rows = np.sort(scores[~trial]), []
    for specificity in (0.75, 0.8, 0.85, 0.9, 0.95):
        # The lowest bound with so many others below it.
        bound = others[int(np.ceil(specificity * len(others) - 1e-9)) - 1]
        kept = int((scores[trial] > bound).sum())
        rows.append(
            {
                "specificity": specificity,
                "bound": round(float(bound), 2),
                "sensitivity": round(kept / int(trial.sum()), 4),
                "ci": _rounded(clopper_pearson(kept, int(trial.sum()))),
                "of_those_that_say": round(float((scores[trial & said] > bound).mean()), 4),
            }
        )
    return rows


def silence(
    scores: Vector, trial: NDArray[np.bool_], said: NDArray[np.bool_]
) -> dict[str, int | float | None]:
    """Count the records that say nothing of chance, and how far trials among them are told."""
    return {
        "trials": int((trial & ~said).sum()),
        "others": int((~trial & ~said).sum()),
        "auc": _rounded(area(scores[~said], trial[~said])),
    }


def calibration(scores: Vector, trials: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Hold probabilities against what was found."""
    p = expit(scores)
    rows = []
    for low, high in pairwise((0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 1.0)):
        held = (p >= low) & ((p < high) | (high == 1))
        if held.any():
            rows.append(
                {
                    "from": low,
                    "to": high,
                    "records": int(held.sum()),
                    "mean_probability": round(float(p[held].mean()), 4),
                    "trials": int(trials[held].sum()),
                }
            )
    return rows


def _said(a: DesignAgreement) -> dict[str, Any]:
    """Lay out what was measured."""
    said = {
        name: getattr(a, name)
        for name in (
            "records", "positives", "auc", "sensitivity", "sensitivity_ci", "specificity",
            "specificity_ci", "sensitivity_precise", "specificity_precise", "specificity_at_99",
        )
    }  # fmt: skip
    return {n: _rounded(v) for n, v in said.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    return [round(v, 4) for v in value] if isinstance(value, tuple) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    weights, measured = learn()
    print(json.dumps(measured, indent=1))
    if not given.check:
        said = {name: getattr(weights, name) for name in Weights.__slots__}
        TARGET.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
