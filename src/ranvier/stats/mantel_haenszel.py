"""Pool 2x2 tables, or events and person-time, by Mantel and Haenszel's weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_counts
from ranvier.stats.effects import Effects, escalc, table_from
from ranvier.stats.measures.counts import Table, To, add_to_rows, double_zero
from ranvier.stats.mixed import critical
from ranvier.stats.printing import defined, show, show_coefficients, show_p, show_range
from ranvier.stats.r_code import RCall
from ranvier.stats.references import cited
from ranvier.stats.result import Columns, Report, Result
from ranvier.stats.rma import labels, two_sided
from ranvier.stats.source import Source
from ranvier.stats.zero_cells import ZERO_CELLS, Size, ZeroCellsName, constants

#: Methods of sparse tables in words.
NAMES = {"MH": "the Mantel-Haenszel method", "PETO": "Peto's method"}

__all__ = ["MhResult", "MhTests", "rma_mh", "rma_mh_rates"]

MhMeasure = Literal["OR", "RR", "RD"]
RateMeasure = Literal["IRR", "IRD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MhTests:
    """Tests of the odds ratio over strata, and of its being one.

    Attributes
    ----------
    MH, MHp : float or None
        Cochran-Mantel-Haenszel statistic (1 df) and p value.
    BD, BDp, TA, TAp : float or None
        Breslow and Day's test of equal odds ratios, and Tarone's correction of it.
    """

    MH: float | None
    MHp: float | None
    BD: float | None = None
    BDp: float | None = None
    TA: float | None = None
    TAp: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MhResult(Result, Source):
    """What :func:`rma_mh` and :func:`rma_peto` found; ratios on the log scale.

    Attributes
    ----------
    k : int
        Tables in the pooled sums.
    estimate, se, stat, pval, ci_lb, ci_ub : float or None
        None where a sum is 0, so that the ratio is not defined.
    QE, QEp, I2, H2 : float
        Heterogeneity around the estimate, by the inverse variances of ``effects``.
    weights : Vector
        Percent, one a row given; nan for rows left out.
    yi, vi : Vector
        The studies' own effects and sampling variances.
    slab : tuple of str
        Names of the studies.
    effects : Effects
        The same effects, with what was corrected for them.
    tests : MhTests
        Tests of the strata; empty for risk differences and Peto's method.
    notes : tuple of str
        Each correction and exclusion, in words.
    """

    DOES: ClassVar[str] = "Tables were pooled by an equal-effects method for sparse data."
    CITES: ClassVar[tuple[str, ...]] = ("mantel1959",)

    k: int
    estimate: float | None
    se: float | None
    stat: float | None
    pval: float | None
    ci_lb: float | None
    ci_ub: float | None
    QE: float
    QEp: float
    I2: float
    H2: float
    yi: Vector = field(repr=False)
    vi: Vector = field(repr=False)
    slab: tuple[str, ...] = field(repr=False)
    weights: Vector = field(repr=False)
    effects: Effects = field(repr=False)
    tests: MhTests = field(repr=False)
    measure: str
    method: Literal["MH", "PETO"]
    level: float

    def rows(self) -> NDArray[np.bool_]:
        """Say which of the tables have an effect of their own."""
        return np.isfinite(self.yi) & np.isfinite(self.vi) & (self.vi > 0)

    def arguments(self) -> Mapping[str, Any]:
        """Return the studies' own effects; functions that fit anew cannot keep the sums."""
        own = self.rows()
        return {
            "yi": self.yi[own],
            "vi": self.vi[own],
            "slab": [name for name, there in zip(self.slab, own, strict=True) if there],
            "measure": self.measure,
            "level": self.level,
            "sums": self.method,
        }

    def __str__(self) -> str:
        lines = [f"Equal-Effects Model (k = {self.k}; {NAMES[self.method]})", ""]
        lines += [f"I^2 (total heterogeneity / total variability):  {self.I2:.2f}%"]
        lines += [f"H^2 (total variability / sampling variability): {self.H2:.2f}", ""]
        lines += ["Test for Heterogeneity:"]
        lines += [f"Q(df = {self._df()}) = {show(self.QE)}, {show_p(self.QEp)}", ""]
        log = self.measure not in ("RD", "IRD")
        lines += [f"Model Results{' (log scale)' if log else ''}:", ""]
        columns = {"estimate": [self.estimate], "se": [self.se], "zval": [self.stat]}
        columns |= {"pval": [self.pval], "ci.lb": [self.ci_lb], "ci.ub": [self.ci_ub]}
        lines += show_coefficients(columns)
        if log and self.estimate is not None:
            ratio = {
                "estimate": [_exp(self.estimate)],
                "ci.lb": [_exp(self.ci_lb)],
                "ci.ub": [_exp(self.ci_ub)],
            }
            lines += ["", f"Model Results ({self.measure} scale):", "", *show_coefficients(ratio)]
        if self.tests.MHp is not None:
            lines += ["", f"Cochran-Mantel-Haenszel Test: CMH = {show(self.tests.MH)}, df = 1, "
                      f"{show_p(self.tests.MHp)}"]  # fmt: skip
        if self.tests.TAp is not None:
            lines += [f"Tarone's Test for Heterogeneity: X^2 = {show(self.tests.TA)}, "
                      f"{show_p(self.tests.TAp)}"]  # fmt: skip
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])

    def _df(self) -> int:
        """Degrees of freedom of Q: studies with an effect of their own, less one."""
        own = np.isfinite(self.yi) & np.isfinite(self.vi) & (self.vi > 0)
        return max(0, int(own.sum()) - 1)

    def tidy(self) -> Columns:
        """Return the pooled effect as columns under broom's names."""
        return {
            "term": ["overall"],
            "type": ["summary"],
            "estimate": [self.estimate],
            "std.error": [self.se],
            "statistic": [self.stat],
            "p.value": [self.pval],
            "conf.low": [self.ci_lb],
            "conf.high": [self.ci_ub],
        }

    def glance(self) -> Columns:
        """Return one row on the whole fit, as columns under the names of R's broom."""
        return {
            "i.squared": [self.I2],
            "h.squared": [self.H2],
            "cochran.qe": [self.QE],
            "p.value.cochran.qe": [self.QEp],
            "df.residual": [self._df()],
            "nobs": [self.k],
            "method": [self.method],
        }

    def report(self) -> Report:
        """Return sentences for a paper, with references; ratios are turned back from logs."""
        percent = f"{100 * self.level:g}%"
        log = self.measure not in ("RD", "IRD")
        value, low, high = (_exp(x) if log else x for x in (self.estimate, self.ci_lb, self.ci_ub))
        methods = (
            f"The {self.measure} was pooled by {NAMES[self.method]} with one common effect; its "
            f"{percent} confidence interval (CI) is by the normal distribution. Heterogeneity was "
            "assessed by Cochran's Q test and I2."
        )
        said = "not defined"
        if value is not None:
            said = f"{show(value, 2)} ({percent} CI {show_range(low, high)}; {show_p(self.pval)})"
        results = [
            f"The pooled {self.measure} of {self.k} studies was {said}.",
            f"Heterogeneity: Q = {self.QE:.2f}, df = {self._df()}, {show_p(self.QEp)}; "
            f"I2 = {self.I2:.1f}%.",
            *(f"Note: {note}." for note in self.notes),
        ]
        source = "yusuf1985" if self.method == "PETO" else "mantel1959"
        return Report(
            methods=methods,
            results=" ".join(results),
            references=cited(source, "cochran1954", "higgins2002"),
        )


