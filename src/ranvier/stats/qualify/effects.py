"""Families of effect sizes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_args

from ranvier.stats.double_arcsine import double_arcsine_inverse
from ranvier.stats.effects import Measure, escalc
from ranvier.stats.qualify.compare import (
    Case,
    Unsupported,
    column,
    columns,
    inputs_of,
    options_of,
)
from ranvier.stats.rma import rma

__all__ = ["EFFECTS"]

#: Columns that escalc takes: all arguments without the settings.
COLUMNS = frozenset(inspect.signature(escalc).parameters) - {
    "measure", "add", "to", "drop00", "vtype", "correct",
}  # fmt: skip


def run_escalc(case: Case) -> Mapping[str, Any]:
    """Effects and variances of one measure."""
    if case["function"] == "predict":
        return _predicted(case)
    if case["function"] != "escalc":
        raise Unsupported(f"{case['function']} of {options_of(case).get('measure')}")
    options = options_of(case)
    measure = options.pop("measure")
    if measure not in get_args(Measure):
        raise Unsupported(f"measure {measure}")
    inputs = inputs_of(case)
    named = options.pop("columns", None)
    if named:
        inputs = {argument: inputs[name] for argument, name in named.items()}
    for name in ("ni", "ri"):
        if name in options:
            given = options.pop(name)
            inputs[name] = inputs[given] if isinstance(given, str) else given
    data = {name: column(x) for name, x in inputs.items() if name in COLUMNS}
    found = escalc(measure, **data, **options)
    return {"yi": found.yi, "vi": found.vi}


def _predicted(case: Case) -> Mapping[str, Any]:
    """Pooled double arcsines, turned back at the harmonic mean of the sizes."""
    options = options_of(case)
    if (options["measure"], options["transf"]) != ("PFT", "ipft.hm"):
        raise Unsupported(f"predictions of {options['measure']} through {options['transf']}")
    xi, ni = columns(case, "xi", "ni")
    effects = escalc("PFT", xi=xi, ni=ni)
    fit = rma(effects.yi, effects.vi, method=options["method"], pi_method="test")
    names = ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")
    found = double_arcsine_inverse([_or_nan(getattr(fit, name)) for name in names], ni=ni)
    return {"se": None, **dict(zip(("pred", *names[1:]), found, strict=True))}


def _or_nan(x: float | None) -> float:
    return float("nan") if x is None else x


EFFECTS: dict[str, Callable[[Case], Mapping[str, Any]]] = dict.fromkeys(
    (
        "escalc_alpha",
        "escalc_binary",
        "escalc_continuous",
        "escalc_correlation",
        "escalc_paired_binary",
        "escalc_prepost",
        "escalc_proportion",
        "escalc_rates",
        "escalc_single_mean",
        "escalc_zero_cells",
    ),
    run_escalc,
)
