"""The one next step: what a review waits for, as far as who asks can do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ranvier.api import Seat
from ranvier.core.protocol import Stage
from ranvier.web.words import N_
from ranvier.workflow.screen.progress import StageView

__all__ = ["Milestone", "NextStep", "milestones", "next_step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do next.

    Attributes
    ----------
    why : str
        What makes it the next step, with numbers filled in by `n`.
    end : str
        Where it is done, under the address of the review.
    """

    label: str
    why: str
    end: str
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A stretch of the path, and whether it is behind us."""

    label: str
    end: str
    done: bool


_SCREEN: dict[Stage, tuple[str, str]] = {
    "title_abstract": (N_("Screen titles and abstracts"), "/screen/title_abstract"),
    "full_text": (N_("Screen full texts"), "/screen/full_text"),
}


def next_step(seat: Seat, stages: Sequence[StageView]) -> NextStep:
    """Choose the next step: the first of the path that waits for who asks, or for somebody."""
    return (
        _collecting(seat)
        or _preparing(seat, stages)
        or _screening(seat, stages)
        or _gathering(seat)
        or _resting()
    )


def _collecting(seat: Seat) -> NextStep | None:
    """Records first."""
    if not seat.records.imports():
        if not seat.may("import"):
            return NextStep(
                label=N_("Wait for records"), why=N_("No records were added yet."), end="/import"
            )
        return NextStep(
            label=N_("Add the records of a search"),
            why=N_("Drop the files that databases and registers gave you; any export will do."),
            end="/import",
        )
    if seat.may("match"):
        if n := seat.records.uncompared():
            return NextStep(
                label=N_("Find duplicates"),
                why=N_("%(n)s records have not been compared yet."),
                end="/duplicates",
                n=n,
            )
        if n := seat.records.duplicates_waiting():
            return NextStep(
                label=N_("Decide about pairs in doubt"),
                why=N_("%(n)s pairs of records may be one report each."),
                end="/duplicates",
                n=n,
            )
    return None


def _preparing(seat: Seat, stages: Sequence[StageView]) -> NextStep | None:
    """Then the protocol, then giving out."""
    if not stages:
        return NextStep(
            label=N_("Agree who is eligible, and who decides"),
            why=N_("Screening needs criteria and a rule for each stage."),
            end="/screening/protocol",
        )
    for view in stages:
        if view.unallotted and seat.may("begin") and not view.left:
            return NextStep(
                label=N_("Give records out to screen"),
                why=N_("%(n)s have been given to nobody yet."),
                end="/screening",
                n=view.unallotted,
            )
    return None


def _screening(seat: Seat, stages: Sequence[StageView]) -> NextStep | None:
    """Then one's own queue, then what is to settle."""
    for view in stages:
        if view.left:
            label, end = _SCREEN[view.stage]
            return NextStep(label=label, why=N_("%(n)s wait for you."), end=end, n=view.left)
    for view in stages:
        if view.conflicts and seat.may("resolve"):
            return NextStep(
                label=N_("Settle conflicts"),
                why=N_("On %(n)s people disagree, or could not decide."),
                end="/conflicts",
                n=view.conflicts,
            )
    for view in stages:
        if view.maybe:
            return NextStep(
                label=N_("Look again at your maybes"),
                why=N_("You left %(n)s undecided."),
                end=f"/screen/{view.stage}/mine",
                n=view.maybe,
            )
    return None


def _gathering(seat: Seat) -> NextStep | None:
    """Then studies, of what is included."""
    stands = seat.studies.stands()
    if not seat.may("gather"):
        return None
    if stands.left:
        return NextStep(
            label=N_("Look at reports that are no longer included"),
            why=N_("%(n)s stand in a study without being included on the full text."),
            end="/studies",
            n=stands.left,
        )
    if stands.ungathered:
        return NextStep(
            label=N_("Gather reports into studies"),
            why=N_("%(n)s included reports are of no study yet."),
            end="/studies",
            n=stands.ungathered,
        )
    return None


def _resting() -> NextStep:
    return NextStep(
        label=N_("Read the review document"),
        why=N_("Nothing waits for you."),
        end="/document",
    )


def milestones(seat: Seat, stages: Sequence[StageView]) -> tuple[Milestone, ...]:
    """Return the path from records to the review document, and what is done of it."""
    imports = seat.records.imports()
    compared = (
        bool(imports) and not seat.records.uncompared() and not seat.records.duplicates_waiting()
    )
    path = [
        Milestone(label=N_("Records"), end="/import", done=bool(imports)),
        Milestone(label=N_("Duplicates"), end="/duplicates", done=compared),
        Milestone(label=N_("Criteria"), end="/screening", done=bool(stages)),
    ]
    for view in stages:
        given = bool(view.allotments) and not view.unallotted
        path.append(
            Milestone(
                label=N_("Title and abstract")
                if view.stage == "title_abstract"
                else N_("Full text"),
                end=f"/screen/{view.stage}" if seat.may("screen") else "/progress",
                done=given and not view.left and not view.conflicts,
            )
        )
    if any(view.stage == "full_text" for view in stages):
        stands = seat.studies.stands()
        done = bool(stands.included) and not (stands.ungathered or stands.left or stands.waiting)
        path.append(Milestone(label=N_("Studies"), end="/studies", done=done))
    return tuple(path)
