"""Mixed models, beta-binomial and exact methods: counts pooled without a constant."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom, binom, binomtest, nchypergeom_fisher, norm, poisson

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats import (
    beta_binomial,
    exact_odds_ratio,
    exact_rate_ratio,
    loglik_at,
    rma_glmm,
    rma_mh_rates,
    sparse_methods,
)

#: dat.nielweise2007 of the R package metadat: catheter-related bloodstream infections.
NIEL = {
    "ai": [0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4],
    "n1i": [116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64],
    "ci": [3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1],
    "n2i": [117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69],
}
MODELS = ("UM.FS", "UM.RS", "CM.EL", "CM.AL")

counts = st.integers(2, 7).flatmap(
    lambda k: st.lists(
        st.tuples(st.integers(1, 12), st.integers(20, 60), st.integers(1, 12), st.integers(20, 60)),
        min_size=k,
        max_size=k,
    )
)
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def columns(rows: list[tuple[int, int, int, int]]) -> dict[str, list[int]]:
    return dict(zip(("ai", "n1i", "ci", "n2i"), map(list, zip(*rows, strict=True)), strict=True))


def exact_log_likelihood(estimate: float, tau2: float) -> float:
    """The conditional model of NIEL by brute force: SciPy's distribution and integration."""
    total = 0.0
    for a, n1, c, n2 in zip(*NIEL.values(), strict=True):
        if a + c == 0:
            continue

        def density(theta: float, a: int = a, n1: int = n1, c: int = c, n2: int = n2) -> float:
            p = nchypergeom_fisher.pmf(a, n1 + n2, a + c, n1, np.exp(theta))
            return p * norm.pdf(theta, estimate, np.sqrt(tau2))

        spread = 9 * np.sqrt(tau2)
        total += np.log(quad(density, estimate - spread, estimate + spread, epsabs=1e-12)[0])
    return total


def test_the_exact_conditional_likelihood_is_that_of_brute_force() -> None:
    fit = rma_glmm("OR", **NIEL, model="CM.EL")
    top = exact_log_likelihood(fit.estimate, fit.tau2)
    assert fit.fit.loglik == pytest.approx(top, abs=1e-6)
    for shift, factor in ((0.1, 1.0), (-0.1, 1.0), (0.0, 1.3), (0.0, 0.7)):
        assert exact_log_likelihood(fit.estimate + shift, fit.tau2 * factor) < top


@pytest.mark.parametrize(("measure", "family"), [("PLO", "persons"), ("IRLN", "time")])
def test_more_nodes_approach_the_integral(measure: str, family: str) -> None:
    x, n = [1, 9, 3, 0, 14], [20, 35, 11, 12, 40]
    data = {"xi": x, ("ni" if family == "persons" else "ti"): n}
    fit = rma_glmm(measure, **data, nAGQ=25)
    sd = np.sqrt(fit.tau2)

    def density(theta: float, xi: int, ni: int) -> float:
        p = binom.pmf(xi, ni, expit(theta)) if measure == "PLO" else 0.0
        p = p if measure == "PLO" else poisson.pmf(xi, ni * np.exp(theta))
        return p * norm.pdf(theta, fit.estimate, sd)

    total = sum(
        np.log(quad(density, fit.estimate - 9 * sd, fit.estimate + 9 * sd, args=(xi, ni))[0])
        for xi, ni in zip(x, n, strict=True)
    )
    assert fit.fit.loglik == pytest.approx(total, abs=1e-6)
    few = rma_glmm(measure, **data)
    assert few.fit.loglik == pytest.approx(total, abs=1e-3)


@given(counts, st.sampled_from(MODELS), st.sampled_from(("ML", "EE")))
@slow
def test_swapping_the_groups_turns_the_sign(rows: list, model: str, method: str) -> None:
    here = rma_glmm("OR", **columns(rows), model=model, method=method)
    swapped = columns([(c, n2, a, n1) for a, n1, c, n2 in rows])
    there = rma_glmm("OR", **swapped, model=model, method=method)
    assert there.estimate == pytest.approx(-here.estimate, abs=1e-5)
    assert there.tau2 == pytest.approx(here.tau2, abs=1e-5)
    assert there.fit.loglik == pytest.approx(here.fit.loglik, abs=1e-7)


