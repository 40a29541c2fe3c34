"""From tags with values to a record, by a table that says which field takes which tags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ranvier.core.registers import find_registry_ids
from ranvier.formats.dates import iso_date, year_of
from ranvier.formats.identifiers import (
    find_doi,
    find_pmcid,
    find_pmid,
    tidy_doi,
)

__all__ = [
    "Table",
    "Values",
    "assemble",
    "identify",
    "one_line",
    "put_serials",
    "serials",
    "tidy_names",
]

Values = dict[str, list[str]]

#: Sets of tags whose plan is kept.
PLANS = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the tags of a record.

    Attributes
    ----------
    one : list of (str, str)
        Field and the tag it takes.
    others : list of (str, str)
        Field and further tags for it, which go to ``extra`` if they differ.
    many : list of (str, str, list)
        Field, its tags as one text, and each tag with the pattern that parts its values.
    roles : list of (str, str)
        Tag and role.
    doi, pmid, pmcid, searched, year, date : tuple of str
        Of the tags that the table has for these, those that the record has.
    loose : frozenset of str
        Tags that go to ``extra``, unless an identifier or a date is taken from them.
    """

    one: list[tuple[str, str]]
    others: list[tuple[str, str]]
    many: list[tuple[str, str, list[tuple[str, re.Pattern[str] | None]]]]
    roles: list[tuple[str, str]]
    doi: tuple[str, ...]
    pmid: tuple[str, ...]
    pmcid: tuple[str, ...]
    searched: tuple[str, ...]
    year: tuple[str, ...]
    date: tuple[str, ...]
    loose: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Which field takes which tags.

    Attributes
    ----------
    one : dict of str to tuple of str
        Field -> tags in order of preference; the first with a value is taken.
    many : dict of str to tuple of str
        Field -> tags that are all taken.
    first_of : frozenset of str
        Fields of `many` for which only the first tag that has values is taken.
    roles : dict of str to str
        Tag -> role of the contributors it names.
    splits : dict of str to str
        Tag -> pattern between several values in one.
    doi, pmid, pmcid : tuple of str
        Tags that hold nothing else, in order.
    searched : tuple of str
        Tags whose text may name an identifier.
    prose : frozenset of str
        Tags whose lines are kept apart.
    """

    one: dict[str, tuple[str, ...]]
    many: dict[str, tuple[str, ...]]
    first_of: frozenset[str] = frozenset()
    roles: dict[str, str] = field(default_factory=dict[str, str])
    splits: dict[str, re.Pattern[str]] = field(default_factory=dict[str, re.Pattern[str]])
    doi: tuple[str, ...] = ()
    pmid: tuple[str, ...] = ()
    pmcid: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    plans: dict[frozenset[str], Plan] = field(
        default_factory=dict[frozenset[str], "Plan"], repr=False, compare=False
    )

    def plan(self, have: frozenset[str]) -> Plan:
        """Lay out which field takes which of the tags that a record has.

        Records of one file have the same few sets of tags, so that this is done once for each.
        """
        plan = self.plans.get(have)
        if plan is None:
            plan = _planned(self, have)
            if len(self.plans) < PLANS:
                self.plans[have] = plan
        return plan


def _planned(table: Table, have: frozenset[str]) -> Plan:
    """Make the plan for a set of tags."""
    used: set[str] = set()
    one: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for name, candidates in table.one.items():
        found = [
            tag for tag in candidates
            if tag in have and (tag not in used or name == "journal_abbreviation")
        ]  # fmt: skip
        used.update(found)
        one += [(name, tag) for tag in found[:1]]
        others += [(name, tag) for tag in found[1:]]
    many: list[tuple[str, str, list[tuple[str, re.Pattern[str] | None]]]] = []
    for name, candidates in table.many.items():
        found = [tag for tag in candidates if tag in have and tag not in used]
        used.update(found)
        taken = found[:1] if name in table.first_of else found
        if taken:
            many.append((name, " ".join(taken), [(tag, table.splits.get(tag)) for tag in taken]))
    roles = [(tag, role) for tag, role in table.roles.items() if tag in have and tag not in used]
    used.update(tag for tag, _ in roles)

    def held(tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(tag for tag in tags if tag in have)

    return Plan(
        one=one,
        others=others,
        many=many,
        roles=roles,
        doi=held(table.doi),
        pmid=held(table.pmid),
        pmcid=held(table.pmcid),
        searched=held(table.searched),
        year=held(table.year),
        date=held(table.date),
        loose=have - used - table.ignored,
    )


_ISBN = re.compile(r"(?<!\d)(?:97[89][\d -]{10,14}|\d[\d-]{8,12}[\dXx])(?![\d-])")
_ISSN = re.compile(r"(?<!\d)\d{4}-?\d{3}[\dXx](?![\d-])")
_LABELS = re.compile(r"\W*\(?(?:IS[SB]N|[Pp]rint|[Ee]lectronic|[Ll]inking)\)?\W*")


def serials(numbers: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part ISSNs from ISBNs, without what is written beside them.

    Examples
    --------
    >>> serials(["2234943X (ISSN)", "978-1-5386-6240-3", "0092-8674 (Print)", "none"])
    (('2234943X', '0092-8674', 'none'), ('978-1-5386-6240-3',))
    """
    issn: list[str] = []
    isbn: list[str] = []
    for number in numbers:
        if found := _ISBN.search(number):
            isbn.append(found[0].strip())
        elif found := _ISSN.search(number):
            issn.append(found[0])
        elif rest := _LABELS.sub("", number).strip():
            issn.append(rest)
    return tuple(dict.fromkeys(issn)), tuple(dict.fromkeys(isbn))


