"""Reference cases of other programs, run with ours: passed, failed, or unsupported and said so."""

from ranvier.stats.qualify.case import CaseOutcome, qualify_case

__all__ = ["CaseOutcome", "qualify_case"]
