"""Meta-analysis: arrays in, frozen results out; knows nothing of reviews and is usable alone."""

from ranvier.stats.effects import Effects, Measure, VType, escalc
from ranvier.stats.mantel_haenszel import MhResult, MhTests, rma_mh, rma_mh_rates
from ranvier.stats.mixed import FitStats, Test
from ranvier.stats.peto import rma_peto
from ranvier.stats.rma import PiMethod, RmaResult, rma
from ranvier.stats.tau2 import Method
from ranvier.stats.zero_cells import ZERO_CELLS, ZeroCells, ZeroCellsName

__all__ = [
    "ZERO_CELLS",
    "Effects",
    "FitStats",
    "Measure",
    "Method",
    "MhResult",
    "MhTests",
    "PiMethod",
    "RmaResult",
    "Test",
    "VType",
    "ZeroCells",
    "ZeroCellsName",
    "escalc",
    "rma",
    "rma_mh",
    "rma_mh_rates",
    "rma_peto",
]
