"""The test of excess significance: more significant studies than their power lets expect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, comb, ndtr, ndtri
from scipy.stats import binom

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.arrays import Vector, as_effects, as_vector
from ranvier.stats.estimators import Control, r_stops
from ranvier.stats.printing import show, show_p
from ranvier.stats.result import Result
from ranvier.stats.rma import left_out, variances
from ranvier.stats.roots import find_root
from ranvier.stats.source import Data, takes_fit

__all__ = ["ExcessSignificance", "tes"]

Sided = Literal["greater", "less", "two.sided"]
#: metafor's limit of the number of combinations it adds up, and so of where it tests exactly.
COMBINATIONS = 1e6
#: Where metafor's average of the power ends, and panels and nodes for it.
END, PANELS, NODES = 5.0, 40, 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExcessSignificance(Result):
    """What :func:`tes` found.

    Attributes
    ----------
    k, O : int
        Studies; significant ones.
    E : float
        How many were to be expected.
    test : {"exact", "binom", "chi2"}
        The test, with its statistic ``X2`` (for ``chi2``) and ``pval``.
    power : Vector, shape (k,)
        Of each study, if the true effect is ``theta`` (with variance ``tau2``).
    significant : shape (k,)
        Which studies are.
    theta_lim : tuple of float or None
        The effects with which the test would just be significant at ``tes_alpha``: one, or two for
        a two-sided test; None where there is none.
    """

    DOES: ClassVar[str] = (
        "An excess of significant findings was tested by comparing their number with that expected "
        "from the power of the studies."
    )
    CITES: ClassVar[tuple[str, ...]] = ("ioannidis2007", "francis2013")

    k: int
    O: int  # noqa: E741 -- the field's own letter
    E: float
    test: Literal["exact", "binom", "chi2"]
    X2: float | None
    pval: float
    theta: float | None
    tau2: float
    theta_lim: tuple[float | None, ...]
    power: Vector = field(repr=False)
    significant: NDArray[np.bool_] = field(repr=False)
    alpha: float
    tes_alpha: float
    tes_alternative: Sided

    def __str__(self) -> str:
        limits = ", ".join(show(x) for x in self.theta_lim)
        return "\n".join(
            [
                f"Test of excess significance (k = {self.k}; {self.test})",
                f"observed {self.O}, expected {self.E:.4f}; {show_p(self.pval)}",
                f"theta {show(self.theta)}; p = {self.tes_alpha:g} at theta {limits}",
                *self.notes,
            ]
        )


@takes_fit("test", theta="estimate", tau2="tau2")
def tes(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    H0: float = 0.0,
    alternative: Sided = "two.sided",
    alpha: float = 0.05,
    theta: float | ArrayLike | None = None,
    tau2: float = 0.0,
    test: Literal["exact", "binom", "chi2"] | None = None,
    tes_alternative: Sided = "greater",
    tes_alpha: float = 0.10,
    control: Control = "exact",
) -> ExcessSignificance:
    """Test whether more studies are significant than their power lets expect.

    Parameters
    ----------
    yi, vi, sei : array_like, shape (k,)
        Effects; sampling variances or standard errors.
    H0, alternative, alpha
        The test of each study: against which effect, on which side, at which level.
    theta : float, array_like of shape (k,), or None
        True effect, or one a study (such as the fitted values of a meta-regression); None: the
        average of the effects with weights ``1 / (vi + tau2)``.
    tau2 : float
        Variance of the true effects: power is then averaged over them.
    test : {"exact", "binom", "chi2"} or None
        The distribution of the number of significant studies: exact (Poisson binomial), binomial
        with the mean power, or chi-squared; None: exact where metafor is, which adds up at most a
        million combinations, else chi-squared.
    tes_alternative, tes_alpha
        The side of the test of the number; its level, for ``theta_lim`` only.
    control : Control
        As in :func:`rma`; metafor averages power over five standard deviations to either side.

    Returns
    -------
    ExcessSignificance

    Notes
    -----
    With tau2, the power of a study has a closed form, ``Phi`` of the distance to the critical value
    over ``sqrt(v + tau2)``; metafor integrates it over five standard deviations. The exact test is
    a convolution, so any number of studies can have it (``test="exact"``). An excess is no proof of
    selective publication, and its absence none of the contrary.

    References
    ----------
    Ioannidis JPA, Trikalinos TA (2007). An exploratory test for an excess of significant findings.
    Clinical Trials 4:245-253. doi:10.1177/1740774507079441

    Francis G (2013). Replication, statistical consistency, and publication bias. Journal of
    Mathematical Psychology 57:153-169. doi:10.1016/j.jmp.2013.02.003

    Examples
    --------
    >>> found = tes([0.5, 0.6, 0.45, 0.7, 0.1], [0.06, 0.05, 0.05, 0.08, 0.04])
    >>> found.O, round(found.E, 3), round(found.pval, 3)
    (4, 2.304, 0.138)
    """
    y, v = as_effects(yi, variances(vi, sei))
    for name, x in (("alpha", alpha), ("tes_alpha", tes_alpha)):
        if not 0 < x < 1:
            raise InputError(f"{name} must be between 0 and 1; it is {x:g}.")
    if not tau2 >= 0:
        raise InputError(f"tau2 must not be negative; it is {tau2:g}.")
    keep = ~(np.isnan(y) | np.isnan(v))
    given = None
    if theta is not None:
        given = as_vector("theta", theta)
        if len(given) not in (1, len(y)):
            raise InputError(f"theta must be one number or {len(y)}; it has {len(given)}.")
        given = np.broadcast_to(given, y.shape)
        keep &= ~np.isnan(given)
    single = theta is None or np.ndim(theta) == 0
    y, v = y[keep], v[keep]
    k = len(y)
    if k == 0:
        raise InputError("There is no study with an effect and a variance.")
    if given is None:
        w = 1 / (v + tau2)
        given = np.full(k, float((w @ y) / w.sum()))
    else:
        given = given[keep]
    crit = float(-ndtri(alpha / 2 if alternative == "two.sided" else alpha))
    z = (y - H0) / np.sqrt(v)
    z = {"two.sided": np.abs(z), "greater": z, "less": -z}[alternative]
    observed = int((z >= crit).sum())
    stops = r_stops(control)
    chosen = test or _metafors_choice(k, observed, tes_alternative)

    def power(at: Vector) -> Vector:
        if tau2 > 0 and stops is not None:
            return _power_within(at - H0, v, tau2, crit, alternative)
        return _power(at - H0, v, tau2, crit, alternative)

    def p_value(at: float, side: Sided = tes_alternative) -> float:
        return _p_value(observed, power(np.full(k, at)), chosen, side)[1]

    of_each = power(given)
    X2, pval = _p_value(observed, of_each, chosen, tes_alternative)
    limits: tuple[float | None, ...] = ()
    if single:
        limits = _limits(p_value, H0, float(given[0]), tes_alternative, tes_alpha)
    return ExcessSignificance(
        k=k,
        O=observed,
        E=float(of_each.sum()),
        test=chosen,
        X2=X2,
        pval=pval,
        theta=float(given[0]) if single else None,
        tau2=float(tau2),
        theta_lim=limits,
        power=of_each,
        significant=z >= crit,
        alpha=alpha,
        tes_alpha=tes_alpha,
        tes_alternative=tes_alternative,
        notes=tuple(left_out(keep)),
    )


def _power(away: Vector, v: Vector, tau2: float, crit: float, alternative: Sided) -> Vector:
    """Chance of a significant study whose effect is normal around ``away`` from H0."""
    root, spread = np.sqrt(v), np.sqrt(v + tau2)
    above = ndtr((away - crit * root) / spread)
    below = ndtr((-away - crit * root) / spread)
    return {"two.sided": above + below, "greater": above, "less": below}[alternative]


def _power_within(away: Vector, v: Vector, tau2: float, crit: float, alternative: Sided) -> Vector:
    """Average the power over five standard deviations of the true effects to either side."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    edges = np.linspace(-END, END, PANELS + 1)
    half = END / PANELS
    t = ((edges[1:] + edges[:-1])[:, None] / 2 + half * x).ravel()
    weight = np.tile(half * w, PANELS) * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    true = away[:, None] + np.sqrt(tau2) * t
    return _power(true, v[:, None], 0.0, crit, alternative) @ weight