def put_serials(made: dict[str, Any], tags: dict[str, str]) -> None:
    """Part the numbers that were gathered as ISSN."""
    numbers = (*made.pop("issn", ()), *made.pop("isbn", ()))
    issn, isbn = serials(numbers)
    if issn:
        made["issn"] = issn
    if isbn:
        made["isbn"] = isbn
        tags.setdefault("isbn", tags.get("issn", ""))


_SPACES = re.compile(r"\s+")


def one_line(text: str) -> str:
    """Join the lines of a value."""
    if "\n" in text or "  " in text or "\t" in text:
        return _SPACES.sub(" ", text).strip()
    return text.strip()


#: Parts values that are searched together: no format has it in a value.
_BAR = "\0"


def assemble(values: Values, table: Table) -> dict[str, Any]:
    """Fill the fields of a record from tags with values; what no field takes goes to ``extra``.

    The result holds the arguments of :class:`Record`, without ``id``; ``tags`` says what each
    field was taken from.
    """
    plan = table.plan(frozenset(values))
    made: dict[str, Any] = {}
    tags: dict[str, str] = {}
    used: set[str] = set()
    for name, tag in plan.one:
        held = values[tag]
        made[name] = held[0]
        tags[name] = tag
        if len(held) > 1:
            _more(made, tag, held[1:], held[0])
    for name, tag in plan.others:
        if values[tag] != [made[name]]:
            _more(made, tag, values[tag], made[name])
    for name, sources, parts in plan.many:
        taken: list[str] = []
        for tag, pattern in parts:
            held = values[tag]
            if pattern is not None and (len(held) == 1 or pattern.search(_BAR.join(held))):
                held = [part for value in held for part in pattern.split(value) if part]
            taken += held
        if taken:
            unique = len(taken) == 1 or name == "authors"
            made[name] = tuple(taken) if unique else tuple(dict.fromkeys(taken))
            tags[name] = sources
    for tag, role in plan.roles:
        roles: dict[str, tuple[str, ...]] = made.setdefault("contributors", {})
        roles[role] = (*roles.get(role, ()), *values[tag])
        tags[f"contributors.{role}"] = tag
    _dates(made, tags, values, plan, used)
    _ids(made, tags, values, plan, used)
    extra: list[tuple[str, str]] = made.pop("extra", [])
    if not plan.loose <= used:
        for tag in values:
            if tag in plan.loose and tag not in used:
                extra += [(tag, value) for value in values[tag]]
    if extra:
        made["extra"] = tuple(extra)
    made["tags"] = tags
    return made