def _exp(x: float | None) -> float | None:
    return None if x is None else float(np.exp(x))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pooled:
    """An estimate, its variance, and the weights behind it; nan where not defined."""

    estimate: float
    variance: float
    weights: Vector


def rma_mh(
    ai: ArrayLike,
    bi: ArrayLike | None = None,
    ci: ArrayLike | None = None,
    di: ArrayLike | None = None,
    *,
    n1i: ArrayLike | None = None,
    n2i: ArrayLike | None = None,
    measure: MhMeasure = "OR",
    zero_cells: ZeroCellsName | None = None,
    add: tuple[float, float] = (0.5, 0.0),
    to: tuple[To, To] = ("only0", "none"),
    drop00: tuple[bool, bool] = (True, False),
    correct: bool = True,
    rd_variance: Literal["sato", "greenland_robins"] = "sato",
    level: float = 0.95,
    slab: Sequence[str] | None = None,
) -> MhResult:
    """Pool 2x2 tables by Mantel and Haenszel's method, with one common effect.

    Parameters
    ----------
    ai, bi, ci, di : array_like, shape (k,)
        Events and non-events in group 1, then in group 2.
    n1i, n2i : array_like, shape (k,)
        Group sizes, in place of ``bi`` and ``di``.
    measure : {"OR", "RR", "RD"}
        Effect measure; ratios are pooled and given as logs.
    zero_cells : ZeroCellsName or None
        A convention of :data:`ranvier.stats.ZERO_CELLS`; it then sets ``add``, ``to``, ``drop00``.
        Risk differences bear empty cells: they follow it for the studies' own effects only.
    add, to, drop00 : tuple of two
        What is added, to which studies, and whether studies without events (or without non-events)
        in both groups are left out: first for the studies' own effects, then in the sums. RevMan 5
        is ``add=(0.5, 0.5), to=("only0", "only0"), drop00=(True, True)``.
    correct : bool
        Yates' correction of the Cochran-Mantel-Haenszel test.
    rd_variance : {"sato", "greenland_robins"}
        Variance of the risk difference: Sato's (metafor), or Greenland and Robins' (RevMan).
    level : float
        Of the interval, between 0 and 1.
    slab : sequence of str or None
        Names of the studies.

    Returns
    -------
    MhResult

    Raises
    ------
    InputError
        If a count is missing or negative, or the shapes differ.

    Notes
    -----
    The defaults are metafor's. Studies without events add nothing to the sums of a ratio, so
    ``drop00[1]`` only changes ``k`` there; a risk difference it would change.

    References
    ----------
    Greenland S, Robins JM (1985). Estimation of a common effect parameter from sparse follow-up
    data. Biometrics 41:55-68. doi:10.2307/2530643

    Robins J, Breslow N, Greenland S (1986). Estimators of the Mantel-Haenszel variance consistent
    in both sparse data and large-strata limiting models. Biometrics 42:311-323.
    doi:10.2307/2531052

    Sato T, Greenland S, Robins JM (1989). On the variance estimator for the Mantel-Haenszel risk
    difference. Biometrics 45:1323-1324.

    Examples
    --------
    >>> fit = rma_mh([5, 11, 5], n1i=[5, 16, 6], ci=[0, 0, 1], n2i=[5, 16, 6], measure="RR",
    ...              zero_cells="half_also_when_pooling")
    >>> [round(float(np.exp(x)), 2) for x in (fit.estimate, fit.ci_lb, fit.ci_ub)]
    [11.0, 2.86, 42.25]
    """
    if measure not in ("OR", "RR", "RD"):
        raise InputError(f"measure must be OR, RR or RD, not {measure!r}.")
    given = {"ai": ai, "bi": bi, "ci": ci, "di": di, "n1i": n1i, "n2i": n2i}
    table = table_from(measure, as_counts({n: x for n, x in given.items() if x is not None}))
    size: Size = "half"
    if zero_cells is not None:
        convention = ZERO_CELLS[zero_cells]
        size, add = convention.size, (0.5, 0.5)
        to = convention.to if measure != "RD" else (convention.to[0], "none")
        drop00 = convention.drop00 if measure != "RD" else (False, False)
    effects, _, own_notes = _corrected(table, measure, size, add[0], to[0], drop00[0])
    _, pooled_table, notes = _corrected(table, measure, size, add[1], to[1], drop00[1])
    keep = ~np.isnan(pooled_table.ai)
    if not keep.any():
        raise InputError("No study is left to pool: all are without events in both groups.")
    t = Table(**{c: getattr(pooled_table, c)[keep] for c in ("ai", "bi", "ci", "di")})
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _POOL[measure](t) if measure != "RD" else _risk_difference(t, rd_variance)
        tests = (
            _tests(t, found.estimate, correct) if measure == "OR" else MhTests(MH=None, MHp=None)
        )
    both = [note for note in notes if note in own_notes]
    said = [f"{note}, also in the pooled sums" if "added" in note else note for note in both]
    said += [f"{note}, for its own effect only" for note in own_notes if note not in both]
    said += [f"{note}, in the pooled sums only" for note in notes if note not in both]
    return assemble(
        found.estimate, found.variance, found.weights, keep, effects, measure, level,
        tests=tests, method="MH", notes=tuple(said), slab=slab,
        call=RCall(
            function="rma.mh",
            columns={"ai": table.ai, "bi": table.bi, "ci": table.ci, "di": table.di, "slab": slab},
            options={
                "measure": measure, "add": add, "to": to, "drop00": drop00, "correct": correct,
                "level": None if level == 0.95 else 100 * level,
            },
        ) if size == "half" and rd_variance == "sato" else None,
    )  # fmt: skip


