"""From what `ranvier.stats` found to the evidence of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ranvier.core.analysis import Estimate
from ranvier.errors import InputError
from ranvier.reporting.figures.forest.evidence import Evidence, Study
from ranvier.reporting.figures.forest.given import Given
from ranvier.reporting.figures.forest.groups import with_groups
from ranvier.reporting.figures.forest.pooled import Pooled, model_of, pooled_results
from ranvier.reporting.figures.forest.restated import OwnEffects
from ranvier.reporting.figures.forest.steps import evidence_of_steps
from ranvier.reporting.figures.measures import Shown, natural, shown
from ranvier.stats import FitTable, escalc
from ranvier.stats.mixed import critical

__all__ = ["evidence_from"]


def evidence_from(results: Sequence[object], given: Given) -> tuple[Evidence, Shown]:
    """Gather the evidence of one or several results on the same studies.

    Raises
    ------
    InputError
        If a result is no pooled one, results are of different studies, or a column has not one
        value a study.
    """
    table = next((r for r in results if isinstance(r, FitTable)), None)
    pooled = pooled_results(results, _own_effects(results, given))
    measure = given.measure or next((p.measure for p in pooled if p.measure != "GEN"), "GEN")
    others = sorted({p.measure for p in pooled} - {measure, "GEN"})
    if others:
        raise InputError(
            f"The results are of {measure} and of {', '.join(others)}.",
            remedy="Draw a plot for each effect measure.",
        )
    how = shown(measure, given.transf)
    if table is not None:
        return evidence_of_steps(table, pooled, measure, how, given), how
    if not pooled:
        raise InputError(
            "There is no result to draw.", remedy="Give what rma(), rma_mh() … returned."
        )
    first = pooled[0]
    for other in pooled[1:]:
        if len(other.yi) != len(first.yi):
            raise InputError(
                f"The results are of {len(first.yi)} and of {len(other.yi)} studies.",
                remedy="Pool the same rows, with the rows left out given as nan.",
            )
    evidence = _base(first, pooled, measure, how, given)
    return with_groups(evidence, results, pooled, how, given), how


def _own_effects(results: Sequence[object], given: Given) -> OwnEffects | None:
    """Find the studies' own effects: the caller's, those of a result, or those of the data."""
    held: Any = given.effects or next((r for r in results if hasattr(r, "yi")), None)
    if held is None and given.data:
        measure: Any = given.measure or next(
            (said for r in results if (said := getattr(r, "measure", None)) is not None), None
        )
        columns: dict[str, Any] = dict(given.data)
        held = None if measure is None else escalc(measure, **columns)
    if held is None:
        return None
    names = getattr(held, "slab", None) or (f"Study {i + 1}" for i in range(len(held.yi)))
    return OwnEffects(held.yi, held.vi, tuple(names))


def _base(
    first: Pooled, pooled: Sequence[Pooled], measure: str, how: Shown, given: Given
) -> Evidence:
    """Gather studies and overall results."""
    k = len(first.yi)
    fields, data = given.study_data(k)
    names, ratings, more = given.names(first.slab, k), given.ratings(k), given.columns(k)
    crit = critical(first.level, None)
    weights = [_weights(result, k) for result in pooled]
    studies = tuple(
        Study(
            label=names[i],
            effect=_study_effect(how, float(first.yi[i]), float(first.vi[i]), crit),
            weights=tuple(None if w is None else w[i] for w in weights),
            data=data[i],
            more=more[i],
            ratings=ratings[i],
        )
        for i in range(k)
    )
    return Evidence(
        measure=measure,
        studies=studies,
        models=tuple(model_of(result, how) for result in pooled),
        fields=fields,
        arms=given.arms,
        left=tuple(given.left),
        right=tuple(given.right),
        domains=tuple(given.bias),
        level=first.level,
    )


def _study_effect(how: Shown, y: float, v: float, crit: float) -> Estimate | None:
    if not (math.isfinite(y) and math.isfinite(v)):
        return None
    half = crit * math.sqrt(v)
    return natural(how, y, y - half, y + half)


def _weights(result: Pooled, k: int) -> list[float | None] | None:
    """Return weights in percent, None where a study has none; None where the model has none."""
    held = getattr(result, "weights", None)
    if held is None or len(held) != k:
        return None
    return [float(w) if math.isfinite(w) else None for w in held]
