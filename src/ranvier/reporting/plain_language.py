"""The plain-language summary after Cochrane's template of 2021, built from the summary rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.analysis import Estimate
from ranvier.core.protocol import Comparison, Outcome
from ranvier.core.summary import SummaryRow
from ranvier.reporting.anchors import anchor
from ranvier.reporting.catalogues import Catalogue
from ranvier.reporting.marks import mark
from ranvier.reporting.numbers import direction_of
from ranvier.reporting.page import Page
from ranvier.reporting.sentences import CERTAINTY_WORDS, statement
from ranvier.reporting.texts import Passage, current_to

__all__ = ["PlainGroup", "PlainSection", "PlainSummary", "finding_sentence", "plain_summary"]

#: No more than this many key messages, as the template asks.
MESSAGES = 3

#: With more findings than this, those that are not critical are folded.
WHOLE = 8


def N_(message: str) -> str:
    """Name a message for the catalogues."""
    return message


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


def finding_sentence(page: Page, row: SummaryRow, *, numbers: bool = True) -> Markup:
    """Say one finding: what it is about, what it shows, its numbers, and how certain it is."""
    outcome = page.review.outcomes[row.outcome]
    comparison = page.review.comparisons[row.comparison]
    said, name = page.said, _capital(_word(page, outcome.plain or outcome.name))
    groups = page.groups(row)
    claim = said.fill(
        statement(row.certainty, row.size, row.direction, groups=groups),
        treatment=_word(page, comparison.group_1),
        comparator=_word(page, comparison.group_2 or ""),
    )
    link = Markup('<a class="claim" href="#{}">{}</a>').format(
        anchor("trace", f"finding/{row.finding}"), Markup(_capital(str(claim)))
    )
    parts = [
        Markup("<b>{}.</b>").format(name.rstrip(".")),
        link + mark(row.provenance, said.gettext),
    ]
    if groups == "words":
        told = page.told(row)
        parts.append(told if told.striptags().endswith(".") else told + Markup("."))
    if numbers:
        parts += _numbers(page, row, outcome, comparison)
        parts.append(_basis(page, row))
    else:
        parts.append(
            Markup("({})").format(said.gettext(CERTAINTY_WORDS[row.certainty or "not_assessed"]))
        )
    return Markup(" ").join(parts)


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _link(page: Page, row: SummaryRow, x: float, *, risk: bool) -> Markup:
    """Write a number of a finding in the language of the summary."""
    numbers = page.said_numbers
    shown = numbers.count(x) if risk else numbers.effect(x, row.measure)
    return page.link(shown, f"finding/{row.finding}")


def _numbers(page: Page, row: SummaryRow, outcome: Outcome, comparison: Comparison) -> list[Markup]:
    """Say the numbers of a finding, those that it has."""
    said = page.said
    risks = page.risks(row)
    if risks is not None:
        return [
            said.fill(
                N_(
                    "{phrase}: {risk_1} of 1000 people with {treatment}, and {risk_2} of 1000 "
                    "with {comparator}."
                ),
                phrase=_capital(_word(page, outcome.phrase)),
                risk_1=_link(page, row, risks[0].estimate, risk=True),
                risk_2=_link(page, row, risks[1].estimate, risk=True),
                treatment=_word(page, comparison.group_1),
                comparator=_word(page, comparison.group_2 or ""),
            )
        ]
    analysis = page.book.analyses.get(row.analysis)
    totals = analysis.totals if analysis else {}
    if row.risk_1 is not None and {"events_1", "n_1", "events_2", "n_2"} <= totals.keys():
        return [_counts(page, row, outcome, comparison, totals)]
    if row.difference is None and "events" in totals and "n" in totals:
        return [
            said.fill(
                N_("{phrase}: {events} of {n} people."),
                phrase=_capital(_word(page, outcome.phrase)),
                events=_link(page, row, totals["events"], risk=True),
                n=_link(page, row, totals["n"], risk=True),
            )
        ]
    return _difference(page, row, outcome) if row.difference is not None else []


def _counts(
    page: Page,
    row: SummaryRow,
    outcome: Outcome,
    comparison: Comparison,
    totals: dict[str, float],
) -> Markup:
    """Say the counts as they were, where they give no risks for others."""
    return page.said.fill(
        N_(
            "{phrase}: {events_1} of {n_1} people with {treatment}, and {events_2} of {n_2} with "
            "{comparator}."
        ),
        phrase=_capital(_word(page, outcome.phrase)),
        treatment=_word(page, comparison.group_1),
        comparator=_word(page, comparison.group_2 or ""),
        **{
            name: _link(page, row, totals[name], risk=True)
            for name in ("events_1", "n_1", "events_2", "n_2")
        },
    )


def _difference(page: Page, row: SummaryRow, outcome: Outcome) -> list[Markup]:
    """Say a difference with its interval."""
    effect: Estimate | None = row.difference
    if effect is None:
        return []
    unit = _word(page, outcome.mid.unit if outcome.mid and outcome.mid.unit else "")
    shown = _link(page, row, effect.estimate, risk=False)
    point = Markup("{} {}").format(shown, unit) if unit else shown
    if effect.ci_lb is None or effect.ci_ub is None:
        return [page.said.fill(N_("The average difference was {difference}."), difference=point)]
    return [
        page.said.fill(
            N_("The average difference was {difference}; it could be from {low} to {high}."),
            difference=point,
            low=_link(page, row, effect.ci_lb, risk=False),
            high=_link(page, row, effect.ci_ub, risk=False),
        )
    ]


def _basis(page: Page, row: SummaryRow) -> Markup:
    """Say how many studies and people stand behind a finding, and how certain it is."""
    said, numbers = page.said, page.said_numbers
    certainty = said.gettext(CERTAINTY_WORDS[row.certainty or "not_assessed"])
    if not row.participants:
        return said.nfill(
            N_("({k} study; {certainty})"),
            N_("({k} studies; {certainty})"),
            row.studies,
            k=page.link(numbers.count(row.studies), f"analysis/{row.analysis}"),
            certainty=certainty,
        )
    return said.nfill(
        N_("({k} study, {n} people; {certainty})"),
        N_("({k} studies, {n} people; {certainty})"),
        row.studies,
        k=page.link(numbers.count(row.studies), f"analysis/{row.analysis}"),
        n=page.link(numbers.count(row.participants), f"analysis/{row.analysis}"),
        certainty=certainty,
    )


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
                    name=_capital(_word(page, comparison.plain or comparison.label)),
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


def _word(page: Page, said: str) -> str:
    """Say a word of the protocol in the language of the summary, where a glossary has it."""
    return page.glossary.get(said, said)


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
            intervention=_word(page, question.intervention),
            comparator=_word(page, question.comparator),
            population=_word(page, question.population),
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
                N_("{k} study is still under way."),
                N_("{k} studies are still under way."),
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
