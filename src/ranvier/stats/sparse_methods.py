"""Which methods suit sparse data, and why: read from the counts themselves.

The thresholds are named below with their sources; where a source gives no number, the number is
ours and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_counts
from ranvier.stats.effects import table_from
from ranvier.stats.measures.counts import double_zero
from ranvier.stats.references import cited
from ranvier.stats.result import Columns, Report, Result

__all__ = ["Advice", "SparseFacts", "SparseMethods", "Verdict", "sparse_methods"]

Verdict = Literal["suits", "with_care", "unsuited", "not_possible"]
WORDS: dict[Verdict, str] = {
    "suits": "suits",
    "with_care": "with care",
    "unsuited": "does not suit",
    "not_possible": "not possible",
}
#: Below this risk of the comparison group Peto's method was least biased (Bradburn et al. 2007).
RARE = 0.01
#: Up to this risk other methods without a constant did as well or better (Bradburn et al. 2007).
UNCOMMON = 0.10
#: Peto's method is biased where groups are of unequal size; how unequal is our reading.
UNEQUAL, VERY_UNEQUAL = 2.0, 4.0
#: ... and where the odds ratio is beyond this or its inverse (Greenland & Salvan 1990).
LARGE_EFFECT = 5.0
#: With fewer events in all, approximations for large samples do not hold (our reading).
FEW_EVENTS = 10
ONE_EFFECT = (
    "The exact, Mantel-Haenszel and Peto methods take one common effect; the mixed and "
    "beta-binomial models let effects, or risks, vary between studies."
)
#: With fewer informative studies, a variance between them is hardly estimable (our reading).
FEW_STUDIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseFacts:
    """What the advice rests on.

    Attributes
    ----------
    k, single_zero, double_zero, informative : int
        Studies; those without events in one group only; without events (or non-events) in every
        group; and the others, which say something about a ratio.
    events : tuple of int
        In all, a group.
    risk : float or None
        Pooled risk of the comparison (or only) group; None for rates.
    imbalance : float
        The larger group over the smaller one, in the most unequal study; 1 for one group.
    ratio : float or None
        The Mantel-Haenszel odds or rate ratio, nothing added; None where it is 0 or infinite.
    separated : bool
        Whether one group has no events in any study, or only events, so that ratios are 0 or
        infinite.
    """

    k: int
    single_zero: int
    double_zero: int
    informative: int
    events: tuple[int, ...]
    risk: float | None
    imbalance: float
    ratio: float | None
    separated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One method: whether it suits, why, and what it does with studies without events.

    Attributes
    ----------
    method, call : str
        Its name, and how to call it.
    verdict : Verdict
        ``suits``, ``with_care``, ``unsuited`` or ``not_possible``.
    reasons : tuple of str
        Why, each a clause.
    double_zero : {"used", "no part"}
        Whether studies without events in both groups move the result.
    cites : tuple of str
        Keys of the references.
    """

    method: str
    call: str
    verdict: Verdict
    reasons: tuple[str, ...]
    double_zero: Literal["used", "no part"]
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SparseMethods(Result):
    """What :func:`sparse_methods` found: the facts, and a verdict on each method."""

    CITES: ClassVar[tuple[str, ...]] = ("bradburn2007", "cochrane2019", "efthimiou2018", "kuss2015")

    facts: SparseFacts
    advice: tuple[Advice, ...] = field(repr=False)

    def __str__(self) -> str:
        f = self.facts
        risk = "" if f.risk is None else f"; comparison risk {100 * f.risk:.2g}%"
        lines = [
            f"{f.k} studies, events {' and '.join(str(x) for x in f.events)}{risk}; "
            f"without events in one group {f.single_zero}, in all groups {f.double_zero}",
        ]
        for verdict, words in WORDS.items():
            chosen = [a for a in self.advice if a.verdict == verdict]
            if chosen:
                lines += ["", words.capitalize()]
            for a in chosen:
                lines += [f"  {a.method}: {a.call}"]
                lines += [f"    - {reason}" for reason in a.reasons]
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])

    def tidy(self) -> Columns:
        """Return one row a method."""
        names = ("method", "call", "verdict", "double_zero")
        columns: Columns = {n: [getattr(a, n) for a in self.advice] for n in names}
        return columns | {"reasons": ["; ".join(a.reasons) for a in self.advice]}

    def glance(self) -> Columns:
        """Return the facts in one row."""
        f = self.facts
        return {
            "nobs": [f.k],
            "single_zero": [f.single_zero],
            "double_zero": [f.double_zero],
            "risk": [f.risk],
            "imbalance": [f.imbalance],
        }

    def report(self) -> Report:
        """Return sentences for a protocol, with references."""
        good = [a.method for a in self.advice if a.verdict == "suits"]
        keys = {key for a in self.advice if a.verdict == "suits" for key in a.cites}
        return Report(
            methods="Methods were chosen by the number of studies without events, the risk of the "
            "comparison group, the balance of group sizes and the size of the effect.",
            results=f"Methods that suit: {', '.join(good) or 'none'}.",
            references=cited(*self.CITES, *keys),
        )


