"""The team of a review, as one of them sees it and changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ranvier.core.team import Member, Role
from ranvier.workflow.screen import giving_out, team
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.team import MemberView
from ranvier.workflow.screen.view import looking

__all__ = ["Team"]


class Team:
    """Who is in the team, and the changing of it: `Seat.team`."""

    def __init__(self, desk: Desk, actor: str) -> None:
        self._desk = desk
        self._actor = actor

    def members(self) -> tuple[MemberView, ...]:
        """Return the members; addresses only to an owner."""
        with looking(self._desk, self._actor) as view:
            return team.members(view)

    def put_member(
        self,
        actor: str,
        roles: Sequence[Role],
        *,
        name: str | None = None,
        email: str | None = None,
        client_id: str | None = None,
    ) -> Member:
        """Take somebody into the team, or give them other roles."""
        return giving_out.put_member(
            self._desk, self._actor, actor, roles, name=name, email=email, client_id=client_id
        )

    def let_go(
        self,
        actor: str,
        *,
        votes: Literal["keep", "withdraw"] = "keep",
        substitutes: Sequence[str] | None = None,
        reason: str | None = None,
    ) -> Member:
        """Let somebody go from the team; others take over what they had not decided."""
        return giving_out.let_go(
            self._desk,
            self._actor,
            actor,
            votes=votes,
            substitutes=substitutes,
            reason=reason,
        )
