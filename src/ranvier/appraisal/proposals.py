"""Proposals for two GRADE domains, from the numbers: steps and their reason, to be judged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from ranvier.core.analysis import Estimate
from ranvier.errors import InputError

__all__ = [
    "Proposal",
    "information_size_binary",
    "information_size_continuous",
    "propose_imprecision",
    "propose_inconsistency",
]

#: Relative risk reduction above which a relative effect counts as large for the information size.
LARGE_RELATIVE_EFFECT = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Steps a domain might take, and why. Never final: a person takes it, or does not."""

    domain: str
    steps: int
    reason: str


def information_size_binary(
    control_risk: float, *, reduction: float = 0.25, alpha: float = 0.05, power: float = 0.80
) -> int:
    """Return how many people in both arms one adequately powered trial would have.

    Parameters
    ----------
    control_risk : float
        Risk with the comparator, between 0 and 1.
    reduction : float
        Relative risk reduction that is looked for; GRADE suggests 0.20 to 0.25.

    Notes
    -----
    Per arm ``[z(1-a/2) sqrt(2 p q) + z(1-b) sqrt(p1 q1 + p2 q2)]^2 / (p1 - p2)^2`` with p the mean
    of the two risks.

    Examples
    --------
    >>> information_size_binary(0.2, reduction=0.25)
    1812
    """
    if not 0 < control_risk < 1 or not 0 < reduction < 1:
        raise InputError("control_risk and reduction must lie between 0 and 1.")
    p1, p2 = control_risk, control_risk * (1 - reduction)
    mean = (p1 + p2) / 2
    z = NormalDist().inv_cdf
    top = z(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean)) + z(power) * math.sqrt(
        p1 * (1 - p1) + p2 * (1 - p2)
    )
    return 2 * math.ceil(top**2 / (p1 - p2) ** 2)


def information_size_continuous(
    difference: float, sd: float, *, alpha: float = 0.05, power: float = 0.80
) -> int:
    """Return how many people in both arms find a difference with 80% power.

    Notes
    -----
    Per arm ``2 (z(1-a/2) + z(1-b))^2 sd^2 / difference^2``: about 400 for 0.2 standard deviations.

    Examples
    --------
    >>> information_size_continuous(0.2, 1)
    786
    """
    if difference == 0 or sd <= 0:
        raise InputError("difference must not be 0, and sd must be positive.")
    z = NormalDist().inv_cdf
    per_arm = 2 * (z(1 - alpha / 2) + z(power)) ** 2 * sd**2 / difference**2
    return 2 * math.ceil(per_arm)


def propose_imprecision(
    difference: Estimate,
    *,
    harm: float,
    benefit: float,
    relative: Estimate | None = None,
    participants: int | None = None,
    information_size: int | None = None,
) -> Proposal:
    """Propose the steps for imprecision from the absolute interval and its thresholds.

    Parameters
    ----------
    difference : Estimate
        Absolute effect, positive for benefit.
    harm, benefit : float
        Thresholds of important harm (negative) and important benefit (positive).
    relative : Estimate or None
        A ratio on its natural scale: one that is large (beyond 30%) from few people is not trusted
        even if the interval crosses nothing.
    participants, information_size : int or None
        People in the analysis, and in one adequately powered trial.

    References
    ----------
    Guyatt G et al. (2025). Core GRADE 2: choosing the target of certainty rating and assessing
    imprecision. BMJ 389:e081904.

    Examples
    --------
    >>> wide = Estimate(estimate=20, ci_lb=-60, ci_ub=100)
    >>> propose_imprecision(wide, harm=-50, benefit=50).steps
    -2
    """
    if not harm < 0 < benefit:
        raise InputError("harm must be negative and benefit positive.")
    low, high = difference.ci_lb, difference.ci_ub
    if low is None or high is None:
        return _imprecision(-2, "no interval is given")
    crossed = [t for t in (harm, benefit) if low < t < high]
    if len(crossed) == 2:
        return _imprecision(-2, "the interval holds both important benefit and important harm")
    if crossed:
        side = "benefit" if crossed[0] == benefit else "harm"
        return _imprecision(-1, f"the interval crosses the threshold of important {side}")
    ratio = None if relative is None else relative.estimate
    large = ratio is not None and abs(ratio - 1) > LARGE_RELATIVE_EFFECT
    if large and participants is not None and information_size is not None:
        share = participants / information_size
        if share < 1:
            steps = -1 if share >= 0.5 else -2
            return _imprecision(
                steps,
                f"a large relative effect from {participants} people, {share:.0%} of the "
                f"{information_size} of one adequate trial",
            )
    return _imprecision(0, "the interval crosses no threshold")


def _imprecision(steps: int, reason: str) -> Proposal:
    return Proposal(domain="imprecision", steps=steps, reason=reason)


def propose_inconsistency(
    effects: Sequence[Estimate], *, threshold: float, prediction: Estimate | None = None
) -> Proposal:
    """Propose the steps for inconsistency from where the studies lie about the target threshold.

    Overlapping intervals on one side of the threshold are consistent, whatever I2 is.

    Parameters
    ----------
    effects : sequence of Estimate
        One a study.
    threshold : float
        The target: the null, or the minimal important difference, on the same scale.
    prediction : Estimate or None
        Prediction interval of the pooled effect.

    References
    ----------
    Guyatt G et al. (2025). Core GRADE 3: rating certainty of evidence, assessing inconsistency.
    BMJ 389:e081905.

    Examples
    --------
    >>> near = [Estimate(estimate=x, ci_lb=x - 1, ci_ub=x + 1) for x in (2, 2.5, 3)]
    >>> propose_inconsistency(near, threshold=0).steps
    0
    """
    if len(effects) < 2:
        return _inconsistency(0, "a single study")
    bounds = [(e.ci_lb, e.ci_ub) for e in effects]
    overlap = all(a is None or d is None or a <= d for a, _ in bounds for _, d in bounds)
    above = sum(e.estimate > threshold for e in effects)
    both_sides = 0 < above < len(effects)
    crosses = (
        prediction is not None
        and prediction.ci_lb is not None
        and prediction.ci_ub is not None
        and prediction.ci_lb < threshold < prediction.ci_ub
    )
    if not both_sides:
        return _inconsistency(0, "all estimates lie on the same side of the threshold")
    sides = f"{above} of {len(effects)} estimates lie above the threshold, the others below"
    if overlap:
        steps = -1 if crosses else 0
        tail = "; the prediction interval crosses it" if crosses else ""
        return _inconsistency(steps, f"{sides}, and all intervals overlap{tail}")
    return _inconsistency(-2 if crosses else -1, f"{sides}, and not all intervals overlap")


def _inconsistency(steps: int, reason: str) -> Proposal:
    return Proposal(domain="inconsistency", steps=steps, reason=reason)
