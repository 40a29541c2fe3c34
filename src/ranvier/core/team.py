"""The team of a review: who belongs to it, in which roles, and what a role may do.

A review that names no members is worked on by one person: whoever holds the place it is kept in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

__all__ = ["ACTS", "MAY", "ROLES", "SOLO", "Act", "Member", "Role", "may", "roles_of"]

Role: TypeAlias = Literal["owner", "reviewer", "adjudicator", "extractor", "statistician", "reader"]
Act: TypeAlias = Literal[
    "read", "screen", "resolve", "begin", "open", "match", "gather", "import", "team", "extract",
    "analyse", "export", "protocol",
]  # fmt: skip

ROLES: tuple[Role, ...] = get_args(Role)
ACTS: tuple[Act, ...] = get_args(Act)

_EVERYBODY: frozenset[Role] = frozenset(ROLES)

#: What each act asks for: one of these roles.
MAY: dict[Act, frozenset[Role]] = {
    "read": _EVERYBODY,
    "export": _EVERYBODY,
    "screen": frozenset({"reviewer"}),
    "resolve": frozenset({"owner", "adjudicator"}),
    "begin": frozenset({"owner"}),
    "open": frozenset({"owner"}),
    "protocol": frozenset({"owner"}),
    "team": frozenset({"owner"}),
    "import": frozenset({"owner", "reviewer", "adjudicator"}),
    "match": frozenset({"owner", "reviewer", "adjudicator"}),
    "gather": frozenset({"owner", "reviewer", "adjudicator", "extractor"}),
    "extract": frozenset({"owner", "extractor"}),
    "analyse": frozenset({"owner", "statistician"}),
}

#: The roles of whoever works alone.
SOLO: tuple[Role, ...] = ("owner", "reviewer", "adjudicator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody's place in the team; said anew when it changes.

    Names and addresses are kept apart from the log, with the actors.

    Attributes
    ----------
    actor : str
        Actor id.
    roles : tuple of Role
    status : {"active", "left", "removed"}
        The votes of one who left still count; those of one who was removed count no more, though
        they stay in the log.
    """

    actor: str
    roles: tuple[Role, ...]
    status: Literal["active", "left", "removed"] = "active"


def roles_of(actor: str, team: Mapping[str, Member]) -> tuple[Role, ...]:
    """Return the roles that somebody has now.

    Examples
    --------
    >>> roles_of("person:anna", {})
    ('owner', 'reviewer', 'adjudicator')
    >>> team = {"person:anna": Member(actor="person:anna", roles=("owner",))}
    >>> roles_of("person:ben", team)
    ()
    """
    if not team:
        return SOLO
    member = team.get(actor)
    return member.roles if member is not None and member.status == "active" else ()


def may(roles: Iterable[Role], act: Act) -> bool:
    """Say whether one of these roles may do this."""
    return not MAY[act].isdisjoint(roles)
