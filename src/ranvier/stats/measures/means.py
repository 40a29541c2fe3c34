"""Measures of two groups or one, from means and standard deviations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, ndtri

from ranvier.stats.arrays import Vector
from ranvier.stats.measures.two_by_two import (
    COX_SNELL,
    LOGISTIC_SD,
    Effect,
    fisher_z,
    weighted_mean,
)

__all__ = ["GROUP_MEASURES", "MEAN_MEASURES", "Rows", "hedges_j"]

Rows = dict[str, Vector]


def hedges_j(m: Vector, correct: bool = True) -> Vector:
    """Compute Hedges' exact factor J(m) against the bias of a standardised difference.

    References
    ----------
    Hedges LV (1981). Distribution theory for Glass's estimator of effect size and related
    estimators. Journal of Educational Statistics 6:107-128. doi:10.3102/10769986006002107
    """
    if not correct:
        return np.ones_like(m)
    safe = np.where(m > 1, m, np.nan)
    return np.exp(gammaln(safe / 2) - np.log(np.sqrt(safe / 2)) - gammaln((safe - 1) / 2))


def _pooled(r: Rows) -> tuple[Vector, Vector]:
    """Degrees of freedom and the pooled standard deviation."""
    m = r["n1i"] + r["n2i"] - 2
    return m, np.sqrt(((r["n1i"] - 1) * r["sd1i"] ** 2 + (r["n2i"] - 1) * r["sd2i"] ** 2) / m)


def mean_difference(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean difference; HO takes one standard deviation for both groups."""
    _, sd = _pooled(r)
    yi = r["m1i"] - r["m2i"]
    if vtype == "HO":
        return yi, sd**2 * (1 / r["n1i"] + 1 / r["n2i"])
    return yi, r["sd1i"] ** 2 / r["n1i"] + r["sd2i"] ** 2 / r["n2i"]


def _standardised(r: Rows, m: Vector, sd: Vector, n: Vector, vtype: str, correct: bool) -> Effect:
    j = hedges_j(m, correct)
    d = (r["m1i"] - r["m2i"]) / sd
    g = j * d
    sizes = 1 / r["n1i"] + 1 / r["n2i"]
    match vtype:
        case "LS2":  # Borenstein (2009), equation 12.17.
            return g, j**2 * (sizes + d**2 / (2 * n))
        case "UB":  # Hedges (1983), equation 9.
            return g, sizes + (1 - (m - 2) / (m * j**2)) * g**2
        case "AV":
            mean = weighted_mean(g, r["n1i"] + r["n2i"])
            return g, sizes + mean**2 / (2 * n)
        case "H0":
            return g, np.where(m > 2, j**2 * sizes * m / (m - 2), np.nan)
        case _:  # Hedges (1982), equation 8.
            return g, sizes + g**2 / (2 * n)


def smd(r: Rows, vtype: str, correct: bool) -> Effect:
    """Hedges' g: the difference in pooled standard deviations, bias corrected."""
    m, sd = _pooled(r)
    return _standardised(r, m, sd, r["n1i"] + r["n2i"], vtype, correct)


def smd1(r: Rows, vtype: str, correct: bool) -> Effect:
    """Glass' delta: the difference in standard deviations of group 2."""
    return _standardised(r, r["n2i"] - 1, r["sd2i"], r["n2i"], vtype, correct)


def smd1h(r: Rows, vtype: str, correct: bool) -> Effect:
    """Glass' delta where the groups may differ in spread (Bonett 2008, equation 12)."""
    yi = hedges_j(r["n2i"] - 1, correct) * (r["m1i"] - r["m2i"]) / r["sd2i"]
    ratio = r["sd1i"] ** 2 / r["sd2i"] ** 2
    free = r["n2i"] - 1
    return yi, ratio / (r["n1i"] - 1) + 1 / free + yi**2 / (2 * free)


