"""Meta-analysis: arrays in, frozen results out; knows nothing of reviews and is usable alone."""

from ranvier.stats.agreement import (
    Agreement,
    AgreementWeights,
    Coefficient,
    CoefficientName,
    agreement,
)
from ranvier.stats.bayes import BayesMeta, bayesmeta
from ranvier.stats.beta_binomial import BetaBinomial, BetaBinomialMeasure, beta_binomial
from ranvier.stats.blup import Blup, blup
from ranvier.stats.bootstrap import Bootstrap, BootstrapKind, bootstrap
from ranvier.stats.combine import CombinedP, CombineMethod, combine_p
from ranvier.stats.convert import (
    FORMULAS,
    Converted,
    FormulaId,
    change_correlation,
    combine_groups,
    sd_from_ci,
    sd_from_se,
    sd_of_change,
    se_from_ci,
    se_from_p,
)
from ranvier.stats.double_arcsine import double_arcsine_inverse
from ranvier.stats.effects import Effects, Measure, VType, escalc
from ranvier.stats.estimators import Control, RStops
from ranvier.stats.exact import (
    Alternative,
    ExactOddsRatio,
    TestResult,
    chi2_test,
    exact_odds_ratio,
    fisher_test,
)
from ranvier.stats.exact_rates import ExactRateRatio, exact_rate_ratio
from ranvier.stats.excess_significance import ExcessSignificance, tes
from ranvier.stats.fail_safe import FailSafe, fsn
from ranvier.stats.fit_table import FitTable
from ranvier.stats.five_numbers import MeanSd, mean_from_quantiles
from ranvier.stats.formula import Design, design
from ranvier.stats.funnel import (
    BeggTest,
    FunnelTest,
    TrimFill,
    begg_test,
    ranktest,
    regtest,
    trimfill,
)
from ranvier.stats.glmm.columns import GlmmMeasure
from ranvier.stats.glmm.models import Coding, Model
from ranvier.stats.glmm.result import GlmmMethod, GlmmResult
from ranvier.stats.glmm.rma_glmm import loglik_at, rma_glmm
from ranvier.stats.henmi_copas import HenmiCopas, hc
from ranvier.stats.heterogeneity import (
    Heterogeneity,
    KenwardRoger,
    heterogeneity,
    kenward_roger,
)
from ranvier.stats.influence import Influence, Residuals, influence, rstandard, rstudent
from ranvier.stats.limit import LimitMeta, limitmeta
from ranvier.stats.location_scale import (
    LocationScale,
    ScalePrediction,
    location_scale,
    predict_scale,
)
from ranvier.stats.mantel_haenszel import MhResult, MhTests, rma_mh, rma_mh_rates
from ranvier.stats.many import rma_many, rma_subsets
from ranvier.stats.matreg import MatrixRegression, matreg
from ranvier.stats.meta_binary import MetaBinary, meta_binary
from ranvier.stats.mixed import FitStats, Test
from ranvier.stats.mixtures import Posterior
from ranvier.stats.models import rma
from ranvier.stats.paired import (
    CrossoverResult,
    McNemarMethod,
    PairedDifference,
    mainland_gart,
    mcnemar_test,
    paired_odds_ratio,
    paired_risk_difference,
)
from ranvier.stats.permutation import PermutationTest, permutest
from ranvier.stats.peto import rma_peto
from ranvier.stats.prepost import ChangeGrid, Contrast, mean_contrast, prepost_change
from ranvier.stats.proportion import ProportionCi, ProportionMethod, proportion_ci
from ranvier.stats.regression import (
    Contrasted,
    RegressionResult,
    contrast,
    likelihood_ratio,
    meta_regression,
)
from ranvier.stats.result import Report, Result
from ranvier.stats.rma import PiMethod, RmaResult
from ranvier.stats.selection import SelectionResult, SelectionType, selmodel
from ranvier.stats.sensitivity import (
    Baujat,
    baujat,
    cumul,
    gosh,
    leave1out,
)
from ranvier.stats.source import Source
from ranvier.stats.sparse_methods import (
    Advice,
    SparseFacts,
    SparseMethods,
    Verdict,
    sparse_methods,
)
from ranvier.stats.subgroups import Subgroups, subgroups
from ranvier.stats.tau2 import Method
from ranvier.stats.tau2_ci import Tau2Ci, Tau2Interval, confint_tau2
from ranvier.stats.tau_priors import TauPrior, turner_prior
from ranvier.stats.verbs import (
    Comparison,
    Predictions,
    Profile,
    WaldTest,
    anova,
    confint,
    fitstats,
    predict,
    profile,
    weights,
)
from ranvier.stats.zero_cells import ZERO_CELLS, ZeroCells, ZeroCellsName

