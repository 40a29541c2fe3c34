"""What a stopping rule says, drawn upon a recall curve: what may be left, and where it was met."""

from __future__ import annotations

from ranvier.core.progress import ProgressPoint, ScreeningProgress, StoppingState
from ranvier.reporting.figures.figure import DataTable
from ranvier.reporting.figures.lettering import text_width
from ranvier.reporting.figures.look import Style
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.steps import steps
from ranvier.reporting.figures.studies import table_of

__all__ = [
    "ROWS",
    "described",
    "draw_expected",
    "draw_state",
    "highest",
    "note_of",
    "table_by_moment",
]

#: Rows of the data table.
ROWS = 20

SAID: dict[StoppingState, str] = {
    "go_on": "go on",
    "may_stop": "may stop",
    "all_read": "all read",
}


def highest(progress: ScreeningProgress) -> float:
    """Return how far up the panel of a recall curve goes."""
    now = progress.points[-1]
    most = now.estimate.found + now.estimate.missed_ub
    top = max(1.12 * most, 1.25 * now.estimate.found, 4.0)
    # While hardly anything was read the bound is all there is; it would flatten the curve.
    return min(top, max(4.0 * now.estimate.found, 8.0))


def draw_expected(sheet: Sheet, panel: Panel, progress: ScreeningProgress) -> list[Entry]:
    """Draw the total that the rule expects, with its bound."""
    pen, level = sheet.pen, f"{progress.confidence * 100:g}%"
    points = [p for p in progress.points if panel.x.holds(p.screened)]
    upper = [panel.at(p.screened, p.estimate.found + p.estimate.missed_ub) for p in points]
    if all(p.estimate.missed_lb == 0 for p in points):
        lower = steps(panel, progress.finds, progress.screened, points[0].screened if points else 0)
    else:
        lower = [panel.at(p.screened, p.estimate.found + p.estimate.missed_lb) for p in points]
    if len(points) > 1:
        sheet.draw(pen.polygon([*upper, *reversed(lower)], fill="shade3", opacity=0.75))
    _bracket(sheet, panel, progress)
    entries = [Entry(f"May be relevant in all ({level} bound)", "area", "shade3")]
    run: list[tuple[float, float]] = []
    drawn = False
    for point in [*points, None]:
        missed = point.estimate.missed if point else None
        total = None if missed is None or point is None else point.estimate.found + missed
        # An estimate that may be off by more than all that was found would only show noise.
        sure = point is not None and point.estimate.missed_ub <= point.estimate.found
        if point is not None and total is not None and sure and panel.y.holds(total):
            run.append(panel.at(point.screened, total))
            continue
        if len(run) > 1:
            sheet.draw(pen.polyline(run, role="second", width=1.4, dash="6 3"))
            drawn = True
        run = []
    if drawn:
        entries.append(Entry("Estimated total", "line", "second", dash="6 3"))
    return entries


def _bracket(sheet: Sheet, panel: Panel, progress: ScreeningProgress) -> None:
    """Stand what may be left beside the curve as it is now, in words where there is room."""
    now = progress.points[-1].estimate
    most = now.found + now.missed_ub
    x, low = panel.at(progress.screened, now.found)
    high = panel.y.at(most)
    room = panel.box.right - x - 12
    if not now.missed_ub or room < 6 or not panel.x.holds(progress.screened):
        return
    pen, size = sheet.pen, sheet.style.theme.small
    x += 10
    sheet.draw(pen.line(x, low, x, high, role="soft", width=1.6))
    for y in (low, high):
        sheet.draw(pen.line(x - 3, y, x + 3, y, role="soft", width=1.6))
    count = sheet.style.numbers.count
    said = f"{count(now.found)} found, at most {count(most)} in all"
    # Above the curve and clear of the words at the foot of the panel.
    y = min(max((low + high) / 2 + 0.36 * size, panel.box.top + size), panel.box.bottom - 26)
    if panel.y.holds(most) and text_width(said, size) + 16 < room:
        sheet.draw(pen.text(x + 8, y, said, size=size, role="soft"))


def draw_state(sheet: Sheet, panel: Panel, progress: ScreeningProgress) -> list[Entry]:
    """Mark now, and where the rule let screening stop."""
    pen, box = sheet.pen, panel.box
    y = box.bottom - 7
    entries: list[Entry] = []
    for first, last in _spells(progress.points):
        a, b = panel.x.at(first), panel.x.at(last)
        sheet.draw(pen.line(a, y, b, y, role="ink", width=3.0))
        for x, said in ((a, first), (b, last)):
            sheet.draw(
                pen.symbol("diamond", x, y, 4, role="ink", said=f"Rule met after {said} records")
            )
        entries = [Entry("Rule met", "diamond", "ink")]
    now = progress.points[-1]
    x, height = panel.at(now.screened, len(progress.finds))
    met = now.state != "go_on"
    said = f"Now: {SAID[now.state]}"
    sheet.draw(pen.symbol("square" if met else "ring", x, height, 5, role="accent", said=said))
    return [Entry(said, "square" if met else "ring", "accent"), *entries]


def _spells(points: tuple[ProgressPoint, ...]) -> list[tuple[int, int]]:
    """Return from where to where the rule was met without a break."""
    made: list[tuple[int, int]] = []
    open_ = False
    for point in points:
        met = point.state != "go_on"
        if met and open_:
            made[-1] = (made[-1][0], point.screened)
        elif met:
            made.append((point.screened, point.screened))
        open_ = met
    return made


def note_of(progress: ScreeningProgress, style: Style) -> str:
    """Name the rule and what was asked of it."""
    return (
        f"{progress.rule[:1].upper()}{progress.rule[1:]}; target {progress.target * 100:g}% recall "
        f"at {progress.confidence * 100:g}% confidence; asked at "
        f"{style.numbers.count(len(progress.points))} moments."
    )


def described(progress: ScreeningProgress, style: Style) -> str:
    """Say in words where screening stands."""
    now = progress.points[-1].estimate
    count = style.numbers.count
    about = "" if now.missed is None else f"about {count(now.missed)} and "
    met = [point.screened for point in progress.points if point.state != "go_on"]
    rule = (
        f"The rule was first met after {count(met[0])} records."
        if met
        else "The rule has not been met."
    )
    bound = f"{about}at most {count(now.missed_ub)}"
    return (
        f"Relevant records found (vertical) over records read (horizontal): "
        f"{count(now.found)} in {count(progress.screened)} of "
        f"{count(progress.records)}. Among the unread {bound} are relevant, with "
        f"{progress.confidence * 100:g}% confidence. {rule} "
        f"Now the rule says: {SAID[progress.points[-1].state]}."
    )


def table_by_moment(progress: ScreeningProgress, style: Style) -> DataTable:
    """List what the rule said along the way."""
    points = progress.points
    step = max(1, -(-len(points) // ROWS))
    picked = points[::-1][::step][::-1]
    count = style.numbers.count
    return table_of(
        (
            "Records read",
            "Found",
            "Missed (estimate)",
            "Missed (at most)",
            "Recall at least",
            "Rule",
        ),
        [count(p.screened) for p in picked],
        [count(p.estimate.found) for p in picked],
        [style.numbers.fixed(p.estimate.missed, 0) for p in picked],
        [count(p.estimate.missed_ub) for p in picked],
        [style.number(p.estimate.recall_lb, 3) for p in picked],
        [SAID[p.state] for p in picked],
    )
