"""The multiverse: every defensible analysis of the same data, and where the chosen one stands."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.core.analysis import Estimate
from ranvier.core.value import Provenance

__all__ = ["Multiverse", "Universe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """One analysis of the multiverse: its choices by name, and what they give.

    Attributes
    ----------
    choices : dict of str to str
        Choice by dimension: ``measure``, ``method``, ``model``, ``tau2``, ``interval``,
        ``zero cells``, ``subset`` ...
    effect : Estimate or None
        On the natural scale of the measure; ``None`` where it cannot be estimated.
    favours : int
        1: favours group 1; -1: favours group 2; 0: exactly at the null.
    excludes_null : bool
        Whether the interval leaves out "no difference".
    matches : tuple of str
        Ids of the protocol's analyses that this one equals.
    """

    choices: dict[str, str]
    effect: Estimate | None
    null: float
    p: float | None
    favours: int
    excludes_null: bool
    k: int
    matches: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiverse:
    """All universes of one outcome of one comparison.

    Attributes
    ----------
    dimensions : dict of str to tuple of str
        What was varied, and over which choices.
    summary : str
        What the whole says: direction, range, how many exclude the null.
    """

    comparison: str
    outcome: str
    rows: tuple[str, ...]
    provenance: Provenance
    dimensions: dict[str, tuple[str, ...]]
    universes: tuple[Universe, ...]
    summary: str
