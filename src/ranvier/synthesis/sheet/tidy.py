"""From a sheet as people send it to one number a cell and one study a row, each step said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ranvier.errors import InputError
from ranvier.synthesis.sheet.cells import Sheet, is_missing, number_of

__all__ = ["TidySheet", "tidied"]

_NUM = r"[-+\u2212]?(?:\d+(?:\.\d*)?|\.\d+)"
_COMMA = re.compile(r"[-+\u2212]?\d*,\d+%?")
_DOT = re.compile(r"[-+\u2212]?\d*\.\d+%?")
_GROUPED = re.compile(r"[-+\u2212]?\d{1,3}([.,])\d{3}(?:\1\d{3})*")

#: Names of rows that hold no study.
_SUMMARY = re.compile(
    r"(?:(?:sub)?totals?|overall|pooled|combined|summary|sum|all (?:studies|trials)|"
    r"(?:zwischen|gesamt)?summe|gesamt|insgesamt|(?:random|fixed|common)[- ]effects?)"
    r"(?: (?:events?|effects?|estimate|model|results?|studies|trials))*(?: ?[(\[].*[)\]])?:?"
    r"|(?:test for|heterogeneity\b|footnotes?\b|notes?:|\*|source:).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TidySheet:
    """A sheet with one number a cell and one study a row.

    Attributes
    ----------
    columns : Sheet
        Cells as text by heading.
    rows : tuple of int
        The row of the file each line came from.
    notes : tuple of str
        What was parted and what was left out, in words.
    hints : tuple of str
        Columns that hold two numbers a cell and do not say which.
    """

    columns: Sheet
    rows: tuple[int, ...]
    notes: tuple[str, ...]
    hints: tuple[str, ...] = ()


def tidied(sheet: Sheet, rows: Sequence[int], *, semicolons: bool = False) -> TidySheet:
    """Part cells that hold two numbers; leave out rows that are no study.

    Parted are ``12 (24%)`` (the count is kept), ``12/50`` (events and total), ``5.2 (1.3)`` and
    ``5.2 ± 1.3`` (mean and what the heading says, SD or SE), ``0.8 (0.5 to 1.2)`` (effect and
    bounds), ``0.5 to 1.2`` (bounds). Left out are totals, footnotes and rows of subheadings.

    Parameters
    ----------
    sheet : mapping of str to sequence of str
        Cells as text by heading.
    rows : sequence of int
        The row of each line in the file.
    semicolons : bool
        The cells were apart by semicolons: a comma in a number is a decimal one then, if no cell
        has a decimal point.

    Raises
    ------
    InputError
        If ``1,234`` may be 1.234 or 1234.

    Examples
    --------
    >>> sheet = {"Study": ["A", "B", "Total"], "Deaths drug, n (%)": ["5 (10%)", "6 (12%)", "11"]}
    >>> tidy = tidied(sheet, (2, 3, 4))
    >>> tidy.columns
    {'Study': ('A', 'B'), 'Deaths drug, n': ('5', '6')}
    >>> print(tidy.notes[0])
    row 4 ('Total') is no study: left out
    """
    cells, notes = _one_mark({h: tuple(c) for h, c in sheet.items()}, semicolons)
    kept, said = _studies(cells, rows)
    notes += said
    columns: dict[str, tuple[str, ...]] = {}
    hints: list[str] = []
    for heading, column in cells.items():
        column = tuple(column[i] for i in kept)
        parts = _parted(heading, column, hints)
        taken = {h: c for h, c in parts.items() if h not in cells or h == heading}
        if len(taken) < len(parts):
            taken = {heading: column}
        elif tuple(parts) != (heading,):
            notes.append(f"{heading!r} parted into {' and '.join(map(repr, parts))}")
        columns |= taken
    return TidySheet(
        columns=columns,
        rows=tuple(rows[i] for i in kept),
        notes=tuple(notes),
        hints=tuple(hints),
    )


def _one_mark(
    sheet: Mapping[str, tuple[str, ...]], semicolons: bool
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Write every number with a decimal point, where the sheet has decimal commas."""
    tokens = [
        token
        for cells in sheet.values()
        for cell in cells
        for token in re.split(r"[\s()\[\]±/;]+", cell)
        if token[-1:].isdigit() or token.endswith("%")
    ]
    open_ = [
        t for t in tokens if _GROUPED.fullmatch(t) and not t.lstrip("-+\u2212").startswith("0")
    ]
    sure = [t for t in tokens if t not in open_]
    comma = any(_COMMA.fullmatch(t) for t in sure)
    dot = any(_DOT.fullmatch(t) for t in sure)
    doubtful = [t for t in open_ if t.count(",") == 1 and "." not in t]
    if comma and dot and doubtful:
        raise InputError(
            f"{doubtful[0]!r} may be {doubtful[0].replace(',', '.')} or "
            f"{doubtful[0].replace(',', '')}: the sheet has decimal commas and decimal points.",
            remedy="Write all numbers one way.",
        )
    if dot or not (comma or (semicolons and doubtful)):
        return dict(sheet), []

    def pointed(cell: str) -> str:
        plain = re.sub(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+)(?![\d.])", _without_dots, cell)
        return re.sub(r"(?<!\d,)(?<=\d),(?=\d)(?!\d+,\d)", ".", plain)

    numeric = {
        h: tuple(pointed(c) if not re.search(r"[^\W\d_]{4}", c) else c for c in cells)
        for h, cells in sheet.items()
    }
    changed = numeric != dict(sheet)
    return numeric, ["commas read as decimal points"] if changed else []


