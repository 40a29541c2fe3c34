"""The exact common rate ratio of two groups over strata of person-time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_counts, rows_of
from ranvier.stats.conditional import conditional_on
from ranvier.stats.printing import show, show_interval, show_p
from ranvier.stats.result import Result

__all__ = ["ExactRateRatio", "exact_rate_ratio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactRateRatio(Result):
    """What :func:`exact_rate_ratio` found: rate ratios themselves, not their logs.

    ``estimate`` is the conditional maximum likelihood estimate; 0 or ``inf`` where one group has no
    events in any study. ``ci_lb`` and ``ci_ub`` may be 0 and ``inf``, too.
    """

    DOES: ClassVar[str] = (
        "The common rate ratio and its interval were calculated conditionally on the events of "
        "both groups, without adding to empty cells."
    )
    CITES: ClassVar[tuple[str, ...]] = ("rothman2008",)

    k: int
    estimate: float | None
    ci_lb: float | None
    ci_ub: float | None
    pval: float | None
    level: float
    mid_p: bool

    def __str__(self) -> str:
        interval = show_interval(self.ci_lb, self.ci_ub, 2)
        kind = "mid-p" if self.mid_p else "exact"
        said = f"rate ratio {show(self.estimate, 2)} {interval} ({kind}), {show_p(self.pval)}"
        return "\n".join([said, *self.notes])


def exact_rate_ratio(
    x1i: ArrayLike,
    t1i: ArrayLike,
    x2i: ArrayLike,
    t2i: ArrayLike,
    *,
    mid_p: bool = False,
    level: float = 0.95,
) -> ExactRateRatio:
    """Estimate a common rate ratio over studies, exactly, given the events of both groups.

    Parameters
    ----------
    x1i, t1i, x2i, t2i : array_like, shape (k,)
        Events and person-time in group 1, then in group 2.
    mid_p : bool
        Count only half of the probability of what was observed: shorter intervals, that do not
        always hold their level.
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    ExactRateRatio
        Nothing is added to empty cells; studies without events say nothing, and are noted.

    Raises
    ------
    InputError
        If a count is not a whole number, is missing or negative, or a person-time is not positive.

    References
    ----------
    Rothman KJ, Greenland S, Lash TL (2008). Modern Epidemiology. 3rd ed. Chapter 15. Philadelphia:
    Lippincott Williams & Wilkins.

    Examples
    --------
    >>> print(exact_rate_ratio([0, 2], [100, 250], [3, 5], [110, 240]))
    rate ratio 0.25 [0.03, 1.25] (exact), p = 0.1092
    """
    c = as_counts({"x1i": x1i, "t1i": t1i, "x2i": x2i, "t2i": t2i})
    for name in ("x1i", "x2i"):
        bad = c[name] != np.round(c[name])
        if bad.any():
            raise InputError(
                f"{name} must be whole numbers here; it is not at rows {rows_of(bad)}.",
                remedy="Give counts as observed, without a constant for empty cells.",
            )
    for name in ("t1i", "t2i"):
        if (c[name] <= 0).any():
            raise InputError(
                f"{name} must be positive; it is not at rows {rows_of(c[name] <= 0)}.",
                remedy="Leave out studies without follow-up.",
            )
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    events = c["x1i"] + c["x2i"]
    strata = [
        (0, _log_weights(m, ratio)) for m, ratio in zip(events, c["t1i"] / c["t2i"], strict=True)
    ]
    found = conditional_on(strata, round(float(c["x1i"].sum())), mid_p=mid_p, level=level)
    return ExactRateRatio(
        k=int((events > 0).sum()),
        estimate=None if found is None else float(np.exp(found.estimate)),
        ci_lb=None if found is None else float(np.exp(found.ci_lb)),
        ci_ub=None if found is None else float(np.exp(found.ci_ub)),
        pval=None if found is None else found.pval,
        level=level,
        mid_p=mid_p,
        notes=tuple(f"study {i + 1}: no events at all" for i in np.flatnonzero(events == 0)),
    )


def _log_weights(events: float, ratio: float) -> Vector:
    """Of 0 to all events in group 1, at equal rates."""
    x = np.arange(events + 1)
    return -gammaln(x + 1) - gammaln(events - x + 1) + x * np.log(ratio)
