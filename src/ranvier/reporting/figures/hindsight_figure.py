"""The recall curve of an old review: what was found, in per cent of all, against what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.reporting.figures.axes import axis
from ranvier.reporting.figures.figure import DataTable, Figure
from ranvier.reporting.figures.look import Look, style_of
from ranvier.reporting.figures.sheet import Entry, Sheet

__all__ = ["hindsight_plot"]

#: Shares of recall in the table.
TOLD = (0.5, 0.8, 0.9, 0.95, 1.0)


def hindsight_plot(
    ranks: Sequence[ArrayLike], *, records: int, relevant: int, **look: Unpack[Look]
) -> Figure:
    """Draw recall against records read, as the mean of several runs with the band they span.

    Parameters
    ----------
    ranks : sequence of array_like of int
        Of each run, the ranks at which relevant records were shown, from 1.
    records, relevant : int
        How many there were to be read, and to be found.
    **look
        See :class:`Look`.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no run, or nothing to be found.

    Examples
    --------
    >>> hindsight_plot([[1, 2, 9], [1, 3, 4]], records=50, relevant=3).table.rows[-1]
    ('100', '6', '4', '9')
    """
    if not ranks or relevant < 1 or records < relevant:
        raise InputError(
            "There is no run, or nothing to be found.", remedy="Give the ranks of a simulation."
        )
    style = style_of(look)
    read = np.unique(np.linspace(0, records, 401).astype(np.int64))
    found = np.array([(np.sort(np.asarray(r))[None] <= read[:, None]).sum(axis=1) for r in ranks])
    recall = 100 * found / relevant
    mean, low, high = recall.mean(axis=0), recall.min(axis=0), recall.max(axis=0)
    sheet = Sheet(style)
    panel = sheet.panel(
        axis(0.0, float(records), length=style.width - 90, style=style,
             title=style.xlab or "Records read", whole=True),
        axis(100.0, 0.0, length=style.height - 80, style=style,
             title=style.ylab or "Relevant records found (%)", upright=True),
    )  # fmt: skip
    sheet.frame(panel)
    entries = [Entry("In this order", "line", "accent"), Entry("Without an order", "line", "soft")]
    if len(ranks) > 1:
        there = [panel.at(float(x), float(y)) for x, y in zip(read, high, strict=True)]
        back = [panel.at(float(x), float(y)) for x, y in zip(read[::-1], low[::-1], strict=True)]
        sheet.draw(sheet.pen.polygon([*there, *back], fill="accent", opacity=0.2))
        entries.insert(1, Entry("Range of the runs", "area", "accent", "shade3"))
    sheet.draw(
        sheet.pen.polyline(
            [panel.at(0.0, 0.0), panel.at(float(records), 100.0)], role="soft", dash="4 3"
        ),
        sheet.pen.polyline(
            [panel.at(float(x), float(y)) for x, y in zip(read, mean, strict=True)],
            role="accent",
            width=2.0,
        ),
    )
    sheet.legend(entries)
    rows: list[tuple[str, ...]] = []
    for share in TOLD:
        nth = int(np.ceil(share * relevant - 1e-9))
        needed = [_rank_of(r, nth, records) for r in ranks]
        numbers = (float(np.mean(needed)), float(min(needed)), float(max(needed)))
        rows.append((f"{100 * share:g}", *(style.number(x, 0) for x in numbers)))
    return sheet.figure(
        "hindsight",
        title="Relevant records found against records read",
        description=(
            f"{relevant} relevant records among {records}. To find 95% of them, {rows[3][1]} "
            f"records are read on average of {len(ranks)} runs ({rows[3][2]} to {rows[3][3]}); "
            "without an order, nearly all."
        ),
        table=DataTable(
            ("Relevant records found (%)", "Records read, mean", "Least", "Most"), tuple(rows)
        ),
    )


def _rank_of(ranks: ArrayLike, nth: int, records: int) -> int:
    """Return the rank of the n-th relevant record; the last one if it was never shown."""
    held = np.sort(np.asarray(ranks))
    return int(held[nth - 1]) if nth <= len(held) else records
