"""A recall curve looked back on: several runs through a review whose relevant records are known."""

from __future__ import annotations

from statistics import fmean

import numpy as np
from numpy.typing import ArrayLike

from ranvier.core.progress import Hindsight
from ranvier.reporting.figures.figure import DataTable
from ranvier.reporting.figures.look import Style
from ranvier.reporting.figures.sheet import Entry, Panel, Sheet
from ranvier.reporting.figures.steps import steps

__all__ = ["describe_runs", "draw_runs", "table_by_share"]

#: Shares of recall in the table.
TOLD = (0.5, 0.8, 0.9, 0.95, 1.0)
#: Places at which the mean of the runs is drawn.
PLACES = 401


def draw_runs(sheet: Sheet, panel: Panel, past: Hindsight) -> list[Entry]:
    """Draw the mean of the runs with the band they span, beside reading without an order."""
    pen = sheet.pen
    entries = [Entry("Found, in this order", "line", "accent")]
    mean = steps(panel, past.runs[0], past.records)
    if len(past.runs) > 1:
        read = np.unique(np.linspace(0, past.records, PLACES).astype(np.int64))
        found = np.array([np.searchsorted(np.asarray(r), read, side="right") for r in past.runs])
        there = _points(panel, read, found.max(axis=0))
        back = _points(panel, read, found.min(axis=0))[::-1]
        sheet.draw(pen.polygon([*there, *back], fill="shade3", opacity=0.75))
        entries.append(Entry("Range of the runs", "area", "shade3"))
        mean = _points(panel, read, found.mean(axis=0))
    ends = [panel.at(0.0, 0.0), panel.at(float(past.records), float(past.relevant))]
    sheet.draw(
        pen.polyline(ends, role="soft", dash="4 3"), pen.polyline(mean, role="accent", width=2.2)
    )
    entries.append(Entry("Without an order", "line", "soft", dash="4 3"))
    y = panel.box.bottom - 7
    for read in sorted(set(past.met)):
        said = f"Rule met after {read} records"
        sheet.draw(pen.symbol("diamond", panel.x.at(read), y, 4, role="ink", said=said))
    return [*entries, *([Entry("Rule met", "diamond", "ink")] if past.met else [])]


def describe_runs(past: Hindsight, style: Style) -> str:
    """Say in words what the runs show."""
    count = style.numbers.count
    needed = _needed(past, 0.95)
    many = len(past.runs) > 1
    runs = f" on average of {len(past.runs)} runs ({min(needed)} to {max(needed)})" if many else ""
    met = ""
    if past.met:
        said = [count(read) for read in past.met]
        met = f" The stopping rule was met after {', '.join(said)} records."
    mean = count(round(fmean(needed)))
    return (
        f"{count(past.relevant)} relevant records among {count(past.records)}. To find 95% of "
        f"them, {mean} records are read{runs}; without an order, nearly all.{met}"
    )


def table_by_share(past: Hindsight, style: Style) -> DataTable:
    """List how much is read until a share of the relevant records is found."""
    rows: list[tuple[str, ...]] = []
    for share in TOLD:
        needed = _needed(past, share)
        numbers = (fmean(needed), float(min(needed)), float(max(needed)))
        rows.append((f"{100 * share:g}", *(style.number(x, 0) for x in numbers)))
    heads = ("Relevant records found (%)", "Records read, mean", "Least", "Most")
    return DataTable(heads, tuple(rows))


def _needed(past: Hindsight, share: float) -> list[int]:
    """Return after how many records of each run a share is found; all, if it never was."""
    nth = int(np.ceil(share * past.relevant - 1e-9))
    return [run[nth - 1] if nth <= len(run) else past.records for run in past.runs]


def _points(panel: Panel, read: ArrayLike, found: ArrayLike) -> list[tuple[float, float]]:
    """Return pixels of counts."""
    pairs = np.column_stack((read, found)).tolist()
    return [panel.at(x, y) for x, y in pairs]
