"""Which rows go in: all, without one study, without weak figures, or another source's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ranvier.core.protocol import Design
from ranvier.core.result import ResultRow, row_provenance
from ranvier.synthesis.universes.verdict import WHOLE

__all__ = ["Subset", "subsets"]

#: Every provenance but the firmest.
_WEAK = ("derived", "judged", "recalled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """Rows of one design, and by what choice they are these."""

    name: str
    design: Design
    rows: tuple[ResultRow, ...]


def subsets(rows: Sequence[ResultRow], labels: Mapping[str, str]) -> tuple[Subset, ...]:
    """List the sets of rows an analyst may defend, each once.

    Parameters
    ----------
    rows : sequence of ResultRow
        All rows of one outcome of one comparison.
    labels : mapping of str to str
        Names of studies by id.

    Notes
    -----
    Rows of different designs (pairs, two groups) are never mixed. An alternative of the same
    design takes the place of the row it is an alternative to; alternatives of another design are
    analysed by themselves.
    """
    found: list[Subset] = []
    seen: set[tuple[str, frozenset[str]]] = set()

    def add(name: str, chosen: Sequence[ResultRow]) -> None:
        if not chosen:
            return
        key = (chosen[0].design, frozenset(row.id for row in chosen))
        if key not in seen:
            seen.add(key)
            found.append(Subset(name=name, design=chosen[0].design, rows=tuple(chosen)))

    by_id = {row.id: row for row in rows}
    designs = dict.fromkeys(row.design for row in rows if row.design != "narrative")
    for design in designs:
        mine = [row for row in rows if row.design == design]
        standing = [row for row in mine if row.alternative_to is None]
        others = [row for row in mine if row.alternative_to is not None]
        add(WHOLE, standing)
        if len(standing) > 1:
            for row in standing:
                name = labels.get(row.study, row.study)
                add(f"without {name}", [other for other in standing if other.study != row.study])
        for word, held in (("recalled", ("recalled",)), ("not found", _WEAK)):
            firm = [row for row in standing if row_provenance(row) not in held]
            add(f"without {word} figures", firm)
        for other in others:
            name = f"{labels.get(other.study, other.study)}: {other.id}"
            replaced = by_id.get(other.alternative_to or "")
            if replaced is not None and replaced.design == design:
                add(f"with {name}", [other if row is replaced else row for row in standing])
            else:
                add(f"only {name}", [other])
    return tuple(found)
