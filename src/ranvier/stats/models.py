"""``rma`` as metafor has it: one name for one mean, for moderators, and for a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.estimators import Control, Method
from ranvier.stats.formula import Columns, Moderators
from ranvier.stats.location_scale import LocationScale, location_scale
from ranvier.stats.mixed import Test
from ranvier.stats.regression import RegressionResult, meta_regression
from ranvier.stats.rma import PiMethod, RmaResult
from ranvier.stats.rma import rma as one_mean
from ranvier.stats.source import Data, takes_fit

__all__ = ["rma"]


@overload
def rma(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    pi_method: PiMethod = "t",
    weights: ArrayLike | None = None,
    tau2: float | None = None,
    slab: Sequence[str] | None = None,
    measure: str = "GEN",
    control: Control = "exact",
) -> RmaResult: ...


@overload
def rma(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    mods: Moderators,
    sei: ArrayLike | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
    measure: str = "GEN",
    control: Control = "exact",
) -> RegressionResult: ...


@overload
def rma(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    scale: Moderators,
    mods: Moderators = "~ 1",
    sei: ArrayLike | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
) -> LocationScale: ...


@takes_fit()
def rma(
    yi: Data,
    vi: ArrayLike | None = None,
    *,
    sei: ArrayLike | None = None,
    mods: Moderators | None = None,
    scale: Moderators | None = None,
    data: Columns | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
    pi_method: PiMethod = "t",
    weights: ArrayLike | None = None,
    tau2: float | None = None,
    slab: Sequence[str] | None = None,
    measure: str = "GEN",
    control: Control = "exact",
) -> RmaResult | RegressionResult | LocationScale:
    """Pool effects by inverse variance; with moderators of their mean, or of their spread.

    Parameters
    ----------
    yi : array_like, shape (k,), or Effects, or str
        Observed effects, on the scale they are pooled on (log for ratios); or what :func:`escalc`
        made, with variances, names and measure; or the name of a column of ``data``. Rows that are
        nan, or whose variance is, are left out and named in ``notes``.
    vi, sei : array_like, shape (k,), or str
        Their sampling variances, or standard errors: one of the two.
    mods : str or array_like, shape (k, q), or None
        Moderators of the mean, as a formula (``"~ ablat"``) or as numbers: the fit is that of
        :func:`meta_regression`.
    scale : str or array_like, shape (k, q), or None
        Moderators of the heterogeneity: the fit is that of :func:`location_scale`.
    data : mapping of str to column, a data frame of any make, or None
        Where names of columns and variables of formulas are looked up.
    method : Method
        ``EE`` (also ``FE``, ``CE``): one common effect. Else the estimator of tau2: ``DL``, ``HE``,
        ``HS``, ``HSk``, ``SJ``, ``ML``, ``REML``, ``EB``, ``PM``, ``PMM`` (median unbiased),
        ``DLIT``, ``SJIT`` or ``GENQ`` (by ``weights``).
    test : {"z", "t", "knha", "adhoc"}
        Normal; t with k - p; Knapp and Hartung's; the same, never narrower than the normal
        standard error allows.
    level : float
        Of the intervals, between 0 and 1.
    pi_method : {"t", "riley", "test"}
        Prediction interval of one mean by t with k - 1 (Cochrane Handbook 10.10.4.3), by t with
        k - 2, or by the distribution of ``test`` (metafor's default).
    weights : array_like or None
        Used instead of inverse variances; equal ones give the unweighted mean. One mean only.
    tau2 : float or None
        A value to take instead of an estimate. One mean only.
    slab : sequence of str or None
        Names of the studies; None calls them Study 1, Study 2, ...
    measure : str
        What the effects are (``RR``, ``SMD``, ...): only said, in what is printed.
    control : {"exact", "metafor"} or RStops
        ``exact`` solves for tau2 to the last digits. ``metafor`` stops where metafor's iterations
        stop by default (ML, REML, EB: Fisher scoring with threshold 1e-5; PM, PMM: R's ``uniroot``
        with tolerance 1.2e-4), to reproduce printed digits.

    Returns
    -------
    RmaResult, RegressionResult or LocationScale
        The second with ``mods``, the third with ``scale``.

    Raises
    ------
    InputError
        If the shapes differ, a variance is not positive, or no row is left.

    Warns
    -----
    NumericalWarning
        If the variances of one mean span more than seven orders of magnitude.

    Notes
    -----
    REML and ML are the highest of all maxima (bracketed roots of the score); metafor's Fisher
    scoring stops earlier and can end on a lower one. ``EB`` and ``DLIT`` are iterations that end in
    the root of Paule and Mandel's equation, and are computed as that.

    References
    ----------
    Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the
    random-effects model. Journal of Educational and Behavioral Statistics 30:261-293.
    doi:10.3102/10769986030003261

    Examples
    --------
    >>> fit = rma([0.10, 0.30, 0.35, 0.65], [0.03, 0.03, 0.05, 0.01], method="DL")
    >>> f"{fit.estimate:.4f} {fit.tau2:.4f}"
    '0.3740 0.0506'
    >>> dat = {"d": [0.10, 0.30, 0.35, 0.65], "var": [0.03, 0.03, 0.05, 0.01], "dose": [1, 2, 3, 4]}
    >>> rma("d", "var", mods="~ dose", data=dat).names
    ('intrcpt', 'dose')
    """
    if mods is None and scale is None:
        return one_mean(
            yi, vi, sei=sei, method=method, test=test, level=level, pi_method=pi_method,
            weights=weights, tau2=tau2, slab=slab, measure=measure, control=control,
        )  # fmt: skip
    if weights is not None or tau2 is not None:
        raise InputError(
            "weights and tau2 are given for a model with moderators, which takes neither.",
            remedy="Leave them out, or leave out mods and scale.",
        )
    if scale is None:
        assert mods is not None
        return meta_regression(
            yi, vi, sei=sei, mods=mods, data=data, method=method, test=test, level=level,
            slab=slab, measure=measure, control=control,
        )  # fmt: skip
    if method not in ("ML", "REML"):
        raise InputError(f"A location-scale model takes method ML or REML, not {method!r}.")
    return location_scale(
        yi, vi, sei=sei, mods="~ 1" if mods is None else mods, scale=scale, data=data,
        method=method, test=test, level=level,
    )  # fmt: skip
