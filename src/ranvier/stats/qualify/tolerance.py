"""How close is close enough: the tolerance of each family, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ranvier.stats.qualify.compare import Case, options_of

__all__ = ["BY_LIKELIHOOD", "RTOL", "Likelihood", "tolerance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """How log-likelihoods of a family are held against each other (absolute differences).

    Attributes
    ----------
    same : float
        Ours may be this much below theirs, and no more.
    better : float
        From this much above theirs, other numbers may differ: their search stopped too early, or
        in another maximum. Smaller gains are rounding.
    """

    same: float
    better: float


#: Closed forms, which differ only in the order of additions.
CLOSED_FORM = 1e-6

#: Relative tolerances of families (reference/synthesis/README.md); 1e-6 where none is named.
RTOL: Mapping[str, float] = {
    **dict.fromkeys(("tau2_ci", "henmi_copas", "tes", "trimfill", "profile"), 1e-4),
    **dict.fromkeys(
        (
            "location_scale",
            "selmodel",
            "rma_mv",
            "rma_mv_confint",
            "robust",
            "dta_bivariate",
            "dose_response",
        ),
        1e-3,
    ),
    **dict.fromkeys(("glmm", "dta_glmm", "rma_mv_ranef"), 2e-3),
    "bayesmeta": 1e-2,
    # Run with R's default stopping rule, which leaves REML's tau2 up to 4e-4 off.
    "meta_metagen": 1e-3,
}

#: Families whose log-likelihood is compared first. R's optimisers leave up to 1e-6 of it; where it
#: is integrated numerically, up to 1e-4.
BY_LIKELIHOOD: Mapping[str, Likelihood] = {
    # Of closed form, so rounding stays below 1e-12; R leaves some 1e-9 where log tau2 runs off.
    "location_scale": Likelihood(same=1e-6, better=1e-11),
    **dict.fromkeys(
        ("selmodel", "rma_mv", "dta_bivariate", "dose_response"),
        Likelihood(same=1e-6, better=1e-9),
    ),
    **dict.fromkeys(("glmm", "dta_glmm"), Likelihood(same=1e-4, better=1e-6)),
}

#: Families in which iterated estimates of tau2 have 1e-5, and those in closed form 1e-6.
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
        "netmeta",
    }
)
#: Estimators of tau2 in closed form.
CLOSED = frozenset({"EE", "FE", "CE", "DL", "HE", "HS", "HSk", "SJ", "GENQ"})
ITERATED = 1e-5

#: Measures whose numbers are themselves integrated or searched for, in any family of effect sizes.
BY_MEASURE: Mapping[str, float] = {"RTET": 2e-3, "ZTET": 2e-3}


def tolerance(case: Case) -> float:
    """Return the relative tolerance of a case.

    Examples
    --------
    >>> tolerance({"family": "rma_uni", "options": {"method": "DL"}})
    1e-06
    >>> tolerance({"family": "selmodel"})
    0.001
    """
    family, options = str(case.get("family")), options_of(case)
    if family in BY_METHOD:
        method = options.get("method", options.get("method_tau", "REML"))
        return CLOSED_FORM if method in CLOSED else ITERATED
    if family.startswith("escalc_") and options.get("measure") in BY_MEASURE:
        return BY_MEASURE[options["measure"]]
    return RTOL.get(family, CLOSED_FORM)
