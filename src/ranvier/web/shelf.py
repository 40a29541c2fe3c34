"""The reviews a server serves: found in its places, opened when asked for, kept open."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import ranvier.api as api
from ranvier.bootstrap import Mode, places_in
from ranvier.errors import NotFoundError

__all__ = ["Shelf", "Shelved", "address_name"]


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
                    held = Shelved(key=address_name(_end(place), taken=taken), place=place)
                    taken.add(held.key)
                shelf[held.key] = held
            self._known = shelf

    def reviews(self) -> tuple[Shelved, ...]:
        """Return the reviews in the order of their places."""
        return tuple(self._known.values())

    def keys(self) -> set[str]:
        """Return what the addresses of the reviews call them."""
        return set(self._known)

    @property
    def has_room(self) -> bool:
        """Whether there is a folder or database to make reviews in."""
        return self._mode == "write" and any(map(_holds_several, self._places))

    def new_place(self, name: str) -> str:
        """Return a place for a new review.

        Raises
        ------
        NotFoundError
            If no folder or database is served that could hold it.
        """
        for place in self._places:
            if _holds_several(place):
                remote = place.startswith("postgresql")
                return f"{place}#{name}" if remote else str(Path(place) / name)
        raise NotFoundError(
            "there is no folder to make a review in.",
            remedy="Serve a folder of reviews, such as `ranvier serve reviews`.",
        )

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
                self.look()
            if key not in self._known:
                raise self.unknown(key)
            if key not in self._open:
                self._open[key] = api.open(self._known[key].place, mode=self._mode)
            return self._open[key]

    def unknown(self, key: str) -> NotFoundError:
        """Return the error that says there is no such review, for strangers to a review as well."""
        return NotFoundError(
            f"there is no review {key!r} here.", remedy="The list of reviews has them all."
        )

    def close(self) -> None:
        """Finish what is under way and let go of every review."""
        with self._turn:
            for review in self._open.values():
                review.close()
            self._open.clear()


def _holds_several(place: str) -> bool:
    """Say whether a place can hold any number of reviews."""
    if place.startswith("postgresql"):
        return "#" not in place
    return places_in(place) != [str(Path(place))]


def _end(place: str) -> str:
    """Return the last part of a place."""
    return re.split(r"[/\\#]", place.rstrip("/\\"))[-1]


def address_name(text: str, *, taken: Collection[str] = ()) -> str:
    """Make of a title, or of the end of a place, what an address may bear and no other has.

    Examples
    --------
    >>> address_name("Zinc für <i>alle</i>"), address_name("mmn", taken={"mmn"})
    ('zinc-fur-alle', 'mmn-2')
    """
    bare = re.sub(r"</?(?:i|b|sub|sup)>", "", text, flags=re.IGNORECASE)
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-") or "review"
    number, free = 2, key
    while free in taken:
        number, free = number + 1, f"{key}-{number}"
    return free
