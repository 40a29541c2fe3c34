"""What a record holds, as writers ask for it: names in parts, pages in two, losses counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from ranvier.core.record import Record
from ranvier.formats.report import Loss

__all__ = ["Holds", "Losses", "first_and_last", "line"]

#: Fields that say how a record was read, not what it says.
ASIDE = frozenset({"id", "raw", "line", "tags", "provenance", "recalled", "kind", "source",
                   "registry_id", "type"})  # fmt: skip

_ALL = tuple(f.name for f in fields(Record) if f.name not in ASIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """What a format holds.

    Attributes
    ----------
    fields : frozenset of str
        Fields of a record that come back as they were.
    changed : mapping of str to str
        Field -> how it is written otherwise.
    checks : mapping of str to callable
        Field -> test of a record whose value does not come back as it was, in spite of `fields`.
    """

    fields: frozenset[str]
    changed: Mapping[str, str] = field(default_factory=dict[str, str])
    checks: Mapping[str, tuple[Callable[[Record], bool], str]] = field(
        default_factory=dict[str, tuple[Callable[[Record], bool], str]]
    )


class Losses:
    """Counts what a format could not hold while records pass through."""

    def __init__(self, holds: Holds) -> None:
        self._holds = holds
        self._missing = tuple(name for name in _ALL if name not in holds.fields)
        self._counts: Counter[tuple[str, str]] = Counter()
        self.count = 0

    def through(self, records: Iterable[Record]) -> Iterator[Record]:
        """Hand records on, counting."""
        for record in records:
            self.count += 1
            for name in self._missing:
                if getattr(record, name):
                    why = self._holds.changed.get(name, "the format has no place for it.")
                    self._counts[name, why] += 1
            for name, (lost, why) in self._holds.checks.items():
                if lost(record):
                    self._counts[name, why] += 1
            yield record

    def found(self) -> tuple[Loss, ...]:
        """Return what was lost or changed, the most frequent first."""
        return tuple(
            Loss(field=name, count=n, why=why) for (name, why), n in self._counts.most_common()
        )


_PAGES = re.compile(r"([^\s\-]+)-([^\s\-]+)")


def first_and_last(pages: str) -> tuple[str, str]:
    """Part pages into first and last, if they can be put together again.

    Examples
    --------
    >>> first_and_last("132-42"), first_and_last("S1-12-S20"), first_and_last("82-82")
    (('132', '42'), ('S1-12-S20', ''), ('82-82', ''))
    """
    parts = _PAGES.fullmatch(pages)
    if parts is None or parts[1] == parts[2]:
        return pages, ""
    return parts[1], parts[2]


def line(text: str) -> str:
    """Write text on one line."""
    return " ".join(text.split())
