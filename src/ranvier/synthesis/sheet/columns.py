"""Recognising the columns of a sheet by their headings, and saying how."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ranvier.errors import InputError
from ranvier.synthesis.sheet.cells import Sheet, is_numeric, number_of, numbers_in
from ranvier.synthesis.sheet.measure import (
    DESIGN_COLUMNS,
    DESIGN_MEASURES,
    SAID,
    SheetDesign,
    design_of_measure,
)
from ranvier.synthesis.sheet.vocabulary import DESCRIBED, METAFOR, RATIOS, Part, part_of, words_of

__all__ = ["Columns", "recognise"]

#: Quantity -> the role it has in group 1, and in group 2.
_IN_GROUPS = {
    "events": ("ai", "ci"), "nonevents": ("bi", "di"), "n": ("n1i", "n2i"),
    "mean": ("m1i", "m2i"), "sd": ("sd1i", "sd2i"), "se": ("se1i", "se2i"),
    "time": ("t1i", "t2i"),
}  # fmt: skip
#: Quantity -> its role where there is one group.
_ALONE = {
    "events": "xi", "n": "ni", "mean": "mi", "sd": "sdi", "time": "ti",
    "correlation": "ri", "effect": "yi", "se": "sei", "variance": "vi", "ci_lb": "ci_lb",
    "ci_ub": "ci_ub",
}  # fmt: skip
_ROLES = METAFOR | {"se1i", "se2i", "ci_lb", "ci_ub"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a sheet holds.

    Attributes
    ----------
    design : SheetDesign
        The kind of data.
    values : Mapping of str to tuple of float
        Numbers by metafor's column names (``se1i``, ``se2i``, ``ci_lb``, ``ci_ub`` beside them);
        nan where nothing is given.
    headings : Mapping of str to str
        The heading each was read from.
    slab : tuple of str
        The name of each study.
    rows : tuple of int
        The row of each study in the file.
    groups : (str, str) or None
        What the two groups are called, if the headings say so.
    measure : str or None
        The measure that the heading of an effect names, such as ``HR``.
    logged : bool
        The effects are on the log scale already, by their heading.
    notes : tuple of str
        How each column was recognised, in words.
    """

    design: SheetDesign
    values: Mapping[str, tuple[float, ...]]
    headings: Mapping[str, str]
    slab: tuple[str, ...]
    rows: tuple[int, ...]
    file: str
    groups: tuple[str, str] | None = None
    measure: str | None = None
    logged: bool = False
    notes: tuple[str, ...] = field(default=(), repr=False)


def recognise(
    sheet: Sheet,
    *,
    file: str,
    rows: Sequence[int] | None = None,
    measure: str | None = None,
    given: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    hints: Sequence[str] = (),
) -> Columns:
    """Recognise the columns of a sheet.

    Parameters
    ----------
    sheet : mapping of str to sequence of str
        Cells as text by heading.
    file : str
        Its name, for messages.
    rows : sequence of int or None
        The row of each study in the file; from 2 if None.
    measure : str or None
        The effect measure asked for: it says which design to look for.
    given : mapping of str to str, or None
        Columns that the user named: role (metafor's name, or ``slab``) to heading.
    notes, hints : sequence of str
        What was done to the sheet before, and what its cells leave open: said with the columns.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        If no design fits, or the headings fit more than two groups.

    Examples
    --------
    >>> sheet = {"Study": ["A", "B"], "Events IVIg": ["5", "11"], "Total IVIg": ["5", "16"],
    ...          "Events placebo": ["0", "2"], "Total placebo": ["5", "16"]}
    >>> found = recognise(sheet, file="mmn.csv")
    >>> found.design, found.headings["ci"], found.groups
    ('two_arm_binary', 'Events placebo', ('IVIg', 'placebo'))
    """
    given = dict(given or {})
    slab_heading = given.pop("slab", None)
    for role, heading in given.items():
        if role not in _ROLES:
            known = ", ".join(sorted(_ROLES))
            raise InputError(f"there is no column {role!r}.", remedy=f"Known are slab, {known}.")
        _known(sheet, heading, file)
    wanted = tuple(DESIGN_COLUMNS) if measure is None else design_of_measure(measure)
    if not wanted:
        raise InputError(
            f"there is no measure {measure!r}.", remedy="See `ranvier analyse --help`."
        )
    numeric = {h: _part(h, cells) for h, cells in sheet.items() if is_numeric(cells)}
    hints = [*hints, *(_SHARES.format(h) for h, p in numeric.items() if not p and "%" in h)]
    exact = {h.strip().casefold(): h for h in numeric if h.strip().casefold() in METAFOR}
    two, groups, how = _two_groups(numeric, file)
    one = _one_group(numeric)
    sure = {role: [h] for role, h in {**exact, **given}.items()}
    apart, together = two | sure, one | sure
    for design in wanted:
        for roles in (apart, together):
            headings = _fit(design, roles, file)
            if headings is None:
                continue
            found = _columns(
                design, headings, sheet,
                file=file, rows=rows, slab=slab_heading,
                groups=groups if roles is apart else None, how=how,
            )  # fmt: skip
            if measure is None and not given:
                _refuse_rows_of_arms(found, sheet)
            return replace(found, notes=(*notes, *found.notes))
    raise _nothing_fits(sheet, numeric, wanted, file, hints)


