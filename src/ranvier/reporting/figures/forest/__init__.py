"""Forest plots: evidence to a table, the table to places, the places to a drawing."""

from __future__ import annotations

from ranvier.reporting.figures.forest.options import ForestOptions
from ranvier.reporting.figures.forest.plot import forest, forest_pages

__all__ = ["ForestOptions", "forest", "forest_pages"]
