"""The review document: one static page, assembled from the book."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ranvier.core.book import Book
from ranvier.core.rehearsal import Rehearsal
from ranvier.core.reproduction import Figure
from ranvier.reporting.additions import all_nodes
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.catalogues import catalogue
from ranvier.reporting.characteristics import study_views
from ranvier.reporting.flow_diagram import flow_lines, flow_svg
from ranvier.reporting.history import deeds, stale_things, status, versions
from ranvier.reporting.marks import LEGEND, mark
from ranvier.reporting.methods import (
    bias_tables,
    conflict_views,
    excluded_reports,
    search_views,
)
from ranvier.reporting.numbers import Numbers, direction_of
from ranvier.reporting.page import Page
from ranvier.reporting.plain_language import plain_summary
from ranvier.reporting.references import source_views
from ranvier.reporting.rehearsal import rehearsal_view
from ranvier.reporting.results import forest_figure, method_words, results
from ranvier.reporting.summary_table import summary_tables
from ranvier.reporting.texts import Passage, passages
from ranvier.reporting.titles import safe_title
from ranvier.reporting.traces import trace_groups

__all__ = ["forest_plot", "review_document"]

#: Where a text of each section stands; all others go under "Further notes".
PLACES = {
    "background": "background",
    "introduction": "background",
    "rationale": "background",
    "objectives": "background",
    "methods": "methods",
    "screening": "methods",
    "synthesis": "methods",
    "uncertain": "uncertain",
    "limitations": "uncertain",
    "multiverse": "multiverse",
    "results": "results",
    "discussion": "discussion",
    "interpretation": "discussion",
    "implications": "discussion",
    "conclusions": "discussion",
    "funding": "other",
    "support": "other",
    "competing_interests": "other",
    "interests": "other",
    "registration": "other",
    "availability": "other",
    "key_messages": "plain",
}


def review_document(book: Book, *, rehearsal: Rehearsal | None = None, language: str = "en") -> str:
    """Write the review document: one HTML file that needs nothing outside itself.

    Parameters
    ----------
    book : Book
    rehearsal : Rehearsal or None
        The screening in the order of a ranking; left out if None.
    language : str
        Of the plain-language summary; the technical parts keep the language of the review.

    Returns
    -------
    str
        The same for the same book, byte for byte: no clock and no random order enters.

    Raises
    ------
    InputError
        If there is no catalogue for the language, or a text has a placeholder that names nothing.
    """
    page = _page(book, language)
    texts = passages(page)
    template = _environment().get_template("document.html.j2")
    return template.render(
        page=page,
        book=book,
        review=book.review,
        numbers=page.numbers,
        title=safe_title(book.review.opened.title),
        status=status(page),
        stale=stale_things(page),
        plain=plain_summary(page, texts),
        texts=_placed(texts),
        flow_figure=flow_svg(book.flow, _reasons(book), numbers=page.numbers),
        flow_lines=[
            (line, page.link(page.numbers.count(line.n), f"flow/{line.field}"))
            for line in flow_lines(book.flow, _reasons(book))
        ],
        rehearsal=rehearsal_view(rehearsal, page.numbers) if rehearsal else None,
        included=study_views(page, "included"),
        supporting=study_views(page, "supporting"),
        ongoing=study_views(page, "ongoing"),
        results=results(page),
        conflicts=conflict_views(page),
        summaries=summary_tables(page),
        bias=bias_tables(page),
        excluded=excluded_reports(page),
        searches=search_views(page),
        sources=source_views(page),
        deeds=deeds(page),
        versions=versions(page),
        groups=trace_groups(book.review, page.nodes),
        legend=[(kind, mark(kind), said) for kind, said in LEGEND.items() if kind != "found"],
        **_assets(),
    )


def forest_plot(book: Book, analysis: str) -> str:
    """Draw the forest plot of one analysis as an SVG file of its own.

    Parameters
    ----------
    analysis : str
        Id of an analysis of the book.
    """
    return forest_figure(_page(book, "en"), analysis).svg()


def _page(book: Book, language: str) -> Page:
    """Gather what all sections share."""
    return Page(
        book=book,
        nodes=all_nodes(book),
        words=catalogue("en"),
        numbers=Numbers("en"),
        said=catalogue(language),
        said_numbers=Numbers(language),
        glossary=_glossary(book, language),
    )


def _glossary(book: Book, language: str) -> dict[str, str]:
    """Read the glossary of a language: lines of the form ``word of the protocol = word``."""
    out: dict[str, str] = {}
    for text in book.review.texts.values():
        if text.section == "glossary" and text.language == language:
            for line in text.body.splitlines():
                word, equals, said = line.partition(" = ")
                if equals:
                    out[word.strip()] = said.strip()
    return out


def _reasons(book: Book) -> dict[str, str]:
    """Return the text of every criterion by its id."""
    protocol = book.review.protocol
    return {c.id: c.text for c in protocol.criteria} if protocol else {}


def _placed(texts: list[Passage]) -> dict[str, list[Passage]]:
    """Sort texts to where they stand; those of the plain-language summary are there already."""
    out: dict[str, list[Passage]] = {place: [] for place in (*PLACES.values(), "further")}
    for text in texts:
        if not text.section.startswith(("pls_", "glossary")) and text.language == "en":
            out[PLACES.get(text.section, "further")].append(text)
    return out


def _asset(name: str) -> str:
    """Read a style sheet or script of ours."""
    return (resources.files("ranvier.reporting") / "templates" / name).read_text("utf-8")


def _assets() -> dict[str, Markup]:
    """Read what is put into the page: nothing is ever loaded from elsewhere."""
    return {
        "style": Markup(_asset("style.css") + _asset("figure.css")),
        "script": Markup(_asset("panel.js")),
    }


#: Figures of a reproduced result in the order a reader expects, with their words.
_FIGURES = {
    "estimate": "estimate",
    "ci_lb": "interval from",
    "ci_ub": "interval to",
    "p": "P value",
}


def _figure_words(name: str) -> str:
    """Name a figure of a reproduced result."""
    return _FIGURES.get(name, name.replace("_", " "))


def _sorted_figures(figures: tuple[Figure, ...]) -> list[Figure]:
    """Put the estimate before its interval and its P value."""
    order = list(_FIGURES)
    return sorted(figures, key=lambda f: order.index(f.name) if f.name in order else len(order))


_FILTERS: dict[str, Callable[..., Any]] = {
    "trace_anchor": trace_anchor,
    "method_words": method_words,
    "direction": direction_of,
    "figure_words": _figure_words,
    "sort_figures": _sorted_figures,
}


def _environment() -> Environment:
    """Set up templates: everything is escaped, and a missing name is an error."""
    env = Environment(
        loader=PackageLoader("ranvier.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(_FILTERS)
    return env
