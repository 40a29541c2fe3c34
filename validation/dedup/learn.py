"""Count the weights of deduplication on labelled sets, and write src/ranvier/dedup/weights.json.

Run ``python validation/dedup/learn.py [--check] [FILES...]``; FILES are the labelled sets of
``RANVIER_REFERENCE/dedup`` unless given. With ``--check`` nothing is written: each set is
deduplicated with weights counted on the other sets, which is what to expect of a new one.

Each set counts the same, up to `MOST` pairs, so that a large set does not drown a small one. A
weight is log2(m / u), with one pair added to each level of each field, and no more than `CAP` bits:
no single field decides alone.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ranvier.dedup.compare import LEVELS, compare
from ranvier.dedup.index import Index
from ranvier.dedup.labelled import Labelled, measure, pooled, read_labelled
from ranvier.dedup.score import Weights

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "src" / "ranvier" / "dedup" / "weights.json"

MOST = 500
CAP = 8.0
#: Bits, prior included: odds of 30 to 1 on top of there being no veto. On the shared sets any
#: bound from 2 to 5 gives the same merges but for a handful; no work is lost at any of them.
MERGE_AT = 5.0
#: Pairs below even odds are not worth a person's time, unless the share allowed is not used up.
ASK_AT = -4.0
ASK_MOST = 0.01


def counted(sets: Sequence[Labelled]) -> Weights:
    """Count weights on labelled sets."""
    m = {field: np.zeros(len(names)) for field, names in LEVELS.items()}
    u = {field: np.zeros(len(names)) for field, names in LEVELS.items()}
    odds: list[float] = []
    for labelled in sets:
        index = Index()
        index.add(labelled.records)
        pairs = index.pairs()
        levels = compare(index, pairs)
        truth = np.array(labelled.truth)
        same = truth[pairs[:, 0]] == truth[pairs[:, 1]]
        odds.append(float(np.log2(same.sum() / (~same).sum())))
        for field, names in LEVELS.items():
            for table, which in ((m, same), (u, ~same)):
                seen = np.bincount(levels[field][which], minlength=len(names)).astype(float)
                seen[0] = 0.0
                if seen.sum():
                    table[field] += seen / seen.sum() * min(seen.sum(), MOST)
    weights: dict[str, dict[str, float]] = {}
    for field, names in LEVELS.items():
        yes, no = m[field][1:] + 1, u[field][1:] + 1
        bits = np.clip(np.log2((yes / yes.sum()) / (no / no.sum())), -CAP, CAP)
        weights[field] = {name: round(float(b), 2) for name, b in zip(names[1:], bits, strict=True)}
    # Too few sets hold PubMed ids: they tell as much as DOIs.
    doi = weights["doi"]
    weights["pmid"] = {"same": doi["same"], "differs": doi["differs"]}
    version = "+".join(sorted(s.name for s in sets))
    return Weights(
        version=version,
        weights=weights,
        prior=round(float(np.mean(odds)), 2),
        merge_at=MERGE_AT,
        ask_at=ASK_AT,
        ask_most=ASK_MOST,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    reference = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))
    files = given.files or sorted((reference / "dedup").glob("*.csv*"))
    sets = [read_labelled(file.name, file.read_bytes()) for file in files]
    if given.check:
        found = [
            measure(left_out, weights=counted([s for s in sets if s is not left_out]))
            for left_out in sets
        ]
        for a in (*found, pooled(found)):
            print(
                f"{a.name:20} F1 {a.f1:.4f}  recall {a.recall:.4f}  missed {a.missed}"
                f"  lost {a.works_lost}  asked {a.asked_records} records, {a.asked_found} found"
            )
        return
    learnt = counted(sets)
    said = {name: getattr(learnt, name) for name in Weights.__slots__}
    TARGET.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
