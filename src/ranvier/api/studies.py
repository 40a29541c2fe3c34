"""The studies of a review, as one of its team sees them and gathers reports into them."""

from __future__ import annotations

from collections.abc import Sequence

from ranvier.core.study import StudyRole
from ranvier.workflow.gather import acts
from ranvier.workflow.gather.acts import Gathering, Moving
from ranvier.workflow.gather.looking import Stands, StudiesView, look, stands
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import looking

__all__ = ["Studies"]


class Studies:
    """Reports that are included on the full text, gathered into studies: `Seat.studies`.

    What is listed is what one sees to be included, as long as everybody who reads full texts may
    know it: a study tells nobody what a colleague decided on what they still have to read.
    """

    def __init__(self, desk: Desk, actor: str) -> None:
        self._desk = desk
        self._actor = actor

    def look(self) -> StudiesView:
        """Lay out the studies, the reports that wait to be gathered, and what is suggested."""
        with looking(self._desk, self._actor) as view:
            return look(view)

    def stands(self) -> Stands:
        """Count what is included, what waits to be gathered, and what does not fit."""
        with looking(self._desk, self._actor) as view:
            return stands(view)

    def gather(
        self,
        items: Sequence[str],
        *,
        study: str | None = None,
        label: str | None = None,
        main: str | None = None,
        moving: Moving = "allowed",
        reason: str | None = None,
        client_id: str | None = None,
    ) -> Gathering:
        """Put reports together, into a study or a new one; see `ranvier.workflow.gather.acts`.

        Raises
        ------
        InputError
            If a report is not included, or another study bears the name.
        """
        return acts.gather(
            self._desk,
            self._actor,
            items,
            study=study,
            label=label,
            main=main,
            moving=moving,
            reason=reason,
            client_id=client_id,
        )

    def gather_each(
        self, items: Sequence[str], *, reason: str | None = None, client_id: str | None = None
    ) -> Gathering:
        """Make a study of each of several reports that are of none."""
        return acts.gather_each(self._desk, self._actor, items, reason=reason, client_id=client_id)

    def take_out(
        self, item: str, *, reason: str | None = None, client_id: str | None = None
    ) -> Gathering:
        """Take a report out of its study; a study that has none left is withdrawn."""
        return acts.take_out(self._desk, self._actor, item, reason=reason, client_id=client_id)

    def describe(
        self,
        study: str,
        *,
        label: str | None = None,
        role: StudyRole | None = None,
        main: str | None = None,
        reason: str | None = None,
        client_id: str | None = None,
    ) -> Gathering:
        """Name a study, say its role, or which of its reports is the main one."""
        return acts.describe(
            self._desk,
            self._actor,
            study,
            label=label,
            role=role,
            main=main,
            reason=reason,
            client_id=client_id,
        )

    def undo(self, client_id: str) -> Gathering:
        """Take an act of gathering back, whoever did it."""
        return acts.undo(self._desk, self._actor, client_id)
