"""From the scale effects are pooled on to the scale they are read on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["TRANSFORMS", "Transf", "Transform", "transf_of"]

#: metafor's names: ``exp`` (ratios), ``ilogit`` (proportions from logits), ``ztor`` (correlations
#: from Fisher's z), ``iarcsin`` (proportions from arcsine roots), ``isqrt`` (rates from roots).
Transf = Literal["none", "exp", "ilogit", "ztor", "iarcsin", "isqrt"]


@dataclass(frozen=True, slots=True)
class Transform:
    """A monotone change of scale and its inverse.

    Attributes
    ----------
    back : callable
        From the pooled scale to the one that is read.
    forth : callable
        The other way; defined between `low` and `high`, the bounds of what can be read.
    ratio : bool
        Whether equal steps of the pooled scale are equal factors of the one that is read.
    """

    back: Callable[[float], float]
    forth: Callable[[float], float]
    low: float = -math.inf
    high: float = math.inf
    ratio: bool = False


def _exp(x: float) -> float:
    return math.exp(min(x, 700.0))


def _ilogit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _iarcsin(x: float) -> float:
    return math.sin(min(max(x, 0.0), math.pi / 2)) ** 2


def _isqrt(x: float) -> float:
    return max(x, 0.0) ** 2


def _same(x: float) -> float:
    return x


TRANSFORMS: Mapping[Transf, Transform] = MappingProxyType(
    {
        "none": Transform(_same, _same),
        "exp": Transform(_exp, math.log, 0.0, ratio=True),
        "ilogit": Transform(_ilogit, _logit, 0.0, 1.0),
        "ztor": Transform(math.tanh, math.atanh, -1.0, 1.0),
        "iarcsin": Transform(_iarcsin, lambda p: math.asin(math.sqrt(p)), 0.0, 1.0),
        "isqrt": Transform(_isqrt, math.sqrt, 0.0),
    }
)

#: Which measures are read on another scale than they are pooled on (metafor's codes).
_READ: Mapping[str, Transf] = {
    **dict.fromkeys(
        ("RR", "OR", "PETO", "IRR", "HR", "ROM", "ROMC", "CVR", "CVRC", "VR", "VRC"),
        "exp",
    ),
    **dict.fromkeys(
        ("MPOR", "MPORC", "MPORM", "MPPETO", "D2OR", "D2ORL", "D2ORN"),
        "exp",
    ),
    **dict.fromkeys(("MPRR", "PLN", "IRLN", "MNLN", "CVLN", "SDLN"), "exp"),
    "PLO": "ilogit",
    **dict.fromkeys(("ZCOR", "ZPCOR", "ZSPCOR", "ZPHI", "ZPB", "ZBIS"), "ztor"),
    "PAS": "iarcsin",
    "IRS": "isqrt",
}


def transf_of(measure: str | None) -> Transf:
    """Say how effects of a measure are read.

    Examples
    --------
    >>> transf_of("OR"), transf_of("SMD"), transf_of(None)
    ('exp', 'none', 'none')
    """
    return _READ.get(measure or "", "none")
