"""The screening, as one person at a review sees it and takes part in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from ranvier.core.allotment import Allotment
from ranvier.core.finding import Text
from ranvier.core.protocol import Criterion, Protocol, ScreeningRule, Stage
from ranvier.core.screening import Verdict
from ranvier.workflow.screen import amending, deciding, giving_out
from ranvier.workflow.screen import progress as progressing
from ranvier.workflow.screen.agreeing import AgreementView, agreements, ratings
from ranvier.workflow.screen.cards import Card, card
from ranvier.workflow.screen.deciding import Decided
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.ending import check_ending, say_ending
from ranvier.workflow.screen.ordering import Ordering
from ranvier.workflow.screen.progress import ConflictView, Mine, Progress, StageView
from ranvier.workflow.screen.stopping_here import History, StoppingView, history_of, stop
from ranvier.workflow.screen.view import View, looking

__all__ = ["Screening"]


class Screening:
    """Who reads what, the queue, decisions, conflicts, and how far it is: `Seat.screening`.

    What others decided is left out while one is blinded.
    """

    def __init__(self, desk: Desk, actor: str, ordering: Ordering) -> None:
        self._desk = desk
        self._actor = actor
        self._ordering = ordering

    def put_protocol(
        self,
        *,
        criteria: Sequence[Criterion],
        rules: Sequence[ScreeningRule],
        reason: str | None = None,
        client_id: str | None = None,
    ) -> Protocol:
        """Agree on criteria and rules of the screening; see `ranvier.workflow.screen.amending`."""
        return amending.put_protocol(
            self._desk,
            self._actor,
            criteria=criteria,
            rules=rules,
            reason=reason,
            client_id=client_id,
        )

    def stages(self) -> tuple[StageView, ...]:
        """Look at the stages: rule, criteria, how much is one's own and how much is left."""
        with looking(self._desk, self._actor) as view:
            return progressing.stage_views(view)

    def begin(
        self,
        stage: Stage,
        *,
        reviewers: Sequence[str] | None = None,
        votes: int | None = None,
        kind: Literal["main", "pilot"] = "main",
        size: int | None = None,
        client_id: str | None = None,
    ) -> Allotment:
        """Give out what nobody was given yet: see `ranvier.workflow.screen.giving_out.begin`."""
        return giving_out.begin(
            self._desk,
            self._actor,
            stage,
            reviewers=reviewers,
            votes=votes,
            kind=kind,
            size=size,
            client_id=client_id,
        )

    def open(self, allotment: str, *, client_id: str | None = None) -> None:
        """Lift the blinding of an allotment, for an owner."""
        giving_out.open_allotment(self._desk, self._actor, allotment, client_id=client_id)

    def queue(self, stage: Stage, *, n: int = 5, after: Collection[str] = ()) -> tuple[Card, ...]:
        """Return the next items one has to decide.

        Parameters
        ----------
        n : int
            How many.
        after : collection of str
            Items the caller holds already.
        """
        with looking(self._desk, self._actor) as view:
            items = self._desk.line(stage, self._actor).next(n, after=frozenset(after))
            self._ordering.want(stage, self._actor)
            return tuple(card(view, stage, item) for item in items)

    def card(self, stage: Stage, item: str) -> Card:
        """Lay out one item.

        Raises
        ------
        NotFoundError
            If there is no such item.
        """
        with looking(self._desk, self._actor) as view:
            return card(view, stage, view.layout.items.item_of(item) or item)

    def decide(
        self,
        stage: Stage,
        item: str,
        verdict: Verdict,
        *,
        reasons: Sequence[str] = (),
        note: str | None = None,
        tags: Sequence[str] = (),
        client_id: str | None = None,
    ) -> Decided:
        """Vote on an item one was given; a later vote supersedes it.

        Raises
        ------
        AccessError
            If it was not given to one.
        RuleError
            If the protocol does not allow it, such as an exclusion without its reason.
        """
        return deciding.decide(
            self._desk,
            self._actor,
            stage,
            item,
            verdict,
            reasons=tuple(reasons),
            note=note,
            tags=tuple(tags),
            client_id=client_id,
        )

    def undo(self, client_id: str) -> Decided:
        """Take one's own decision back; what one had said before stands again."""
        return deciding.take_back(self._desk, self._actor, client_id)

    def mine(
        self,
        stage: Stage,
        *,
        verdict: Verdict | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> tuple[Mine, ...]:
        """Return one's own decisions, the latest first; `before` is the last one's client id."""
        with looking(self._desk, self._actor) as view:
            return progressing.mine(view, stage, verdict=verdict, before=before, limit=limit)

    def conflicts(
        self, stage: Stage, *, after: str | None = None, limit: int = 50
    ) -> tuple[ConflictView, ...]:
        """Return what is to settle, as far as one sees it, from the item after `after`."""
        with looking(self._desk, self._actor) as view:
            return progressing.conflicts(view, stage, after=after, limit=limit)

    def resolve(
        self,
        stage: Stage,
        item: str,
        verdict: Verdict,
        *,
        reasons: Sequence[str] = (),
        note: str | None = None,
        how: Literal["third", "discussion"] | None = None,
        client_id: str | None = None,
    ) -> Decided:
        """Settle what people disagree on.

        Raises
        ------
        AccessError
            If it is hidden from one, or a third person is asked for and one voted on it.
        """
        return deciding.resolve(
            self._desk,
            self._actor,
            stage,
            item,
            verdict,
            reasons=tuple(reasons),
            note=note,
            how=how,
            client_id=client_id,
        )

    def progress(self, stage: Stage) -> Progress:
        """Say how far one is, and the team if that is not hidden."""
        with looking(self._desk, self._actor) as view:
            return progressing.progress(view, stage)

    def stopping(self, stage: Stage) -> StoppingView:
        """Say whether enough has been read, and what is likely to be left.

        Of the team's reading where no vote is hidden from one, else of one's own share; computed
        anew only when something was decided.
        """
        return stop(self._read_so_far(stage)[1], stage)

    def end(self, stage: Stage, *, client_id: str | None = None) -> Text:
        """End the reading of a stage: the review document takes the sentences of the stopping rule.

        For an owner, once nobody is blinded at the stage; whether the rule is met or not.
        """
        view, history = self._read_so_far(stage)
        check_ending(view, stage, history)
        said = stop(history, stage)
        return say_ending(self._desk, self._actor, stage, said, client_id=client_id)

    def agreement(self, stage: Stage) -> tuple[AgreementView, ...]:
        """Measure how far reviewers agreed before they saw each other's decisions.

        By allotment and for all of them, on the verdict and on each criterion that was named; of
        allotments that are opened, or all if nothing is hidden from one.
        """
        with looking(self._desk, self._actor) as view:
            rated = ratings(view, stage)
        return tuple(agreements(stage, rated))

    def _read_so_far(self, stage: Stage) -> tuple[View, History]:
        """Gather what was read as far as one may see it, off the desk's lock."""
        while True:
            with looking(self._desk, self._actor) as view:
                view.desk.line(stage, self._actor)
            history = history_of(view, stage)
            if history is not None:
                return view, history
