"""What a body of evidence is worth: GRADE as its authors define it; proposals, never verdicts."""

from ranvier.appraisal.absolute import AbsoluteEffect, absolute_effect
from ranvier.appraisal.grade import Rated, StatementKey, certainty_symbol, rate, statement_key
from ranvier.appraisal.proposals import Proposal, propose_imprecision, propose_inconsistency
from ranvier.appraisal.summary import summary_row

__all__ = [
    "AbsoluteEffect",
    "Proposal",
    "Rated",
    "StatementKey",
    "absolute_effect",
    "certainty_symbol",
    "propose_imprecision",
    "propose_inconsistency",
    "rate",
    "statement_key",
    "summary_row",
]