def sparse_methods(
    *,
    ai: ArrayLike | None = None,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    x1i: ArrayLike | None = None,
    t1i: ArrayLike | None = None,
    x2i: ArrayLike | None = None,
    t2i: ArrayLike | None = None,
    xi: ArrayLike | None = None,
    mi: ArrayLike | None = None,
    ni: ArrayLike | None = None,
) -> SparseMethods:
    """Say which methods suit the counts at hand, and why the others do not.

    Parameters
    ----------
    ai, bi, ci, di, n1i, n2i : array_like, shape (k,)
        Two groups: events and non-events in group 1, then in group 2; sizes in place of non-events.
    x1i, t1i, x2i, t2i : array_like, shape (k,)
        Two groups: events and person-time.
    xi, mi, ni : array_like, shape (k,)
        One group: events, and non-events or persons.

    Returns
    -------
    SparseMethods

    Raises
    ------
    InputError
        If the columns are of none of these kinds, or hold no counts.

    Notes
    -----
    Choose before seeing results, and report how the conclusion depends on the choice. The verdicts
    are about bias and coverage with few events; they know nothing of confounding or of how the
    studies were found.

    References
    ----------
    Deeks JJ, Higgins JPT, Altman DG, editors (2019). Analysing data and undertaking meta-analyses.
    Cochrane Handbook for Systematic Reviews of Interventions, 2nd ed., 10.4.4.
    doi:10.1002/9781119536604.ch10

    Bradburn MJ, Deeks JJ, Berlin JA, Localio AR (2007). Much ado about nothing: a comparison of the
    performance of meta-analytical methods with rare events. Statistics in Medicine 26:53-77.
    doi:10.1002/sim.2528

    Efthimiou O (2018). Practical guide to the meta-analysis of rare events. Evidence-Based Mental
    Health 21:72-76. doi:10.1136/eb-2018-102911

    Examples
    --------
    >>> said = sparse_methods(ai=[0, 1, 0], n1i=[200, 310, 90], ci=[2, 3, 0], n2i=[205, 300, 95])
    >>> [a.method for a in said.advice if a.verdict == "suits"]
    ['exact common odds ratio']
    """
    given = {
        name: x
        for name, x in (
            ("ai", ai), ("bi", bi), ("ci", ci), ("di", di), ("n1i", n1i), ("n2i", n2i),
            ("x1i", x1i), ("t1i", t1i), ("x2i", x2i), ("t2i", t2i), ("xi", xi), ("mi", mi),
            ("ni", ni),
        )
        if x is not None
    }  # fmt: skip
    c = as_counts(given)
    if {"ai", "ci"} <= set(c):
        facts = _facts_of_tables(c)
        return SparseMethods(facts=facts, advice=_for_tables(facts), notes=(ONE_EFFECT,))
    if {"x1i", "t1i", "x2i", "t2i"} <= set(c):
        facts = _facts_of_rates(c)
        return SparseMethods(facts=facts, advice=_for_rates(facts), notes=(ONE_EFFECT,))
    if "xi" in c and ({"mi", "ni"} & set(c)):
        facts = _facts_of_proportions(c)
        return SparseMethods(facts=facts, advice=_for_proportions(facts))
    raise InputError(
        f"These columns are no counts of one or two groups: {', '.join(c) or 'none'}.",
        remedy="Give ai, ci with bi, di or n1i, n2i; x1i, t1i, x2i, t2i; or xi with mi or ni.",
    )


def _facts_of_tables(c: dict[str, Vector]) -> SparseFacts:
    t = table_from("OR", c)
    n = t.n1i + t.n2i
    whole = n > 0
    none = double_zero(t)
    r = float((t.ai * t.di)[whole] @ (1 / n[whole]))
    s = float((t.bi * t.ci)[whole] @ (1 / n[whole]))
    sizes = np.stack([t.n1i, t.n2i])[:, (t.n1i > 0) & (t.n2i > 0)]
    return SparseFacts(
        k=len(n),
        single_zero=int((((t.ai == 0) | (t.ci == 0)) & ~none).sum()),
        double_zero=int(none.sum()),
        informative=int((~none).sum()),
        events=(int(t.ai.sum()), int(t.ci.sum())),
        risk=float(t.ci.sum() / t.n2i.sum()) if t.n2i.sum() else None,
        imbalance=float((sizes.max(axis=0) / sizes.min(axis=0)).max(initial=1.0)),
        ratio=r / s if r > 0 and s > 0 else None,
        separated=r == 0 or s == 0,
    )


