"""Meta-analysis: arrays in, frozen results out; knows nothing of reviews and is usable alone."""

from ranvier.stats.effects import Effects, Measure, VType, escalc

__all__ = ["Effects", "Measure", "VType", "escalc"]