def _corrected(
    table: Table, measure: MhMeasure, size: Size, add: float, to: To, drop00: bool
) -> tuple[Effects, Table, list[str]]:
    """Effects and counts under one half of a convention; rows left out are nan."""
    gone = double_zero(table) if drop00 else np.zeros(len(table.ai), dtype=bool)
    plus = add_to_rows(table.has_zero & ~gone, to, add) & ~gone
    c1, c2 = (np.where(plus, c, 0.0) for c in constants(table, size, add))
    nan = np.where(gone, np.nan, 0.0)
    t = Table(
        ai=table.ai + c1 + nan,
        bi=table.bi + c1 + nan,
        ci=table.ci + c2 + nan,
        di=table.di + c2 + nan,
    )
    notes: list[str] = []
    for i in range(len(plus)):
        if plus[i] and c1[i] == c2[i]:
            notes.append(f"study {i + 1}: {c1[i]:g} added to all four cells")
        elif plus[i]:
            notes.append(f"study {i + 1}: {c1[i]:.3g} added in group 1, {c2[i]:.3g} in group 2")
        elif gone[i]:
            notes.append(f"study {i + 1}: left out, no events, or no non-events, in both groups")
    plain = escalc(measure, ai=t.ai, bi=t.bi, ci=t.ci, di=t.di, to="none")
    undefined = [i for i in plain.dropped if not gone[i]]
    own = [f"study {i + 1}: {measure} or its variance is not defined" for i in undefined]
    effects = Effects(
        yi=plain.yi,
        vi=plain.vi,
        measure=measure,
        corrected=tuple(int(i) for i in np.flatnonzero(plus)),
        dropped=plain.dropped,
        notes=(*notes, *own),
    )
    return effects, t, notes


