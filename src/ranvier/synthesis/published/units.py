"""In which unit a figure is printed, by what name, and how exactly it must be met."""

from __future__ import annotations

from collections.abc import Mapping

from ranvier.synthesis.published.printed import read_printed

__all__ = ["canonical", "in_printed_unit", "is_exact"]

#: Other names of the same figure.
_NAMES = {
    "effect": "estimate",
    "value": "estimate",
    "pval": "p",
    "p_value": "p",
    "P": "p",
    "ci.lb": "ci_lb",
    "ci.ub": "ci_ub",
    "QE": "Q",
    "QEp": "Q_p",
    "QE_p": "Q_p",
    "QE_df": "Q_df",
    "p_Q": "Q_p",
    "i2": "I2",
    "I²": "I2",
    "τ²": "tau2",
    "NNT": "nnt",
    "SE": "se",
    "zval": "z",
    "statistic": "stat",
    "df": "df",
}

#: Counts: there is nothing to round.
_COUNTS = frozenset(
    {"k", "df", "Q_df", "events", "events_1", "events_2", "n", "n_1", "n_2", "only_1", "only_2"}
)
_EFFECT = frozenset({"estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub"})

#: Measures whose values lie between -1 and 1, so that a larger print is a percentage.
_SHARES = frozenset({"PR", "PLN", "PLO", "PAS", "RD", "MPRD"})
#: Measures in units of their own: a percent sign there is the unit, not a factor of 100.
_OWN_UNITS = frozenset({"MD", "MC", "SMD", "SMDH", "GEN", "IRD"})
_ALWAYS_SHARES = frozenset({"p", "Q_p", "risk_1", "risk_2"})


def canonical(name: str) -> str:
    """Return our name of a figure."""
    return _NAMES.get(name, name)


def in_printed_unit(
    name: str, value: float, measure: str | None, printed: Mapping[str, str], text: str
) -> float:
    """Turn ours into the unit it is printed in: a percentage or a share.

    A percent sign says so. Without it, figures of one result are in one unit: if any share among
    them is above 1, all are percentages.

    Examples
    --------
    >>> in_printed_unit("estimate", 0.7, "PR", {"estimate": "70%", "ci_lb": "0.46"}, "70%")
    70.0
    >>> in_printed_unit("ci_lb", 0.457, "PR", {"estimate": "70%", "ci_lb": "0.46"}, "0.46")
    0.457
    """
    if name in _ALWAYS_SHARES:
        read = read_printed(text)
        return 100 * value if read.percent or (name != "p" and read.number > 1) else value
    if name not in _EFFECT or (measure or "") in _OWN_UNITS:
        return value
    if read_printed(text).percent:
        return 100 * value
    if (measure or "PR") not in _SHARES:
        return value
    plain = [read_printed(one) for key, one in printed.items() if canonical(key) in _EFFECT]
    return 100 * value if any(abs(x.number) > 1 and not x.percent for x in plain) else value


def is_exact(name: str) -> bool:
    """Say whether a figure must be met without a unit of grace: a count is not rounded."""
    return name in _COUNTS
