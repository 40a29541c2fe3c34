"""The seam: result rows to arrays, results of `ranvier.stats` to analyses."""

from ranvier.synthesis.multiverse import multiverse
from ranvier.synthesis.published import PublishedResult, parse_published
from ranvier.synthesis.reproduce import reproduce
from ranvier.synthesis.run import analyse, analyse_all

__all__ = [
    "PublishedResult",
    "analyse",
    "analyse_all",
    "multiverse",
    "parse_published",
    "reproduce",
]
