"""Methods, excluded reports, risk of bias and contradictions, as PRISMA asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.flow import item_states
from ranvier.core.screening import Decision
from ranvier.core.value import Value, firmness
from ranvier.reporting.anchors import anchor, trace_anchor
from ranvier.reporting.fields import fact_words
from ranvier.reporting.page import Page
from ranvier.reporting.references import cite, records_of

__all__ = [
    "BiasTable",
    "ConflictView",
    "Excluded",
    "SearchView",
    "bias_tables",
    "conflict_views",
    "excluded_reports",
    "search_views",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """One search run."""

    source: str
    kind: str
    date: str
    through: Markup | None
    strategy: str | None
    note: str | None
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """One report excluded on its full text, with the reason."""

    citation: Markup
    reasons: tuple[str, ...]
    by: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasTable:
    """Risk of bias of all included studies by one tool; empty cells are not assessed."""

    tool: str
    domains: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Markup, ...]], ...]
    assessed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """Sources that contradict each other, side by side."""

    anchor: str
    about: str
    study: str
    sides: tuple[tuple[str, Markup, str], ...]
    rows: tuple[Markup, ...]
    resolution: str | None


def search_views(page: Page) -> list[SearchView]:
    """List all searches."""
    out: list[SearchView] = []
    for id, run in page.review.searches.items():
        through = run.searched_through
        counts = [i.count for i in page.review.imports.values() if i.search_run == id]
        out.append(
            SearchView(
                source=run.source,
                kind=run.kind,
                date=page.numbers.date(run.date),
                through=page.link(page.numbers.date(through), f"search/{id}") if through else None,
                strategy=run.strategy,
                note=run.note,
                records=sum(counts),
            )
        )
    return out


def excluded_reports(page: Page) -> list[Excluded]:
    """List reports excluded on the full text, with the criteria their decisions name."""
    review = page.review
    decided: dict[str, list[Decision]] = {}
    for decision in review.decisions.values():
        if decision.stage == "full_text" and decision.verdict == "exclude":
            decided.setdefault(decision.item, []).append(decision)
    if not decided:
        return []
    states = item_states(review, "full_text")
    criteria = {c.id: c.text for c in review.protocol.criteria} if review.protocol else {}
    out: list[Excluded] = []
    for item, decisions in decided.items():
        if states.get(item) != "excluded":
            continue
        records = records_of(page, item)
        reasons = dict.fromkeys(criteria.get(r, r) for d in decisions for r in d.reasons)
        notes = dict.fromkeys(d.note for d in decisions if d.note)
        out.append(
            Excluded(
                citation=cite(records[0]) if records else Markup("{}").format(item),
                reasons=tuple(reasons) or ("no reason given",),
                by=tuple(dict.fromkeys(d.reviewer for d in decisions)),
                note="; ".join(notes),
            )
        )
    return out


_LEVELS = {
    "low": ("+", "Low risk"),
    "some_concerns": ("~", "Some concerns"),
    "high": ("×", "High risk"),
    "unclear": ("?", "Unclear"),
}


def bias_tables(page: Page) -> list[BiasTable]:
    """Lay out risk of bias: one table a tool, one line a study, whether assessed or not."""
    protocol = page.review.protocol
    planned = protocol.risk_of_bias_tool if protocol else None
    tools = dict.fromkeys(judged.tool for judged in page.review.bias.values())
    if not tools:
        tools = {planned or "Risk of bias": None}
    return [_bias_table(page, tool) for tool in tools]


def _bias_table(page: Page, tool: str) -> BiasTable:
    """Lay out one tool."""
    judged = [b for b in page.review.bias.values() if b.tool == tool]
    domains = tuple(dict.fromkeys(b.domain for b in judged)) or ("overall",)
    lines: list[tuple[str, tuple[Markup, ...]]] = []
    assessed = 0
    for study in page.review.studies.values():
        if study.role != "included":
            continue
        mine = [b for b in judged if b.study == study.id]
        assessed += bool(mine)
        cells: list[Markup] = []
        for domain in domains:
            found = [b for b in mine if b.domain == domain]
            cells.append(
                Markup(" ").join(_level(page, b.id, b.level, b.support) for b in found)
                if found
                else Markup('<span class="not-assessed">not assessed</span>')
            )
        lines.append((study.label, tuple(cells)))
    words = tuple(fact_words(domain) for domain in domains)
    return BiasTable(tool=tool, domains=words, lines=tuple(lines), assessed=assessed)


def _level(page: Page, id: str, level: Value, support: str | None) -> Markup:
    """Write a level with its sign and its word."""
    sign, word = _LEVELS.get(str(level.value), ("?", str(level.value)))
    said = Markup(
        '<span class="bias bias-{}"><span class="sign" aria-hidden="true">{}</span> {}</span>'
    )
    out = page.link(said.format(level.value, sign, word), f"bias/{id}", level.provenance)
    return out + Markup('<span class="aside"> {}</span>').format(support) if support else out


def conflict_views(page: Page) -> list[ConflictView]:
    """Lay out contradictions."""
    review = page.review
    out: list[ConflictView] = []
    for id, conflict in review.conflicts.items():
        sides: list[tuple[str, Markup, str]] = []
        for side, value in conflict.sides.items():
            said = Markup("<q>{}</q>").format(value.printed) if value.printed else None
            node = f"conflict/{id}/{side}"
            shown = page.link(said, node, firmness(value)) if said else page.value(value, node)
            sides.append((side, shown, value.note or ""))
        study = review.studies.get(conflict.study)
        out.append(
            ConflictView(
                anchor=anchor("conflict", id),
                about=conflict.about,
                study=study.label if study else conflict.study,
                sides=tuple(sides),
                rows=_rows(page, conflict.rows),
                resolution=conflict.resolution,
            )
        )
    return out


def _rows(page: Page, rows: tuple[str, ...]) -> tuple[Markup, ...]:
    """Link to result rows, those of one title together."""
    titled: dict[str, list[str]] = {}
    for row in rows:
        if f"row/{row}" in page.nodes:
            titled.setdefault(page.nodes[f"row/{row}"].title, []).append(row)
    out: list[Markup] = []
    for title, held in titled.items():
        said = [title, *(f"another row ({row})" for row in held[1:])]
        links = [
            Markup('<a href="#{}">{}</a>').format(trace_anchor(f"row/{row}"), words)
            for row, words in zip(held, said, strict=True)
        ]
        out.append(Markup(", ").join(links))
    return tuple(out)
