"""Figures take the results of the statistics as they come."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reporting.figures.conftest import FIT, LATITUDE, N1, N2, REGRESSION, SLAB, VI, YI, A, C
from tests.reporting.figures.geometry import assert_sound, words

from ranvier.errors import InputError
from ranvier.reporting import figures as f
from ranvier.stats import baujat, confint_tau2, rma, rma_mh, rma_peto, rstudent

_TABLE = {
    "ai": A,
    "bi": np.subtract(N1, A),
    "ci": C,
    "di": np.subtract(N2, C),
}


@pytest.mark.parametrize("fit", [rma_mh(**_TABLE, measure="RR"), rma_peto(**_TABLE)])
def test_methods_for_sparse_data_are_drawn_too(fit):
    for make in (f.funnel_plot, f.radial_plot, f.drapery_plot):
        assert_sound(make(fit))
    assert_sound(f.labbe_plot(A, N1, C, N2, fit=fit))


@pytest.mark.parametrize("test", ["z", "t", "knha"])
def test_the_drapery_meets_alpha_at_the_bounds_of_the_interval(test):
    fit = rma(YI, VI, test=test, measure="RR")
    from scipy.special import ndtr
    from scipy.stats import t as student

    z = (fit.ci_ub - fit.estimate) / fit.se
    p = 2 * (ndtr(-z) if test == "z" else student.sf(z, fit.ddf))
    assert p == pytest.approx(0.05)
    assert_sound(f.drapery_plot(fit))


def test_a_study_without_an_effect_is_left_out_of_every_figure():
    yi = YI.copy()
    yi[4] = np.nan
    fit = rma(yi, VI, measure="RR", slab=SLAB)
    for make in (f.funnel_plot, f.radial_plot, f.drapery_plot, f.baujat_plot):
        names = [row[0] for row in make(fit).table.rows]
        assert names == [name for i, name in enumerate(SLAB) if i != 4]
    assert_sound(f.influence_plot(fit))
    assert_sound(f.qq_plot(fit))


def test_given_results_and_a_fit_draw_the_same():
    given = f.baujat_plot(baujat(YI, VI, slab=SLAB))
    assert given.svg() == f.baujat_plot(FIT).svg()


def test_the_interval_of_the_profile_can_be_given():
    by_q = confint_tau2(YI, VI, method="REML")
    said = f.profile_plot(FIT, interval=by_q).description
    assert f"{by_q.tau2[1]:.4f}" in said
    assert f"{by_q.tau2[2]:.4f}" in said


def test_the_likelihood_falls_by_half_a_quantile_at_the_bounds():
    from scipy.stats import chi2

    from ranvier.stats.least_squares import Batch
    from ranvier.stats.likelihood import profile

    bounds = confint_tau2(YI, VI, method="REML", type="PL").tau2
    heights = profile(Batch.of(YI, VI), np.array([bounds]), "REML")[0]
    assert heights[0] - heights[1:] == pytest.approx(chi2.ppf(0.95, 1) / 2, abs=1e-5)


def test_an_outlier_is_named_in_the_quantile_plot():
    yi, vi = np.append(YI, 4.0), np.append(VI, 0.01)
    figure = f.qq_plot(rstudent(yi, vi, slab=[*SLAB, "Outlier 2020"]))
    assert "Outlier 2020" in [said for _, said in words(figure)]
    assert "1 lie outside" in figure.description


def test_the_bubble_plot_says_the_slope_and_knows_its_moderators():
    figure = f.bubble_plot(REGRESSION)
    assert f"{abs(REGRESSION.beta[1]):.3f}" in figure.description
    assert len(figure.table.rows) == len(LATITUDE)
    with pytest.raises(InputError, match="no moderator year"):
        f.bubble_plot(REGRESSION, mod="year")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: f.funnel_plot(FIT, yaxis="ni"), "Give ni"),
        (lambda: f.funnel_plot(FIT, yaxis="ni", ni=np.ones(13), contours=(0.05,)), "standard err"),
        (lambda: f.funnel_plot(FIT, contours=(5,)), "three p values"),
        (lambda: f.labbe_plot([9], [3], [1], [3]), "rows \\[1\\]"),
        (lambda: f.labbe_plot([1, 2], [3, 3], [1], [3]), "same length"),
        (lambda: f.gosh_plot(FIT, highlight="Nobody 1999"), "Nobody 1999"),
        (lambda: f.profile_plot(rma(YI, VI, method="DL")), "maximises no likelihood"),
        (lambda: f.influence_plot(FIT, dfbetas=("slope",)), "intrcpt"),
    ],
)
def test_what_cannot_be_drawn_says_what_to_do(make, said):
    with pytest.raises(InputError, match=said):
        make()
