"""One row of the summary of findings from an analysis and the certainty people judged."""

from __future__ import annotations

from collections.abc import Mapping

from ranvier.appraisal.absolute import (
    RELATIVE,
    AbsoluteEffect,
    absolute_effect,
    direction_of,
    relative_size,
    size_against,
)
from ranvier.core.analysis import Analysis, Estimate
from ranvier.core.finding import Finding
from ranvier.core.judgement import CERTAINTY_LEVELS, Certainty, CertaintyLevel
from ranvier.core.protocol import Outcome
from ranvier.core.summary import EffectDirection, EffectSize, SummaryRow
from ranvier.core.trace import stale_reasons

__all__ = ["summary_row"]

#: GRADE and the Handbook (15.5.3.1) read a standardised difference below 0.2 as trivial.
SMD_THRESHOLD = 0.2

_WITHOUT_COMPARATOR = frozenset({"proportion", "narrative"})


def summary_row(
    finding: Finding,
    *,
    outcome: Outcome,
    analysis: Analysis,
    certainty: Certainty | None,
    analyses: Mapping[str, Analysis],
    baseline: float | None = None,
) -> SummaryRow:
    """Compute every cell of one finding.

    Parameters
    ----------
    certainty : Certainty or None
        ``None``, or one that nobody was seen to judge: shown as not assessed.
    analyses : mapping of str to Analysis
        All analyses as they are now: what the finding and the certainty were based on is held
        against them, and the row says why it no longer holds.
    baseline : float or None
        Risk with the comparator, 0 to 1; by default what the comparator groups of the analysis
        have together.
    """
    absolute = _absolute(analysis, baseline)
    size, direction = _size_and_direction(outcome, analysis, absolute)
    assessed = certainty is not None and certainty.level.provenance != "recalled"
    held = certainty.level.value if certainty is not None and assessed else None
    levels: dict[object, CertaintyLevel] = {known: known for known in CERTAINTY_LEVELS}
    level = levels.get(held)
    stale = stale_reasons(finding.based_on, analyses)
    if certainty is not None:
        stale += stale_reasons(certainty.based_on, analyses)
    measure = analysis.spec.measure
    relative = analysis.effect if measure in RELATIVE else None
    return SummaryRow(
        finding=finding.id,
        comparison=finding.comparison,
        outcome=outcome.id,
        analysis=analysis.spec.id,
        measure=measure,
        risk_1=absolute.risk_1 if absolute is not None else _seen(analysis),
        risk_2=None if absolute is None else absolute.risk_2,
        difference=absolute.difference if absolute is not None else _difference(analysis),
        relative=relative,
        participants=analysis.participants,
        studies=analysis.k,
        certainty=level,
        certainty_source=certainty.level.source if certainty is not None and level else None,
        size=size,
        direction=direction,
        provenance=analysis.provenance,
        stale=tuple(dict.fromkeys(stale)),
        comment=finding.comment,
    )


def _absolute(analysis: Analysis, baseline: float | None) -> AbsoluteEffect | None:
    """Risks of a binary outcome; ``None`` where no comparator risk is known."""
    totals = analysis.totals
    if analysis.effect is None or analysis.spec.measure not in {*RELATIVE, "RD"}:
        return None
    if baseline is None and totals.get("n_2"):
        baseline = totals["events_2"] / totals["n_2"]
    if baseline is None and totals.get("n") and "both" in totals and "only_2" in totals:
        baseline = (totals["only_2"] + totals["both"]) / totals["n"]
    if baseline is None:
        return None
    return absolute_effect(analysis.spec.measure, analysis.effect, baseline)


def _seen(analysis: Analysis) -> Estimate | None:
    """Return what was seen in one group without a comparator, per 1000."""
    if analysis.effect is None or analysis.spec.measure != "PR":
        return None
    return _per_1000(analysis.effect)


def _per_1000(share: Estimate) -> Estimate:
    bounds = [None if x is None else 1000 * x for x in (share.ci_lb, share.ci_ub)]
    return Estimate(estimate=1000 * share.estimate, ci_lb=bounds[0], ci_ub=bounds[1])


def _difference(analysis: Analysis) -> Estimate | None:
    """Return the effect of a difference in its own units; per 1000 for a risk difference."""
    effect, spec = analysis.effect, analysis.spec
    if effect is None or spec.measure in RELATIVE or spec.design in _WITHOUT_COMPARATOR:
        return None
    return _per_1000(effect) if spec.measure == "RD" else effect


def _size_and_direction(
    outcome: Outcome, analysis: Analysis, absolute: AbsoluteEffect | None
) -> tuple[EffectSize, EffectDirection]:
    """Place the effect against the minimal important difference, else against GRADE's bounds."""
    effect, spec = analysis.effect, analysis.spec
    if effect is None or spec.design in _WITHOUT_COMPARATOR:
        return "unclear", "either"
    ratio = spec.measure in RELATIVE
    direction = direction_of(effect, null=1.0 if ratio else 0.0, direction=outcome.direction)
    mid = outcome.mid.value if outcome.mid is not None else None
    if isinstance(mid, int | float):
        difference = _difference(analysis) if absolute is None else absolute.difference
        if difference is not None and spec.measure != "SMD":
            return size_against(difference, float(mid)), direction
    if spec.measure == "SMD":
        return size_against(effect, SMD_THRESHOLD), direction
    return (relative_size(effect) if ratio else "unclear"), direction
