"""Records in, clusters out: what describes one report, with the reasons, and what to ask."""

from ranvier.dedup.index import Index
from ranvier.dedup.run import Asked, Deduplicated, Merged, deduplicate, update

__all__ = ["Asked", "Deduplicated", "Index", "Merged", "deduplicate", "update"]
