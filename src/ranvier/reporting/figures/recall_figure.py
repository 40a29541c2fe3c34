"""The recall curve: what reading has found, what may be left, and where a rule lets it end."""

from __future__ import annotations

from typing import Unpack

from ranvier.core.progress import Hindsight, Reading, ScreeningProgress
from ranvier.errors import InputError
from ranvier.reporting.figures import recall_hindsight as hindsight
from ranvier.reporting.figures import recall_rule as rule
from ranvier.reporting.figures.axes import axis
from ranvier.reporting.figures.figure import DataTable, Figure
from ranvier.reporting.figures.lettering import text_width
from ranvier.reporting.figures.look import Look, Style, style_of
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.steps import steps
from ranvier.reporting.figures.studies import table_of

__all__ = ["recall_plot"]


def recall_plot(course: Reading | Hindsight, **look: Unpack[Look]) -> Figure:
    """Draw relevant records found over records read.

    Parameters
    ----------
    course : Reading, ScreeningProgress or Hindsight
        What was read so far; the same with what a stopping rule said along the way, as
        :func:`ranvier.ranking.stopping.follow` makes it; or runs through a review whose relevant
        records are all known.
    **look
        See :class:`Look`; `xlim` and `ylim` are of records, read and relevant.

    Returns
    -------
    Figure
        Steps, and the unread shaded. With a rule: a band from what was found to the most that may
        be relevant in all; the estimated total, where the band is narrower than what was found; a
        bar at the foot, between diamonds, where the rule let screening stop. Looking back: the
        mean of the runs with the band they span, and a diamond where the rule was met in each.

    Raises
    ------
    InputError
        If nothing was read, or there was nothing to be found.

    Examples
    --------
    >>> from ranvier.core.progress import ProgressPoint, RecallEstimate
    >>> recall_plot(Reading(records=100, screened=60, finds=(1, 2, 5))).table.rows[-1]
    ('60', '3', '5.0')
    >>> left = RecallEstimate(found=3, missed=0, missed_lb=0, missed_ub=2, recall=1, recall_lb=0.6,
    ...                       level=0.95)
    >>> progress = ScreeningProgress(records=100, screened=60, finds=(1, 2, 5), rule="a rule",
    ...     points=(ProgressPoint(screened=60, estimate=left, state="go_on"),),
    ...     target=0.95, confidence=0.95)
    >>> "at most 2 are relevant" in recall_plot(progress).description
    True
    >>> recall_plot(Hindsight(records=50, relevant=3, runs=((1, 2, 9), (1, 3, 4)))).table.rows[-1]
    ('100', '6', '4', '9')
    """
    if isinstance(course, Hindsight):
        return _looking_back(course, style_of(look, height=380))
    if course.screened < 1 or (isinstance(course, ScreeningProgress) and not course.points):
        raise InputError("Nothing was read yet.", remedy="Draw the curve after the first decision.")
    style = style_of(look, height=380)
    told = isinstance(course, ScreeningProgress)
    top = rule.highest(course) if told else max(1.25 * len(course.finds), 4.0)
    sheet, panel = _frame(style, course.records, top)
    _unread(sheet, panel, course)
    entries = rule.draw_expected(sheet, panel, course) if told else []
    sheet.frame(panel)
    sheet.draw(
        sheet.pen.polyline(steps(panel, course.finds, course.screened), role="accent", width=2.2)
    )
    entries = [Entry("Found", "line", "accent"), *entries]
    if told:
        entries += rule.draw_state(sheet, panel, course)
    else:
        entries.append(_now(sheet, panel, course))
    sheet.legend(entries)
    if told:
        sheet.note(rule.note_of(course, style))
    count = style.numbers.count
    return sheet.figure(
        "recall",
        title=f"Relevant records found in {count(course.screened)} records read",
        description=rule.described(course, style) if told else _description(course, style),
        table=rule.table_by_moment(course, style) if told else _table(course, style),
    )


def _looking_back(past: Hindsight, style: Style) -> Figure:
    """Draw runs through a review whose relevant records are known."""
    if not past.runs or past.relevant < 1 or past.records < past.relevant:
        raise InputError(
            "There is no run, or nothing to be found.", remedy="Give the ranks of a simulation."
        )
    sheet, panel = _frame(style, past.records, max(1.12 * past.relevant, 4.0))
    sheet.frame(panel)
    sheet.legend(hindsight.draw_runs(sheet, panel, past))
    return sheet.figure(
        "recall",
        title="Relevant records found against records read",
        description=hindsight.describe_runs(past, style),
        table=hindsight.table_by_share(past, style),
    )


def _frame(style: Style, records: int, top: float) -> tuple[Sheet, Panel]:
    """Lay out the axes: records read, and relevant records."""
    low, high = style.xlim or (0.0, float(records))
    bottom, top = style.ylim or (0.0, top)
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(
            low,
            high,
            length=style.width - 90,
            style=style,
            title=style.xlab or "Records read",
            whole=True,
        ),
        axis(
            top,
            bottom,
            length=style.height - 80,
            style=style,
            title=style.ylab or "Relevant records",
            upright=True,
            whole=True,
        ),
    )
    return sheet, panel


def _unread(sheet: Sheet, panel: Panel, course: Reading) -> None:
    """Shade what is unread, and say how much it is where there is room."""
    box, pen = panel.box, sheet.pen
    x = panel.x.at(course.screened)
    wide = box.right - x
    if wide < 1:
        return
    sheet.draw(pen.rect(x, box.top, wide, box.bottom - box.top, fill="shade1"))
    sheet.draw(pen.line(x, box.top, x, box.bottom, role="soft", dash="1.5 3"))
    left = course.records - course.screened
    said, size = f"{sheet.style.numbers.count(left)} unread", sheet.style.theme.small
    from_bottom = box.bottom - 8
    if wide > text_width(said, size) + 8:
        sheet.draw(
            pen.text(x + wide / 2, from_bottom, said, size=size, role="soft", anchor="middle")
        )


def _now(sheet: Sheet, panel: Panel, course: Reading) -> Entry:
    """Mark how far reading has come."""
    x, y = panel.at(course.screened, len(course.finds))
    sheet.draw(sheet.pen.symbol("ring", x, y, 5, role="accent", said="Now"))
    return Entry("Now", "ring", "accent")


def _table(course: Reading, style: Style) -> DataTable:
    """List after how many records so many were found."""
    count, finds = style.numbers.count, course.finds
    step = max(1, -(-len(finds) // rule.ROWS))
    picked = [*range(1, len(finds) + 1)][::-1][::step][::-1]
    told = [(finds[k - 1], k) for k in picked] + [(course.screened, len(finds))]
    return table_of(
        ("Records read", "Found", "Found of those read (%)"),
        [count(read) for read, _ in told],
        [count(k) for _, k in told],
        [style.number(100 * k / read, 1) for read, k in told],
    )


def _description(course: Reading, style: Style) -> str:
    """Say in words what was found."""
    count = style.numbers.count
    said = (
        "Relevant records found (vertical) over records read (horizontal): "
        f"{count(len(course.finds))} in {count(course.screened)} of {count(course.records)}."
    )
    if course.finds:
        since = course.screened - course.finds[-1]
        said += f" The last was number {count(course.finds[-1])}; {count(since)} were read since."
    return said
