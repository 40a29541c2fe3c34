"""A fit, or the effects of escalc, in place of ``yi, vi``: the one door all functions share.

Who knows metafor writes ``fit <- rma(yi, vi, data=dat)`` and then ``leave1out(fit)``. Here a result
that can stand for data is a :class:`Source`: it says which arguments it holds. A function behind
:func:`takes_fit` takes from it all that it has a parameter for and that the caller did not give.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError

__all__ = ["Data", "Source", "takes_fit"]

P = ParamSpec("P")
R = TypeVar("R")

#: Arguments that hold one entry a study: a text among them is the name of a column of ``data``.
COLUMNS = frozenset({
    "yi", "vi", "sei", "weights", "slab", "by", "order", "subset",
    "ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "t1i", "t2i", "m1i", "m2i", "sd1i", "sd2i",
    "xi", "mi", "ni", "ti", "sdi", "ri", "r2i",
})  # fmt: skip
#: What makes a fit another model, so that no function that fits anew may pass over it.
BINDING = {
    "mods": "moderators",
    "weights": "weights of its own",
    "tau2": "a given tau2",
    "sums": "the sums of tables",
}


class Source:
    """The base of results that stand for the data and the settings they were made with."""

    __slots__ = ()

    def arguments(self) -> Mapping[str, Any]:
        """Return what the functions of this library would have to be given; None is not handed on.

        Rows that a fit left out are not among its effects.
        """
        raise NotImplementedError

    def rows(self) -> NDArray[np.bool_] | None:
        """Say which of the rows once given are among the effects; None for all."""
        return None


#: What comes first in a function of effects: ``yi``, or what holds it.
Data = ArrayLike | Source


def takes_fit(*apart: str, **reads: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function of ``yi, vi`` take a fit or effects first, and names of columns of ``data``.

    ``apart`` names parameters that mean something else than a fit's argument of that name;
    ``reads`` those that are attributes of a fit: ``theta="estimate"``.
    """

    def behind(function: Callable[P, R]) -> Callable[P, R]:
        parameters = tuple(inspect.signature(function).parameters)
        own_names = tuple(name for name in parameters if name not in apart)
        inner = cast("Callable[..., R]", function)

        @functools.wraps(function)
        def door(*args: P.args, **kwargs: P.kwargs) -> R:
            first = args[0] if args else kwargs.get("yi")
            data = kwargs.get("data")
            if data is None and not isinstance(first, Source):
                return inner(*args, **kwargs)
            given: dict[str, Any] = {**dict(zip(parameters, args, strict=False)), **kwargs}
            if data is not None:
                given = {name: _column(name, value, data) for name, value in given.items()}
            if not isinstance(first, Source):
                return inner(**given)
            own = {n: getattr(first, a) for n, a in reads.items() if hasattr(first, a)}
            found = inner(**_resolved(function.__name__, own_names, first, given, own))
            return _with_notes(found, first)

        return door

    return behind


def _column(name: str, value: Any, data: Any) -> Any:
    """Look a column up by its name."""
    if name not in COLUMNS or not isinstance(value, str):
        return value
    columns = [str(x) for x in (data if isinstance(data, Mapping) else data.columns)]
    if value not in columns:
        raise InputError(
            f"{name}: data has no column {value!r}.",
            remedy=f"The columns are: {', '.join(columns) or 'none'}.",
        )
    column = data[value]
    return [str(x) for x in column] if name in ("slab", "by") else column


def _resolved(
    name: str,
    parameters: Sequence[str],
    source: Source,
    given: Mapping[str, Any],
    own: Mapping[str, Any],
) -> dict[str, Any]:
    """Add what the source holds to what is given."""
    if given.get("vi") is not None or given.get("sei") is not None:
        raise InputError(f"{name} was given variances beside a {type(source).__name__}.",
                         remedy="Give the one or the other.")  # fmt: skip
    held = {n: x for n, x in source.arguments().items() if x is not None}
    lost = [n for n in BINDING if n in held and n not in parameters]
    fits = "method" in parameters
    if "mods" in lost or (lost and fits):
        raise InputError(
            f"{name} cannot keep {BINDING[lost[0]]} of this {type(source).__name__}.",
            remedy="Give it a fit without, or yi and vi.",
        )
    rows = source.rows()
    said = {
        n: _cut(x, rows) if n in COLUMNS and rows is not None else x
        for n, x in given.items() if n != "yi"
    }  # fmt: skip
    known = {*parameters, *own}
    taken = {n: x for n, x in {**held, **own}.items() if n in known and n not in said}
    return {**taken, **said}


def _cut(values: Any, rows: NDArray[np.bool_]) -> Any:
    """Take the rows that a fit kept from a column that has them all."""
    if isinstance(values, str) or np.ndim(values) != 1 or len(values) != len(rows):
        return values
    return [x for x, kept in zip(values, rows.tolist(), strict=True) if kept]


def _with_notes(found: R, source: Source) -> R:
    """Put what was said of the data before what is said of the result."""
    before = cast("tuple[str, ...]", getattr(source, "notes", ()))
    if not before or not dataclasses.is_dataclass(found) or not hasattr(found, "notes"):
        return found
    known = {note.split(": left out")[0] for note in before if ": left out" in note}
    mine = cast("tuple[str, ...]", cast("Any", found).notes)
    new = [n for n in mine if n not in before and n.split(": left out")[0] not in known]
    return cast("R", dataclasses.replace(cast("Any", found), notes=(*before, *new)))
