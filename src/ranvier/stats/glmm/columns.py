"""From columns to the counts a mixed model can use; what it cannot is named or refused."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import as_counts, rows_of
from ranvier.stats.effects import table_from
from ranvier.stats.glmm.models import Data, Model

__all__ = ["GlmmMeasure", "data_from", "informative", "refuse_infinite"]

GlmmMeasure = Literal["OR", "IRR", "PLO", "IRLN"]


def data_from(measure: GlmmMeasure, columns: dict[str, ArrayLike]) -> Data:
    """Check the columns; counts must be whole numbers."""
    c = as_counts(columns)
    if measure == "OR":
        t = table_from("OR", c)
        y, size = np.vstack([t.ai, t.ci]), np.vstack([t.n1i, t.n2i])
        names = ("ai", "ci", "n1i", "n2i")
    elif measure == "PLO":
        missing = "xi" if "xi" not in c else "mi or ni" if not {"mi", "ni"} & set(c) else ""
        if missing:
            raise InputError(f"PLO needs xi, and mi or ni; {missing} is not given.")
        n = c["xi"] + c["mi"] if "mi" in c else c["ni"]
        if (c["xi"] > n).any():
            raise InputError(
                f"xi must not exceed ni; it does at rows {rows_of(c['xi'] > n)}.",
                remedy="Did you swap events and persons?",
            )
        y, size, names = c["xi"][None], n[None], ("xi", "ni")
    else:
        wanted = ("x1i", "t1i", "x2i", "t2i") if measure == "IRR" else ("xi", "ti")
        gone = [name for name in wanted if name not in c]
        if gone:
            raise InputError(f"{measure} needs {', '.join(wanted)}; {', '.join(gone)} not given.")
        y, size = np.vstack([c[x] for x in wanted[::2]]), np.vstack([c[t] for t in wanted[1::2]])
        names = (*wanted[::2], *wanted[1::2])
        no_time: NDArray[np.bool_] = np.any(size <= 0, axis=0)
        if no_time.any():
            raise InputError(
                f"Person-time must be positive; it is not at rows {rows_of(no_time)}.",
                remedy="Leave out studies without follow-up.",
            )
    whole = y if measure in ("IRR", "IRLN") else np.vstack([y, size])
    for name, row in zip(names, whole, strict=False):
        bad = row != np.round(row)
        if bad.any():
            raise InputError(
                f"{name} must be whole numbers here; it is not at rows {rows_of(bad)}.",
                remedy="Give counts as observed, without a constant for empty cells.",
            )
    return Data(y=y, size=size, kind="persons" if measure in ("OR", "PLO") else "time")


def informative(data: Data, drop00: bool) -> tuple[Data, NDArray[np.bool_], list[str]]:
    """Leave out studies that say nothing of the effect, and name them."""
    none = (data.y == 0).all(axis=0)
    empty = (data.size == 0).any(axis=0)
    full = np.zeros_like(none)
    if data.kind == "persons":
        full = (data.y == data.size).all(axis=0)
    if len(data.y) == 1:
        none = full = np.zeros_like(none)
    keep = ~empty
    if drop00:
        keep = keep & ~none & ~full
    notes = [
        f"study {i + 1}: left out, "
        + (
            "a group without persons" if empty[i]
            else "no events in either group" if none[i]
            else "only events in both groups"
        )
        for i in np.flatnonzero(~keep)
    ]  # fmt: skip
    if not keep.any():
        raise InputError(
            "No study has both events and non-events.",
            remedy="Compare risks without a model: rma_mh with RD, or escalc with AS.",
        )
    return Data(y=data.y[:, keep], size=data.size[:, keep], kind=data.kind), keep, notes


def refuse_infinite(data: Data, model: Model | None) -> None:
    """Refuse data whose likelihood rises towards an infinite effect."""
    y = data.y
    rest = data.size - y if data.kind == "persons" else np.ones_like(y)
    a, b = y[0] == 0, rest[0] == 0
    remedy = "exact_odds_ratio gives an interval that has one finite end."
    if model is None:
        bound = a.all() or b.all()
        remedy = "Give proportion_ci of all events together, or the exact interval of each study."
    elif data.kind == "time":
        bound = a.all() or (y[1] == 0).all()
        remedy = "exact_rate_ratio gives an interval that has one finite end."
    else:
        c, d = y[1] == 0, rest[1] == 0
        match model:
            case "CM.AL":
                bound = a.all() or c.all()
            case "UM.RS":
                bound = any(x.all() for x in (a, b, c, d))
            case _:
                bound = (a | d).all() or (b | c).all()
    if bound:
        raise InputError(
            "The estimate is infinite: in every study one group has no events, or only events.",
            remedy=remedy,
        )
