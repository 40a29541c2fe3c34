"""Search filters that others have validated, as they print them: which studies are trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from ranvier.errors import InputError
from ranvier.query.lines import Line
from ranvier.query.meaning import Meaning, meaning, resolved
from ranvier.query.parse import parse
from ranvier.query.parsed import Parsed, ParsedLine
from ranvier.query.platforms import PlatformName
from ranvier.query.translate import Translation, translate
from ranvier.query.tree import (
    Frequency,
    Limit,
    LineRange,
    LineRef,
    Logic,
    Near,
    Node,
    Span,
    children_of,
    leaves,
)
from ranvier.query.write import write

__all__ = ["FILTERS", "SearchFilter", "recognised", "search_filter", "with_filter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """A filter, in the words of each platform it was published for.

    Attributes
    ----------
    name : str
        Short name.
    said : str
        What it is for.
    source : str
        Where it is printed.
    note : str
        What is to be known before it is used.
    texts : Mapping of PlatformName to str
        The lines, numbered from 1; the last is the filter.
    """

    name: str
    said: str
    source: str
    note: str
    texts: Mapping[PlatformName, str]

    def for_platform(self, platform: PlatformName) -> Translation:
        """Return it as printed for a platform, or translated, with what was lost.

        Examples
        --------
        >>> found = FILTERS["cochrane-rct-2008"].for_platform("pubmed")
        >>> found.lines[-1], found.losses
        ((11, '#9 NOT #10'), ())
        """
        if platform in self.texts:
            lines = self.texts[platform].splitlines()
            return Translation(platform=platform, lines=tuple(enumerate(lines, 1)), losses=())
        return translate(self.read(), platform)

    def read(self, platform: PlatformName | None = None) -> Parsed:
        """Read its lines, as printed for a platform or else for the first that has it."""
        chosen = platform if platform in self.texts else next(iter(self.texts))
        assert chosen is not None
        lines = self.texts[chosen].splitlines()
        return parse("\n".join(f"{n}. {text}" for n, text in enumerate(lines, 1)), chosen)


_NOTE = (
    "This is the revision of 2008. The Technical Supplement to chapter 4 of the present Handbook "
    "holds the revision of 2023, which differs in its first line (exp randomized controlled trial/ "
    "for the publication type): check it there before a new search."
)

FILTERS: Mapping[str, SearchFilter] = {
    held.name: held
    for held in (
        SearchFilter(
            name="cochrane-rct-2008",
            said="Cochrane Highly Sensitive Search Strategy for identifying randomized trials in "
            "MEDLINE: sensitivity-maximizing version (2008 revision)",
            source="Lefebvre C, Manheimer E, Glanville J. Chapter 6: Searching for studies. In: "
            "Cochrane Handbook for Systematic Reviews of Interventions 5.1.0 (2011), section "
            "6.4.11.1.",
            note=_NOTE,
            texts={
                "ovid": "randomized controlled trial.pt.\ncontrolled clinical trial.pt.\n"
                "randomized.ab.\nplacebo.ab.\ndrug therapy.fs.\nrandomly.ab.\ntrial.ab.\n"
                "groups.ab.\n1 or 2 or 3 or 4 or 5 or 6 or 7 or 8\n"
                "exp animals/ not humans.sh.\n9 not 10",
                "pubmed": "randomized controlled trial [pt]\ncontrolled clinical trial [pt]\n"
                "randomized [tiab]\nplacebo [tiab]\ndrug therapy [sh]\nrandomly [tiab]\n"
                "trial [tiab]\ngroups [tiab]\n"
                "#1 OR #2 OR #3 OR #4 OR #5 OR #6 OR #7 OR #8\n"
                "animals [mh] NOT humans [mh]\n#9 NOT #10",
            },
        ),
        SearchFilter(
            name="cochrane-rct-2008-precision",
            said="Cochrane Highly Sensitive Search Strategy for identifying randomized trials in "
            "MEDLINE: sensitivity- and precision-maximizing version (2008 revision)",
            source="Lefebvre C, Manheimer E, Glanville J. Chapter 6: Searching for studies. In: "
            "Cochrane Handbook for Systematic Reviews of Interventions 5.1.0 (2011), section "
            "6.4.11.1.",
            note="For searches whose sensitivity-maximizing version finds more than can be read.",
            texts={
                "ovid": "randomized controlled trial.pt.\ncontrolled clinical trial.pt.\n"
                "randomized.ab.\nplacebo.ab.\nclinical trials as topic.sh.\nrandomly.ab.\n"
                "trial.ti.\n1 or 2 or 3 or 4 or 5 or 6 or 7\n"
                "exp animals/ not humans.sh.\n8 not 9",
                "pubmed": "randomized controlled trial [pt]\ncontrolled clinical trial [pt]\n"
                "randomized [tiab]\nplacebo [tiab]\nclinical trials as topic [mesh: noexp]\n"
                "randomly [tiab]\ntrial [ti]\n#1 OR #2 OR #3 OR #4 OR #5 OR #6 OR #7\n"
                "animals [mh] NOT humans [mh]\n#8 NOT #9",
            },
        ),
    )
}


def search_filter(name: str) -> SearchFilter:
    """Look up a filter.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in FILTERS:
        raise InputError(
            f"there is no search filter {name!r}.", remedy=f"Known are {', '.join(FILTERS)}."
        )
    return FILTERS[name]


