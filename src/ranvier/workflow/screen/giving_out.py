"""Giving out: allotments, their opening, and what becomes of the items of one who goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from ranvier.core.allotment import Allotment, Opening, pick
from ranvier.core.event import Event
from ranvier.core.facts import decode
from ranvier.core.protocol import Stage
from ranvier.core.review import Actor
from ranvier.core.screening import votes_needed
from ranvier.core.team import Member, Role, may
from ranvier.errors import InputError, NotFoundError
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.handing_out import shuffled
from ranvier.workflow.screen.view import View, looking

__all__ = ["begin", "let_go", "open_allotment", "put_member"]


def begin(
    desk: Desk,
    actor: str,
    stage: Stage,
    *,
    reviewers: Sequence[str] | None = None,
    votes: int | None = None,
    kind: Literal["main", "pilot"] = "main",
    size: int | None = None,
    client_id: str | None = None,
) -> Allotment:
    """Give out what nobody was given yet: of a later wave of the search, what is new.

    Parameters
    ----------
    reviewers : sequence of str or None
        Actor ids; everybody in the team who is a reviewer, if None.
    votes : int or None
        How many of them decide each item; as the rule asks, if None. A pilot is read by all.
    size : int or None
        How many items, drawn by a hash; all, if None (of a pilot, as many as the protocol says).
    client_id : str or None
        The same call sent twice under one id counts once.

    Raises
    ------
    AccessError
        If they are not an owner.
    InputError
        If nothing is left to give out, or nobody to give it to, or the pilot round of the protocol
        comes first.
    """
    with looking(desk, actor) as view:
        view.must("begin")
        made = _made_before(desk, client_id, Allotment)
        if made is not None:
            return made
        rule = desk.layout.rule(stage)
        who = _reviewers(view, reviewers)
        if kind == "main" and rule.pilot:
            _after_pilot(desk, stage, rule.pilot)
        if kind == "pilot" and size is None:
            size = rule.pilot or None
            if size is None:
                raise InputError(
                    "the protocol has no pilot round, so how many items it should have is open.",
                    remedy="Say how many with size.",
                )
        if size is not None and size < 1:
            raise InputError(f"size is {size}.", remedy="Give out one item or more.")
        free = _free(view, stage)
        if not free:
            raise InputError(
                "nothing is left to give out: " + _why_nothing(stage),
                remedy="Import records, or settle what is open at the stage before.",
            )
        whole = size is None and stage == "title_abstract"
        allotment = Allotment(
            id=f"{stage}-{len(desk.layout.review.allotments) + 1}",
            stage=stage,
            reviewers=who,
            votes=len(who) if kind == "pilot" else (votes or votes_needed(rule)),
            imports=_imports(desk, free) if whole else (),
            items=() if whole else tuple(shuffled(free, desk.layout.shares, stage)[:size]),
            kind=kind,
        )
    record(desk.store, [Saying(payload=allotment, actor=actor, client_id=client_id)])
    with desk.lock:
        desk.catch_up()
    return allotment


def open_allotment(desk: Desk, actor: str, allotment: str, *, client_id: str | None = None) -> None:
    """Lift the blinding of an allotment: from now on its readers see each other's decisions.

    Raises
    ------
    AccessError
        If they are not an owner.
    RuleError
        If there is no such allotment.
    """
    with looking(desk, actor) as view:
        view.must("open")
        if allotment in desk.layout.review.openings:
            return
    said = Opening(allotment=allotment)
    record(desk.store, [Saying(payload=said, actor=actor, client_id=client_id)])
    with desk.lock:
        desk.catch_up()


def put_member(
    desk: Desk,
    actor: str,
    member: str,
    roles: Sequence[Role],
    *,
    name: str | None = None,
    email: str | None = None,
    client_id: str | None = None,
) -> Member:
    """Take somebody into the team, or give them other roles.

    Who makes a team of a review they had worked on alone becomes its owner.

    Raises
    ------
    AccessError
        If they are not an owner.
    InputError
        If somebody would lose the role of a reviewer while items are given to them.
    RuleError
        If a role is unknown, or the review would have no owner.
    """
    with looking(desk, actor) as view:
        view.must("team")
        team = desk.layout.review.team
        held = team.get(member)
        if held is not None and "reviewer" not in roles and _reads(desk, member):
            raise InputError(
                f"items are given to {member!r} to screen.",
                remedy="Let them go from the team, so that others take these over, and take them "
                "in again in the new role.",
            )
        sayings: list[Saying] = []
        if not team and member != actor:
            founder = Member(actor=actor, roles=("owner", "reviewer", "adjudicator"))
            sayings.append(Saying(payload=founder, actor=actor))
        joined = Member(actor=member, roles=tuple(dict.fromkeys(roles)))
        if joined != held:
            sayings.append(Saying(payload=joined, actor=actor, client_id=client_id))
    record(desk.store, sayings)
    known = desk.store.actors().get(member)
    if known is None or name is not None or email is not None:
        kind = known.kind if known else "person"
        desk.store.put_actor(
            Actor(
                id=member,
                kind=kind,
                name=name if name is not None or known is None else known.name,
                email=email if email is not None or known is None else known.email,
            )
        )
    with desk.lock:
        desk.catch_up()
    return joined


def let_go(
    desk: Desk,
    actor: str,
    member: str,
    *,
    votes: Literal["keep", "withdraw"] = "keep",
    substitutes: Sequence[str] | None = None,
    reason: str | None = None,
) -> Member:
    """Let somebody go from the team; others take over what they had not decided.

    Parameters
    ----------
    votes : {"keep", "withdraw"}
        Whether what they decided still counts. It stays in the log in any case.
    substitutes : sequence of str or None
        Who takes over; every other reviewer of the team may, if None.

    Raises
    ------
    AccessError
        If they are not an owner.
    InputError
        If there is nobody else to read an item that was theirs.
    """
    with looking(desk, actor) as view:
        view.must("team")
        team = desk.layout.review.team
        held = team.get(member)
        if held is None:
            raise NotFoundError(
                f"{member!r} is not in the team.", remedy="Let go one of its members."
            )
        status = "left" if votes == "keep" else "removed"
        if held.status in (status, "removed"):
            return held
        gone = Member(actor=member, roles=held.roles, status=status)
        others = _reviewers(view, substitutes, besides=member) if _reads(desk, member) else ()
        sayings = [Saying(payload=gone, actor=actor, reason=reason)]
        sayings += [
            Saying(payload=allotment, actor=actor, reason=f"{member} left")
            for allotment in _taken_over(desk, member, others, counts=votes == "keep")
        ]
    record(desk.store, sayings)
    with desk.lock:
        desk.catch_up()
    return gone


def _after_pilot(desk: Desk, stage: Stage, size: int) -> None:
    """Raise if the pilot round that the protocol asks for has not been, or is not opened yet."""
    shares = desk.layout.shares
    pilots = [a.id for a in shares.allotments.values() if (a.stage, a.kind) == (stage, "pilot")]
    if not pilots:
        raise InputError(
            f"the protocol asks for a pilot round of {size} items first.",
            remedy='Begin with kind="pilot".',
        )
    if not shares.opened.intersection(pilots):
        raise InputError(
            "the pilot round is not opened: nobody has seen yet how far they agree.",
            remedy=f"Open {pilots[-1]!r}, discuss it, and give out the rest then.",
        )


def _reads(desk: Desk, member: str) -> bool:
    """Say whether anything was given to somebody."""
    return any(who == member and items for (_, who), items in desk.layout.given.items())


def _taken_over(desk: Desk, member: str, others: Sequence[str], *, counts: bool) -> list[Allotment]:
    """Make a substitute for each allotment in which items were given to somebody.

    Whether there are enough others is asked of all their items, decided or not: the answer must
    not tell an owner who is blinded what was decided.
    """
    layout, made = desk.layout, list[Allotment]()
    for stage in layout.shares.home:
        decided: dict[str, list[str]] = defaultdict(list)
        for item in layout.given.get((stage, member), ()):
            home = layout.shares.home_of(stage, item)
            readers = layout.readers[stage][item]
            known_by = layout.shares.known_by[stage][item]
            if not pick(known_by, others, 1, besides=readers):
                raise InputError(
                    f"nobody else can read {item!r}, which was given to {member!r}: each item is "
                    "read by different people.",
                    remedy="Invite another reviewer first, or name who takes over.",
                )
            if home is not None:
                stays = counts and member in desk.votes.on(stage, item)
                decided[home].extend([item] if stays else [])
        for home, items in decided.items():
            number = len(layout.review.allotments) + len(made) + 1
            made.append(
                Allotment(
                    id=f"{stage}-{number}",
                    stage=stage,
                    reviewers=tuple(others),
                    votes=1,
                    kind="substitute",
                    within=home,
                    instead_of=member,
                    besides=tuple(items),
                )
            )
    return made


def _reviewers(
    view: View, named: Sequence[str] | None, *, besides: str | None = None
) -> tuple[str, ...]:
    """Return who is to read: reviewers who are in the team."""
    team = view.layout.review.team
    active = [
        m.actor
        for m in team.values()
        if m.status == "active" and may(m.roles, "screen") and m.actor != besides
    ] or ([] if team else [view.viewer])
    if named is None:
        who = tuple(sorted(active))
    else:
        who = tuple(dict.fromkeys(named))
        strangers = [w for w in who if w not in active]
        if strangers:
            raise InputError(
                f"{strangers[0]!r} is no reviewer in the team.",
                remedy="Invite them as a reviewer first.",
            )
    if not who:
        raise InputError("there is no reviewer to give items to.", remedy="Invite one to the team.")
    return who


def _free(view: View, stage: Stage) -> list[str]:
    """Return the items that could be given out at a stage and were not, as somebody sees it."""
    layout = view.layout
    given = layout.shares.home.get(stage, {})
    if stage == "full_text" and "title_abstract" in view.stages():
        included = view.items_in("title_abstract", "included")
        return [item for item in layout.items if item in included and item not in given]
    return [item for item in layout.items if item not in given]


def _why_nothing(stage: Stage) -> str:
    """Say why nothing is left to give out."""
    if stage == "full_text":
        return "what was included on title and abstract, as far as you may see it, is given out."
    return "every record is in an allotment."


def _imports(desk: Desk, free: Sequence[str]) -> tuple[str, ...]:
    """Return the imports that brought items."""
    found = {
        desk.shelf.import_of(record)
        for item in free
        for record in desk.layout.items.records_of(item)
    }
    return tuple(i for i in desk.layout.review.imports if i in found)


def _made_before(desk: Desk, client_id: str | None, of: type[Allotment]) -> Allotment | None:
    """Return what an event of this client id gave out, if there is one."""
    if client_id is None:
        return None
    for event in _events(desk):
        if event.client_id == client_id and event.type == "screening.allotted":
            return decode(event.type, event.payload)
    return None


def _events(desk: Desk) -> list[Event]:
    """Return the events that are no decisions."""
    return list(desk.layout.review.events.values())
