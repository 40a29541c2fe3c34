"""The equivalent call in R, as text that runs: data, options and all."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["RCall", "RText", "r_name", "r_value"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RCall:
    """A call of a function of R, kept as values until someone asks for the text.

    Attributes
    ----------
    function : str
        Its name, such as ``rma``.
    columns : mapping of str to array
        Arguments that are columns of the data, one value a study.
    others : mapping of str to array
        Further columns of the data, which a formula names.
    options : mapping of str to value
        All other arguments; numbers, text, True and False, vectors. What is None is left out.
    package : str
        What to load first.
    then : str
        What is done with the fit, such as ``leave1out(fit)``; empty shows the fit.
    """

    function: str
    columns: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    others: Mapping[str, Any] = field(default_factory=dict[str, Any])
    package: str = "metafor"
    then: str = ""

    def __str__(self) -> str:
        load = [f"library({self.package})"] if self.package else []
        columns = {name: x for name, x in self.columns.items() if x is not None}
        options = [
            f"{name}={r_value(value)}" for name, value in self.options.items() if value is not None
        ]
        if not columns:
            return "\n".join([*load, f"{self.function}({', '.join(options)})"])
        held = {**columns, **self.others}
        rows = [f"{r_name(name)} = {r_value(x)}" for name, x in held.items()]
        if any(r_name(name) != name for name in held):
            rows.append("check.names = FALSE")
        table = ",\n  ".join(rows)
        names = [f"{name}={name}" for name in columns]
        call = f"{self.function}({', '.join([*names, *options, 'data=dat'])})"
        return "\n".join(
            [*load, f"dat <- data.frame(\n  {table})", f"fit <- {call}", self.then or "fit"]
        )


def r_name(name: str) -> str:
    """Quote a name that R would not read as one.

    Examples
    --------
    >>> r_name("ablat"), r_name("alloc: random")
    ('ablat', '`alloc: random`')
    """
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9._]*", name)
    return name if plain else "`" + name.replace("`", "") + "`"


def r_value(value: Any) -> str:
    """Write a value as R reads it, with all the digits of a double.

    Examples
    --------
    >>> r_value([0.1, float("nan")]), r_value("knha"), r_value(False)
    ('c(0.1, NA)', '"knha"', 'FALSE')
    """
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, RText):
        return value.text
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    if isinstance(value, Sequence | np.ndarray):
        return f"c({', '.join(r_value(x) for x in list(value))})"
    if value is None or math.isnan(value):
        return "NA"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    whole = float(value).is_integer() and abs(value) < 1e15
    return repr(int(value)) if whole else repr(float(value))


@dataclass(frozen=True, slots=True)
class RText:
    """Text that is R already: a formula, a name."""

    text: str
