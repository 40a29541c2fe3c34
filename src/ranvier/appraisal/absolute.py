"""Absolute effects from relative ones, and how large an effect is for the people concerned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ranvier.core.analysis import Estimate
from ranvier.core.protocol import Direction
from ranvier.core.summary import EffectDirection, EffectSize
from ranvier.errors import InputError

__all__ = [
    "RELATIVE",
    "AbsoluteEffect",
    "absolute_effect",
    "direction_of",
    "relative_size",
    "size_against",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteEffect:
    """Risks and their difference, per `per` people (1000 by default).

    Attributes
    ----------
    risk_1 : Estimate
        With the experimental intervention; its interval is that of the relative effect alone.
    risk_2 : Estimate
        With the comparator: the baseline risk, taken as known.
    difference : Estimate
        `risk_1` minus `risk_2`.
    notes : tuple of str
        A risk above everybody is cut to everybody, and said here.
    """

    risk_1: Estimate
    risk_2: Estimate
    difference: Estimate
    notes: tuple[str, ...] = ()


def _odds(baseline: float, ratio: float) -> float:
    return baseline * ratio / (1 - baseline + baseline * ratio)


#: Risk with the intervention, from baseline risk and relative effect.
_RISKS: dict[str, Callable[[float, float], float]] = {
    "RR": lambda baseline, ratio: baseline * ratio,
    "OR": _odds,
    "PETO": _odds,
    "HR": lambda baseline, ratio: 1 - (1 - baseline) ** ratio,
    "IRR": lambda baseline, ratio: baseline * ratio,
    "RD": lambda baseline, difference: baseline + difference,
}

#: Measures that say how many times, not how much.
RELATIVE = frozenset({"RR", "OR", "PETO", "HR", "IRR"})


def absolute_effect(
    measure: str, effect: Estimate, baseline: float, *, per: float = 1000
) -> AbsoluteEffect:
    """Turn a relative effect into risks for a baseline risk.

    Parameters
    ----------
    measure : {"RR", "OR", "PETO", "HR", "IRR", "RD"}
    effect : Estimate
        On the natural scale: ratios as ratios.
    baseline : float
        Risk with the comparator, 0 to 1.
    per : float
        How many people the risks are given for.

    Returns
    -------
    AbsoluteEffect

    Raises
    ------
    InputError
        If the measure has no absolute form, or the baseline risk is not between 0 and 1.

    Notes
    -----
    RR: r RR. OR: r OR / (1 - r + r OR). HR: 1 - (1 - r)^HR. RD: r + RD. Rate ratio: r IRR.

    Examples
    --------
    >>> found = absolute_effect("RR", Estimate(estimate=0.5, ci_lb=0.25, ci_ub=1.2), 0.2)
    >>> found.risk_1, found.difference.estimate
    (Estimate(estimate=100.0, ci_lb=50.0, ci_ub=240.0), -100.0)
    """
    risk = _RISKS.get(measure)
    if risk is None:
        raise InputError(
            f"{measure!r} has no absolute effect.", remedy=f"Known are {', '.join(_RISKS)}."
        )
    if not 0 <= baseline <= 1:
        raise InputError(f"A baseline risk lies between 0 and 1; it is {baseline:g}.")
    notes: list[str] = []

    def at(relative: float | None) -> float | None:
        if relative is None:
            return None
        found = risk(baseline, relative)
        if not 0 <= found <= 1:
            notes.append(f"a risk of {found * per:.0f} per {per:g} is cut to the possible range")
        return min(1.0, max(0.0, found))

    point, low, high = (at(x) for x in (effect.estimate, effect.ci_lb, effect.ci_ub))
    assert point is not None
    scaled = [None if x is None else x * per for x in (low, high)]
    apart = [None if x is None else (x - baseline) * per for x in (low, high)]
    return AbsoluteEffect(
        risk_1=Estimate(estimate=point * per, ci_lb=scaled[0], ci_ub=scaled[1]),
        risk_2=Estimate(estimate=baseline * per, ci_lb=None, ci_ub=None),
        difference=Estimate(estimate=(point - baseline) * per, ci_lb=apart[0], ci_ub=apart[1]),
        notes=tuple(dict.fromkeys(notes)),
    )


def direction_of(effect: Estimate, *, null: float, direction: Direction) -> EffectDirection:
    """Say whether the effect is better or worse for people.

    ``either`` where the interval holds the null, or where there is none.

    Examples
    --------
    >>> found = Estimate(estimate=0.5, ci_lb=0.3, ci_ub=0.8)
    >>> direction_of(found, null=1.0, direction="lower_is_better")
    'better'
    """
    low, high = effect.ci_lb, effect.ci_ub
    if low is None or high is None or low <= null <= high:
        return "either"
    higher = effect.estimate > null
    return "better" if higher == (direction == "higher_is_better") else "worse"


def size_against(difference: Estimate, mid: float) -> EffectSize:
    """Place a difference against the minimal important difference, both in the same units.

    From it on, small, important and large follow at the ratios of Cohen's 0.2, 0.5 and 0.8: one,
    two and a half, and four times the minimal important difference. Trivial: the whole interval is
    below it. Unclear: the interval holds important benefit and important harm, or the estimate is
    below it but not the whole interval, or there is no interval.

    References
    ----------
    Cohen J (1988). Statistical power analysis for the behavioral sciences, 2nd edition, p. 40.

    Examples
    --------
    >>> size_against(Estimate(estimate=6, ci_lb=1, ci_ub=11), 2)
    'important'
    >>> size_against(Estimate(estimate=1, ci_lb=-8, ci_ub=10), 2)
    'unclear'
    """
    if mid <= 0:
        raise InputError(f"A minimal important difference is positive; it is {mid:g}.")
    low, high = difference.ci_lb, difference.ci_ub
    if low is None or high is None or (low <= -mid and high >= mid):
        return "unclear"
    times = abs(difference.estimate) / mid
    if times >= 4:
        return "large"
    if times >= 2.5:
        return "important"
    if times >= 1:
        return "small"
    return "trivial" if -mid < low and high < mid else "unclear"


def relative_size(effect: Estimate) -> EffectSize:
    """Place a relative effect by GRADE's usual bounds, where no important difference is set.

    Large: more than double or less than half. Important: beyond 0.75 or 1.25, GRADE's bounds of
    appreciable benefit and harm. Small: within them. Trivial: the whole interval is within them.
    Unclear: an interval that holds both bounds, appreciable benefit and appreciable harm.

    References
    ----------
    Guyatt GH et al. (2011). GRADE guidelines 6: imprecision. Journal of Clinical Epidemiology
    64:1283-1293, and 9: rating up, 64:1311-1316.

    Examples
    --------
    >>> relative_size(Estimate(estimate=11, ci_lb=2.86, ci_ub=42.25))
    'large'
    >>> relative_size(Estimate(estimate=1.1, ci_lb=0.4, ci_ub=2.6))
    'unclear'
    """
    low, high = effect.ci_lb, effect.ci_ub
    if low is None or high is None or (low < 0.75 and high > 1.25):
        return "unclear"
    if low >= 0.75 and high <= 1.25:
        return "trivial"
    if effect.estimate > 2 or effect.estimate < 0.5:
        return "large"
    return "small" if 0.75 <= effect.estimate <= 1.25 else "important"