def _facts_of_rates(c: dict[str, Vector]) -> SparseFacts:
    x1, t1, x2, t2 = (c[name] for name in ("x1i", "t1i", "x2i", "t2i"))
    none = (x1 == 0) & (x2 == 0)
    r, s = float((x1 * t2 / (t1 + t2)).sum()), float((x2 * t1 / (t1 + t2)).sum())
    return SparseFacts(
        k=len(x1),
        single_zero=int((((x1 == 0) | (x2 == 0)) & ~none).sum()),
        double_zero=int(none.sum()),
        informative=int((~none).sum()),
        events=(int(x1.sum()), int(x2.sum())),
        risk=None,
        imbalance=float((np.maximum(t1, t2) / np.minimum(t1, t2)).max()),
        ratio=r / s if r > 0 and s > 0 else None,
        separated=r == 0 or s == 0,
    )


def _facts_of_proportions(c: dict[str, Vector]) -> SparseFacts:
    x = c["xi"]
    n = x + c["mi"] if "mi" in c else c["ni"]
    edge = (x == 0) | (x == n)
    return SparseFacts(
        k=len(x),
        single_zero=0,
        double_zero=int(edge.sum()),
        informative=len(x),
        events=(int(x.sum()),),
        risk=float(x.sum() / n.sum()),
        imbalance=1.0,
        ratio=None,
        separated=bool((x == 0).all() or (x == n).all()),
    )


def _worst(found: Sequence[tuple[Verdict, str]]) -> Verdict:
    order: tuple[Verdict, ...] = ("suits", "with_care", "unsuited", "not_possible")
    given: list[Verdict] = ["suits", *(verdict for verdict, _ in found)]
    return max(given, key=order.index)


def _advice(
    method: str, call: str, found: Sequence[tuple[Verdict, str]], use: bool, *cites: str
) -> Advice:
    verdict = _worst(found)
    return Advice(
        method=method,
        call=call,
        verdict=verdict,
        reasons=tuple(why for _, why in found) or ("nothing speaks against it",),
        double_zero="used" if use else "no part",
        cites=cites,
    )


Grounds = list[tuple[Verdict, str]]


def _separation(f: SparseFacts) -> Grounds:
    if not f.separated:
        return []
    return [
        ("not_possible", "one group has no events, or only events, so the estimate is infinite")
    ]


def _few_events(f: SparseFacts) -> Grounds:
    if sum(f.events) >= FEW_EVENTS:
        return []
    return [("with_care", f"{sum(f.events)} events in all: large-sample intervals may not hold")]


def _few_studies(f: SparseFacts) -> Grounds:
    if f.informative >= FEW_STUDIES:
        return []
    said = f"{f.informative} informative studies: a variance between them is hardly estimable"
    return [("with_care", said)]


def _constant(f: SparseFacts) -> Grounds:
    found: Grounds = []
    zeros = f.single_zero + f.double_zero
    if zeros:
        found.append(("unsuited", f"{zeros} studies need a constant for empty cells, which biases"))
    if f.risk is not None and f.risk < UNCOMMON:
        found.append(("unsuited", "events are rare: weights depend on the estimates"))
    return found


def _peto(f: SparseFacts) -> Grounds:
    found: Grounds = []
    if f.separated and sum(f.events) == 0:
        found.append(("not_possible", "no events at all"))
    if f.risk is not None and f.risk > UNCOMMON:
        found.append(("unsuited", f"comparison risk {100 * f.risk:.2g}%: not rare, so biased"))
    elif f.risk is not None and f.risk > RARE:
        found.append(("with_care", f"comparison risk {100 * f.risk:.2g}%: best below 1%"))
    if f.imbalance > VERY_UNEQUAL:
        found.append(("unsuited", f"groups are up to {f.imbalance:.1f}:1 unequal, so biased"))
    elif f.imbalance > UNEQUAL:
        found.append(("with_care", f"groups are up to {f.imbalance:.1f}:1 unequal"))
    if f.ratio is None or not 1 / LARGE_EFFECT <= f.ratio <= LARGE_EFFECT:
        size = "0 or infinite" if f.ratio is None else f"{f.ratio:.2g}"
        found.append(("unsuited", f"the odds ratio is {size}: biased where effects are large"))
    return found + _few_events(f)


