"""Steps: how a count goes up as reading goes on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ranvier.reporting.figures.sheet import Panel

__all__ = ["steps"]


def steps(
    panel: Panel, finds: Sequence[int], end: int, begin: int = 0
) -> list[tuple[float, float]]:
    """Return the corners of what was found, in pixels, from `begin` to `end` records read.

    Parameters
    ----------
    finds : sequence of int
        After how many records each was found, counted from 1, ascending.
    """
    before = sum(rank <= begin for rank in finds)
    corners = [panel.at(begin, before)]
    for count, rank in enumerate(finds[before:], before):
        corners += [panel.at(rank, count), panel.at(rank, count + 1)]
    corners.append(panel.at(end, len(finds)))
    return [corners[0], *(b for a, b in pairwise(corners) if b != a)]
