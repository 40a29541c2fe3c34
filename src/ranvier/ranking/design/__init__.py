"""Which records look like reports of randomized trials, and the words that say so."""

from ranvier.ranking.design.classify import (
    DesignSuggestion,
    Span,
    classify,
    classify_records,
    probabilities,
)
from ranvier.ranking.design.labelled import (
    DesignAgreement,
    LabelledRecords,
    measure,
    measure_files,
    pooled,
    read_labelled,
)

__all__ = [
    "DesignAgreement",
    "DesignSuggestion",
    "LabelledRecords",
    "Span",
    "classify",
    "classify_records",
    "measure",
    "measure_files",
    "pooled",
    "probabilities",
    "read_labelled",
]