#: Said of a column of percentages.
_SHARES = "{!r} holds percentages: give numbers of people"


def _part(heading: str, cells: Sequence[str]) -> Part | None:
    """Read a heading, with a look at its figures where a word means two things."""
    part = part_of(heading)
    if part is None or part.quantity != "events":
        return part
    if re.search(r"%|\bpercent|\brate\b|\bproportion\b", heading, re.IGNORECASE):
        return None  # a percentage is no number of people
    numbers = [x for x in map(number_of, cells) if x is not None]
    if part.word == "r" and max(map(abs, numbers)) <= 1 and any(x % 1 for x in numbers):
        return replace(part, quantity="correlation")
    return part


def _fit(
    design: SheetDesign, roles: Mapping[str, Sequence[str]], file: str
) -> dict[str, str] | None:
    """Find the columns of a design, each another one; a standard error may stand for an SD."""
    if design == "two_arm_rates":
        roles = {"x1i": roles.get("ai", ()), "x2i": roles.get("ci", ())} | dict(roles)
    for needed in DESIGN_COLUMNS[design]:
        held = [r if r in roles or r not in ("sd1i", "sd2i") else "se" + r[2:] for r in needed]
        if design == "effects":
            held += [r for r in ("vi", "sei", "ci_lb", "ci_ub") if r in roles and r not in held]
        if not all(roles.get(role) for role in held):
            continue
        for role in held:
            if len(roles[role]) > 1:
                said = " and ".join(repr(h) for h in roles[role])
                raise InputError(
                    f"{said} can each be {role}.",
                    file=file,
                    row=1,
                    remedy=f"Say which: `--column {role}={roles[role][0]!r}`.",
                )
        headings = {role: roles[role][0] for role in held}
        if len(set(headings.values())) == len(headings):
            return headings
    return None


def _two_groups(
    parts: Mapping[str, Part | None], file: str
) -> tuple[dict[str, list[str]], tuple[str, str] | None, str]:
    """Part the columns of two groups by the words that are left of their headings."""
    keys: dict[str, list[tuple[str, str]]] = {}
    for heading, part in parts.items():
        if part is None or part.quantity not in _IN_GROUPS:
            continue
        key = part.group or " ".join(part.rest)
        keys.setdefault(key, []).append((part.quantity, heading))
    names = _pair(list(keys))
    if names is None and len(keys) > 2:
        # Columns such as "n" beside those of two groups belong to neither.
        twice = [k for k, held in keys.items() if len({q for q, _ in held}) > 1]
        twice = [k for k in twice if not k or not set(k.split()) <= DESCRIBED]
        names = _pair(twice)
        if names is None and len(twice) > 2:
            said = ", ".join(f"that of {keys[k][0][1]!r}" for k in twice)
            raise InputError(
                f"the headings name {len(twice)} groups: {said}.",
                file=file,
                row=1,
                remedy="Say which columns to take, such as `--column ai='Events A' --column …`, or "
                "keep two groups.",
            )
    if names is None:
        return {}, None, ""
    roles: dict[str, list[str]] = {}
    for which, name in enumerate(names):
        for quantity, heading in keys[name]:
            roles.setdefault(_IN_GROUPS[quantity][which], []).append(heading)
    shown = _shown(parts, keys, names)
    words = {"1", "2"} & set(names)
    how = "" if words else f"{shown[0]} is taken as group 1, because it comes first"
    return roles, shown, how


def _pair(keys: Sequence[str]) -> tuple[str, str] | None:
    """Put two groups in order: a control comes second, else as they come."""
    if len(keys) != 2:
        return None
    a, b = keys
    if "" in keys:  # "Events", "Total", "Events.1", "Total.1": a spreadsheet's own numbering
        return ("", b if a == "" else a)
    return (b, a) if a == "2" or b == "1" else (a, b)


def _shown(
    parts: Mapping[str, Part | None],
    keys: Mapping[str, list[tuple[str, str]]],
    names: tuple[str, str],
) -> tuple[str, str]:
    """Name each group by the words of its headings that are not a quantity's."""
    said: list[str] = []
    for number, name in enumerate(names, start=1):
        _, heading = keys[name][0]
        part = parts[heading]
        words = {w for w in words_of(heading) if part is not None and w != part.word and len(w) > 2}
        written = [w for w in re.split(r"[\W_]+", heading) if w.casefold() in words]
        said.append(" ".join(written) or f"group {number}")
    return said[0], said[1]