def assemble(
    estimate: float,
    variance: float,
    weights: Vector,
    keep: NDArray[np.bool_],
    effects: Effects,
    measure: str,
    level: float,
    *,
    tests: MhTests,
    method: Literal["MH", "PETO"],
    notes: tuple[str, ...],
    slab: Sequence[str] | None,
    call: RCall | None,
    tables: int | None = None,
) -> MhResult:
    """Put together interval, test and heterogeneity around a pooled estimate.

    Heterogeneity has one degree of freedom fewer than there are ``tables``, or else effects.
    """
    se = float(np.sqrt(variance))
    half = critical(level, None) * se
    stat = estimate / se if se > 0 else float("nan")
    # A variance of 0 (a risk difference without events) has no inverse: it cannot count.
    y, v = effects.yi, effects.vi
    own = ~(np.isnan(y) | np.isnan(v)) & (v > 0)
    free = (int(own.sum()) if tables is None else tables) - 1
    q = 0.0 if free < 1 or np.isnan(estimate) else float(((y - estimate)[own] ** 2 / v[own]).sum())
    if np.isnan(estimate):
        notes = (*notes, "the pooled effect is not defined: no events in one of the groups")
    percent = np.full(len(keep), np.nan)
    percent[keep] = 100 * weights / weights.sum() if weights.sum() > 0 else np.nan
    return MhResult(
        k=int(keep.sum()),
        estimate=defined(estimate),
        se=defined(se) if np.isfinite(estimate) else None,
        stat=defined(stat),
        pval=defined(two_sided(stat, None)),
        ci_lb=defined(estimate - half),
        ci_ub=defined(estimate + half),
        QE=q,
        QEp=float(chi2.sf(q, free)) if free > 0 else 1.0,
        I2=max(0.0, 100 * (q - free) / q) if q > 0 else 0.0,
        H2=q / free if free > 0 else 1.0,
        yi=y,
        vi=v,
        slab=labels(slab, len(y)),
        weights=percent,
        effects=effects,
        tests=tests,
        measure=measure,
        method=method,
        level=level,
        notes=notes,
        call=call,
    )


