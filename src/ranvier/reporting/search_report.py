"""The search report: the items of PRISMA-S, each as far as the log knows, and no further.

Rethlefsen ML, Kirtley S, Waffenschmidt S, et al. (2021). PRISMA-S: an extension to the PRISMA
statement for reporting literature searches in systematic reviews. Systematic Reviews 10:39.
doi:10.1186/s13643-020-01542-z
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.core.flow import flow_of
from ranvier.core.review import Review
from ranvier.core.search import Clustering, Retrieval, SearchRun

__all__ = ["Item", "search_items", "search_report"]

UNKNOWN = "Not in the log."


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of PRISMA-S.

    Attributes
    ----------
    number : int
        From 1 to 16.
    said : tuple of str
        What the log says; empty where it says nothing.
    code : tuple of (str, str)
        Texts that are shown as they are, each with a heading: strategies.
    unknown : str or None
        What of the item the log does not say.
    """

    number: int
    name: str
    said: tuple[str, ...] = ()
    code: tuple[tuple[str, str], ...] = ()
    unknown: str | None = None


def search_items(
    review: Review, filters: Mapping[str, Sequence[str]] | None = None
) -> tuple[Item, ...]:
    """Answer the sixteen items from the log.

    Parameters
    ----------
    filters : Mapping of str to sequence of str, or None
        Search -> the published filters that were recognised in its strategy.

    Returns
    -------
    tuple of Item
        In order. What was never recorded is said to be unknown, never filled in.
    """
    runs = list(review.searches.values())
    fetched = review.retrievals
    databases = [run for run in runs if run.kind == "database"]
    registers = [run for run in runs if run.kind == "register"]
    others = [run for run in runs if run.kind == "other"]
    return (
        Item(
            number=1,
            name="Database name",
            said=tuple(_named(databases, fetched)),
            unknown=_unplaced(databases, fetched),
        ),
        Item(
            number=2,
            name="Multi-database searching",
            unknown="The log does not say whether several databases were searched at once on one "
            "platform.",
        ),
        Item(
            number=3,
            name="Study registries",
            said=tuple(_named(registers, fetched)),
            unknown=None if registers else "The log holds no search of a register.",
        ),
        Item(
            number=4,
            name="Online resources and browsing",
            said=tuple(_named(others, fetched)),
            unknown="Of these, the log does not say which were web sites, lists or journals that "
            "were browsed."
            if others
            else UNKNOWN,
        ),
        Item(number=5, name="Citation searching", unknown=UNKNOWN),
        Item(number=6, name="Contacts", unknown=UNKNOWN),
        Item(number=7, name="Other methods", unknown=UNKNOWN),
        Item(
            number=8,
            name="Full search strategies",
            said=tuple(f"{_title(run)}: not kept." for run in runs if not run.strategy),
            code=tuple(_strategies(runs, fetched)),
            unknown=None if runs else "The log holds no search.",
        ),
        _limits(runs, fetched),
        _filters(runs, filters or {}),
        Item(number=11, name="Prior work", unknown=UNKNOWN),
        _updates(runs),
        Item(
            number=13,
            name="Dates of searches",
            said=tuple(
                f"{_title(run)}: run on {run.date}"
                + (f", current to {run.searched_through}" if run.searched_through else "")
                + "."
                for run in runs
            ),
            unknown=None if runs else "The log holds no search.",
        ),
        Item(number=14, name="Peer review", unknown=UNKNOWN),
        _totals(review, runs),
        _duplicates(review),
    )


