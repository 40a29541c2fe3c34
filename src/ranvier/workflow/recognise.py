"""Say which published search filters the strategies of a review hold."""

from __future__ import annotations

from ranvier.core.review import Review
from ranvier.query import parse, recognised

__all__ = ["filters_used"]


def filters_used(review: Review) -> dict[str, tuple[str, ...]]:
    """Return search -> the filters that its strategy means, with the line at which each is whole.

    A filter counts only if all of it is there, whatever platform's words it is written in.
    """
    return {
        run.id: tuple(f"{said}, at line {line}" for line, said in recognised(parse(run.strategy)))
        for run in review.searches.values()
        if run.strategy
    }