def _log_ratio(r: Vector, s: Vector, variance: float, weights: Vector) -> _Pooled:
    """Log of a ratio of sums; nan if either is 0."""
    if r.sum() == 0 or s.sum() == 0:
        return _Pooled(estimate=float("nan"), variance=float("nan"), weights=weights)
    return _Pooled(
        estimate=float(np.log(r.sum() / s.sum())), variance=float(variance), weights=weights
    )


def _odds_ratio(t: Table) -> _Pooled:
    """Mantel and Haenszel (1959); variance by Robins, Breslow and Greenland (1986)."""
    n = t.n1i + t.n2i
    p, q = (t.ai + t.di) / n, (t.bi + t.ci) / n
    r, s = t.ai * t.di / n, t.bi * t.ci / n
    R, S = r.sum(), s.sum()
    variance = (p @ r / R**2 + (p @ s + q @ r) / (R * S) + q @ s / S**2) / 2
    return _log_ratio(r, s, variance, s)


def _risk_ratio(t: Table) -> _Pooled:
    """Mantel-Haenszel risk ratio; variance by Greenland and Robins (1985)."""
    n = t.n1i + t.n2i
    r, s = t.ai * t.n2i / n, t.ci * t.n1i / n
    d = (t.n1i * t.n2i * (t.ai + t.ci) - t.ai * t.ci * n) / n**2
    return _log_ratio(r, s, d.sum() / (r.sum() * s.sum()), s)


def _risk_difference(t: Table, rd_variance: Literal["sato", "greenland_robins"]) -> _Pooled:
    """Mantel-Haenszel risk difference."""
    n1, n2 = t.n1i, t.n2i
    n = n1 + n2
    w = n1 * n2 / n
    if not w.sum() > 0:
        return _Pooled(estimate=float("nan"), variance=float("nan"), weights=w)
    rd = float((t.ai * n2 / n - t.ci * n1 / n).sum() / w.sum())
    if rd_variance == "greenland_robins":
        spread = (t.ai * t.bi * n2**3 + t.ci * t.di * n1**3) / (n1 * n2 * n**2)
        variance = spread.sum() / w.sum() ** 2
    else:
        p = t.ci * (n1 / n) ** 2 - t.ai * (n2 / n) ** 2 + n1 * n2 * (n2 - n1) / (2 * n**2)
        q = (t.ai * t.di + t.ci * t.bi) / (2 * n)
        variance = (rd * p.sum() + q.sum()) / w.sum() ** 2
    return _Pooled(estimate=rd, variance=float(variance), weights=w)


_POOL = {"OR": _odds_ratio, "RR": _risk_ratio}


def _tests(t: Table, log_or: float, correct: bool) -> MhTests:
    """Cochran-Mantel-Haenszel, Breslow-Day and Tarone."""
    n = t.n1i + t.n2i
    x, y = t.ai + t.ci, t.bi + t.di
    if x.sum() == 0 or y.sum() == 0:
        return MhTests(MH=None, MHp=None)
    gap = abs(float((t.ai - t.n1i * x / n).sum())) - (0.5 if correct else 0.0)
    spread = float((t.n1i * t.n2i * x * y / (n**2 * np.maximum(n - 1, 1.0))).sum())
    if not spread > 0:
        return MhTests(MH=None, MHp=None)
    mh = gap**2 / spread
    mhp = float(chi2.sf(mh, 1))
    if np.isnan(log_or):
        return MhTests(MH=defined(mh), MHp=defined(mhp))
    fitted = _expected_events(t.n1i, t.n2i, x, float(np.exp(log_or)))
    use = (fitted > 0) & (x > 0) & (y > 0)
    e, a, n1, m = fitted[use], t.ai[use], t.n1i[use], x[use]
    inverse = 1 / e + 1 / (n1 - e) + 1 / (m - e) + 1 / (t.n2i[use] - m + e)
    bd = float(((a - e) ** 2 * inverse).sum())
    ta = max(0.0, bd - float((a - e).sum()) ** 2 / float((1 / inverse).sum()))
    free = int(use.sum()) - 1
    bdp, tap = (float(chi2.sf(s, free)) if free > 0 else None for s in (bd, ta))
    return MhTests(
        MH=defined(mh), MHp=defined(mhp), BD=defined(bd), BDp=bdp, TA=defined(ta), TAp=tap
    )