def _more(made: dict[str, Any], tag: str, values: list[str], taken: str) -> None:
    """Keep further values of a field that holds one."""
    extra: list[tuple[str, str]] = made.setdefault("extra", [])
    extra += [(tag, value) for value in values if value and value != taken]


def _dates(
    made: dict[str, Any], tags: dict[str, str], values: Values, plan: Plan, used: set[str]
) -> None:
    """Take the year from the first tag that tells it, and the most precise date of that year."""
    year: int | None = None
    for tag in plan.year:
        for value in values[tag]:
            found = year_of(value)
            used.add(tag)
            if year is None and found is not None:
                year, tags["year"] = found, tag
                made["year"] = year
            elif found is None or found != year:
                _more(made, tag, [value], str(year))
    best: str | None = None
    for tag in plan.date:
        for value in values[tag]:
            iso = iso_date(value)
            if iso and (year is None or iso[:4] == str(year)):
                if best is None or len(iso) > len(best):
                    best, tags["date"] = iso, tag
                used.add(tag)
    if best is not None:
        made["date"] = best
        if year is None:
            made["year"], tags["year"] = int(best[:4]), tags["date"]


def _ids(
    made: dict[str, Any], tags: dict[str, str], values: Values, plan: Plan, used: set[str]
) -> None:
    """Take DOI, PMID and PMCID from tags of their own, else from those that may name them."""
    for tag in plan.doi:
        for value in values[tag]:
            found = tidy_doi(value)
            used.add(tag)
            if found and "doi" not in made:
                made["doi"], tags["doi"] = found, tag
            elif found is None or found.lower() != str(made["doi"]).lower():
                _more(made, tag, [value], "")
    for name, own, digits in (("pmid", plan.pmid, True), ("pmcid", plan.pmcid, False)):
        for tag in own:
            for value in values[tag]:
                number = value.strip()
                if digits and number.isdigit() and len(number) <= 8 and name not in made:
                    made[name], tags[name] = number.lstrip("0") or number, tag
                    used.add(tag)
                elif not digits and name not in made and (pmcid := find_pmcid(value)):
                    made[name], tags[name] = pmcid, tag
                    used.add(tag)
    if "doi" in made and "pmid" in made and "pmcid" in made:
        return
    for tag in plan.searched:
        for value in values[tag]:
            if "doi" not in made and ("10." in value) and (doi := find_doi(value)):
                made["doi"], tags["doi"] = doi, tag
            if "pm" in value or "PM" in value or "ubMed" in value:
                if "pmid" not in made and (pmid := find_pmid(value)):
                    made["pmid"], tags["pmid"] = pmid, tag
                if "pmcid" not in made and (pmcid := find_pmcid(value)):
                    made["pmcid"], tags["pmcid"] = pmcid, tag


def identify(made: dict[str, Any], text: str) -> None:
    """Find trial registrations anywhere in the text of a record."""
    found = find_registry_ids(text)
    if found:
        made["registry_ids"] = found
        made["registry_id"] = found[0]


#: A comma without a space after it.
_COMMA = re.compile(r",(?! )")
_TIGHT = re.compile(r",(?=\S)")


def tidy_names(made: dict[str, Any]) -> None:
    """Put a space after the comma of a name, and take away one that parts nothing."""
    names = made.get("authors", ())
    if _COMMA.search("\n".join(names)) is None:
        return
    for name in names:
        if ",," in name or name.endswith(",") or ("," in name and ", " not in name):
            break
    else:
        return
    groups = tuple(
        name[:-1] for name in made["authors"] if name.endswith(",") and "," not in name[:-1]
    )
    if groups:  # EndNote's sign for an organisation
        made["groups"] = groups
    made["authors"] = tuple(
        _TIGHT.sub(", ", name.replace(",,", ",")).rstrip(", ") or name for name in made["authors"]
    )
