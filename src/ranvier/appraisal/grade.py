"""GRADE's rating arithmetic: from reasons to a level.

Software proposes and adds up; people judge. Nothing here invents a reason, and nothing here makes a
level out of a p value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ranvier.core.judgement import Certainty, CertaintyLevel, Rating, Start
from ranvier.errors import InputError

__all__ = ["Rated", "rate", "rating_problems"]

_STARTS: dict[Start, int] = {"randomized": 4, "non_randomized": 2, "non_randomized_robins": 4}
_LEVELS: dict[int, CertaintyLevel] = {4: "high", 3: "moderate", 2: "low", 1: "very_low"}

#: The fewest and the most steps of each domain; see :func:`rate` for risk of bias by ROBINS-I.
DOMAINS: dict[str, tuple[int, int]] = {
    "risk_of_bias": (-2, 0),
    "inconsistency": (-2, 0),
    "indirectness": (-2, 0),
    "imprecision": (-3, 0),
    "publication_bias": (-2, 0),
    "large_effect": (0, 2),
    "dose_response": (0, 1),
    "plausible_confounding": (0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What the ratings of the domains add up to.

    Attributes
    ----------
    level : CertaintyLevel
        Clamped to very low … high.
    steps : int
        Sum of all steps.
    cautions : tuple of str
        What GRADE does only exceptionally, such as rating up what was rated down.
    """

    level: CertaintyLevel
    start: CertaintyLevel
    steps: int
    cautions: tuple[str, ...]

    def __str__(self) -> str:
        return self.level.replace("_", " ")


def rate(domains: Mapping[str, Rating], *, start: Start = "randomized") -> Rated:
    """Add up the steps of the domains.

    Parameters
    ----------
    domains : mapping of str to Rating
        By domain: ``risk_of_bias``, ``inconsistency``, ``indirectness``, ``imprecision``,
        ``publication_bias`` (0 or below), ``large_effect``, ``dose_response``,
        ``plausible_confounding`` (0 or above). A domain that is not named took no step.
    start : {"randomized", "non_randomized", "non_randomized_robins"}
        High for randomized trials; low for other studies, or high where ROBINS-I or -E was used,
        which may then take off up to three steps.

    Returns
    -------
    Rated

    Raises
    ------
    InputError
        If a domain is unknown, a step is out of its range, or a step has no reason.

    References
    ----------
    Guyatt G et al. (2025). Core GRADE 1: overview of the Core GRADE approach. BMJ 389:e081903.

    Examples
    --------
    >>> print(rate({"imprecision": Rating(steps=-2, reason="very few events")}))
    low
    """
    for name, rating in domains.items():
        _check(name, rating, start)
    down = sum(r.steps for r in domains.values() if r.steps < 0)
    up = sum(r.steps for r in domains.values() if r.steps > 0)
    cautions: list[str] = []
    if up and down:
        cautions.append("rated up although something was rated down")
    if up and start == "randomized":
        cautions.append("rated up although the studies are randomized")
    if domains.get("publication_bias", Rating(steps=0, reason="")).steps < -1:
        cautions.append("publication bias normally takes one step")
    first = _STARTS[start]
    level = _LEVELS[min(4, max(1, first + down + up))]
    return Rated(level=level, start=_LEVELS[first], steps=down + up, cautions=tuple(cautions))


def _check(name: str, rating: Rating, start: Start) -> None:
    """Refuse a rating that GRADE does not know, or one without a reason."""
    if name not in DOMAINS:
        raise InputError(f"GRADE has no domain {name!r}.", remedy=f"It has {', '.join(DOMAINS)}.")
    low, high = DOMAINS[name]
    if name == "risk_of_bias" and start == "non_randomized_robins":
        low = -3
    if not low <= rating.steps <= high:
        raise InputError(
            f"{name} takes {low} to {high} steps; {rating.steps} is given.",
            remedy="Rate down with negative steps, up with positive ones.",
        )
    if rating.steps != 0 and not rating.reason.strip():
        raise InputError(
            f"{name} takes {rating.steps} steps without a reason.",
            remedy="Write the reason: it becomes the footnote.",
        )


def rating_problems(certainty: Certainty) -> list[str]:
    """List where a level is not what its reasons add up to; empty if it is, or has no reasons."""
    if not certainty.domains:
        return []
    try:
        rated = rate(certainty.domains, start=certainty.start)
    except InputError as error:
        return [f"certainty {certainty.id!r}: {error}"]
    if rated.level == certainty.level.value:
        return []
    return [
        f"certainty {certainty.id!r} is {certainty.level.value}, but its reasons take "
        f"{rated.start} to {rated} ({rated.steps:+d})."
    ]
