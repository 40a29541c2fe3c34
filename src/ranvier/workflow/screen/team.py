"""The team as its members see it."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.core.team import Member, may
from ranvier.workflow.screen.view import View

__all__ = ["MemberView", "members"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member with their name; the address only for an owner, and for themselves."""

    member: Member
    name: str | None
    email: str | None


def members(view: View) -> tuple[MemberView, ...]:
    """Return the members in the order in which they joined; of a review without a team, oneself."""
    actors = view.desk.store.actors()
    team = view.layout.review.team or {view.viewer: Member(actor=view.viewer, roles=view.roles)}
    found: list[MemberView] = []
    for id, member in team.items():
        actor = actors.get(id)
        known = may(view.roles, "team") or id == view.viewer
        found.append(
            MemberView(
                member=member,
                name=actor.name if actor else None,
                email=actor.email if actor and known else None,
            )
        )
    return tuple(found)
