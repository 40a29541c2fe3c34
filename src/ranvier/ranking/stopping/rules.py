"""The stopping rules side by side: what each tests, needs, and can promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from ranvier.errors import InputError
from ranvier.ranking.stopping.audit import p_audit
from ranvier.ranking.stopping.history import How, Tally
from ranvier.ranking.stopping.hypergeometric import p_hypergeometric, p_hypergeometric_random
from ranvier.ranking.stopping.process import expected_missed, p_process
from ranvier.ranking.stopping.quantile import p_quantile
from ranvier.ranking.stopping.urn import p_biased_urn, p_calibrated

__all__ = ["RULES", "Rule", "RuleFacts", "Strength", "estimate_missed", "rule_facts"]

Rule = Literal[
    "biased_urn", "hypergeometric", "hypergeometric_random", "audit", "qbcb", "counting_process"
]

#: What stands behind a rule: ``exact``, a theorem on random draws; ``assumed``, a theorem if the
#: ranking is as assumed; ``calibrated``, an assumption whose size was fitted to labelled reviews;
#: ``estimate``, a model without a promise.
Strength = Literal["exact", "assumed", "calibrated", "estimate"]

PFunction = Callable[[Tally, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """One rule.

    Attributes
    ----------
    name : str
        As people read it.
    p : callable
        p value of the hypothesis that at least so many relevant records are unread.
    strength : Strength
    reads : {"ranked", "random"}
        How further records are to be drawn for the rule to be met.
    holds : str
        Under which conditions the promise holds, a clause.
    reference : str
        Author and year.
    likely : callable or None
        The p value whose median is the estimate, where it is another than `p`.
    """

    name: str
    p: PFunction
    strength: Strength
    reads: How
    holds: str
    reference: str
    likely: PFunction | None = None


RULES: Mapping[Rule, RuleFacts] = MappingProxyType(
    {
        "biased_urn": RuleFacts(
            name="calibrated biased-urn test",
            p=p_calibrated,
            likely=p_biased_urn,
            strength="calibrated",
            reads="ranked",
            holds=(
                "if, among the unread, the ranking prefers relevant records, and is blind for as "
                "few of them, as it did and was late in the labelled reviews the rule was "
                "calibrated on"
            ),
            reference="after Callaghan and Müller-Hansen 2020",
        ),
        "hypergeometric": RuleFacts(
            name="hypergeometric test on ranked records",
            p=p_hypergeometric,
            strength="assumed",
            reads="ranked",
            holds=(
                "if, among the unread, the ranking is better than chance by enough to make up for "
                "testing again and again"
            ),
            reference="Callaghan and Müller-Hansen 2020",
        ),
        "hypergeometric_random": RuleFacts(
            name="hypergeometric test on a random sample",
            p=p_hypergeometric_random,
            strength="exact",
            reads="random",
            holds=(
                "whatever the ranking did, if the sample was drawn at random from all unread "
                "records and its size was fixed before it was read"
            ),
            reference="Callaghan and Müller-Hansen 2020",
        ),
        "audit": RuleFacts(
            name="sequential random audit",
            p=p_audit,
            strength="exact",
            reads="random",
            holds=(
                "whatever the ranking did and whenever one looked, if the records marked as random "
                "were drawn at random from all unread ones"
            ),
            reference="Waudby-Smith and Ramdas 2020",
        ),
        "qbcb": RuleFacts(
            name="quantile binomial confidence bound",
            p=p_quantile,
            strength="exact",
            reads="ranked",
            holds=(
                "whatever the ranking did, if the sample was drawn at random from all records "
                "before ranking began and the ranking did not learn from it"
            ),
            reference="Lewis, Yang and Frieder 2021",
        ),
        "counting_process": RuleFacts(
            name="counting-process estimate",
            p=p_process,
            strength="estimate",
            reads="ranked",
            holds="only if finds go on to thin out as they did, which nothing secures",
            reference="Sneyd and Stevenson 2021",
        ),
    }
)


def rule_facts(rule: Rule) -> RuleFacts:
    """Look a rule up.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if rule not in RULES:
        raise InputError(
            f"There is no stopping rule {rule!r}.",
            remedy=f"Take one of {', '.join(get_args(Rule))}.",
        )
    return RULES[rule]


def estimate_missed(rule: Rule, tally: Tally, likely: int) -> float | None:
    """Estimate the relevant records unread: by the rule's own model, else the median of its test.

    Parameters
    ----------
    likely : int
        The largest number that the rule's test does not find unlikelier than even odds.

    Returns
    -------
    float or None
        ``None`` where what was read speaks against no number at all.
    """
    if rule == "counting_process":
        expected = expected_missed(tally)
        return None if expected is None else min(expected, float(tally.left))
    if rule == "audit":
        drawn = int(tally.random.sum())
        hits = int((tally.random & tally.relevant).sum())
        return hits / drawn * tally.left if drawn else None
    return None if tally.left and likely == tally.left else float(likely)
