"""Reference cases of other programs, run with ours: passed, failed, or unsupported and said so."""

from ranvier.stats.qualify.case import CaseOutcome, qualify_case
from ranvier.stats.qualify.summary import FamilySummary, summarise

__all__ = ["CaseOutcome", "FamilySummary", "qualify_case", "summarise"]
