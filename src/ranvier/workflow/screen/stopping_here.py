"""Stopping here: when enough has been read of a stage, asked of what one person may see.

A rule counts only votes cast after records were given out, in the order in which records were
first decided. Whether a record came by the order of the hash, which is a random one, or by a
learnt one, is told from the votes themselves. Where what a rule takes for granted does not hold,
nothing is said but why. Which rule is asked, and for what, the protocol says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ranvier.core.progress import ScreeningProgress
from ranvier.core.protocol import Stage, StoppingPlan
from ranvier.core.screening import Verdict
from ranvier.workflow.screen.ordering import MOST
from ranvier.workflow.screen.stating import Stated, stated
from ranvier.workflow.screen.view import View
from ranvier.workflow.screen.votes import Cast

if TYPE_CHECKING:
    from ranvier.ranking.stopping import Judgement, Rule, SafeItem

__all__ = ["BY_DEFAULT", "History", "StoppingView", "history_of", "in_hash_order", "stop"]

#: What holds where a protocol names nothing.
BY_DEFAULT = Stated(plan=StoppingPlan(), when="default", changes=())

#: Moments at which the rule is asked for the picture.
LOOKS = 25

#: The reviews on which the rule was calibrated had at least so many relevant records.
FEW = 10

#: Records that may have been put off, or lie ready elsewhere, while the order is still that of the
#: hash.
AHEAD = 3

#: Share of records that may come out of the order of the hash where none is learnt: those put off.
STRAY = 0.05

_KEEPS: tuple[Verdict, ...] = ("include", "maybe")

Whose = Literal["team", "own"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was read of some records, in order.

    Attributes
    ----------
    whose : {"team", "own"}
        All that was given out, or one's own share.
    relevant, random : tuple of bool
        Of each record read: whether it was kept, and whether it came by the order of the hash.
    left : int
        Records not read.
    elsewhere : int
        Records of the stage that do not count here: given to others, or read before.
    apart : bool
        Whether people read different records.
    learnt : bool
        Whether an order is learnt for so many records.
    stated : Stated
        What the protocol says.
    """

    whose: Whose
    relevant: tuple[bool, ...]
    random: tuple[bool, ...]
    left: int
    elsewhere: int
    apart: bool
    learnt: bool
    stated: Stated = BY_DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingView:
    """What a stopping rule says at a stage.

    Attributes
    ----------
    whose : {"team", "own"}
        Whether it speaks of all that was given out or of one's own share.
    records, by_hash : int
        Records it speaks of; those of them that were read in the order of the hash.
    judged : Judgement or None
        None where nothing can be said.
    course : ScreeningProgress or None
        The same along the way, for the recall curve.
    safe : tuple of SafeItem
        The SAFE checklist: information.
    why : str or None
        Why nothing is said.
    notes : tuple of str
        What to know about what is said.
    stated : Stated
        What the protocol says, and since when.
    sentences : tuple of str
        For the methods section, as if reading stopped now; none where nothing can be said.
    """

    stage: Stage
    whose: Whose
    records: int
    by_hash: int
    judged: Judgement | None
    course: ScreeningProgress | None
    safe: tuple[SafeItem, ...]
    why: str | None
    notes: tuple[str, ...]
    stated: Stated
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        """Some lines for the person who screens; none where nothing can be said."""
        if self.judged is None:
            return ""
        whose = "your records" if self.whose == "own" else "all records"
        wants = (
            f"{self.judged.target * 100:g}% recall, {self.judged.confidence * 100:g}% confidence"
        )
        return f"of {whose} ({wants}): {self.judged}"


def history_of(view: View, stage: Stage) -> History | None:
    """Gather what was read, as far as one may see it: the team's, or one's own.

    Call it without the desk's lock. None if it changed meanwhile who sees what: look again.

    The team's is given where no vote is hidden, unless people read different records, which no rule
    covers, and one has records of one's own.
    """
    own = view.layout.given.get((stage, view.viewer))
    if not view.sees_all(stage):
        return _own(view, stage)
    team = _team(view, stage)
    return _own(view, stage) if team is not None and team.apart and own else team


