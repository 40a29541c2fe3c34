"""What stands around a forest plot in words: measures, heterogeneity, the overall effect."""

from __future__ import annotations

import math

from ranvier.core.analysis import Analysis
from ranvier.reporting.numbers import Numbers, is_ratio

__all__ = ["MEASURES", "description", "heterogeneity", "overall_effect"]

#: Effect measures as RevMan names them.
MEASURES = {
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "PETO": "Peto odds ratio",
    "RD": "Risk difference",
    "MD": "Mean difference",
    "SMD": "Std. mean difference",
    "PR": "Proportion",
    "MC": "Mean change",
    "MPOR": "Odds ratio (paired)",
    "MPORC": "Odds ratio (paired)",
    "MPRD": "Risk difference (paired)",
    "IRR": "Rate ratio",
    "HR": "Hazard ratio",
    "ROM": "Ratio of means",
}


def description(analysis: Analysis, numbers: Numbers) -> str:
    """Say in words what the plot shows; the table below it holds the figures."""
    said = numbers.bracket(analysis.effect, analysis.spec.measure)
    name = MEASURES.get(analysis.spec.measure, analysis.spec.measure)
    return (
        f"{len(analysis.studies)} studies; {name} overall: {said}. "
        "The table below the figure gives the same figures."
    )


def heterogeneity(analysis: Analysis, numbers: Numbers) -> str:
    """Write RevMan's line on heterogeneity; empty for fewer than two estimable studies."""
    if analysis.k < 2 or analysis.QE is None:
        return "Not applicable" if analysis.effect is not None else ""
    tau2 = "" if analysis.tau2 is None else f"Tau² = {numbers.fixed(analysis.tau2, 2)}; "
    i2 = "" if analysis.I2 is None else f"; I² = {numbers.fixed(analysis.I2, 0)}%"
    df = "" if analysis.QE_df is None else f", df = {analysis.QE_df}"
    p = "" if analysis.QE_p is None else f" (P {numbers.p(analysis.QE_p)})"
    return f"{tau2}Chi² = {numbers.fixed(analysis.QE, 2)}{df}{p}{i2}"


def overall_effect(analysis: Analysis, numbers: Numbers) -> str:
    """Write RevMan's line on the overall effect."""
    effect = analysis.effect
    if effect is None or analysis.p is None:
        return ""
    said = f"P {numbers.p(analysis.p)}"
    if analysis.spec.interval != "wald" or not analysis.se:
        return said
    point = effect.estimate
    on_log = is_ratio(analysis.spec.measure)
    if on_log and point <= 0:
        return said
    z = abs((math.log(point) if on_log else point) / analysis.se)
    return f"Z = {numbers.fixed(z, 2)} ({said})"
