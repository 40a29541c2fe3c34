"""Agreement of raters who judge the same items, each as many as they got to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.printing import show, show_interval

__all__ = ["Agreement", "AgreementWeights", "Coefficient", "CoefficientName", "agreement"]

CoefficientName = Literal["percent", "kappa", "pabak", "ac", "alpha", "fleiss"]
AgreementWeights = Literal["identity", "linear", "quadratic", "ordinal"]

#: What each coefficient is called in a table.
_SAID: dict[CoefficientName, str] = {
    "percent": "Observed agreement",
    "kappa": "Cohen's kappa",
    "pabak": "PABAK",
    "ac": "Gwet's AC1",
    "alpha": "Krippendorff's alpha",
    "fleiss": "Fleiss' kappa",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of agreement.

    Attributes
    ----------
    estimate : float or None
        1 is perfect, 0 what chance gives (for ``percent``, a share); None where it is not defined,
        as kappa is if nobody ever used a second category.
    se, ci_lb, ci_ub : float or None
        Over items drawn from all such items; None where they are not defined. An interval is cut
        off at 1.
    """

    name: CoefficientName
    estimate: float | None
    se: float | None
    ci_lb: float | None
    ci_ub: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What :func:`agreement` found.

    Attributes
    ----------
    items, rated_twice, raters : int
        Items with a rating, with two or more, and raters with a rating.
    categories : tuple
        In the order of the weights.
    shares : Mapping
        Category to its share of all ratings: where one is rare, kappa is low however people agree.
    coefficients : Mapping of str to Coefficient
        ``kappa`` and ``pabak`` only for two raters.
    notes : tuple of str
        What was left out, and what to bear in mind.
    """

    items: int
    rated_twice: int
    raters: int
    categories: tuple[Hashable, ...]
    shares: Mapping[Hashable, float]
    coefficients: Mapping[CoefficientName, Coefficient]
    weights: AgreementWeights
    level: float
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        lines = [f"{self.rated_twice} items rated by two or more of {self.raters} raters"]
        for name, found in self.coefficients.items():
            said = "Gwet's AC2" if name == "ac" and self.weights != "identity" else _SAID[name]
            interval = show_interval(found.ci_lb, found.ci_ub, 3)
            lines.append(f"{said:<21} {show(found.estimate, 3)} {interval}")
        return "\n".join([*lines, *self.notes])


def agreement(
    ratings: Mapping[str, Sequence[Hashable | None]],
    *,
    categories: Sequence[Hashable] | None = None,
    weights: AgreementWeights = "identity",
    level: float = 0.95,
) -> Agreement:
    """Measure how far raters agree, with the coefficients people ask for side by side.

    Parameters
    ----------
    ratings : mapping of str to sequence, each of shape (n,)
        For each rater the category of each item; None (or nan) where there is no rating. Raters
        may overlap in part only.
    categories : sequence or None
        All categories that could have been used, in order; those that were, sorted, if None.
    weights : {"identity", "linear", "quadratic", "ordinal"}
        Partial credit for near misses of ordered categories; Gwet's AC1 is then his AC2.
    level : float
        Of the intervals.

    Returns
    -------
    Agreement

    Raises
    ------
    InputError
        If there are fewer than two raters, they have not the same items, or no item has two
        ratings.

    Notes
    -----
    ``kappa`` has the large-sample standard error of Fleiss, Cohen and Everitt (1969) and a normal
    interval; alpha a jackknife over items, all others Gwet's (2014) linearised one, and t with
    n - 1. With gaps, items with one rating count in the shares of the categories (not for alpha,
    which is defined without them), and those with two or more in the agreement. PABAK is Brennan
    and Prediger's coefficient; for two categories 2 p - 1.

    References
    ----------
    Cohen J (1960). Educational and Psychological Measurement 20:37-46.
    Fleiss JL, Cohen J, Everitt BS (1969). Psychological Bulletin 72:323-327.
    Byrt T, Bishop J, Carlin JB (1993). Journal of Clinical Epidemiology 46:423-429.
    Gwet KL (2008). British Journal of Mathematical and Statistical Psychology 61:29-48.
    Gwet KL (2014). Handbook of Inter-Rater Reliability, 4th edition. Advanced Analytics.
    Krippendorff K (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.

    Examples
    --------
    >>> a = ["in"] * 20 + ["out"] * 80
    >>> b = ["in"] * 15 + ["out"] * 83 + ["in", None]
    >>> print(agreement({"A": a, "B": b}))
    99 items rated by two or more of 2 raters
    Observed agreement    0.939 [0.888, 0.991]
    Cohen's kappa         0.797 [0.642, 0.952]
    PABAK                 0.879 [0.782, 0.976]
    Gwet's AC1            0.914 [0.841, 0.987]
    Krippendorff's alpha  0.797 [0.636, 0.959]
    Fleiss' kappa         0.795 [0.633, 0.956]
    1 item has one rating only: it counts in the shares of the categories
    """
    if weights not in get_args(AgreementWeights):
        raise InputError(f"weights must be one of {', '.join(get_args(AgreementWeights))}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    counts, known, pair = _counted(ratings, categories)
    by_item = counts.sum(axis=1)
    rated, twice = by_item > 0, by_item > 1
    if not twice.any():
        raise InputError(
            "no item was rated by two people.", remedy="Let two people judge the same items."
        )
    w = _weights(len(known), weights)
    counts = counts[rated]
    raters = sum(any(not _is_gap(x) for x in given) for given in ratings.values())
    found: dict[CoefficientName, Coefficient] = {}
    found["percent"] = _among_many("percent", counts, w, level)
    if raters == 2 and pair is not None:
        found["kappa"] = _cohen(pair, w, level)
        found["pabak"] = _among_many("pabak", counts, w, level)
    found["ac"] = _among_many("ac", counts, w, level)
    found["alpha"] = _among_many("alpha", counts[counts.sum(axis=1) > 1], w, level)
    found["fleiss"] = _among_many("fleiss", counts, w, level)
    pi = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return Agreement(
        items=int(rated.sum()),
        rated_twice=int(twice.sum()),
        raters=raters,
        categories=known,
        shares={c: float(p) for c, p in zip(known, pi, strict=True)},
        coefficients=found,
        weights=weights,
        level=level,
        notes=_notes(int((rated & ~twice).sum()), pi, known, found),
    )


def _is_gap(rating: Any) -> bool:
    """Whether there is no rating: None, or a nan, which is not itself."""
    return rating is None or rating != rating


def _counted(
    ratings: Mapping[str, Sequence[Hashable | None]], categories: Sequence[Hashable] | None
) -> tuple[Matrix, tuple[Hashable, ...], Matrix | None]:
    """Count raters per item and category; for two raters, also the table of one by the other."""
    lengths = {len(given) for given in ratings.values()}
    if len(ratings) < 2 or len(lengths) != 1:
        raise InputError(
            f"agreement needs two or more raters of the same items; given are {len(ratings)} with "
            f"{', '.join(map(str, sorted(lengths))) or 'no'} items.",
            remedy="Give each rater one value an item, None where there is none.",
        )
    used = {x for given in ratings.values() for x in given if not _is_gap(x)}
    known = tuple(categories) if categories is not None else tuple(sorted(used, key=_order))
    strange = used - set(known)
    if strange:
        raise InputError(
            f"{', '.join(sorted(map(repr, strange)))} is none of the categories.",
            remedy=f"Known are {', '.join(map(repr, known))}.",
        )
    index = {c: i for i, c in enumerate(known)}
    coded = np.array(
        [[-1 if _is_gap(x) else index[x] for x in given] for given in ratings.values()]
    ).reshape(len(ratings), -1)
    counts = np.zeros((coded.shape[1], len(known)))
    for row in coded:
        given = np.flatnonzero(row >= 0)
        counts[given, row[given]] += 1
    active = coded[(coded >= 0).any(axis=1)]
    if len(active) != 2:
        return counts, known, None
    both = (active >= 0).all(axis=0)
    table = np.zeros((len(known), len(known)))
    np.add.at(table, (active[0, both], active[1, both]), 1)
    return counts, known, table


def _order(category: Hashable) -> tuple[int, Any]:
    """Sort numbers as numbers, all else as text."""
    number = isinstance(category, int | float)
    return (0, category) if number else (1, str(category))


def _weights(q: int, kind: AgreementWeights) -> Matrix:
    """Credit for each pair of categories: 1 on the diagonal (Gwet 2014, chapter 3)."""
    if kind == "identity" or q < 2:
        return np.eye(q)
    apart = np.abs(np.subtract.outer(np.arange(q), np.arange(q))).astype(np.float64)
    if kind == "ordinal":
        # Pairs of categories within the range of the two, as a share of the widest.
        apart = (apart + 1) * apart / 2
    elif kind == "quadratic":
        apart = apart**2
    return 1 - apart / apart.max()


def _cohen(table: Matrix, w: Matrix, level: float) -> Coefficient:
    """Cohen's kappa (weighted, if so asked) with Fleiss, Cohen and Everitt's standard error."""
    n = table.sum()
    if n == 0:
        return Coefficient(name="kappa", estimate=None, se=None, ci_lb=None, ci_ub=None)
    p = table / n
    row, col = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(row @ w @ col)
    if expected >= 1 - 1e-12:
        return Coefficient(name="kappa", estimate=None, se=None, ci_lb=None, ci_ub=None)
    kappa = (observed - expected) / (1 - expected)
    mean = np.add.outer(w @ col, w.T @ row)
    spread = (p * (w - mean * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    se = float(np.sqrt(max(spread, 0.0) / n) / (1 - expected))
    half = float(ndtri((1 + level) / 2)) * se
    return Coefficient(
        name="kappa", estimate=kappa, se=se, ci_lb=kappa - half, ci_ub=min(1.0, kappa + half)
    )


def _among_many(name: CoefficientName, counts: Matrix, w: Matrix, level: float) -> Coefficient:
    """Estimate a coefficient for any number of raters, with Gwet's linearised standard error."""
    n = len(counts)
    estimate, each = _alpha(counts, w) if name == "alpha" else _beyond_chance(name, counts, w)
    if n < 2 or np.isnan(estimate):
        given = None if np.isnan(estimate) else estimate
        return Coefficient(name=name, estimate=given, se=None, ci_lb=None, ci_ub=None)
    se = float(np.sqrt(((each - estimate) ** 2).sum() / (n * (n - 1))))
    half = float(stdtrit(n - 1, (1 + level) / 2)) * se
    least = 0.0 if name == "percent" else -np.inf  # a share cannot be less; what chance allows can
    return Coefficient(
        name=name,
        estimate=estimate,
        se=se,
        ci_lb=float(max(least, estimate - half)),
        ci_ub=min(1.0, estimate + half),
    )


def _agreeing(counts: Matrix, w: Matrix) -> tuple[Vector, Vector, NDArray[np.bool_]]:
    """Count agreeing pairs (weighted) and ratings of each item, and say which have two or more."""
    by_item = counts.sum(axis=1)
    return (counts * (counts @ w.T - 1)).sum(axis=1), by_item, by_item > 1


def _beyond_chance(name: CoefficientName, counts: Matrix, w: Matrix) -> tuple[float, Vector]:
    """Agreement beyond what chance gives, and each item's part in it (Gwet 2014, chapter 5)."""
    n, q = counts.shape
    pairs, by_item, twice = _agreeing(counts, w)
    pa_each = np.where(twice, pairs / (by_item * np.where(twice, by_item - 1, 1)), 0.0)
    scale = n / int(twice.sum())
    pa = float(pa_each.sum() / twice.sum())
    if name == "percent":
        return pa, scale * pa_each
    shares = counts / by_item[:, None]
    pi = shares.mean(axis=0)
    if name == "pabak":
        pe, pe_each = float(w.sum() / q**2), np.full(n, w.sum() / q**2)
    elif name == "ac":
        if q < 2:
            return float("nan"), pa_each
        unit = w.sum() / (q * (q - 1))
        pe, pe_each = float(unit * (pi * (1 - pi)).sum()), unit * (shares @ (1 - pi))
    else:
        pe, pe_each = float(pi @ w @ pi), shares @ (w @ pi)
    if np.isnan(pe) or pe >= 1 - 1e-12:
        return float("nan"), pa_each
    found = (pa - pe) / (1 - pe)
    each = scale * (pa_each - pe * twice) / (1 - pe)
    return found, each - 2 * (1 - found) * (pe_each - pe) / (1 - pe)


def _alpha(counts: Matrix, w: Matrix) -> tuple[float, Vector]:
    """Krippendorff's alpha of items with two or more ratings, and its jackknife pseudo-values."""
    pairs, by_item, _ = _agreeing(counts, w)

    def alpha(agreeing: Vector, ratings: NDArray[np.float64]) -> Vector:
        total = ratings.sum(axis=-1)
        # Pairs of different ratings: no rating is paired with itself.
        same = np.einsum("...k,kl,...l->...", ratings, w, ratings) - total
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = same / (total * (total - 1))
            found = (agreeing / total - expected) / (1 - expected)
        return np.where(expected < 1 - 1e-12, found, np.nan)

    agreeing = pairs / (by_item - 1)
    n = len(counts)
    found = float(alpha(agreeing.sum(keepdims=True), counts.sum(axis=0, keepdims=True))[0])
    left = alpha(agreeing.sum() - agreeing, counts.sum(axis=0) - counts)
    # An item that alone used a second category leaves none to be defined without it.
    left = np.where(np.isnan(left), found, left)
    return found, found + (n - 1) * (left.mean() - left)


def _notes(
    once: int,
    pi: Vector,
    known: Sequence[Hashable],
    found: Mapping[CoefficientName, Coefficient],
) -> tuple[str, ...]:
    """Say what was left out and what to bear in mind."""
    notes: list[str] = []
    if once:
        what = "1 item has one rating only: it counts" if once == 1 else (
            f"{once} items have one rating only: they count"
        )  # fmt: skip
        notes.append(f"{what} in the shares of the categories")
    rare = [str(c) for c, p in zip(known, pi, strict=True) if p < 0.05]
    percent, chance = found["percent"].estimate, found["fleiss"].estimate
    if rare and percent is not None and chance is not None and percent - chance > 0.3:
        notes.append(
            f"{', '.join(rare)}: under 5% of ratings, so chance alone agrees often and kappa is "
            "low; PABAK and Gwet's AC do not depend on that"
        )
    if chance is None:
        notes.append("only one category was ever used: agreement beyond chance is not defined")
    return tuple(notes)
