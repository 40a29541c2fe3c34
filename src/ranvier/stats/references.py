"""What the methods are from: one entry a source, cited by key."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REFERENCES", "cited"]

REFERENCES: Mapping[str, str] = {
    "baujat2002": "Baujat B, Mahé C, Pignon JP, Hill C (2002). A graphical method for exploring "
    "heterogeneity in meta-analyses. Statistics in Medicine 21:2641-2652. doi:10.1002/sim.1221",
    "begg1994": "Begg CB, Mazumdar M (1994). Operating characteristics of a rank correlation test "
    "for publication bias. Biometrics 50:1088-1101. doi:10.2307/2533446",
    "borenstein2009": "Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009). Introduction to "
    "Meta-Analysis. Chichester: Wiley. doi:10.1002/9780470743386",
    "cochran1954": "Cochran WG (1954). The combination of estimates from different experiments. "
    "Biometrics 10:101-129. doi:10.2307/3001666",
    "dersimonian1986": "DerSimonian R, Laird N (1986). Meta-analysis in clinical trials. "
    "Controlled Clinical Trials 7:177-188. doi:10.1016/0197-2456(86)90046-2",
    "dersimonian2007": "DerSimonian R, Kacker R (2007). Random-effects model for meta-analysis of "
    "clinical trials: an update. Contemporary Clinical Trials 28:105-114. "
    "doi:10.1016/j.cct.2006.04.004",
    "duval2000": "Duval S, Tweedie R (2000). Trim and fill: a simple funnel-plot-based method of "
    "testing and adjusting for publication bias in meta-analysis. Biometrics 56:455-463. "
    "doi:10.1111/j.0006-341X.2000.00455.x",
    "efron1993": "Efron B, Tibshirani RJ (1993). An Introduction to the Bootstrap. New York: "
    "Chapman & Hall. doi:10.1007/978-1-4899-4541-9",
    "egger1997": "Egger M, Davey Smith G, Schneider M, Minder C (1997). Bias in meta-analysis "
    "detected by a simple, graphical test. BMJ 315:629-634. doi:10.1136/bmj.315.7109.629",
    "hedges1985": "Hedges LV, Olkin I (1985). Statistical Methods for Meta-Analysis. San Diego: "
    "Academic Press. doi:10.1016/C2009-0-03396-0",
    "higgins2002": "Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis. "
    "Statistics in Medicine 21:1539-1558. doi:10.1002/sim.1186",
    "higgins2009": "Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of "
    "random-effects meta-analysis. Journal of the Royal Statistical Society A 172:137-159. "
    "doi:10.1111/j.1467-985X.2008.00552.x",
    "hunter2004": "Hunter JE, Schmidt FL (2004). Methods of Meta-Analysis: Correcting Error and "
    "Bias in Research Findings. 2nd ed. Thousand Oaks: Sage. doi:10.4135/9781412985031",
    "jackson2013": "Jackson D (2013). Confidence intervals for the between-study variance in "
    "random effects meta-analysis using generalised Cochran heterogeneity statistics. "
    "Research Synthesis Methods 4:220-229. doi:10.1002/jrsm.1081",
    "knapp2003": "Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression "
    "with a single covariate. Statistics in Medicine 22:2693-2710. doi:10.1002/sim.1482",
    "kenward1997": "Kenward MG, Roger JH (1997). Small sample inference for fixed effects from "
    "restricted maximum likelihood. Biometrics 53:983-997. doi:10.2307/2533558",
    "mantel1959": "Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from "
    "retrospective studies of disease. Journal of the National Cancer Institute 22:719-748. "
    "doi:10.1093/jnci/22.4.719",
    "morris1983": "Morris CN (1983). Parametric empirical Bayes inference: theory and "
    "applications. Journal of the American Statistical Association 78:47-55. "
    "doi:10.1080/01621459.1983.10477920",
    "olkin2012": "Olkin I, Dahabreh IJ, Trikalinos TA (2012). GOSH: a graphical display of study "
    "heterogeneity. Research Synthesis Methods 3:214-223. doi:10.1002/jrsm.1053",
    "paule1982": "Paule RC, Mandel J (1982). Consensus values and weighting factors. Journal of "
    "Research of the National Bureau of Standards 87:377-385. doi:10.6028/jres.087.022",
    "raudenbush1985": "Raudenbush SW, Bryk AS (1985). Empirical Bayes meta-analysis. Journal of "
    "Educational Statistics 10:75-98. doi:10.3102/10769986010002075",
    "raudenbush2009": "Raudenbush SW (2009). Analyzing effect sizes: random-effects models. In: "
    "The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., "
    "295-315. New York: Russell Sage.",
    "riley2011": "Riley RD, Higgins JPT, Deeks JJ (2011). Interpretation of random effects "
    "meta-analyses. BMJ 342:d549. doi:10.1136/bmj.d549",
    "sidik2005": "Sidik K, Jonkman JN (2005). Simple heterogeneity variance estimation for "
    "meta-analysis. Journal of the Royal Statistical Society C 54:367-384. "
    "doi:10.1111/j.1467-9876.2005.00489.x",
    "viechtbauer2005": "Viechtbauer W (2005). Bias and efficiency of meta-analytic variance "
    "estimators in the random-effects model. Journal of Educational and Behavioral Statistics "
    "30:261-293. doi:10.3102/10769986030003261",
    "viechtbauer2007": "Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity "
    "in meta-analysis. Statistics in Medicine 26:37-52. doi:10.1002/sim.2514",
    "becker1992": "Becker BJ (1992). Using results from replicated studies to estimate linear "
    "models. Journal of Educational Statistics 17:341-362. doi:10.3102/10769986017004341",
    "follmann1999": "Follmann DA, Proschan MA (1999). Valid inference in random effects "
    "meta-analysis. Biometrics 55:732-737. doi:10.1111/j.0006-341X.1999.00732.x",
    "higgins2004": "Higgins JPT, Thompson SG (2004). Controlling the risk of spurious findings "
    "from meta-regression. Statistics in Medicine 23:1663-1682. doi:10.1002/sim.1752",
    "roever2020": "Röver C (2020). Bayesian random-effects meta-analysis using the bayesmeta R "
    "package. Journal of Statistical Software 93(6):1-51. doi:10.18637/jss.v093.i06",
    "viechtbauer2010b": "Viechtbauer W, Cheung MW-L (2010). Outlier and influence diagnostics for "
    "meta-analysis. Research Synthesis Methods 1:112-125. doi:10.1002/jrsm.11",
    "viechtbauer2022": "Viechtbauer W, López-López JA (2022). Location-scale models for "
    "meta-analysis. Research Synthesis Methods 13:697-715. doi:10.1002/jrsm.1562",
    "viechtbauer2010": "Viechtbauer W (2010). Conducting meta-analyses in R with the metafor "
    "package. Journal of Statistical Software 36(3):1-48. doi:10.18637/jss.v036.i03",
    "citkowicz2017": "Citkowicz M, Vevea JL (2017). A parsimonious weight function for modeling "
    "publication bias. Psychological Methods 22:28-41. doi:10.1037/met0000119",
    "francis2013": "Francis G (2013). Replication, statistical consistency, and publication bias. "
    "Journal of Mathematical Psychology 57:153-169. doi:10.1016/j.jmp.2013.02.003",
    "hedges1992": "Hedges LV (1992). Modeling publication selection effects in meta-analysis. "
    "Statistical Science 7:246-255. doi:10.1214/ss/1177011364",
    "henmi2010": "Henmi M, Copas JB (2010). Confidence intervals for random effects meta-analysis "
    "and robustness to publication bias. Statistics in Medicine 29:2969-2983. "
    "doi:10.1002/sim.4029",
    "ioannidis2007": "Ioannidis JPA, Trikalinos TA (2007). An exploratory test for an excess of "
    "significant findings. Clinical Trials 4:245-253. doi:10.1177/1740774507079441",
    "preston2004": "Preston C, Ashby D, Smyth R (2004). Adjusting for publication bias: modelling "
    "the selection process. Journal of Evaluation in Clinical Practice 10:313-322. "
    "doi:10.1111/j.1365-2753.2003.00457.x",
    "ruecker2011": "Rücker G, Schwarzer G, Carpenter JR, Binder H, Schumacher M (2011). "
    "Treatment-effect estimates adjusted for small-study effects via a limit meta-analysis. "
    "Biostatistics 12:122-142. doi:10.1093/biostatistics/kxq046",
    "vevea1995": "Vevea JL, Hedges LV (1995). A general linear model for estimating effect size in "
    "the presence of publication bias. Psychometrika 60:419-435. doi:10.1007/BF02294384",
    "yusuf1985": "Yusuf S, Peto R, Lewis J, Collins R, Sleight P (1985). Beta blockade during and "
    "after myocardial infarction: an overview of the randomized trials. Progress in Cardiovascular "
    "Diseases 27:335-371. doi:10.1016/S0033-0620(85)80003-7",
    "bradburn2007": "Bradburn MJ, Deeks JJ, Berlin JA, Localio AR (2007). Much ado about nothing: "
    "a comparison of the performance of meta-analytical methods with rare events. "
    "Statistics in Medicine 26:53-77. doi:10.1002/sim.2528",
    "cochrane2019": "Deeks JJ, Higgins JPT, Altman DG, editors (2019). Chapter 10: Analysing "
    "data and undertaking meta-analyses. In: Cochrane Handbook for Systematic Reviews of "
    "Interventions, 2nd ed. Chichester: Wiley. doi:10.1002/9781119536604.ch10",
    "efthimiou2018": "Efthimiou O (2018). Practical guide to the meta-analysis of rare events. "
    "Evidence-Based Mental Health 21:72-76. doi:10.1136/eb-2018-102911",
    "jackson2018": "Jackson D, Law M, Stijnen T, Viechtbauer W, White IR (2018). A comparison of "
    "seven random-effects models for meta-analyses that estimate the summary odds "
    "ratio. Statistics in Medicine 37:1059-1085. doi:10.1002/sim.7588",
    "kuss2015": "Kuss O (2015). Statistical methods for meta-analyses including information from "
    "studies without any events - add nothing to nothing and succeed nevertheless. "
    "Statistics in Medicine 34:1097-1116. doi:10.1002/sim.6383",
    "mehta1985": "Mehta CR, Patel NR, Gray R (1985). Computing an exact confidence interval for "
    "the common odds ratio in several 2x2 contingency tables. Journal of the American "
    "Statistical Association 80:969-973. doi:10.1080/01621459.1985.10478212",
    "rothman2008": "Rothman KJ, Greenland S, Lash TL (2008). Modern Epidemiology. 3rd ed. "
    "Philadelphia: Lippincott Williams & Wilkins.",
    "rucker2009": "Rücker G, Schwarzer G, Carpenter J, Olkin I (2009). Why add anything to "
    "nothing? The arcsine difference as a measure of treatment effect in meta-analysis with "
    "zero cells. Statistics in Medicine 28:721-738. doi:10.1002/sim.3511",
    "schwarzer2019": "Schwarzer G, Chemaitelly H, Abu-Raddad LJ, Rücker G (2019). Seriously "
    "misleading results using inverse of Freeman-Tukey double arcsine transformation in "
    "meta-analysis of single proportions. Research Synthesis Methods 10:476-483. "
    "doi:10.1002/jrsm.1348",
    "stijnen2010": "Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event "
    "outcome in the framework of the generalized linear mixed model with applications "
    "in sparse data. Statistics in Medicine 29:3046-3067. doi:10.1002/sim.4040",
    "sweeting2004": "Sweeting MJ, Sutton AJ, Lambert PC (2004). What to add to nothing? Use and "
    "avoidance of continuity corrections in meta-analysis of sparse data. Statistics "
    "in Medicine 23:1351-1375. doi:10.1002/sim.1761",
}


def cited(*keys: str) -> tuple[str, ...]:
    """Give the references of some keys, each once, in alphabetical order."""
    return tuple(REFERENCES[key] for key in sorted(set(keys)))
