"""Funnel plots, subgroups, shrinkage, combined p values, quantiles: edges and what must hold."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import (
    begg_test,
    blup,
    combine_p,
    fsn,
    heterogeneity,
    kenward_roger,
    mean_from_quantiles,
    meta_regression,
    ranktest,
    regtest,
    rma,
    subgroups,
    trimfill,
)

YI = np.array([0.1, 0.15, 0.2, 0.5, 0.8, 1.2])
VI = np.array([0.01, 0.02, 0.01, 0.1, 0.2, 0.3])


def test_egger_is_the_regression_of_effect_over_error_on_precision() -> None:
    """The intercept of that unweighted regression is our slope, with the same test."""
    se = np.sqrt(VI)
    line = scipy.stats.linregress(1 / se, YI / se)
    found = regtest(YI, VI, model="lm")
    assert found.slope == pytest.approx(line.intercept, rel=1e-10)
    assert found.slope_se == pytest.approx(line.intercept_stderr, rel=1e-10)
    assert found.limit == pytest.approx(line.slope, rel=1e-10)
    assert "little power" in found.notes[0]


def test_a_funnel_needs_studies_of_different_size() -> None:
    with pytest.raises(InputError, match="same error"):
        regtest([1, 2, 3], [1, 1, 1])
    for test in (regtest, ranktest, begg_test, trimfill):
        with pytest.raises(InputError, match="at least three"):
            test([1, 2], [1, 2])


def test_begg_and_kendall_count_the_same_pairs() -> None:
    tau, _ = ranktest(YI, VI + np.arange(6) / 1000)
    found = begg_test(YI, VI + np.arange(6) / 1000)
    assert found.score == pytest.approx(tau * 15)
    assert found.se == pytest.approx(np.sqrt(6 * 5 * 17 / 18))


def test_trim_and_fill_mirrors_and_turns_with_the_sign() -> None:
    found, turned = trimfill(YI, VI, method="EE"), trimfill(-YI, VI, method="EE")
    assert (found.side, turned.side) == ("left", "right")
    assert found.k0 == turned.k0 > 0
    assert turned.fit.estimate == pytest.approx(-found.fit.estimate)
    assert found.fit.estimate < rma(YI, VI, method="EE").estimate
    np.testing.assert_allclose(sorted(found.filled_vi), sorted(VI[-found.k0 :]))


def test_nothing_is_filled_into_a_symmetric_funnel() -> None:
    yi = [0.0, -0.3, 0.3, -0.8, 0.8]
    found = trimfill(yi, [0.01, 0.05, 0.05, 0.2, 0.2], method="EE", side="left")
    assert found.k0 == 0
    assert found.fit.k == 5


def test_the_general_fail_safe_number_is_the_first_that_overturns() -> None:
    fit = rma(YI, VI)
    n = fsn(YI, VI, type="General").n
    typical = 1 / (1 / VI).mean()

    def pval(extra: int) -> float:
        k, mean = 6, 6 * fit.estimate / (6 + extra)
        spread = (k - 1 + max(0, extra - 1)) * fit.tau2
        spread += k * (fit.estimate - mean) ** 2 + extra * mean**2
        tau2 = spread / (k + extra - 1)
        return rma(
            np.append(YI, np.zeros(extra)), np.append(VI, np.full(extra, typical)), tau2=tau2
        ).pval

    assert n > 0
    assert pval(n) >= 0.05 > pval(n - 1)


def test_orwins_number_brings_the_mean_to_the_target() -> None:
    yi, vi = [0.4, 0.4, 0.4], [0.1, 0.1, 0.1]
    assert fsn(yi, vi, type="Orwin", target=0.1).n == 9
    assert fsn(yi, vi, type="Orwin").n == 3


def test_subgroups_with_a_common_tau2_are_a_meta_regression() -> None:
    by = ["a", "a", "b", "b", "a", "b"]
    groups = subgroups(YI, VI, by=by, common_tau2=True)
    fit = meta_regression(YI, VI, mods=[x == "b" for x in by])
    assert pytest.approx(groups.Q, rel=1e-8) == fit.QM
    assert fit.beta[0] == pytest.approx(groups.groups[0].estimate, rel=1e-8)
    assert fit.tau2 == pytest.approx(groups.groups[1].tau2, rel=1e-6)


def test_subgroups_of_one_kind_cannot_be_compared() -> None:
    with pytest.raises(InputError, match="at least two"):
        subgroups([1, 2], [1, 1], by=["a", "a"])
    with pytest.raises(InputError, match="by must have 2 rows"):
        subgroups([1, 2], [1, 1], by=["a"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=3, max_size=8))
def test_shrunken_effects_lie_between_the_study_and_the_mean(effects: list[float]) -> None:
    yi, vi = np.array(effects), np.linspace(0.05, 0.5, len(effects))
    mean, found = rma(yi, vi).estimate, blup(yi, vi)
    low, high = np.minimum(yi, mean), np.maximum(yi, mean)
    assert (found.pred >= low - 1e-9).all()
    assert (found.pred <= high + 1e-9).all()
    np.testing.assert_allclose(found.pred - mean, found.ranef, atol=1e-9)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("sumlog", "fisher"), ("sumz", "stouffer"), ("minimump", "tippett")]
)
def test_combined_p_values_are_scipys(ours, theirs: str) -> None:
    p = [0.02, 0.3, 0.11, 0.5]
    expected = scipy.stats.combine_pvalues(p, method=theirs)
    assert combine_p(p, method=ours).pval == pytest.approx(expected.pvalue, rel=1e-9)


def test_a_truncated_product_is_what_chance_gives() -> None:
    p = np.array([0.01, 0.2, 0.7, 0.4])
    found = combine_p(p, method="truncated", truncation=0.3)
    drawn = np.random.default_rng(4).random((200_000, 4))
    logs = np.where(drawn <= 0.3, np.log(drawn), 0).sum(axis=1)
    share = (logs <= np.log(0.01 * 0.2)).mean()
    assert found.pval == pytest.approx(share, abs=4 * np.sqrt(share / 200_000))


def test_p_values_that_a_method_cannot_use_are_named() -> None:
    found = combine_p([0.0, 0.1, 0.2], method="sumz")
    assert (found.k, found.notes) == (2, ("p value 1: left out, sumz has no value for 0",))
    assert combine_p([0.0, 0.1, 0.2], method="minimump").pval == 0
    with pytest.raises(InputError, match="between 0 and 1"):
        combine_p([0.1, 1.2])


def test_quantiles_of_a_normal_sample_give_its_mean_and_spread_back() -> None:
    z = scipy.stats.norm(50, 10).ppf
    full = mean_from_quantiles(
        400, 50, q1=z(0.25), q3=z(0.75), lowest=z(1 / 800), highest=z(799 / 800)
    )
    assert (full.mean, full.sd) == pytest.approx((50, 10), rel=0.03)
    quartiles = mean_from_quantiles(400, 50, q1=z(0.25), q3=z(0.75))
    assert (quartiles.mean, quartiles.sd) == pytest.approx((50, 10), rel=0.01)


def test_skewed_quantiles_have_no_mean() -> None:
    found = mean_from_quantiles(100, 10, q1=9, q3=30)
    assert (found.mean, found.sd) == (None, None)
    assert "skewed" in found.notes[0]
    assert mean_from_quantiles(100, 10, q1=9, q3=30, check=False).mean is not None
    with pytest.raises(InputError, match="must rise"):
        mean_from_quantiles(100, 10, q1=12, q3=30)
    with pytest.raises(InputError, match="both quartiles"):
        mean_from_quantiles(100, 10, q1=9)
    with pytest.raises(InputError, match="at least 5"):
        mean_from_quantiles(4, 10, q1=9, q3=12)


def test_h_and_i2_say_the_same() -> None:
    found = heterogeneity(40.0, 11)
    assert found.H[0] == pytest.approx(2.0)
    assert found.I2[0] == pytest.approx(75.0)
    assert found.I2[1] == pytest.approx(100 * (1 - 1 / found.H[1] ** 2))
    assert heterogeneity(3.0, 11).I2[0] == 0
    assert np.isnan(heterogeneity(1.0, 2).H[1])


def test_kenward_and_roger_are_at_least_as_careful_as_plain_reml() -> None:
    found = kenward_roger(YI, VI)
    plain = rma(YI, VI)
    assert found.se >= plain.se
    assert found.ci_ub - found.ci_lb > plain.ci_ub - plain.ci_lb
    equal = kenward_roger([0.1, 0.9, 0.4, 0.2], [0.1] * 4)
    # Equal variances: the information is exactly that of k - 1 squares.
    assert equal.df == pytest.approx(3)
    assert equal.se == pytest.approx(rma([0.1, 0.9, 0.4, 0.2], [0.1] * 4).se)


def test_rs_own_stopping_rule_is_near_the_maximum_but_not_in_it() -> None:
    yi = [-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, -1.6, 0.0]
    vi = [0.33, 0.19, 0.42, 0.02, 0.05, 0.01, 0.22, 0.004]
    exact, stopped = rma(yi, vi), rma(yi, vi, control="metafor")
    assert stopped.tau2 == pytest.approx(exact.tau2, rel=1e-2)
    assert abs(stopped.tau2 - exact.tau2) > 1e-7
    assert stopped.fit.loglik < exact.fit.loglik
