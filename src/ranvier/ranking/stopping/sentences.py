"""What a rule promises and what was done, in sentences for the person who decides and the paper."""

from __future__ import annotations

from dataclasses import dataclass

from ranvier.core.progress import RecallEstimate, StoppingState
from ranvier.ranking.stopping.calibrated import calibrated_run
from ranvier.ranking.stopping.rules import Rule, RuleFacts

__all__ = ["Facts", "guarantee", "methods_sentences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentences are made of."""

    rule: Rule
    facts: RuleFacts
    target: float
    confidence: float
    screened: int
    sampled: int
    records: int
    p: float
    state: StoppingState
    estimate: RecallEstimate


def guarantee(told: Facts) -> str:
    """Say what the rule promises, under which condition, and what stands behind it."""
    facts = told.facts
    if told.state == "all_read":
        return "All records were read: nothing is missed but by a wrong decision."
    if facts.strength == "estimate":
        return f"An estimate without a promise: it holds {facts.holds}."
    promise = (
        f"If screening stops when this rule allows it, at least {_percent(told.target)} of the "
        f"relevant records have been found, with {_percent(told.confidence)} confidence. "
        f"This holds {facts.holds}."
    )
    return f"{promise} {_measured(told)}" if facts.strength == "calibrated" else promise


def methods_sentences(told: Facts) -> tuple[str, ...]:
    """Write the sentences for the methods section, as if screening stopped now."""
    estimate, facts = told.estimate, told.facts
    read = f"{told.screened:,} of {told.records:,} records ({_percent(_share(told))})"
    said = [
        f"Records were read in an order that was learnt anew from the decisions made so far"
        f"{_sampled(told)}."
    ]
    if told.state == "all_read":
        said.append(f"All {told.records:,} records were read; {_relevant(estimate.found)}.")
        return tuple(said)
    level = _percent(told.confidence)
    said.append(
        f"The stopping rule was the {facts.name} ({facts.reference}), with a target of "
        f"{_percent(told.target)} recall at {level} confidence."
    )
    stopped = f"Screening stopped after {read}, of which {_were(estimate.found)} relevant"
    if told.state == "may_stop":
        said.append(f"{stopped}; the rule allowed it (p {_p(told.p)}).")
    else:
        said.append(f"{stopped}, although the rule was not met (p {_p(told.p)}).")
    about = "no estimate" if estimate.missed is None else f"estimate {estimate.missed:.0f}"
    recall = (
        f" (recall at least {_percent(estimate.recall_lb, down=True)})"
        if estimate.recall_lb is not None
        else ""
    )
    said.append(
        f"Relevant records among the unread: {about}, at most {estimate.missed_ub:,} with {level} "
        f"confidence{recall}."
    )
    if facts.strength == "estimate":
        said.append(f"This is an estimate without a guarantee: it holds {facts.holds}.")
    else:
        said.append(f"The confidence holds {facts.holds}.")
    if facts.strength == "calibrated":
        said.append(_measured(told))
    said.append("Recall is of what the reviewers would include, not of what they should.")
    return tuple(said)


def _measured(told: Facts) -> str:
    """Say how the rule did where the truth is known, at these levels."""
    run = calibrated_run(told.target, told.confidence)
    if run is None:
        return (
            f"It has not been calibrated at {_percent(told.target)} recall and "
            f"{_percent(told.confidence)} confidence."
        )
    return (
        f"In {run.runs:,} simulated screenings of {run.sets} labelled reviews recall was at least "
        f"{_percent(told.target)} in {_percent(run.coverage)}, and {_percent(run.least)} in the "
        f"review where it did worst; {_percent(run.saved)} of the records were left unread."
    )


def _sampled(told: Facts) -> str:
    return f", {told.sampled:,} of them drawn at random" if told.sampled else ""


def _share(told: Facts) -> float:
    return told.screened / told.records if told.records else 1.0


def _were(found: int) -> str:
    return "one was" if found == 1 else "none was" if not found else f"{found:,} were"


def _relevant(found: int) -> str:
    return f"{_were(found)} relevant"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _percent(share: float | None, *, down: bool = False) -> str:
    """Write a share; a bound is never rounded towards the better."""
    if share is None:
        return "–"
    tenths = share * 1000
    tenths = float(int(tenths + 1e-9)) if down else round(tenths)
    return f"{tenths / 10:g}%"