def _for_tables(f: SparseFacts) -> tuple[Advice, ...]:
    rare_only: Grounds = []
    if f.risk is not None and f.risk > UNCOMMON:
        rare_only.append(("unsuited", "its binomial approximation needs rare events"))
    allocation: Grounds = []
    if f.imbalance > UNEQUAL:
        allocation.append(("with_care", "groups are unequal, and studies are not compared within"))
    difference: Grounds = []
    if f.risk is not None and f.risk < UNCOMMON:
        difference.append(("with_care", "events are rare: intervals are wide and power is low"))
    exact: Grounds = []
    if sum(f.events) == 0:
        exact.append(("not_possible", "no events at all"))
    elif f.separated:
        exact.append(("with_care", "one end of the interval is 0 or infinite"))
    size: Grounds = []
    if sum(f.events) == 0:
        size.append(("not_possible", "no events at all"))
    return (
        _advice("exact common odds ratio", "exact_odds_ratio(…)", exact, False, "mehta1985"),
        _advice(
            "Mantel-Haenszel odds ratio", 'rma_mh(…, measure="OR")',
            _separation(f) + _few_events(f), False, "mantel1959", "bradburn2007",
        ),
        _advice("Peto odds ratio", "rma_peto(…)", _peto(f), False, "yusuf1985", "bradburn2007"),
        _advice(
            "conditional mixed model", 'rma_glmm("OR", …, model="CM.EL")',
            _separation(f) + _few_studies(f) + _few_events(f), False, "stijnen2010",
        ),
        _advice(
            "conditional mixed model, approximate", 'rma_glmm("OR", …, model="CM.AL")',
            _separation(f) + rare_only + _few_studies(f) + _few_events(f), False, "stijnen2010",
        ),
        _advice(
            "mixed model, random study effects", 'rma_glmm("OR", …, model="UM.RS", drop00=False)',
            _separation(f) + _few_studies(f) + _few_events(f), True, "jackson2018",
        ),
        _advice(
            "beta-binomial model", 'beta_binomial("OR", …)',
            _separation(f) + allocation + _few_studies(f) + _few_events(f), True, "kuss2015",
        ),
        _advice(
            "Mantel-Haenszel risk difference", 'rma_mh(…, measure="RD", drop00=(False, False))',
            size + difference, True, "bradburn2007",
        ),
        _advice(
            "arcsine difference", 'rma of escalc("AS", …)',
            [*size, *_few_studies(f), ("with_care", "its scale has no plain meaning; a sensitivity "
             "analysis")], True, "rucker2009",
        ),
        _advice(
            "Mantel-Haenszel with the size of groups as constant",
            'rma_mh(…, zero_cells="treatment_arm")',
            [*size, *([("with_care", "a constant is added to empty cells")]
                      if f.single_zero else [])], False, "sweeting2004",
        ),
        _advice(
            "inverse variance, 0.5 added", 'rma of escalc("OR", …)',
            _constant(f) + _few_studies(f), False, "bradburn2007", "efthimiou2018",
        ),
    )  # fmt: skip


def _for_rates(f: SparseFacts) -> tuple[Advice, ...]:
    exact: Grounds = []
    if sum(f.events) == 0:
        exact.append(("not_possible", "no events at all"))
    elif f.separated:
        exact.append(("with_care", "one end of the interval is 0 or infinite"))
    return (
        _advice("exact common rate ratio", "exact_rate_ratio(…)", exact, False, "rothman2008"),
        _advice(
            "Mantel-Haenszel rate ratio", "rma_mh_rates(…)",
            _separation(f) + _few_events(f), False, "rothman2008",
        ),
        _advice(
            "conditional mixed model", 'rma_glmm("IRR", …, model="CM.EL")',
            _separation(f) + _few_studies(f) + _few_events(f), False, "stijnen2010",
        ),
        _advice(
            "mixed model, random study effects", 'rma_glmm("IRR", …, model="UM.RS", drop00=False)',
            _separation(f) + _few_studies(f) + _few_events(f), True, "jackson2018",
        ),
        _advice(
            "inverse variance, 0.5 added", 'rma of escalc("IRR", …)',
            _constant(f) + _few_studies(f), False, "efthimiou2018",
        ),
    )  # fmt: skip


def _for_proportions(f: SparseFacts) -> tuple[Advice, ...]:
    few = _few_studies(f)
    return (
        _advice(
            "mixed model", 'rma_glmm("PLO", …)', _separation(f) + few + _few_events(f), True,
            "stijnen2010",
        ),
        _advice(
            "beta-binomial model", 'beta_binomial("PLO", …)',
            _separation(f) + few + _few_events(f), True, "kuss2015",
        ),
        _advice(
            "double arcsine", 'rma of escalc("PFT", …)',
            [*few, ("with_care", "back-transformed values depend on the size that is put in")],
            True, "schwarzer2019",
        ),
        _advice(
            "inverse variance, 0.5 added", 'rma of escalc("PLO", …)', _constant(f) + few, True,
            "efthimiou2018",
        ),
    )  # fmt: skip
