"""Where a review is kept: event log, projections and blobs, in SQLite or PostgreSQL."""

from ranvier.storage.opening import is_review, open_folder, open_memory, open_url
from ranvier.storage.store import SqlStore

__all__ = ["SqlStore", "is_review", "open_folder", "open_memory", "open_url"]