def _without_dots(found: re.Match[str]) -> str:
    return found.group(1).replace(".", "")


def _studies(
    sheet: Mapping[str, tuple[str, ...]], rows: Sequence[int]
) -> tuple[list[int], list[str]]:
    """Choose the rows that are studies; say which are not, and why."""
    columns = list(sheet.values())
    kept: list[int] = []
    notes: list[str] = []
    for i in range(len(rows)):
        filled = [c[i].strip() for c in columns if c[i].strip()]
        name = next((cell for cell in filled if number_of(cell) is None), "")
        names = [cell for cell in filled if re.search(r"[^\W\d_]", cell)]
        if any(_SUMMARY.fullmatch(cell) for cell in names[:1]):
            notes.append(f"row {rows[i]} ({name!r}) is no study: left out")
        elif len(columns) > 2 and len(filled) == 1 and names:
            notes.append(f"row {rows[i]} ({_short(names[0])}) holds no data: left out")
        elif _is_sum(columns, kept, i):
            said = f" ({names[0]!r})" if names else ""
            notes.append(f"row {rows[i]}{said} holds the sums of the rows above: left out")
        else:
            kept.append(i)
    return kept, notes


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _is_sum(columns: Sequence[tuple[str, ...]], above: Sequence[int], i: int) -> bool:
    """Whether two or more columns of counts add up to this row, and none does not."""
    if len(above) < 2:
        return False
    agreed = 0
    for cells in columns:
        held = [_count(cells[j]) for j in above]
        here = _count(cells[i])
        if here is None or any(x is None for x in held):
            continue
        total = sum(x for x in held if x is not None)
        if total != here:
            return False
        agreed += total > 0
    return agreed >= 2


def _count(cell: str) -> float | None:
    """Read a whole number, also one with its percentage."""
    number = number_of(re.sub(r"\s*\(.*\)$|/.*$", "", cell.strip()))
    return number if number is not None and number == round(number) >= 0 else None


_SPREAD = re.compile(rf"({_NUM})\s*(?:±|\+/-|\+-)\s*({_NUM})")
_BRACKETED = re.compile(rf"({_NUM})\s*[(\[]\s*({_NUM})\s*[)\]]")
_SHARE = re.compile(rf"(\d+)\s*[(\[]\s*{_NUM}\s*%\s*[)\]]")
_EVENT = re.compile(r"event|death|respon|died|dead|case|relaps|remission|success|ereign", re.I)
_OF = re.compile(r"(\d+)\s*(?:/|\bof\b)\s*(\d+)(?:\s*[(\[].*[)\]])?")
_TO = r"\s*(?:to|bis|[-–—,;:]|\.\.)\s*"
_BOUNDS = re.compile(rf"[(\[]?\s*({_NUM}){_TO}({_NUM})\s*[)\]]?")
_WITH_BOUNDS = re.compile(
    rf"({_NUM})\s*[,;]?\s*[(\[]?\s*(?:\d\d%\s*[CK]I:?\s*)?({_NUM}){_TO}({_NUM})\s*[)\]]?"
)
_AROUND = re.compile(
    r"[,;]?\s*[(\[]?\s*(\d\d(?:\.\d)?\s*%\s*)?\b(?:CI|KI|confidence interval|conf\.? int\.?)\b\s*"
    r"[)\]]?",
    re.IGNORECASE,
)
_SPREAD_WORD = re.compile(
    r"[,;]?\s*(?:±|\+/-)?\s*[(\[]?\s*\b(SDs?|SEM?|St\.?abw\.?|standard deviation|standard error)\b"
    r"\s*[)\]]?",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"[,;]?\s*[(\[]\s*%\s*[)\]]|[,;]?\s*[(\[]\s*percent\s*[)\]]", re.IGNORECASE)


