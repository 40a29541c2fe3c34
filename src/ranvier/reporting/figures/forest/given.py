"""What the caller adds to results: names, data, columns and ratings, one a study."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.designs import design_of
from ranvier.reporting.figures.forest.evidence import DataField
from ranvier.reporting.figures.forest.marks import rating_of
from ranvier.reporting.figures.forest.options import StudyData
from ranvier.reporting.figures.transforms import Transf
from ranvier.reporting.numbers import Numbers
from ranvier.stats import Effects

__all__ = ["Given", "column_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller adds to the results; see :func:`forest`."""

    measure: str | None
    effects: Effects | None
    transf: Transf | None
    slab: tuple[str, ...] | None
    by: Sequence[str] | None
    pooled: Mapping[str, object]
    data: StudyData
    left: StudyData
    right: StudyData
    bias: Mapping[str, Sequence[str | None]]
    arms: tuple[str, str]
    numbers: Numbers

    def names(self, held: Sequence[str], k: int) -> tuple[str, ...]:
        """Return the names of the studies: the caller's, or those the result holds."""
        if self.slab is None:
            return tuple(held)
        if len(self.slab) != k:
            raise InputError(
                f"slab has {len(self.slab)} names for {k} studies.", remedy="Give one name a study."
            )
        return self.slab

    def ratings(self, k: int) -> tuple[tuple[str | None, ...], ...]:
        """Return the risk of bias of each study, by domain."""
        held = [column_of(f"bias {domain!r}", said, k) for domain, said in self.bias.items()]
        return tuple(tuple(rating_of(said[i]) for said in held) for i in range(k))

    def columns(self, k: int) -> tuple[dict[str, str], ...]:
        """Write the caller's own columns, by study."""
        named = [*self.left.items(), *self.right.items()]
        if len({name for name, _ in named}) < len(named):
            raise InputError(
                "A column of left= has the heading of one of right=.",
                remedy="Give each a heading of its own.",
            )
        held = {name: column_of(f"column {name!r}", said, k) for name, said in named}
        return tuple(
            {name: self._written(said[i]) for name, said in held.items()} for i in range(k)
        )

    def study_data(
        self, k: int
    ) -> tuple[tuple[DataField, ...], tuple[dict[str, float | None], ...]]:
        """Return the design's columns, and the data of each study."""
        return design_of(self.data, k)

    def _written(self, value: Any) -> str:
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.numbers.plain(float(value))
        return str(value)


def column_of(name: str, held: Sequence[Any], k: int) -> Sequence[Any]:
    """Return a column that has one value a study.

    Raises
    ------
    InputError
        If it has not.
    """
    if isinstance(held, str) or len(held) != k:
        raise InputError(
            f"{name} has {len(held)} values for {k} studies.", remedy="Give one value a study."
        )
    return held
