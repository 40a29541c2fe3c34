"""One finding in plain words: what it shows, its numbers, and how certain it is."""

from __future__ import annotations

from markupsafe import Markup

from ranvier.core.analysis import Estimate
from ranvier.core.protocol import Comparison, Outcome
from ranvier.core.summary import SummaryRow
from ranvier.reporting.anchors import anchor
from ranvier.reporting.catalogues import N_
from ranvier.reporting.marks import mark
from ranvier.reporting.page import Page
from ranvier.reporting.sentences import CERTAINTY_WORDS, statement

__all__ = ["capital", "finding_sentence", "word"]


def finding_sentence(page: Page, row: SummaryRow, *, numbers: bool = True) -> Markup:
    """Say one finding: what it is about, what it shows, its numbers, and how certain it is."""
    outcome = page.review.outcomes[row.outcome]
    comparison = page.review.comparisons[row.comparison]
    said, name = page.said, capital(word(page, outcome.plain or outcome.name))
    groups = page.groups(row)
    claim = said.fill(
        statement(row.certainty, row.size, row.direction, groups=groups),
        treatment=word(page, comparison.group_1),
        comparator=word(page, comparison.group_2 or ""),
    )
    link = Markup('<a class="claim" href="#{}">{}</a>').format(
        anchor("trace", f"finding/{row.finding}"), Markup(capital(str(claim)))
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
                phrase=capital(word(page, outcome.phrase)),
                risk_1=_link(page, row, risks[0].estimate, risk=True),
                risk_2=_link(page, row, risks[1].estimate, risk=True),
                treatment=word(page, comparison.group_1),
                comparator=word(page, comparison.group_2 or ""),
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
                phrase=capital(word(page, outcome.phrase)),
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
        phrase=capital(word(page, outcome.phrase)),
        treatment=word(page, comparison.group_1),
        comparator=word(page, comparison.group_2 or ""),
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
    unit = word(page, outcome.mid.unit if outcome.mid and outcome.mid.unit else "")
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


def _link(page: Page, row: SummaryRow, x: float, *, risk: bool) -> Markup:
    """Write a number of a finding in the language of the summary."""
    numbers = page.said_numbers
    shown = numbers.count(x) if risk else numbers.effect(x, row.measure)
    return page.link(shown, f"finding/{row.finding}")


def word(page: Page, said: str) -> str:
    """Say a word of the protocol in the language of the summary, where a glossary has it."""
    return page.glossary.get(said, said)


def capital(said: str) -> str:
    """Begin with a capital letter."""
    return said[:1].upper() + said[1:]
