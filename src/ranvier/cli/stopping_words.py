"""What a stopping rule says, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ranvier.ranking.stopping import Judgement
    from ranvier.workflow.screen.stopping_here import StoppingView

__all__ = ["stopping_lines"]

_MET = {True: "yes ", False: "no  ", None: "open"}


def stopping_lines(said: StoppingView) -> Iterator[str]:
    """Yield what a rule says of a stage: promise, cost, checklist, sentences; or why nothing."""
    now = said.judged
    if now is None:
        if said.why is not None:
            yield said.why
        return
    yield now.guarantee
    yield str(said.stated)
    yield _cost(now)
    yield from said.notes
    if said.safe:
        yield "SAFE checklist (information, no rule):"
        for item in said.safe:
            yield f"  {_MET[item.met]} {item.asks} {item.found}"
    yield "For the methods section, if reading stopped now:"
    yield f"  {' '.join(said.sentences)}"


def _cost(now: Judgement) -> str:
    """Say what reading on costs."""
    if now.state == "all_read":
        return "All is read."
    cost = now.cost
    if cost.per_find is not None:
        price = f"about {cost.per_find:,.0f} records for each further relevant one"
    elif now.estimate.missed is None:
        price = f"{cost.left:,} records; how many are relevant cannot be said yet"
    else:
        price = f"{cost.left:,} records, among which the estimate expects no relevant one"
    if now.state == "may_stop":
        return f"To read on costs {price}."
    if cost.until_may_stop is None:
        return f"To read on costs {price}. Only reading all would meet the rule."
    return (
        f"To read on costs {price}. The rule would be met after {cost.until_may_stop:,} "
        "irrelevant records in a row."
    )
