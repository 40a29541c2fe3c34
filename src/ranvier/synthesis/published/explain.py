"""Why a printed figure may differ from ours: other analyses of the same rows that give it.

What is found is a suggestion. It is given only if exactly one of the usual slips explains every
printed figure, and it never turns a disagreement into an agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ranvier.core.reproduction import Figure
from ranvier.errors import InputError
from ranvier.synthesis.published.entry import PublishedResult
from ranvier.synthesis.published.printed import closeness, read_printed, truncates_to
from ranvier.synthesis.published.recompute import TESTS, recompute
from ranvier.synthesis.published.units import canonical, in_printed_unit

__all__ = ["explanation"]

_ZERO_CELLS = {
    "none": "without a zero-cell correction",
    "half_individual": "with 0.5 added for the studies' own effects only",
    "half_also_when_pooling": "with 0.5 added also in the pooled sums",
}
_METHODS = {
    "MH": "by Mantel-Haenszel",
    "IV": "by inverse variance",
    "DL": "with random effects by DerSimonian and Laird",
    "REML": "with random effects by REML",
}
_SHARE_INTERVALS = ("wald", "wilson", "wilson_corrected", "agresti_coull", "clopper_pearson")
_POOLED_INTERVALS = ("wald", "hksj", "t")
_PAIRED_INTERVALS = ("mcnemar_exact", "mcnemar_mid_p", "wald")


def explanation(result: PublishedResult, wrong: Sequence[Figure]) -> str | None:
    """Return the one slip that explains every printed figure; ``None`` if none does, or several."""
    found: list[str] = []
    if all(_truncated(result, figure) for figure in wrong):
        found.append("truncated, not rounded")
    for label, other in _alternatives(result):
        if label not in found and _gives(other):
            found.append(label)
    return found[0] if len(found) == 1 else None


def _truncated(result: PublishedResult, figure: Figure) -> bool:
    if figure.value is None:
        return False
    ours = in_printed_unit(
        figure.name, figure.value, result.plan.measure, result.printed, figure.printed
    )
    return truncates_to(ours, read_printed(figure.printed))


def _gives(result: PublishedResult) -> bool:
    """Say whether every printed figure comes out, rounded, under another analysis."""
    try:
        figures = recompute(result, result.plan).figures
    except InputError:
        return False
    for given, text in result.printed.items():
        name = canonical(given)
        value = figures.get(name)
        if value is None:
            return False
        ours = in_printed_unit(name, value, result.plan.measure, result.printed, text)
        if closeness(ours, read_printed(text)) != "exact":
            return False
    return True


def _alternatives(result: PublishedResult) -> Iterator[tuple[str, PublishedResult]]:
    """Yield the usual slips: what was done instead, and the result as it would then be stated."""
    plan = result.plan
    yield (
        f"equals the {'two' if plan.sides == 1 else 'one'}-sided test",
        replace(result, plan=replace(plan, sides=3 - plan.sides)),
    )
    for test in TESTS.get(result.design, ()):
        if plan.test is not None and test != plan.test:
            yield f"equals test {test}", replace(result, plan=replace(plan, test=test))
    for level in (0.90, 0.99):
        yield (
            f"equals a {100 * level:g}% interval",
            replace(result, plan=replace(plan, level=level)),
        )
    for interval in _intervals(result):
        if interval != (plan.interval or "wald"):
            yield (
                f"equals the interval {interval}",
                replace(result, plan=replace(plan, interval=interval)),
            )
    if result.design == "two_arm":
        yield from _other_tables(result)
    if result.design in ("two_arm", "two_means", "paired"):
        swapped = tuple({_swapped(name): x for name, x in row.items()} for row in result.rows)
        yield "equals the comparison the other way round", replace(result, rows=swapped)
    if result.design == "two_means":
        for own, other in (("sd", "se"), ("se", "sd")):
            renamed = tuple(
                {name.replace(f"{own}_", f"{other}_"): x for name, x in row.items()}
                for row in result.rows
            )
            label = {"sd": "standard deviations", "se": "standard errors"}
            yield f"{label[own]} taken as {label[other]}", replace(result, rows=renamed)
    if result.design == "proportion" and len(result.rows) == 1:
        yield from _other_counts(result)


def _intervals(result: PublishedResult) -> tuple[str, ...]:
    return {
        "proportion": _SHARE_INTERVALS,
        "paired": _PAIRED_INTERVALS,
    }.get(result.design, _POOLED_INTERVALS)


def _other_tables(result: PublishedResult) -> Iterator[tuple[str, PublishedResult]]:
    """Yield other zero-cell rules, methods, measures, and non-events in place of events."""
    plan = result.plan
    for rule, said in _ZERO_CELLS.items():
        if rule != (plan.zero_cells or "none"):
            yield f"equals the result {said}", replace(result, plan=replace(plan, zero_cells=rule))
    for method, said in _METHODS.items():
        if method != plan.method:
            other = replace(plan, method=method, tau2=None, model=None)
            yield f"equals the result {said}", replace(result, plan=other)
    for measure in ("RR", "OR"):
        if plan.measure in ("RR", "OR") and measure != plan.measure:
            named = "odds ratio" if measure == "OR" else "risk ratio"
            yield f"equals the {named}", replace(result, plan=replace(plan, measure=measure))
    if plan.measure in ("RR", "OR"):
        peto = replace(plan, measure="PETO", method="PETO", zero_cells=None)
        yield "equals the Peto odds ratio", replace(result, plan=peto)
    rule = "drop" if plan.double_zero != "drop" else "keep"
    said = "without" if rule == "drop" else "with"
    yield (
        f"equals the result {said} the studies without events",
        replace(result, plan=replace(plan, double_zero=rule)),
    )
    others = tuple(
        {
            **row,
            "events_1": row["n_1"] - row["events_1"],
            "events_2": row["n_2"] - row["events_2"],
        }
        for row in result.rows
    )
    yield "equals the result for those without the event", replace(result, rows=others)


def _other_counts(result: PublishedResult) -> Iterator[tuple[str, PublishedResult]]:
    """Yield the share of neighbouring counts, as after a slip or a change of the denominator."""
    row = result.rows[0]
    for more in (-1, 0, 1):
        for of in (-2, -1, 0, 1, 2):
            events, n = row["events"] + more, row["n"] + of
            if (more or of) and 0 <= events <= n and n > 0:
                yield (
                    f"{events:g} of {n:g} would give the printed figure",
                    replace(result, rows=({**row, "events": events, "n": n},)),
                )


def _swapped(name: str) -> str:
    """Return the field of the other group."""
    if name.endswith("_1"):
        return f"{name[:-1]}2"
    return f"{name[:-1]}1" if name.endswith("_2") else name