def _expected_events(n1: Vector, n2: Vector, x: Vector, odds_ratio: float) -> Vector:
    """Events in group 1, given the margins, that make the odds ratio hold exactly."""
    if odds_ratio == 1:
        return n1 * x / (n1 + n2)
    b = odds_ratio * (n1 + x) + n2 - x
    # The smaller root, in the form that does not cancel when the odds ratio is near 1.
    return (
        2 * odds_ratio * n1 * x / (b + np.sqrt(b**2 - 4 * n1 * x * odds_ratio * (odds_ratio - 1)))
    )


def rma_mh_rates(
    x1i: ArrayLike,
    t1i: ArrayLike,
    x2i: ArrayLike,
    t2i: ArrayLike,
    *,
    measure: RateMeasure = "IRR",
    correct: bool = True,
    level: float = 0.95,
    slab: Sequence[str] | None = None,
) -> MhResult:
    """Pool events per person-time by Mantel and Haenszel's weights.

    Parameters
    ----------
    x1i, t1i, x2i, t2i : array_like, shape (k,)
        Events and person-time in group 1, then in group 2.
    measure : {"IRR", "IRD"}
        Log rate ratio, or rate difference.
    correct : bool
        Yates' correction of the test.
    level : float
        Of the interval, between 0 and 1.
    slab : sequence of str or None
        Names of the studies.

    Returns
    -------
    MhResult
        0.5 is added to both counts of a study with an empty one for its own effect only.

    References
    ----------
    Rothman KJ, Greenland S, Lash TL (2008). Modern Epidemiology, 3rd ed., chapter 15.

    Examples
    --------
    >>> fit = rma_mh_rates([9, 4], [100, 80], [15, 8], [100, 90])
    >>> round(fit.estimate, 4)
    -0.5319
    """
    c = as_counts({"x1i": x1i, "t1i": t1i, "x2i": x2i, "t2i": t2i})
    effects = escalc(measure, x1i=c["x1i"], t1i=c["t1i"], x2i=c["x2i"], t2i=c["t2i"], drop00=True)
    x1, t1, x2, t2 = c["x1i"], c["t1i"], c["x2i"], c["t2i"]
    t = t1 + t2
    spread = t1 * t2 * (x1 + x2) / t**2
    tests = MhTests(MH=None, MHp=None)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "IRR":
            r, s = x1 * t2 / t, x2 * t1 / t
            found = _log_ratio(r, s, spread.sum() / (r.sum() * s.sum()), s)
            gap = abs(float((x1 - (x1 + x2) * t1 / t).sum())) - (0.5 if correct else 0.0)
            mh = float(np.square(gap) / spread.sum())
            tests = MhTests(MH=defined(mh), MHp=defined(float(chi2.sf(mh, 1))))
        else:
            w = t1 * t2 / t
            variance = float((w**2 * (x1 / t1**2 + x2 / t2**2)).sum() / w.sum() ** 2)
            difference = float((w * (x1 / t1 - x2 / t2)).sum() / w.sum())
            found = _Pooled(estimate=difference, variance=variance, weights=w)
    return assemble(
        found.estimate, found.variance, found.weights, np.ones(len(x1), dtype=bool), effects,
        measure, level, tests=tests, method="MH",
        notes=tuple(f"{note}, for its own effect" for note in effects.notes), slab=slab,
        call=RCall(
            function="rma.mh",
            columns={"x1i": x1, "t1i": t1, "x2i": x2, "t2i": t2, "slab": slab},
            options={
                "measure": measure, "correct": correct,
                "level": None if level == 0.95 else 100 * level,
            },
        ),
    )  # fmt: skip
