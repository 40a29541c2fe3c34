"""The protocol: what is asked, of whom, by which rules, and how it will be analysed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from ranvier.core.value import Value

__all__ = [
    "AnalysisSpec",
    "Comparison",
    "Criterion",
    "Outcome",
    "Protocol",
    "Question",
    "ScreeningRule",
    "Stage",
    "StoppingPlan",
    "StoppingRule",
    "stopping_plan",
]

Stage = Literal["title_abstract", "full_text"]
#: Rules by which reading of titles and abstracts may end before all are read, as
#: ``ranvier.ranking.stopping`` names them; or that it may not.
StoppingRule = Literal["biased_urn", "hypergeometric", "read_all"]
OutcomeKind = Literal["binary", "continuous", "narrative"]
Direction = Literal["higher_is_better", "lower_is_better"]
Design = Literal[
    "two_arm_binary",
    "two_arm_continuous",
    "contrast",
    "paired_binary",
    "paired_continuous",
    "pre_post",
    "proportion",
    "narrative",
]
ZeroCells = Literal["none", "half_individual", "half_also_when_pooling"]
Role = Literal["primary", "published", "sensitivity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One review question as PICO."""

    id: str
    title: str
    population: str
    intervention: str
    comparator: str
    outcomes: tuple[str, ...]
    study_designs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One rule of eligibility; `id` is what an exclusion names as its reason."""

    id: str
    stage: Stage
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingPlan:
    """When screening may end before all is read; said before it begins, it binds.

    Attributes
    ----------
    rule : {"biased_urn", "hypergeometric", "read_all"}
        With ``read_all`` every record is read, and no level is asked for.
    target : float
        Recall to reach, between 0 and 1.
    confidence : float
        How sure to be of it, between 0 and 1.
    """

    rule: StoppingRule = "biased_urn"
    target: float = 0.95
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRule:
    """How many independent reviewers decide at a stage, and how a conflict is settled.

    Attributes
    ----------
    rule : {"single", "two_independent", "two_and_adjudicator", "one_and_machine"}
        With a machine check, one person decides every item and a machine decides it as well.
    conflicts : {"third", "discussion"} or None
        Whether somebody who did not vote on the item settles a conflict, or those who did, among
        themselves. A rule with an adjudicator asks for a third; otherwise either will do if None.
    pilot : int
        Items that everybody reads before the others are given out; 0 for no pilot round.
    reasons : {"required", "optional"} or None
        Whether an exclusion names a criterion. If None, it must at full text, as PRISMA reports
        it, wherever the protocol has criteria for full text.
    order : {"own", "shared"}
        What the order of a reviewer's queue learns from while they are blinded: their own
        decisions and what is resolved, or everybody's. A shared order reveals something of what
        the others decided.
    stopping : StoppingPlan, optional
        When reading may end at titles and abstracts; the default is :func:`stopping_plan`'s. Full
        texts are all read.
    """

    stage: Stage
    rule: Literal["single", "two_independent", "two_and_adjudicator", "one_and_machine"]
    note: str | None = None
    conflicts: Literal["third", "discussion"] | None = None
    pilot: int = 0
    reasons: Literal["required", "optional"] | None = None
    order: Literal["own", "shared"] = "own"
    stopping: StoppingPlan | msgspec.UnsetType = msgspec.UNSET


def stopping_plan(rule: ScreeningRule) -> StoppingPlan:
    """Return when reading may end at a stage, by the protocol or, if it says nothing, by default.

    Examples
    --------
    >>> stopping_plan(ScreeningRule(stage="title_abstract", rule="single"))
    StoppingPlan(rule='biased_urn', target=0.95, confidence=0.95)
    >>> stopping_plan(ScreeningRule(stage="full_text", rule="single")).rule
    'read_all'
    """
    if isinstance(rule.stopping, StoppingPlan):
        return rule.stopping
    return StoppingPlan() if rule.stage == "title_abstract" else StoppingPlan(rule="read_all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is measured.

    Attributes
    ----------
    direction : {"higher_is_better", "lower_is_better"}
        For a binary outcome: whether more events are good or bad.
    mid : Value or None
        Minimal important difference, in the units of the outcome.
    phrase : str
        How a sentence names it: "muscle strength improved".
    """

    id: str
    name: str
    kind: OutcomeKind
    direction: Direction
    phrase: str
    plain: str
    importance: Literal["critical", "important", "limited"] = "important"
    mid: Value | None = None
    timing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What against what: group 1 is the experimental one."""

    id: str
    label: str
    question: str
    group_1: str
    group_2: str | None = None
    population: str | None = None
    plain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSpec:
    """How one outcome of one comparison is analysed: everything that decides the numbers.

    Attributes
    ----------
    design : Design
        Kind of result rows that enter.
    measure : str
        metafor's code: RR, OR, RD, PETO, MD, SMD, PR, ...
    method : {"MH", "IV", "PETO", "exact", "paired", "change", "proportion", "none"}
    model : {"common", "random"}
    tau2 : str or None
        Estimator of the between-study variance for a random-effects model.
    interval : str
        ``wald`` or ``hksj``; for one proportion ``clopper_pearson``, ``wilson`` ...; for paired
        binary data ``mcnemar_exact``.
    zero_cells, double_zero
        The zero-cell convention by name, and what happens to studies without events.
    rows : tuple of str
        Ids of the rows, or empty for all rows of the comparison, outcome and design that are not
        alternatives to another row.
    correlations : tuple of float
        Assumed correlations of repeated measurements; a result is given for each.
    role : {"primary", "published", "sensitivity"}
    """

    id: str
    label: str
    comparison: str
    outcome: str
    design: Design
    measure: str
    method: Literal["MH", "IV", "PETO", "exact", "paired", "change", "proportion", "none"]
    model: Literal["common", "random"] = "common"
    tau2: str | None = None
    interval: str = "wald"
    zero_cells: ZeroCells = "none"
    double_zero: Literal["drop", "keep"] = "drop"
    level: float = 0.95
    sides: Literal[1, 2] = 2
    rows: tuple[str, ...] = ()
    correlations: tuple[float, ...] = ()
    preset: str | None = None
    role: Role = "primary"
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """The whole protocol; a later one with a reason is an amendment."""

    title: str
    background: str
    questions: tuple[Question, ...]
    outcomes: tuple[Outcome, ...]
    comparisons: tuple[Comparison, ...]
    analyses: tuple[AnalysisSpec, ...]
    criteria: tuple[Criterion, ...]
    screening: tuple[ScreeningRule, ...]
    search_plan: str
    risk_of_bias_tool: str | None = None
    update_plan: str | None = None