def smdh(r: Rows, vtype: str, correct: bool) -> Effect:
    """Difference over the root of the average variance (Bonett 2009, equation 5)."""
    s1, s2 = r["sd1i"] ** 2, r["sd2i"] ** 2
    s = (s1 + s2) / 2
    yi = hedges_j(r["n1i"] + r["n2i"] - 2, correct) * (r["m1i"] - r["m2i"]) / np.sqrt(s)
    f1, f2 = r["n1i"] - 1, r["n2i"] - 1
    first = (r["n1i"], r["n2i"]) if vtype in ("LS2", "LS3") else (f1, f2)
    second = (r["n1i"], r["n2i"]) if vtype == "LS2" else (f1, f2)
    spread = yi**2 * (s1**2 / second[0] + s2**2 / second[1]) / (8 * s**2)
    return yi, spread + (s1 / first[0] + s2 / first[1]) / s


def ratio_of_means(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log ratio of means, bias corrected (Lajeunesse 2015, equation 8)."""
    n1, n2 = r["n1i"], r["n2i"]
    cv1, cv2 = r["sd1i"] / r["m1i"], r["sd2i"] / r["m2i"]
    yi = np.log(r["m1i"] / r["m2i"])
    if correct:
        yi = yi + (cv1**2 / n1 - cv2**2 / n2) / 2
    match vtype:
        case "HO":
            _, sd = _pooled(r)
            return yi, sd**2 / (n1 * r["m1i"] ** 2) + sd**2 / (n2 * r["m2i"] ** 2)
        case "AV":
            return yi, weighted_mean(cv1, n1) ** 2 / n1 + weighted_mean(cv2, n2) ** 2 / n2
        case "AVHO":
            mean = weighted_mean(np.concatenate([cv1, cv2]), np.concatenate([n1, n2]))
            return yi, mean**2 * (1 / n1 + 1 / n2)
        case "LS2":
            second = cv1**4 / (2 * n1**2) + cv2**4 / (2 * n2**2)
            return yi, cv1**2 / n1 + cv2**2 / n2 + second
        case _:
            return yi, cv1**2 / n1 + cv2**2 / n2


def variability_ratio(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log ratio of standard deviations (Senior et al. 2020, equations 5, 11, 15)."""
    f1, f2 = r["n1i"] - 1, r["n2i"] - 1
    yi = np.log(r["sd1i"] / r["sd2i"]) + (1 / f1 - 1 / f2) / 2 * correct
    if vtype == "LS2":
        return yi, (r["n1i"] / f1**2 + r["n2i"] / f2**2) / 2
    return yi, 1 / (2 * f1) + 1 / (2 * f2)


def cv_ratio(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log ratio of coefficients of variation (Senior et al. 2020, equations 6, 13, 16)."""
    spread, v = variability_ratio(r, vtype, correct)
    n1, n2 = r["n1i"], r["n2i"]
    cv1, cv2 = r["sd1i"] / r["m1i"], r["sd2i"] / r["m2i"]
    bias = (cv2**2 / n2 - cv1**2 / n1) / 2 * correct
    vi = v + cv1**2 / n1 + cv2**2 / n2
    if vtype == "LS2":
        vi = vi + cv1**4 / (2 * n1**2) + cv2**4 / (2 * n2**2)
    # Not the log of the ratio: with two negative means there is no coefficient of variation.
    return spread - np.log(r["m1i"]) + np.log(r["m2i"]) + bias, vi


def point_biserial(r: Rows, vtype: str, correct: bool) -> Effect:
    """Point-biserial correlation; CS where the group sizes were not fixed (Tate 1954)."""
    n1, n2 = r["n1i"], r["n2i"]
    n = n1 + n2
    m, sd = _pooled(r)
    d = (r["m1i"] - r["m2i"]) / sd
    h = m / n1 + m / n2
    yi = d / np.sqrt(d**2 + h)
    if vtype == "CS":
        return yi, (1 - yi**2) ** 2 * (n * yi**2 / (4 * n1 * n2) + (2 - 3 * yi**2) / (2 * n))
    return yi, h**2 / (h + d**2) ** 3 * (1 / n1 + 1 / n2 + d**2 / (2 * n))


def biserial(r: Rows, vtype: str, correct: bool) -> Effect:
    """Biserial correlation, its variance after Soper (1914)."""
    n = r["n1i"] + r["n2i"]
    p, q = r["n1i"] / n, r["n2i"] / n
    z = -ndtri(p)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    yi = np.sqrt(p * q) / density * point_biserial(r, "ST", correct)[0]
    t = np.clip(yi, -1, 1)
    inner = 3 / 2 + (1 - p * z / density) * (1 + q * z / density)
    return yi, (p * q / density**2 - inner * t**2 + t**4) / (n - 1)


def _to_log_odds(factor: float) -> Callable[[Rows, str, bool], Effect]:
    """Make a log odds ratio from Cohen's d."""

    def measure(r: Rows, vtype: str, correct: bool) -> Effect:
        d, v = smd(r, "LS", False)
        return factor * d, factor**2 * v

    return measure


def _z(measure: Callable[[Rows, str, bool], Effect]) -> Callable[[Rows, str, bool], Effect]:
    def transformed(r: Rows, vtype: str, correct: bool) -> Effect:
        return fisher_z(*measure(r, vtype, correct))

    return transformed


def mean(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean of one group; HO takes one standard deviation for all studies."""
    sd = r["sdi"]
    if vtype == "HO":
        sd = np.full_like(sd, np.sqrt(weighted_mean(sd**2, r["ni"] - 1)))
    return r["mi"], sd**2 / r["ni"]


def standardised_mean(r: Rows, vtype: str, correct: bool) -> Effect:
    """Mean of one group in its standard deviations."""
    yi = hedges_j(r["ni"] - 1, correct) * r["mi"] / r["sdi"]
    return yi, 1 / r["ni"] + yi**2 / (2 * r["ni"])


def log_mean(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log of the mean of one group."""
    return np.log(r["mi"]), r["sdi"] ** 2 / (r["ni"] * r["mi"] ** 2)


def log_sd(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log of the standard deviation of one group."""
    half = 1 / (2 * (r["ni"] - 1))
    return np.log(r["sdi"]) + half * correct, half


def log_cv(r: Rows, vtype: str, correct: bool) -> Effect:
    """Log of the coefficient of variation of one group."""
    yi, vi = log_sd(r, vtype, correct)
    return yi - np.log(r["mi"]), vi + r["sdi"] ** 2 / (r["ni"] * r["mi"] ** 2)


Measure = Callable[[Rows, str, bool], Effect]

#: measure -> (formula, variance types).
MEAN_MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "MD": (mean_difference, ("LS", "UB", "HO")),
    "SMD": (smd, ("LS", "LS2", "UB", "AV", "H0")),
    "SMDH": (smdh, ("LS", "LS2", "LS3")),
    "SMD1": (smd1, ("LS", "LS2", "UB", "AV", "H0")),
    "SMD1H": (smd1h, ("LS",)),
    "ROM": (ratio_of_means, ("LS", "HO", "AV", "AVHO", "LS2")),
    "VR": (variability_ratio, ("LS", "LS2")),
    "CVR": (cv_ratio, ("LS", "LS2")),
    "RPB": (point_biserial, ("LS", "ST", "CS")),
    "ZPB": (_z(point_biserial), ("LS", "ST", "CS")),
    "RBIS": (biserial, ("LS",)),
    "ZBIS": (_z(biserial), ("LS",)),
    "D2OR": (_to_log_odds(LOGISTIC_SD), ("LS",)),
    "D2ORL": (_to_log_odds(LOGISTIC_SD), ("LS",)),
    "D2ORN": (_to_log_odds(COX_SNELL), ("LS",)),
}

GROUP_MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "MN": (mean, ("LS", "HO")),
    "SMN": (standardised_mean, ("LS",)),
    "MNLN": (log_mean, ("LS",)),
    "SDLN": (log_sd, ("LS",)),
    "CVLN": (log_cv, ("LS",)),
}
