"""The figures of a published result, computed from its stated rows by its stated analysis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ranvier.synthesis.arrays import NumberRow
from ranvier.synthesis.fit import named
from ranvier.synthesis.pairs import PAIRED_TESTS
from ranvier.synthesis.published.counts import pairs, proportion, two_arm
from ranvier.synthesis.published.entry import Plan, PublishedResult
from ranvier.synthesis.published.figures import Answer, NotComputableError, known
from ranvier.synthesis.published.measured import estimate, two_means

__all__ = ["TESTS", "Recomputed", "recompute"]

#: Tests by design. ``z`` (and ``t``) is the test of the estimate itself.
TESTS: dict[str, tuple[str, ...]] = {
    "two_arm": ("fisher", "chi2", "chi2_corrected", "z", "t"),
    "paired": (*PAIRED_TESTS, "z"),
    "proportion": ("z",),
    "two_means": ("z", "t", "welch"),
    "estimate": ("z", "t"),
}


#: What a design without any other word is: its plain effect.
_PLAIN = {"proportion": "PR", "two_means": "MD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What came of it: figures by name, on their natural scale; shares and p values as 0 to 1.

    Attributes
    ----------
    undefined : tuple of str
        Figures the data do not define, such as a ratio without events.
    """

    figures: dict[str, float]
    undefined: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def recompute(result: PublishedResult, plan: Plan) -> Recomputed:
    """Compute every figure that a design and a plan give.

    Raises
    ------
    NotComputableError
        If the design, the measure, the test, the interval or their combination is unknown.
    InputError
        If the rows do not hold what the analysis needs.
    """
    design = _DESIGNS.get(result.design)
    if design is None:
        raise NotComputableError(
            f"there is no design {result.design!r}.", remedy=f"Known are {', '.join(_DESIGNS)}."
        )
    if plan.unknown:
        raise NotComputableError(
            f"the analysis says what we do not know: {'; '.join(plan.unknown)}.",
            remedy="Say it in the words of docs/methods/reproduce.md.",
        )
    if plan.measure is None and plan.test is None and result.design in _PLAIN:
        plan = replace(plan, measure=_PLAIN[result.design])
    if plan.measure is None and plan.test is None:
        raise NotComputableError(
            "the analysis names neither a measure nor a test.", remedy="Name at least one."
        )
    if plan.test is not None:
        known(f"test of design {result.design!r}", plan.test, TESTS[result.design])
    rows = [
        NumberRow(name=f"{place} ({study})", study=study, numbers=numbers)
        for place, (study, numbers) in enumerate(zip(result.studies, result.rows, strict=True), 1)
    ]
    held, notes = design(rows, plan)
    figures = {name: x for name, x in held.items() if x is not None and not math.isnan(x)}
    return Recomputed(
        figures=figures,
        undefined=tuple(name for name in held if name not in figures),
        notes=named(notes, result.studies),
    )


_DESIGNS: dict[str, Callable[[Sequence[NumberRow], Plan], Answer]] = {
    "two_arm": two_arm,
    "paired": pairs,
    "proportion": proportion,
    "two_means": two_means,
    "estimate": estimate,
}
