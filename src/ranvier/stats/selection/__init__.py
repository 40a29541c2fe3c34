"""Selection models: effects as they would be had every study been seen alike."""

from ranvier.stats.selection.model import Alternative, SelectionType, selmodel
from ranvier.stats.selection.r_numbers import loglik_at
from ranvier.stats.selection.result import SelectionResult

__all__ = ["Alternative", "SelectionResult", "SelectionType", "loglik_at", "selmodel"]
