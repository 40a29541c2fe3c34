"""Judgements: risk of bias of a result, and certainty of a body of evidence (GRADE)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.core.value import Value, value_problems

__all__ = [
    "CERTAINTY_LEVELS",
    "Certainty",
    "CertaintyLevel",
    "Rating",
    "RiskOfBias",
    "Start",
    "certainty_problems",
    "risk_of_bias_problems",
]

RiskLevel = Literal["low", "some_concerns", "high", "unclear"]
CertaintyLevel = Literal["high", "moderate", "low", "very_low"]
Start = Literal["randomized", "non_randomized", "non_randomized_robins"]

#: From the best to the worst.
CERTAINTY_LEVELS: tuple[CertaintyLevel, ...] = ("high", "moderate", "low", "very_low")


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskOfBias:
    """The rating of one domain of one tool for one study (or one of its outcomes).

    Attributes
    ----------
    domain : str
        ``overall`` or the tool's domain id.
    level : Value
        Its `value` is the level; its provenance says whose it is. A level that no source was seen
        for is not recorded: the domain is then shown as not assessed.
    """

    id: str
    study: str
    tool: str
    domain: str
    level: Value
    outcome: str | None = None
    support: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One GRADE domain: steps down (negative) or up, and why."""

    steps: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """GRADE certainty of the evidence on one outcome of one comparison.

    Attributes
    ----------
    level : Value
        Its `value` is the level.
    domains : dict of str to Rating
        Empty where a published level is quoted without its reasons.
    start : {"randomized", "non_randomized", "non_randomized_robins"}
        Where GRADE starts: high for randomized trials; low for other studies, or high where
        ROBINS-I was used.
    based_on : dict of str to str
        Analysis id to the input hash the judge saw: when it no longer holds, the judgement is
        stale.
    """

    id: str
    comparison: str
    outcome: str
    level: Value
    domains: dict[str, Rating]
    based_on: dict[str, str]
    start: Start = "randomized"


def risk_of_bias_problems(judgement: RiskOfBias) -> list[str]:
    """List what keeps a risk-of-bias judgement from being recorded."""
    problems = value_problems(judgement.level, name=f"judgement {judgement.id!r}")
    if judgement.level.provenance == "recalled":
        problems.append(
            f"judgement {judgement.id!r} is recalled: no source was seen, so it stays not assessed."
        )
    if judgement.level.value not in ("low", "some_concerns", "high", "unclear"):
        problems.append(
            f"judgement {judgement.id!r} has no known level: {judgement.level.value!r}."
        )
    return problems


def certainty_problems(certainty: Certainty) -> list[str]:
    """List what keeps a certainty judgement from being recorded."""
    problems = value_problems(certainty.level, name=f"certainty {certainty.id!r}")
    if certainty.level.provenance == "recalled":
        problems.append(
            f"certainty {certainty.id!r} is recalled: no source was seen, so it stays not assessed."
        )
    if certainty.level.value not in CERTAINTY_LEVELS:
        problems.append(
            f"certainty {certainty.id!r} has no known level: {certainty.level.value!r}."
        )
    return problems
