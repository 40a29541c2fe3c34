"""A spreadsheet of studies: which column holds what, what looks wrong in it, and the analysis."""

from ranvier.synthesis.sheet.columns import Columns, recognise
from ranvier.synthesis.sheet.doubts import Doubt, doubts
from ranvier.synthesis.sheet.measure import DESIGN_MEASURES, SheetDesign
from ranvier.synthesis.sheet.pool import Model, Pooled, pool
from ranvier.synthesis.sheet.vocabulary import Part, part_of

__all__ = [
    "DESIGN_MEASURES",
    "Columns",
    "Doubt",
    "Model",
    "Part",
    "Pooled",
    "SheetDesign",
    "doubts",
    "part_of",
    "pool",
    "recognise",
]
