"""Ranvier takes a clinical question from search to published, living systematic review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ranvier.api import (
        OpenReview,
        analyse,
        new,
        open,
        preview_import,
        reproduce,
        restore,
        shipped,
    )

__all__ = [
    "OpenReview",
    "analyse",
    "new",
    "open",
    "preview_import",
    "reproduce",
    "restore",
    "shipped",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Fetch a public name when it is first asked for.

    Late, so that ``from ranvier.stats import rma`` loads the statistics and nothing else.
    """
    if name in __all__:
        from ranvier import api

        return getattr(api, name)
    raise AttributeError(f"module 'ranvier' has no attribute {name!r}")