def search_report(
    review: Review,
    *,
    form: Literal["markdown", "html"] = "markdown",
    filters: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Write how a review was searched.

    Parameters
    ----------
    form : {"markdown", "html"}
    filters : Mapping of str to sequence of str, or None
        See :func:`search_items`.

    Returns
    -------
    str
        A whole document. The same log gives the same text.
    """
    items = search_items(review, filters)
    title = f"How this review was searched: {review.opened.title}"
    return _html(title, items) if form == "html" else _markdown(title, items)


def _title(run: SearchRun) -> str:
    """Name a run."""
    return f"{run.source} ({run.id})"


def _named(runs: list[SearchRun], fetched: dict[str, Retrieval]) -> Iterator[str]:
    """Name each source once, with its platform if the log knows it."""
    seen: dict[str, None] = {}
    for run in runs:
        how = fetched.get(run.id)
        through = f", through {how.platform} at {how.host}" if how else ""
        seen[f"{run.source}{through}."] = None
    yield from seen


def _unplaced(runs: list[SearchRun], fetched: dict[str, Retrieval]) -> str | None:
    """Say of which sources the platform is not known."""
    if not runs:
        return "The log holds no search of a database."
    names = dict.fromkeys(run.source for run in runs if run.id not in fetched)
    if not names:
        return None
    return f"The log does not say on which platform these were searched: {', '.join(names)}."


def _strategies(runs: list[SearchRun], fetched: dict[str, Retrieval]) -> Iterator[tuple[str, str]]:
    """Give the strategies as written, as sent, and as the source read them."""
    for run in runs:
        if run.strategy:
            yield f"{_title(run)}, as run on {run.date}", run.strategy
        how = fetched.get(run.id)
        if how is not None and how.sent != run.strategy:
            yield f"{_title(run)}, as it was sent", how.sent
        if how is not None and how.understood:
            yield f"{_title(run)}, as {run.source} says it read it", how.understood


def _limits(runs: list[SearchRun], fetched: dict[str, Retrieval]) -> Item:
    """Say what narrowed the searches beside their strategies."""
    said: list[str] = []
    for run in runs:
        how = fetched.get(run.id)
        if how is not None:
            limits = "; ".join(how.limits) or "none beside the strategy"
            said.append(f"{_title(run)}: {limits}.")
    blind = [run.source for run in runs if run.id not in fetched]
    unknown = None
    if blind:
        names = ", ".join(dict.fromkeys(blind))
        unknown = f"The log does not say what limits were set beside the strategy in: {names}."
    elif not runs:
        unknown = "The log holds no search."
    return Item(number=9, name="Limits and restrictions", said=tuple(said), unknown=unknown)


def _filters(runs: list[SearchRun], filters: Mapping[str, Sequence[str]]) -> Item:
    """Say which published filters the strategies hold, and what cannot be told from them."""
    said = tuple(
        f"{_title(run)}: recognised: {name}." for run in runs for name in filters.get(run.id, ())
    )
    rest = "in the other strategies" if said else "in the strategies above, which are complete"
    unknown = f"Whether filters that Ranvier does not know were used {rest} is not in the log."
    return Item(number=10, name="Search filters", said=said, unknown=unknown)


def _updates(runs: list[SearchRun]) -> Item:
    """Say which searches were run again."""
    dates: dict[str, list[str]] = {}
    for run in runs:
        dates.setdefault(run.source, []).append(run.date)
    said = tuple(
        f"{source}: searched {len(days)} times ({', '.join(sorted(days))})."
        for source, days in dates.items()
        if len(set(days)) > 1
    )
    unknown = None if said else "The log holds no search that was run again on a later day."
    return Item(number=12, name="Updates", said=said, unknown=unknown)


def _totals(review: Review, runs: list[SearchRun]) -> Item:
    """Count records by source: what sources say that they have, and what was imported."""
    imported = Counter[str]()
    for i in review.imports.values():
        imported[i.search_run] += i.count
    said: list[str] = []
    for run in runs:
        how = review.retrievals.get(run.id)
        text = f"{_title(run)}: {imported[run.id]} records imported"
        if how is not None:
            text += f"; {how.counted} hits, {how.received} fetched, {how.known} known before"
            if len(how.slices) > 1:
                text += f", in {len(how.slices)} parts"
        said.append(f"{text}.")
        if how is not None and how.missing:
            said.append(f"{_title(run)}: listed and not given: {', '.join(how.missing)}.")
        said += [f"{_title(run)}: {note}" for note in (how.notes if how else ())]
    said.append(f"All sources: {sum(imported.values())} records.")
    return Item(number=15, name="Total records", said=tuple(said))


def _duplicates(review: Review) -> Item:
    """Say how records that describe one report were found."""
    said = [
        f"{done.id}: {done.method}; {len(done.merges)} pairs merged, {len(done.questions)} left to "
        "a person."
        for done in review.deduplications.values()
    ]
    said += [
        f"{held.id}: {held.method}; {len(held.clusters)} clusters."
        for held in review.all("clustering", Clustering).values()
    ]
    if review.matches:
        said.append(f"People decided on {len(review.matches)} pairs.")
    if said:
        said.append(f"{flow_of(review).duplicates} records were taken out as duplicates.")
    unknown = None if said else "The log holds no deduplication."
    return Item(number=16, name="Deduplication", said=tuple(said), unknown=unknown)


def _markdown(title: str, items: tuple[Item, ...]) -> str:
    """Write the report as Markdown."""
    out = [f"# {_plain(title)}", "", _ABOUT, ""]
    for item in items:
        out += [f"## {item.number}. {item.name}", ""]
        out += [f"- {_plain(line)}" for line in item.said]
        out += [""] if item.said else []
        for heading, text in item.code:
            longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
            fence = "`" * max(3, longest + 1)
            out += [f"{_plain(heading)}:", "", f"{fence}text", text, fence, ""]
        if item.unknown:
            out += [f"*{_plain(item.unknown)}*", ""]
    return "\n".join(out).rstrip() + "\n"


_ABOUT = (
    "By the items of PRISMA-S (doi:10.1186/s13643-020-01542-z), counted from the log of the "
    "review. What stands in italics is not in the log, and is yours to fill in."
)


def _plain(text: str) -> str:
    """Write text so that Markdown takes no sign in it for its own."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def _html(title: str, items: tuple[Item, ...]) -> str:
    """Write the report as one HTML file."""
    out = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f"<title>{html.escape(title)}</title>",
        "<style>body{font:16px/1.5 sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
        "pre{white-space:pre-wrap;background:#f4f4f4;padding:.75rem}</style>\n</head>\n<body>",
        f"<h1>{html.escape(title)}</h1>\n<p>{html.escape(_ABOUT)}</p>",
    ]
    for item in items:
        out.append(f"<h2>{item.number}. {html.escape(item.name)}</h2>")
        if item.said:
            lines = "".join(f"<li>{html.escape(line)}</li>" for line in item.said)
            out.append(f"<ul>{lines}</ul>")
        for heading, text in item.code:
            out.append(f"<h3>{html.escape(heading)}</h3>\n<pre>{html.escape(text)}</pre>")
        if item.unknown:
            out.append(f"<p><em>{html.escape(item.unknown)}</em></p>")
    out.append("</body>\n</html>\n")
    return "\n".join(out)
