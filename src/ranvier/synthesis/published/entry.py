"""Published results to reproduce: read from the schema of `ranvier reproduce`, and checked.

What a file says is checked here once: that every result has its rows, its analysis and its printed
figures, and that its numbers can be. A *word* nobody knows (a measure, a test) is no broken file:
that result is reported as not computable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ranvier.errors import InputError, RuleError
from ranvier.synthesis.published.fields import (
    ROWS,
    Plan,
    PlannedControl,
    read_controls,
    read_figures,
    read_mapping,
    read_plan,
    read_rows,
    read_text,
)

__all__ = ["Plan", "PlannedControl", "PublishedResult", "parse_published", "published_result"]

Expectation = Literal["agree", "disagree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedResult:
    """One published result: what went in, how, and what was printed."""

    id: str
    review: str
    question: str
    design: str
    studies: tuple[str, ...]
    rows: tuple[dict[str, float], ...]
    plan: Plan
    printed: dict[str, str]
    expect: Expectation
    controls: tuple[PlannedControl, ...]
    rows_provenance: str
    provenance: str
    finding: str | None


def parse_published(
    data: bytes | str | Mapping[str, Any], *, file: str | None = None
) -> tuple[PublishedResult, ...]:
    """Read a file of published results.

    Parameters
    ----------
    data : bytes, str or mapping
        The JSON text, or what it holds.
    file : str or None
        Its name, for errors.

    Returns
    -------
    tuple of PublishedResult
        In the order of the file.

    Raises
    ------
    InputError
        If it is not JSON, or has no list ``results``.
    RuleError
        If results are broken; it lists every problem, each with the result's id and the remedy.

    Examples
    --------
    >>> parse_published({"results": []})
    ()
    """
    if isinstance(data, bytes | str):
        try:
            held: object = json.loads(data)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else None
            raise InputError(
                f"this is not JSON: {error}.", file=file, row=line, remedy="Correct the file."
            ) from error
    else:
        held = data
    found = read_mapping(held)
    results = found.get("results") if found is not None else None
    if not isinstance(results, list):
        raise InputError(
            "there is no list 'results'.",
            file=file,
            remedy='Give an object {"results": [...]} as docs/methods/reproduce.md describes.',
        )
    parsed: list[PublishedResult] = []
    problems: list[str] = []
    seen: set[str] = set()
    for place, raw in enumerate(cast("list[object]", results), start=1):
        one, wrong = _result(raw, place)
        if one is not None and one.id in seen:
            wrong = [*wrong, f"result {one.id!r} is there twice: give each its own id."]
        problems += wrong
        if one is not None:
            seen.add(one.id)
            parsed.append(one)
    if problems:
        raise RuleError(problems, file=file)
    return tuple(parsed)


def published_result(raw: Mapping[str, Any]) -> PublishedResult:
    """Read one result by itself.

    Raises
    ------
    RuleError
        If it is broken.
    """
    one, problems = _result(raw, 1)
    if one is None or problems:
        raise RuleError(problems)
    return one


def _result(raw: object, place: int) -> tuple[PublishedResult | None, list[str]]:
    """Read one result and list what is wrong with it."""
    held = read_mapping(raw)
    if held is None:
        return None, [f'result {place} is not an object: write it as {{"id": ..., ...}}.']
    id = held.get("id")
    if not isinstance(id, str) or not id.strip():
        return None, [f"result {place} has no id: give it a short name of its own."]
    where = f"result {id!r}"
    problems: list[str] = []
    design = held.get("design")
    if not isinstance(design, str):
        problems.append(f"{where} has no design: name one of {', '.join(ROWS)}.")
        design = ""
    studies, rows = read_rows(held.get("rows"), design, where, problems)
    analysis = read_mapping(held.get("analysis"))
    if analysis is None:
        problems.append(f"{where} has no analysis: say how it was computed, at least a measure.")
    printed = read_figures(held.get("printed"), f"{where}, printed", problems, strict=True)
    if not printed:
        problems.append(f"{where} has no printed figures: give at least one, as a string.")
    expect = held.get("expect", "agree")
    if expect not in ("agree", "disagree"):
        problems.append(f"{where} expects {expect!r}: write 'agree' or 'disagree'.")
    finding = held.get("finding")
    return PublishedResult(
        id=id,
        review=read_text(held.get("review")),
        question=read_text(held.get("question")),
        design=design,
        studies=studies,
        rows=rows,
        plan=read_plan(analysis or {}, where, problems),
        printed=printed,
        expect="disagree" if expect == "disagree" else "agree",
        controls=read_controls(held.get("controls"), where, problems),
        rows_provenance=read_text(held.get("rows_provenance")) or "not stated",
        provenance=read_text(held.get("provenance")) or "not stated",
        finding=None if finding is None else read_text(finding),
    ), problems