@given(counts, st.sampled_from(MODELS), st.randoms())
@slow
def test_the_order_of_studies_does_not_matter(rows: list, model: str, random) -> None:
    here = rma_glmm("OR", **columns(rows), model=model)
    shuffled = list(rows)
    random.shuffle(shuffled)
    there = rma_glmm("OR", **columns(shuffled), model=model)
    assert there.estimate == pytest.approx(here.estimate, abs=1e-6)
    assert there.fit.loglik == pytest.approx(here.fit.loglik, abs=1e-8)


@given(counts, st.sampled_from(("UM.FS", "CM.EL", "CM.AL")))
@slow
def test_a_study_without_events_has_no_part_in_models_given_the_study(
    rows: list, model: str
) -> None:
    here = rma_glmm("OR", **columns(rows), model=model)
    more = rma_glmm("OR", **columns([*rows, (0, 50, 0, 40)]), model=model, drop00=False)
    assert more.estimate == here.estimate
    assert more.k == here.k
    assert "no events in either group" in more.notes[-1]


@given(counts)
@slow
def test_letting_effects_vary_never_lowers_the_likelihood(rows: list) -> None:
    for model in MODELS:
        common = rma_glmm("OR", **columns(rows), model=model, method="EE")
        if model != "UM.RS":  # There the numbers of nodes differ.
            free = rma_glmm("OR", **columns(rows), model=model)
            assert free.fit.loglik >= common.fit.loglik - 1e-8


@given(counts)
@slow
def test_one_common_effect_given_the_margins_is_the_conditional_estimate(rows: list) -> None:
    fit = rma_glmm("OR", **columns(rows), model="CM.EL", method="EE")
    exact = exact_odds_ratio(
        [a for a, *_ in rows], n1i=[r[1] for r in rows], ci=[r[2] for r in rows],
        n2i=[r[3] for r in rows],
    )  # fmt: skip
    assert np.exp(fit.estimate) == pytest.approx(exact.estimate, rel=1e-6)


def test_a_study_without_events_informs_random_study_effects() -> None:
    here = rma_glmm("OR", **NIEL, model="UM.RS")
    more = rma_glmm("OR", **NIEL, model="UM.RS", drop00=False)
    assert (here.k, more.k) == (17, 18)
    assert more.sigma2 > here.sigma2


def test_time_may_be_measured_in_other_units() -> None:
    data = {"x1i": [3, 0, 7], "t1i": [40, 22, 80], "x2i": [5, 2, 6], "t2i": [38, 30, 75]}
    months = {k: [12 * t for t in v] if k[0] == "t" else v for k, v in data.items()}
    for model in ("UM.FS", "UM.RS", "CM.EL"):
        years, other = (rma_glmm("IRR", **d, model=model) for d in (data, months))
        assert other.estimate == pytest.approx(years.estimate, abs=1e-8)
        assert other.tau2 == pytest.approx(years.tau2, abs=1e-8)


def test_the_correlation_of_level_and_effect_never_lowers_the_likelihood() -> None:
    apart = rma_glmm("OR", **NIEL, model="UM.RS")
    joint = rma_glmm("OR", **NIEL, model="UM.RS", cor=True)
    assert joint.fit.loglik >= apart.fit.loglik
    assert joint.rho is not None
    assert -1 <= joint.rho <= 1


def test_codings_of_the_group_are_mirror_images() -> None:
    swapped = dict(zip(("ci", "n2i", "ai", "n1i"), NIEL.values(), strict=True))
    one = rma_glmm("OR", **NIEL, model="UM.RS", coding="group1")
    other = rma_glmm("OR", **swapped, model="UM.RS", coding="group2")
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_one_study_gives_one_common_effect_with_a_note(model: str) -> None:
    fit = rma_glmm("OR", ai=[3], n1i=[40], ci=[7], n2i=[42], model=model)
    assert fit.tau2 == 0
    assert any("one study" in note for note in fit.notes)
    assert fit.QE_Wld is None
    assert fit.I2 is None


@pytest.mark.parametrize("model", MODELS)
def test_two_studies_have_a_result(model: str) -> None:
    fit = rma_glmm("OR", ai=[3, 0], n1i=[40, 30], ci=[7, 2], n2i=[42, 33], model=model, test="t")
    assert fit.ddf == 1
    assert np.isfinite([fit.estimate, fit.se, fit.ci_lb]).all()


