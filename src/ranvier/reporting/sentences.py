"""From a finding to a sentence: one total function over certainty, size and direction.

The wording follows the grid of GRADE guidelines 26 (Santesso et al. 2020, Journal of Clinical
Epidemiology 119:126-135): the certainty chooses the verb, size and direction what is said. Every
sentence is a whole message for the catalogues: no language is put together from another's pieces.
"""

from __future__ import annotations

from typing import Literal

from ranvier.core.judgement import CertaintyLevel
from ranvier.core.summary import EffectDirection, EffectSize
from ranvier.reporting.catalogues import N_

__all__ = ["CERTAINTY_WORDS", "GRID", "SYMBOLS", "Groups", "Level", "statement"]

Level = CertaintyLevel | Literal["not_assessed"]
Groups = Literal["two_groups", "one_group", "words"]
_Cell = tuple[EffectSize, EffectDirection]


#: GRADE's signs; always shown with the word.
SYMBOLS: dict[Level, str] = {
    "high": "⊕⊕⊕⊕",
    "moderate": "⊕⊕⊕◯",
    "low": "⊕⊕◯◯",
    "very_low": "⊕◯◯◯",
    "not_assessed": "",
}

CERTAINTY_WORDS: dict[Level, str] = {
    "high": N_("high certainty"),
    "moderate": N_("moderate certainty"),
    "low": N_("low certainty"),
    "very_low": N_("very low certainty"),
    "not_assessed": N_("certainty not assessed"),
}

_HIGH: dict[_Cell, str] = {
    ("large", "better"): N_("{treatment} is much better than {comparator}."),
    ("important", "better"): N_("{treatment} is better than {comparator}."),
    ("small", "better"): N_("{treatment} is slightly better than {comparator}."),
    ("unclear", "better"): N_(
        "{treatment} is better than {comparator}, but by how much is unclear."
    ),
    ("large", "worse"): N_("{treatment} is much worse than {comparator}."),
    ("important", "worse"): N_("{treatment} is worse than {comparator}."),
    ("small", "worse"): N_("{treatment} is slightly worse than {comparator}."),
    ("unclear", "worse"): N_("{treatment} is worse than {comparator}, but by how much is unclear."),
    ("trivial", "either"): N_(
        "{treatment} makes little or no difference compared with {comparator}."
    ),
    ("unclear", "either"): N_(
        "{treatment} does not clearly differ from {comparator}; a difference either way is not "
        "ruled out."
    ),
}

_MODERATE: dict[_Cell, str] = {
    ("large", "better"): N_("{treatment} is probably much better than {comparator}."),
    ("important", "better"): N_("{treatment} is probably better than {comparator}."),
    ("small", "better"): N_("{treatment} is probably slightly better than {comparator}."),
    ("unclear", "better"): N_(
        "{treatment} is probably better than {comparator}, but by how much is unclear."
    ),
    ("large", "worse"): N_("{treatment} is probably much worse than {comparator}."),
    ("important", "worse"): N_("{treatment} is probably worse than {comparator}."),
    ("small", "worse"): N_("{treatment} is probably slightly worse than {comparator}."),
    ("unclear", "worse"): N_(
        "{treatment} is probably worse than {comparator}, but by how much is unclear."
    ),
    ("trivial", "either"): N_(
        "{treatment} probably makes little or no difference compared with {comparator}."
    ),
    ("unclear", "either"): N_(
        "{treatment} probably does not clearly differ from {comparator}; a difference either way "
        "is not ruled out."
    ),
}

_LOW: dict[_Cell, str] = {
    ("large", "better"): N_("{treatment} may be much better than {comparator}."),
    ("important", "better"): N_("{treatment} may be better than {comparator}."),
    ("small", "better"): N_("{treatment} may be slightly better than {comparator}."),
    ("unclear", "better"): N_(
        "{treatment} may be better than {comparator}, but by how much is unclear."
    ),
    ("large", "worse"): N_("{treatment} may be much worse than {comparator}."),
    ("important", "worse"): N_("{treatment} may be worse than {comparator}."),
    ("small", "worse"): N_("{treatment} may be slightly worse than {comparator}."),
    ("unclear", "worse"): N_(
        "{treatment} may be worse than {comparator}, but by how much is unclear."
    ),
    ("trivial", "either"): N_(
        "{treatment} may make little or no difference compared with {comparator}."
    ),
    ("unclear", "either"): N_(
        "{treatment} may be better or worse than {comparator}: the results leave both open."
    ),
}

