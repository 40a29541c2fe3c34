"""A seat: one person's place at a review that is open, with what they see and may do.

Everything the web application and the terminal do in the screening goes through a seat. While
somebody is blinded, all that their seat gives is computed without the votes they may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from ranvier.core.allotment import Allotment
from ranvier.core.duplicates import Question
from ranvier.core.event import Event
from ranvier.core.flow import Flow, count_flow
from ranvier.core.protocol import Criterion, Protocol, ScreeningRule, Stage
from ranvier.core.record import RecordKind
from ranvier.core.review import Review
from ranvier.core.screening import Verdict
from ranvier.core.search import Import, SearchRun
from ranvier.core.team import Act, Member, Role, may
from ranvier.errors import AccessError
from ranvier.workflow.collect import Collected, Preview, preview_records
from ranvier.workflow.deduplicate import DuplicatesFound
from ranvier.workflow.doubts import Doubts
from ranvier.workflow.screen import amending, bringing, deciding, giving_out, handing_on, team
from ranvier.workflow.screen import progress as progressing
from ranvier.workflow.screen.agreeing import AgreementView, agreements, ratings
from ranvier.workflow.screen.bringing import LastMatch
from ranvier.workflow.screen.cards import Card, card
from ranvier.workflow.screen.deciding import Decided
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.handing_on import LogLine
from ranvier.workflow.screen.ordering import Ordering
from ranvier.workflow.screen.progress import ConflictView, Mine, Progress, StageView
from ranvier.workflow.screen.stopping_here import StoppingView, history_of, stop
from ranvier.workflow.screen.team import MemberView
from ranvier.workflow.screen.view import View

__all__ = ["Seat"]


class Seat:
    """What one person sees of a review, and may do in it. Get it from `OpenReview.seat`.

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
        with self._view():
            pass

    @contextmanager
    def _view(self) -> Generator[View]:
        """Look at the review as it stands, while nobody changes it."""
        with self._desk.lock:
            self._desk.catch_up()
            yield View(self._desk, self.actor)

    def _look(self) -> View:
        """Look at the review as it stands, for what takes long and reads the log itself."""
        with self._view() as view:
            return view

    # Who one is.

    @property
    def member(self) -> Member | None:
        """One's place in the team; None if the review is worked on alone."""
        with self._view() as view:
            return view.layout.review.team.get(self.actor)

    @property
    def roles(self) -> tuple[Role, ...]:
        """One's roles; of who works alone, owner, reviewer and adjudicator."""
        with self._view() as view:
            return view.roles

    def may(self, act: Act) -> bool:
        """Say whether one's roles allow something.

        Parameters
        ----------
        act : {"read", "screen", "resolve", "begin", "open", "match", "import", "team", ...}
            One of `ranvier.core.team.ACTS`.
        """
        with self._view() as view:
            return may(view.roles, act)

    def blinded(self, stage: Stage) -> bool:
        """Say whether votes of others at a stage are hidden, because one screens there."""
        with self._view() as view:
            return stage in view.sight.blinded

    # The review.

    @property
    def title(self) -> str:
        """The title of the review."""
        with self._view() as view:
            return view.layout.review.opened.title

    @property
    def language(self) -> str:
        """The language of the review's texts."""
        with self._view() as view:
            return view.layout.review.opened.language

    @property
    def simulated(self) -> str | None:
        """What in the review is simulated, if it is a demonstration; None of a true review."""
        with self._view() as view:
            return view.layout.review.simulated

    @property
    def protocol(self) -> Protocol | None:
        """The protocol in force."""
        with self._view() as view:
            return view.layout.review.protocol

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
            self.actor,
            criteria=criteria,
            rules=rules,
            reason=reason,
            client_id=client_id,
        )

    # The screening.

    def stages(self) -> tuple[StageView, ...]:
        """Look at the stages: rule, criteria, how much is one's own and how much is left."""
        with self._view() as view:
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
            self.actor,
            stage,
            reviewers=reviewers,
            votes=votes,
            kind=kind,
            size=size,
            client_id=client_id,
        )

    def open(self, allotment: str, *, client_id: str | None = None) -> None:
        """Lift the blinding of an allotment, for an owner."""
        giving_out.open_allotment(self._desk, self.actor, allotment, client_id=client_id)

    def queue(self, stage: Stage, *, n: int = 5, after: Collection[str] = ()) -> tuple[Card, ...]:
        """Return the next items one has to decide.

        Parameters
        ----------
        n : int
            How many.
        after : collection of str
            Items the caller holds already.
        """
        with self._view() as view:
            items = self._desk.line(stage, self.actor).next(n, after=frozenset(after))
            self._ordering.want(stage, self.actor)
            return tuple(card(view, stage, item) for item in items)

    def card(self, stage: Stage, item: str) -> Card:
        """Lay out one item.

        Raises
        ------
        NotFoundError
            If there is no such item.
        """
        with self._view() as view:
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
            self.actor,
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
        return deciding.take_back(self._desk, self.actor, client_id)

    def mine(
        self,
        stage: Stage,
        *,
        verdict: Verdict | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> tuple[Mine, ...]:
        """Return one's own decisions, the latest first; `before` is the last one's client id."""
        with self._view() as view:
            return progressing.mine(view, stage, verdict=verdict, before=before, limit=limit)

    def conflicts(
        self, stage: Stage, *, after: str | None = None, limit: int = 50
    ) -> tuple[ConflictView, ...]:
        """Return what is to settle, as far as one sees it, from the item after `after`."""
        with self._view() as view:
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
            self.actor,
            stage,
            item,
            verdict,
            reasons=tuple(reasons),
            note=note,
            how=how,
            client_id=client_id,
        )

    # How far it is.

    def progress(self, stage: Stage) -> Progress:
        """Say how far one is, and the team if that is not hidden."""
        with self._view() as view:
            return progressing.progress(view, stage)

    def stopping(self, stage: Stage) -> StoppingView:
        """Say whether enough has been read, and what is likely to be left.

        Of the team's reading where no vote is hidden from one, else of one's own share; computed
        anew only when something was decided.
        """
        with self._view() as view:
            history = history_of(view, stage)
        return stop(history, stage)

    def agreement(self, stage: Stage) -> tuple[AgreementView, ...]:
        """Measure how far reviewers agreed before they saw each other's decisions.

        By allotment and for all of them, on the verdict and on each criterion that was named; of
        allotments that are opened, or all if nothing is hidden from one.
        """
        with self._view() as view:
            rated = ratings(view, stage)
        return tuple(agreements(stage, rated))

    def flow(self) -> Flow:
        """Count the PRISMA flow of what one may see."""
        with self._view() as view:
            first, second = view.boxes()
        layout = view.layout
        return count_flow(layout.review, kinds=layout.kinds, first=first, second=second)

    def review(self) -> Review:
        """Fold what one may see into a review, with its records; for long reviews this is slow."""
        return self._look().review()

    def document(self) -> str:
        """Write the review document from what one may see, as HTML."""
        return handing_on.document(self._look())

    def log(self, *, after: str | None = None, limit: int = 100) -> tuple[LogLine, ...]:
        """Return what was done, oldest first, after the event of client id `after`."""
        return handing_on.log(self._look(), after=after, limit=limit)

    def export(
        self,
        format: str,
        which: Literal["all", "included", "excluded", "waiting", "conflict"] = "all",
        *,
        stage: Stage = "title_abstract",
    ) -> bytes:
        """Write records as a file: all, or those in a state at a stage, as far as one sees it."""
        with self._view() as view:
            view.must("export")
            items = handing_on.wanted(view, which, stage)
        return handing_on.export(view, format, items)

    # The team.

    def team(self) -> tuple[MemberView, ...]:
        """Return the members; addresses only to an owner."""
        with self._view() as view:
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
            self._desk, self.actor, actor, roles, name=name, email=email, client_id=client_id
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
            self.actor,
            actor,
            votes=votes,
            substitutes=substitutes,
            reason=reason,
        )

    # What comes in.

    def searches(self) -> dict[str, SearchRun]:
        """Return the search runs by id."""
        with self._view() as view:
            return dict(view.layout.review.searches)

    def imports(self) -> tuple[Import, ...]:
        """Return the files that were imported, in their order."""
        with self._view() as view:
            return tuple(view.layout.review.imports.values())

    def deduplicate(self) -> DuplicatesFound:
        """Merge the records that describe one report; only what is new is compared."""
        return bringing.deduplicate(self._desk, self.actor)

    def uncompared(self) -> int:
        """Count the records that no deduplication has looked at."""
        with self._view() as view:
            return bringing.uncompared(view)

    def duplicates_waiting(self) -> int:
        """Count the pairs of records that a machine left to a person."""
        with self._view() as view:
            return len(view.layout.review.duplicate_questions)

    def last_match(self) -> LastMatch | None:
        """Return the decision on a pair that one made last, to take it back."""
        with self._view() as view:
            return bringing.last_match(view)

    def undo_match(self, client_id: str) -> None:
        """Take a decision of one's own on a pair back."""
        bringing.undo_match(self._desk, self.actor, client_id)

    def duplicates(self, limit: int = 20) -> tuple[tuple[Question, Card, Card], ...]:
        """Return pairs of records that a machine left to a person, the most doubtful first."""
        with self._view() as view:
            return bringing.duplicates(view, limit)

    def match(
        self,
        a: str,
        b: str,
        same: bool,
        *,
        reason: str | None = None,
        client_id: str | None = None,
    ) -> Event:
        """Decide that two records are one report, or are not."""
        return bringing.match(
            self._desk, self.actor, a, b, same, reason=reason, client_id=client_id
        )

    def doubts(self, limit: int | None = None) -> Doubts:
        """Lay pairs that wait for a person side by side, and say what people decided."""
        with self._view() as view:
            return bringing.laid_beside(view, limit)

    def preview_import(self, data: bytes | Path, filename: str) -> Preview:
        """Say what a file would give, changing nothing."""
        if not self.may("import"):
            raise AccessError(
                f"{self.actor!r} may not import records.", remedy="Ask an owner for the role."
            )
        return preview_records(data, name=filename)

    def import_(
        self,
        data: bytes | Path,
        filename: str,
        *,
        source: str | None = None,
        kind: RecordKind | None = None,
        day: date | None = None,
        searched_through: date | None = None,
        strategy: str | None = None,
        client_id: str | None = None,
        progress: Callable[[int, float], None] | None = None,
    ) -> Collected:
        """Add the records of a file; what is not given is taken from the file itself."""
        return bringing.bring(
            self._desk,
            self.actor,
            data,
            filename,
            source=source,
            kind=kind,
            day=day,
            searched_through=searched_through,
            strategy=strategy,
            client_id=client_id,
            progress=progress,
        )
