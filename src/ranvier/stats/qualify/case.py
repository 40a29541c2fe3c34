"""One reference case in, its outcome out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ranvier.errors import RanvierError
from ranvier.stats.qualify.binary import BINARY
from ranvier.stats.qualify.compare import Case, Unsupported, compare, options_of
from ranvier.stats.qualify.effects import EFFECTS
from ranvier.stats.qualify.secondary import SECONDARY
from ranvier.stats.qualify.univariate import UNIVARIATE

__all__ = ["CaseOutcome", "qualify_case"]

Status = Literal["passed", "failed", "unsupported"]

#: Estimators of tau2 in closed form: point estimates agree to 1e-6, all others to 1e-5.
CLOSED = frozenset({"EE", "FE", "CE", "DL", "HE", "HS", "HSk", "SJ", "GENQ"})
#: Relative tolerances of families (reference/synthesis/README.md); 1e-6 where none is named.
RTOL: Mapping[str, float] = {
    "tau2_ci": 1e-4,
    "henmi_copas": 1e-4,
    "tes": 1e-4,
    "trimfill": 1e-4,
    "profile": 1e-4,
    # Run with R's default stopping rule, which leaves REML's tau2 up to 4e-4 off.
    "meta_metagen": 1e-3,
}
#: Families in which iterated estimates of tau2 have 1e-5.
BY_METHOD = frozenset(
    {
        "rma_uni",
        "rma_uni_inference",
        "meta_regression",
        "leave1out",
        "cumul",
        "influence",
        "blup",
        "model_comparison",
        "baujat",
    }
)

FAMILIES: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    **EFFECTS,
    **BINARY,
    **UNIVARIATE,
    **SECONDARY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What came of one reference case.

    Attributes
    ----------
    id, family : str
        As the case has them.
    status : {"passed", "failed", "unsupported"}
        Never passed unless every expected number was computed and agrees.
    worst : float or None
        Digits in which the worst number agrees; None if nothing was computed.
    why : str or None
        What disagrees, or what is not supported.
    """

    id: str
    family: str
    status: Status
    worst: float | None = None
    why: str | None = None


def tolerance(case: Case) -> float:
    """Return the relative tolerance of a case."""
    family = str(case.get("family"))
    if family in BY_METHOD:
        method = options_of(case).get("method", options_of(case).get("method_tau", "REML"))
        return 1e-6 if method in CLOSED else 1e-5
    return RTOL.get(family, 1e-6)


def qualify_case(case: Case) -> CaseOutcome:
    """Run one reference case with our functions and compare at the family's tolerance.

    Parameters
    ----------
    case : mapping
        With ``id, family, function, inputs, options, expected``.

    Returns
    -------
    CaseOutcome
        An error of ours is a failure, not a gap; an error that is not ours is a bug, and flies.

    Examples
    --------
    >>> case = {"id": "a", "family": "escalc_proportion", "function": "escalc",
    ...         "inputs": {"xi": [3], "ni": [10]}, "options": {"measure": "PR"},
    ...         "expected": {"yi": [0.3], "vi": [0.021]}}
    >>> qualify_case(case).status
    'passed'
    """
    name, family = str(case.get("id")), str(case.get("family"))
    run = FAMILIES.get(family)
    if run is None:
        return CaseOutcome(
            id=name, family=family, status="unsupported", why=f"family {family} is not supported"
        )
    try:
        ours = run(case)
    except Unsupported as gap:
        return CaseOutcome(id=name, family=family, status="unsupported", why=str(gap))
    except RanvierError as error:
        return CaseOutcome(id=name, family=family, status="failed", why=str(error))
    worst, wrong, missing = compare(ours, case["expected"], tolerance(case))
    if missing:
        why = f"not computed: {', '.join(missing)}"
        return CaseOutcome(id=name, family=family, status="unsupported", worst=worst, why=why)
    if wrong:
        why = "; ".join(wrong[:5]) + ("; …" if len(wrong) > 5 else "")
        return CaseOutcome(id=name, family=family, status="failed", worst=worst, why=why)
    return CaseOutcome(id=name, family=family, status="passed", worst=worst)