def stop(history: History, stage: Stage) -> StoppingView:
    """Ask the rule; nothing here reads the review.

    Examples
    --------
    >>> read = History(whose="own", relevant=(True,) * 20 + (False,) * 300, random=(False,) * 320,
    ...                left=100, elsewhere=0, apart=False, learnt=True)
    >>> print(stop(read, "title_abstract"))
    of your records (95% recall, 95% confidence): may stop (p = 0.0087): 20 relevant in 320 ...
    """
    records = len(history.relevant) + history.left
    by_hash = sum(history.random)
    why = _why_not(history, stage)
    if why is not None:
        return StoppingView(
            stage=stage,
            whose=history.whose,
            records=records,
            by_hash=by_hash,
            judged=None,
            course=None,
            safe=(),
            why=why,
            notes=(),
            stated=history.stated,
            sentences=(),
        )
    drawn = by_hash == len(history.random) or not history.learnt
    random = (True,) * len(history.random) if drawn else history.random
    plan = history.stated.plan
    named: Rule = "biased_urn" if plan.rule == "read_all" else plan.rule
    judged, course, safe = _asked(
        bytes(history.relevant),
        bytes(random),
        history.left,
        "hypergeometric_random" if drawn else named,
        plan.target,
        plan.confidence,
    )
    return StoppingView(
        stage=stage,
        whose=history.whose,
        records=records,
        by_hash=by_hash,
        judged=judged,
        course=course,
        safe=safe,
        why=None,
        notes=tuple(_notes(history, drawn=drawn)),
        stated=history.stated,
        sentences=_sentences(history, judged, drawn=drawn),
    )


def in_hash_order(order: Iterable[str], read: Sequence[str]) -> list[bool]:
    """Say of each record read whether it was the next, or nearly, in the order of the hash.

    A learnt order comes upon the next one now and then by chance; that it then counts as drawn at
    random claims less for it than is true.

    Examples
    --------
    >>> in_hash_order("abcdefghijkl", ["a", "b", "l", "d", "c"])
    [True, True, False, True, False]
    """
    order = list(order)
    place = {item: n for n, item in enumerate(order)}
    done: set[str] = set()
    front, said = -1, list[bool]()
    for item in read:
        at, skipped = place[item], 0
        for between in range(front + 1, at):
            skipped += order[between] not in done
            if skipped > AHEAD:
                break
        next_ = at > front and skipped <= AHEAD
        if next_:
            front = at
        done.add(item)
        said.append(next_)
    return said


def _own(view: View, stage: Stage) -> History | None:
    """Gather one's own votes, and what was resolved of them."""
    votes, line = view.desk.votes, view.desk.line(stage, view.viewer)
    mine, since = view.mine(stage), _since(view, stage, view.viewer)
    order: list[str] = []
    read: list[tuple[int, str, bool]] = []
    left: list[str] = []

    def look(items: Sequence[str]) -> None:
        for item in items:
            if item in mine:
                seq = votes.begun(stage, item, view.viewer)
                if seq > since:
                    read.append((seq, item, _keeps(votes.on(stage, item), (view.viewer,))))
                    order.append(item)
            elif line.waits(item):
                left.append(item)
                order.append(item)

    if not view.desk.in_turns(view.layout, view.layout.given.get((stage, view.viewer), ()), look):
        return None
    return _history(view, stage, "own", order, read, len(left), apart=False)


def _team(view: View, stage: Stage) -> History | None:
    """Gather everybody's votes: a record is read when somebody has decided on it."""
    votes, since = view.desk.votes, _since(view, stage, None)
    removed, readers = view.layout.removed, view.layout.readers.get(stage, {})
    order: list[str] = []
    read: list[tuple[int, str, bool]] = []
    left: list[str] = []
    teams = set[tuple[str, ...]]()

    def look(items: Sequence[str]) -> None:
        for item in items:
            given = votes.on(stage, item)
            voted = [who for who in readers[item] if who in given and who not in removed]
            if voted:
                seq = min(votes.begun(stage, item, who) for who in voted)
                if seq > since:
                    read.append((seq, item, _keeps(given, voted)))
                    order.append(item)
                    teams.add(readers[item])
            elif "" not in given:
                left.append(item)
                order.append(item)
                teams.add(readers[item])

    if not view.desk.in_turns(view.layout, tuple(readers), look):
        return None
    return _history(view, stage, "team", order, read, len(left), apart=len(teams) > 1)


