"""One reference case in, its outcome out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from ranvier.errors import RanvierError
from ranvier.stats.qualify.binary import BINARY
from ranvier.stats.qualify.compare import Case, Unsupported, compare
from ranvier.stats.qualify.effects import EFFECTS
from ranvier.stats.qualify.glmm import GLMM
from ranvier.stats.qualify.moderators import MODERATORS
from ranvier.stats.qualify.publication_bias import PUBLICATION_BIAS
from ranvier.stats.qualify.remarks import excuse
from ranvier.stats.qualify.secondary import SECONDARY
from ranvier.stats.qualify.tolerance import tolerance
from ranvier.stats.qualify.univariate import UNIVARIATE

__all__ = ["FAMILIES", "CaseOutcome", "qualify_case"]

Status = Literal["passed", "failed", "unsupported"]

#: What computes the cases of each family: a case in, numbers by the names of the reference out.
FAMILIES: dict[str, Callable[[Case], Mapping[str, Any]]] = {
    **EFFECTS,
    **BINARY,
    **GLMM,
    **UNIVARIATE,
    **SECONDARY,
    **MODERATORS,
    **PUBLICATION_BIAS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What came of one reference case.

    Attributes
    ----------
    id, family : str
        As the case has them.
    status : {"passed", "failed", "unsupported"}
        Never passed unless every expected number was computed and agrees, or a rule of
        :mod:`ranvier.stats.qualify.remarks` shows why it cannot; then `remark` says so.
    worst, median : float or None
        Digits in which the worst, and the middle one, of its numbers agree, those of a remark
        included; None if nothing was computed.
    numbers : int
        How many were compared.
    why : str or None
        What disagrees, or what is not supported.
    remark : str or None
        What differs without being a disagreement, and by which rule.
    """

    id: str
    family: str
    status: Status
    worst: float | None = None
    median: float | None = None
    numbers: int = 0
    why: str | None = None
    remark: str | None = None


def qualify_case(case: Case) -> CaseOutcome:
    """Run one reference case with our functions and compare at the family's tolerance.

    Parameters
    ----------
    case : mapping
        With ``id, family, function, inputs, options, expected``.

    Returns
    -------
    CaseOutcome
        An error is a failure, not a gap, and stops no other case; one that is not ours is named.

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
    except KeyError as error:
        return CaseOutcome(
            id=name, family=family, status="failed", why=f"the case does not say {error}"
        )
    except Exception as error:
        # A crash on one case must not cost a user the report on all others.
        why = f"a bug of ours: {type(error).__name__}: {error}"
        return CaseOutcome(id=name, family=family, status="failed", why=why)
    found = compare(ours, case["expected"], tolerance(case))
    wrong, remark = excuse(case, ours, found, run)
    status: Status = "passed"
    why: str | None = None
    if found.missing:
        status, why = "unsupported", f"not computed: {', '.join(found.missing)}"
    elif wrong:
        status = "failed"
        why = "; ".join(str(d) for d in wrong[:5]) + ("; …" if len(wrong) > 5 else "")
    return CaseOutcome(
        id=name,
        family=family,
        status=status,
        worst=min(found.digits) if found.digits else None,
        median=median(found.digits) if found.digits else None,
        numbers=len(found.digits),
        why=why,
        remark=remark,
    )
