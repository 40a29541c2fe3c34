"""Pool counts by generalised linear mixed models, as metafor's ``rma.glmm`` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats.effects import Effects, escalc
from ranvier.stats.glmm.columns import GlmmMeasure, data_from, informative, refuse_infinite
from ranvier.stats.glmm.fit import Heterogeneity, fit_common, fit_random, heterogeneity_of
from ranvier.stats.glmm.marginal import Structure, conditional, marginal
from ranvier.stats.glmm.models import Coding, Data, Model, structure
from ranvier.stats.glmm.newton import Maximum, maximise
from ranvier.stats.glmm.result import GlmmMethod, GlmmResult, GlmmTest
from ranvier.stats.mixed import FitStats, critical
from ranvier.stats.printing import defined
from ranvier.stats.r_code import RCall
from ranvier.stats.rma import two_sided

__all__ = ["GlmmMeasure", "GlmmMethod", "GlmmResult", "loglik_at", "rma_glmm"]

#: Nodes for the exact conditional model, whose integrand is skewed: errors below 1e-9.
EXACT_NODES = 21
MOST_NODES = 101


def rma_glmm(
    measure: GlmmMeasure,
    *,
    ai: ArrayLike | None = None,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    x1i: ArrayLike | None = None,
    t1i: ArrayLike | None = None,
    x2i: ArrayLike | None = None,
    t2i: ArrayLike | None = None,
    xi: ArrayLike | None = None,
    mi: ArrayLike | None = None,
    ni: ArrayLike | None = None,
    ti: ArrayLike | None = None,
    model: Model = "UM.FS",
    method: GlmmMethod = "ML",
    test: GlmmTest = "z",
    coding: Coding = "half",
    cor: bool = False,
    drop00: bool = True,
    nAGQ: int | None = None,
    level: float = 0.95,
) -> GlmmResult:
    """Pool counts by their own distributions: nothing is added to empty cells.

    Parameters
    ----------
    measure : {"OR", "IRR", "PLO", "IRLN"}
        Log odds ratio, log rate ratio, log odds, log rate.
    ai, bi, ci, di, n1i, n2i : array_like, shape (k,)
        For ``OR``: events and non-events in group 1, then in group 2; sizes in place of the
        non-events.
    x1i, t1i, x2i, t2i : array_like, shape (k,)
        For ``IRR``: events and person-time in group 1, then in group 2.
    xi, mi, ni, ti : array_like, shape (k,)
        For ``PLO``: events, and non-events or persons. For ``IRLN``: events and person-time.
    model : {"UM.FS", "UM.RS", "CM.EL", "CM.AL"}
        For two groups: each study's level as a parameter, or as a random effect; or given the
        events of both groups, exactly (noncentral hypergeometric for ``OR``, binomial for
        ``IRR``) or, for rare events, approximately (binomial; for ``IRR`` the same as ``CM.EL``).
    method : {"ML", "EE", "FE", "CE"}
        Effects that vary between studies, by maximum likelihood; or one common effect.
    test : {"z", "t"}
        Normal, or t with k - 1 degrees of freedom.
    coding : {"half", "group1", "group2"}
        In ``UM``: where the random part of the effect goes, half to each group (metafor's 1/2), or
        all to group 1 or 2 (1, 0).
    cor : bool
        In ``UM.RS``: let level and effect correlate.
    drop00 : bool
        Leave out studies without events (or non-events) in both groups. Only ``UM.RS`` can learn
        from them, of the level; in the other models they have no part either way.
    nAGQ : int or None
        Nodes of adaptive Gauss-Hermite quadrature. None is metafor's default, 7, and for two random
        effects 1: Laplace's approximation, the only one there. The exact conditional model for
        ``OR`` takes 21 (metafor integrates numerically there).
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    GlmmResult

    Raises
    ------
    InputError
        If columns are missing or hold no counts, or the estimate is infinite, because all events
        are in one group.
    ConvergenceError
        If the likelihood rises for ever.

    Notes
    -----
    The maximum is found from the likeliest of several starts, by Newton's method, to 1e-12 of
    log-likelihood. metafor's (lme4's) stops earlier, at times at a lower value; and what it prints
    as log-likelihood, where nAGQ is above 1, is ``loglik_at_modes``.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
    framework of the generalized linear mixed model with applications in sparse data. Statistics in
    Medicine 29:3046-3067. doi:10.1002/sim.4040

    Jackson D, Law M, Stijnen T, Viechtbauer W, White IR (2018). A comparison of seven
    random-effects models for meta-analyses that estimate the summary odds ratio. Statistics in
    Medicine 37:1059-1085. doi:10.1002/sim.7588

    Examples
    --------
    >>> fit = rma_glmm("OR", ai=[0, 1, 2, 5], n1i=[116, 44, 208, 151], ci=[3, 3, 9, 6],
    ...                n2i=[117, 35, 195, 157], model="CM.EL", method="EE")
    >>> f"{fit.estimate:.4f} ({fit.se:.4f})"
    '-1.0344 (0.4206)'
    """
    for name, given, known in (
        ("measure", measure, GlmmMeasure),
        ("model", model, Model),
        ("method", method, GlmmMethod),
        ("test", test, GlmmTest),
        ("coding", coding, Coding),
    ):
        if given not in get_args(known):
            raise InputError(f"{name} must be one of {', '.join(get_args(known))}, not {given!r}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1; it is {level}.")
    columns = {
        name: x
        for name, x in (
            ("ai", ai), ("bi", bi), ("ci", ci), ("di", di), ("n1i", n1i), ("n2i", n2i),
            ("x1i", x1i), ("t1i", t1i), ("x2i", x2i), ("t2i", t2i),
            ("xi", xi), ("mi", mi), ("ni", ni), ("ti", ti),
        )
        if x is not None
    }  # fmt: skip
    whole = data_from(measure, columns)
    two = len(whole.y) == 2
    if measure == "IRR" and model == "CM.AL":
        model = "CM.EL"
    both_random = two and model == "UM.RS" and method == "ML"
    exact = two and model == "CM.EL" and measure == "OR"
    nodes = _nodes(nAGQ, both_random, exact)
    data, keep, notes = informative(whole, drop00 or not two or model != "UM.RS")
    refuse_infinite(data, model if two else None)
    effects = _own_effects(measure, whole, keep)
    if data.k == 1 and method == "ML":
        notes.append("one study: tau2 cannot be estimated and is taken as 0")
    m, constant = structure(data, model, nodes=nodes, coding=coding, cor=cor)
    common = fit_common(m, model if two else "CM.AL", *_start(data, m, effects))
    varies = method == "ML" and data.k > 1
    top = fit_random(m, model if two else "CM.AL", common, cor) if varies else common
    found = None
    if data.k > 1:
        try:
            found = heterogeneity_of(m, data, model, common, constant)
        except ConvergenceError:
            # The fit itself stands without the test.
            notes.append("heterogeneity is not tested: with an effect of each study, no maximum")
    at_modes = top.value
    if varies and not both_random and nodes > 1 and not exact:
        at_modes = conditional(m, top.shared, top.own)
    return _result(
        data, m, top, found, effects, constant=constant, at_modes=at_modes + constant,
        measure=measure, model=model if two else None, method=method, test=test, cor=cor,
        nodes=nodes, level=level, notes=notes,
        call=RCall(
            function="rma.glmm",
            columns=columns,
            options={
                "measure": measure,
                "model": model if two else None,
                "method": method,
                "test": test,
                "coding": {"half": None, "group1": 1, "group2": 0}[coding],
                "cor": True if cor else None,
                "drop00": None if drop00 else False,
                "nAGQ": nAGQ,
                "level": None if level == 0.95 else 100 * level,
            },
        ),
    )  # fmt: skip


def _nodes(given: int | None, both_random: bool, exact: bool) -> int:
    """Say how many nodes are used."""
    if given is not None and not (given == int(given) and 1 <= given <= MOST_NODES):
        raise InputError(f"nAGQ must be a whole number from 1 to {MOST_NODES}; it is {given}.")
    if both_random:
        if given not in (None, 1):
            raise InputError(
                "UM.RS has two random effects, which are integrated by Laplace's approximation.",
                remedy="Leave nAGQ out, or take UM.FS or CM.EL.",
            )
        return 1
    if given is None:
        return EXACT_NODES if exact else 7
    return int(given)


def _own_effects(measure: GlmmMeasure, data: Data, keep: NDArray[np.bool_]) -> Effects:
    """The studies' own effects, 0.5 added where a cell is empty: for I2, H2 and a start."""
    y, size = data.y[:, keep], data.size[:, keep]
    match measure:
        case "OR":
            return escalc("OR", ai=y[0], n1i=size[0], ci=y[1], n2i=size[1], drop00=True)
        case "IRR":
            return escalc("IRR", x1i=y[0], t1i=size[0], x2i=y[1], t2i=size[1], drop00=True)
        case "PLO":
            return escalc("PLO", xi=y[0], ni=size[0])
        case "IRLN":
            return escalc("IRLN", xi=y[0], ti=size[0])


