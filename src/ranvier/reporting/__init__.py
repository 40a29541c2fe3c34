"""The review document and its figures: what people read, every number linked to its trace."""

from __future__ import annotations

from ranvier.reporting.additions import all_nodes
from ranvier.reporting.catalogues import languages
from ranvier.reporting.document import forest_plot, review_document

__all__ = ["all_nodes", "forest_plot", "languages", "review_document"]
