"""What a body of evidence is worth: GRADE as its authors define it; people judge, code adds up."""

from ranvier.appraisal.absolute import AbsoluteEffect, absolute_effect
from ranvier.appraisal.grade import Rated, rate, rating_problems
from ranvier.appraisal.summary import summary_row

__all__ = [
    "AbsoluteEffect",
    "Rated",
    "absolute_effect",
    "rate",
    "rating_problems",
    "summary_row",
]
