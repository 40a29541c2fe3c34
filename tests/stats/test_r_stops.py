"""Where R's iterations stop: the digits that R 4.2.2 with metafor 3.8-1 prints by default."""

import numpy as np
import pytest

from ranvier.errors import ConvergenceError, InputError
from ranvier.stats import confint_tau2, leave1out, meta_regression, rma
from ranvier.stats.estimators import RStops
from ranvier.stats.r_stops import uniroot

YI = np.array(
    [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713,
     -0.3394, 0.4459, -0.0173]
)  # fmt: skip
VI = np.array(
    [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124,
     0.5325, 0.0714]
)  # fmt: skip
#: rma(yi, vi, method=...)$tau2
TAU2 = {
    "REML": 0.313252847021627,
    "ML": 0.280035986325651,
    "PM": 0.318108089175603,
    "EB": 0.318082503544213,
    "PMM": 0.343423234258854,
}
#: uniroot(function(x) x^2 - 2, c(0, 100))$root and uniroot(cos, c(0, 3))$root
UNIROOT = (1.414212429011412, 1.5707860761655601)


@pytest.mark.parametrize("method", TAU2)
def test_tau2_stops_where_metafor_stops(method) -> None:
    stopped = rma(YI, VI, method=method, control="metafor").tau2
    assert stopped == pytest.approx(TAU2[method], rel=1e-12)
    assert rma(YI, VI, method=method).tau2 != pytest.approx(TAU2[method], rel=1e-9)


def test_a_tight_rule_of_r_ends_where_we_do() -> None:
    tight = RStops(threshold=1e-13, tolerance=1e-14, steps=10_000)
    for method in TAU2:
        found = rma(YI, VI, method=method, control=tight).tau2
        assert found == pytest.approx(rma(YI, VI, method=method).tau2, rel=1e-9)


def test_uniroot_gives_the_digits_of_r() -> None:
    assert uniroot(lambda x: x**2 - 2, 0, 100) == pytest.approx(UNIROOT[0], rel=1e-14)
    assert uniroot(np.cos, 0, 3) == pytest.approx(UNIROOT[1], rel=1e-14)
    assert uniroot(lambda x: x, 0, 1) == 0
    assert uniroot(lambda x: x - 1, 0, 1) == 1
    with pytest.raises(ConvergenceError):
        uniroot(lambda x: x**2 + 1, -1, 1)


def test_an_interval_of_tau2_is_cut_off_where_metafor_cuts_it_off() -> None:
    yi, vi = [0.0, 60.0, 10.0], [1.0, 2.0, 3.0]
    exact, cut = (confint_tau2(yi, vi, method="DL", control=c) for c in ("exact", "metafor"))
    assert exact.tau2[2] > 10 * exact.tau2[0] > 100
    assert cut.tau2[2] == pytest.approx(10 * cut.tau2[0])
    assert cut.tau2[1] == pytest.approx(exact.tau2[1], abs=1e-3)


def test_every_kind_of_interval_has_both_endings() -> None:
    for kind, method in (("QP", "DL"), ("GENQ", "DL"), ("PL", "REML")):
        exact, near = (
            confint_tau2(YI, VI, method=method, type=kind, control=c).tau2[1:]
            for c in ("exact", "metafor")
        )
        assert near == pytest.approx(exact, abs=5e-4)
        assert near != pytest.approx(exact, rel=1e-10)


def test_what_metafor_cannot_settle_is_an_error_that_says_how_to() -> None:
    yi, vi = [0, 0, 0, 0, 1], [1, 1, 1, 1, 1 / 8]
    with pytest.raises(ConvergenceError, match='control="exact"'):
        rma(yi, vi, control="metafor")
    assert rma(yi, vi).tau2 == pytest.approx(0.0868745, rel=1e-6)


def test_stopping_early_is_never_above_the_maximum() -> None:
    yi, vi = [0, 0, 0, 2.5, 0.25, -2], [1, 1, 1, 1.5, 0.125, 1]
    exact, stopped = rma(yi, vi), rma(yi, vi, control="metafor")
    assert exact.tau2 == pytest.approx(0.259336, abs=1e-6)
    assert stopped.tau2 == pytest.approx(0.259355, abs=1e-6)
    assert stopped.fit.loglik < exact.fit.loglik


def test_control_reaches_regressions_and_subsets() -> None:
    mods = np.arange(13.0)
    a, b = (meta_regression(YI, VI, mods=mods, control=c) for c in ("exact", "metafor"))
    assert 0 < abs(a.tau2 - b.tau2) < 1e-4
    c, d = (leave1out(YI, VI, control=c) for c in ("exact", "metafor"))
    assert 0 < np.abs(c.tau2 - d.tau2).max() < 1e-4
    with pytest.raises(InputError, match="control must be"):
        rma(YI, VI, control="sas")
