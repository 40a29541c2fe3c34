"""How soon is something relevant shown, from the title of a review alone?

Run ``python benchmarks/first_shown.py [SETS...] [--shorter 7] [--json FILE]``; SETS are those of
``RANVIER_REFERENCE/screening`` unless given, and those without a title are left out. What earlier
reviews tell is learnt anew for each set: once without the family of the set (CLEF's and Cohen's are
one each), once without the set and its double alone. CLEF's are all the reviews of diagnostic
accuracy there are, so that only the second knows what such reviews include.

Beside the rank of the first relevant record stands how many of the first ten are relevant, and how
probable it is that one of them is when only every fourth relevant record is there: of all draws of
those, exactly. ``--shorter`` asks as many times more with a quarter of the title's words dropped.
``--studies`` knows one relevant record, drawn by as many seeds, and tells when the next, the second
and the fifth after it are shown with the question and without.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import screening
from learn import about_tests, labelled_sets, learnt, usual

from ranvier.ranking.labelled import LabelledSet, find_sets, read_set
from ranvier.ranking.prior import Background, Prior
from ranvier.ranking.ranker import Ranker

ROOT = Path(__file__).parents[1]
TWICE = {
    "synergy_Chou_2004": "cohen_SkeletalMuscleRelaxants",
    "synergy_Nelson_2002": "cohen_Estrogens",
}
SHOWN = 100
KEPT = 0.25


def told(others: list[LabelledSet], held: dict[frozenset[str], Any]) -> tuple[Prior, Background]:
    """Learn what these reviews tell; without a review of a test among them, nothing of those."""
    tests = about_tests(others)
    names, about = frozenset(o.name for o in others), frozenset(o.name for o in tests)
    if names not in held:
        held[names] = learnt(others), *usual(others)
    prior, columns, shares = held[names]
    if about not in held:
        held[about] = learnt(tests) if tests else Prior(columns[:0], shares[:0])
    return prior, Background(held[about], columns, shares)


def shown(labelled: LabelledSet, query: str, prior: Prior, known: Background) -> list[bool]:
    """Say of the first records shown, while all are excluded, which are relevant."""
    ranker = Ranker.of(labelled.texts, query=query, prior=prior, background=known)
    truth = dict(zip(ranker.ids, map(bool, labelled.relevant), strict=True))
    decided: dict[str, bool] = {}
    while len(decided) < min(SHOWN, len(truth)):
        decided[ranker.first(decided)[0]] = False
    return [truth[id] for id in decided]


def measured(found: list[bool]) -> dict[str, float]:
    hits = np.flatnonzero(found) + 1
    ten = int((hits <= 10).sum())
    return {
        "first": int(hits[0]) if len(hits) else SHOWN + 1,
        "ten": ten,
        "fewer": 1 - (1 - KEPT) ** ten,
    }


def after_one(ranker: Ranker, relevant: np.ndarray, seeds: int) -> np.ndarray:
    """Return the ranks of the next, second and fifth after one relevant record, for each seed."""
    truth = dict(zip(ranker.ids, map(bool, relevant), strict=True))
    ranks = np.full((seeds, 3), 61)
    for seed in range(seeds):
        known = np.random.RandomState(seed).choice(np.flatnonzero(relevant))
        decided, found = {ranker.ids[known]: True}, []
        for shown_so_far in range(1, min(61, len(truth))):
            [id] = ranker.first(decided)
            decided[id] = truth[id]
            if truth[id]:
                found.append(shown_so_far)
        for place, nth in enumerate((1, 2, 5)):
            if len(found) >= nth:
                ranks[seed, place] = found[nth - 1]
    return ranks


def shortened(title: str, times: int) -> list[str]:
    draw = np.random.default_rng(0)
    words = title.split()
    return [
        " ".join(w for w, kept in zip(words, draw.random(len(words)) < 0.75, strict=True) if kept)
        for _ in range(times)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--shorter", type=int, default=0)
    parser.add_argument("--studies", type=int, default=0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    pool = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))
    held: dict[frozenset[str], Any] = {}
    known, rows = labelled_sets(), []
    for file in find_sets(args.sets or [pool / "screening"]):
        s = read_set(file)
        # Cohen's titles are the name of a class of drugs in one word.
        if not s.title or s.name.startswith("cohen_"):
            continue
        double = TWICE.get(s.name, s.name)
        row: dict[str, Any] = {"name": s.name, "n": len(s.texts), "k": int(s.relevant.sum())}
        for left in ("family", "set"):
            out = screening.family(double) if left == "family" else double
            others = [
                o
                for o in known
                if o.name != double and (left == "set" or screening.family(o.name) != out)
            ]
            prior, background = told(others, held)
            row[left] = measured(shown(s, s.title, prior, background))
            shorter = [
                measured(shown(s, title, prior, background))
                for title in shortened(s.title, args.shorter)
            ]
            row[f"{left}, shorter"] = shorter
            for query in (s.title, None) if args.studies and s.relevant.sum() > 5 else ():
                ranker = Ranker.of(s.texts, query=query, prior=prior, background=background)
                ranks = after_one(ranker, s.relevant, args.studies)
                row[f"{left}, {'asked' if query else 'not asked'}"] = np.log(ranks).mean(0).tolist()
        rows.append(row)
        a, b = row["family"], row["set"]
        print(
            f"| {s.name} | {row['n']:,} | {row['k']} | {a['first']} | {a['ten']} | "
            f"{b['first']} | {b['ten']} |",
            flush=True,
        )
    for left in ("family", "set"):
        each = [row[left] for row in rows]
        some = [one for row in rows for one in row[f"{left}, shorter"]]
        for what, of in (("the title", each), ("shorter titles", some)):
            if of:
                print(
                    f"{left} left out, {what}: first relevant within ten "
                    f"{sum(m['first'] <= 10 for m in of)} of {len(of)}, geometric mean rank "
                    f"{np.exp(np.mean([np.log(m['first']) for m in of])):.1f}, of the first ten "
                    f"relevant {np.mean([m['ten'] for m in of]):.2f}, one of them with a quarter "
                    f"of the relevant {np.mean([m['fewer'] for m in of]):.2f}"
                )
        for how in ("asked", "not asked"):
            ranks = [row[f"{left}, {how}"] for row in rows if f"{left}, {how}" in row]
            if ranks:
                next_, second, fifth = np.exp(np.mean(ranks, axis=0))
                print(
                    f"{left} left out, one relevant record known, {how}: next {next_:.1f}, second "
                    f"{second:.1f}, fifth {fifth:.1f} in {len(ranks)} sets"
                )
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
