"""The line: what one reviewer has still to read, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

__all__ = ["Line"]


class Line:
    """Items in an order, of which some are taken and may be put back.

    Parameters
    ----------
    order : sequence of str

    Attributes
    ----------
    ordered : bool
        Whether it was put in an order that was learnt.
    by_meaning : bool
        Whether sentence embeddings took part in that order.

    Examples
    --------
    >>> line = Line(["a", "b", "c"])
    >>> line.take("a")
    >>> line.next(2)
    ['b', 'c']
    >>> line.put_back("a")
    >>> line.next(1), len(line)
    (['a'], 3)
    """

    def __init__(self, order: Sequence[str]) -> None:
        self._order = order
        self._place = {item: n for n, item in enumerate(order)}
        self._taken: set[str] = set()
        self._first = 0  # nothing before it is left
        self.ordered = False
        self.by_meaning = False

    def __len__(self) -> int:
        return len(self._order) - len(self._taken)

    def __contains__(self, item: object) -> bool:
        return item in self._place

    def waits(self, item: str) -> bool:
        """Say whether an item is in line and not taken."""
        return item in self._place and item not in self._taken

    def take(self, item: str) -> None:
        """Take an item out, if it is in line."""
        if item in self._place:
            self._taken.add(item)

    def put_back(self, item: str) -> None:
        """Put an item back where it was."""
        if item in self._taken:
            self._taken.discard(item)
            self._first = min(self._first, self._place[item])

    def next(self, n: int, *, after: Collection[str] = ()) -> list[str]:
        """Return the next items, but those that the caller holds already."""
        while self._first < len(self._order) and self._order[self._first] in self._taken:
            self._first += 1
        found: list[str] = []
        for place in range(self._first, len(self._order)):
            if len(found) >= n:
                break
            item = self._order[place]
            if item not in self._taken and item not in after:
                found.append(item)
        return found

    def plan(self, best: Iterable[str]) -> tuple[list[str], dict[str, int]]:
        """Work out a new order, to be taken by :meth:`adopt`; meanwhile items may come and go.

        Who names others than those in line may. What is not named goes to the front: it was
        decided, and if it is put back, its reader wants to see it again.
        """
        ranked = [item for item in best if item in self._place]
        named = set(ranked)
        order = [item for item in self._order if item not in named] + ranked
        return order, {item: n for n, item in enumerate(order)}

    def adopt(self, plan: tuple[list[str], dict[str, int]], *, by_meaning: bool = False) -> None:
        """Take an order that was worked out."""
        self._order, self._place = plan
        self._first = 0
        self.ordered = True
        self.by_meaning = by_meaning

    @property
    def total(self) -> int:
        """How many items were given out, taken or not."""
        return len(self._order)
