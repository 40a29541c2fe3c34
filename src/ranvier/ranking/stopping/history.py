"""What was shown and decided, in that order: all that a stopping rule knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError

__all__ = ["How", "Shown", "Tally", "tally"]

#: Why a record was shown: because the ranking put it first, or drawn at random from all unread.
How = Literal["ranked", "random"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One record that was shown, and what was decided.

    Attributes
    ----------
    relevant : bool
        Whether it was included at this stage.
    how : {"ranked", "random"}
        ``random`` only if every unread record was as likely to be drawn.
    again : bool
        The ranking has come to a record that was read before in a random sample. It costs no
        reading and counts as no record; it tells :func:`judge` how far the ranking would have got
        without the sample (rule ``qbcb``).
    """

    relevant: bool
    how: How = "ranked"
    again: bool = False


@dataclass(frozen=True, eq=False)
class Tally:
    """A history in arrays, one entry for each record read.

    Attributes
    ----------
    relevant, random : ndarray of bool, shape (screened,)
    left : int
        Records not read yet.
    reached : int
        Relevant records of the random sample to which the ranking has come again.
    """

    relevant: NDArray[np.bool_]
    random: NDArray[np.bool_]
    left: int
    reached: int = 0

    @property
    def screened(self) -> int:
        """Records read."""
        return len(self.relevant)

    @property
    def records(self) -> int:
        """Records read and unread."""
        return len(self.relevant) + self.left

    @cached_property
    def finds(self) -> NDArray[np.int_]:
        """After how many records each relevant one was found, counted from 1."""
        return np.flatnonzero(self.relevant) + 1

    @property
    def found(self) -> int:
        """Relevant records among those read."""
        return len(self.finds)

    @property
    def gap(self) -> int:
        """Irrelevant records in a row, up to now."""
        return self.screened - int(self.finds[-1]) if self.found else self.screened

    def upto(self, screened: int) -> Tally:
        """Return the tally as it stood after so many records (`reached` is taken as it is now)."""
        left = self.records - screened
        return Tally(self.relevant[:screened], self.random[:screened], left, self.reached)

    def with_irrelevant(self, more: int, how: How) -> Tally:
        """Return the tally as it would be if the next so many records were all irrelevant."""
        relevant = np.concatenate([self.relevant, np.zeros(more, dtype=np.bool_)])
        random = np.concatenate([self.random, np.full(more, how == "random")])
        return Tally(relevant, random, self.left - more, self.reached)


def tally(history: Sequence[Shown], left: int) -> Tally:
    """Check a history and count it.

    Parameters
    ----------
    history : sequence of Shown
        In the order shown.
    left : int
        Records not read yet.

    Raises
    ------
    InputError
        If `left` is negative, or a record came again that no random sample held.

    Examples
    --------
    >>> made = tally([Shown(True), Shown(False), Shown(False, "random")], left=7)
    >>> made.records, made.found, made.gap
    (10, 1, 2)
    """
    if left < 0:
        raise InputError(
            f"left is {left}; it counts the records not read yet.",
            remedy="Give 0 if all were read.",
        )
    read = [shown for shown in history if not shown.again]
    sampled = sum(shown.how == "random" for shown in read)
    again = [shown for shown in history if shown.again]
    if len(again) > sampled:
        raise InputError(
            f"{len(again)} records came again, but the random sample held {sampled}.",
            remedy="Mark a record as shown again only if it was first shown as random.",
        )
    return Tally(
        np.array([shown.relevant for shown in read], dtype=np.bool_),
        np.array([shown.how == "random" for shown in read], dtype=np.bool_),
        left,
        sum(shown.relevant for shown in again),
    )
