"""Selection models: effects as they would be had every study been seen alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector, as_effects_near_one, as_vector
from ranvier.stats.estimators import FIXED, Method
from ranvier.stats.formula import Moderators
from ranvier.stats.r_code import RCall, r_value
from ranvier.stats.regression import model_matrix, without_redundant
from ranvier.stats.rma import left_out, variances
from ranvier.stats.selection.fit import Fitted, Problem, fit_selected
from ranvier.stats.selection.functions import SMOOTH, Points, Smooth, SmoothType, nodes
from ranvier.stats.selection.likelihood import Chance, Selected, SmoothChance, StepChance
from ranvier.stats.selection.result import SelectionResult, result_of
from ranvier.stats.source import Data, takes_fit

__all__ = ["Alternative", "SelectionType", "selmodel"]

SelectionType = Literal[
    "beta", "halfnorm", "negexp", "logistic", "power", "negexppow", "stepfun", "stepcon", "trunc",
    "truncest",
]  # fmt: skip
Alternative = Literal["greater", "less", "two.sided"]
Precision = Literal["sei", "vi", "ninv", "sqrtninv"]

#: metafor's bound of what a parameter of selection may be; more is as good as infinite.
DELTA_MAX = 100.0
#: Starting weights of steps: strong, mild, and reversed selection.
STEP_STARTS = (0.1, 0.5, 1.0, 4.0)
FEW = "fewer than 10 studies: a selection model rests on more than these can tell"


@takes_fit()
def selmodel(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    type: SelectionType,
    alternative: Alternative = "greater",
    steps: float | Sequence[float] | None = None,
    prec: Precision | None = None,
    ni: ArrayLike | None = None,
    delta: float | Sequence[float | None] | None = None,
    delta_min: float | None = None,
    delta_max: float | None = None,
    decreasing: bool = False,
    subset: ArrayLike | None = None,
    mods: Moderators | None = None,
    data: object = None,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    method: Method = "ML",
    level: float = 0.95,
) -> SelectionResult:
    """Fit a selection model: an effect corrected for studies that were less likely to be seen.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Observed effects. Rows with a missing value are left out, and noted.
    vi, sei : array_like, shape (k,)
        Sampling variances, or standard errors: one of the two.
    type : SelectionType
        How the chance of being seen depends on the p value of a study: ``beta``, ``halfnorm``,
        ``negexp``, ``logistic``, ``power``, ``negexppow`` smoothly; ``stepfun`` and ``stepcon``
        (whose steps may not rise) in steps; ``trunc`` and ``truncest`` (which estimates the
        cutpoint) by the effect itself.
    alternative : {"greater", "less", "two.sided"}
        What is more likely to be seen: large effects, small ones, or significant ones of any sign.
    steps : float or sequence of float
        p values at which steps end (1 is added); for smooth functions, the p value below which all
        are seen alike (``beta``: two, beyond which the function is constant); for ``trunc``, the
        cutpoint on the scale of ``yi`` (0 unless given).
    prec : {"sei", "vi", "ninv", "sqrtninv"} or None
        Selection grows with the imprecision of a study, as this measure of it over its maximum.
        Not for ``beta``, steps and truncation. ``ninv`` and ``sqrtninv`` need ``ni``.
    ni : array_like, shape (k,)
        Sample sizes.
    delta : float or sequence, with None for what is to be estimated
        Parameters of selection to hold fixed, as in a sensitivity analysis (Vevea & Woods 2005).
    delta_min, delta_max : float or None
        Bounds of the parameters; None: 0 (``beta``: 1e-5) and 100, as metafor has them.
    decreasing : bool
        For ``stepfun``: no step may be higher than the one before it.
    subset : array_like of bool, shape (k,)
        The studies that had to pass the selection; None: all.
    mods, data, names, intercept
        Moderators as in :func:`meta_regression`.
    method : Method
        ``EE``: without a variance between studies. Any other: with one, by ML, whatever the
        estimator of a fit that is given.
    level : float
        Of the intervals.

    Returns
    -------
    SelectionResult
        ``notes`` say where a parameter ended at a bound, an interval holds no p value, the
        likelihood has several maxima, or standard errors cannot be had.

    Raises
    ------
    InputError
        If an argument does not fit the type, or there are fewer studies than parameters.

    Notes
    -----
    The likelihood has an exact gradient; integrals are by Gauss-Legendre panels between the kinks
    of the selection function, to some 13 digits (metafor's adaptive quadrature has 1e-4). The
    maximum is the highest of those reached by Newton's method from a grid of starts. Standard
    errors are from the observed information, with metafor's rule that a tau2 below
    min(1e-4, vi / 10), or a step below 1e-4, is held as 0.

    References
    ----------
    Hedges LV (1992). Modeling publication selection effects in meta-analysis. Statistical Science
    7:246-255. doi:10.1214/ss/1177011364

    Vevea JL, Hedges LV (1995). A general linear model for estimating effect size in the presence of
    publication bias. Psychometrika 60:419-435. doi:10.1007/BF02294384

    Preston C, Ashby D, Smyth R (2004). Adjusting for publication bias: modelling the selection
    process. Journal of Evaluation in Clinical Practice 10:313-322.
    doi:10.1111/j.1365-2753.2003.00457.x

    Citkowicz M, Vevea JL (2017). A parsimonious weight function for modeling publication bias.
    Psychological Methods 22:28-41. doi:10.1037/met0000119

    Examples
    --------
    >>> yi = [0.9, 0.8, 0.62, 0.55, 0.5, 0.41, 0.35, 0.3, 0.22, 0.2, 0.12, 0.05]
    >>> vi = [0.16, 0.12, 0.09, 0.06, 0.05, 0.04, 0.03, 0.02, 0.015, 0.01, 0.01, 0.008]
    >>> fit = selmodel(yi, vi, type="stepfun", steps=0.025)
    >>> round(fit.estimate, 3), round(float(fit.delta[1]), 3), round(fit.LRT, 3)
    (-0.004, 0.008, 23.23)
    """
    if type not in (*SMOOTH, "stepfun", "stepcon", "trunc", "truncest"):
        raise InputError(
            f"There is no selection model {type!r}.",
            remedy="Name one of beta, halfnorm, negexp, logistic, power, negexppow, stepfun, "
            "stepcon, trunc, truncest.",
        )
    if type in ("trunc", "truncest") and alternative == "two.sided":
        raise InputError(
            f"{type} selects by the effect itself, which has a side.",
            remedy='Choose alternative="greater" or "less".',
        )
    y, v = as_effects_near_one(yi, variances(vi, sei))
    made = model_matrix(
        np.empty((len(y), 0)) if mods is None else mods,
        len(y),
        data=data,  # pyright: ignore[reportArgumentType]
        names=names,
        intercept=intercept or mods is None,
    )
    sizes = None if ni is None else as_vector("ni", ni)
    keep = ~(np.isnan(y) | np.isnan(v) | np.isnan(made.X).any(axis=1))
    if sizes is not None:
        if len(sizes) != len(y):
            raise InputError(f"ni must have {len(y)} rows; it has {len(sizes)}.")
        keep &= ~np.isnan(sizes)
    made, notes = without_redundant(made, keep)
    notes = [*left_out(keep), *notes]
    y, v, X = y[keep], v[keep], made.X[keep]
    under = _under(subset, keep)
    sign = -1.0 if alternative == "less" else 1.0
    y = sign * y
    cuts = _steps(type, steps, sign)
    c = _imprecision(type, prec, v, None if sizes is None else sizes[keep])
    two_sided = alternative == "two.sided"
    u = y / np.sqrt(v)
    kind = _smooth(type)
    chance, count, table = _chance(type, u, v, two_sided, cuts, c)
    problem = Problem(
        selected=Selected(y=y, v=v, X=X, chance=chance, under=under),
        delta=_fixed(type, delta, count),
        lower=_bound(delta_min, 0.0 if kind is None else kind.lower),
        upper=_bound(delta_max, 1.0 if type == "stepcon" or decreasing else DELTA_MAX),
        none=np.array([1.0] * count if kind is None else kind.none),
        starts=_starts(type, count),
        falling=type == "stepcon" or (type == "stepfun" and decreasing),
        stepwise=type == "stepfun",
        heterogeneous=method not in FIXED,
    )
    if problem.parameters > len(y):
        raise InputError(
            f"{problem.parameters} parameters cannot be estimated from {len(y)} studies.",
            remedy="Choose fewer steps, fix parameters by delta, or leave moderators out.",
        )
    if table is not None:
        empty = [i + 1 for i, n in enumerate(_counts(table, under, count)) if n == 0]
        if empty and type in ("stepfun", "stepcon"):
            said = ", ".join(str(i) for i in empty)
            notes.append(
                f"no p value in interval {said}: the likelihood has its maximum at a bound there; "
                "join intervals"
            )
    fitted = _best_cutpoint(problem, u, v) if type == "truncest" else fit_selected(problem)
    return result_of(
        problem,
        fitted,
        sign=sign,
        type=type,
        alternative=alternative,
        steps=cuts if type != "trunc" else tuple(sign * s for s in cuts),
        names=made.names,
        level=level,
        table=None if table is None else _counts(table, under, count),
        notes=(*notes, *((FEW,) if len(y) < 10 else ())),
        call=None
        if mods is not None or subset is not None
        else RCall(
            function="rma",
            columns={"yi": sign * y, "vi": v, "ni": None if sizes is None else sizes[keep]},
            options={"method": method},
            then=f"selmodel(fit, {_arguments(type, alternative, steps, prec, delta, decreasing)})",
        ),
    )


def _arguments(
    type: SelectionType,
    alternative: Alternative,
    steps: float | Sequence[float] | None,
    prec: Precision | None,
    delta: float | Sequence[float | None] | None,
    decreasing: bool,
) -> str:
    """Write the arguments of metafor's function."""
    given = {
        "type": type,
        "alternative": alternative,
        "steps": steps,
        "prec": prec,
        "delta": delta,
        "decreasing": decreasing or None,
    }
    return ", ".join(f"{name}={r_value(x)}" for name, x in given.items() if x is not None)


def _bound(given: float | None, default: float) -> float:
    return default if given is None else float(given)


def _under(subset: ArrayLike | None, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if subset is None:
        return np.ones(int(keep.sum()), dtype=np.bool_)
    given = np.asarray(subset)
    if given.shape != keep.shape or given.dtype != np.bool_:
        raise InputError(f"subset must be {len(keep)} times true or false, one a study.")
    if not given[keep].any():
        raise InputError("No study is under selection.", remedy="Mark them in subset.")
    return given[keep]


def _steps(
    type: SelectionType, steps: float | Sequence[float] | None, sign: float
) -> tuple[float, ...]:
    """Check and sort the steps; those of intervals end in 1."""
    if type == "truncest":
        return ()
    if steps is None:
        if type in ("stepfun", "stepcon"):
            raise InputError(
                f"{type} needs steps: the p values at which intervals end.",
                remedy="For one-sided selection at two-sided 5%, steps=0.025.",
            )
        return (0.0,) if type == "trunc" else ()
    given = tuple(float(s) for s in np.atleast_1d(np.asarray(steps, dtype=np.float64)))
    if type == "trunc":
        if len(given) != 1:
            raise InputError("trunc has one cutpoint, in the units of yi.")
        return (sign * given[0],)
    if not all(0 <= s <= 1 for s in given):
        raise InputError("steps are p values: between 0 and 1.")
    ordered = tuple(sorted(set(given)))
    if type == "beta":
        if len(ordered) != 2:
            raise InputError("The steps of beta are two p values, beyond which it is constant.")
        return ordered
    if ordered[0] == 0:
        raise InputError("The lowest step must be above 0.")
    ordered = ordered if ordered[-1] == 1 else (*ordered, 1.0)
    if type not in ("stepfun", "stepcon") and len(ordered) != 2:
        raise InputError(f"{type} has one step at most: the p value below which all are seen.")
    if len(ordered) < 2:
        raise InputError(f"{type} needs a step below 1.")
    return ordered


def _imprecision(
    type: SelectionType, prec: Precision | None, v: Vector, ni: Vector | None
) -> Vector:
    """What selection grows with, over its maximum."""
    if prec is None:
        return np.ones(1)
    if type == "beta" or type not in SMOOTH:
        raise InputError(f"{type} does not know prec.", remedy="Leave it out.")
    if prec in ("ninv", "sqrtninv"):
        if ni is None or not (ni > 0).all():
            raise InputError(f"prec={prec!r} needs ni: positive sample sizes.")
        c = 1 / ni if prec == "ninv" else 1 / np.sqrt(ni)
    else:
        c = np.sqrt(v) if prec == "sei" else v
    return c / c.max()


def _chance(
    type: SelectionType, u: Vector, v: Vector, two_sided: bool, steps: tuple[float, ...], c: Vector
) -> tuple[Chance, int, NDArray[np.intp] | None]:
    """Build the chance of being seen; say how many parameters it has, and each study's interval."""
    if type in SMOOTH:
        smooth: SmoothType = type  # pyright: ignore[reportAssignmentType]
        kind = SMOOTH[smooth]
        clip = steps if type == "beta" else ()
        observed = Points.at(u, two_sided, kind.censored, clip)
        threshold = steps[0] if steps and type != "beta" else 0.0
        chance = SmoothChance(
            type=smooth,
            observed=observed,
            threshold=threshold,
            prec=c,
            nodes=nodes(smooth, two_sided, steps),
        )
        return chance, len(kind.none), None
    if type in ("trunc", "truncest"):
        cut = steps[0] if steps else 0.0
        cuts = (cut / np.sqrt(v))[:, None]
        group = (u <= cuts[:, 0]).astype(np.intp)
        return StepChance(cuts=cuts, group=group, two_sided=False), 2, None
    inner = np.array(steps[:-1])
    at = -ndtri(inner / 2) if two_sided else -ndtri(inner)
    p = 2 * ndtr(-np.abs(u)) if two_sided else ndtr(-u)
    group = np.searchsorted(inner, p, side="left")
    cuts = np.broadcast_to(at, (len(u), len(at)))
    return StepChance(cuts=cuts, group=group, two_sided=two_sided), len(steps), group


def _counts(group: NDArray[np.intp], under: NDArray[np.bool_], count: int) -> tuple[int, ...]:
    return tuple(int(n) for n in np.bincount(group[under], minlength=count))


def _fixed(type: SelectionType, delta: float | Sequence[float | None] | None, count: int) -> Vector:
    """Parameters held fixed; nan where they are estimated. The first step has weight 1."""
    # Of a truncation, the first parameter is the weight beyond the cutpoint.
    own = 1 if type == "trunc" else count
    fixed = np.full(count, np.nan)
    if type not in SMOOTH:
        fixed[0] = 1.0
    if delta is not None:
        values = delta if isinstance(delta, Sequence) else [delta] * own
        if len(values) != own:
            raise InputError(f"delta must have {own} entries for {type}; it has {len(values)}.")
        given = np.array([np.nan if x is None else float(x) for x in values])
        if (given < 0).any():
            raise InputError("delta must not be negative.")
        if type == "trunc":
            fixed[1] = given[0]
        elif type == "truncest":
            raise InputError("truncest estimates both parameters.", remedy="Use type='trunc'.")
        else:
            fixed = np.where(np.isnan(given), fixed, given)
    return fixed


def _smooth(type: SelectionType) -> Smooth | None:
    return next((kind for name, kind in SMOOTH.items() if name == type), None)


def _starts(type: SelectionType, count: int) -> Matrix:
    kind = _smooth(type)
    if kind is not None:
        return np.array(kind.starts)
    rest = np.array(STEP_STARTS)[:, None]
    if type == "stepcon":
        rest = np.minimum(rest, 0.9)
    return np.column_stack([np.ones(len(rest)), np.repeat(rest, count - 1, axis=1)])


def _best_cutpoint(problem: Problem, u: Vector, v: Vector) -> Fitted:
    """Try every cutpoint that can be the best: the observed effects.

    Between two effects the likelihood rises or falls all the way, so its supremum is at an effect:
    just below it (the effect is still beyond the cut), or at it.
    """
    y = u * np.sqrt(v)
    best: Fitted | None = None
    for cut in np.unique(y):
        for group in ((y <= cut), (y < cut)):
            if group.all() or not group.any():
                continue
            chance = StepChance(
                cuts=(cut / np.sqrt(v))[:, None], group=group.astype(np.intp), two_sided=False
            )
            tried = replace(problem, selected=replace(problem.selected, chance=chance))
            found = fit_selected(tried, thorough=False)
            if best is None or found.loglik > best.loglik:
                best = replace(found, cut=float(cut), problem=tried)
    if best is None:
        raise InputError("All effects are the same: there is no cutpoint to estimate.")
    return replace(fit_selected(best.problem or problem), cut=best.cut, problem=best.problem)
