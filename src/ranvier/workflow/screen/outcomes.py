"""Outcomes: the state of every item of a stage, kept as decisions come.

To fold two hundred thousand votes each time somebody looks at the progress would make everybody
else wait. What is kept here counts all votes: a view takes from it what its viewer may see.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Set

from ranvier.core.flow import Outcome, outcome
from ranvier.core.protocol import ScreeningRule
from ranvier.core.screening import Decision, ItemState

__all__ = ["Outcomes"]


class Outcomes:
    """What came of the items of one stage.

    Parameters
    ----------
    rule : ScreeningRule
    home_of : callable
        Names the allotment of an item.
    """

    def __init__(self, rule: ScreeningRule, home_of: Callable[[str], str | None]) -> None:
        self._rule = rule
        self._home_of = home_of
        self._by_item: dict[str, Outcome] = {}
        self._in_state: dict[ItemState, set[str]] = defaultdict(set)
        self._by_home: Counter[tuple[str | None, ItemState]] = Counter()

    def move(self, item: str, given: Iterable[Decision]) -> None:
        """Fold what stands on an item anew."""
        before = self._by_item.pop(item, None)
        if before is not None:
            self._in_state[before.state].discard(item)
            self._by_home[self._home_of(item), before.state] -= 1
        held = tuple(given)
        if held:
            now = self._by_item[item] = outcome(held, self._rule)
            self._in_state[now.state].add(item)
            self._by_home[self._home_of(item), now.state] += 1

    @property
    def by_item(self) -> Mapping[str, Outcome]:
        """What came of every item with a decision."""
        return self._by_item

    def in_state(self, state: ItemState) -> Set[str]:
        """Return the items in a state."""
        return self._in_state[state]

    def states(self) -> Counter[ItemState]:
        """Count the items with a decision by state."""
        return Counter({state: len(items) for state, items in self._in_state.items() if items})

    @property
    def given_out(self) -> int:
        """Count the items with a decision that are in an allotment."""
        return sum(n for (home, _), n in self._by_home.items() if home is not None)

    def count(self, home: str | None, state: ItemState) -> int:
        """Count the items of an allotment in a state."""
        return self._by_home[home, state]
