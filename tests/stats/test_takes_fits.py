"""A fit, or the effects of escalc, in place of yi and vi, as in metafor."""

import numpy as np
import pytest

from ranvier import stats
from ranvier.errors import InputError
from ranvier.stats import (
    LocationScale,
    RegressionResult,
    anova,
    blup,
    confint,
    cumul,
    escalc,
    gosh,
    influence,
    leave1out,
    permutest,
    predict,
    profile,
    regtest,
    rma,
    selmodel,
    tes,
    trimfill,
    weights,
)

BCG = {
    "trial": [f"trial {i}" for i in range(1, 14)],
    "tpos": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "tneg": [119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886],
    "cpos": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "cneg": [128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825],
    "ablat": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
    "year": [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976],
}
CELLS = {"ai": "tpos", "bi": "tneg", "ci": "cpos", "di": "cneg"}
DAT = escalc("RR", **CELLS, slab="trial", data=BCG)
FIT = rma(DAT, test="knha", method="DL", level=0.9)
REG = rma(DAT, mods="~ ablat", data=BCG)

#: Functions of effects, with what they need beside them; each keeps method, test and level.
ASKED = {
    "leave1out": {}, "cumul": {"order": BCG["year"]}, "influence": {}, "rstandard": {},
    "rstudent": {}, "trimfill": {}, "confint_tau2": {}, "blup": {}, "permutest": {"seed": 3},
    "baujat": {}, "gosh": {"subsets": 20}, "limitmeta": {}, "bootstrap": {"samples": 20},
    "subgroups": {"by": ["a"] * 6 + ["b"] * 7},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_fit_gives_what_its_data_and_settings_give(name):
    import inspect

    function = getattr(stats, name)
    known = inspect.signature(function).parameters
    settings = {"method": "DL", "test": "knha", "level": 0.9, "slab": BCG["trial"]}
    settings = {n: x for n, x in settings.items() if n in known}
    by_fit = function(FIT, **ASKED[name]).to_dict()
    by_hand = function(DAT.yi, DAT.vi, **settings, **ASKED[name]).to_dict()
    assert {
        n: x for n, x in by_fit.items() if n not in ("fit", "measure", "groups", "overall")
    } == {n: x for n, x in by_hand.items() if n not in ("fit", "measure", "groups", "overall")}


@pytest.mark.parametrize("name", ["influence", "rstudent", "permutest", "blup", "confint_tau2"])
def test_a_regression_hands_on_its_moderators(name):
    function = getattr(stats, name)
    by_fit = function(REG).to_dict()
    assert by_fit == function(DAT.yi, DAT.vi, mods="~ ablat", data=BCG).to_dict() | (
        {"slab": BCG["trial"]} if "slab" in by_fit else {}
    )


def test_what_is_given_goes_before_what_the_fit_holds():
    assert rma(FIT, method="EE").method == "EE"
    assert rma(FIT, method="EE").level == 0.9
    assert leave1out(FIT, method="EE").tau2.max() == 0
    assert rma(DAT, slab=list("abcdefghijklm")).slab[0] == "a"


def test_effects_bring_names_measure_and_notes():
    sparse = escalc("RR", ai=[0, 5], n1i=[9, 9], ci=[2, 4], n2i=[9, 9], slab=["A", "B"])
    fit = rma(sparse)
    assert (fit.measure, fit.slab) == ("RR", ("A", "B"))
    assert fit.notes == ("A: 0.5 added to all four cells",)
    assert leave1out(fit).notes == fit.notes


def test_a_row_left_out_is_named_once_and_not_handed_on():
    gap = escalc("RR", ai=[3, 5, 4, 0], n1i=[9, 9, 9, 9], ci=[2, 4, 6, 0], n2i=[9] * 4,
                 drop00=True, slab=list("ABCD"))  # fmt: skip
    fit = rma(gap)
    assert [note for note in fit.notes if note.startswith("D")] == [
        "D: left out, no events, or no non-events, in both groups"
    ]
    assert leave1out(fit).labels == ("without A", "without B", "without C")
    # A column of all four studies loses the row that the fit lost.
    assert cumul(fit, order=[4, 3, 2, 1]).labels[0] == "C"


@pytest.mark.parametrize("name", ["leave1out", "trimfill", "cumul", "baujat", "hc", "fsn", "tes"])
def test_moderators_are_never_passed_over(name):
    with pytest.raises(InputError, match="moderators"):
        getattr(stats, name)(REG)


def test_sums_of_tables_are_never_pooled_by_inverse_variance():
    tables = stats.rma_mh(BCG["tpos"], BCG["tneg"], BCG["cpos"], BCG["cneg"], measure="RR")
    with pytest.raises(InputError, match="sums of tables"):
        leave1out(tables)
    assert stats.ranktest(tables) == stats.ranktest(DAT)
    assert predict(tables, transf=np.exp).pred[0] == pytest.approx(0.6353, abs=5e-5)


def test_weights_of_a_fit_are_never_passed_over():
    weighted = rma(DAT, weights=np.ones(13))
    with pytest.raises(InputError, match="weights"):
        leave1out(weighted)
    assert rma(weighted).estimate == weighted.estimate


def test_variances_beside_a_fit_are_refused():
    with pytest.raises(InputError, match="beside"):
        rma(DAT, [0.1] * 13)


def test_names_of_columns_are_looked_up():
    table = {"y": DAT.yi, "v": DAT.vi, "name": BCG["trial"], "ablat": BCG["ablat"]}
    assert rma("y", "v", slab="name", data=table).slab == tuple(BCG["trial"])
    assert rma("y", "v", mods="~ ablat", data=table).beta == pytest.approx(REG.beta)
    with pytest.raises(InputError, match=r"no column 'tpso'.*tpos"):
        escalc("RR", ai="tpso", bi="tneg", ci="cpos", di="cneg", data=BCG)
    with pytest.raises(InputError, match="data="):
        rma("y", "v")


def test_rma_has_moderators_and_a_scale():
    assert isinstance(REG, RegressionResult)
    assert isinstance(rma(DAT, scale="~ ablat", data=BCG), LocationScale)
    with pytest.raises(InputError, match="weights"):
        rma(DAT, mods="~ ablat", data=BCG, weights=[1] * 13)


def test_predictions_are_metafors():
    """metafor 3.8.1: predict(fit, newmods=c(20, 40)) and predict(..., transf=exp)."""
    found = predict(REG, [20, 40])
    assert found.pred == pytest.approx([-0.330569, -0.912602], abs=1e-4)
    assert found.se == pytest.approx([0.133982, 0.123575], abs=1e-4)
    assert found.pi_lb == pytest.approx([-0.932460, -1.505877], abs=1e-4)
    ratio = predict(rma(DAT, pi_method="test"), transf=np.exp)
    assert ratio.pred[0] == pytest.approx(0.489421, abs=1e-4)
    assert (ratio.ci_lb[0], ratio.ci_ub[0]) == pytest.approx((0.344074, 0.696166), abs=1e-4)
    assert (ratio.pi_lb[0], ratio.pi_ub[0]) == pytest.approx((0.154634, 1.549028), abs=1e-4)
    assert len(predict(REG).pred) == 13
    with pytest.raises(InputError, match="1 columns"):
        predict(REG, [[1, 2]])


def test_models_are_compared_as_metafor_does():
    """metafor 3.8.1: anova(full, reduced) by ML, and anova(fit, btt=2)."""
    full, reduced = rma(DAT, mods="~ ablat", data=BCG, method="ML"), rma(DAT, method="ML")
    found = anova(full, reduced)
    assert (found.LRT, found.pval) == pytest.approx((9.9588, 0.0016), abs=5e-5)
    assert pytest.approx(87.7302, abs=5e-3) == found.R2
    assert pytest.approx(21.3713, abs=5e-5) == found.full.AIC
    assert pytest.approx(16.3571, abs=2e-3) == anova(REG, btt="ablat").QM
    assert pytest.approx(anova(REG, X=[0, 1]).QM) == anova(REG, btt=1).QM
    with pytest.raises(InputError, match="REML"):
        anova(REG, rma(DAT))
    with pytest.raises(InputError, match="different studies"):
        anova(full, rma(DAT.yi[1:], DAT.vi[1:], method="ML"))


def test_moderators_reach_intervals_of_tau2_regtest_and_blup():
    """metafor 3.8.1: confint(fit), regtest(fit), blup(fit) of a meta-regression."""
    assert confint(REG).tau2 == pytest.approx((0.076355, 0.016688, 0.784864), abs=1e-4)
    assert regtest(REG).stat == pytest.approx(-0.598950, abs=1e-3)
    assert regtest(REG, model="lm", predictor="vi").stat == pytest.approx(-0.6229, abs=5e-5)
    found = blup(REG)
    assert found.pred[:3] == pytest.approx([-1.002471, -1.415710, -1.029388], abs=1e-3)
    knha = blup(rma(DAT, mods="~ ablat", data=BCG, test="knha"))
    assert knha.se[:3] == pytest.approx([0.280442, 0.286246, 0.283757], abs=1e-3)
    assert knha.pi_lb[:3] == pytest.approx([-1.619719, -2.045733, -1.653932], abs=1e-3)


def test_excess_significance_takes_the_effect_and_tau2_of_a_fit():
    """metafor 3.8.1: tes(rma(yi, vi)) expects 7.8088 significant studies, tes(yi, vi) 6.0927."""
    assert pytest.approx(7.8088, abs=1e-3) == tes(rma(DAT)).E
    assert pytest.approx(6.0927, abs=5e-5) == tes(DAT).E


def test_a_selection_model_of_a_random_effects_fit_is_by_ml():
    by_fit = selmodel(rma(DAT), type="beta", alternative="less")
    assert by_fit.estimate == selmodel(DAT, type="beta", alternative="less").estimate
    assert selmodel(rma(DAT, method="EE"), type="beta", alternative="less").tau2 == 0


def test_a_profile_has_its_top_at_the_estimate():
    fit = rma(DAT)
    found = profile(fit, xlim=(0, 2 * fit.tau2), steps=21)
    assert int(np.argmax(found.ll)) == 10
    assert found.ll.max() == pytest.approx(fit.fit.loglik)


def test_weights_have_names():
    assert sum(weights(REG).values()) == pytest.approx(100)


def test_subsets_of_a_fit_keep_its_method():
    by_hand = gosh(DAT.yi, DAT.vi, mods=BCG["ablat"], subsets=5, method="REML")
    assert gosh(REG, subsets=5).to_dict()["beta"] == by_hand.to_dict()["beta"]
    assert gosh(FIT, subsets=5).method == "DL"
    assert influence(rma(DAT, method="ML")).method == "ML"
    assert permutest(rma(DAT, method="ML", test="knha")).test == "knha"
    assert trimfill(rma(DAT, method="PM")).fit.method == "PM"


def test_a_transformation_can_be_named():
    fit = rma([-0.7, -0.5, -0.2], [0.02, 0.03, 0.01])
    assert predict(fit, transf="exp").ci_lb == pytest.approx(predict(fit, transf=np.exp).ci_lb)
    with pytest.raises(InputError, match="no transformation 'log'"):
        predict(fit, transf="log")
