"""Sheets as colleagues send them come to the same numbers as a clean one, or are refused."""

import math

import pytest

import ranvier
from ranvier.errors import InputError

CLEAN = b"""Study,Events drug,N drug,Events placebo,N placebo
Smith 2001,12,100,20,98
Jones 2004,8,80,15,82
Lee 2010,5,60,9,61
"""


def pooled(text, **more):
    data = text if isinstance(text, bytes) else text.encode()
    return ranvier.analyse(data, name="a.csv", **more)


WANTED = pooled(CLEAN)


def same(result, wanted=WANTED):
    assert result.fit.k == wanted.fit.k
    assert result.fit.estimate == pytest.approx(wanted.fit.estimate, rel=1e-14)
    assert result.fit.se == pytest.approx(wanted.fit.se, rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        CLEAN.decode() + "Total,25,240,44,241\n",
        CLEAN.decode() + "Total (95% CI),,240,,241\nHeterogeneity: Tau2 = 0,,,,\n",
        CLEAN.decode() + ",,,,\n,25,240,44,241\n",
        CLEAN.decode() + "Everyone,25,240,44,241\n",
        "Adults only,,,,\n" + CLEAN.decode() + '"* odd numbers, see text",,,,\n',
        CLEAN.decode().replace("Jones", "Children,,,,\nJones"),
        "Table 2. Deaths\n,Drug,,Placebo,\nStudy,Events,Total,Events,Total\n"
        + CLEAN.decode().split("\n", 1)[1],
        "Study,Drug,,Placebo,\n,Events,Total,Events,Total\n" + CLEAN.decode().split("\n", 1)[1],
        "Study;Drug n (%);Drug N;Placebo n (%);Placebo N\nSmith;12 (12,0%);100;20 (20,4%);98\n"
        "Jones;8 (10,0%);80;15 (18,3%);82\nLee;5 (8,3%);60;9 (14,8%);61\n",
        "Study,Drug,Placebo\nSmith,12/100,20/98\nJones,8/80,15/82\nLee,5/60,9/61\n",
        "Study,Mean age (SD),Deaths drug (n/N),Deaths placebo (n/N)\nSmith,50 (9),12/100,20/98\n"
        "Jones,61 (8),8/80,15/82\nLee,55 (9),5/60,9/61\n",
        "Comparison Number,Study or Subgroup,Experimental Events,Experimental Total,"
        "Control Events,Control Total,Risk Ratio,CI start,CI end\n"
        "1,Smith,12,100,20,98,.59,.3,1.1\n1,Jones,8,80,15,82,.5,.2,1.2\n1,Lee,5,60,9,61,.5,.2,2\n",
        "Studie;Ereignisse Behandlung;Anzahl Behandlung;Ereignisse Kontrolle;Anzahl Kontrolle\n"
        + CLEAN.decode().split("\n", 1)[1].replace(",", ";"),
    ],
)
def test_counts_come_out_the_same_whatever_the_sheet_looks_like(text):
    result = pooled(text)
    same(result)
    assert result.measure == "RR"


@pytest.mark.parametrize(
    "text",
    [
        "Study,N drug,Drug mean (SD),N placebo,Placebo mean (SD)\n"
        "A,50,5.2 (1.3),49,6.1 (1.4)\nB,30,4.8 (1.1),31,5.9 (1.2)\n",
        "Study,N drug,Drug (mean ± SD),N placebo,Placebo (mean ± SD)\n"
        "A,50,5.2 ± 1.3,49,6.1 ± 1.4\nB,30,4.8±1.1,31,5.9 +/- 1.2\n",
        "Study or Subgroup;Mean [mg];SD;Total;Mean;SD;Total\n"
        "A;5,2;1,3;50;6,1;1,4;49\nB;4,8;1,1;30;5,9;1,2;31\nTotal (95% CI);;;80;;;80\n",
    ],
)
def test_means_come_out_the_same_whatever_the_sheet_looks_like(text):
    same(
        pooled(text),
        pooled(
            "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5.2,1.3,50,6.1,1.4,49\nB,4.8,1.1,30,5.9,1.2,31\n"
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        'Study,HR (95% CI)\nA,0.80 (0.50 to 1.28)\nB,"0.65 [0.45, 0.94]"\n',
        "Study,HR,95% CI\nA,0.80,0.50-1.28\nB,0.65,0.45–0.94\n",
        'Studie;Hazard Ratio (95% KI)\nA;0,80 (0,50 bis 1,28)\nB;"0,65 (0,45; 0,94)"\n',
    ],
)
def test_intervals_in_one_cell_are_parted(text):
    same(pooled(text), pooled("Study,HR,lower,upper\nA,0.8,0.5,1.28\nB,0.65,0.45,0.94\n"))


