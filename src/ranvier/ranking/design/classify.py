"""Classifying: what a record looks like, and the words that made it say so.

A suggestion orders and points out; it never excludes a record by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from math import exp
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.core.record import Record
from ranvier.ranking.design.signs import Field, Group, Reading, Sighting, read
from ranvier.ranking.design.text import places
from ranvier.ranking.design.weights import (
    Weights,
    contributions,
    logit,
    shipped_weights,
    word_score,
)

__all__ = ["DesignSuggestion", "Span", "classify", "classify_records", "probabilities"]

#: The publication type of MEDLINE, and the words for it in Embase.
_TRIAL_TYPE = "randomized controlled trial"

#: So many words, at most, are shown beside the phrases.
_WORDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a record that speaks for (positive) or against a design.

    Attributes
    ----------
    field : {"title", "abstract", "publication_types"}
    start, end : int
        Characters of the field as given; of a publication type, of that type.
    words : str
        What stands there.
    weight : float
        How much the logit would be lower without it. Phrases that say the same share what they
        weigh together.
    """

    field: Field | Literal["publication_types"]
    start: int
    end: int
    words: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignSuggestion:
    """What a record looks like: a suggestion of a machine, and no decision.

    Attributes
    ----------
    kind : "randomized_trial"
        A report of a randomized controlled trial in people, protocols and further analyses of one
        included.
    probability : float
        That it is one, where about one record in twenty is.
    sensitive : bool
        Whether it passes the bound that keeps 99% of trials: who must miss none reads these first.
    precise : bool
        Whether it passes the bound that few others pass.
    evidence : tuple of Span
        What made it say so: phrases, the weightiest first, then single words, then types.
    """

    kind: Literal["randomized_trial"] = "randomized_trial"
    probability: float
    sensitive: bool
    precise: bool
    evidence: tuple[Span, ...]

    def __str__(self) -> str:
        """Such as ``looks like a randomized trial (0.97): "randomly allocated"``."""
        said = "looks" if self.precise else "may look" if self.sensitive else "does not look"
        quoted = "; ".join(f'"{span.words}"' for span in self.evidence if span.weight > 0)
        return f"{said} like a randomized trial ({self.probability:.2f})" + (
            f": {quoted}" if quoted and self.sensitive else ""
        )


def classify(
    title: str,
    abstract: str = "",
    publication_types: Sequence[str] = (),
    *,
    weights: Weights | None = None,
) -> DesignSuggestion:
    """Say whether a record looks like a report of a randomized trial, and why.

    Parameters
    ----------
    title, abstract : str
        As the source printed them; empty where there is none.
    publication_types : sequence of str
        As the source names them. *Randomized Controlled Trial* settles it.
    weights : Weights, optional
        Those that come with Ranvier unless given.

    Examples
    --------
    >>> found = classify(
    ...     "Immunoglobulin for multifocal motor neuropathy",
    ...     "Sixteen patients were randomly allocated to immunoglobulin or placebo, double-blind.",
    ... )
    >>> found.precise
    True
    >>> found.evidence[0].words
    'randomly allocated'
    >>> classify("Immunoglobulin in neuropathy: a review of the literature").sensitive
    False
    """
    weights = weights or shipped_weights()
    reading = read(title, abstract)
    score, words = _scored(reading, publication_types, weights)
    return DesignSuggestion(
        probability=_probability(score),
        sensitive=score >= weights.sensitive,
        precise=score >= weights.precise,
        evidence=tuple(_evidence(title, abstract, publication_types, reading, words, weights)),
    )


def classify_records(
    records: Iterable[Record], *, weights: Weights | None = None
) -> Iterator[tuple[Record, DesignSuggestion]]:
    """Yield each record with its suggestion."""
    for record in records:
        yield (
            record,
            classify(record.title, record.abstract or "", record.types, weights=weights),
        )


def probabilities(
    texts: Iterable[tuple[str, str]],
    publication_types: Iterable[Sequence[str]] = (),
    *,
    weights: Weights | None = None,
) -> NDArray[np.float64]:
    """Return the probability of each title and abstract: fast, without evidence.

    ``publication_types`` are those of each record in turn; where they end, there are none.

    Examples
    --------
    >>> trial, case = probabilities([("Zinc: a randomized trial", ""), ("A case of scurvy", "")])
    >>> bool(trial > 0.2), bool(case < 0.01)
    (True, True)
    """
    weights = weights or shipped_weights()
    # The types must not lengthen what is scored: a record without a text is none.
    kinds = chain(publication_types, repeat(()))
    scores = [
        _scored(read(*text), named, weights)[0] for text, named in zip(texts, kinds, strict=False)
    ]
    return 1 / (1 + np.exp(-np.array(scores, float)))


def _scored(reading: Reading, types: Sequence[str], weights: Weights) -> tuple[float, float]:
    """Return the logit of a record, and the score of its words."""
    words = word_score(reading, weights)
    score = logit(reading, words, weights)
    if types:
        named = {name.casefold() for name in types}
        if _TRIAL_TYPE in named:
            score = max(score, weights.precise)
        elif not named.isdisjoint(weights.other_types):
            score += weights.other_type
    return score, words


def _probability(score: float) -> float:
    return 1 / (1 + exp(-score))


def _evidence(
    title: str,
    abstract: str,
    types: Sequence[str],
    reading: Reading,
    words: float,
    weights: Weights,
) -> list[Span]:
    """Return what speaks for and against: phrases, then words, then types."""
    printed = {"title": title, "abstract": abstract}
    whole = logit(reading, words, weights)
    spans: list[Span] = []
    by_group: dict[Group, list[Sighting]] = {}
    for sighting in _apart(reading.sightings):
        by_group.setdefault(sighting.group, []).append(sighting)
    if "chance" in by_group:
        by_group.pop("mention", None)  # the same words, said once
    for group, sightings in by_group.items():
        without: set[Group] = {"chance", "mention"} if group == "chance" else {group}
        weight = whole - logit(reading, words, weights, without=frozenset(without))
        for _, field, start, end in sightings:
            at = printed[field][start:end]
            start, end = start + len(at) - len(at.lstrip()), end - len(at) + len(at.rstrip())
            spans.append(Span(field, start, end, at.strip(), weight / len(sightings)))
    slope = weights.words + weights.words_where_silent * (
        not {"chance", "blinding"} & by_group.keys()
    )
    held = contributions(reading, weights)
    for field, word in sorted(held, key=lambda key: -abs(held[key]))[:_WORDS_SHOWN]:
        text = reading.title if field == "title" else reading.abstract
        start, end = next((s, e) for w, s, e in places(text) if w == word)
        spans.append(Span(field, start, end, printed[field][start:end], slope * held[field, word]))
    for name in types:
        if name.casefold() == _TRIAL_TYPE:
            gain = max(weights.precise - whole, 0.0)
            spans.append(Span("publication_types", 0, len(name), name, gain))
        elif name.casefold() in weights.other_types:
            spans.append(Span("publication_types", 0, len(name), name, weights.other_type))
    return spans


def _apart(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Yield sightings of which none lies within another of its group."""
    held = list(sightings)
    for one in held:
        inside = any(
            (one.group, one.field) == (other.group, other.field)
            and other.start <= one.start
            and one.end <= other.end
            and (one != other)
            for other in held
        )
        if not inside:
            yield one
