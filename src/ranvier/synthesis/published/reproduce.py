"""Reproducing a published result: ours beside the printed figures, and what is wrong where.

The rule of agreement is in docs/methods/reproduce.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from ranvier.core.reproduction import Control, Figure, Reproduction
from ranvier.errors import InputError
from ranvier.synthesis.published.entry import (
    Plan,
    PlannedControl,
    PublishedResult,
    published_result,
)
from ranvier.synthesis.published.explain import explanation
from ranvier.synthesis.published.figures import NotComputableError
from ranvier.synthesis.published.printed import closeness, read_printed, show_like
from ranvier.synthesis.published.recompute import Recomputed, recompute
from ranvier.synthesis.published.units import canonical, in_printed_unit, is_exact

__all__ = ["reproduce"]

Strictness = Literal["one_unit", "exact"]


def reproduce(entry: PublishedResult | Mapping[str, Any]) -> Reproduction:
    """Recompute one published result and hold it against what was printed.

    Parameters
    ----------
    entry : PublishedResult or mapping
        As :func:`parse_published` gives it, or as the file holds it.

    Returns
    -------
    Reproduction
        ``not_computable`` where a word of the analysis is unknown: never passed, never left out.

    Raises
    ------
    RuleError
        If the entry is broken; the message names it and the remedy.

    Examples
    --------
    >>> found = reproduce({
    ...     "id": "rate", "design": "proportion", "rows": [{"study": "s", "events": 3, "n": 61}],
    ...     "analysis": {"measure": "PR"}, "printed": {"estimate": "4.91%"}, "expect": "disagree",
    ... })
    >>> found.status, found.figures[0].ours, found.why
    ('disagrees', '4.92%', '3 of 61 is 4.92%, printed 4.91%. Suggestion: truncated, not rounded.')
    """
    result = entry if isinstance(entry, PublishedResult) else published_result(entry)
    # A print that is said to be wrong is confirmed by any difference; see the rule of agreement.
    strictness: Strictness = "exact" if result.expect == "disagree" else "one_unit"
    status: Literal["agrees", "disagrees", "not_computable"]
    figures: tuple[Figure, ...] = ()
    why: list[str] = []
    try:
        found = recompute(result, result.plan)
        figures = _figures(result, result.plan, result.printed, found, strictness)
    except InputError as error:
        status = "not_computable"
        why.append(f"Not computable: {error}")
    else:
        wrong = [figure for figure in figures if not figure.agrees]
        status = "disagrees" if wrong else "agrees"
        if wrong:
            why.append(_said(result, wrong))
            suggestion = explanation(result, wrong)
            if suggestion is not None:
                why.append(f"Suggestion: {suggestion}.")
        why += _beside(result, figures)
    controls, faults = _controls(result)
    why += faults
    expected = "agrees" if result.expect == "agree" else "disagrees"
    if status == "agrees" and expected == "disagrees":
        why.append("The file says the printed figures are wrong; ours are the same.")
    return Reproduction(
        id=result.id,
        question=result.question,
        review=result.review,
        status=status,
        expected=result.expect,
        as_expected=status == expected and not faults,
        analysis=f"{result.design.replace('_', ' ')}: {result.plan}",
        figures=figures,
        controls=controls,
        rows_provenance=result.rows_provenance,
        provenance=result.provenance,
        finding=result.finding,
        why=" ".join(why),
    )


def _figures(
    result: PublishedResult,
    plan: Plan,
    printed: Mapping[str, str],
    found: Recomputed,
    strictness: Strictness,
) -> tuple[Figure, ...]:
    """Hold every printed figure against ours.

    Raises
    ------
    NotComputableError
        If a figure is printed that nobody knows, or that the analysis does not give.
    """
    figures: list[Figure] = []
    for given, text in printed.items():
        name = canonical(given)
        if name not in found.figures and name not in found.undefined:
            has = ", ".join(found.figures)
            raise NotComputableError(
                f"{given} is printed, but the analysis ({plan}) does not give it.",
                remedy=f"It gives {has}. Name the interval or the test that belongs to it.",
            )
        read = read_printed(text)
        value = found.figures.get(name)
        ours = None if value is None else in_printed_unit(name, value, plan.measure, printed, text)
        near = closeness(ours, read)
        exact = strictness == "exact" or is_exact(name)
        figures.append(
            Figure(
                name=name,
                printed=text,
                ours=show_like(ours, read),
                value=value,
                agrees=near == "exact" or (near == "beside" and not exact),
            )
        )
    return tuple(figures)


def _controls(result: PublishedResult) -> tuple[tuple[Control, ...], list[str]]:
    """Compute the controls, and say which do not give what they should."""
    controls: list[Control] = []
    faults: list[str] = []
    for control in result.controls:
        label = str(control.plan)
        try:
            figures = _control(result, control)
        except InputError as error:
            faults.append(f"Control ({label}) is not computable: {error}")
            controls.append(Control(label=label, figures=_blank(control)))
            continue
        controls.append(Control(label=label, figures=figures))
        faults += [
            f"Control ({label}): {figure.name} should be {figure.printed}, ours is {figure.ours}."
            for figure in figures
            if not figure.agrees
        ]
    return tuple(controls), faults


def _control(result: PublishedResult, control: PlannedControl) -> tuple[Figure, ...]:
    found = recompute(replace(result, plan=control.plan), control.plan)
    return _figures(result, control.plan, control.gives, found, "one_unit")


def _blank(control: PlannedControl) -> tuple[Figure, ...]:
    return tuple(
        Figure(name=canonical(name), printed=text, ours="not computable", value=None, agrees=False)
        for name, text in control.gives.items()
    )


def _said(result: PublishedResult, wrong: list[Figure]) -> str:
    """Say in words what does not agree."""
    said: list[str] = []
    for figure in wrong:
        if figure.name == "estimate" and result.design == "proportion":
            events = sum(row["events"] for row in result.rows)
            n = sum(row["n"] for row in result.rows)
            said.append(f"{events:g} of {n:g} is {figure.ours}, printed {figure.printed}")
        else:
            said.append(f"{figure.name}: ours is {figure.ours}, printed {figure.printed}")
    return "; ".join(said) + "."


def _beside(result: PublishedResult, figures: tuple[Figure, ...]) -> list[str]:
    """Name figures that agree, but only to one unit in the last place."""
    names = [
        f"{figure.name} ({figure.ours} for {figure.printed})"
        for figure in figures
        if figure.agrees and _rounds_apart(figure, result)
    ]
    return [f"One unit in the last place beside: {', '.join(names)}."] if names else []


def _rounds_apart(figure: Figure, result: PublishedResult) -> bool:
    if figure.value is None:
        return False
    ours = in_printed_unit(
        figure.name, figure.value, result.plan.measure, result.printed, figure.printed
    )
    return closeness(ours, read_printed(figure.printed)) == "beside"
