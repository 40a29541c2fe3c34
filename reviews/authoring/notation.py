"""The short notation for values in the TOML files, turned into the full one.

A table with the key ``value`` is a value. What else it holds says where it is from::

    { value = 9, source = "pubmed-19236457" }                     found; printed as 9
    { value = 1, source = "pubmed-17626040", printed = "one" }    found; printed as one
    { value = 13, source = "doc-...", quote = "13", at = 616 }    found in a document we have
    { value = 5, derivation = "strength-counts" }                 derived, as derivations.toml says
    { ..., source = "doc-...", quote = "78%", at = 3012 }         and where its chief input stands
    { value = 14, recalled = "From memory." }                     recalled: no source was seen
    { value = 3.3, judged = "Fits the p value.", source = "..." } judged, with the reason
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["NotationError", "expanded"]

_ALWAYS = {"value", "unit", "note"}
_BY_ORIGIN = {
    "found": {"source", "printed", "quote", "at"},
    "derived": {"derivation", "source", "quote", "at"},
    "recalled": {"recalled"},
    "judged": {"judged", "source", "printed"},
}


class NotationError(ValueError):
    """A value in a file of facts that says too little, or something unknown."""


def expanded(table: Any, derivations: Mapping[str, Any]) -> Any:
    """Return `table` with every value in it in full.

    Parameters
    ----------
    table : Any
        What the TOML reader gave.
    derivations : mapping of str to dict
        By the id that a derived value names.

    Examples
    --------
    >>> expanded({"n": {"value": 9, "source": "s"}}, {})["n"]["printed"]
    '9'
    """
    if isinstance(table, list):
        return [expanded(item, derivations) for item in table]
    if not isinstance(table, dict):
        return table
    if "value" in table:
        return _value(table, derivations)
    return {name: expanded(item, derivations) for name, item in table.items()}


def _value(table: Mapping[str, Any], derivations: Mapping[str, Any]) -> dict[str, Any]:
    """Write one value in full."""
    origin = _origin(table)
    unknown = sorted(table.keys() - _ALWAYS - _BY_ORIGIN[origin])
    if unknown:
        raise NotationError(f"{dict(table)}: a {origin} value has no {', '.join(unknown)}.")
    full: dict[str, Any] = {"value": table["value"], "provenance": origin}
    full |= {name: table[name] for name in ("unit", "note", "source", "printed") if name in table}
    if origin == "recalled":
        full["note"] = _joined(table["recalled"], table.get("note"))
    elif origin == "judged":
        full["note"] = _joined(table["judged"], table.get("note"))
    elif origin == "derived":
        if table["derivation"] not in derivations:
            raise NotationError(f"{dict(table)}: there is no derivation {table['derivation']!r}.")
        full["derivation"] = derivations[table["derivation"]]
    else:
        full["printed"] = table.get("printed", table.get("quote", str(table["value"])))
    if "quote" in table:
        quote, start = table["quote"], table["at"]
        end = start + len(quote)
        full["anchor"] = {"source": table["source"], "quote": quote, "start": start, "end": end}
    return full


def _origin(table: Mapping[str, Any]) -> str:
    """Say where a value is from."""
    for name, origin in (("derivation", "derived"), ("recalled", "recalled"), ("judged", "judged")):
        if name in table:
            return origin
    if "source" not in table:
        raise NotationError(f"{dict(table)}: says neither where it was found nor how it was made.")
    return "found"


def _joined(*parts: str | None) -> str:
    """Join sentences that are there."""
    return " ".join(part for part in parts if part)
