"""Gathering reports into studies in a terminal: `studies`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark
from ranvier.cli.places import acting_callback, introduce, place_argument
from ranvier.core.study import StudyRole
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.api.studies import Studies
    from ranvier.workflow.gather.acts import Gathering
    from ranvier.workflow.gather.looking import ReportView, StudiesView

__all__ = ["studies"]


@click.command()
@place_argument
@click.option("--take", metavar="REPORT", help="Take the suggestion that has this report.")
@click.option("--report", "reports", metavar="REPORT", multiple=True, help="Gather this report; "
              "may be given several times.")  # fmt: skip
@click.option("--into", metavar="STUDY", help="The study that the reports belong to.")
@click.option("--each", is_flag=True, help="Make a study of each report that nothing ties to "
              "another, or of each --report.")  # fmt: skip
@click.option("--out", metavar="REPORT", help="Take this report out of its study.")
@click.option("--study", metavar="STUDY", help="The study to name or describe.")
@click.option("--label", metavar="NAME", help="What the study is called.  [default: Surname Year]")
@click.option("--main", metavar="REPORT", help="The main report of the study.")
@click.option("--role", type=click.Choice(get_args(StudyRole)), help="Whether it counts.")
@click.option("--undo", metavar="ACT", help="Take an act back: its id, or `last`.")
@click.option("--reason", metavar="WORDS", help="Why; kept in the log.")
@click.option(
    "--as",
    "actor",
    metavar="ACTOR",
    envvar="RANVIER_ACTOR",
    callback=acting_callback,
    help="Who decides.  [default: person:<your login>]",
)
@json_option
def studies(
    place: str,
    take: str | None,
    reports: tuple[str, ...],
    into: str | None,
    each: bool,
    out: str | None,
    study: str | None,
    label: str | None,
    main: str | None,
    role: StudyRole | None,
    undo: str | None,
    reason: str | None,
    actor: str,
    as_json: bool,
) -> None:
    """Gather the reports that were included on the full text into studies.

    Without options it lists the studies, the reports that wait, and what a machine suggests, with
    the reasons; nothing suggested counts until somebody takes it. You see what you would see in
    the browser: no report that a colleague must not yet know to be included.

    \b
    Example:
      ranvier studies myreview
      ranvier studies myreview --take import-1/r000012
      ranvier studies myreview --report import-1/r000003 --report import-1/r000040
      ranvier studies myreview --each
      ranvier studies myreview --study hahn-2013 --role ongoing
      ranvier studies myreview --undo last
    """
    asked = [bool(take), bool(out), bool(study), bool(undo), each or bool(reports)]
    if sum(asked) > 1:
        raise InputError(
            "more than one thing was asked for at once.",
            remedy="Give one of --take, --report (or --each), --out, --study, --undo.",
        )
    if not any(asked) and (into or label or main or role):
        raise InputError(
            "it was not said which reports or which study is meant.",
            remedy="Add --report REPORT, --take REPORT or --study STUDY.",
        )
    with ranvier.open(place, mode="write" if any(asked) else "read") as review:
        if any(asked):
            introduce(review, actor)
        room = review.seat(actor).studies
        if undo:
            done = room.undo(_act(room, undo))
        elif take:
            done = _take(room, take, label=label, main=main, reason=reason)
        elif out:
            done = room.take_out(out, reason=reason)
        elif study:
            done = room.describe(study, label=label, role=role, main=main, reason=reason)
        elif each:
            chosen = reports or tuple(one.item for one, _ in room.look().loose)
            done = room.gather_each(chosen, reason=reason)
        elif reports:
            done = room.gather(reports, study=into, label=label, main=main, reason=reason)
        else:
            done = None
        view = room.look()
    if as_json:
        print_json(view if done is None else done)
    elif done is None:
        _list(view, place)
    else:
        _say(done, view, place)


def _act(room: Studies, undo: str) -> str:
    """Return the act that is meant."""
    if undo != "last":
        return undo
    acts = [act for act in room.look().acts if act.undoable]
    if not acts:
        raise InputError(
            "there is nothing to take back.", remedy="`ranvier log` shows all that was done."
        )
    return acts[0].client_id


def _take(
    room: Studies, report: str, *, label: str | None, main: str | None, reason: str | None
) -> Gathering:
    """Take the suggestion that has a report, with what spoke for it as the reason."""
    for one in room.look().suggestions:
        if report in {held.item for held in one.reports}:
            items = [held.item for held in one.reports]
            why = reason or "; ".join(dict.fromkeys(e.says for t in one.ties for e in t.why[:1]))
            if one.study is not None:
                return room.gather(items, study=one.study, reason=why, moving="refused")
            return room.gather(
                items, label=label, main=main or one.main, reason=why, moving="refused"
            )
    raise InputError(
        f"nothing is suggested for {report!r}.",
        remedy="`ranvier studies` lists the suggestions; gather others with --report.",
    )


def _say(done: Gathering, view: StudiesView, place: str) -> None:
    """Say what came of an act, and what is next."""
    click.echo(", ".join(done.labels) if done.labels else "done")
    if done.client_id is None:
        remark("It was so already.")
    _next(view, place)


def _next(view: StudiesView, place: str) -> None:
    if view.ungathered:
        next_step(f"{view.ungathered} reports wait to be gathered: ranvier studies {place}")
    else:
        next_step(f"see the counts: ranvier build {place}")


def _list(view: StudiesView, place: str) -> None:
    """List studies, what is suggested, and what waits."""
    for study, report in view.left:
        remark(
            f"warning: {report.item} is in {study.label} without being included on the full text. "
            f"Take it out with --out {report.item}, or decide on it again."
        )
    if view.waiting:
        remark(
            f"{view.waiting} more are included as far as you see; they wait until the votes on "
            "full texts are opened."
        )
    for one in view.suggestions:
        head = f"More of {one.label}?" if one.study else f"One study? Would be {one.label}."
        click.secho(f"\n{head}  [suggested, {one.strength}]", bold=True)
        for report in one.reports:
            click.echo(f"  {report.item}  {_words(report)}")
        for tie in one.ties:
            for said in tie.why:
                quotes = [q for q in (said.a, said.b) if q and said.kind == "registration"]
                click.echo(f"    {said.says}" + "".join(f"\n      {quote}" for quote in quotes))
        next_step(f"ranvier studies {place} --take {one.reports[0].item}")
    if view.loose:
        click.secho("\nNothing ties these to another report:", bold=True)
        print_table(
            ("report", "would be", "title"),
            ((one.item, label, one.title) for one, label in view.loose),
        )
        next_step(f"make a study of each with: ranvier studies {place} --each")
    if view.studies:
        click.secho("\nStudies:", bold=True)
        print_table(
            ("study", "name", "role", "report", "title"),
            (
                (
                    study.id if n == 0 else "",
                    study.label if n == 0 else "",
                    study.role if n == 0 else "",
                    report.item,
                    report.title + ("" if report.stands == "included" else "  (not included)"),
                )
                for study in view.studies
                for n, report in enumerate(study.reports)
            ),
        )
    if not (view.suggestions or view.loose or view.studies):
        click.echo("No report is included on the full text yet, so there is nothing to gather.")


def _words(report: ReportView) -> str:
    """Write a report on one line."""
    first = next(iter(report.authors), "")
    return " · ".join(part for part in (report.title, first, str(report.year or "")) if part)