def _metafors_choice(k: int, observed: int, side: Sided) -> Literal["exact", "chi2"]:
    """Choose as metafor does: exactly while a million combinations are enough."""
    first, last = {"greater": (observed, k), "less": (0, observed), "two.sided": (0, k)}[side]
    total = sum(float(comb(k, j)) for j in range(first, last + 1))
    return "exact" if total <= COMBINATIONS else "chi2"


def _p_value(observed: int, power: Vector, test: str, side: Sided) -> tuple[float | None, float]:
    """Statistic and p value of the number of significant studies."""
    k, share = len(power), float(power.mean())
    if test == "chi2":
        return _chi2(observed, k, share, side)
    chances = _poisson_binomial(power) if test == "exact" else binom.pmf(np.arange(k + 1), k, share)
    if side == "greater":
        return None, float(min(1.0, chances[observed:].sum()))
    if side == "less":
        return None, float(min(1.0, chances[: observed + 1].sum()))
    own = float(chances[observed])
    # R's tolerances of what is as unlikely: absolute in metafor's test, relative in binom.test.
    limit = own + 1.5e-8 if test == "exact" else own * (1 + 1e-7)
    return None, float(min(1.0, chances[chances <= limit].sum()))


def _poisson_binomial(power: Vector) -> Vector:
    """Distribution of the number of successes of unequal chances: one convolution a study."""
    chances = np.ones(1)
    for p in power:
        chances = np.convolve(chances, np.array([1 - p, p]))
    return chances


def _chi2(observed: int, k: int, share: float, side: Sided) -> tuple[float | None, float]:
    """Pearson's test of a proportion, without a correction."""
    if not 0 < share < 1:
        return None, 1.0 if observed == round(k * share) else 0.0
    z = (observed / k - share) / float(np.sqrt(share * (1 - share) / k))
    if side == "two.sided":
        return z**2, float(chdtrc(1, z**2))
    return z**2, float(ndtr(-z if side == "greater" else z))


def _limits(
    p_value: Callable[..., float], H0: float, theta: float, side: Sided, level: float
) -> tuple[float | None, ...]:
    """Find the effects, on the side of theta, with which p is the level."""
    if side == "two.sided":
        return (
            _limit(lambda t: p_value(t, "greater") - level / 2, H0, theta, +1),
            _limit(lambda t: p_value(t, "less") - level / 2, H0, theta, -1),
        )
    return (_limit(lambda t: p_value(t) - level, H0, theta, 1 if side == "greater" else -1),)


def _limit(excess: Callable[[float], float], H0: float, theta: float, rising: int) -> float | None:
    """Find where p crosses the level between H0 and beyond theta; None if it is there at H0."""
    if rising * excess(H0) >= 0:
        return None
    away = theta - H0 or 1e-4
    for _ in range(200):
        if rising * excess(H0 + away) >= 0:
            low, high = sorted((H0, H0 + away))
            try:
                return find_root(excess, low, high)
            except ConvergenceError:
                return None
        away *= 1.5
    return None
