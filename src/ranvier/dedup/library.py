"""What a deduplication needs of the records: their comparable forms, likely pairs and counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping

from ranvier.dedup.citation import Citation
from ranvier.dedup.compare import Pairs

__all__ = ["Library"]


class Library(Mapping[int, Citation]):
    """Comparable records by position, wherever they are held and paired."""

    @property
    @abstractmethod
    def ids(self) -> list[str]:
        """Ids of the records by position."""

    @abstractmethod
    def position(self, id: str) -> int:
        """Return the position of a record."""

    @abstractmethod
    def fetch(self, positions: Iterable[int]) -> None:
        """Bring comparable records here, all at once."""

    @abstractmethod
    def pairs(self, *, since: int = 0) -> Pairs:
        """Return the pairs worth comparing, the later record being at `since` or after it."""

    @abstractmethod
    def contexts(self, titles: Iterable[str]) -> dict[str, int]:
        """Return in how many years and by how many first authors each title stands."""

    @abstractmethod
    def bearers(self, surnames: Iterable[str]) -> dict[str, int]:
        """Return how many records have a first author of each surname."""
