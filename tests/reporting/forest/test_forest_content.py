"""What a forest plot says: numbers of the fits, as each journal writes; and what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ranvier.errors import InputError
from ranvier.reporting.figures.forest import forest_pages, forest_plot
from ranvier.stats import (
    TauPrior,
    bayesmeta,
    cumul,
    escalc,
    gosh,
    leave1out,
    meta_binary,
    rma,
    rma_glmm,
    rma_mh,
    rma_peto,
    subgroups,
)

COUNTS = {
    "ai": [4, 6, 3, 62, 33, 180],
    "n1i": [123, 306, 231, 13598, 5069, 1541],
    "ci": [11, 29, 11, 248, 47, 372],
    "n2i": [139, 303, 220, 12867, 5808, 1451],
}
CELLS = {
    "ai": COUNTS["ai"],
    "bi": [n - a for n, a in zip(COUNTS["n1i"], COUNTS["ai"], strict=True)],
    "ci": COUNTS["ci"],
    "di": [n - c for n, c in zip(COUNTS["n2i"], COUNTS["ci"], strict=True)],
}
BY = ["random", "random", "random", "other", "other", "other"]
ES = escalc("RR", **COUNTS)
FIT = rma(ES.yi, ES.vi, measure="RR", method="DL")


def rows(figure) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in figure.table.rows}


def printed(fit, digits=2) -> str:
    low, point, high = (f"{np.exp(x):.{digits}f}" for x in (fit.ci_lb, fit.estimate, fit.ci_ub))
    return f"{point} [{low}, {high}]"


def test_the_total_is_the_fit_and_weights_add_up():
    held = rows(forest_plot(FIT, data=COUNTS))
    assert held["Total (95% CI)"][-1] == printed(FIT)
    weights = [float(held[f"Study {i + 1}"][4].rstrip("%")) for i in range(6)]
    assert sum(weights) == pytest.approx(100, abs=0.4)
    assert weights == [round(float(w), 1) for w in FIT.weights]
    assert held["Total (95% CI)"][:4] == ("288", "20,868", "718", "20,788")


@pytest.mark.parametrize("given", ["by", "result"])
def test_subgroups_are_pooled_alone_and_compared(given):
    made = subgroups(ES.yi, ES.vi, by=BY, method="DL")
    figure = forest_plot(FIT, by=BY) if given == "by" else forest_plot(made, measure="RR")
    held = rows(figure)
    text = "\n".join(row[0] for row in figure.table.rows)
    assert [row[-1] for row in figure.table.rows if row[0] == "Subtotal (95% CI)"] == [
        printed(g) for g in made.groups
    ]
    assert f"χ² = {made.Q:.2f}, df = 1" in text
    assert held["Total (95% CI)"][-1] == printed(made.overall)


def test_subgroups_of_tables_are_pooled_from_their_counts():
    fit = rma_mh(**CELLS, measure="RR")
    alone = rma_mh(**{name: held[:3] for name, held in CELLS.items()}, measure="RR")
    figure = forest_plot(fit, data=COUNTS, by=BY)
    assert next(r[-1] for r in figure.table.rows if r[0].startswith("Subtotal")) == printed(alone)
    with pytest.raises(InputError, match=r"data lacks ai"):
        forest_plot(fit, by=BY)


def test_a_fit_with_options_we_cannot_see_asks_for_the_subgroups():
    counts = COUNTS | {"ai": [0, 6, 3, 62, 33, 180]}
    cells = CELLS | {"ai": counts["ai"], "bi": [123, *CELLS["bi"][1:]]}
    fit = rma_mh(**cells, measure="RR", zero_cells="half_also_when_pooling")
    with pytest.raises(InputError, match="pooled="):
        forest_plot(fit, data=counts, by=BY)
    half = [
        rma_mh(
            **{name: [held[i] for i in range(6) if BY[i] == part] for name, held in cells.items()},
            measure="RR",
            zero_cells="half_also_when_pooling",
        )
        for part in ("random", "other")
    ]
    figure = forest_plot(fit, data=counts, by=BY, pooled={"random": half[0], "other": half[1]})
    assert [r[-1] for r in figure.table.rows if r[0] == "Subtotal (95% CI)"] == [
        printed(h) for h in half
    ]


def test_several_models_each_have_a_line_and_weights():
    fixed = rma_mh(**CELLS, measure="RR")
    figure = forest_plot([fixed, FIT])
    held = rows(figure)
    assert held["Total, common effect (95% CI)"][-1] == printed(fixed)
    assert held["Total, random effects (95% CI)"][-1] == printed(FIT)
    assert [c for c in figure.table.columns if c.startswith("Weight")] == [
        "Weight common",
        "Weight random",
    ]


def test_meta_binary_gives_both_models():
    pair = meta_binary(**CELLS, measure="RR")
    held = rows(forest_plot(pair, measure="RR", data=COUNTS, by=BY))
    assert held["Total, common effect (95% CI)"][-1].startswith(f"{np.exp(pair.common):.2f} ")
    assert held["Total, random effects (95% CI)"][-1] == printed(pair.random)


def test_mixed_models_of_counts_and_bayesian_fits_stand_beside_the_studies_own_effects():
    glmm = rma_glmm("OR", **COUNTS, model="UM.FS")
    figure = forest_plot(glmm, data=COUNTS, theme="revman")
    own = escalc("OR", **COUNTS)
    assert rows(figure)["Total (95% CI)"][-1] == printed(glmm)
    assert rows(figure)["Study 1"][-1].startswith(f"{np.exp(own.yi[0]):.2f} ")
    assert any("GLMM, Random, 95% CI" in name for name in figure.table.columns)
    both = forest_plot([rma(own.yi, own.vi, measure="OR"), glmm])
    assert {"Total, random effects, IV (95% CI)", "Total, random effects, GLMM (95% CI)"} <= set(
        rows(both)
    )
    bayes = bayesmeta(ES.yi, ES.vi, tau_prior=TauPrior(kind="half-normal", scale=0.5))
    held = rows(forest_plot(bayes, effects=ES, measure="RR"))
    assert held["Total (95% CrI)"][-1].startswith(f"{np.exp(bayes.mu.median):.2f} ")
    with pytest.raises(InputError, match="effects=escalc"):
        forest_plot(bayes)


def test_petos_method_is_named():
    figure = forest_plot(rma_peto(**CELLS), theme="revman")
    assert any("Peto, Fixed, 95% CI" in name for name in figure.table.columns)


def test_steps_are_named_by_the_study_and_keep_their_numbers():
    table = leave1out(ES.yi, ES.vi, method="DL", slab=list("abcdef"))
    held = rows(forest_plot([table, FIT]))
    assert held["a"][0].startswith(f"{np.exp(table.estimate[0]):.2f} ")
    assert held["Total (95% CI)"][0] == printed(FIT)
    order = [3, 1, 2, 6, 5, 4]
    steps = forest_plot([cumul(ES.yi, ES.vi, order=order, slab=list("abcdef"), method="DL"), FIT])
    assert [row[0] for row in steps.table.rows[:6]] == list("bcafed")


@pytest.mark.parametrize(
    ("theme", "p", "heterogeneity"),
    [
        ("plain", "P < 0.001", "Heterogeneity: τ² ="),
        ("revman", "P < 0.001", "Heterogeneity: Tau² ="),
        ("bmj", "P<0.001", "Test for heterogeneity: τ²="),
        ("jama", "P < .001", "Heterogeneity: τ² ="),
    ],
)
def test_each_layout_writes_as_its_journal_does(theme, p, heterogeneity):
    figure = forest_plot(FIT, theme=theme, favours=("one", "other"))
    foot = " ".join(row[0] for row in figure.table.rows)
    assert p in foot
    assert heterogeneity in foot
    assert ("Favors one" if theme == "jama" else "Favours one") in figure.svg()


def test_a_minus_sign_beside_a_dash_cannot_be_misread():
    figure = forest_plot(rma([-0.1, 0.2], [0.1, 0.1], measure="SMD"), theme="jama")
    assert re.search(r"\(−0\.\d\d to 0\.\d\d\)", figure.svg())


def test_logs_are_shown_where_asked_for():
    figure = forest_plot(FIT, transf="none")
    assert "Log risk ratio" in figure.svg()
    assert rows(figure)["Total (95% CI)"][-1].startswith(f"−{abs(FIT.estimate):.2f}")


def test_what_lies_beyond_the_limits_carries_an_arrow():
    wide = forest_plot(FIT)
    cut = forest_plot(FIT, xlim=(-0.5, 0.5))
    assert cut.svg().count("<polygon") > wide.svg().count("<polygon")


def test_sorting_keeps_subgroups_together():
    figure = forest_plot(FIT, by=BY, sort="effect", slab=list("abcdef"))
    names = [row[0] for row in figure.table.rows if len(row[0]) == 1]
    points = dict(zip("abcdef", ES.yi, strict=True))
    assert names == sorted("abc", key=points.get) + sorted("def", key=points.get)
    with pytest.raises(InputError, match="order"):
        forest_plot([cumul(ES.yi, ES.vi), FIT], sort="effect")


def test_numbers_follow_the_language():
    assert "0,5" in forest_plot(FIT, language="de").svg()


def test_ratings_have_letters_a_legend_and_a_place_in_the_table():
    figure = forest_plot(
        FIT, bias={"Blinding": ["+", "?", "-", "critical", None, "no information"]}
    )
    drawn = figure.svg()
    for said in ("low risk", "some concerns", "high risk", "critical risk", "no information"):
        assert f">{said}</text>" in drawn
    assert "(A) Blinding" in drawn
    assert [row[-1] for row in figure.table.rows[:5]] == [
        "low", "some concerns", "high", "critical", "",
    ]  # fmt: skip


def test_the_file_says_what_it_shows():
    figure = forest_plot(FIT, title="Tuberculosis")
    assert figure.title == "Tuberculosis"
    assert figure.description.startswith("6 studies; risk ratio with 95% CI. Overall: 0.")
    assert "<desc id=" in figure.svg()
    assert "<table>" in figure.html()
    assert figure.svg().count("<title>") == 8  # six studies, the total, the prediction interval
    assert f"<title>Total (95% CI): {printed(FIT)}</title>" in figure.svg()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"form": "wide"}, "Take table, narrow"),
        ({"shape": "round"}, "no option shape"),
        ({"ylim": (0, 1)}, "no option ylim"),
        ({"favours": "one"}, "two names"),
        ({"by": ["a"]}, "by has 1 values for 6 studies"),
        ({"slab": ["a"]}, "slab has 1 names"),
        ({"left": {"x": [1]}}, "column 'x' has 1 values"),
        ({"left": {"x": [1] * 6}, "right": {"x": [1] * 6}}, "heading"),
        ({"bias": {"x": ["bad"] * 6}}, "'bad' is not a level"),
        ({"data": {"zz": [1] * 6}}, "of no design"),
        ({"data": {"ni": ["many"] * 6}}, "no number"),
        ({"data": {"ni": [1]}}, "1 values for 6"),
        ({"sort": [1, 2]}, "2 numbers for 6"),
        ({"width": 300, "data": COUNTS}, "form='narrow'"),
        ({"by": BY, "pooled": {"third": FIT}}, "of which there is no study"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_remedy(options, said):
    with pytest.raises(InputError, match=re.escape(said)):
        forest_plot(FIT, **options)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("text", "cannot be drawn of str"),
        ((), "no result to draw"),
        ([FIT, rma([0.1, 0.2], [0.1, 0.1])], "of 6 and of 2 studies"),
        ([FIT, rma(ES.yi, ES.vi, measure="OR")], "RR and of OR"),
        ([gosh(ES.yi, ES.vi), FIT], "more than one study"),
    ],
)
def test_what_is_no_result_is_refused(result, said):
    with pytest.raises(InputError, match=said):
        forest_plot(result)


def test_steps_have_no_subgroups():
    with pytest.raises(InputError, match="a plot for each subgroup"):
        forest_plot([leave1out(ES.yi, ES.vi), FIT], by=BY)


def test_a_page_holds_five_lines_or_more():
    with pytest.raises(InputError, match="5 lines"):
        forest_pages(FIT, per_page=2)
