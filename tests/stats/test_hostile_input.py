"""Whatever the input: a result, or an error of ours that says what to do; no raw exception."""

from __future__ import annotations

import math
import warnings

import pytest

import ranvier.stats as stats
from ranvier.errors import NumericalWarning, RanvierError

NAN = math.nan
EFFECTS = {
    "none": ([], []),
    "one": ([0.3], [0.1]),
    "two": ([0.3, 0.5], [0.1, 0.2]),
    "all equal": ([0.4] * 6, [0.1] * 6),
    "missing rows": ([0.1, NAN, 0.3, 0.5, 0.2], [0.1, 0.2, NAN, 0.1, 0.3]),
    "all missing": ([NAN] * 4, [NAN] * 4),
    "negative variance": ([0.1, 0.2, 0.3], [0.1, -0.2, 0.1]),
    "variance of 0": ([0.1, 0.2, 0.3], [0.0, 0.2, 0.1]),
    "text": (["a", "b", "c"], ["x", "y", "z"]),
    "huge": ([1e150, -3e150, 2e150, 5e149], [1e299, 2e299, 3e299, 1e299]),
    "tiny": ([1e-150, -3e-150, 2e-150, 5e-151], [1e-301, 2e-301, 3e-301, 1e-301]),
    "variances far apart": ([1.0, 2.0, 3.0, 4.0], [1e-12, 1e12, 1.0, 1.0]),
    "lengths differ": ([0.1, 0.2, 0.3], [0.1, 0.2]),
    "infinite": ([0.1, math.inf, 0.3], [0.1, 0.1, 0.1]),
    "a table": ([[0.1, 0.2], [0.3, 0.4]], [[0.1, 0.2], [0.3, 0.4]]),
    "nothing": (None, None),
}
PLAIN = (
    "rma", "baujat", "blup", "begg_test", "confint_tau2", "cumul", "leave1out", "gosh", "hc",
    "influence", "kenward_roger", "limitmeta", "ranktest", "regtest", "rstandard", "rstudent",
    "tes", "trimfill", "fsn",
)  # fmt: skip
POOLS = {**{name: {} for name in PLAIN}, "selmodel": {"type": "stepfun", "steps": 0.025}}
SIX = ([0.1, 0.4, 0.3, 0.8, 0.2, 0.5], [0.02, 0.03, 0.01, 0.05, 0.02, 0.04])
MODERATORS = {
    "constant": [1.0] * 6,
    "collinear": [[i, 2 * i] for i in range(6)],
    "text": list("abcdef"),
    "all missing": [NAN] * 6,
    "infinite": [math.inf, 1, 2, 3, 4, 5],
    "short": [1, 2],
    "huge": [i * 1e200 for i in range(6)],
    "tiny": [i * 1e-200 for i in range(6)],
    "unknown column": "~ x",
    "unreadable": "~ (",
}
TABLES = {
    "none": ([], [], [], []),
    "one": ([3], [5], [2], [8]),
    "no events": ([0] * 3, [5] * 3, [0] * 3, [8] * 3),
    "all events": ([5] * 3, [0] * 3, [8] * 3, [0] * 3),
    "empty groups": ([0] * 3, [0] * 3, [2, 3, 1], [8] * 3),
    "all empty": ([0] * 3, [0] * 3, [0] * 3, [0] * 3),
    "negative": ([-1, 2], [5, 6], [2, 3], [8, 9]),
    "text": (["a"], ["b"], ["c"], ["d"]),
    "missing": ([NAN, 2, 3], [5, 6, 7], [2, 3, 4], [8, 9, 8]),
    "lengths differ": ([1, 2], [5], [2, 3], [8, 9]),
}


def sound(run):
    """Run with every warning an error; only what Ranvier says itself may come out."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", NumericalWarning)
        try:
            found = run()
        except RanvierError:
            return
    estimate = getattr(found, "estimate", 0.0)
    if isinstance(estimate, float) and math.isnan(estimate):
        assert found.notes, "nan without a word"
    assert str(found)


@pytest.mark.parametrize("case", EFFECTS)
@pytest.mark.parametrize("name", POOLS)
def test_effects(name, case):
    sound(lambda: getattr(stats, name)(*EFFECTS[case], **POOLS[name]))


@pytest.mark.parametrize("case", MODERATORS)
@pytest.mark.parametrize("name", ["meta_regression", "permutest", "influence", "rstudent"])
def test_moderators(name, case):
    sound(lambda: getattr(stats, name)(*SIX, mods=MODERATORS[case]))


@pytest.mark.parametrize("case", TABLES)
def test_tables(case):
    table = dict(zip(("ai", "bi", "ci", "di"), TABLES[case], strict=True))
    sound(lambda: stats.rma_peto(**table))
    for measure in ("OR", "RR", "RD"):
        sound(lambda measure=measure: stats.rma_mh(measure=measure, **table))
        sound(lambda measure=measure: stats.meta_binary(measure=measure, **table))
        sound(lambda measure=measure: stats.escalc(measure, **table))


@pytest.mark.parametrize("p", [[], [0.3], [0.1, NAN], [0, 0.2], [1.2, 0.3], ["a"], [0.5] * 4])
def test_p_values(p):
    for method in ("sumlog", "sumz", "logitp", "sump", "meanp", "minimump", "invt", "truncated"):
        sound(lambda method=method: stats.combine_p(p, method=method))
