"""A seat: one person's place at a review that is open, with what they see and may do.

Everything the web application and the terminal do in the screening goes through a seat. While
somebody is blinded, all that their seat gives is computed without the votes they may not see.
"""

from __future__ import annotations

from ranvier.api.records import Records
from ranvier.api.screening import Screening
from ranvier.api.studies import Studies
from ranvier.api.team import Team
from ranvier.core.flow import Flow, count_flow
from ranvier.core.protocol import Protocol, Stage
from ranvier.core.review import Review
from ranvier.core.team import Act, Member, Role, may
from ranvier.workflow.screen import handing_on
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.handing_on import LogLine
from ranvier.workflow.screen.ordering import Ordering
from ranvier.workflow.screen.view import View, looking

__all__ = ["Seat"]


class Seat:
    """What one person sees of a review, and may do in it. Get it from `OpenReview.seat`.

    It says who they are and what the review is; `screening`, `team`, `records` and
    `studies` are its rooms.
    It holds nothing: every call looks at the review as it stands then. Any number of threads may
    use it at once.

    Parameters
    ----------
    desk : Desk
    actor : str
        Actor id.
    ordering : Ordering or None
        What puts queues in order; they stay in that of the hash, if None.

    Raises
    ------
    AccessError
        If the review has a team and they are not in it.
    """

    def __init__(self, desk: Desk, actor: str, *, ordering: Ordering | None = None) -> None:
        self._desk = desk
        self._ordering = ordering or Ordering(desk, "never")
        self.actor = actor
        self._look()

    def _look(self) -> View:
        """Look at the review as it stands, for what takes long and reads the log itself."""
        with looking(self._desk, self.actor) as view:
            return view

    # The rooms.

    @property
    def screening(self) -> Screening:
        """Who reads what, one's queue, decisions, conflicts, and how far it is."""
        return Screening(self._desk, self.actor, self._ordering)

    @property
    def team(self) -> Team:
        """Who is in the team, and the changing of it."""
        return Team(self._desk, self.actor)

    @property
    def records(self) -> Records:
        """Searches, imports, pairs of records in doubt, and what is handed on."""
        return Records(self._desk, self.actor)

    @property
    def studies(self) -> Studies:
        """The studies, and the gathering of reports into them."""
        return Studies(self._desk, self.actor)

    # Who one is.

    @property
    def member(self) -> Member | None:
        """One's place in the team; None if the review is worked on alone."""
        with looking(self._desk, self.actor) as view:
            return view.layout.review.team.get(self.actor)

    @property
    def roles(self) -> tuple[Role, ...]:
        """One's roles; of who works alone, owner, reviewer and adjudicator."""
        with looking(self._desk, self.actor) as view:
            return view.roles

    def may(self, act: Act) -> bool:
        """Say whether one's roles allow something.

        Parameters
        ----------
        act : {"read", "screen", "resolve", "begin", "open", "match", "import", "team", ...}
            One of `ranvier.core.team.ACTS`.
        """
        with looking(self._desk, self.actor) as view:
            return may(view.roles, act)

    def blinded(self, stage: Stage) -> bool:
        """Say whether votes of others at a stage are hidden, because one screens there."""
        with looking(self._desk, self.actor) as view:
            return stage in view.sight.blinded

    # The review.

    @property
    def title(self) -> str:
        """The title of the review."""
        with looking(self._desk, self.actor) as view:
            return view.layout.review.opened.title

    @property
    def language(self) -> str:
        """The language of the review's texts."""
        with looking(self._desk, self.actor) as view:
            return view.layout.review.opened.language

    @property
    def simulated(self) -> str | None:
        """What in the review is simulated, if it is a demonstration; None of a true review."""
        with looking(self._desk, self.actor) as view:
            return view.layout.review.simulated

    @property
    def protocol(self) -> Protocol | None:
        """The protocol in force."""
        with looking(self._desk, self.actor) as view:
            return view.layout.review.protocol

    def flow(self) -> Flow:
        """Count the PRISMA flow of what one may see."""
        with looking(self._desk, self.actor) as view:
            first, second = view.boxes()
        layout = view.layout
        return count_flow(
            layout.review,
            kinds=layout.kinds,
            first=first,
            second=second,
            item_of=lambda id: layout.items.item_of(id) or id,
        )

    def review(self) -> Review:
        """Fold what one may see into a review, with its records; for long reviews this is slow."""
        return self._look().review()

    def document(self) -> str:
        """Write the review document from what one may see, as HTML."""
        return handing_on.document(self._look())

    def log(self, *, after: str | None = None, limit: int = 100) -> tuple[LogLine, ...]:
        """Return what was done, oldest first, after the event of client id `after`."""
        return handing_on.log(self._look(), after=after, limit=limit)