_VERY_LOW = N_(
    "The evidence is very uncertain about the effect of {treatment} compared with {comparator}."
)

#: Without a rating a sentence says what the studies saw, and nothing about what to expect.
_NOT_ASSESSED: dict[_Cell, str] = {
    ("large", "better"): N_("In these studies {treatment} did much better than {comparator}."),
    ("important", "better"): N_("In these studies {treatment} did better than {comparator}."),
    ("small", "better"): N_("In these studies {treatment} did slightly better than {comparator}."),
    ("unclear", "better"): N_(
        "In these studies {treatment} did better than {comparator}; by how much is unclear."
    ),
    ("large", "worse"): N_("In these studies {treatment} did much worse than {comparator}."),
    ("important", "worse"): N_("In these studies {treatment} did worse than {comparator}."),
    ("small", "worse"): N_("In these studies {treatment} did slightly worse than {comparator}."),
    ("unclear", "worse"): N_(
        "In these studies {treatment} did worse than {comparator}; by how much is unclear."
    ),
    ("trivial", "either"): N_(
        "In these studies {treatment} and {comparator} differed little or not at all on average."
    ),
    ("unclear", "either"): N_(
        "These studies do not tell whether {treatment} is better or worse than {comparator}."
    ),
}

#: Without a comparison group no study can tell what the treatment did.
_ONE_GROUP: dict[_Cell, str] = {
    ("large", "better"): N_("With {treatment}, people were much better off than before."),
    ("important", "better"): N_("With {treatment}, people were better off than before."),
    ("small", "better"): N_("With {treatment}, people were slightly better off than before."),
    ("unclear", "better"): N_(
        "With {treatment}, people were better off than before; by how much is unclear."
    ),
    ("large", "worse"): N_("With {treatment}, people were much worse off than before."),
    ("important", "worse"): N_("With {treatment}, people were worse off than before."),
    ("small", "worse"): N_("With {treatment}, people were slightly worse off than before."),
    ("unclear", "worse"): N_(
        "With {treatment}, people were worse off than before; by how much is unclear."
    ),
    ("trivial", "either"): N_("With {treatment}, little or nothing changed on average."),
    ("unclear", "either"): N_(
        "What {treatment} did cannot be told: nobody was treated otherwise for comparison."
    ),
}

#: A result told without numbers has neither size nor direction.
_WORDS = N_("What {treatment} did compared with {comparator} is told in words only.")

GRID: dict[Level, dict[_Cell, str]] = {
    "high": _HIGH,
    "moderate": _MODERATE,
    "low": _LOW,
    "very_low": dict.fromkeys(_HIGH, _VERY_LOW),
    "not_assessed": _NOT_ASSESSED,
}


def statement(
    certainty: CertaintyLevel | None,
    size: EffectSize,
    direction: EffectDirection,
    *,
    groups: Groups = "two_groups",
) -> str:
    """Return the message for a finding, in English, with its parts as placeholders.

    A trivial effect has no direction worth telling; an effect whose interval holds both better
    and worse has no size worth telling, however far out its point lies. Results in words only
    (`groups` = ``words``) are said to be that.

    Examples
    --------
    >>> statement("moderate", "large", "better")
    '{treatment} is probably much better than {comparator}.'
    >>> statement("low", "large", "either")
    '{treatment} may be better or worse than {comparator}: the results leave both open.'
    """
    if groups == "words":
        return _WORDS
    cell = _cell(size, direction)
    if groups == "one_group":
        return _ONE_GROUP[cell]
    return GRID[certainty or "not_assessed"][cell]


def _cell(size: EffectSize, direction: EffectDirection) -> _Cell:
    """Fold the full product of sizes and directions to the ten cells of the grid."""
    if size == "trivial":
        return ("trivial", "either")
    if direction == "either":
        return ("unclear", "either")
    return (size, direction)
