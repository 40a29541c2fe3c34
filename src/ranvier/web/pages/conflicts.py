"""Conflicts: what was said on an item side by side, and what settles it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import Response

from ranvier.core.protocol import Stage
from ranvier.core.screening import Verdict
from ranvier.errors import AccessError, InputError
from ranvier.web.cards import Said, card_html, said
from ranvier.web.pages.screen import STAGE_NAMES, VERDICTS, criteria_of, stage_of, word_groups
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, SeatHere
from ranvier.workflow.screen.progress import ConflictView, StageView

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

How = Literal["third", "discussion"]

#: Conflicts that a page lists; settled ones make room for others.
LISTED = 50


@router.get("/r/{review}/conflicts")
def conflicts_anywhere(request: Request, seat: SeatHere) -> Response:
    """Go to the first stage at which there is something to settle."""
    views = seat.screening.stages()
    first = next((v for v in views if v.conflicts), None) or next(iter(views), None)
    stage = first.stage if first else "title_abstract"
    return redirect(request, f"{request.url.path}/{stage}")


@router.get("/r/{review}/conflicts/{stage}")
def conflicts(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    item: str | None = None,
    settled: str | None = None,
) -> Response:
    """Show a conflict: both votes, the record, the criteria."""
    return _conflicts(request, seat, stage, item=item, settled=settled)


@router.post("/r/{review}/conflicts/{stage}")
def settle(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    item: Annotated[str, Form()],
    verdict: Annotated[Verdict, Form()],
    how: Annotated[How, Form()],
    reasons: Annotated[list[str] | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    following: Annotated[str, Form()] = "",
) -> Response:
    """Settle a conflict, and go to the next one. A form sent twice settles once."""
    given = tuple(reasons or ()) if verdict == "exclude" else ()
    told = note.strip() or None
    try:
        held = seat.screening.card(stage, item).resolution
        if held is None or (held.reviewer, held.verdict, held.reasons, held.note, held.how) != (
            seat.actor,
            verdict,
            given,
            told,
            how,
        ):
            done = seat.screening.resolve(stage, item, verdict, reasons=given, note=told, how=how)
            settled = done.client_id
        else:
            settled = held.client_id
    except (AccessError, InputError) as error:
        said_before = {"reasons": given, "note": note, "how": how}
        return _conflicts(request, seat, stage, item=item, error=error, said_before=said_before)
    then = {"settled": settled, "item": following}
    return redirect(request, f"{request.url.path}?{urlencode(then)}")


@router.post("/r/{review}/conflicts/{stage}/undo")
def unsettle(
    request: Request,
    seat: SeatHere,
    stage: Stage,
    client_id: Annotated[str, Form()],
) -> Response:
    """Take one's own resolution back."""
    done = seat.screening.undo(client_id)
    address = request.url.path.removesuffix("/undo")
    return redirect(
        request, f"{address}?{urlencode({'item': done.item})}", said="Undone. The conflict is back."
    )


def _conflicts(
    request: Request,
    seat: Seat,
    stage: Stage,
    *,
    item: str | None = None,
    settled: str | None = None,
    error: AccessError | InputError | None = None,
    said_before: dict[str, Any] | None = None,
) -> Response:
    """Show one conflict of those there are, and where it stands among them."""
    view = stage_of(seat, stage)
    found = seat.screening.conflicts(stage, limit=LISTED)
    place = next((n for n, one in enumerate(found) if one.item == item), 0)
    shown = found[place] if found else None
    criteria = criteria_of(seat, stage)
    card = seat.screening.card(stage, shown.item) if shown else None
    ways = _ways(seat, view, shown) if shown else ()
    return page(
        request,
        "screening/conflicts.html.j2",
        status=200 if error is None else 409,
        stage=stage,
        stage_name=STAGE_NAMES[stage],
        stages=[(v.stage, STAGE_NAMES[v.stage], v.conflicts) for v in seat.screening.stages()],
        view=view,
        found=found,
        place=place,
        shown=shown,
        votes=_votes(seat, view, shown) if shown else (),
        card_html=Markup(card_html(card, criteria, reader=seat.actor)) if card else "",
        ways=ways,
        criteria=criteria,
        verdicts=[v for v in VERDICTS[stage] if v[0] != "maybe"],
        settled=settled,
        error=error,
        before=said_before or {"reasons": (), "note": "", "how": ways[0] if ways else None},
        data={
            "review": request.path_params["review"],
            "actor": seat.actor,
            "groups": word_groups(seat),
        },
    )


def _votes(seat: Seat, view: StageView, shown: ConflictView) -> tuple[Said, ...]:
    """Put the votes into words.

    A third person sees numbers, so that nobody's name weighs; who talk it over see names.
    """
    criteria = criteria_of(seat, view.stage)
    voted = [vote for vote in shown.votes if not vote.resolves]
    known = view.rule.conflicts == "discussion" or seat.actor in {v.reviewer for v in voted}
    names = {m.member.actor: m.name for m in seat.team.members()} if known else {}
    told: list[Said] = []
    for n, vote in enumerate(voted, 1):
        name = names.get(vote.reviewer) or vote.reviewer.partition(":")[2]
        by = f"Reviewer {n}" if not known else "you" if vote.reviewer == seat.actor else name
        told.append(said(vote, criteria, by=by))
    return tuple(told)


def _ways(seat: Seat, view: StageView, shown: ConflictView) -> tuple[How, ...]:
    """Say in which ways the reader may settle a conflict."""
    voted = seat.actor in {vote.reviewer for vote in shown.votes if not vote.resolves}
    third: bool = not voted and seat.may("resolve")
    wanted = view.rule.conflicts or ("third" if view.rule.rule == "two_and_adjudicator" else None)
    ways: list[How] = []
    if third and wanted != "discussion":
        ways.append("third")
    if (voted or seat.may("resolve")) and wanted != "third":
        ways.append("discussion")
    return tuple(ways)