@pytest.mark.parametrize("model", MODELS)
def test_an_infinite_estimate_is_refused_with_the_way_out(model: str) -> None:
    with pytest.raises(InputError, match="infinite") as caught:
        rma_glmm("OR", ai=[0, 0], n1i=[40, 30], ci=[7, 2], n2i=[42, 33], model=model)
    assert "exact_odds_ratio" in str(caught.value)


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(InputError, match="whole numbers"):
        rma_glmm("PLO", xi=[1.5, 2], ni=[10, 10])
    with pytest.raises(InputError, match="must not exceed"):
        rma_glmm("PLO", xi=[11, 2], ni=[10, 10])
    with pytest.raises(InputError, match="Person-time"):
        rma_glmm("IRLN", xi=[1, 2], ti=[10, 0])
    with pytest.raises(InputError, match="two random effects"):
        rma_glmm("OR", **NIEL, model="UM.RS", nAGQ=7)
    with pytest.raises(InputError, match="No study"):
        rma_glmm("OR", ai=[0, 0], n1i=[5, 5], ci=[0, 0], n2i=[5, 5])


def test_the_likelihood_at_the_maximum_is_that_of_the_fit() -> None:
    fit = rma_glmm("OR", **NIEL, model="UM.FS")
    there = loglik_at("OR", NIEL, model="UM.FS", estimate=fit.estimate, tau2=fit.tau2)
    assert there == pytest.approx(fit.fit.loglik, abs=1e-9)
    assert loglik_at("OR", NIEL, model="UM.FS", estimate=fit.estimate, tau2=1.0) < there


def test_the_beta_binomial_maximum_is_that_of_another_optimiser() -> None:
    groups = (("ai", "n1i"), ("ci", "n2i"))

    def loss(t: np.ndarray) -> float:
        s = (1 - expit(t[2])) / expit(t[2])
        return -sum(
            betabinom.logpmf(NIEL[x], NIEL[n], expit(m) * s, (1 - expit(m)) * s).sum()
            for (x, n), m in zip(groups, t[:2], strict=True)
        )

    found = minimize(loss, [-4, -3, -4], method="Nelder-Mead", options={"fatol": 1e-12})
    fit = beta_binomial("OR", **NIEL)
    assert fit.fit.loglik == pytest.approx(-found.fun, abs=1e-8)
    assert fit.estimate == pytest.approx(found.x[0] - found.x[1], abs=1e-4)
    assert fit.rho == pytest.approx(expit(found.x[2]), rel=1e-3)


@given(counts)
@slow
def test_beta_binomial_ratios_and_differences_are_of_the_same_risks(rows: list) -> None:
    data = columns(rows)
    odds, ratio, difference = (beta_binomial(m, **data) for m in ("OR", "RR", "RD"))
    p1, p2 = odds.risks
    assert ratio.estimate == pytest.approx(np.log(p1 / p2))
    assert difference.estimate == pytest.approx(p1 - p2)
    swapped = columns([(c, n2, a, n1) for a, n1, c, n2 in rows])
    assert beta_binomial("OR", **swapped).estimate == pytest.approx(-odds.estimate, abs=1e-7)


def test_the_beta_binomial_uses_studies_without_events() -> None:
    rows = [(2, 60, 5, 60), (1, 35, 4, 35), (4, 80, 6, 80)]
    here = beta_binomial("RD", **columns(rows))
    more = beta_binomial("RD", **columns([*rows, (0, 200, 0, 200)]))
    assert more.k == here.k + 1
    assert abs(more.estimate) < abs(here.estimate)


def test_a_beta_binomial_without_a_maximum_is_refused() -> None:
    with pytest.raises(ConvergenceError, match="only events or none"):
        beta_binomial("PLO", xi=[0, 20, 0, 30], ni=[25, 20, 40, 30])
    with pytest.raises(InputError, match="no events at all"):
        beta_binomial("PLO", xi=[0, 0], ni=[25, 20])


def test_the_exact_rate_ratio_of_one_study_is_a_binomial_test() -> None:
    found = exact_rate_ratio([2], [350], [8], [300])
    assert found.pval == pytest.approx(binomtest(2, 10, 350 / 650).pvalue, rel=1e-9)
    assert found.estimate == pytest.approx((2 / 350) / (8 / 300))
    share = binomtest(2, 10).proportion_ci(method="exact")
    odds = [p / (1 - p) * 300 / 350 for p in (share.low, share.high)]
    assert (found.ci_lb, found.ci_ub) == pytest.approx(tuple(odds), rel=1e-8)


