"""A finished figure: what it shows, in a drawing, in words and as a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from ranvier.reporting.figures.export import write
from ranvier.reporting.figures.lettering import FAMILY, printable
from ranvier.reporting.figures.themes import DARK, Theme
from ranvier.reporting.svg import coordinate, element

__all__ = ["PAGE_STYLE", "DataTable", "Figure"]


@dataclass(frozen=True, slots=True)
class DataTable:
    """The numbers behind a figure.

    Attributes
    ----------
    columns : tuple of str
        Their names.
    rows : tuple of tuple of str
        As a reader of the figure's language writes them.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def html(self, caption: str) -> Markup:
        """Write the table for a page; the first cell of a row is its head."""
        head = Markup("").join(element("th", printable(name), scope="col") for name in self.columns)
        body = Markup("").join(
            element(
                "tr",
                element("th", printable(row[0]), scope="row"),
                *(element("td", printable(cell)) for cell in row[1:]),
            )
            for row in self.rows
        )
        said = element("caption", printable(caption))
        return element("table", said, element("thead", element("tr", head)), element("tbody", body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, complete: nothing is computed later.

    Attributes
    ----------
    kind : str
        ``funnel``, ``forest`` ...
    title : str
        What it is.
    description : str
        What it shows, in words.
    table : DataTable
        The numbers it is drawn from.
    width, height : float
        In pixels of 1/96 inch.
    """

    kind: str
    title: str
    description: str
    table: DataTable
    width: float
    height: float
    theme: Theme = field(repr=False)
    body: Markup = field(repr=False)

    def svg(self) -> str:
        """Return an SVG file: accessible (role, title, description), on white paper."""
        paper = element(
            "rect",
            width=self.width,
            height=self.height,
            class_="f-paper",
            fill=self.theme.colours["paper"],
        )
        return f"{self._svg(paper, self.body, file=True)}\n"

    def html(self, *, table: Literal["folded", "open", "none"] = "folded") -> Markup:
        """Return the figure for a page: drawing and data table; the page says :data:`PAGE_STYLE`.

        Parameters
        ----------
        table : {"folded", "open", "none"}
            Whether the numbers stand below, open at a click, or are left to the page.
        """
        parts = [self._svg(self.body, file=False)]
        if table != "none":
            parts.append(
                element(
                    "details",
                    element("summary", "Data of this figure"),
                    element("div", self.table.html(self.title), class_="scroll", tabindex=0),
                    open="" if table == "open" else None,
                )
            )
        return element("figure", *parts, class_="ranvier-figure")

    def save(self, path: str | Path, *, dpi: float = 300.0) -> Path:
        """Write the figure to a file, in the format its name ends with.

        Parameters
        ----------
        path : str or Path
            Ends in ``.svg``, ``.pdf`` or ``.png``.
        dpi : float
            Pixels an inch of a PNG.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        InputError
            If the ending is another, or the writer of PDF and PNG is not installed.
        """
        return write(
            self.svg(),
            Path(path),
            width=self.width,
            height=self.height,
            title=self.title,
            description=self.description,
            dpi=dpi,
        )

    def _svg(self, *parts: Markup, file: bool) -> Markup:
        # One id for what one figure says, so that two on a page do not share a title.
        id = f"{self.kind}-{sha256(str(self.body).encode()).hexdigest()[:8]}"
        return element(
            "svg",
            element("title", printable(self.title), id=f"{id}-t"),
            element("desc", printable(self.description), id=f"{id}-d"),
            *parts,
            xmlns="http://www.w3.org/2000/svg" if file else None,
            viewBox=f"0 0 {coordinate(self.width)} {coordinate(self.height)}",
            width=self.width,
            height=self.height,
            role="img",
            aria_labelledby=f"{id}-t",
            aria_describedby=f"{id}-d",
            font_family=FAMILY,
            class_=f"{self.kind}-figure",
        )


def _page_style() -> str:
    rules = [
        ".ranvier-figure { margin: 0 }",
        ".ranvier-figure svg { max-width: 100%; height: auto }",
    ]
    dark = [
        f".ranvier-figure .f-{role} {{ fill: {colour} }} "
        f".ranvier-figure .s-{role} {{ stroke: {colour} }}"
        for role, colour in DARK.items()
    ]
    dark_rules = "\n".join(f"  {rule}" for rule in dark)
    return "\n".join([*rules, f"@media (prefers-color-scheme: dark) {{\n{dark_rules}\n}}"]) + "\n"


#: What a page with figures adds to its style: their width, and their colours in the dark.
PAGE_STYLE = _page_style()
