"""Forest plots: evidence to a table, the table to places, the places to a drawing."""

from __future__ import annotations

from ranvier.reporting.figures.forest.options import ForestOptions
from ranvier.reporting.figures.forest.plot import forest_pages, forest_plot

__all__ = ["ForestOptions", "forest_pages", "forest_plot"]
