"""Overlap: which sources found the same reports, and which found some alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

__all__ = ["Overlap", "overlap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How the reports of a review are shared between its sources.

    Attributes
    ----------
    reports : dict of str to int
        Reports that each source found.
    alone : dict of str to int
        Reports that only this source found.
    pairs : dict of (str, str) to int
        Reports that both found.
    sets : dict of tuple of str to int
        Reports by exactly which sources found them, the most frequent first.
    """

    reports: dict[str, int]
    alone: dict[str, int]
    pairs: dict[tuple[str, str], int]
    sets: dict[tuple[str, ...], int]


def overlap(sources: Mapping[str, str], clusters: Iterable[Iterable[str]]) -> Overlap:
    """Count reports by the sources that found them.

    Parameters
    ----------
    sources : mapping of str to str
        The source of each record.
    clusters : iterable of iterable of str
        Records that describe one report; all others stand for themselves.

    Examples
    --------
    >>> found = overlap({"a": "MEDLINE", "b": "Embase", "c": "Embase"}, [("a", "b")])
    >>> found.sets
    {('Embase',): 1, ('Embase', 'MEDLINE'): 1}
    """
    single = dict.fromkeys(sources)
    found: list[frozenset[str]] = []
    for cluster in clusters:
        held = [record for record in cluster if record in single]
        for record in held:
            del single[record]
        found.append(frozenset(sources[record] for record in held))
    found += [frozenset((sources[record],)) for record in single]
    sets = Counter(tuple(sorted(names)) for names in found if names)
    reports: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for names, count in sets.items():
        for name in names:
            reports[name] += count
        for pair in combinations(names, 2):
            pairs[pair] += count
    return Overlap(
        reports=dict(sorted(reports.items())),
        alone={name: sets[(name,)] for name in sorted(reports)},
        pairs=dict(sorted(pairs.items())),
        sets=dict(sorted(sets.items(), key=lambda item: (-item[1], item[0]))),
    )
