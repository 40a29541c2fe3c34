"""The seam: result rows to arrays, results of `ranvier.stats` to analyses."""

from ranvier.synthesis.published.entry import PublishedResult, parse_published
from ranvier.synthesis.published.reproduce import reproduce
from ranvier.synthesis.run import analyse, analyse_all
from ranvier.synthesis.universes.multiverse import multiverse

__all__ = [
    "PublishedResult",
    "analyse",
    "analyse_all",
    "multiverse",
    "parse_published",
    "reproduce",
]
