"""Measures of change: one group measured twice, or matched pairs.

``m1i, sd1i`` are the later measurement (or condition 1), ``m2i, sd2i`` the earlier one, ``ri`` the
correlation between the two, ``ni`` the number of persons or pairs. Standardising by raw scores uses
``sd1i``: give the baseline there, with the means exchanged in sign, if that is the standardiser
wanted (as in metafor).
"""

from __future__ import annotations

import numpy as np

from ranvier.stats.arrays import Vector
from ranvier.stats.measures.correlation_bias import unbiased_correlation
from ranvier.stats.measures.means import Measure, Rows, hedges_j
from ranvier.stats.measures.two_by_two import Effect

__all__ = ["CHANGE_MEASURES"]


def _sd_change(r: Rows) -> Vector:
    return np.sqrt(r["sd1i"] ** 2 + r["sd2i"] ** 2 - 2 * r["ri"] * r["sd1i"] * r["sd2i"])


def mean_change(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean change."""
    return r["m1i"] - r["m2i"], _sd_change(r) ** 2 / r["ni"]


def _variance(r: Rows, d: Vector, j: Vector, lead: Vector, unbiased: Vector, vtype: str) -> Vector:
    """Variance of a standardised change whose mean has variance ``lead`` / n."""
    n, m, g = r["ni"], r["ni"] - 1, j * d
    match vtype:
        case "LS2":
            return j**2 * (lead / n + d**2 / (2 * n))
        case "UB":  # Viechtbauer (2007), equations 26 and 37.
            return unbiased / n + (1 - (m - 2) / (m * j**2)) * g**2
        case "H0":
            return np.where(m > 2, j**2 * unbiased / n * m / (m - 2), np.nan)
        case _:  # Gibbons et al. (1993), equation 21; Becker (1988), equation 13.
            return lead / n + g**2 / (2 * n)


def smcc(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean change in standard deviations of the change."""
    j = hedges_j(r["ni"] - 1, correct)
    d = (r["m1i"] - r["m2i"]) / _sd_change(r)
    one = np.ones_like(d)
    return j * d, _variance(r, d, j, one, one, vtype)


def smcr(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean change in raw standard deviations, those of ``sd1i``."""
    j = hedges_j(r["ni"] - 1, correct)
    d = (r["m1i"] - r["m2i"]) / r["sd1i"]
    unbiased = 2 * (1 - unbiased_correlation(r["ri"], r["ni"]))
    return j * d, _variance(r, d, j, 2 * (1 - r["ri"]), unbiased, vtype)


def smcrh(r: Rows, vtype: str, correct: bool) -> Effect:
    """The same, where the spread may change (Bonett 2008, equation 13)."""
    yi = hedges_j(r["ni"] - 1, correct) * (r["m1i"] - r["m2i"]) / r["sd1i"]
    free = r["ni"] if vtype == "LS2" else r["ni"] - 1
    return yi, _sd_change(r) ** 2 / (r["sd1i"] ** 2 * free) + yi**2 / (2 * free)


def _pooled_change(r: Rows, correct: bool) -> tuple[Vector, Vector]:
    """Mean change over the root of the average variance, and that variance."""
    s = (r["sd1i"] ** 2 + r["sd2i"] ** 2) / 2
    j = hedges_j(2 * (r["ni"] - 1) / (1 + r["ri"] ** 2), correct)
    return j * (r["m1i"] - r["m2i"]) / np.sqrt(s), s


def smcrp(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean change over the root of the average variance (Cousineau 2020)."""
    yi, _ = _pooled_change(r, correct)
    return yi, 2 * (1 - r["ri"]) / r["ni"] + yi**2 * (1 + r["ri"] ** 2) / (4 * r["ni"])


def smcrph(r: Rows, vtype: str, correct: bool) -> Effect:
    """The same, where the spread may change (Bonett 2008, equation 10)."""
    yi, s = _pooled_change(r, correct)
    free = r["ni"] if vtype == "LS2" else r["ni"] - 1
    v1, v2 = r["sd1i"] ** 2, r["sd2i"] ** 2
    fourth = v1**2 + v2**2 + 2 * r["ri"] ** 2 * v1 * v2
    return yi, _sd_change(r) ** 2 / (s * free) + yi**2 * fourth / (8 * s**2 * free)


def _cvs(r: Rows) -> tuple[Vector, Vector, Vector]:
    return r["sd1i"] / r["m1i"], r["sd2i"] / r["m2i"], r["ni"]


def _second_order(r: Rows) -> Vector:
    """Terms of the second order in the variance of a log ratio of dependent means."""
    cv1, cv2, n = _cvs(r)
    mixed = (r["ri"] * r["sd1i"] * r["sd2i"]) ** 2 * (1 / r["m1i"] ** 4 + 1 / r["m2i"] ** 4)
    return (cv1**4 + cv2**4 + mixed) / (2 * n**2)


def romc(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log ratio of dependent means (Senior et al. 2020, equations 7, 18, 19)."""
    cv1, cv2, n = _cvs(r)
    yi = np.log(r["m1i"] / r["m2i"]) + (cv1**2 - cv2**2) / (2 * n) * correct
    vi = (cv1**2 + cv2**2 - 2 * r["ri"] * cv1 * cv2) / n
    return yi, vi + _second_order(r) if vtype == "LS2" else vi


def vrc(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log ratio of dependent standard deviations (Senior et al. 2020, equations 8, 21, 22)."""
    yi = np.log(r["sd1i"] / r["sd2i"])
    free, rho = r["ni"] - 1, r["ri"]
    if vtype == "LS2":
        ratio = (r["sd1i"] / r["sd2i"]) ** 4
        fourth = rho**4 * (ratio + 1 / ratio) / (2 * free**2)
        return yi, r["ni"] / free**2 - rho**2 / free + fourth
    return yi, (1 - rho**2) / free


def cvrc(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log ratio of dependent coefficients of variation (Senior et al. 2020: 9, 23, 24)."""
    spread, v = vrc(r, vtype, correct)
    shift, w = romc(r, vtype, correct)
    defined = np.where((r["m1i"] > 0) & (r["m2i"] > 0), 1.0, np.nan)
    return (spread - shift) * defined, (v + w) * defined


CHANGE_MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "MC": (mean_change, ("LS",)),
    "SMCC": (smcc, ("LS", "LS2", "UB", "H0")),
    "SMCR": (smcr, ("LS", "LS2", "UB", "H0")),
    "SMCRH": (smcrh, ("LS", "LS2")),
    "SMCRP": (smcrp, ("LS",)),
    "SMCRPH": (smcrph, ("LS", "LS2")),
    "ROMC": (romc, ("LS", "LS2")),
    "VRC": (vrc, ("LS", "LS2")),
    "CVRC": (cvrc, ("LS", "LS2")),
}
