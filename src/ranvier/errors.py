"""What can go wrong, as a tree.

::

    RanvierError
    ├── InputError (ValueError)        the caller can fix it: says what, where and how
    │   ├── RuleError                  a fact the review's own rules refuse (events > n)
    │   ├── AnchorError                a quote that is not in its source
    │   └── SnapshotError              a snapshot that is broken or was changed
    ├── AccessError (PermissionError)  a role, or blinding, does not allow it
    ├── NotFoundError (LookupError)    nothing of that name in this review
    ├── ConvergenceError (ArithmeticError)
    ├── StorageError (OSError)         the place a review is kept in does not serve
    │   ├── BusyError                  another process is writing
    │   └── ReadOnlyError              this review was opened for reading
    ├── SourceError (OSError)          a database elsewhere did not serve, or may not be asked
    └── IntegrityError                 the log and what is made from it do not agree

    NumericalWarning (UserWarning)     the numbers are shaky; also kept on the result

Errors know nothing of colour, exit codes or HTTP: `cli` and `web` translate them.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "AccessError",
    "AnchorError",
    "BusyError",
    "ConvergenceError",
    "InputError",
    "IntegrityError",
    "NotFoundError",
    "NumericalWarning",
    "RanvierError",
    "ReadOnlyError",
    "RuleError",
    "SnapshotError",
    "SourceError",
    "StorageError",
]


class RanvierError(Exception):
    """The root of all errors of ours.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    file : str or None
        The file it was found in.
    row : int or None
        The row or line in that file, counted from 1.
    remedy : str or None
        What to do next.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.message = message
        self.file = file
        self.row = row
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        """Place, message and remedy, in that order."""
        place = ""
        if self.file is not None:
            place = self.file if self.row is None else f"{self.file}, row {self.row}"
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.remedy}" if self.remedy else text


class InputError(RanvierError, ValueError):
    """Something the caller gave does not hold; the message names it and the remedy."""


class RuleError(InputError):
    """A fact that the rules of a review refuse.

    Attributes
    ----------
    problems : tuple of str
        Each broken rule, one sentence each.
    """

    def __init__(
        self,
        problems: Sequence[str],
        *,
        file: str | None = None,
        row: int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems), file=file, row=row, remedy=remedy)


class AnchorError(InputError):
    """A quote that is not in the document it is said to come from."""


class SnapshotError(InputError):
    """A snapshot that is incomplete, damaged or was changed after it was written."""


class AccessError(RanvierError, PermissionError):
    """Somebody's role in the team, or their blinding, does not allow what they asked for."""


class NotFoundError(RanvierError, LookupError):
    """Nothing of that name exists in this review."""


class ConvergenceError(RanvierError, ArithmeticError):
    """An iteration did not settle.

    Attributes
    ----------
    last : float
        The last value reached.
    """

    def __init__(self, message: str, *, last: float, remedy: str | None = None) -> None:
        self.last = last
        super().__init__(message, remedy=remedy)


class StorageError(RanvierError, OSError):
    """The place a review is kept in does not serve."""


class BusyError(StorageError):
    """Another process is writing to this review."""


class ReadOnlyError(StorageError):
    """The review was opened for reading only."""


class SourceError(RanvierError, OSError):
    """A database elsewhere did not serve, or is one that may not be asked."""


class IntegrityError(RanvierError):
    """The log was changed, or what is made from it does not equal a rebuild.

    Attributes
    ----------
    seq : int or None
        The first event that does not hold.
    """

    def __init__(
        self,
        message: str,
        *,
        seq: int | None = None,
        file: str | None = None,
        row: int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.seq = seq
        super().__init__(message, file=file, row=row, remedy=remedy)


class NumericalWarning(UserWarning):
    """The numbers are shaky: the result says so, too."""
