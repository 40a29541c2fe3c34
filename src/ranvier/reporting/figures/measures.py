"""What a measure is called, where no difference lies on it, and which axis it is drawn on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ranvier.core.analysis import Estimate
from ranvier.reporting.figures.transforms import TRANSFORMS, Transf, Transform, transf_of

__all__ = ["Shown", "measure_name", "natural", "shown"]

_RATIOS = {
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "PETO": "Peto odds ratio",
    "IRR": "Rate ratio",
    "HR": "Hazard ratio",
    "ROM": "Ratio of means",
    "ROMC": "Ratio of means",
    "VR": "Ratio of SDs",
    "VRC": "Ratio of SDs",
    "CVR": "Ratio of CVs",
    "CVRC": "Ratio of CVs",
    "MPRR": "Risk ratio (paired)",
    "MPOR": "Odds ratio (paired)",
    "MPORC": "Odds ratio (paired)",
    "MPORM": "Odds ratio (paired)",
    "MPPETO": "Peto odds ratio (paired)",
    "D2OR": "Odds ratio",
    "D2ORL": "Odds ratio",
    "D2ORN": "Odds ratio",
}
_DIFFERENCES = {
    "RD": "Risk difference",
    "MPRD": "Risk difference (paired)",
    "MD": "Mean difference",
    "SMD": "Std. mean difference",
    "SMDH": "Std. mean difference",
    "SMD1": "Std. mean difference",
    "SMD1H": "Std. mean difference",
    "PBIT": "Std. mean difference",
    "OR2D": "Std. mean difference",
    "OR2DL": "Std. mean difference",
    "OR2DN": "Std. mean difference",
    "MC": "Mean change",
    "SMCC": "Std. mean change",
    "SMCR": "Std. mean change",
    "SMCRH": "Std. mean change",
    "SMCRP": "Std. mean change",
    "SMCRPH": "Std. mean change",
    "AS": "Arcsine difference",
    "IRD": "Rate difference",
    "IRSD": "Diff. of square-root rates",
    "COR": "Correlation",
    "UCOR": "Correlation",
    "ZCOR": "Correlation",
    "PCOR": "Partial correlation",
    "ZPCOR": "Partial correlation",
    "SPCOR": "Semi-partial correlation",
    "ZSPCOR": "Semi-partial correlation",
    "PHI": "Phi coefficient",
    "ZPHI": "Phi coefficient",
    "RPB": "Point-biserial correlation",
    "ZPB": "Point-biserial correlation",
    "RBIS": "Biserial correlation",
    "ZBIS": "Biserial correlation",
    "SMN": "Std. mean",
}
_SINGLE = {
    "PR": "Proportion",
    "PLN": "Proportion",
    "PLO": "Proportion",
    "PRZ": "Proportion",
    "PAS": "Proportion",
    "PFT": "Double arcsine proportion",
    "IR": "Rate",
    "IRLN": "Rate",
    "IRS": "Rate",
    "IRFT": "Freeman-Tukey rate",
    "MN": "Mean",
    "MNLN": "Mean",
    "SDLN": "SD",
    "CVLN": "CV",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a measure is shown.

    Attributes
    ----------
    name : str
        As RevMan prints it.
    transform : Transform
        From the scale of pooling to the one it is read on.
    null : float or None
        The value of no difference; None where there is none (proportions, means).
    axis : {"log", "linear"}
    """

    name: str
    transform: Transform
    null: float | None
    axis: Literal["log", "linear"]


def shown(measure: str, transf: Transf | None = None) -> Shown:
    """Return how a measure is shown, read as it usually is or as `transf` says.

    Examples
    --------
    >>> shown("RR").name, shown("PLO").null, shown("RR", "none").axis, shown("GEN", "exp").null
    ('Risk ratio', None, 'linear', 1.0)
    """
    how = transf_of(measure) if transf is None else transf
    transform = TRANSFORMS[how]
    if measure in _SINGLE:
        said = _SINGLE[measure]
        name = said if how == transf_of(measure) else f"{said} ({measure} scale)"
        return Shown(name=name, transform=transform, null=None, axis="linear")
    name = _RATIOS.get(measure) or _DIFFERENCES.get(measure) or "Effect"
    if measure in _RATIOS and not transform.ratio:
        name = f"Log {name[0].lower()}{name[1:]}"
    null = transform.back(0.0)
    return Shown(
        name=name, transform=transform, null=null, axis="log" if transform.ratio else "linear"
    )


def measure_name(measure: str) -> str:
    """Name a measure as RevMan does; one we do not know keeps its code.

    Examples
    --------
    >>> measure_name("SMD"), measure_name("XYZ")
    ('Std. mean difference', 'XYZ')
    """
    return _RATIOS.get(measure) or _DIFFERENCES.get(measure) or _SINGLE.get(measure) or measure


def natural(
    how: Shown, estimate: float | None, ci_lb: float | None, ci_ub: float | None
) -> Estimate | None:
    """Turn an effect into what is read; None where it is not defined.

    Examples
    --------
    >>> natural(shown("OR"), 0.0, None, None)
    Estimate(estimate=1.0, ci_lb=None, ci_ub=None)
    """
    if estimate is None or not math.isfinite(estimate):
        return None
    back = how.transform.back
    ends = [None if x is None or not math.isfinite(x) else back(float(x)) for x in (ci_lb, ci_ub)]
    return Estimate(estimate=back(float(estimate)), ci_lb=ends[0], ci_ub=ends[1])