def test_the_level_of_printed_intervals_is_that_of_their_heading():
    rows = "A,0.6,0.4,0.9\nB,0.8,0.5,1.28\n"
    ninety = pooled("Study,OR,90% CI lower,90% CI upper\n" + rows)
    se = math.log(0.9 / 0.4) / (2 * 1.6448536269514722)
    assert math.sqrt(ninety.vi[0]) == pytest.approx(se, rel=1e-12)
    bare = "Study,OR,lower,upper\n" + rows
    assert pooled(bare, level=0.9).vi[0] == pooled(bare).vi[0]
    with pytest.raises(InputError, match="different levels"):
        pooled("Study,OR,90% lower,95% upper\n" + rows)


def test_the_error_of_a_logarithm_goes_with_a_ratio_if_the_heading_says_so():
    logged = pooled("Study,logHR,seLogHR\nA,-0.1,0.2\nB,-0.3,0.3\n")
    for heading in ("seLogHR", "SE of log HR", "SE(lnHR)"):
        ratio = pooled(f"Study,HR,{heading}\nA,{math.exp(-0.1)},0.2\nB,{math.exp(-0.3)},0.3\n")
        assert ratio.fit.estimate == pytest.approx(logged.fit.estimate, rel=1e-12)


def test_a_decimal_comma_before_three_digits_is_no_thousands_mark():
    wanted = pooled("Study,logOR,SE\nA,-0.512,0.301\nB,1.123,0.250\n")
    same(pooled("Studie;logOR;SE\nA;-0,512;0,301\nB;1,123;0,250\n"), wanted)
    thousands = pooled('Study,logOR,SE,Total\nA,-0.512,0.301,"1,204"\nB,1.123,0.250,"2,010"\n')
    same(thousands, wanted)
    dots = (
        "Studie;Ereignisse t;n t;Ereignisse c;n c;Alter\nA;3;1.204;4;1.100;5,5\nB;3;200;4;90;6,1\n"
    )
    assert pooled(dots).columns.values["n1i"] == (1204, 200)
    with pytest.raises(InputError, match=r"'1,204' may be 1.204 or 1204"):
        pooled('Study,logOR,SE,n\nA,"0,51",0.30,"1,204"\nB,1.123,0.250,200\n')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Study,Arm,Events,N\nA,drug,1,9\nA,placebo,2,9\nB,drug,3,9\nB,placebo,4,9\n",
         "each row one arm"),
        ("Study,Events low dose,N low dose,Events high dose,N high dose,Events placebo,N placebo\n"
         "A,1,9,2,9,3,9\n", "3 groups"),
        ("Study,Events drug (%),N drug,Events placebo (%),N placebo\nA,12,100,20,98\n",
         "no data of studies"),
        ("Study,Drug,N drug,Placebo,N placebo\nA,5.2 (1.3),9,6.1 (1.4),9\nB,5 (1),9,6 (1),9\n",
         "no data of studies"),
    ],
)  # fmt: skip
def test_what_a_sheet_leaves_open_is_refused(text, says):
    with pytest.raises(InputError, match=says):
        pooled(text)


def test_arms_in_rows_are_pooled_when_asked_for_as_single_groups():
    rows = "Study,Arm,Events,N\nA,drug,1,9\nA,placebo,2,9\nB,drug,3,9\nB,placebo,4,9\n"
    result = pooled(rows, measure="PLO")
    assert result.fit.k == 4
    assert any("count twice" in str(doubt) for doubt in result.doubts)


def test_correlations_are_no_events():
    result = pooled("study,r,n\nA,0.31,50\nB,0.52,40\n")
    assert result.measure == "ZCOR"
    assert result.yi[0] == pytest.approx(math.atanh(0.31), rel=1e-12)


def test_subgroups_stay_with_their_studies_when_rows_are_left_out():
    text = "Study,Where,Events t,N t,Events c,N c\nTotal,,8,30,12,30\n" + "".join(
        f"{s},{w},{a},10,{c},10\n"
        for s, w, a, c in zip("ABC", "xyy", (2, 2, 4), (4, 3, 5), strict=True)
    )
    result = pooled(text, by="Where")
    assert result.columns.slab == ("A", "B", "C")
    assert result.columns.rows == (3, 4, 5)


@pytest.mark.parametrize(
    ("text", "measure", "word", "back"),
    [
        ("study,xi,ni\nA,12,100\nB,8,80\nC,9,60\n", "PLO", "proportion",
         lambda x: 1 / (1 + math.exp(-x))),
        ("study,ri,ni\nA,0.3,50\nB,0.5,40\nC,0.2,70\n", "ZCOR", "correlation", math.tanh),
        ("study,xi,ti\nA,3,50\nB,5,40\nC,2,70\n", "IRLN", "rate", math.exp),
    ],
)  # fmt: skip
def test_sentences_give_figures_on_the_scale_that_is_read(text, measure, word, back):
    fit = pooled(text, measure=measure).fit
    low, mean, high = (back(x) for x in (fit.ci_lb, fit.estimate, fit.ci_ub))
    said = fit.report().results
    assert f"was {word} {mean:.2f} (95% CI {low:.2f} to {high:.2f}" in said
