"""A JSON file taken apart into its items, and what kind of items they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from ranvier.errors import InputError

__all__ = ["Item", "items_of", "kind_of", "promised"]

Item = dict[str, Any]

#: Names under which a list of records is found.
_LISTS = ("records", "results", "studies", "items", "references", "data")


def items_of(text: str, name: str) -> list[Item]:
    """Return the objects of a file: a list, a list under a known name, or one object a line.

    Raises
    ------
    InputError
        If it is no JSON, or holds no list of objects.
    """
    try:
        read: Any = json.loads(text)
    except json.JSONDecodeError as error:
        lines = _json_lines(text)
        if lines is not None:
            return lines
        raise InputError(
            f"this is not JSON: {error.msg}.",
            file=name,
            row=error.lineno,
            remedy="Mend that line, or export the records anew.",
        ) from error
    except (RecursionError, ValueError) as error:
        what = "lists nested too deep" if isinstance(error, RecursionError) else "too many digits"
        raise InputError(
            f"this JSON is no list of records: {what}.",
            file=name,
            remedy="Export the records anew.",
        ) from error
    if isinstance(read, dict):
        held = cast("dict[str, Any]", read)
        message = held.get("message")
        if isinstance(message, dict):  # Crossref wraps what it answers
            held = cast("dict[str, Any]", message)
        found = next((held[key] for key in _LISTS if isinstance(held.get(key), list)), None)
        listed = _wrapped(held) if found is not None and _is_list(found) else None
        if listed is None and any(isinstance(held.get(k), dict) for k in _LISTS if k != "data"):
            listed = 7  # a list was promised, and is none
        read = listed if listed is not None else [held] if kind_of(held) != "plain" else held
    if not isinstance(read, list) or not all(
        isinstance(item, dict) for item in cast("list[Any]", read)
    ):
        raise InputError(
            "expected a list of objects.",
            file=name,
            remedy='Write [{"title": "..."}, ...], or the same under "records".',
        )
    return cast("list[Item]", read)


def promised(text: str) -> int | None:
    """Return how many hits an answer says the search had: one page of it may hold fewer.

    Examples
    --------
    >>> promised('{"studies": [{}], "totalCount": 25, "nextPageToken": "x"}')
    25
    >>> promised('[{"title": "A"}]')
    """
    try:
        read: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    count = cast("dict[str, Any]", read).get("totalCount") if isinstance(read, dict) else None
    return count if isinstance(count, int) else None


def _is_list(found: object) -> bool:
    """Whether a value is a list of objects."""
    return isinstance(found, list) and all(isinstance(i, dict) for i in cast("list[Any]", found))


def _wrapped(held: Item) -> list[Item] | None:
    """Return the list of objects that an object holds; not one that is part of a record."""
    if kind_of(held) != "plain":
        return None
    return next((held[key] for key in _LISTS if _is_list(held.get(key))), None)


def _json_lines(text: str) -> list[Item] | None:
    """Read one object a line, if that is what it is."""
    found: list[Item] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(item, dict):
            return None
        found.append(cast("Item", item))
    return found if len(found) > 1 else None


_KINDS: tuple[tuple[str, Callable[[Item], bool]], ...] = (
    (
        "europepmc-json",
        lambda i: "authorString" in i or ("source" in i and "journalInfo" in i and "id" in i),
    ),
    ("clinicaltrials-json", lambda i: "protocolSection" in i),
    ("openalex-json", lambda i: "openalex" in str(i.get("id")) or "abstract_inverted_index" in i),
    ("crossref-json", lambda i: "DOI" in i and isinstance(i.get("title"), list)),
    (
        "csl-json",
        lambda i: isinstance(i.get("issued"), dict)
        or (isinstance(i.get("author"), list) and bool(i.get("author"))
            and isinstance(i["author"][0], dict))
        or "container-title" in i
        or (str(i.get("type", "")) in _CSL_TYPES and "id" in i),
    ),
)  # fmt: skip

_CSL_TYPES = frozenset(
    [
        "article-journal",
        "article-magazine",
        "article-newspaper",
        "book",
        "chapter",
        "paper-conference",
        "report",
        "thesis",
        "webpage",
        "post-weblog",
        "manuscript",
        "motion_picture",
        "entry-encyclopedia",
    ]
)


def kind_of(item: Item) -> str:
    """Tell what kind of object this is."""
    return next((name for name, test in _KINDS if test(item)), "plain")
