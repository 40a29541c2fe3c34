"""Meta-analysis: arrays in, frozen results out; knows nothing of reviews and is usable alone."""

from ranvier.stats.effects import Effects, Measure, VType, escalc
from ranvier.stats.mixed import FitStats, Test
from ranvier.stats.rma import PiMethod, RmaResult, rma
from ranvier.stats.tau2 import Method

__all__ = [
    "Effects",
    "FitStats",
    "Measure",
    "Method",
    "PiMethod",
    "RmaResult",
    "Test",
    "VType",
    "escalc",
    "rma",
]
