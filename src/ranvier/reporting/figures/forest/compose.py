"""From evidence to finished figures: sizes of type, places, drawing, words and data table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from babel.numbers import get_decimal_symbol
from markupsafe import Markup

from ranvier.reporting.figures.figure import DataTable, Figure
from ranvier.reporting.figures.forest.build import Choices, table_of
from ranvier.reporting.figures.forest.draw import Drawing, draw
from ranvier.reporting.figures.forest.evidence import Evidence
from ranvier.reporting.figures.forest.layouts import LAYOUTS
from ranvier.reporting.figures.forest.narrow import draw_narrow
from ranvier.reporting.figures.forest.options import Form
from ranvier.reporting.figures.forest.paging import pages_of
from ranvier.reporting.figures.forest.sheet import Density, Type, sheet_of
from ranvier.reporting.figures.forest.table import LABEL, Table
from ranvier.reporting.figures.forest.words import Words
from ranvier.reporting.figures.lettering import text_width, wrap
from ranvier.reporting.figures.measures import Shown
from ranvier.reporting.figures.pen import Pen
from ranvier.reporting.figures.themes import Theme
from ranvier.reporting.numbers import Numbers
from ranvier.reporting.svg import element

__all__ = ["Composition", "composed"]

#: Width of the plot in ems where nobody says how wide the figure is, and its least.
PLOT, LEAST = 23.0, 11.0

#: Width of a narrow figure, in pixels.
NARROW = 340.0

#: Up to so many lines stand at their ease, and close; more stand densely, in smaller type.
EASY, CLOSE = 45, 90
_SHARE: dict[Density, float] = {"normal": 1.0, "close": 0.94, "dense": 0.88}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """All that decides the figures.

    Attributes
    ----------
    width : float or None
        Of the whole, with its margin; None as wide as its columns are.
    too_wide : {"refuse", "grow"}
        What is done where the columns need more than `width`.
    margin : float
        Around the drawing, in pixels.
    linked : bool
        Whether lines link to their trace, as in the review document.
    """

    evidence: Evidence
    shown: Shown
    choices: Choices
    theme: Theme
    numbers: Numbers
    title: str | None = None
    digits: int | Literal["column", "each"] = "column"
    width: float | None = None
    form: Form = "table"
    density: Density | Literal["auto"] = "auto"
    too_wide: Literal["refuse", "grow"] = "refuse"
    margin: float = 14.0
    linked: bool = False


def composed(made: Composition, *, per_page: int | None = None) -> tuple[Figure, ...]:
    """Draw the figure, or its pages."""
    words = Words(
        layout=made.choices.layout,
        numbers=made.numbers,
        shown=made.shown,
        level=made.evidence.level,
        digits=made.digits,
    )
    density = _density(made)
    share = _SHARE[density]
    type = Type(share * made.theme.size, share * made.theme.small, density)
    theme = replace(made.theme, size=type.size, small=type.small)
    inner = None if made.width is None else made.width - 2 * made.margin
    if made.form == "narrow":
        plot = NARROW - 2 * made.margin if inner is None else inner
    else:
        plot = PLOT * type.size
    if made.form == "narrow":
        made = replace(made, choices=replace(made.choices, columns="above"))
    table = _table(made, words, type, plot)
    decimal = get_decimal_symbol(made.numbers.locale)
    sheet = None
    if made.form == "table":
        least = LEAST * type.size
        sheet = sheet_of(
            table,
            type,
            width=inner,
            least_plot=least,
            plot=plot,
            decimal=decimal,
            too_wide=made.too_wide,
        )
        if sheet.plot_width != plot:
            table = _table(made, words, type, sheet.plot_width)
    pen, layout = Pen(theme), LAYOUTS[made.choices.layout]
    pages: Sequence[Sequence[int]] = (range(len(table.lines)),)
    if per_page is not None:
        pages = pages_of(table.lines, per_page)
    out: list[Figure] = []
    for i, lines in enumerate(pages):
        last = i == len(pages) - 1
        if sheet is None:
            drawn = draw_narrow(
                table, layout, pen, type, plot, linked=made.linked, lines=lines, last=last
            )
        else:
            drawn = draw(
                table,
                sheet,
                layout,
                pen,
                type,
                decimal=decimal,
                linked=made.linked,
                lines=lines,
                last=last,
            )
        place = f" ({i + 1} of {len(pages)})" if len(pages) > 1 else ""
        out.append(_figure(made, table, words, drawn, place, lines, pen))
    return tuple(out)


def _density(made: Composition) -> Density:
    if made.density != "auto":
        return made.density
    lines = len(made.evidence.studies) + 4 * len(made.evidence.subgroups)
    return "normal" if lines <= EASY else "close" if lines <= CLOSE else "dense"


def _table(made: Composition, words: Words, type: Type, plot: float) -> Table:
    """Make the table for a plot of one width; the outermost ticks and squares stay inside."""
    inside = 1.15 * type.size
    return table_of(
        made.evidence,
        words,
        made.choices,
        start=inside,
        end=plot - inside,
        label_width=lambda said: text_width(said, type.small),
    )


def _figure(
    made: Composition,
    table: Table,
    words: Words,
    drawn: Drawing,
    place: str,
    lines: Sequence[int],
    pen: Pen,
) -> Figure:
    """Finish one figure: margin, title, words, data."""
    title = made.title or f"Forest plot: {made.shown.name.lower()}"
    head: list[Markup] = []
    y = made.margin
    if made.title:
        for said in wrap(made.title + place, drawn.width, made.theme.large, "bold"):
            y += 1.25 * made.theme.large
            head.append(
                pen.text(
                    made.margin,
                    y - 0.3 * made.theme.large,
                    said,
                    size=made.theme.large,
                    weight="bold",
                )
            )
        y += 0.5 * made.theme.size
    moved = element("g", drawn.body, transform=f"translate({made.margin:g} {y:g})")
    return Figure(
        kind="forest",
        title=title + place,
        description=words.description(made.evidence),
        table=_data(table, made.evidence, lines),
        width=math.ceil(drawn.width + 2 * made.margin),
        height=math.ceil(y + drawn.height + made.margin),
        theme=made.theme,
        body=Markup("").join([*head, moved]),
    )


def _data(table: Table, evidence: Evidence, lines: Sequence[int]) -> DataTable:
    """Write what is drawn as a table of text."""
    columns = [c for c in (*table.left, *table.right) if c.key != LABEL]
    names = [
        table.left[0].heading,
        *(" ".join(f"{c.over} {c.heading}".split()) for c in columns),
        *table.domains,
    ]
    rows: list[tuple[str, ...]] = []
    for i in lines:
        line = table.lines[i]
        cells = [" ".join(line.cells.get(c.key, ())).strip() for c in columns]
        ratings = [(level or "").replace("_", " ") for level in line.ratings]
        ratings += [""] * (len(table.domains) - len(ratings))
        rows.append((line.label, *cells, *ratings))
    if lines and lines[-1] == len(table.lines) - 1:
        rows += [(said, *([""] * (len(names) - 1))) for said in table.foot]
    return DataTable(tuple(names), tuple(rows))
