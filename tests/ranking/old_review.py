"""An old review made up of a few words: what is relevant shares some of them, not all."""

from __future__ import annotations

import random

import numpy as np

from ranvier.ranking.labelled import LabelledSet
from ranvier.ranking.ranker import Text

TOPIC = ["immunoglobulin", "neuropathy", "motor", "strength", "grip", "conduction", "placebo"]
OTHER = ["statin", "heart", "stroke", "kidney", "sleep", "school", "vaccine", "knee", "tooth"]
PLAIN = ["patients", "study", "were", "with", "results", "after", "weeks", "method", "group"]


def made_up(records: int = 120, relevant: int = 15, seed: int = 0) -> LabelledSet:
    draw = random.Random(seed)
    labels = [True] * relevant + [False] * (records - relevant)
    draw.shuffle(labels)

    def text(yes: bool) -> str:
        words = draw.choices(TOPIC if yes else OTHER, k=3) + draw.choices(PLAIN, k=9)
        words += draw.choices(TOPIC + OTHER, k=2)
        draw.shuffle(words)
        return " ".join(words)

    texts = tuple(Text(f"r{i}", text(yes), text(yes)) for i, yes in enumerate(labels))
    return LabelledSet(f"made_up_{seed}", texts, np.array(labels))
