"""Where a review is kept: event log, projections and blobs, in SQLite or PostgreSQL."""

from ranvier.storage.accounts import open_accounts
from ranvier.storage.manifest import Manifest, is_snapshot, read_manifest
from ranvier.storage.opening import is_review, open_folder, open_memory, open_url, review_ids
from ranvier.storage.restore import check_snapshot, restore_snapshot
from ranvier.storage.snapshot import write_snapshot
from ranvier.storage.store import SqlStore

__all__ = [
    "Manifest",
    "SqlStore",
    "check_snapshot",
    "is_review",
    "is_snapshot",
    "open_accounts",
    "open_folder",
    "open_memory",
    "open_url",
    "read_manifest",
    "restore_snapshot",
    "review_ids",
    "write_snapshot",
]
