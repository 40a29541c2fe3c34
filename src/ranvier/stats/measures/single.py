"""Measures of one group that are not means: proportions, rates, correlations, reliability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from ranvier.stats.measures.correlation_bias import unbiased_correlation, unbiased_variance
from ranvier.stats.measures.means import Rows
from ranvier.stats.measures.two_by_two import Effect, fisher_z, weighted_mean

__all__ = [
    "CORRELATION_MEASURES",
    "PROPORTION_MEASURES",
    "RATE_MEASURES",
    "RELIABILITY_MEASURES",
    "TWO_RATE_MEASURES",
]

Formula = Callable[[Rows, str], Effect]


def _spread(r: Rows, vtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Proportion, the proportion that enters the variance, and the size."""
    n = r["xi"] + r["mi"]
    p = r["xi"] / n
    return p, np.full_like(p, weighted_mean(p, n)) if vtype == "AV" else p, n


def proportion(r: Rows, vtype: str) -> Effect:
    """Raw proportion."""
    p, q, n = _spread(r, vtype)
    return p, q * (1 - q) / (n - 1 if vtype == "UB" else n)


def log_proportion(r: Rows, vtype: str) -> Effect:
    """Log proportion."""
    p, q, n = _spread(r, vtype)
    return np.log(p), 1 / (q * n) - 1 / n


def logit_proportion(r: Rows, vtype: str) -> Effect:
    """Log odds."""
    _, q, n = _spread(r, vtype)
    return np.log(r["xi"]) - np.log(r["mi"]), 1 / (q * n) + 1 / ((1 - q) * n)


def probit_proportion(r: Rows, vtype: str) -> Effect:
    """Probit of a proportion."""
    p, _, n = _spread(r, vtype)
    z = np.asarray(ndtri(p))
    return z, 2 * np.pi * p * (1 - p) * np.exp(z**2) / n


def arcsine_proportion(r: Rows, vtype: str) -> Effect:
    """Arcsine square root of a proportion."""
    p, _, n = _spread(r, vtype)
    return np.arcsin(np.sqrt(p)), 1 / (4 * n)


def double_arcsine(r: Rows, vtype: str) -> Effect:
    """Freeman and Tukey's double arcsine of a proportion."""
    x, n = r["xi"], r["xi"] + r["mi"]
    yi = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return yi, 1 / (4 * n + 2)


def rate(r: Rows, vtype: str) -> Effect:
    """Events per person-time."""
    return r["xi"] / r["ti"], r["xi"] / r["ti"] ** 2


def log_rate(r: Rows, vtype: str) -> Effect:
    """Log of it."""
    return np.log(r["xi"] / r["ti"]), 1 / r["xi"]


def root_rate(r: Rows, vtype: str) -> Effect:
    """Square root of it."""
    return np.sqrt(r["xi"] / r["ti"]), 1 / (4 * r["ti"])


def freeman_tukey_rate(r: Rows, vtype: str) -> Effect:
    """Freeman and Tukey's average of two roots."""
    yi = (np.sqrt(r["xi"] / r["ti"]) + np.sqrt((r["xi"] + 1) / r["ti"])) / 2
    return yi, 1 / (4 * r["ti"])


def _rates(r: Rows) -> tuple[Rows, Rows]:
    return {"xi": r["x1i"], "ti": r["t1i"]}, {"xi": r["x2i"], "ti": r["t2i"]}


def _contrast(single: Formula) -> Formula:
    """Make the difference of two independent groups from a measure of one."""

    def measure(r: Rows, vtype: str) -> Effect:
        (y1, v1), (y2, v2) = (single(group, vtype) for group in _rates(r))
        return y1 - y2, v1 + v2

    return measure


def correlation(r: Rows, vtype: str) -> Effect:
    """Pearson's correlation; its variance needs more than three persons."""
    free = np.where(r["ni"] > 3, r["ni"], np.nan)
    yi = r["ri"]
    match vtype:
        case "AV":
            return yi, (1 - weighted_mean(yi, r["ni"]) ** 2) ** 2 / (free - 1)
        case "H0":
            return yi, (1 - yi**2) / (free - 2)
        case "UB":
            return yi, unbiased_variance(r["ri"], r["ni"], yi)
        case _:
            return yi, (1 - yi**2) ** 2 / (free - 1)


def unbiased(r: Rows, vtype: str) -> Effect:
    """Correlation without its bias (Olkin & Pratt 1958)."""
    yi = unbiased_correlation(r["ri"], r["ni"])
    if vtype == "UB":
        return yi, unbiased_variance(r["ri"], r["ni"], yi)
    return yi, correlation({"ri": yi, "ni": r["ni"]}, vtype)[1]


def z_correlation(r: Rows, vtype: str) -> Effect:
    """Fisher's z."""
    return np.arctanh(r["ri"]), 1 / np.where(r["ni"] > 3, r["ni"] - 3, np.nan)


def partial(r: Rows, vtype: str) -> Effect:
    """Partial correlation, from the t statistic of a regression with ``mi`` predictors."""
    free = r["ni"] - r["mi"] - 1
    yi = r["ti"] / np.sqrt(r["ti"] ** 2 + free)
    mean = np.full_like(yi, weighted_mean(yi, r["ni"])) if vtype == "AV" else yi
    return yi, (1 - mean**2) ** 2 / (r["ni"] - r["mi"])


