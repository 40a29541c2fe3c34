"""What leads from page to page within a review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ranvier.web.words import N_

__all__ = ["Entry", "Group", "entries"]


class May(Protocol):
    """What the navigation asks of a seat."""

    def may(self, what: str, /) -> bool:
        """Say whether its holder may do something."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the navigation.

    Attributes
    ----------
    icon : str
        Id of a symbol in ``static/icons.svg``.
    here : bool
        Whether it is the page that is shown.
    """

    label: str
    address: str
    icon: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Links that belong together."""

    label: str
    entries: tuple[Entry, ...]


#: Group -> links: label, address under that of the review, icon, what a seat must be allowed to do.
LINKS: dict[str, tuple[tuple[str, str, str, str | None], ...]] = {
    "": ((N_("Overview"), "", "home", None),),
    N_("Records"): (
        (N_("Searches and import"), "/import", "inbox", None),
        (N_("Duplicates"), "/duplicates", "merge", None),
    ),
    N_("Screening"): (
        (N_("Set-up"), "/screening", "sliders", None),
        (N_("Title and abstract"), "/screen/title_abstract", "screen", "screen"),
        (N_("Full text"), "/screen/full_text", "fulltext", "screen"),
        (N_("Conflicts"), "/conflicts", "conflict", None),
        (N_("Progress"), "/progress", "progress", None),
        (N_("Agreement"), "/agreement", "agreement", None),
    ),
    N_("Results"): (
        (N_("Studies"), "/studies", "studies", None),
        (N_("PRISMA flow"), "/flow", "flow", None),
        (N_("Review document"), "/document", "document", None),
    ),
    N_("Review"): (
        (N_("Team"), "/team", "team", None),
        (N_("History"), "/history", "history", None),
        (N_("Export"), "/export", "export", None),
    ),
}


def entries(seat: May, base: str, path: str) -> tuple[Group, ...]:
    """Return the links that make sense for a seat, the present page marked."""
    groups: list[Group] = []
    for label, links in LINKS.items():
        held = tuple(
            Entry(
                label=name,
                address=base + (end or "/"),
                icon=icon,
                here=path.rstrip("/") == base + end
                or (end != "" and path.startswith(base + end + "/")),
            )
            for name, end, icon, need in links
            if need is None or seat.may(need)
        )
        if held:
            groups.append(Group(label=label, entries=held))
    return tuple(groups)
