"""What every result can do: be printed, written as JSON, as columns, as a call in R, as prose."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ranvier.errors import InputError
from ranvier.stats.r_code import RCall
from ranvier.stats.references import cited

__all__ = ["Columns", "Report", "Result"]

#: Columns of equal length by name: what pandas.DataFrame and polars.DataFrame take as it is.
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Sentences for the methods and the results section of a paper, and what they cite."""

    methods: str
    results: str
    references: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"Methods. {self.methods}", f"Results. {self.results}"]
        if self.references:
            parts.append("\n".join(["References", *(f"- {r}" for r in self.references)]))
        return "\n\n".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """The base of all results: a frozen record, complete when made.

    Attributes
    ----------
    notes : tuple of str
        Each exclusion, correction and doubt, in words; rows are counted from 1.
    call : RCall or None
        The equivalent call in R, with its data.
    """

    #: One sentence for a methods section, and the keys of :mod:`ranvier.stats.references` it cites.
    DOES: ClassVar[str] = ""
    CITES: ClassVar[tuple[str, ...]] = ()

    notes: tuple[str, ...] = field(default=(), repr=False)
    call: RCall | None = field(default=None, repr=False)

    def __str__(self) -> str:
        held = {name: x for name, x in self._held().items() if _is_single(x) or _is_column(x)}
        width = max((len(name) for name in held), default=0)
        lines = [f"{name:<{width}}  {_shown(x)}" for name, x in held.items()]
        return "\n".join([*lines, *self.notes])

    def _held(self) -> dict[str, Any]:
        """All fields but notes and call."""
        return {
            f.name: getattr(self, f.name)
            for f in dataclasses.fields(self)
            if f.name not in ("notes", "call")
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it: lists and numbers; None for nan and infinity."""
        return _mapping(self)

    def tidy(self) -> Columns:
        """Return one row a term, as columns under the names of R's broom."""
        held = self._held()
        rows = {name: _plain(x) for name, x in held.items() if _is_column(x)}
        longest = max((len(x) for x in rows.values()), default=0)
        if longest:
            return {name: x for name, x in rows.items() if len(x) == longest}
        return {name: [_plain(x)] for name, x in held.items() if _is_single(x)}

    def glance(self) -> Columns:
        """Return one row on the whole fit, as columns under the names of R's broom."""
        held = {name: [_plain(x)] for name, x in self._held().items() if _is_single(x)}
        return held or {"nobs": [len(next(iter(self.tidy().values()), []))]}

    def as_r(self) -> str:
        """Return the equivalent call in R with its data, to be pasted and run.

        Raises
        ------
        InputError
            If no function of R does the same.
        """
        if self.call is None:
            raise InputError(
                f"There is no one call in R that gives this {type(self).__name__}.",
                remedy="Write as_r() of the fits it is made from.",
            )
        return str(self.call)

    def report(self) -> Report:
        """Return sentences for a paper, with references."""
        return Report(methods=self.DOES, results=str(self), references=cited(*self.CITES))


def _shown(value: Any) -> str:
    """Show a value as text: numbers rounded, at most ten of a column."""
    if isinstance(value, str | bool) or value is None:
        return "–" if value is None else str(value)
    if isinstance(value, int | float | np.generic):
        return f"{float(value):.6g}"
    entries = [_shown(x) for x in list(value)[:10]]
    return ", ".join(entries) + (", …" if len(value) > 10 else "")


def _is_column(value: Any) -> bool:
    """Whether a value is a column: one simple entry a row."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) > 0
        and all(_is_single(x) for x in value)
    )


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float | np.generic)


def _mapping(value: Any) -> dict[str, Any]:
    return {
        f.name: _plain(getattr(value, f.name))
        for f in dataclasses.fields(value)
        if f.name != "call"
    }


def _plain(value: Any) -> Any:
    """Turn a value into what JSON can hold."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value):
        return _mapping(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(x) for name, x in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(x) for x in value]
    return value
