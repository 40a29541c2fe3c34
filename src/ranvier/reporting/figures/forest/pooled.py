"""Pooled results of any kind: what they have in common, and what a line of totals says of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Protocol, cast

from scipy.special import chdtrc

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.evidence import Model
from ranvier.reporting.figures.forest.restated import OwnEffects, common_of, restated
from ranvier.reporting.figures.measures import Shown, natural
from ranvier.stats import (
    BayesMeta,
    BetaBinomial,
    FitTable,
    GlmmResult,
    MetaBinary,
    RmaResult,
    Subgroups,
)
from ranvier.stats.arrays import Vector
from ranvier.stats.mixed import FIXED

__all__ = ["Pooled", "chi2_p", "model_of", "pooled_results"]


class Pooled(Protocol):
    """What every pooled result has: studies, an estimate and its interval, all on one scale."""

    @property
    def yi(self) -> Vector: ...  # noqa: D102
    @property
    def vi(self) -> Vector: ...  # noqa: D102
    @property
    def slab(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def estimate(self) -> float | None: ...  # noqa: D102
    @property
    def ci_lb(self) -> float | None: ...  # noqa: D102
    @property
    def ci_ub(self) -> float | None: ...  # noqa: D102
    @property
    def measure(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> float: ...  # noqa: D102


def pooled_results(results: Sequence[object], effects: OwnEffects | None) -> list[Pooled]:
    """List the pooled results, a pair of models as two.

    Parameters
    ----------
    effects : OwnEffects or None
        The studies' own effects, for results that hold none.

    Raises
    ------
    InputError
        If one is no pooled result.
    """
    out: list[Pooled] = []
    for result in results:
        if isinstance(result, FitTable):
            continue
        if isinstance(result, Subgroups):
            out.append(cast(Pooled, result.overall))
        elif isinstance(result, MetaBinary):
            out += [common_of(result), cast(Pooled, result.random)]
        elif all(hasattr(result, name) for name in ("yi", "vi", "estimate", "ci_lb")):
            out.append(cast(Pooled, result))
        elif isinstance(result, GlmmResult | BetaBinomial | BayesMeta):
            out.append(restated(result, effects))
        else:
            raise InputError(
                f"A forest plot cannot be drawn of {type(result).__name__}.",
                remedy="Give the result of rma(), rma_mh(), rma_peto(), subgroups(), leave1out() …",
            )
    return out


_HOW = {"MH": "M-H", "PETO": "Peto"}


def model_of(result: Any, how: Shown) -> Model:
    """Turn a pooled result of any kind into the numbers of a line of totals."""
    get = _getter(result)
    method = str(get("method", ""))
    common = method in FIXED or method in _HOW or get("tau2") is None
    kind: Literal["common", "random"] = get("kind") or ("common" if common else "random")
    named = get("how") or _HOW.get(method) or ("IV" if isinstance(result, RmaResult) else "")
    k = int(get("k", len(result.yi)))
    effect = natural(how, result.estimate, result.ci_lb, result.ci_ub)
    pi = natural(how, result.estimate, get("pi_lb"), get("pi_ub"))
    drawn = pi if pi is not None and pi.ci_lb is not None and kind == "random" else None
    q, i2 = _known(get("QE")), _known(get("I2"))
    if q is not None and i2 is None and k > 1:
        i2 = max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0
    p = _known(get("QEp"))
    if q is not None and p is None and k > 1:
        p = float(chi2_p(q, k - 1))
    return Model(
        kind=kind,
        how=named,
        k=k,
        effect=effect,
        prediction=drawn,
        tau2=None if kind == "common" else _known(get("tau2")),
        QE=q,
        QE_df=k - 1,
        QE_p=p,
        I2=i2,
        stat=_known(get("stat")),
        ddf=_known(get("ddf")),
        p=_known(get("pval")),
        interval=get("interval", "CI"),
    )


def chi2_p(q: float, df: int) -> float:
    """Return the upper tail of a chi-squared distribution."""
    return float(chdtrc(df, q))


def _getter(result: object) -> Any:
    def get(name: str, default: Any = None) -> Any:
        return getattr(result, name, default)

    return get


def _known(x: Any) -> float | None:
    return None if x is None or not math.isfinite(x) else float(x)
