"""Leave-one-out and cumulative analyses as the lines of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.evidence import Evidence, Study
from ranvier.reporting.figures.forest.given import Given
from ranvier.reporting.figures.forest.pooled import Pooled, model_of
from ranvier.reporting.figures.measures import Shown, natural
from ranvier.reporting.numbers import Numbers
from ranvier.stats import FitTable
from ranvier.stats.mixed import FIXED

__all__ = ["evidence_of_steps"]


def evidence_of_steps(
    table: FitTable, pooled: Sequence[Pooled], measure: str, how: Shown, given: Given
) -> Evidence:
    """Gather the steps of a leave-one-out or cumulative analysis, with the whole below.

    Raises
    ------
    InputError
        If the subsets are others, or subgroups are asked for.
    """
    if given.by is not None:
        raise InputError(
            "Results that leave out or add a study are of all subgroups together.",
            remedy="Leave out by, or draw a plot for each subgroup.",
        )
    kind, order = _order(table)
    k = len(order)
    names = given.names(table.slab, k)
    ratings, more = given.ratings(k), given.columns(k)
    fields, data = given.study_data(k)
    statistics = _statistics(table, given.numbers)
    bounds = (table.estimate, table.ci_lb, table.ci_ub)
    studies = tuple(
        Study(
            label=names[i],
            effect=natural(how, *(float(x[step]) for x in bounds)),
            data=data[i],
            more=more[i] | {name: held[step] for name, held in statistics.items()},
            ratings=ratings[i],
        )
        for step, i in enumerate(order)
    )
    return Evidence(
        measure=measure,
        studies=studies,
        models=tuple(model_of(result, how) for result in pooled),
        fields=fields,
        arms=given.arms,
        left=tuple(given.left),
        right=(*statistics, *given.right),
        totals={},
        domains=tuple(given.bias),
        kind=kind,
        level=pooled[0].level if pooled else float(getattr(table, "level", 0.95)),
    )


def _order(table: FitTable) -> tuple[Literal["leave1out", "cumul"], list[int]]:
    """Say which study each fit leaves out or adds."""
    subset, steps = table.subset, len(table.estimate)
    if subset.shape == (steps, steps):
        sizes = subset.sum(axis=1).tolist()
        if steps > 1 and sizes == [steps - 1] * steps:
            return "leave1out", [int(np.flatnonzero(~row)[0]) for row in subset]
        before = np.vstack([np.zeros(steps, dtype=np.bool_), subset[:-1]])
        if sizes == list(range(1, steps + 1)) and not (before & ~subset).any():
            return "cumul", [int(np.flatnonzero(row)[0]) for row in subset & ~before]
    raise InputError(
        "These subsets leave out or add more than one study at a time.",
        remedy="Give the result of leave1out() or cumul().",
    )


def _statistics(table: FitTable, numbers: Numbers) -> dict[str, list[str]]:
    """Write the columns such a plot has beside each step."""
    out = {"P value": [_p(numbers, float(p)) for p in table.pval]}
    if table.method not in FIXED:
        out["τ²"] = [numbers.fixed(float(t), 3) for t in table.tau2]
    out["I²"] = [f"{numbers.fixed(float(x), 0)}%" if math.isfinite(x) else "" for x in table.I2]
    return out


def _p(numbers: Numbers, p: float) -> str:
    return numbers.p(p).removeprefix("= ")