def z_partial(r: Rows, vtype: str) -> Effect:
    """Fisher's z of it."""
    return np.arctanh(partial(r, "LS")[0]), 1 / (r["ni"] - r["mi"] - 2)


def semi_partial(r: Rows, vtype: str) -> Effect:
    """Semi-partial correlation (Aloe & Becker 2012)."""
    free, r2 = r["ni"] - r["mi"] - 1, r["r2i"]
    yi = r["ti"] * np.sqrt(1 - r2) / np.sqrt(free)
    mean = np.full_like(yi, weighted_mean(yi, r["ni"])) if vtype == "AV" else yi
    rest = r2 - mean**2
    return yi, (r2**2 - 2 * r2 + rest + 1 - rest**2) / r["ni"]


def z_semi_partial(r: Rows, vtype: str) -> Effect:
    """Fisher's z of it; not a variance-stabilising transformation here."""
    return fisher_z(*semi_partial(r, vtype))


def determination(r: Rows, vtype: str) -> Effect:
    """R squared of a regression with ``mi`` predictors (Kendall & Stuart 1979, 27.87-27.88)."""
    yi, n = r["r2i"], r["ni"]
    mean = np.full_like(yi, weighted_mean(yi, n)) if vtype.startswith("AV") else yi
    if vtype.endswith("2"):
        free = (n - r["mi"] - 1) ** 2 / ((n**2 - 1) * (n + 3))
        return yi, 4 * mean * (1 - mean) ** 2 * free
    return yi, 4 * mean * (1 - mean) ** 2 / n


def z_determination(r: Rows, vtype: str) -> Effect:
    """Fisher's z of the root of R squared (Olkin & Finn 1995)."""
    return np.arctanh(np.sqrt(r["r2i"])), 1 / r["ni"]


def alpha(r: Rows, vtype: str) -> Effect:
    """Cronbach's alpha of ``mi`` items."""
    return r["ai"], 2 * r["mi"] * (1 - r["ai"]) ** 2 / ((r["mi"] - 1) * (r["ni"] - 2))


def alpha_cube_root(r: Rows, vtype: str) -> Effect:
    """Hakstian and Whalen's (1976) transformation of alpha, turned to rise with it."""
    left, m, n = 1 - r["ai"], r["mi"], r["ni"]
    vi = 18 * m * (n - 1) * left ** (2 / 3) / ((m - 1) * (9 * n - 11) ** 2)
    return 1 - np.cbrt(left), vi


def alpha_log(r: Rows, vtype: str) -> Effect:
    """Bonett's (2002) transformation of alpha, turned to rise with it."""
    return -np.log(1 - r["ai"]), 2 * r["mi"] / ((r["mi"] - 1) * (r["ni"] - 2))


def heterozygosity(r: Rows, vtype: str) -> Effect:
    """Relative excess heterozygosity of a biallelic marker (Ziegler et al. 2011)."""
    yi = np.log(r["bi"]) - np.log(2 * np.sqrt(r["ai"] * r["ci"]))
    return yi, 1 / r["bi"] + (1 / r["ai"] + 1 / r["ci"]) / 4


PROPORTION_MEASURES: dict[str, tuple[Formula, tuple[str, ...]]] = {
    "PR": (proportion, ("LS", "UB", "AV")),
    "PLN": (log_proportion, ("LS", "AV")),
    "PLO": (logit_proportion, ("LS", "AV")),
    "PRZ": (probit_proportion, ("LS",)),
    "PAS": (arcsine_proportion, ("LS",)),
    "PFT": (double_arcsine, ("LS",)),
}
RATE_MEASURES: dict[str, tuple[Formula, tuple[str, ...]]] = {
    "IR": (rate, ("LS",)),
    "IRLN": (log_rate, ("LS",)),
    "IRS": (root_rate, ("LS",)),
    "IRFT": (freeman_tukey_rate, ("LS",)),
}
TWO_RATE_MEASURES: dict[str, tuple[Formula, tuple[str, ...]]] = {
    "IRR": (_contrast(log_rate), ("LS",)),
    "IRD": (_contrast(rate), ("LS",)),
    "IRSD": (_contrast(root_rate), ("LS",)),
}
CORRELATION_MEASURES: dict[str, tuple[Formula, tuple[str, ...]]] = {
    "COR": (correlation, ("LS", "AV", "UB", "H0")),
    "UCOR": (unbiased, ("LS", "AV", "UB")),
    "ZCOR": (z_correlation, ("LS",)),
    "PCOR": (partial, ("LS", "AV")),
    "ZPCOR": (z_partial, ("LS",)),
    "SPCOR": (semi_partial, ("LS", "AV")),
    "ZSPCOR": (z_semi_partial, ("LS", "AV")),
    "R2": (determination, ("LS", "LS2", "AV", "AV2")),
    "ZR2": (z_determination, ("LS",)),
}
RELIABILITY_MEASURES: dict[str, tuple[Formula, tuple[str, ...]]] = {
    "ARAW": (alpha, ("LS",)),
    "AHW": (alpha_cube_root, ("LS",)),
    "ABT": (alpha_log, ("LS",)),
    "REH": (heterozygosity, ("LS",)),
}