__all__ = [
    "FORMULAS",
    "ZERO_CELLS",
    "Advice",
    "Agreement",
    "AgreementWeights",
    "Alternative",
    "Baujat",
    "BayesMeta",
    "BeggTest",
    "BetaBinomial",
    "BetaBinomialMeasure",
    "Blup",
    "Bootstrap",
    "BootstrapKind",
    "ChangeGrid",
    "Coding",
    "Coefficient",
    "CoefficientName",
    "CombineMethod",
    "CombinedP",
    "Comparison",
    "Contrast",
    "Contrasted",
    "Control",
    "Converted",
    "CrossoverResult",
    "Design",
    "Effects",
    "ExactOddsRatio",
    "ExactRateRatio",
    "ExcessSignificance",
    "FailSafe",
    "FitStats",
    "FitTable",
    "FormulaId",
    "FunnelTest",
    "GlmmMeasure",
    "GlmmMethod",
    "GlmmResult",
    "HenmiCopas",
    "Heterogeneity",
    "Influence",
    "KenwardRoger",
    "LimitMeta",
    "LocationScale",
    "MatrixRegression",
    "McNemarMethod",
    "MeanSd",
    "Measure",
    "MetaBinary",
    "Method",
    "MhResult",
    "MhTests",
    "Model",
    "PairedDifference",
    "PermutationTest",
    "PiMethod",
    "Posterior",
    "Predictions",
    "Profile",
    "ProportionCi",
    "ProportionMethod",
    "RStops",
    "RegressionResult",
    "Report",
    "Residuals",
    "Result",
    "RmaResult",
    "ScalePrediction",
    "SelectionResult",
    "SelectionType",
    "Source",
    "SparseFacts",
    "SparseMethods",
    "Subgroups",
    "Tau2Ci",
    "Tau2Interval",
    "TauPrior",
    "Test",
    "TestResult",
    "TrimFill",
    "VType",
    "Verdict",
    "WaldTest",
    "ZeroCells",
    "ZeroCellsName",
    "agreement",
    "anova",
    "baujat",
    "bayesmeta",
    "begg_test",
    "beta_binomial",
    "blup",
    "bootstrap",
    "change_correlation",
    "chi2_test",
    "combine_groups",
    "combine_p",
    "confint",
    "confint_tau2",
    "contrast",
    "cumul",
    "design",
    "double_arcsine_inverse",
    "escalc",
    "exact_odds_ratio",
    "exact_rate_ratio",
    "fisher_test",
    "fitstats",
    "fsn",
    "gosh",
    "hc",
    "heterogeneity",
    "influence",
    "kenward_roger",
    "leave1out",
    "likelihood_ratio",
    "limitmeta",
    "location_scale",
    "loglik_at",
    "mainland_gart",
    "matreg",
    "mcnemar_test",
    "mean_contrast",
    "mean_from_quantiles",
    "meta_binary",
    "meta_regression",
    "paired_odds_ratio",
    "paired_risk_difference",
    "permutest",
    "predict",
    "predict_scale",
    "prepost_change",
    "profile",
    "proportion_ci",
    "ranktest",
    "regtest",
    "rma",
    "rma_glmm",
    "rma_many",
    "rma_mh",
    "rma_mh_rates",
    "rma_peto",
    "rma_subsets",
    "rstandard",
    "rstudent",
    "sd_from_ci",
    "sd_from_se",
    "sd_of_change",
    "se_from_ci",
    "se_from_p",
    "selmodel",
    "sparse_methods",
    "subgroups",
    "tes",
    "trimfill",
    "turner_prior",
    "weights",
]
