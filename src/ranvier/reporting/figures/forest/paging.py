"""Part a long forest plot into pages that each hold so many studies."""

from __future__ import annotations

from collections.abc import Sequence

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.table import Line

__all__ = ["pages_of"]

#: A page is not broken where fewer lines than this would stand alone on the next.
FEWEST = 3


def pages_of(lines: Sequence[Line], per_page: int) -> tuple[tuple[int, ...], ...]:
    """Part lines into pages, by index; a subgroup that goes on has its name again.

    Raises
    ------
    InputError
        If `per_page` is below 5.

    Examples
    --------
    >>> study = Line(kind="study", label="")
    >>> [len(page) for page in pages_of([study] * 20, 8)]
    [8, 8, 4]
    """
    if per_page < 5:
        raise InputError(
            f"per_page is {per_page}.", remedy="A page needs room for 5 lines or more."
        )
    pages: list[tuple[int, ...]] = []
    page: list[int] = []
    heading: int | None = None
    for i, line in enumerate(lines):
        breaks = line.kind in ("study", "heading") and len(lines) - i >= FEWEST
        alone = line.kind == "heading" and len(page) >= per_page - 2
        if page and breaks and (len(page) >= per_page or alone):
            pages.append(tuple(page))
            page = [heading] if heading is not None and line.kind == "study" else []
        if line.kind == "heading":
            heading = i
        elif line.kind == "total":
            heading = None
        page.append(i)
    return (*pages, tuple(page))
