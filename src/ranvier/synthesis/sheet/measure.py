"""Which columns a design needs, and the measures it allows."""

from __future__ import annotations

from typing import Literal

__all__ = ["DESIGN_COLUMNS", "DESIGN_MEASURES", "SAID", "SheetDesign", "design_of_measure"]

SheetDesign = Literal[
    "two_arm_binary", "two_arm_continuous", "two_arm_rates", "effects", "change", "correlation",
    "proportion", "rate", "mean",
]  # fmt: skip

#: What each design is called.
SAID: dict[SheetDesign, str] = {
    "two_arm_binary": "events in two groups",
    "two_arm_continuous": "means of two groups",
    "two_arm_rates": "events per person-time in two groups",
    "effects": "effects with their precision",
    "change": "means at two times in one group",
    "correlation": "correlations",
    "proportion": "events in one group",
    "rate": "events per person-time in one group",
    "mean": "means of one group",
}

#: Sets of columns of which one is enough, the fullest design first.
DESIGN_COLUMNS: dict[SheetDesign, tuple[tuple[str, ...], ...]] = {
    "two_arm_binary": (("ai", "bi", "ci", "di"), ("ai", "n1i", "ci", "n2i")),
    "two_arm_continuous": (("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),),
    "two_arm_rates": (("x1i", "t1i", "x2i", "t2i"),),
    "effects": (("yi", "vi"), ("yi", "sei"), ("yi", "ci_lb", "ci_ub")),
    "change": (("m1i", "m2i", "sd1i", "sd2i", "ri", "ni"),),
    "correlation": (("ri", "ni"),),
    "proportion": (("xi", "ni"), ("xi", "mi")),
    "rate": (("xi", "ti"),),
    "mean": (("mi", "sdi", "ni"),),
}

#: The measures of each design; the first is taken where none is asked for.
DESIGN_MEASURES: dict[SheetDesign, tuple[str, ...]] = {
    "two_arm_binary": (
        "RR", "OR", "RD", "PETO", "AS", "PHI", "ZPHI", "YUQ", "YUY", "RTET", "PBIT", "OR2D",
        "OR2DL", "OR2DN",
    ),
    "two_arm_continuous": (
        "MD", "SMD", "SMDH", "SMD1", "SMD1H", "ROM", "VR", "CVR", "RPB", "ZPB", "RBIS", "ZBIS",
        "D2OR", "D2ORL", "D2ORN",
    ),
    "two_arm_rates": ("IRR", "IRD", "IRSD"),
    "effects": ("GEN", "OR", "RR", "RD", "HR", "IRR", "MD", "SMD", "ROM"),
    "change": ("MC", "SMCC", "SMCR", "SMCRH", "SMCRP", "SMCRPH", "ROMC", "VRC", "CVRC"),
    "correlation": ("ZCOR", "COR", "UCOR"),
    "proportion": ("PLO", "PR", "PLN", "PRZ", "PAS", "PFT"),
    "rate": ("IRLN", "IR", "IRS", "IRFT"),
    "mean": ("MN", "MNLN", "SMN", "CVLN", "SDLN"),
}  # fmt: skip


def design_of_measure(measure: str) -> tuple[SheetDesign, ...]:
    """Return the designs that a measure can be calculated from, arm data first.

    Examples
    --------
    >>> design_of_measure("RR")
    ('two_arm_binary', 'effects')
    """
    return tuple(design for design, known in DESIGN_MEASURES.items() if measure in known)
