"""The names of the estimators of tau2, and of how they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ranvier.errors import InputError

__all__ = ["FIXED", "SAME_AS_PM", "UNIROOT", "Control", "Method", "RStops", "r_stops"]

#: The tolerance of R's ``uniroot``.
UNIROOT = 2.0**-13

Method = Literal[
    "EE", "FE", "CE", "DL", "HE", "HS", "HSk", "SJ", "SJIT", "ML", "REML", "EB", "PM", "PMM",
    "DLIT", "GENQ",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RStops:
    """Where the iterations of metafor stop; the defaults are metafor's own.

    Attributes
    ----------
    threshold : float
        Fisher scoring (ML, REML, EB) stops when tau2 moves by no more.
    tolerance : float
        Of R's ``uniroot``; its default is the fourth root of the precision of a double.
    steps : int
        Most steps of Fisher scoring.
    """

    threshold: float = 1e-5
    tolerance: float = UNIROOT
    steps: int = 100


#: ``exact`` finds each root and maximum to the last digits; ``metafor`` stops where metafor stops
#: by default, and :class:`RStops` where it stops under its ``control`` argument.
Control = Literal["exact", "metafor"] | RStops


def r_stops(control: Control) -> RStops | None:
    """Return where R's iterations stop; None for exact answers.

    Raises
    ------
    InputError
        If ``control`` is none of its kind.
    """
    if control == "exact":
        return None
    if control == "metafor":
        return RStops()
    if isinstance(control, str):
        raise InputError(
            f"control must be 'exact' or 'metafor', not {control!r}.",
            remedy="For other stopping rules of metafor, give RStops(threshold=...).",
        )
    return control


#: One common effect: no tau2.
FIXED: frozenset[Method] = frozenset({"EE", "FE", "CE"})
#: Paule and Mandel's equation; iterated DL and empirical Bayes end in the same root.
SAME_AS_PM: frozenset[Method] = frozenset({"PM", "EB", "DLIT"})
