"""Fields of results and facts of studies in words, in the order a reader expects."""

from __future__ import annotations

from ranvier.core.protocol import Comparison
from ranvier.core.result import FIELDS, ResultRow

__all__ = ["FACTS", "fact_place", "fact_words", "field_order", "field_words"]

#: Facts that come first, in this order, with their words; all others follow by name.
FACTS = {
    "population": "People",
    "n": "Number of people",
    "n_screened": "Screened",
    "n_enrolled": "Enrolled",
    "n_randomised": "Randomised",
    "n_completed": "Completed",
    "n_analysed": "Analysed",
    "n_analysed_mmn": "Analysed, with MMN",
    "blinding": "Blinding",
    "sites": "Sites",
    "setting": "Setting",
    "follow_up": "Follow-up",
    "funding": "Funding",
}

_LAST = {"doi": "DOI", "pmid": "PubMed number", "pmcid": "PMC number"}

_FIELDS = {
    "events": "events",
    "n": "people",
    "mean": "mean",
    "sd": "SD",
    "se": "SE",
    "ci_lb": "interval from",
    "ci_ub": "interval to",
    "p": "P value",
    "estimate": "estimate",
    "both": "in both",
    "neither": "in neither",
    "mean_difference": "mean difference",
    "mean_pre": "mean before",
    "sd_pre": "SD before",
    "mean_post": "mean after",
    "sd_post": "SD after",
    "change": "change",
    "finding": "finding",
}


def fact_place(name: str) -> tuple[int, str]:
    """Return where a fact stands among its like."""
    order = list(FACTS)
    if name in _LAST:
        return (len(order) + 1, name)
    return (order.index(name) if name in order else len(order), name)


def fact_words(name: str) -> str:
    """Turn the name of a fact into words.

    Examples
    --------
    >>> fact_words("n_randomised"), fact_words("dose_before"), fact_words("n_left")
    ('Randomised', 'Dose before', 'Left (n)')
    """
    known = FACTS.get(name) or _LAST.get(name)
    if known:
        return known
    said = name.removeprefix("n_").replace("_", " ").replace("mmn", "MMN")
    said = f"{said} (n)" if name.startswith("n_") else said
    return said[:1].upper() + said[1:]


def field_words(name: str, comparison: Comparison) -> str:
    """Turn the name of a field of a result row into words that name its group.

    Examples
    --------
    >>> c = Comparison(id="c", label="A against B", question="q", group_1="A", group_2="B")
    >>> field_words("events_1", c), field_words("only_2", c), field_words("sd_pre", c)
    ('events with A', 'only with B', 'SD before')
    """
    base, _, group = name.rpartition("_")
    with_ = {"1": comparison.group_1, "2": comparison.group_2 or "the comparator"}.get(group)
    if with_ is None:
        return _FIELDS.get(name, name.replace("_", " "))
    if base == "only":
        return f"only with {with_}"
    return f"{_FIELDS.get(base, base.replace('_', ' '))} with {with_}"


def field_order(row: ResultRow) -> list[str]:
    """List the fields that a row has: those its design names first, in that order."""
    design = FIELDS[row.design]
    known = [*design.needed, *(n for names in design.one_of for n in names), *design.optional]
    return [name for name in dict.fromkeys((*known, *row.values)) if name in row.values]
