"""What reading a file found: its format and why, what was odd, and how many records there were."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Detected", "Loss", "Problem", "Report"]

#: Problems that are kept word by word; the rest is counted.
KEPT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What a file was taken for.

    Attributes
    ----------
    format : str
        Such as ``ris``; one of :data:`ranvier.formats.FORMATS`.
    dialect : str or None
        Whose: ``Ovid``, ``Scopus`` ...
    encoding : str
        As Python knows it.
    why : str
        One sentence on what it was told by.
    """

    format: str
    dialect: str | None
    encoding: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A place of a file that could not be read as it should.

    Attributes
    ----------
    line : int
        From 1.
    what : str
        One sentence.
    """

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(slots=True)
class Report:
    """What was found while a file was read; complete when its last record was taken.

    Attributes
    ----------
    problems : list of Problem
        The first thousand; `counted` counts all.
    expected : int or None
        How many records the file says or shows to have, counted apart from the reading.
    read : int
        How many were read.
    """

    problems: list[Problem] = field(default_factory=list[Problem])
    counted: int = 0
    expected: int | None = None
    read: int = 0

    def odd(self, line: int, what: str) -> None:
        """Note a problem."""
        self.counted += 1
        if len(self.problems) < KEPT:
            self.problems.append(Problem(line=line, what=what))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a target format could not hold.

    Attributes
    ----------
    field : str
        The field of a record.
    count : int
        In how many records it was lost or changed.
    why : str
        One sentence.
    """

    field: str
    count: int
    why: str
