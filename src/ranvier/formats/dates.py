"""Dates as databases print them, to ISO 8601 as far as they are known."""

from __future__ import annotations

import re

__all__ = ["iso_date", "year_of"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier enero ene januar",
            "feb february febr fev fevrier fevr février févr febrero februar",
            "mar march mars marzo märz",
            "apr april avr avril abr abril",
            "may mai mayo",
            "jun june juin junio juni",
            "jul july juil juillet julio juli",
            "aug august aout août agosto ago",
            "sep sept september septembre septiembre",
            "oct october octobre octubre oktober okt",
            "nov november novembre noviembre",
            "dec december decembre décembre dez dezember diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR = re.compile(r"(?<![\d.])(1[5-9]\d\d|20\d\d|21[0-4]\d)(?!\d)")
_NUMERIC = re.compile(r"(\d{4})[/\-.](\d{1,2})(?:[/\-.](\d{1,2}))?(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(?<![\d:/])(\d{1,2})(?:st|nd|rd|th)?(?![\d:])")


def year_of(text: str) -> int | None:
    """Return the first plausible year.

    Examples
    --------
    >>> year_of("Start date: 20170812"), year_of("99"), year_of("2021/06//")
    (2017, None, 2021)
    """
    head = text[:4]
    if head.isascii() and head.isdigit() and not text[4:5].isdigit() and "1500" <= head < "2150":
        return int(head)
    match = _YEAR.search(text)
    if match:
        return int(match[1])
    compact = _COMPACT.search(text)
    return int(compact[1]) if compact and "1500" <= compact[1] < "2150" else None


def iso_date(text: str) -> str | None:
    """Read a date: year, and month and day where they are told beyond doubt.

    Examples
    --------
    >>> iso_date("1993 Oct 8"), iso_date("2021/06//"), iso_date("June 28, 2011")
    ('1993-10-08', '2021-06', '2011-06-28')
    >>> iso_date("4-8 Aug. 2020"), iso_date("12/03/2015"), iso_date("no date")
    ('2020-08', '2015', None)
    """
    if len(text) == 4 and text.isascii() and text.isdigit():
        return text if "1500" <= text < "2150" else None
    match = _NUMERIC.search(text) or _COMPACT.search(text)
    if match and "1500" <= match[1] < "2150":
        return _iso(int(match[1]), int(match[2]), int(match[3] or 0))
    day_first = _DAY_FIRST.search(text)
    if day_first:
        a, b = int(day_first[1]), int(day_first[2])
        if a > 12 >= b:
            return _iso(int(day_first[3]), b, a)
        if b > 12 >= a:
            return _iso(int(day_first[3]), a, b)
        return day_first[3]  # which of the two is the month cannot be told
    year = _YEAR.search(text)
    if year is None:
        return None
    rest = f"{text[: year.start()]} {text[year.end() :]}"
    months = [m for word in _WORD.findall(rest) if (m := _MONTHS.get(word.lower()))]
    if len(set(months)) != 1:
        return year[1]
    days = _DAY.findall(rest)
    return _iso(int(year[1]), months[0], int(days[0]) if len(days) == 1 else 0)


def _iso(year: int, month: int, day: int) -> str:
    """Write what is known."""
    if not 1 <= month <= 12:
        return f"{year}"
    if not 1 <= day <= 31:
        return f"{year}-{month:02d}"
    return f"{year}-{month:02d}-{day:02d}"
