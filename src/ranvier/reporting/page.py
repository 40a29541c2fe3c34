"""The page: the book with everything a section needs to write a linked, marked number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from ranvier.core.analysis import Analysis, Estimate
from ranvier.core.book import Book
from ranvier.core.review import Review
from ranvier.core.summary import SummaryRow
from ranvier.core.trace import Node
from ranvier.core.value import Provenance, Value, firmness
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.catalogues import Catalogue
from ranvier.reporting.marks import mark
from ranvier.reporting.numbers import NONE, Numbers
from ranvier.reporting.sentences import Groups

__all__ = ["Page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What all sections share.

    Attributes
    ----------
    nodes : mapping of str to Node
        The trace of the book and what the document adds to it: flow counts, searches, doses ...
    words, numbers
        Of the technical parts.
    said, said_numbers
        Of the plain-language parts: the language the document was asked for.
    glossary : mapping of str to str
        Words of the protocol in that language, from texts of the section ``glossary``.
    """

    book: Book
    nodes: Mapping[str, Node]
    words: Catalogue
    numbers: Numbers
    said: Catalogue
    said_numbers: Numbers
    glossary: Mapping[str, str]

    @property
    def review(self) -> Review:
        """The review the book is about."""
        return self.book.review

    def link(self, shown: str | Markup, node: str, provenance: Provenance | None = None) -> Markup:
        """Write a figure that leads to its trace, followed by its mark."""
        if node not in self.nodes or shown == NONE:
            said = escape(shown)
        else:
            said = Markup('<a class="n" href="#{}">{}</a>').format(trace_anchor(node), shown)
        return said + mark(provenance, self.words.gettext)

    def value(self, value: Value | None, node: str) -> Markup:
        """Write a stored value with unit, mark and link."""
        if value is None or value.value is None:
            return Markup('<span class="none">not given</span>')
        if isinstance(value.value, str):
            said = value.value
        else:
            said = self.numbers.plain(float(value.value))
        text = f"{said} {value.unit}" if value.unit and value.unit not in said else said
        return self.link(text, node, firmness(value))

    def groups(self, row: SummaryRow) -> Groups:
        """Say what a finding compares: two groups, one group with itself, or words only."""
        analysis = self.book.analyses.get(row.analysis)
        if analysis is not None and analysis.spec.design == "narrative":
            return "words"
        alone = self.review.comparisons[row.comparison].group_2 is None
        return "one_group" if alone else "two_groups"

    def risks(self, row: SummaryRow) -> tuple[Estimate, Estimate] | None:
        """Return the risks in the experimental and the comparator group, where they tell anything.

        A ratio times a risk of zero is zero whatever the ratio: such risks are not shown.
        """
        if row.risk_1 is None or row.risk_2 is None:
            return None
        if row.relative is not None and row.risk_2.estimate == 0:
            return None
        return row.risk_1, row.risk_2

    def told(self, row: SummaryRow) -> Markup:
        """Return what the rows of a finding say in words, each linked to where it was read."""
        analysis = self.book.analyses.get(row.analysis)
        held = [self.review.rows[id] for id in analysis.rows] if analysis else []
        said = [
            self.value(value, f"value/{row.id}/{name}")
            for row in held
            for name, value in row.values.items()
            if name == "finding"
        ]
        return Markup("; ").join(said)

    def effect(self, analysis: Analysis) -> Markup:
        """Write the result of an analysis: estimate and interval in one link."""
        node = f"analysis/{analysis.spec.id}"
        effect = analysis.effect
        if effect is None:
            return self.link("not estimable", node, analysis.provenance)
        return self.link(self.estimate(effect, analysis.spec.measure), node, analysis.provenance)

    def estimate(self, effect: Estimate, measure: str) -> str:
        """Write ``11.00 (2.86 to 42.25)``."""
        said = self.numbers.effect(effect.estimate, measure)
        if effect.ci_lb is None or effect.ci_ub is None:
            return said
        return f"{said} ({self.numbers.interval(effect, measure)})"
