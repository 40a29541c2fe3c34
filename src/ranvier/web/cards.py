"""A record as a piece of HTML: the page shows the first one, the browser fetches the next ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ranvier.core.protocol import Criterion
from ranvier.core.record import abstract_sections
from ranvier.reporting.titles import doi_link, pubmed_link, register_link, safe_url
from ranvier.web.languages import text_language
from ranvier.web.rendering import piece

__all__ = ["CardView", "Link", "card_html", "view_of"]

#: `ranvier.api.seat.Card`.
Card: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address elsewhere that a reader may follow."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """What a card shows beside the record's own words.

    Attributes
    ----------
    title_language, abstract_language : str
        BCP 47 tags.
    citation : str
        Journal, year, volume and pages.
    sections : tuple of (str or None, str)
        The abstract by its headings.
    sources : str
        Names of what was searched.
    """

    title_language: str
    abstract_language: str
    citation: str
    links: tuple[Link, ...]
    sections: tuple[tuple[str | None, str], ...]
    sources: str
    criteria: Mapping[str, str]

    def reasons(self, ids: Sequence[str]) -> str:
        """Write the reasons of an exclusion."""
        return "; ".join(self.criteria.get(one, one) for one in ids)


def view_of(card: Card, criteria: Sequence[Criterion]) -> CardView:
    """Make of a card what a page shows."""
    abstract = (card.abstract or "").strip()
    return CardView(
        title_language=text_language(card.title, card.languages),
        abstract_language=text_language(abstract, card.languages),
        citation=_citation(card),
        links=_links(card),
        sections=abstract_sections(abstract) if abstract else (),
        sources=", ".join(card.sources),
        criteria={c.id: c.text for c in criteria},
    )


def card_html(card: Card, criteria: Sequence[Criterion]) -> str:
    """Draw a card."""
    return piece("screening/card.html.j2", card=card, view=view_of(card, criteria))


def _citation(card: Card) -> str:
    """Write where a record appeared: ``J Neurol. 2013;12(3):1-9``."""
    volume = f"{card.volume or ''}{f'({card.issue})' if card.issue else ''}"
    place = volume + (f":{card.pages}" if card.pages else "")
    year = str(card.year) if card.year else ""
    when = ";".join(part for part in (year, place) if part)
    return ". ".join(part for part in (card.journal, when) if part)


def _links(card: Card) -> tuple[Link, ...]:
    """Gather the addresses of a record elsewhere."""
    found: list[Link] = []
    if card.doi:
        found.append(Link(label=f"DOI {card.doi}", address=doi_link(card.doi)))
    if card.pmid:
        found.append(Link(label=f"PubMed {card.pmid}", address=pubmed_link(card.pmid)))
    for one in card.registry_ids:
        address = register_link(one)
        if address:
            found.append(Link(label=one, address=address))
    for url in card.urls:
        address = safe_url(url)
        if address and address not in {link.address for link in found}:
            host = address.partition("://")[2].partition("/")[0].removeprefix("www.")
            found.append(Link(label=host, address=address))
    return tuple(found[:6])
