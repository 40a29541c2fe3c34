"""The multiverse: every defensible analysis of one outcome, and where the planned ones stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ranvier.core.analysis import Analysis, Estimate
from ranvier.core.multiverse import Multiverse, Universe
from ranvier.core.protocol import AnalysisSpec, Outcome
from ranvier.core.result import ResultRow, row_provenance
from ranvier.core.review import Review
from ranvier.core.value import weakest
from ranvier.errors import InputError
from ranvier.stats.printing import RATIOS
from ranvier.synthesis.run import analyse
from ranvier.synthesis.universes.choices import CHOICES, Choice
from ranvier.synthesis.universes.subsets import Subset, subsets
from ranvier.synthesis.universes.verdict import WHOLE, summary_of

__all__ = ["multiverse"]

#: How rows of a design use the data, where several designs stand beside each other.
_DATA = {
    "two_arm_binary": "two groups",
    "two_arm_continuous": "two groups",
    "contrast": "estimates",
    "paired_binary": "pairs",
    "paired_continuous": "pairs",
    "pre_post": "before and after",
    "proportion": "one group",
}
_DIMENSIONS = (
    "data", "measure", "method", "model", "tau2", "zero cells", "studies without events",
    "interval", "correlation", "sides", "subset",
)  # fmt: skip

#: What is equal but for rounding.
_SAME = 1e-9


def multiverse(review: Review, comparison: str, outcome: str) -> Multiverse | None:
    """Compute every defensible analysis of one outcome of one comparison.

    Measure, method, model, estimator of tau2, zero-cell rule, interval and choice of studies are
    varied (:mod:`~ranvier.synthesis.universes.choices` and `subsets`). Planned analyses
    are marked; one that is not among the choices is added.

    Returns
    -------
    Multiverse or None
        ``None`` where there is nothing to vary: no numbers, or one way only.

    Raises
    ------
    InputError
        If the protocol has no such comparison or outcome.
    """
    held, measured = review.comparisons.get(comparison), review.outcomes.get(outcome)
    if held is None or measured is None:
        missing = f"comparison {comparison!r}" if held is None else f"outcome {outcome!r}"
        raise InputError(
            f"the protocol has no {missing}.", remedy="`ranvier status` lists what it has."
        )
    rows = {
        row.id: row
        for row in review.rows.values()
        if (row.comparison, row.outcome) == (comparison, outcome)
    }
    labels = {id: study.label for id, study in review.studies.items()}
    made: list[tuple[AnalysisSpec, Universe]] = []
    for subset in subsets(list(rows.values()), labels):
        for choice in CHOICES[subset.design](subset.rows):
            spec = _spec(comparison, outcome, subset, choice)
            universe = _universe(spec, rows, choice, subset, measured)
            if universe is not None:
                made.append((spec, universe))
    made = _without_repeats(made)
    planned = [
        spec
        for spec in review.specs.values()
        if (spec.comparison, spec.outcome) == (comparison, outcome) and spec.design in CHOICES
    ]
    universes = _marked(made, planned, rows, measured)
    if len(universes) < 2:
        return None
    dimensions = _varied(universes)
    used = [row for row in rows.values() if row.design in CHOICES]
    return Multiverse(
        comparison=comparison,
        outcome=outcome,
        rows=tuple(row.id for row in used),
        provenance=weakest([row_provenance(row) for row in used]),
        dimensions=dimensions,
        universes=tuple(universes),
        summary=summary_of(
            universes,
            dimensions,
            held,
            compared=any(row.design != "proportion" for row in used),
        ),
    )


def _spec(comparison: str, outcome: str, subset: Subset, choice: Choice) -> AnalysisSpec:
    return AnalysisSpec(
        id="universe",
        label="",
        comparison=comparison,
        outcome=outcome,
        design=subset.design,
        rows=tuple(row.id for row in subset.rows),
        role="sensitivity",
        **choice.fields,
    )


def _universe(
    spec: AnalysisSpec,
    rows: Mapping[str, ResultRow],
    choice: Choice,
    subset: Subset,
    outcome: Outcome,
) -> Universe | None:
    """Compute one universe; ``None`` if the data do not allow the choice."""
    try:
        analysis = analyse(spec, rows)
    except InputError:
        return None
    # Without heterogeneity Hartung and Knapp's interval is narrower than that of a common effect;
    # the form with the floor stands in for it (Handbook 10.10.4.4).
    if spec.interval == "hksj" and analysis.tau2 == 0:
        return None
    named = {"data": _DATA[subset.design], **choice.named, "subset": subset.name}
    return _from_analysis(analysis, named, outcome)


def _without_repeats(
    made: Sequence[tuple[AnalysisSpec, Universe]],
) -> list[tuple[AnalysisSpec, Universe]]:
    """Drop a universe that leaves out what did not count: the same as with all studies."""
    whole = {_beside(u): u for _, u in made if u.choices["subset"] == WHOLE}
    return [
        (spec, u)
        for spec, u in made
        if u.choices["subset"] == WHOLE
        or (_beside(u) not in whole)
        or not _same_numbers(u, whole[_beside(u)])
    ]


def _beside(universe: Universe) -> tuple[tuple[str, str], ...]:
    """Return the choices but for that of the rows."""
    return tuple((name, c) for name, c in universe.choices.items() if name != "subset")


def _same_numbers(one: Universe, other: Universe) -> bool:
    if one.effect is None or other.effect is None:
        return False
    return _all_close(
        [
            (one.effect.estimate, other.effect.estimate),
            (one.effect.ci_lb, other.effect.ci_lb),
            (one.effect.ci_ub, other.effect.ci_ub),
        ]
    )


def _from_analysis(analysis: Analysis, named: dict[str, str], outcome: Outcome) -> Universe:
    null = 1.0 if analysis.spec.measure in RATIOS else 0.0
    effect = analysis.effect
    compared = analysis.spec.design != "proportion"
    return Universe(
        choices={name: named[name] for name in _DIMENSIONS if name in named},
        effect=effect,
        null=null,
        p=analysis.p,
        favours=_favours(effect, null, outcome) if compared else 0,
        excludes_null=compared and _excludes(effect, null),
        k=analysis.k,
        notes=analysis.notes,
    )


def _favours(effect: Estimate | None, null: float, outcome: Outcome) -> int:
    if effect is None or math.isclose(effect.estimate, null, abs_tol=_SAME):
        return 0
    higher = effect.estimate > null
    return 1 if higher == (outcome.direction == "higher_is_better") else -1


def _excludes(effect: Estimate | None, null: float) -> bool:
    if effect is None:
        return False
    below = effect.ci_ub is not None and effect.ci_ub < null
    above = effect.ci_lb is not None and effect.ci_lb > null
    return below or above


def _marked(
    made: Sequence[tuple[AnalysisSpec, Universe]],
    planned: Sequence[AnalysisSpec],
    rows: Mapping[str, ResultRow],
    outcome: Outcome,
) -> list[Universe]:
    """Mark the universe each planned analysis equals; add those that equal none."""
    universes = [universe for _, universe in made]
    for spec in planned:
        try:
            analysis = analyse(spec, rows)
        except InputError:
            continue
        place = _place_of(spec, analysis, made)
        if place is not None:
            found = universes[place]
            universes[place] = replace(found, matches=(*found.matches, spec.id))
            continue
        named = {
            "data": _DATA[spec.design],
            "measure": spec.measure,
            "method": spec.method,
            "model": spec.model,
            "interval": spec.interval.replace("_", " "),
            "subset": "as planned" if spec.rows else WHOLE,
        }
        if spec.tau2 is not None:
            named["tau2"] = spec.tau2
        if spec.zero_cells != "none":
            named["zero cells"] = spec.zero_cells.replace("_", " ")
        if spec.sides == 1:
            named["sides"] = "one-sided"
        added = _from_analysis(analysis, named, outcome)
        universes.append(replace(added, matches=(spec.id,)))
    return universes


def _place_of(
    spec: AnalysisSpec,
    analysis: Analysis,
    made: Sequence[tuple[AnalysisSpec, Universe]],
) -> int | None:
    """Find the universe with the same choices, else the first that gives the same numbers."""
    candidates = [
        place
        for place, (other, universe) in enumerate(made)
        if (other.design, other.measure, set(other.rows))
        == (spec.design, spec.measure, set(analysis.rows))
        and _same(universe, analysis)
    ]
    alike = [place for place in candidates if _key(made[place][0]) == _key(spec)]
    return next(iter([*alike, *candidates]), None)


def _key(spec: AnalysisSpec) -> tuple[object, ...]:
    tau2 = (spec.tau2 or "REML") if spec.model == "random" else None
    return (spec.method, spec.model, tau2, spec.interval, spec.zero_cells)


def _same(universe: Universe, analysis: Analysis) -> bool:
    """Say whether effect, interval and p value are the same numbers."""
    mine, other = universe.effect, analysis.effect
    if mine is None or other is None:
        pairs = [(universe.p, analysis.p)] if mine is other else []
        return bool(pairs) and _all_close(pairs)
    return _all_close(
        [
            (mine.estimate, other.estimate),
            (mine.ci_lb, other.ci_lb),
            (mine.ci_ub, other.ci_ub),
            (universe.p, analysis.p),
        ]
    )


def _all_close(pairs: Sequence[tuple[float | None, float | None]]) -> bool:
    return all(
        a is b or (a is not None and b is not None and math.isclose(a, b, rel_tol=_SAME))
        for a, b in pairs
    )


def _varied(universes: Sequence[Universe]) -> dict[str, tuple[str, ...]]:
    """List the dimensions with more than one choice, in the order readers expect."""
    found: dict[str, tuple[str, ...]] = {}
    for name in _DIMENSIONS:
        named = tuple(dict.fromkeys(u.choices[name] for u in universes if name in u.choices))
        if len(named) > 1 or (named and any(name not in u.choices for u in universes)):
            found[name] = named
    return found
