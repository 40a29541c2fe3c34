"""What the pages call things that the log knows by an id: allotments and criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ranvier.core.protocol import Protocol
from ranvier.web.words import N_
from ranvier.workflow.screen.progress import StageView

__all__ = ["Label", "allotment_labels", "criterion_texts"]

_KINDS: dict[str, str] = {
    "main": N_("Screening"),
    "pilot": N_("Pilot"),
    "substitute": N_("In place of somebody who left"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """The name of an allotment.

    Attributes
    ----------
    kind : str
        To be translated.
    number : int or None
        Which of its kind at its stage, if there are several.
    """

    kind: str
    number: int | None


def allotment_labels(stages: Iterable[StageView]) -> dict[str, Label]:
    """Name the allotments, by their ids."""
    named: dict[str, Label] = {}
    for stage in stages:
        many, seen = Counter(a.kind for a in stage.allotments), Counter[str]()
        for one in stage.allotments:
            seen[one.kind] += 1
            number = seen[one.kind] if many[one.kind] > 1 else None
            named[one.id] = Label(_KINDS[one.kind], number)
    return named


def criterion_texts(protocol: Protocol | None) -> Mapping[str, str]:
    """Return the words of the criteria, by their ids."""
    return {c.id: c.text for c in protocol.criteria} if protocol else {}
