"""The plain-language summary after Cochrane's template of 2021, built from the summary rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.summary import SummaryRow
from ranvier.reporting.catalogues import N_, Catalogue
from ranvier.reporting.finding_sentence import capital, finding_sentence, word
from ranvier.reporting.numbers import direction_of
from ranvier.reporting.page import Page
from ranvier.reporting.texts import Passage, current_to

__all__ = ["PlainGroup", "PlainSection", "PlainSummary", "plain_summary"]

#: No more than this many key messages, as the template asks.
MESSAGES = 3

#: With more findings than this, those that are not critical are folded.
WHOLE = 8


#: Headings of the template, with the sections of texts that belong under each.
_SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("condition", N_("What is the condition?"), ("pls_condition",)),
    ("treatment", N_("How is it treated?"), ("pls_treatment",)),
    ("aim", N_("What did we want to find out?"), ("pls_aim",)),
    ("did", N_("What did we do?"), ("pls_methods", "pls_did")),
    ("found", N_("What did we find?"), ("pls_results", "pls_found")),
    ("limits", N_("What are the limitations of the evidence?"), ("pls_limitations",)),
    ("current", N_("How up to date is this evidence?"), ("pls_current", "pls_up_to_date")),
)


#: Sections of texts that hold key messages.
_MESSAGES = ("key_messages", "pls_key_messages")


@dataclass(frozen=True, slots=True)
class PlainGroup:
    """Findings of one comparison; those that are not critical are folded, to keep it readable."""

    name: str
    shown: tuple[Markup, ...]
    folded: tuple[Markup, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSection:
    """One heading with what stands under it."""

    id: str
    heading: str
    paragraphs: tuple[Markup, ...]
    groups: tuple[PlainGroup, ...] = ()
    written: tuple[str, ...] = ()  # anchors of the texts in it


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSummary:
    """The whole summary in one language."""

    language: str
    direction: str
    heading: str
    messages_heading: str
    messages: tuple[Markup, ...]
    sections: tuple[PlainSection, ...]
    stale: tuple[str, ...]
    who: str
    messages_written: tuple[str, ...]


def plain_summary(page: Page, texts: Iterable[Passage]) -> PlainSummary:
    """Build the summary in the language the document was asked for."""
    language = page.said.language
    mine = [t for t in texts if t.language == language]

    def plain(text: Passage) -> bool:
        return text.section.startswith("pls_") or text.section == "key_messages"

    sections: list[PlainSection] = []
    for id, heading, names in _SECTIONS:
        written = [p for text in mine if text.section in names for p in text.paragraphs]
        made = _MADE.get(id, _nothing)(page)
        made = made if not written or id in _ALWAYS else ()
        paragraphs = (*made, *written) if id == "found" else (*written, *made)
        groups = _groups(page) if id == "found" else ()
        if paragraphs or groups:
            sections.append(
                PlainSection(
                    id=f"pls-{id}",
                    heading=page.said.gettext(heading),
                    paragraphs=paragraphs,
                    groups=groups,
                    written=tuple(t.anchor for t in mine if t.section in names and t.anchor),
                )
            )
    written = [p for t in mine if t.section in _MESSAGES for p in t.paragraphs]
    return PlainSummary(
        language=language,
        direction=direction_of(language),
        heading=page.said.gettext(N_("Plain-language summary")),
        messages_heading=page.said.gettext(N_("Key findings")),
        messages=tuple(written[:MESSAGES]) or _messages(page),
        sections=tuple(sections),
        who=page.said.gettext(N_("Who wrote this, and on what it rests")),
        messages_written=tuple(t.anchor for t in mine if t.section in _MESSAGES and t.anchor),
        stale=tuple(dict.fromkeys(reason for text in mine if plain(text) for reason in text.stale)),
    )


#: Sections where what follows from the data is said even if people wrote something, too.
_ALWAYS = frozenset({"found", "limits", "current"})


def _rows(page: Page) -> list[SummaryRow]:
    return [row for rows in page.book.summary.values() for row in rows]


def _messages(page: Page) -> tuple[Markup, ...]:
    """Say the most important findings, then what is missing."""
    ranks = {"critical": 0, "important": 1, "limited": 2}
    rows = [row for row in _rows(page) if row.studies]
    rows.sort(
        key=lambda row: (
            row.certainty is None,
            ranks[page.review.outcomes[row.outcome].importance],
            row.direction == "either",
        )
    )
    out = [finding_sentence(page, row, numbers=False) for row in rows[: MESSAGES - 1]]
    missing = [row for row in rows if row.certainty is None]
    if missing:
        out.append(
            page.said.nfill(
                N_("For {n} of {total} results nobody has rated how certain it is."),
                N_("For {n} of {total} results nobody has rated how certain they are."),
                len(missing),
                n=page.said_numbers.count(len(missing)),
                total=page.said_numbers.count(len(rows)),
            )
        )
    return tuple(out)


def _groups(page: Page) -> tuple[PlainGroup, ...]:
    """Say all findings, by comparison; beyond `WHOLE` of them only the first ones openly."""
    many = len(_rows(page)) > WHOLE
    out: list[PlainGroup] = []
    for id, rows in page.book.summary.items():
        comparison = page.review.comparisons[id]
        shown = [row for row in rows if not many or _first(page, row)]
        folded = [row for row in rows if row not in shown]
        more = page.said.ngettext(N_("{n} more result"), N_("{n} more results"), len(folded))
        if rows:
            out.append(
                PlainGroup(
                    name=capital(word(page, comparison.plain or comparison.label)),
                    shown=tuple(finding_sentence(page, row) for row in shown),
                    folded=tuple(finding_sentence(page, row) for row in folded),
                    more=more.format(n=page.said_numbers.count(len(folded))),
                )
            )
    return tuple(out)


def _first(page: Page, row: SummaryRow) -> bool:
    """Whether a finding is told openly even among many: critical, and against a comparison."""
    critical = page.review.outcomes[row.outcome].importance == "critical"
    return critical and page.groups(row) != "one_group"


def _nothing(_page: Page) -> tuple[Markup, ...]:
    return ()


def _aim(page: Page) -> tuple[Markup, ...]:
    """Say the questions in one sentence each."""
    return tuple(
        page.said.fill(
            N_(
                "We wanted to find out what {intervention} does compared with {comparator} "
                "in {population}."
            ),
            intervention=word(page, question.intervention),
            comparator=word(page, question.comparator),
            population=word(page, question.population),
        )
        for question in page.review.questions.values()
    )


def _did(page: Page) -> tuple[Markup, ...]:
    """Say what was done."""
    said: Catalogue = page.said
    return (
        said.fill(
            N_(
                "We searched for studies that answer this question, compared and summarised "
                "their results, and looked at how far each result can be trusted."
            )
        ),
    )


def _found(page: Page) -> tuple[Markup, ...]:
    """Say how many studies were found."""
    flow, numbers = page.book.flow, page.said_numbers
    out = [
        page.said.nfill(
            N_("We found {k} study that met our criteria."),
            N_("We found {k} studies that met our criteria."),
            flow.new_studies,
            k=page.link(numbers.count(flow.new_studies), "flow/new_studies"),
        )
    ]
    if flow.ongoing_studies:
        out.append(
            page.said.nfill(
                N_("{k} study has no results yet that we could use."),
                N_("{k} studies have no results yet that we could use."),
                flow.ongoing_studies,
                k=page.link(numbers.count(flow.ongoing_studies), "flow/ongoing_studies"),
            )
        )
    return (Markup(" ").join(out),)


def _limits(page: Page) -> tuple[Markup, ...]:
    """Say which results rest on figures that no source prints."""
    said, numbers, rows = page.said, page.said_numbers, _rows(page)
    out: list[Markup] = []
    shaky = [row for row in rows if row.provenance in ("derived", "recalled", "judged")]
    if shaky:
        out.append(
            said.nfill(
                N_("{n} of {total} results rests on figures that no source we saw prints as such."),
                N_("{n} of {total} results rest on figures that no source we saw prints as such."),
                len(shaky),
                n=numbers.count(len(shaky)),
                total=numbers.count(len(rows)),
            )
        )
    wide = [row for row in rows if row.direction == "either"]
    if wide:
        out.append(
            said.nfill(
                N_("{n} of {total} results leaves open whether the treatment helps or harms."),
                N_("{n} of {total} results leave open whether the treatment helps or harms."),
                len(wide),
                n=numbers.count(len(wide)),
                total=numbers.count(len(rows)),
            )
        )
    return (Markup(" ").join(out),) if out else ()


def _current(page: Page) -> tuple[Markup, ...]:
    """Say up to when was searched."""
    found = current_to(page)
    if found is None:
        return (page.said.fill(N_("The day of the last search is not known.")),)
    day = page.link(page.said_numbers.date(found[0]), found[1])
    return (page.said.fill(N_("The evidence is current to {date}."), date=day),)


_MADE = {
    "aim": _aim,
    "did": _did,
    "found": _found,
    "limits": _limits,
    "current": _current,
}
