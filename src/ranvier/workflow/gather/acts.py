"""Acts of gathering: making a study of reports, moving them, naming it, and taking an act back.

One act of a person is one or more events that bear its id with a number, all or none of them: so it
is taken back as a whole. Whoever reads the same page twice, or sends a form twice, does it once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import uuid_utils

from ranvier.core.event import Event
from ranvier.core.facts import Undone, Withdrawn, decode
from ranvier.core.fold import Thing, subject, undone_ids
from ranvier.core.naming import id_for, labels, plain_label
from ranvier.core.study import Report, Study, StudyRole
from ranvier.dedup.studies import main_of
from ranvier.dedup.ties import fullest
from ranvier.errors import InputError, NotFoundError
from ranvier.workflow.gather.reports import Held, held, kind_of, records_of
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import View

__all__ = [
    "ACT_TYPES",
    "Gathering",
    "Moving",
    "act_of",
    "describe",
    "gather",
    "gather_each",
    "stands",
    "take_out",
    "undo",
]

Moving: TypeAlias = Literal["allowed", "refused"]

#: The events an act of gathering is made of.
ACT_TYPES = frozenset({"report.found", "study.described", "thing.withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """What became of an act.

    Attributes
    ----------
    client_id : str or None
        Name of the act, by which it can be taken back; None if there was nothing to do.
    studies : tuple of str
        The studies it made or changed.
    labels : tuple of str
        What they are called now.
    """

    client_id: str | None
    studies: tuple[str, ...]
    labels: tuple[str, ...]


def gather(
    desk: Desk,
    actor: str,
    items: Sequence[str],
    *,
    study: str | None = None,
    label: str | None = None,
    main: str | None = None,
    moving: Moving = "allowed",
    reason: str | None = None,
    client_id: str | None = None,
) -> Gathering:
    """Put reports together: into a study that there is, or into a new one of them.

    Reports that are of another study leave it; a study that has none left is withdrawn.

    Parameters
    ----------
    items : sequence of str
        Records or clusters that are included on the full text.
    study : str or None
        The study they belong to; a new one if None.
    label : str or None
        What a new study is called; ``Surname Year`` of its main report if None.
    main : str or None
        The main report of a new study; the first article with results if None.
    moving : {"allowed", "refused"}
        Whether reports may leave a study they are in.

    Raises
    ------
    AccessError
        If their roles do not allow it.
    InputError
        If a report is not included, another study bears the name, or a report has been gathered
        meanwhile that was not to be moved.
    NotFoundError
        If there is no such study.
    """
    with _acting(desk, actor, reason, client_id) as act:
        there = tuple(dict.fromkeys(act.item(item) for item in items))
        if not there:
            raise InputError("no report was chosen.", remedy="Choose one at least.")
        for item in there:
            act.must_be_gatherable(item, moving=moving, into=study)
        if study is None and act.is_one_study(there):
            study = act.held.found.homes[there[0]][0]
        if study is not None:
            act.study(study)
            there = tuple(i for i in there if study not in act.held.found.homes.get(i, ()))
            if there:
                act.leave(there, to=study)
                act.put_study(study, (*act.held.found.items[study], *there))
        else:
            main = act.item(main) if main else act.main_of(there)
            if main not in there:
                raise InputError(
                    f"{main!r} is none of the reports of the new study.",
                    remedy="Choose the main report among them.",
                )
            named = act.free_label(label) if label else act.labels_of([main])[0]
            act.leave(there, to=None)
            study = act.new_study(named, there, main)
        return act.done(study)


def gather_each(
    desk: Desk,
    actor: str,
    items: Sequence[str],
    *,
    reason: str | None = None,
    client_id: str | None = None,
) -> Gathering:
    """Make a study of each of several reports; those that are of one already are left there."""
    with _acting(desk, actor, reason, client_id) as act:
        there = tuple(dict.fromkeys(act.item(item) for item in items))
        fresh = [item for item in there if item not in act.held.found.homes]
        for item in fresh:
            act.must_be_gatherable(item, moving="refused", into=None)
        made = [
            act.new_study(label, (item,), item)
            for item, label in zip(fresh, act.labels_of(fresh), strict=True)
        ]
        return act.done(*made)


def take_out(
    desk: Desk,
    actor: str,
    item: str,
    *,
    reason: str | None = None,
    client_id: str | None = None,
) -> Gathering:
    """Take a report out of its study; it waits to be gathered, if it is included.

    Raises
    ------
    RuleError
        If it is the last report of a study that has results.
    """
    with _acting(desk, actor, reason, client_id) as act:
        there = act.item(item)
        homes = act.held.found.homes.get(there, ())
        act.leave((there,), to=None)
        return act.done(*homes)


def describe(
    desk: Desk,
    actor: str,
    study: str,
    *,
    label: str | None = None,
    role: StudyRole | None = None,
    main: str | None = None,
    reason: str | None = None,
    client_id: str | None = None,
) -> Gathering:
    """Name a study, say its role, or which of its reports is the main one.

    Raises
    ------
    InputError
        If another study bears the name, or the report is not one of this study.
    NotFoundError
        If there is no such study.
    """
    with _acting(desk, actor, reason, client_id) as act:
        before = act.study(study)
        after = before
        if label is not None and label.strip() != before.label:
            after = replace(after, label=act.free_label(label))
        if role is not None:
            after = replace(after, role=role)
        there = act.held.found.items[study]
        chosen = act.item(main) if main else None
        if chosen is not None and chosen not in there:
            raise InputError(
                f"{main!r} is no report of {before.label}.", remedy="Choose one of its reports."
            )
        news = None if chosen == act.main_now(study, there) else chosen
        act.put_study(study, there, main=news, described=after)
        return act.done(study)


def undo(desk: Desk, actor: str, client_id: str) -> Gathering:
    """Take an act of gathering back, whoever did it: what stood before stands again.

    Raises
    ------
    NotFoundError
        If there was no such act.
    InputError
        If what it said has been changed since.
    """
    with desk.lock:
        desk.catch_up()
        view = View(desk, actor)
        view.must("gather")
        events = [e for e in view.layout.review.events.values() if act_of(e) == client_id]
        if not events:
            raise NotFoundError(
                f"there is no gathering {client_id!r}.", remedy="Take back one of those listed."
            )
        undone = f"{client_id}/undo"
        if any(e.client_id.startswith(undone) for e in view.layout.review.events.values()):
            return Gathering(client_id=client_id, studies=(), labels=())
        if not stands(view, events):
            raise InputError(
                "what was done there has been changed since, so it cannot be taken back by itself.",
                remedy="Take back what came after it first, or move the reports where they belong.",
            )
        sayings = [
            Saying(
                payload=Undone(client_id=event.client_id),
                actor=actor,
                reason="taken back",
                client_id=f"{undone}/{n}",
            )
            for n, event in enumerate(reversed(events), 1)
        ]
        record(desk.store, sayings)
        desk.catch_up()
        return Gathering(client_id=client_id, studies=(), labels=())


def act_of(event: Event) -> str | None:
    """Return the act of gathering that an event is part of, if it is."""
    if event.type not in ACT_TYPES:
        return None
    name, _, number = event.client_id.rpartition("/")
    return name if number.isdigit() and name else None


def stands(view: View, events: Iterable[Event]) -> bool:
    """Say whether everything that an act said is the last word on its studies and reports.

    A study that an act changed or withdrew would stand again as it was before: so none of the
    reports it ever had may have gone elsewhere since.
    """
    review = view.layout.review
    last: dict[Thing, int] = {}
    for event in events:
        about = subject(event)
        if about is not None:
            last[about] = max(event.seq, last.get(about, 0))
    if any(about not in review.things for about in last):
        return False
    if any(review.things[about][0].seq != seq for about, seq in last.items()):
        return False
    ended = max(last.values())
    undone = undone_ids([e for e in review.events.values() if e.type == "event.undone"])
    described = [
        (e.seq, decode(e.type, e.payload))
        for e in review.events.values()
        if e.type == "study.described" and e.client_id not in undone
    ]
    studies = {about.id for about in last if about.kind == "study"}
    had = {
        report for seq, s in described if s.id in studies and seq <= ended for report in s.reports
    }
    return not any(seq > ended and had & set(s.reports) for seq, s in described)


class _Act:
    """An act while it is put together; nothing is said before it is whole."""

    def __init__(self, view: View, reason: str | None, client_id: str) -> None:
        self.view = view
        self.review = view.layout.review
        self.held: Held = held(view)
        self.name = client_id
        self.reason = reason
        self.sayings: list[Saying] = []
        self.ids = {thing.id for thing in self.review.things if thing.kind == "study"}
        self.taken = [study.label for study in self.review.studies.values()]
        self.reports = dict(self.review.reports)
        self.studies = dict(self.review.studies)

    # What is there.

    def item(self, id: str) -> str:
        """Return what an id is screened as today."""
        item = self.view.layout.items.item_of(id)
        if item is None:
            raise NotFoundError(
                f"this review has no record or cluster {id!r}.",
                remedy="Take one of those that wait to be gathered.",
            )
        return item

    def study(self, id: str) -> Study:
        """Return a study."""
        if id not in self.studies:
            raise NotFoundError(
                f"there is no study {id!r}.", remedy="`ranvier studies` lists what there is."
            )
        return self.studies[id]

    def must_be_gatherable(self, item: str, *, moving: Moving, into: str | None) -> None:
        """Refuse what is not included, not settled for all, or gathered meanwhile."""
        homes = self.held.found.homes.get(item, ())
        if homes and into not in homes and moving == "refused":
            label = self.studies[homes[0]].label
            raise InputError(
                f"{item!r} has been gathered into {label} meanwhile; that stands.",
                remedy="Look at the study, and move the report if it does not belong there.",
            )
        if item in self.held.known or homes:
            return
        if item in self.held.included:
            raise InputError(
                f"not everybody who reads full texts may know yet that {item!r} is included.",
                remedy="An owner lifts the blinding of full texts first, on the page Set-up.",
            )
        raise InputError(
            f"{item!r} is not among the reports that are included on the full text.",
            remedy="Decide on its full text first; if it was decided, settle the conflict, or wait "
            "until the votes are opened.",
        )

    def is_one_study(self, items: Sequence[str]) -> bool:
        """Say whether these are all the reports of one study: a form that was sent twice."""
        homes = {self.held.found.homes.get(item, ()) for item in items}
        if len(homes) != 1:
            return False
        home = next(iter(homes))
        return len(home) == 1 and set(self.held.found.items[home[0]]) == set(items)

    # What is said.

    def say(self, payload: object) -> None:
        """Add a fact."""
        saying = Saying(
            payload=payload,
            actor=self.view.viewer,
            reason=self.reason,
            client_id=f"{self.name}/{len(self.sayings) + 1}",
        )
        self.sayings.append(saying)

    def leave(self, items: Sequence[str], *, to: str | None) -> None:
        """Take reports out of the studies they are in, but for the one they go to."""
        going: dict[str, set[str]] = {}
        for item in items:
            for home in self.held.found.homes.get(item, ()):
                if home != to:
                    going.setdefault(home, set()).add(item)
        for study, gone in going.items():
            rest = [i for i in self.held.found.items[study] if i not in gone]
            if rest:
                self.put_study(study, rest)
            else:
                self.say(Withdrawn(kind="study", id=study))
                self.taken.remove(self.studies.pop(study).label)

    def put_study(
        self,
        study: str,
        items: Sequence[str],
        *,
        main: str | None = None,
        described: Study | None = None,
    ) -> None:
        """Say which reports a study has, and which is its main one, where that is news."""
        before = self.studies[study]
        chosen = main or self.main_now(study, items)
        ids = tuple(self.report(item, main=item == chosen, of=before.reports) for item in items)
        after = replace(described or before, reports=ids)
        if main is not None or before.year is None:
            after = replace(after, year=self._fullest(chosen).year or after.year)
        if after != before:
            self.say(after)
            self.studies[study] = after

    def new_study(self, label: str, items: Sequence[str], main: str) -> str:
        """Say that there is another study; return its id."""
        id = id_for(label, taken=self.ids)
        self.ids.add(id)
        protocol = self.review.protocol
        questions = protocol.questions if protocol else ()
        made = Study(
            id=id,
            label=label,
            year=self._fullest(main).year,
            design=None,
            randomised=None,
            questions=(questions[0].id,) if len(questions) == 1 else (),
            reports=tuple(self.report(item, main=item == main) for item in items),
            arms=(),
            facts={},
            role="included",
            registrations=self._registrations(items),
        )
        self.say(made)
        self.studies[id] = made
        return id

    def report(self, item: str, *, main: bool, of: Sequence[str] = ()) -> str:
        """Say what document an item is, where that is news; return the id of the report.

        Records that were found to be duplicates since may have made two reports of one: the one
        that the study has already, or that is of none, is taken.
        """
        elsewhere = {id for study in self.studies.values() for id in study.reports} - set(of)
        known = [r for r in self.held.reports.get(item, ()) if r.id not in elsewhere]
        held = next((r for r in known if r.id in of), next(iter(known), None))
        if held is None:
            records = records_of(self.view, item)
            id = id_for_report(item, taken=self.reports)
            said = Report(id=id, record=item, kind=kind_of(item, records), primary=main)
        else:
            said = replace(self.reports[held.id], primary=main)
        if self.reports.get(said.id) != said:
            self.say(said)
            self.reports[said.id] = said
        return said.id

    # How it is called.

    def free_label(self, label: str) -> str:
        """Return a name as it is kept; refuse one that another study bears."""
        said = " ".join(label.split())
        if not said:
            raise InputError("the study has no name.", remedy="Call it Surname Year, for example.")
        if said.casefold() in {name.casefold() for name in self.taken}:
            raise InputError(
                f"another study is called {said} already.",
                remedy="Add a letter, as in Hahn 2013b, or take another name.",
            )
        return said

    def labels_of(self, mains: Sequence[str]) -> tuple[str, ...]:
        """Suggest names for new studies by their main reports."""
        return labels((plain_label(self._fullest(main)) for main in mains), taken=self.taken)

    def main_of(self, items: Sequence[str]) -> str:
        """Suggest the main report."""
        return main_of({item: self._fullest(item) for item in items})

    def main_now(self, study: str, items: Sequence[str]) -> str:
        """Return the main report that a study has, or suggest one if it has none among these."""
        ids = set(self.studies[study].reports)
        chosen = (
            item
            for item in items
            if any(r.primary and r.id in ids for r in self.held.reports.get(item, ()))
        )
        return next(chosen, None) or self.main_of(items)

    def _fullest(self, item: str):
        return fullest(item, records_of(self.view, item))

    def _registrations(self, items: Sequence[str]) -> tuple[str, ...]:
        """Return the registrations that reports name in the field for them."""
        return tuple(dict.fromkeys(n for item in items for n in self._fullest(item).registry_ids))

    def done(self, *studies: str) -> Gathering:
        """Say what came of it."""
        kept = tuple(id for id in studies if id in self.studies)
        return Gathering(
            client_id=self.name if self.sayings else None,
            studies=kept,
            labels=tuple(self.studies[id].label for id in kept),
        )


def id_for_report(item: str, *, taken: Iterable[str]) -> str:
    """Return an id for the report that an item is: its own, unless another report has it."""
    id, n = item.removeprefix("dup:"), 1
    while id in taken:
        n += 1
        id = f"{item.removeprefix('dup:')}-{n}"
    return id


@contextmanager
def _acting(desk: Desk, actor: str, reason: str | None, client_id: str | None) -> Generator[_Act]:
    """Put an act together while nobody else changes the review, and record it as one."""
    name = client_id or str(uuid_utils.uuid7())
    with desk.lock:
        desk.catch_up()
        view = View(desk, actor)
        view.must("gather")
        act = _Act(view, reason, name)
        yield act
        if act.sayings and not _was_said(view, name):
            record(desk.store, act.sayings)
            desk.catch_up()


def _was_said(view: View, name: str) -> bool:
    """Say whether an act of this name is in the log: it is sent again."""
    return any(act_of(event) == name for event in view.layout.review.events.values())
