"""Figures for publication, drawn once in one grammar from the results of `ranvier.stats`."""

from __future__ import annotations

from ranvier.reporting.figures.baujat_figure import baujat_plot
from ranvier.reporting.figures.bubble import bubble_plot
from ranvier.reporting.figures.drapery import drapery_plot
from ranvier.reporting.figures.figure import PAGE_STYLE, DataTable, Figure
from ranvier.reporting.figures.forest import ForestOptions, forest_pages, forest_plot
from ranvier.reporting.figures.funnel import funnel_plot
from ranvier.reporting.figures.gosh_figure import gosh_plot
from ranvier.reporting.figures.influence_figure import influence_plot
from ranvier.reporting.figures.labbe import labbe_plot
from ranvier.reporting.figures.look import Look
from ranvier.reporting.figures.profile_figure import profile_plot
from ranvier.reporting.figures.qq import qq_plot
from ranvier.reporting.figures.radial import radial_plot
from ranvier.reporting.figures.recall_figure import recall_plot

__all__ = [
    "PAGE_STYLE",
    "DataTable",
    "Figure",
    "ForestOptions",
    "Look",
    "baujat_plot",
    "bubble_plot",
    "drapery_plot",
    "forest_pages",
    "forest_plot",
    "funnel_plot",
    "gosh_plot",
    "influence_plot",
    "labbe_plot",
    "profile_plot",
    "qq_plot",
    "radial_plot",
    "recall_plot",
]
