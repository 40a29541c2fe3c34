"""Figures for publication, drawn once in one grammar from the results of `ranvier.stats`."""

from __future__ import annotations

from ranvier.reporting.figures.figure import PAGE_STYLE, DataTable, Figure
from ranvier.reporting.figures.forest import ForestOptions, forest_pages, forest_plot
from ranvier.reporting.figures.look import Look

__all__ = [
    "PAGE_STYLE",
    "DataTable",
    "Figure",
    "ForestOptions",
    "Look",
    "forest_pages",
    "forest_plot",
]
