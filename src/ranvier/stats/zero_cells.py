"""What to do about empty cells, as data: each convention has a name and says what it does.

In small trials the choice can move the answer more than the trials do. No convention is hidden in
a default: each correction and each study left out is in the notes of the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.measures.counts import Table, To, double_zero

__all__ = ["ZERO_CELLS", "ZeroCells", "ZeroCellsName", "constants"]

ZeroCellsName = Literal[
    "none", "half_individual", "half_also_when_pooling", "treatment_arm", "empirical"
]
Size = Literal["half", "treatment_arm", "empirical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroCells:
    """A convention.

    Attributes
    ----------
    says : str
        What it does, in one sentence.
    to : tuple of To
        Which studies get the constants: for their own effects, and in the pooled sums.
    drop00 : tuple of bool
        Whether studies without events (or without non-events) in both groups are left out of the
        studies' own effects, and out of the pooled sums.
    size : {"half", "treatment_arm", "empirical"}
        How large the constants are.
    """

    name: ZeroCellsName
    says: str
    to: tuple[To, To]
    drop00: tuple[bool, bool]
    size: Size = "half"


ZERO_CELLS: Mapping[ZeroCellsName, ZeroCells] = MappingProxyType(
    {
        "none": ZeroCells(
            name="none",
            says="Nothing is added anywhere; studies whose own effect is not defined have none.",
            to=("none", "none"),
            drop00=(True, True),
        ),
        "half_individual": ZeroCells(
            name="half_individual",
            says="0.5 is added to all four cells of a study with an empty cell, for its own effect "
            "only; Mantel-Haenszel sums use the counts as they are (metafor).",
            to=("only0", "none"),
            drop00=(True, True),
        ),
        "half_also_when_pooling": ZeroCells(
            name="half_also_when_pooling",
            says="0.5 is added to all four cells of a study with an empty cell, for its own effect "
            "and in the Mantel-Haenszel sums (RevMan 5).",
            to=("only0", "only0"),
            drop00=(True, True),
        ),
        "treatment_arm": ZeroCells(
            name="treatment_arm",
            says="To both cells of a group is added that group's share of the study's size, "
            "also in the sums, so that unequal groups do not bias it (Sweeting et al. 2004).",
            to=("only0", "only0"),
            drop00=(True, True),
            size="treatment_arm",
        ),
        "empirical": ZeroCells(
            name="empirical",
            says="As treatment_arm, but with constants that pull towards the Mantel-Haenszel odds "
            "ratio of the studies without an empty cell, not towards 1 (Sweeting et al. 2004).",
            to=("only0", "only0"),
            drop00=(True, True),
            size="empirical",
        ),
    }
)


def constants(table: Table, size: Size, add: float = 0.5) -> tuple[Vector, Vector]:
    """Calculate what would be added to each cell of group 1 and of group 2 of every study.

    Parameters
    ----------
    table : Table
        Counts as observed.
    size : {"half", "treatment_arm", "empirical"}
        The rule.
    add : float
        The constant of the first rule.

    Returns
    -------
    tuple of Vector
        Constants of group 1, of group 2; those of the other rules sum to 1 in each study.

    References
    ----------
    Sweeting MJ, Sutton AJ, Lambert PC (2004). What to add to nothing? Use and avoidance of
    continuity corrections in meta-analysis of sparse data. Statistics in Medicine 23:1351-1375.
    doi:10.1002/sim.1761

    Examples
    --------
    >>> one = np.array([1.0])
    >>> t = Table(ai=0 * one, bi=10 * one, ci=one, di=29 * one)
    >>> [float(x[0]) for x in constants(t, "treatment_arm")]
    [0.25, 0.75]
    """
    if size == "half":
        return np.full_like(table.ai, add), np.full_like(table.ai, add)
    ratio = table.n2i / table.n1i
    pull = 1.0
    if size == "empirical":
        full = ~table.has_zero & ~double_zero(table)
        n = table.n1i + table.n2i
        r = float((table.ai * table.di / n)[full].sum())
        s = float((table.bi * table.ci / n)[full].sum())
        # Without a study free of empty cells there is nothing to learn from: pull towards 1.
        pull = r / s if s > 0 else 1.0
    return pull / (ratio + pull), ratio / (ratio + pull)