def recognised(parsed: Parsed) -> tuple[tuple[int, str], ...]:
    """Find published filters in a strategy: lines, or parts of lines, that mean what they do.

    Returns
    -------
    tuple of (int, str)
        The line at which one is whole, and what it is; the 2023 revision of Cochrane's strategy is
        told by its first line, and a filter without its exclusion of animals by that.

    Examples
    --------
    >>> own = parse("1. pain.ti.", "ovid")
    >>> recognised(with_filter(own, FILTERS["cochrane-rct-2008-precision"]))
    ((11, 'Cochrane Highly Sensitive Search Strategy for identifying randomized trials in MEDLINE: \
sensitivity- and precision-maximizing version (2008 revision)'),)
    """
    known = _forms()
    sizes = {size for size, _ in known}
    trees = {held.line.number: resolved(parsed, held.line.number) for held in parsed.lines}
    found: dict[str, int] = {}
    for number, tree in trees.items():
        for node in _groups(tree, max(sizes)) if tree is not None else ():
            size = sum(1 for _ in leaves(node))
            said = known.get((size, meaning(node))) if size in sizes else None
            if said is not None:
                found.setdefault(said, number)
    whole = {said for said in found if not said.endswith(_PART)}
    return tuple(
        (number, said)
        for said, number in sorted(found.items(), key=lambda item: item[1])
        if said in whole or said.removesuffix(_PART) not in whole
    )


_PART = ", without its exclusion of animal studies"


@cache
def _forms() -> dict[tuple[int, Meaning], str]:
    """What every filter means on every platform it was printed for, with its number of words."""
    forms: dict[tuple[int, Meaning], str] = {}
    for held in FILTERS.values():
        for platform, text in held.texts.items():
            texts = [(held.said, text)]
            if held.name == "cochrane-rct-2008" and platform == "ovid":
                first, _, rest = text.partition("\n")
                newer = f"exp {first.removesuffix('.pt.')}/\n{rest}"
                texts.append((held.said.replace("2008", "2023"), newer))
            for said, lines in texts:
                numbered = "\n".join(f"{n}. {x}" for n, x in enumerate(lines.splitlines(), 1))
                tree = resolved(parse(numbered, platform))
                assert isinstance(tree, Logic)
                for node, name in ((tree, said), (tree.children[0], said + _PART)):
                    forms[sum(1 for _ in leaves(node)), meaning(node)] = name
    return forms


def _groups(tree: Node, largest: int) -> Iterator[Node]:
    """Yield the groups of a tree that are no larger than the largest filter, each once."""
    seen: set[int] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) in seen or not isinstance(node, Logic | Limit):
            continue
        seen.add(id(node))
        if sum(1 for _ in islice(leaves(node), largest + 1)) <= largest:
            yield node
        stack.extend(children_of(node))


def with_filter(parsed: Parsed, held: SearchFilter) -> Parsed:
    """Add a filter below a strategy: its lines, and a last line that joins both with AND.

    Examples
    --------
    >>> found = with_filter(parse("1. pain.ti."), FILTERS["cochrane-rct-2008"])
    >>> [line.line.text for line in found.lines[-2:]]
    ['10 NOT 11', '1 AND 12']
    """
    last = max((line.line.number for line in parsed.lines if line.tree is not None), default=0)
    if last == 0:
        raise InputError(
            "there is no search to add a filter to.", remedy="Give a strategy with one line."
        )
    row = max(line.line.at for line in parsed.lines)
    lines = list(parsed.lines)
    for one in held.read(parsed.platform).lines:
        if one.tree is not None:
            row += 1
            lines.append(_line(_moved(one.tree, last), one.line.number + last, row, parsed))
    span = Span(row + 1, 1, 2)
    ends = (
        LineRef(number=last, span=span),
        LineRef(number=lines[-1].line.number, span=span),
    )
    both = Logic(operator="and", children=ends, span=span)
    lines.append(_line(both, lines[-1].line.number + 1, row + 1, parsed))
    return replace(parsed, lines=tuple(lines), numbered=True)


def _line(tree: Node, number: int, row: int, parsed: Parsed) -> ParsedLine:
    """Make a line of a tree, in the words of the strategy's platform."""
    text, _ = write(tree, parsed.platform)
    return ParsedLine(line=Line(number, text, row, 1), tree=tree)


def _moved(node: Node, by: int) -> Node:
    """Move the numbers of lines that a tree refers to."""
    if isinstance(node, LineRef):
        return replace(node, number=node.number + by)
    if isinstance(node, LineRange):
        return replace(node, numbers=tuple(n + by for n in node.numbers))
    if isinstance(node, Logic | Near):
        return replace(node, children=tuple(_moved(child, by) for child in node.children))
    if isinstance(node, Frequency):
        return replace(node, child=_moved(node.child, by))
    if isinstance(node, Limit) and node.child is not None:
        return replace(node, child=_moved(node.child, by))
    return node
