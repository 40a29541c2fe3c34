"""Simulating an old review: its decisions are in the file, as a screening tool exported them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ranvier.core.progress import Hindsight
from ranvier.core.record import Record
from ranvier.embedding import embed, find_model, sentence, user_folder
from ranvier.errors import InputError
from ranvier.formats import open_records
from ranvier.formats.votes import asreview_votes
from ranvier.ranking import Text
from ranvier.ranking.labelled import LabelledSet, is_set, read_set
from ranvier.ranking.simulate import Simulated, simulate_sets
from ranvier.reporting.figures import Figure, recall_plot

__all__ = ["OldReview", "embedded", "read_old_review", "simulate_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OldReview:
    """What a simulation of an old review found.

    Attributes
    ----------
    undecided : int
        Records of the file without a decision; they take no part.
    without_abstract : int
    found : Simulated
    figure : Figure
        The recall curve.
    read_for_95 : int
        Records read, on average of the runs, until 95% of the relevant were found.
    """

    undecided: int
    without_abstract: int
    found: Simulated
    figure: Figure
    read_for_95: int


def simulate_file(
    path: str | Path,
    *,
    seeds: tuple[int, ...] = (0, 1, 2),
    embed: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> OldReview:
    """Screen the review of a file again, in the order Ranvier would have shown.

    Parameters
    ----------
    embed, tell
        See :func:`embedded`.

    Raises
    ------
    InputError
        If the file has no decisions, or they leave nothing to be found, or the extra for
        embeddings is not installed.
    """
    held, undecided = read_old_review(Path(path))
    if embed:
        [held] = embedded([held], tell=tell)
    [found] = simulate_sets([held], seeds).sets
    records, relevant = found.records - 2, found.relevant - 1
    return OldReview(
        undecided=undecided,
        without_abstract=sum(not text.abstract for text in held.texts),
        found=found,
        figure=recall_plot(
            Hindsight(
                records=records,
                relevant=relevant,
                runs=tuple(tuple(run.ranks.tolist()) for run in found.runs),
            )
        ),
        read_for_95=round((1 - 0.05 - found.mean.wss95) * records),
    )


def embedded(
    sets: Iterable[LabelledSet], *, tell: Callable[[int, int], None] | None = None
) -> list[LabelledSet]:
    """Give sets what their texts mean to a sentence model; texts are read once and kept.

    Parameters
    ----------
    tell : callable, optional
        Called with how many texts are done, and how many there are.

    Raises
    ------
    InputError
        If ``ranvier[embed]`` is not installed, or its model cannot be run.
    """
    model = find_model()
    held = list(sets)
    total, before = sum(len(each.texts) for each in held), 0
    made: list[LabelledSet] = []
    for each in held:

        def told(done: int, _: int, before: int = before) -> None:
            if tell is not None:
                tell(before + done, total)

        texts = [sentence(text.title, text.abstract) for text in each.texts]
        found = embed(texts, model, folder=user_folder(), tell=told)
        made.append(
            replace(each, meanings=found.rows, embedding_seconds=round(found.cpu_seconds, 2))
        )
        before += len(texts)
    return made


def read_old_review(path: Path) -> tuple[LabelledSet, int]:
    """Read records with their decisions; return also how many have none.

    A record counts as relevant if its last stage included it: full text where somebody decided on
    full texts, titles and abstracts otherwise. Where reviewers differ, one inclusion is enough.
    """
    if is_set(path):
        return read_set(path), 0
    texts: list[Text] = []
    relevant: list[bool] = []
    undecided = 0
    for place, record in enumerate(open_records(path)):
        said = _included(record)
        if said is None:
            undecided += 1
            continue
        texts.append(Text(f"{place}", record.title, record.abstract or ""))
        relevant.append(said)
    if not texts:
        raise InputError(
            "no record has a decision.",
            file=str(path),
            remedy="Export it with decisions: from Rayyan, Covidence or ASReview, or as a table "
            "with a column included (1 or 0).",
        )
    return LabelledSet(path.stem, tuple(texts), np.array(relevant)), undecided


def _included(record: Record) -> bool | None:
    """Fold what reviewers decided on a record elsewhere."""
    for stage in ("full_text", "title_abstract", None):
        verdicts = [v.verdict for v in record.votes if v.stage == stage and v.verdict != "maybe"]
        if verdicts:
            return "include" in verdicts
    # A plain table says it in a column of its own, which the reader keeps and does not judge.
    verdicts = [vote.verdict for vote in asreview_votes(dict(record.extra))]
    return "include" in verdicts if verdicts and "maybe" not in verdicts else None
