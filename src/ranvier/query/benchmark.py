"""How well strategies are read and translated, on files of strategies and of translations."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ranvier.errors import InputError
from ranvier.query.meaning import meaning, resolved
from ranvier.query.parse import parse, parse_line
from ranvier.query.platforms import platform
from ranvier.query.write import write

__all__ = ["SearchOutcome", "search_cases"]

Status = Literal["passed", "failed", "diagnosed", "unsupported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOutcome:
    """What came of one strategy or one translation.

    Attributes
    ----------
    status : {"passed", "failed", "diagnosed", "unsupported"}
        A strategy passes if all of it is read, every reference leads somewhere, and writing it for
        its own platform and reading that again gives the same meaning; it is diagnosed if something
        in it is wrong and the place and the remedy are said. A translation passes if it means what
        is expected.
    why : str or None
        What is wrong, or what differs.
    """

    id: str
    group: str
    status: Status
    why: str | None = None


def search_cases(path: Path) -> Iterator[SearchOutcome]:
    """Run the cases of one file.

    Parameters
    ----------
    path : Path
        JSON Lines (``.gz`` or not) of ``{"strategy": ...}`` or ``{"input", "target", "expected"}``;
        or JSON with filters: ``{"filters": [{"id", "syntax", "lines"}]}``.

    Raises
    ------
    InputError
        If the file is none of these.
    """
    for number, case in enumerate(_cases(path), start=1):
        ids = (case.get(key) for key in ("id", "case", "topic", "document_id"))
        name = next((str(given) for given in ids if given is not None), str(number))
        group = str(case.get("file") or path.name.split(".")[0])
        if "expected" in case and "target" in case:
            yield _translation(f"{path.name}#{name}", group, case)
        elif "strategy" in case:
            yield _strategy(f"{path.name}#{name}", path.name.split(".")[0], str(case["strategy"]))
        else:
            yield SearchOutcome(
                id=f"{path.name}#{name}", group=group, status="unsupported",
                why="neither a strategy nor a translation",
            )  # fmt: skip


def _cases(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = data.decode("utf-8-sig")
    try:
        if text.lstrip().startswith("{") and '"filters"' in text[:2000]:
            for held in json.loads(text)["filters"]:
                lines = [str(line) for line in held["lines"]]
                numbered = [f"{i}. {line}" for i, line in enumerate(lines, start=1)]
                yield {"id": held["id"], "strategy": "\n".join(numbered if lines[1:] else lines)}
            return
        for line in text.splitlines():
            if line.strip():
                yield json.loads(line)
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"this is no file of search cases: {error}.",
            file=str(path),
            remedy='Give JSON Lines with "strategy", or with "input", "target" and "expected".',
        ) from error


def _strategy(name: str, group: str, text: str) -> SearchOutcome:
    """Read a published strategy."""
    found = parse(text)
    errors = [d for d in found.diagnoses if d.weight == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
        return SearchOutcome(id=name, group=group, status="diagnosed", why=f"{errors[0]}{more}")
    if found.tree is None:
        return SearchOutcome(id=name, group=group, status="failed", why="nothing was read")
    for held in found.lines:
        if held.tree is None:
            continue
        said, _ = write(held.tree, found.platform)
        again, _ = parse_line(said, found.platform)
        if meaning(held.tree) != meaning(again):
            why = f"line {held.line.number} does not survive being written: {said[:200]}"
            return SearchOutcome(id=name, group=group, status="failed", why=why)
    return SearchOutcome(id=name, group=group, status="passed")


def _translation(name: str, group: str, case: Mapping[str, Any]) -> SearchOutcome:
    """Translate, and compare what it means with what the expected text means.

    Numbers of nearness are kept as written, because that is the convention of such files.
    """
    try:
        target = platform(str(case["target"])).name
    except InputError as error:
        return SearchOutcome(id=name, group=group, status="unsupported", why=str(error))
    found = parse(str(case["input"]))
    tree = resolved(found)
    if tree is None:
        return SearchOutcome(id=name, group=group, status="failed", why="nothing was read")
    said, _ = write(tree, target, proximity="number")
    ours = meaning(resolved(parse(said, target)))
    theirs = meaning(resolved(parse(str(case["expected"]), target)))
    if ours == theirs:
        return SearchOutcome(id=name, group=group, status="passed")
    why = f"{said!r}, expected {str(case['expected'])!r}"
    return SearchOutcome(id=name, group=group, status="failed", why=why)
