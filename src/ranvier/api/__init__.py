"""The Python face: `ranvier.open(place)` gives a thin handle on a review.

Examples
--------
>>> import ranvier
>>> with ranvier.open(ranvier.shipped("mmn")) as r:
...     strength = r.analyses()["strength-published"].effect
>>> f"{strength.estimate:.2f} ({strength.ci_lb:.2f} to {strength.ci_ub:.2f})"
'11.00 (2.86 to 42.25)'
"""

from ranvier.api.demonstration import Demonstration, demonstrate_screening
from ranvier.api.doors import (
    RecordsCase,
    benchmark_dedup,
    benchmark_design,
    benchmark_records,
    benchmark_screening,
    new,
    open,
    preview_import,
    reproduce,
    restore,
    shipped,
    simulate,
)
from ranvier.api.review import OpenReview, Status
from ranvier.api.seat import Seat
from ranvier.workflow.analyse_sheet import analyse_sheet as analyse
from ranvier.workflow.draw_sheet import draw_sheet as draw

__all__ = [
    "Demonstration",
    "OpenReview",
    "RecordsCase",
    "Seat",
    "Status",
    "analyse",
    "benchmark_dedup",
    "benchmark_design",
    "benchmark_records",
    "benchmark_screening",
    "demonstrate_screening",
    "draw",
    "new",
    "open",
    "preview_import",
    "reproduce",
    "restore",
    "shipped",
    "simulate",
]
