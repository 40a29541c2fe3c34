"""The multiverse of one outcome: figure, summary and table."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.multiverse import Multiverse, Universe
from ranvier.core.protocol import Comparison, Outcome
from ranvier.reporting.anchors import anchor, trace_anchor
from ranvier.reporting.curve import curve_svg, is_published
from ranvier.reporting.page import Page

__all__ = ["MultiverseView", "multiverse_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiverseView:
    """The multiverse of one outcome: figure, summary and table."""

    anchor: str
    trace: str
    multiverse: Multiverse
    figure: Markup | None
    estimable: int
    dimensions: tuple[str, ...]
    lines: tuple[tuple[tuple[str, ...], Markup, str, str, str, str], ...]


def multiverse_view(
    page: Page, made: Multiverse, outcome: Outcome, comparison: Comparison
) -> MultiverseView:
    """Lay out a multiverse."""
    id = f"{made.comparison}/{made.outcome}"
    estimable = [u for u in made.universes if u.effect is not None]
    title = f"Specification curve: {outcome.name}, {comparison.label}"
    figure = (
        curve_svg(made, page.book.analyses, title=title, numbers=page.numbers)
        if estimable
        else None
    )
    return MultiverseView(
        anchor=anchor("multiverse", id),
        trace=trace_anchor(f"multiverse/{id}"),
        multiverse=made,
        figure=figure,
        estimable=len(estimable),
        dimensions=tuple(made.dimensions),
        lines=tuple(_universe(page, made, u, f"multiverse/{id}") for u in made.universes),
    )


def _universe(
    page: Page, made: Multiverse, universe: Universe, node: str
) -> tuple[tuple[str, ...], Markup, str, str, str, str]:
    """Write one line of the table: choices, effect, p, null, studies, what it equals."""
    measure = universe.choices.get("measure", "")
    matched = [id for id in universe.matches if id in page.book.analyses]
    target = f"analysis/{matched[0]}" if matched else node
    effect = universe.effect
    shown = "not estimable" if effect is None else page.estimate(effect, measure)
    choices = tuple(universe.choices.get(name, "–").replace("_", " ") for name in made.dimensions)
    excludes = "–" if effect is None else "yes" if universe.excludes_null else "no"
    equals = ""
    if is_published(universe, page.book.analyses):
        equals = "◆ published"
    elif matched:
        equals = page.book.analyses[matched[0]].spec.label
    return (
        choices,
        page.link(shown, target),
        page.numbers.p(universe.p).removeprefix("= "),
        excludes,
        page.numbers.count(universe.k),
        equals,
    )