def _parted(heading: str, cells: tuple[str, ...], hints: list[str]) -> dict[str, tuple[str, ...]]:
    """Part one column; itself if each cell holds one thing."""
    plain = re.sub(r"[,;]?\s*[(\[]\s*n/N\s*[)\]]", "", heading) or heading
    if _all(cells, lambda c: bool(_SHARE.fullmatch(c))) or (
        _PERCENT.search(heading) and _all(cells, lambda c: bool(_BRACKETED.fullmatch(c)))
    ):
        name = _PERCENT.sub("", heading).strip(" ,;") or heading
        if not _EVENT.search(name):
            name = "events " + re.sub(r"[,;]?\s*\b[nN]\b", "", name)
        return {name: tuple(re.sub(r"\s*[(\[].*", "", c) for c in cells)}
    if _all(cells, lambda c: bool(_OF.fullmatch(c))) and not re.search(r"year|date", heading, re.I):
        first = plain if _EVENT.search(plain) else f"events {plain}"
        return _split(cells, _OF, (first, f"total {_bare(plain)}"))
    if _all(cells, lambda c: bool(_SPREAD.fullmatch(c) or _BRACKETED.fullmatch(c)), must="±(["):
        word = _SPREAD_WORD.search(heading)
        if word is None:
            hints.append(
                f"{heading!r} holds two numbers a cell: say in the heading what the second is, "
                "such as 'mean (SD)' or 'n (%)'"
            )
            return {heading: cells}
        base = " ".join(_SPREAD_WORD.sub(" ", heading).split())
        kind = "SE" if word.group(1).casefold() in ("se", "sem", "standard error") else "SD"
        without = " ".join(
            re.sub(r"\bmeans?\b|\bMW\b|\bMittelwert\b", " ", base, flags=re.I).split()
        )
        name = base if without != base else f"mean {base}"
        either = re.compile(f"(?:{_SPREAD.pattern}|{_BRACKETED.pattern})")
        return _split(cells, either, (name, f"{kind} {without}"))
    inside = _AROUND.search(heading)
    if _all(cells, lambda c: bool(_WITH_BOUNDS.fullmatch(c)), must="([,;"):
        base = " ".join(_AROUND.sub(" ", heading).split())
        level = (inside.group(1) or "").strip() if inside else ""
        names = (base, f"{base} {level} lower", f"{base} {level} upper")
        return _split(cells, _WITH_BOUNDS, tuple(" ".join(n.split()) for n in names))
    if inside and _all(cells, lambda c: bool(_BOUNDS.fullmatch(c))):
        base = " ".join(_AROUND.sub(" ", heading).split())
        level = (inside.group(1) or "").strip()
        names = (f"{base} {level} lower", f"{base} {level} upper")
        return _split(cells, _BOUNDS, tuple(" ".join(n.split()) for n in names))
    return {heading: cells}


def _bare(heading: str) -> str:
    """Leave the words that name a group."""
    return " ".join(
        re.sub(r"\b(events?|deaths?|responders?|cases)\b", " ", heading, flags=re.I).split()
    )


def _all(cells: Sequence[str], fits: Callable[[str], bool], must: str = "") -> bool:
    """Whether what is given fits, or is missing; and is not plain numbers anyway."""
    given = [c.strip() for c in cells if not is_missing(c)]
    if must and not any(mark in c for c in given for mark in must):
        return False
    return bool(given) and all(fits(c) for c in given)


def _split(
    cells: Sequence[str], pattern: re.Pattern[str], names: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Part each cell by the groups of a pattern that hold something."""
    found = [pattern.fullmatch(c.strip()) for c in cells]
    parts = [
        tuple(g for g in m.groups() if g is not None) if m else ("",) * len(names) for m in found
    ]
    return {name: tuple(p[i] for p in parts) for i, name in enumerate(names)}
