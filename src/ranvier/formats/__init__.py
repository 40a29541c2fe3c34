"""Files of records: any export to records and back, with a report of what was odd or lost."""

from ranvier.formats.reading import (
    FORMATS,
    LISTS_OF_IDS,
    RecordFile,
    open_records,
    read_records,
    source_of,
)
from ranvier.formats.report import Detected, Loss, Problem, Report
from ranvier.formats.writing.write import WRITERS, Written, write_records

__all__ = [
    "FORMATS",
    "LISTS_OF_IDS",
    "WRITERS",
    "Detected",
    "Loss",
    "Problem",
    "RecordFile",
    "Report",
    "Written",
    "open_records",
    "read_records",
    "source_of",
    "write_records",
]