def _history(
    view: View,
    stage: Stage,
    whose: Whose,
    order: Sequence[str],
    read: list[tuple[int, str, bool]],
    left: int,
    *,
    apart: bool,
) -> History:
    """Put what was read in the order in which it was."""
    read.sort()
    given = view.layout.readers.get(stage, {})
    return History(
        whose=whose,
        relevant=tuple(kept for _, _, kept in read),
        random=tuple(in_hash_order(order, [item for _, item, _ in read])),
        left=left,
        elsewhere=len(given) - len(order),
        apart=apart,
        learnt=len(given) <= MOST,
        stated=stated(view.layout.review, stage),
    )


def _since(view: View, stage: Stage, reviewer: str | None) -> int:
    """Return the event that last gave out records: what was read before cannot tell of them."""
    review = view.layout.review
    given = (
        review.event_of("allotment", a.id).seq
        for a in review.allotments.values()
        if a.stage == stage and (a.within is None if reviewer is None else reviewer in a.reviewers)
    )
    return max(given, default=0)


def _keeps(given: Mapping[str, Cast], voices: Sequence[str]) -> bool:
    """Say whether a record is kept: as resolved, or if anybody keeps it."""
    told = [given[""]] if "" in given else [given[who] for who in voices]
    return any(cast.decision.verdict in _KEEPS for cast in told)


def _why_not(history: History, stage: Stage) -> str | None:
    """Say why no rule covers a history, if none does."""
    stray = len(history.random) - sum(history.random)
    if stage == "full_text":
        return "Full texts are all read: no rule says when to stop."
    if not history.relevant:
        return "Nothing was read yet since records were last given out."
    if history.stated.plan.rule == "read_all" and history.left:
        return "The protocol says that every record is read: no rule ends it before."
    if history.apart:
        return (
            "People read different records: each reviewer's own page says what is left of theirs."
        )
    if not history.learnt and stray > STRAY * len(history.random):
        return "Records were read in an order that is not known, so no rule can be asked."
    return None


def _notes(history: History, *, drawn: bool) -> Iterable[str]:
    """Say what to know about what a rule says."""
    if history.whose == "own":
        yield (
            "Counted from your own decisions, and what was resolved of them, on the records that "
            "were given to you; of other records it says nothing."
        )
    if history.elsewhere:
        yield (
            f"{history.elsewhere:,} records of the stage do not count here: they were given to "
            "others, settled by others, or read before records were last given out."
        )
    if drawn:
        yield (
            "These records were read in the order of a hash, which is a random sample: it tells "
            "how many to expect, and lets one stop late. The protocol's rule is asked once an "
            "order is learnt."
        )
    if sum(history.relevant) < FEW and history.left:
        yield (
            f"Fewer than {FEW} relevant records were found; the rules were tried on reviews that "
            "have more, so take it with caution."
        )
    yield "It takes for granted that records were decided in the order in which they were shown."


def _sentences(history: History, judged: Judgement, *, drawn: bool) -> tuple[str, ...]:
    """Add to what the rule says since when it was to be the rule."""
    if judged.state == "all_read" or drawn:
        return judged.sentences
    first, named, *others = judged.sentences
    return (first, named, str(history.stated), *others)


@lru_cache(maxsize=64)
def _asked(
    relevant: bytes, random: bytes, left: int, rule: Rule, target: float, confidence: float
) -> tuple[Judgement, ScreeningProgress, tuple[SafeItem, ...]]:
    """Ask a rule; what was asked before is not computed again."""
    from ranvier.ranking.stopping import Shown, follow, judge, safe_checklist  # SciPy

    shown = [
        Shown(bool(kept), "random" if drawn else "ranked")
        for kept, drawn in zip(relevant, random, strict=True)
    ]
    return (
        judge(shown, left, rule=rule, target=target, confidence=confidence),
        follow(shown, left, rule=rule, target=target, confidence=confidence, looks=LOOKS),
        safe_checklist(shown, left),
    )
