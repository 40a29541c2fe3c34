"""Agreeing on the protocol's part in the screening: what is eligible, and who decides it how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ranvier.core.protocol import Criterion, Protocol, ScreeningRule, Stage
from ranvier.errors import InputError
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.view import looking

__all__ = ["put_protocol"]


def put_protocol(
    desk: Desk,
    actor: str,
    *,
    criteria: Sequence[Criterion],
    rules: Sequence[ScreeningRule],
    reason: str | None = None,
    client_id: str | None = None,
) -> Protocol:
    """Put criteria and rules into the protocol, and leave all else in it as it is.

    A review without a protocol gets one that says only this.

    Parameters
    ----------
    reason : str or None
        Why an agreed protocol is amended; needed once records are given out.

    Raises
    ------
    AccessError
        If they are not an owner.
    InputError
        If no rule is given, an amendment gives no reason, or a stage that is being screened would
        lose its rule or a criterion: whether it was named already must not show.
    RuleError
        If the rules of a review refuse it.
    """
    with looking(desk, actor) as view:
        view.must("protocol")
        review = desk.layout.review
    if not rules:
        raise InputError("no rule was given.", remedy="Say how each stage is screened.")
    before = review.protocol
    if before is None:
        after = Protocol(
            title=review.opened.title,
            background="",
            questions=(),
            outcomes=(),
            comparisons=(),
            analyses=(),
            criteria=tuple(criteria),
            screening=tuple(rules),
            search_plan="",
        )
    else:
        after = replace(before, criteria=tuple(criteria), screening=tuple(rules))
        if after == before:
            return before
        _keep_what_is_screened_by(before, after, {a.stage for a in review.allotments.values()})
        if review.allotments and reason is None:
            raise InputError(
                "records are given out by the protocol as it is.",
                remedy="Say why it is amended: PRISMA asks for it.",
            )
    record(desk.store, [Saying(payload=after, actor=actor, reason=reason, client_id=client_id)])
    with desk.lock:
        desk.catch_up()
    return after


def _keep_what_is_screened_by(before: Protocol, after: Protocol, begun: set[Stage]) -> None:
    """Refuse an amendment that takes away what records are being screened by."""
    lost = begun - {rule.stage for rule in after.screening}
    if lost:
        raise InputError(
            f"{min(lost)} is being screened and would have no rule.",
            remedy="Keep a rule for it.",
        )
    kept = {c.id for c in after.criteria}
    for criterion in before.criteria:
        if criterion.stage in begun and criterion.id not in kept:
            raise InputError(
                f"{criterion.text!r} is a reason by which records are being excluded.",
                remedy="Keep it; others can be added beside it.",
            )