def test_exact_ratios_bear_large_counts_and_empty_groups() -> None:
    big = exact_rate_ratio([1672, 3781], [77669, 144242], [2862, 8089], [191331, 523758])
    assert 1.5 < big.ci_lb < big.estimate < big.ci_ub < 1.7
    none = exact_rate_ratio([0, 0], [100, 90], [3, 2], [80, 95])
    assert none.estimate == 0
    assert none.ci_lb == 0
    assert np.isfinite(none.ci_ub)
    assert exact_rate_ratio([0], [10], [0], [10]).estimate is None


def test_mid_p_intervals_are_shorter() -> None:
    data = ([0, 2], [100, 250], [3, 5], [110, 240])
    exact, mid = exact_rate_ratio(*data), exact_rate_ratio(*data, mid_p=True)
    assert exact.ci_lb < mid.ci_lb < mid.ci_ub < exact.ci_ub


def verdicts(**data) -> dict[str, str]:
    return {a.method: a.verdict for a in sparse_methods(**data).advice}


def test_peto_suits_rare_events_in_balanced_trials_with_small_effects_only() -> None:
    rare = {"ai": [4, 6, 3, 9], "n1i": [900] * 4, "ci": [5, 8, 6, 9], "n2i": [900] * 4}
    assert verdicts(**rare)["Peto odds ratio"] == "suits"
    assert verdicts(**{**rare, "n2i": [180] * 4})["Peto odds ratio"] == "unsuited"
    assert verdicts(**{**rare, "ci": [50, 80, 60, 90]})["Peto odds ratio"] == "unsuited"
    common = {"ai": [40, 60, 30, 90], "n1i": [90] * 4, "ci": [50, 70, 40, 89], "n2i": [90] * 4}
    assert verdicts(**common)["Peto odds ratio"] == "unsuited"


def test_methods_that_need_a_constant_do_not_suit_empty_cells() -> None:
    assert verdicts(**NIEL)["inverse variance, 0.5 added"] == "unsuited"
    assert verdicts(**NIEL)["exact common odds ratio"] == "suits"
    assert verdicts(xi=[0, 1, 2, 9, 3], ni=[50, 60, 70, 80, 90])["mixed model"] == "suits"


def test_an_infinite_ratio_is_seen_before_it_is_estimated() -> None:
    found = sparse_methods(ai=[0, 0], n1i=[40, 30], ci=[7, 2], n2i=[42, 33])
    verdict = {a.method: a.verdict for a in found.advice}
    assert verdict["Mantel-Haenszel odds ratio"] == "not_possible"
    assert verdict["exact common odds ratio"] == "with_care"
    rates = sparse_methods(x1i=[0, 0], t1i=[40, 30], x2i=[7, 2], t2i=[42, 33])
    assert rates.facts.separated


def test_every_method_says_what_it_does_with_studies_without_events() -> None:
    found = sparse_methods(**NIEL)
    assert (found.facts.single_zero, found.facts.double_zero, found.facts.k) == (5, 1, 18)
    assert {a.double_zero for a in found.advice} == {"used", "no part"}
    with pytest.raises(InputError, match="no counts"):
        sparse_methods(ai=[1, 2])


def test_groups_that_are_all_but_sure_do_not_send_the_search_for_modes_astray() -> None:
    data = {"ai": [234, 3857, 391], "n1i": [2217, 3857, 1234], "ci": [54, 3822, 3657],
            "n2i": [1499, 3822, 3658]}  # fmt: skip
    fit = rma_glmm("OR", **data, model="UM.RS")
    assert fit.sigma2 > 5
    assert np.isfinite([fit.estimate, fit.se]).all()
    with pytest.raises(ConvergenceError, match="without bound"):
        rma_glmm("OR", **{**data, "n2i": [1499, 3822, 3657]}, model="UM.RS", cor=True,
                 drop00=False)  # fmt: skip


def test_rates_without_any_event_have_no_ratio_and_a_note() -> None:
    fit = rma_mh_rates([0, 0], [10, 20], [0, 0], [12, 22])
    assert fit.estimate is None
    assert fit.tests.MH is None
