"""The book: all that a review document shows, computed once from the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ranvier.core.analysis import Analysis
from ranvier.core.flow import Flow
from ranvier.core.multiverse import Multiverse
from ranvier.core.reproduction import Reproduction
from ranvier.core.review import Review
from ranvier.core.summary import SummaryRow
from ranvier.core.trace import Node

__all__ = ["Book"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A review and everything computed from it.

    Attributes
    ----------
    analyses : mapping of str to Analysis
        By analysis id, in the order of the protocol.
    multiverses : tuple of Multiverse
    summary : mapping of str to tuple of SummaryRow
        Rows of the summary of findings by comparison id, in order.
    trace : mapping of str to Node
        Every step from every finding and text down to the sources, by node id.
    seq, head : int, str
        The end of the log it was computed from.
    """

    review: Review
    analyses: Mapping[str, Analysis]
    multiverses: tuple[Multiverse, ...]
    summary: Mapping[str, tuple[SummaryRow, ...]]
    flow: Flow
    reproductions: tuple[Reproduction, ...]
    trace: Mapping[str, Node]
    seq: int
    head: str