def _start(
    data: Data, m: Structure, effects: Effects
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Linear parameters to begin with."""
    known = ~np.isnan(effects.yi) & ~np.isnan(effects.vi)
    w = 1 / effects.vi[known]
    pooled = float(w @ effects.yi[known] / w.sum()) if known.any() else 0.0
    level = data.level()[-1]
    if m.N is not None:
        return np.array([pooled]), level
    return np.array([pooled, float(level.mean())][: m.p]), None


def _result(
    data: Data, m: Structure, top: Maximum, found: Heterogeneity | None, effects: Effects, *,
    constant: float, at_modes: float, measure: GlmmMeasure, model: Model | None,
    method: GlmmMethod, test: GlmmTest, cor: bool, nodes: int, level: float, notes: list[str],
    call: RCall,
) -> GlmmResult:  # fmt: skip
    k, estimate = data.k, float(top.shared[0])
    vcov = _inverse(top.information.reduced())
    se = float(np.sqrt(vcov[0, 0]))
    ddf = None if test == "z" else k - 1
    stat, half = estimate / se, critical(level, ddf) * se
    tau2, se_tau2, sigma2, rho = _variances(top, m, vcov, model, method, cor)
    i2, h2 = _shares(tau2, effects)
    p_own = 0 if model != "UM.FS" else k
    parameters = 1 + p_own + (model == "UM.RS") * 2 + (method == "ML") * (2 if cor else 1)
    value = top.value + constant
    df = k - 1
    return GlmmResult(
        k=k,
        estimate=estimate,
        se=defined(se),
        stat=defined(stat),
        pval=defined(two_sided(stat, ddf)),
        ci_lb=defined(estimate - half),
        ci_ub=defined(estimate + half),
        ddf=ddf,
        tau2=tau2,
        se_tau2=se_tau2,
        sigma2=sigma2,
        rho=rho,
        I2=i2,
        H2=h2,
        QE_Wld=None if found is None else found.wald,
        QEp_Wld=None if found is None else float(chi2.sf(found.wald, df)),
        QE_LRT=None if found is None else found.lrt,
        QEp_LRT=None if found is None else float(chi2.sf(found.lrt, df)),
        QE_df=None if found is None else df,
        fit=_criteria(value, found, parameters, 2 * k if model in ("UM.FS", "UM.RS") else k),
        loglik_at_modes=at_modes,
        measure=measure,
        model=model,
        method=method,
        test=test,
        nAGQ=nodes,
        level=level,
        notes=tuple(notes),
        call=call,
    )


def _inverse(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invert the information; nan where the likelihood is flat."""
    try:
        vcov = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
    return np.where(np.diag(vcov).min() > 0, vcov, np.nan)


def _variances(
    top: Maximum, m: Structure, vcov: NDArray[np.float64], model: Model | None,
    method: GlmmMethod, cor: bool,
) -> tuple[float, float | None, float | None, float | None]:  # fmt: skip
    """Variances of effect and level, the standard error of the first, and their correlation."""
    if model != "UM.RS":
        sd = 0.0 if method != "ML" else float(top.shared[-1])
        if sd == 0:
            return 0.0, None, None, None
        return sd**2, defined(2 * abs(sd) * float(np.sqrt(vcov[-1, -1]))), None, None
    if len(top.shared) == m.p + 1:  # One common effect.
        return 0.0, None, float(top.shared[-1] ** 2), None
    if not cor:
        sigma, tau = (float(x) for x in top.shared[m.p :])
        if tau == 0:
            return 0.0, None, sigma**2, None
        return tau**2, defined(2 * abs(tau) * float(np.sqrt(vcov[-1, -1]))), sigma**2, None
    sigma, joint, alone = (float(x) for x in top.shared[m.p :])
    tau2 = joint**2 + alone**2
    if tau2 == 0:
        return 0.0, None, sigma**2, None
    slope = np.array([2 * joint, 2 * alone])
    spread = defined(float(np.sqrt(slope @ vcov[-2:, -2:] @ slope)))
    rho = float(np.sign(sigma) * joint / np.sqrt(tau2)) if sigma else None
    return tau2, spread, sigma**2, rho


def _shares(tau2: float, effects: Effects) -> tuple[float | None, float | None]:
    """I2 in percent and H2, by the typical sampling variance (Higgins & Thompson 2002)."""
    w = 1 / effects.vi[~np.isnan(effects.vi) & ~np.isnan(effects.yi)]
    if len(w) < 2:
        return None, None
    typical = (len(w) - 1) / float(w.sum() - (w @ w) / w.sum())
    return 100 * tau2 / (typical + tau2), tau2 / typical + 1


def _criteria(value: float, found: Heterogeneity | None, p: int, n: int) -> FitStats:
    n2 = max(n, p + 2)
    return FitStats(
        loglik=value,
        deviance=float("nan") if found is None else -2 * (value - found.loglik),
        AIC=-2 * value + 2 * p,
        BIC=-2 * value + p * float(np.log(n)),
        AICc=-2 * value + 2 * p * n2 / (n2 - p - 1),
    )


def loglik_at(
    measure: GlmmMeasure,
    columns: Mapping[str, ArrayLike],
    *,
    model: Model | None,
    estimate: float,
    tau2: float,
    nAGQ: int = 7,
) -> float:
    """Calculate the log-likelihood of a model of one random effect at given parameters.

    Parameters
    ----------
    measure : {"OR", "IRR", "PLO", "IRLN"}
        As for :func:`rma_glmm`.
    columns : mapping
        Its columns by name.
    model : {"UM.FS", "CM.EL", "CM.AL"} or None
        None for one group. The studies' own levels are set to their best.
    estimate, tau2 : float
        The pooled effect, and the variance between studies.
    nAGQ : int
        Nodes of the quadrature.

    Returns
    -------
    float
        All constants included.

    Examples
    --------
    >>> pooled = {"xi": [4, 9, 3], "ni": [10, 30, 8]}
    >>> fit = rma_glmm("PLO", **pooled)
    >>> there = loglik_at("PLO", pooled, model=None, estimate=fit.estimate, tau2=fit.tau2)
    >>> round(there - fit.fit.loglik, 9)
    0.0
    """
    if model == "UM.RS":
        raise InputError("UM.RS has two random effects.", remedy="Compare fits of rma_glmm.")
    chosen = model or "CM.AL"
    data, _keep, _notes = informative(data_from(measure, dict(columns)), True)
    m, constant = structure(data, chosen, nodes=nAGQ)
    shared = np.array([estimate, float(np.sqrt(tau2))])
    if m.N is None:
        return float(marginal(m, shared[:, None], None)[0].sum()) + constant
    return maximise(m, shared, data.level()[-1], free=()).value + constant
