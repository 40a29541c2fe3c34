"""The names of the estimators of tau2, and of how they end."""

from __future__ import annotations

from typing import Literal

__all__ = ["FIXED", "SAME_AS_PM", "Control", "Method"]

Method = Literal[
    "EE", "FE", "CE", "DL", "HE", "HS", "HSk", "SJ", "SJIT", "ML", "REML", "EB", "PM", "PMM",
    "DLIT", "GENQ",
]  # fmt: skip

#: ``exact`` finds each root and maximum to the last digits; ``metafor`` stops where metafor stops.
Control = Literal["exact", "metafor"]

#: One common effect: no tau2.
FIXED: frozenset[Method] = frozenset({"EE", "FE", "CE"})
#: Paule and Mandel's equation; iterated DL and empirical Bayes end in the same root.
SAME_AS_PM: frozenset[Method] = frozenset({"PM", "EB", "DLIT"})
