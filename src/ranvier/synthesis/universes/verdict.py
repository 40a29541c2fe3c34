"""What a multiverse says as a whole: direction, range, and which choice decides."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ranvier.core.multiverse import Universe
from ranvier.core.protocol import Comparison

__all__ = ["WHOLE", "decides", "summary_of"]

#: The choice of rows that leaves nothing out.
WHOLE = "all"

#: A choice that explains less than this share of the variation does not decide.
DECIDES_FROM = 0.2

#: Values that differ by less, relative to their size, differ by rounding alone.
NOISE = 1e-9


def summary_of(
    universes: Sequence[Universe],
    dimensions: dict[str, tuple[str, ...]],
    comparison: Comparison,
    *,
    compared: bool,
) -> str:
    """Say in one paragraph what all analyses together show.

    Parameters
    ----------
    dimensions : dict of str to tuple of str
        What was varied.
    compared : bool
        Whether there is a null to be for or against; a single proportion has none.
    """
    known = [u for u in universes if u.effect is not None]
    said: list[str] = []
    if compared:
        said.append(_directions(known, comparison))
        said.append(_significance(known))
    else:
        said.append(f"{len(known)} estimates of what was seen, without a comparison.")
    said.append(f"Estimates: {_ranges(known)}.")
    if compared and 0 < sum(u.excludes_null for u in known) < len(known):
        said.append(_decider(known, dimensions))
    said += _sizes(known, dimensions)
    if len(known) < len(universes):
        said.append(f"{len(universes) - len(known)} more give no finite estimate.")
    return " ".join(said)


def _directions(known: Sequence[Universe], comparison: Comparison) -> str:
    """Count the sides; without a second group they are better and worse than before."""
    n = len(known)
    for_1 = sum(u.favours == 1 for u in known)
    for_2 = sum(u.favours == -1 for u in known)
    if comparison.group_2 is None:
        first, second = "show improvement", "show worsening"
    else:
        first, second = f"favour {comparison.group_1}", f"favour {comparison.group_2}"
    every = "Both" if n == 2 else f"All {n}"
    if n and n in (for_1, for_2):
        return f"{every} estimates {first if for_1 == n else second}."
    text = f"Of {n} estimates, {for_1} {first} and {for_2} {second}"
    neither = n - for_1 - for_2
    if not neither:
        return f"{text}."
    return f"{text}; {neither} {'lies' if neither == 1 else 'lie'} at no difference."


def _significance(known: Sequence[Universe]) -> str:
    """Count the intervals that leave out no difference."""
    n, out = len(known), sum(u.excludes_null for u in known)
    if out == 0:
        return "None of the intervals excludes no difference."
    if out == n:
        return "All intervals exclude no difference."
    return f"{out} of {n} intervals {'excludes' if out == 1 else 'exclude'} no difference."


def _ranges(known: Sequence[Universe]) -> str:
    """Give the smallest and the largest estimate of each measure."""
    parts: list[str] = []
    for measure, mine in _by(known, "measure").items():
        values = [u.effect.estimate for u in mine if u.effect is not None]
        low, high = f"{min(values):.3g}", f"{max(values):.3g}"
        parts.append(f"{measure} {low}" if low == high else f"{measure} {low} to {high}")
    return ", ".join(parts) or "none"


def _by(universes: Sequence[Universe], dimension: str) -> dict[str, list[Universe]]:
    """Group by choice, in the order of first appearance."""
    groups: dict[str, list[Universe]] = {}
    for universe in universes:
        groups.setdefault(universe.choices.get(dimension, "–"), []).append(universe)
    return groups


def decides(
    universes: Sequence[Universe], dimension: str, of: Callable[[Universe], float]
) -> float:
    """Return the share of the variation of a quantity that lies between the choices of a dimension.

    Eta squared: 1 where the choice fixes the quantity, 0 where it does not matter.
    """
    values = [of(u) for u in universes]
    mean = math.fsum(values) / len(values)
    total = math.fsum((x - mean) ** 2 for x in values)
    if total <= len(values) * (NOISE * max(abs(x) for x in values)) ** 2:
        return 0.0
    between = 0.0
    for mine in _by(universes, dimension).values():
        own = math.fsum(of(u) for u in mine) / len(mine)
        between += len(mine) * (own - mean) ** 2
    return between / total


def _decider(known: Sequence[Universe], dimensions: dict[str, tuple[str, ...]]) -> str:
    """Name the choice on which it most depends whether an interval excludes no difference."""
    shares = {name: decides(known, name, lambda u: float(u.excludes_null)) for name in dimensions}
    name = max(shares, key=lambda key: shares[key], default=None)
    if name is None or shares[name] < DECIDES_FROM:
        return "No single choice decides whether an interval excludes no difference."
    counts = ", ".join(
        f"{sum(u.excludes_null for u in mine)} of {len(mine)} with {_WORDS.get(choice, choice)}"
        for choice, mine in _by(known, name).items()
    )
    return (
        f"Whether an interval excludes no difference depends most on the {_label(name)} "
        f"({shares[name]:.0%} of the variation): it does so in {counts}."
    )


def _sizes(known: Sequence[Universe], dimensions: dict[str, tuple[str, ...]]) -> list[str]:
    """Say what the size of the planned (else commonest) measure depends on."""
    groups = _by(known, "measure")
    if not groups:
        return []
    planned = [u.choices["measure"] for u in known if u.matches]
    measure = planned[0] if planned else max(groups, key=lambda key: len(groups[key]))
    mine = groups[measure]
    whole = [u for u in mine if u.choices.get("subset") == WHOLE]
    said = [
        _size(mine, f"The size of the {measure} depends", dimensions),
        _size(whole, f"With all studies ({_ranges(whole)}) it depends", dimensions),
    ]
    if len(whole) == len(mine):
        said = said[:1]
    return [sentence for sentence in said if sentence is not None]


def _size(
    mine: Sequence[Universe], start: str, dimensions: dict[str, tuple[str, ...]]
) -> str | None:
    """Name the choice on which the size of one measure most depends."""

    def size(universe: Universe) -> float:
        assert universe.effect is not None
        x = universe.effect.estimate
        return math.log(x) if universe.null == 1.0 and x > 0 else x

    if len(mine) < 2:
        return None
    shares = {name: decides(mine, name, size) for name in dimensions if name != "measure"}
    name = max(shares, key=lambda key: shares[key], default=None)
    if name is None or shares[name] < DECIDES_FROM:
        return None
    return f"{start} most on the {_label(name)} ({shares[name]:.0%} of the variation)."


#: Choices as a reader calls them, where that is not their name.
_WORDS = {
    "wald": "Wald's",
    "hksj": "Hartung-Knapp's",
    "hksj floor": "Hartung-Knapp's with its floor",
    "exact": "the exact one",
    "mid p": "the mid-p one",
    "newcombe": "Newcombe's",
    "agresti min": "Agresti and Min's",
    WHOLE: "all studies",
}


def _label(dimension: str) -> str:
    """Name a dimension in a sentence."""
    return {
        "measure": "effect measure",
        "tau2": "estimator of tau2",
        "zero cells": "zero-cell rule",
        "subset": "choice of studies and figures",
        "studies without events": "treatment of studies without events",
        "data": "use of the pairing",
    }.get(dimension, dimension)
