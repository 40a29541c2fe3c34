"""Ending the reading of a stage: the review document says from then on how it ended.

To stop is the decision of people, whatever a rule says. What they decide is kept as a passage of
the review document, made of the sentences that were true at that moment; the records that are
unread stay in the queues, and whoever reads on and ends it again replaces the passage.
"""

from __future__ import annotations

from ranvier.core.finding import Text
from ranvier.core.protocol import Stage
from ranvier.errors import InputError
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.stopping_here import History, StoppingView
from ranvier.workflow.screen.view import View

__all__ = ["check_ending", "say_ending"]


def check_ending(view: View, stage: Stage, history: History) -> None:
    """Refuse an end that would show what is still blind, or that speaks of a part only.

    Raises
    ------
    AccessError
        If they are not an owner.
    InputError
        If reviewers of the stage are still blinded, or the viewer sees one's own share only.
    """
    view.must("protocol")
    layout = view.layout
    machine = layout.rule(stage).rule == "one_and_machine"
    blind = [
        a.id
        for a in layout.review.allotments.values()
        if a.stage == stage
        and a.id not in layout.shares.opened
        and (machine or len(a.reviewers) > 1)
    ]
    if blind or history.whose != "team":
        raise InputError(
            "reviewers are still blinded, and how reading ended tells what was found.",
            remedy="Open the votes first.",
        )


def say_ending(
    desk: Desk, actor: str, stage: Stage, said: StoppingView, *, client_id: str | None = None
) -> Text:
    """Put the sentences of the rule into the review document.

    Raises
    ------
    InputError
        If no rule can be asked, so that there are none.
    """
    if not said.sentences:
        raise InputError(
            said.why or "no rule says anything here.", remedy="Read on, or write it yourself."
        )
    # Braces stand for numbers of the book; a reason somebody gave may hold some.
    body = " ".join(said.sentences).translate(str.maketrans("{}", "()"))
    text = Text(
        id=f"stopping-{stage.replace('_', '-')}",
        section="screening",
        language=desk.layout.review.opened.language,
        body=body,
        based_on={},
    )
    record(desk.store, [Saying(payload=text, actor=actor, client_id=client_id)])
    with desk.lock:
        desk.catch_up()
    return text
