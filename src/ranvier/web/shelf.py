"""The reviews a server serves: found in its places, opened when asked for, kept open."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import ranvier.api as api
from ranvier.bootstrap import Mode, places_in
from ranvier.errors import NotFoundError

__all__ = ["Shelf", "Shelved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A review on the shelf.

    Attributes
    ----------
    key : str
        What its addresses call it.
    place : str
        Where it is kept.
    """

    key: str
    place: str


class Shelf:
    """The reviews of a server.

    Parameters
    ----------
    places : iterable of str
        Folders of reviews, folders of such folders, or ``postgresql://`` addresses; a folder may
        hold none yet.
    mode : {"write", "read"}
    """

    def __init__(self, places: Iterable[str], *, mode: Mode = "write") -> None:
        self._places = tuple(places)
        self._mode: Mode = mode
        self._open: dict[str, api.OpenReview] = {}
        self._known: dict[str, Shelved] = {}
        self._turn = threading.RLock()
        self.look()

    def look(self) -> None:
        """Look at the places again: a review may have come or gone."""
        with self._turn:
            found = [place for told in self._places for place in places_in(told)]
            known = {held.place: held for held in self._known.values()}
            taken = {held.key for held in self._known.values() if held.place in found}
            shelf: dict[str, Shelved] = {}
            for place in found:
                held = known.get(place)
                if held is None:
                    held = Shelved(key=_free(_key(place), taken), place=place)
                    taken.add(held.key)
                shelf[held.key] = held
            self._known = shelf

    def reviews(self) -> tuple[Shelved, ...]:
        """Return the reviews in the order of their places."""
        return tuple(self._known.values())

    @property
    def places(self) -> tuple[str, ...]:
        """Where reviews are looked for."""
        return self._places

    def opened(self, key: str) -> api.OpenReview:
        """Return a review, open.

        Raises
        ------
        NotFoundError
            If the server has none of that name.
        """
        review = self._open.get(key)
        if review is not None:
            return review
        with self._turn:
            if key not in self._known:
                raise NotFoundError(
                    f"there is no review {key!r} here.", remedy="The list of reviews has them all."
                )
            if key not in self._open:
                self._open[key] = api.open(self._known[key].place, mode=self._mode)
            return self._open[key]

    def close(self) -> None:
        """Finish what is under way and let go of every review."""
        with self._turn:
            for review in self._open.values():
                review.close()
            self._open.clear()


def _key(place: str) -> str:
    """Make of the end of a place what an address may bear.

    Examples
    --------
    >>> _key("/home/anna/Zinc für alle"), _key("postgresql://host/reviews#mmn")
    ('zinc-fur-alle', 'mmn')
    """
    last = re.split(r"[/\\#]", place.rstrip("/\\"))[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "review"


def _free(key: str, taken: set[str]) -> str:
    """Return a key that no other review has."""
    number, free = 2, key
    while free in taken:
        number, free = number + 1, f"{key}-{number}"
    return free
