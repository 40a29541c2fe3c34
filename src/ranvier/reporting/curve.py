"""The specification curve: every analysis of one outcome, sorted by effect, over its choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.analysis import Analysis
from ranvier.core.multiverse import Multiverse, Universe
from ranvier.reporting.anchors import anchor
from ranvier.reporting.figures.measures import measure_name
from ranvier.reporting.numbers import Numbers
from ranvier.reporting.svg import (
    Scale,
    coordinate,
    element,
    linear_scale,
    ratio_range,
    text,
)

__all__ = ["Block", "blocks", "curve_svg", "is_published"]

#: Heights of the upper panel and of one row of the dashboard, in pixels.
PANEL, ROW = 190.0, 15.0
TOP, LEFT, GAP = 52.0, 236.0, 64.0


@dataclass(frozen=True, slots=True)
class Block:
    """The universes that share one axis, sorted by effect."""

    name: str
    universes: tuple[Universe, ...]
    ratio: bool
    measure: str


def is_published(universe: Universe, analyses: Mapping[str, Analysis]) -> bool:
    """Whether a universe equals an analysis that was published."""
    return any(id in analyses and analyses[id].spec.role == "published" for id in universe.matches)


def blocks(multiverse: Multiverse) -> tuple[Block, ...]:
    """Part the universes by axis: ratios share one, every difference measure has its own."""
    held: dict[str, list[Universe]] = {}
    for universe in multiverse.universes:
        measure = universe.choices.get("measure", "")
        held.setdefault("ratio" if universe.null == 1 else measure, []).append(universe)
    out: list[Block] = []
    for name, universes in held.items():
        drawn = [u for u in universes if u.effect is not None]
        drawn.sort(key=_order)
        measures = dict.fromkeys(u.choices.get("measure", "") for u in universes)
        first = next(iter(measures))
        label = "Ratios" if name == "ratio" and len(measures) > 1 else measure_name(first)
        if drawn:
            out.append(Block(label, tuple(drawn), name == "ratio", first))
    return tuple(out)


def curve_svg(
    multiverse: Multiverse,
    analyses: Mapping[str, Analysis],
    *,
    title: str,
    numbers: Numbers,
    width: float = 940,
) -> Markup:
    """Draw the curve of a multiverse with the dashboard of choices beneath."""
    parted = blocks(multiverse)
    count = sum(len(block.universes) for block in parted)
    room = width - LEFT - 12 - GAP * max(0, len(parted) - 1)
    step = min(30.0, max(2.2, room / max(1, count)))
    rows = _dashboard_rows(multiverse, [u for block in parted for u in block.universes])
    bottom = TOP + PANEL + 18
    height = bottom + ROW * len(rows) + 12 * len({name for name, _ in rows}) + 8
    id = anchor("curve", f"{multiverse.comparison}/{multiverse.outcome}")
    parts = [
        element("title", title, id=f"{id}-t"),
        element("desc", _description(multiverse, analyses, numbers), id=f"{id}-d"),
    ]
    left = LEFT
    xs: list[tuple[float, Universe]] = []
    for block in parted:
        right = left + step * len(block.universes)
        parts += _panel(block, left, right, analyses, numbers)
        xs += [(left + step * (i + 0.5), u) for i, u in enumerate(block.universes)]
        left = right + GAP
    parts += _dashboard(rows, xs, bottom, step, left - GAP, analyses)
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
        width=width,
        height=height,
        class_="figure curve",
        role="img",
        aria_labelledby=f"{id}-t {id}-d",
    )


def _order(universe: Universe) -> tuple[float, ...]:
    """Sort by effect, then by where the interval begins, without the noise of the last digits."""
    effect = universe.effect
    if effect is None:
        return (0.0, 0.0)
    return (round(effect.estimate, 9), -round(effect.ci_lb or 0.0, 9))


def _description(multiverse: Multiverse, analyses: Mapping[str, Analysis], numbers: Numbers) -> str:
    """Say in words what the curve shows."""
    said = [multiverse.summary]
    for universe in multiverse.universes:
        if is_published(universe, analyses):
            effect = numbers.bracket(universe.effect, universe.choices.get("measure", ""))
            said.append(f"The published analysis gives {effect}.")
            break
    return " ".join(said)


def _scale(block: Block) -> Scale:
    """Make the vertical axis of a block; bounds far beyond the points are cut there."""
    points: list[float | None] = [u.effect.estimate for u in block.universes if u.effect]
    bounds = [b for u in block.universes if u.effect for b in (u.effect.ci_lb, u.effect.ci_ub)]
    start, end = TOP + PANEL, TOP
    if block.ratio:
        return ratio_range([*points, block.universes[0].null], start=start, end=end)
    held = sorted(b for b in bounds if b is not None)
    inner = held[len(held) // 20 : len(held) - len(held) // 20] or held
    return linear_scale([*points, *inner], start=start, end=end)


def _panel(
    block: Block,
    left: float,
    right: float,
    analyses: Mapping[str, Analysis],
    numbers: Numbers,
) -> list[Markup]:
    """Draw effects and intervals of one block with its axis and the line of no difference."""
    scale = _scale(block)
    out = [text(left - 4, 12, block.name, class_="head")]
    for tick in scale.ticks:
        y = scale.at(tick)
        out.append(element("line", x1=left - 4, x2=right, y1=y, y2=y, class_="grid"))
        said = f"{tick:g}".replace("-", "−")
        out.append(text(left - 8, y + 4, said, anchor="end", class_="tick"))
    null = scale.at(block.universes[0].null)
    out.append(element("line", x1=left - 4, x2=right, y1=null, y2=null, class_="null"))
    step = (right - left) / len(block.universes)
    for i, universe in enumerate(block.universes):
        out += _universe(universe, left + step * (i + 0.5), scale, step, analyses)
    return out


def _universe(
    universe: Universe, x: float, scale: Scale, step: float, analyses: Mapping[str, Analysis]
) -> list[Markup]:
    """Draw one analysis: filled where its interval leaves out the null, open where it does not."""
    effect = universe.effect
    if effect is None:
        return []
    y = scale.at(effect.estimate)
    kind = "out" if universe.excludes_null else "in"
    out: list[Markup] = []
    if effect.ci_lb is not None and effect.ci_ub is not None:
        ends = scale.at(effect.ci_lb), scale.at(effect.ci_ub)
        out.append(element("line", x1=x, x2=x, y1=ends[0], y2=ends[1], class_=f"ci {kind}"))
    if is_published(universe, analyses):
        d = 6.5
        points = [(x - d, y), (x, y - d), (x + d, y), (x, y + d)]
        drawn = " ".join(f"{coordinate(px)},{coordinate(py)}" for px, py in points)
        out.append(element("line", x1=x, x2=x, y1=38, y2=y - d, class_="lead"))
        out.append(element("polygon", points=drawn, class_="published"))
        out.append(text(x, 34, "published", anchor="middle", class_="flag"))
    else:
        r = min(3.6, max(1.5, step * 0.34))
        out.append(element("circle", cx=x, cy=y, r=r, class_=f"dot {kind}"))
    return out


def _dashboard_rows(multiverse: Multiverse, drawn: list[Universe]) -> list[tuple[str, str]]:
    """List what was varied, one row a choice; what was not varied or not drawn needs no row."""
    return [
        (name, choice)
        for name, choices in multiverse.dimensions.items()
        if len(choices) > 1
        for choice in choices
        if any(universe.choices.get(name) == choice for universe in drawn)
    ]


def _dashboard(
    rows: list[tuple[str, str]],
    xs: list[tuple[float, Universe]],
    top: float,
    step: float,
    right: float,
    analyses: Mapping[str, Analysis],
) -> list[Markup]:
    """Mark for every analysis which choice it made."""
    tall = ROW * len(rows) + 12 * len({name for name, _ in rows})
    out = [
        element("line", x1=x, x2=x, y1=TOP + PANEL, y2=top + tall - 12, class_="lead")
        for x, universe in xs
        if is_published(universe, analyses)
    ]
    y, before = top, ""
    w, h = max(1.4, step * 0.72), 8.0
    for name, choice in rows:
        if name != before:
            y += 12 if before else 0
            out.append(text(0, y + 9, name, class_="dimension"))
            before = name
        out.append(text(LEFT - 10, y + 9, _short(choice), anchor="end", class_="choice"))
        out.append(element("line", x1=LEFT, x2=right, y1=y + 5, y2=y + 5, class_="grid"))
        for x, universe in xs:
            if universe.choices.get(name) == choice:
                kind = "out" if universe.excludes_null else "in"
                kind = "published" if is_published(universe, analyses) else kind
                out.append(
                    element("rect", x=x - w / 2, y=y + 1, width=w, height=h, class_=f"tile {kind}")
                )
        y += ROW
    return out


def _short(choice: str) -> str:
    said = choice.replace("_", " ")
    return said if len(said) <= 22 else said[:21].rstrip() + "…"