def _one_group(parts: Mapping[str, Part | None]) -> dict[str, list[str]]:
    """Gather the columns of each quantity."""
    roles: dict[str, list[str]] = {}
    for heading, part in parts.items():
        if part is not None and part.quantity in _ALONE:
            roles.setdefault(_ALONE[part.quantity], []).append(heading)
    return roles


def _refuse_rows_of_arms(found: Columns, sheet: Sheet) -> None:
    """Refuse to pool the arms of a comparison as if each were a study."""
    if found.design not in ("proportion", "mean", "rate") or len(set(found.slab)) == len(
        found.slab
    ):
        return
    raise InputError(
        "studies stand in several rows: is each row one arm?",
        file=found.file,
        row=found.rows[1],
        remedy="Give one row a study, with the arms beside each other ('Events drug', 'Total "
        "drug', 'Events placebo', 'Total placebo'); or ask for a measure of single groups, such "
        f"as `--measure {DESIGN_MEASURES[found.design][0]}`, to pool the rows as they are.",
    )


def _known(sheet: Sheet, heading: str, file: str) -> None:
    """Refuse a heading that is not there."""
    if heading not in sheet:
        raise InputError(
            f"there is no column {heading!r}.",
            file=file,
            row=1,
            remedy=f"Its columns are: {', '.join(repr(h) for h in sheet)}.",
        )


def _columns(
    design: SheetDesign,
    headings: dict[str, str],
    sheet: Sheet,
    *,
    file: str,
    rows: Sequence[int] | None,
    slab: str | None,
    groups: tuple[str, str] | None,
    how: str,
) -> Columns:
    """Read the numbers, and say how each column was understood."""
    k = len(next(iter(sheet.values())))
    places = tuple(rows) if rows is not None else tuple(range(2, k + 2))
    values = {
        role: numbers_in(heading, sheet[heading], rows=places, file=file)
        for role, heading in headings.items()
    }
    names, named_by = _slab(sheet, slab, file, set(headings.values()))
    notes = [f"{SAID[design]}: {', '.join(f'{r} = {h!r}' for r, h in headings.items())}"]
    if how and groups is not None:
        notes.append(how)
    notes.append(f"studies named by {named_by}")
    measure, logged = None, False
    if design == "effects":
        words = words_of(headings["yi"])
        word = next((w for w in words if w in RATIOS or w.startswith(("log", "ln"))), None)
        logged = word is not None and word not in RATIOS
        bare = (word or "").removeprefix("log").removeprefix("ln")
        measure = RATIOS.get(bare) or next(
            (w.upper() for w in words if w in ("rd", "md", "smd")), None
        )
    return Columns(
        design=design,
        values=values,
        headings=headings,
        slab=names,
        rows=places,
        file=file,
        groups=groups,
        measure=measure,
        logged=logged,
        notes=tuple(notes),
    )


def _slab(sheet: Sheet, slab: str | None, file: str, used: set[str]) -> tuple[tuple[str, ...], str]:
    """Name the studies, by author and year if need be."""
    if slab is not None:
        _known(sheet, slab, file)
        return tuple(cell.strip() for cell in sheet[slab]), repr(slab)
    parts = {h: part_of(h) for h in sheet if h not in used}
    named = [h for h, p in parts.items() if p is not None and p.quantity == "study"]
    years = [h for h, p in parts.items() if p is not None and p.quantity == "year"]
    words = [h for h in named if not is_numeric(sheet[h])]
    texts = [h for h in sheet if h not in used and not is_numeric(sheet[h])]
    texts = [h for h in texts if len(set(sheet[h])) == len(sheet[h])]
    chosen = (words or texts or named or [None])[0]
    k = len(next(iter(sheet.values())))
    if chosen is None:
        return tuple(f"Study {i + 1}" for i in range(k)), "their order"
    names = tuple(cell.strip() or f"Study {i + 1}" for i, cell in enumerate(sheet[chosen]))
    has_years = all(any(c.isdigit() for c in name) for name in names)
    if years and not has_years and "author" in "".join(words_of(chosen)):
        joined = tuple(f"{n} {y.strip()}" for n, y in zip(names, sheet[years[0]], strict=True))
        return joined, f"{chosen!r} and {years[0]!r}"
    return names, repr(chosen)


def _nothing_fits(
    sheet: Sheet,
    parts: Mapping[str, Part | None],
    wanted: Sequence[SheetDesign],
    file: str,
    hints: Sequence[str],
) -> InputError:
    """Say what was found and what is missing."""
    seen = ", ".join(f"{h!r} ({p.quantity if p else 'unknown'})" for h, p in parts.items())
    needs = "; or ".join(", ".join(DESIGN_COLUMNS[d][-1]) for d in wanted[:3])
    return InputError(
        f"these columns are no data of studies that can be pooled: {seen or 'none of numbers'}.",
        file=file,
        row=1,
        remedy=f"{''.join(f'{hint}. ' for hint in hints)}"
        f"Needed are {needs} (metafor's names). Name yours, such as `--column ai='Events "
        "drug' --column n1i='Total drug' …`.",
    )
